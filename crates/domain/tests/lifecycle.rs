//! The lifecycle of a person, sentence by sentence (product rules §2).

#![expect(clippy::unwrap_used, reason = "tests only")]

mod common;

use common::{World, assertion, user};
use domain::access::Origin;
use domain::audit::{EventKind, Source};
use domain::collaborator::Status;
use domain::custom_attribute::{CustomAttribute, CustomAttributes, CustomKind, Shape};
use domain::decide::{LinkWrite, Refusal, Write};
use domain::policy::Jit;
use serde_json::json;

const ANN: &str = "ann@acme.test";

/// Ann, provisioned with an `externalId`, after a login as Admin and in Finance.
fn ann_signed_in(world: &mut World) -> domain::id::PersonId {
    let ann = world.post(user(ANN).external_id("00u1").role("workato_role", "Member"));
    world.login(assertion(ANN).role("workato_role", "Admin").groups(["Finance"])).unwrap();
    ann
}

// §2.1 and §2.2: invitation and first login.

#[test]
fn a_scim_created_person_exists_at_once_is_invited_and_has_no_roles_and_no_groups() {
    let mut world = World::new();
    let ann = world.post(user(ANN).role("workato_role", "Admin"));
    assert_eq!(world.status(ann), Status::Invited);
    assert_eq!(["dev", "test", "prod"].map(|e| world.role(ann, e)), ["-", "-", "-"]);
    assert_eq!(world.groups(ann), [""; 0]);
    assert_eq!(world.told(), ["collaborator.provisioned"]);
    assert_eq!(world.last().write, Write::Insert);
    assert_eq!(world.last().events.len(), 1);
}

#[test]
fn at_first_the_scim_id_is_the_inner_id() {
    let mut world = World::new();
    let ann = world.post(user(ANN));
    assert_eq!(world.person(ann).scim_id.uuid(), ann.uuid());
}

#[test]
fn a_valid_login_accepts_the_invitation_and_gives_roles_groups_link_and_session_together() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    assert_eq!(world.status(ann), Status::Active);
    assert_eq!(["dev", "test", "prod"].map(|e| world.role(ann, e)), ["Admin", "Member", "Member"]);
    assert_eq!(world.groups(ann), ["Finance"]);
    assert_eq!(world.name_ids(ann), [ANN]);
    assert_eq!(world.told(), ["invitation.accepted", "login.succeeded", "access.changed"]);
    let change = world.last();
    assert_eq!(change.login.as_ref().unwrap().session.as_ref().unwrap().epoch, change.person.epoch);
}

#[test]
fn access_changed_holds_roles_and_groups_before_and_after() {
    let mut world = World::new();
    ann_signed_in(&mut world);
    let entry = world.last().audit.iter().find(|entry| entry.kind == EventKind::AccessChanged).unwrap();
    let before = json!({ "roles": { "dev": null, "test": null, "prod": null }, "groups": [] });
    let after = json!({ "roles": { "dev": "Admin", "test": "Member", "prod": "Member" }, "groups": ["Finance"] });
    assert_eq!((entry.before.as_ref(), entry.after.as_ref()), (Some(&before), Some(&after)));
    assert_eq!(entry.source, Source::SamlAutoSync);
}

#[test]
fn a_person_made_inactive_is_deactivated_from_the_start() {
    let mut world = World::new();
    let ann = world.post(user(ANN).active(false));
    assert_eq!(world.status(ann), Status::Deactivated);
    assert_eq!(world.login(assertion(ANN)), Err(Refusal::DeactivatedByProvider));
}

#[test]
fn a_session_ends_when_the_policy_says_so() {
    let mut world = World::new().with("session_lifetime", "20m");
    ann_signed_in(&mut world);
    let session = &world.last().login.as_ref().unwrap().session.as_ref().unwrap();
    assert_eq!((session.expires_at - session.authenticated_at).num_minutes(), 20);
}

// §2.3: updates.

#[test]
fn updates_apply_at_once_also_to_people_who_never_accepted() {
    let mut world = World::new();
    let ann = world.post(user(ANN));
    world.put(ann, user("ann.lee@acme.test").display_name("Ann Lee")).unwrap();
    assert_eq!(world.person(ann).user_name.as_str(), "ann.lee@acme.test");
    assert_eq!(world.person(ann).display_name(), "Ann Lee");
    assert_eq!(world.status(ann), Status::Invited);
    assert_eq!(world.told(), ["collaborator.updated"]);
}

#[test]
fn an_update_tells_only_what_differs() {
    let mut world = World::new();
    let ann = world.post(user(ANN).display_name("Ann").attribute("title", json!("Lead")));
    world.put(ann, user(ANN).display_name("Ann Lee").attribute("title", json!("Lead"))).unwrap();
    let entry = &world.last().audit[0];
    assert_eq!(entry.before, Some(json!({ "displayName": "Ann" })));
    assert_eq!(entry.after, Some(json!({ "displayName": "Ann Lee" })));
}

#[test]
fn a_new_user_name_keeps_both_ids_and_drops_the_links() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    let scim_id = world.person(ann).scim_id;
    world.put(ann, user("ann.lee@acme.test").external_id("00u1")).unwrap();
    assert_eq!(world.last().links, [LinkWrite::DropAll(ann)]);
    assert_eq!(world.person(ann).scim_id, scim_id);
    assert_eq!(world.login(assertion(ANN)), Err(Refusal::NotProvisioned(Jit::Known)));
    assert_eq!(world.login(assertion("ann.lee@acme.test")), Ok(ann));
    assert_eq!(world.name_ids(ann), ["ann.lee@acme.test"]);
    assert_eq!(world.groups(ann), ["Finance"]);
}

#[test]
fn another_spelling_of_the_same_name_keeps_the_links() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    world.put(ann, user("Ann@Acme.test").external_id("00u1")).unwrap();
    assert_eq!(world.person(ann).user_name.as_str(), "Ann@Acme.test");
    assert_eq!(world.name_ids(ann), [ANN]);
}

#[test]
fn a_put_without_active_and_roles_leaves_them_as_they_are() {
    let mut world = World::new();
    let ann = world.post(user(ANN).role("workato_role", "Operator").active(false));
    world.put(ann, user(ANN).display_name("Ann Lee")).unwrap();
    assert_eq!(world.status(ann), Status::Deactivated);
    assert_eq!(world.person(ann).facts.provisioned.values()["workato_role"], "Operator");
}

#[test]
fn a_put_with_the_extension_replaces_it_whole() {
    let mut world = World::new();
    let ann = world.post(user(ANN).role("workato_role", "Operator").role("workato_role_prod", "Analyst"));
    world.put(ann, user(ANN).role("workato_role_prod", "Analyst")).unwrap();
    let values = world.person(ann).facts.provisioned.values();
    assert_eq!(values.into_iter().collect::<Vec<_>>(), [("workato_role_prod".to_owned(), "Analyst".to_owned())]);
}

const BADGES: &str = "urn:acme:scim:1.0:Badge";

fn badge() -> CustomAttributes {
    let shape = Shape { kind: CustomKind::String, multi_valued: false, case_exact: false };
    CustomAttribute::new(BADGES, "badge", shape).into_iter().collect()
}

#[test]
fn a_put_of_a_client_that_does_not_know_an_attribute_leaves_its_value() {
    let mut world = World::new();
    let (with, without) = (badge(), CustomAttributes::default());
    let ann = world.post(user(ANN).external_id("00u1").attribute(BADGES, json!({ "badge": "A" })).knowing(&with));
    world.put(ann, user(ANN).external_id("00u1").knowing(&without)).unwrap();
    assert_eq!(world.last().write, Write::Nothing);
    world.put(ann, user(ANN).external_id("00u1").display_name("Ann").knowing(&without)).unwrap();
    assert_eq!(world.person(ann).profile.0[BADGES], json!({ "badge": "A" }));
    world.delete(ann).unwrap();
    world.post(user(ANN).external_id("00u1").knowing(&without));
    assert_eq!(world.person(ann).profile.0[BADGES], json!({ "badge": "A" }), "also for somebody who is brought back");
    world.put(ann, user(ANN).external_id("00u1").knowing(&with)).unwrap();
    assert_eq!(world.person(ann).profile.0.get(BADGES), None, "who knows it and leaves it out takes it away");
}

#[test]
fn an_echo_of_what_holds_writes_nothing() {
    let mut world = World::new();
    let same = || user(ANN).external_id("00u1").role("workato_role", "Member").active(true);
    let ann = world.post(same());
    world.login(assertion(ANN).role("workato_role", "Admin")).unwrap();
    let before = world.person(ann).clone();
    world.put(ann, same()).unwrap();
    assert_eq!(world.last().write, Write::Nothing);
    assert_eq!(world.told(), [""; 0]);
    assert!(world.last().events.is_empty());
    assert_eq!(*world.person(ann), before);
    assert_eq!(world.role(ann, "dev"), "Admin");
}

#[test]
fn a_changed_role_value_is_audited_also_before_the_first_login() {
    let mut world = World::new();
    let ann = world.post(user(ANN).role("workato_role", "Member"));
    let revision = world.person(ann).revision;
    world.put(ann, user(ANN).role("workato_role", "Operator")).unwrap();
    assert_eq!(world.told(), ["collaborator.updated"]);
    assert_eq!(world.role(ann, "dev"), "-");
    assert_eq!(world.person(ann).revision, revision + 1);
}

#[test]
fn a_changed_role_value_applies_at_once_after_the_first_login_with_scim_as_source() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    world.put(ann, user(ANN).external_id("00u1").role("workato_role", "Operator")).unwrap();
    assert_eq!(world.role(ann, "dev"), "Operator");
    let entry = world.last().audit.iter().find(|entry| entry.kind == EventKind::AccessChanged).unwrap();
    assert_eq!(entry.source, Source::ScimAutoSync);
}

#[test]
fn a_role_that_is_added_later_counts_at_the_next_echo_and_at_the_next_login() {
    for authority in ["scim", "hybrid"] {
        let mut world = World::new();
        world.workspace.policy.set("role_authority", authority).unwrap();
        let ann = world.post(user(ANN).external_id("00u1").role("workato_role", "Auditor"));
        world.login(assertion(ANN)).unwrap();
        assert_eq!(world.role(ann, "dev"), "Member");
        world.catalogue.roles.push(common::role("Auditor"));
        world.put(ann, user(ANN).external_id("00u1").role("workato_role", "Auditor")).unwrap();
        assert_eq!(world.role(ann, "dev"), "Auditor", "{authority}");
        world.put(ann, user(ANN).external_id("00u1").role("workato_role", "Auditor")).unwrap();
        assert_eq!(world.last().write, Write::Nothing);
    }
}

#[test]
fn a_login_is_no_new_revision_of_the_scim_resource() {
    let mut world = World::new();
    let ann = world.post(user(ANN));
    let (revision, modified_at) = (world.person(ann).revision, world.person(ann).modified_at);
    world.login(assertion(ANN).role("workato_role", "Admin")).unwrap();
    assert_eq!((world.person(ann).revision, world.person(ann).modified_at), (revision, modified_at));
}

// §2.4 and §2.5: deactivation, DELETE and the ways back.

#[test]
fn deactivation_is_one_operation_whatever_the_door() {
    type Door = fn(&mut World, domain::id::PersonId) -> domain::id::PersonId;
    let doors: [(&str, Door, Source); 4] = [
        (
            "PUT",
            |world, ann| world.put(ann, user(ANN).external_id("00u1").active(false)).unwrap(),
            Source::ScimAutoSync,
        ),
        ("DELETE", |world, ann| world.delete(ann).unwrap(), Source::ScimAutoSync),
        ("hold", World::hold, Source::Manual),
        ("removal", World::remove, Source::Manual),
    ];
    for (door, deactivate, source) in doors {
        let mut world = World::new();
        let ann = ann_signed_in(&mut world);
        let login = world.last().clone();
        assert!(world.is_alive(&login), "{door}");
        deactivate(&mut world, ann);
        assert!(!world.is_alive(&login), "{door}");
        assert_eq!(world.role(ann, "dev"), "-", "{door}");
        assert_eq!(world.groups(ann), [""; 0], "{door}");
        let [entry] = &world.last().audit[..] else { panic!("{door}: {:?}", world.told()) };
        let removal = door == "removal";
        let kind = if removal { EventKind::CollaboratorRemoved } else { EventKind::CollaboratorDeactivated };
        let word = if removal { "removed" } else { "deactivated" };
        assert_eq!((entry.kind, entry.source), (kind, source), "{door}");
        assert_eq!(entry.before, Some(json!({ "status": "active" })), "{door}");
        assert_eq!(entry.after.as_ref().unwrap()["status"], word, "{door}");
        assert_eq!(world.last().events.iter().map(|event| event.kind).collect::<Vec<_>>(), [kind], "{door}");
    }
}

#[test]
fn a_second_deactivation_writes_nothing() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    let inactive = || user(ANN).external_id("00u1").active(false);
    world.put(ann, inactive()).unwrap();
    world.put(ann, inactive()).unwrap();
    assert_eq!((world.last().write, world.told()), (Write::Nothing, vec![]));
}

#[test]
fn reactivation_brings_back_ids_roles_and_groups_without_a_second_invitation() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    let before = world.person(ann).clone();
    world.put(ann, user(ANN).external_id("00u1").active(false)).unwrap();
    world.put(ann, user(ANN).external_id("00u1").active(true)).unwrap();
    let after = world.person(ann);
    assert_eq!((after.id, after.scim_id, &after.access), (before.id, before.scim_id, &before.access));
    assert_eq!(after.access_in_force(world.now()), before.access_in_force(world.now()));
    assert_eq!(after.lifecycle.acceptance, before.lifecycle.acceptance);
    assert_eq!(world.status(ann), Status::Active);
    assert_eq!(world.told(), ["collaborator.reactivated"]);
}

#[test]
fn sessions_from_before_a_deactivation_stay_dead_after_the_reactivation() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    let login = world.last().clone();
    world.put(ann, user(ANN).external_id("00u1").active(false)).unwrap();
    world.put(ann, user(ANN).external_id("00u1").active(true)).unwrap();
    assert!(!world.is_alive(&login));
}

#[test]
fn somebody_deactivated_before_accepting_is_invited_again_when_active() {
    let mut world = World::new();
    let ann = world.post(user(ANN));
    world.put(ann, user(ANN).active(false)).unwrap();
    world.put(ann, user(ANN).active(true)).unwrap();
    assert_eq!(world.status(ann), Status::Invited);
}

#[test]
fn after_delete_the_scim_id_is_gone() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    world.delete(ann).unwrap();
    assert_eq!(world.delete(ann), Err(Refusal::NotFound));
    assert_eq!(world.put(ann, user(ANN).active(true)), Err(Refusal::NotFound));
    assert_eq!(world.status(ann), Status::Deactivated);
}

#[test]
fn a_new_post_with_the_same_name_and_external_id_is_the_same_person_under_a_new_scim_id() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    let before = world.person(ann).clone();
    world.delete(ann).unwrap();
    assert_eq!(world.post(user("Ann@acme.test").external_id("00u1")), ann);
    let after = world.person(ann);
    assert_ne!(after.scim_id, before.scim_id);
    assert_eq!(after.access_in_force(world.now()), before.access_in_force(world.now()));
    assert_eq!(world.status(ann), Status::Active);
    assert!(world.was_told(EventKind::CollaboratorReactivated));
    assert_eq!(world.name_ids(ann), [ANN]);
}

#[test]
fn a_new_post_with_another_external_id_is_a_new_person_who_inherits_nothing() {
    for external_id in [Some("00u2"), None] {
        let mut world = World::new();
        let ann = ann_signed_in(&mut world);
        world.delete(ann).unwrap();
        let recycled = external_id.map_or_else(|| user(ANN), |id| user(ANN).external_id(id));
        let other = world.post(recycled);
        assert_ne!(other, ann);
        assert_eq!(world.told(), ["collaborator.provisioned", "collaborator.unlinked"]);
        assert_eq!(world.last().links, [LinkWrite::DropAll(ann)]);
        assert_eq!((world.status(other), world.role(other, "dev")), (Status::Invited, "-".to_owned()));
        assert_eq!(world.login(assertion(ANN)), Ok(other));
        assert_eq!(world.role(other, "dev"), "Member");
        assert_eq!(world.groups(other), [""; 0]);
        assert_eq!(world.status(ann), Status::Deactivated);
    }
}

#[test]
fn a_new_name_that_a_deleted_person_had_drops_their_links_as_well() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    world.delete(ann).unwrap();
    let bob = world.post(user("bob@acme.test"));
    world.put(bob, user(ANN)).unwrap();
    assert_eq!(world.told(), ["collaborator.updated", "collaborator.unlinked"]);
    assert_eq!(world.login(assertion(ANN)), Ok(bob));
    assert_eq!(world.groups(bob), [""; 0]);
}

#[test]
fn two_people_without_external_id_are_never_taken_for_one() {
    let mut world = World::new();
    let ann = world.post(user(ANN));
    world.delete(ann).unwrap();
    assert_ne!(world.post(user(ANN)), ann);
}

#[test]
fn an_earlier_predecessor_comes_back_by_external_id_and_the_later_one_loses_the_links() {
    let mut world = World::new();
    let first = ann_signed_in(&mut world);
    world.delete(first).unwrap();
    let second = world.post(user(ANN).external_id("00u2"));
    world.login(assertion(ANN)).unwrap();
    world.delete(second).unwrap();
    assert_eq!(world.post(user(ANN).external_id("00u1")), first);
    assert_eq!(world.last().links, [LinkWrite::DropAll(second)]);
    assert_eq!(world.login(assertion(ANN)), Ok(first));
}

#[test]
fn after_delete_a_login_neither_revives_nor_replaces_the_person() {
    let mut world = World::new().with("jit", "everyone");
    let ann = ann_signed_in(&mut world);
    world.delete(ann).unwrap();
    assert_eq!(world.login(assertion(ANN)), Err(Refusal::DeactivatedByProvider));
    assert_eq!(world.people.len(), 1);
}

// §2.6: removal.

#[test]
fn a_removed_person_stays_readable_and_inactive() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    world.remove(ann);
    assert_eq!(world.status(ann), Status::Removed);
    assert!(!world.person(ann).lifecycle.is_active());
    assert!(!world.person(ann).lifecycle.is_deleted());
}

#[test]
fn a_removed_person_is_brought_back_by_a_scim_write_of_active() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    world.remove(ann);
    world.put(ann, user(ANN).external_id("00u1").active(true)).unwrap();
    assert_eq!((world.status(ann), world.role(ann, "dev")), (Status::Active, "Admin".to_owned()));
    assert_eq!(world.told(), ["collaborator.reactivated"]);
}

#[test]
fn a_removed_person_is_not_brought_back_by_another_scim_write() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    world.remove(ann);
    world.put(ann, user(ANN).external_id("00u1").display_name("Ann Lee")).unwrap();
    assert_eq!(world.status(ann), Status::Removed);
}

#[test]
fn a_removed_person_is_brought_back_by_the_next_login() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    world.remove(ann);
    assert_eq!(world.login(assertion(ANN)), Ok(ann));
    assert_eq!((world.status(ann), world.role(ann, "dev")), (Status::Active, "Member".to_owned()));
    assert!(world.was_told(EventKind::CollaboratorReactivated));
    assert_eq!(world.groups(ann), ["Finance"]);
}

#[test]
fn a_deactivation_of_a_removed_person_is_recorded_and_keeps_the_login_out() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    world.remove(ann);
    world.put(ann, user(ANN).external_id("00u1").active(false)).unwrap();
    assert_eq!(world.told(), ["collaborator.deactivated"]);
    assert_eq!(world.status(ann), Status::Removed);
    assert_eq!(world.login(assertion(ANN)), Err(Refusal::DeactivatedByProvider));
    world.put(ann, user(ANN).external_id("00u1").active(true)).unwrap();
    assert_eq!(world.status(ann), Status::Active);
}

#[test]
fn a_removal_of_somebody_deactivated_leaves_the_login_refused() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    world.put(ann, user(ANN).external_id("00u1").active(false)).unwrap();
    world.remove(ann);
    assert_eq!(world.status(ann), Status::Removed);
    assert_eq!(world.login(assertion(ANN)), Err(Refusal::DeactivatedByProvider));
}

// §2.7: hold.

#[test]
fn a_hold_is_lifted_by_an_administrator_alone() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    world.hold(ann);
    assert!(!world.person(ann).lifecycle.is_active());
    assert_eq!(world.put(ann, user(ANN).external_id("00u1").active(true)), Err(Refusal::Held));
    assert_eq!(world.login(assertion(ANN)), Err(Refusal::DeactivatedByAdministrator));
    world.activate(ann);
    assert_eq!((world.status(ann), world.role(ann, "dev")), (Status::Active, "Admin".to_owned()));
    assert_eq!(world.told(), ["collaborator.reactivated"]);
}

#[test]
fn a_held_person_can_be_updated_over_scim_otherwise() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    world.hold(ann);
    world.put(ann, user(ANN).external_id("00u1").display_name("Ann Lee")).unwrap();
    assert_eq!(world.person(ann).display_name(), "Ann Lee");
    assert_eq!(world.status(ann), Status::Deactivated);
}

#[test]
fn a_hold_outlives_delete_and_a_new_post() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    world.hold(ann);
    world.delete(ann).unwrap();
    assert_eq!(world.post(user(ANN).external_id("00u1")), ann);
    assert_eq!(world.status(ann), Status::Deactivated);
    assert_eq!(world.told(), ["collaborator.updated"]);
    assert_eq!(world.login(assertion(ANN)), Err(Refusal::DeactivatedByAdministrator));
}

#[test]
fn what_the_provider_deactivated_an_administrator_does_not_activate() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    world.hold(ann);
    world.put(ann, user(ANN).external_id("00u1").active(false)).unwrap();
    world.activate(ann);
    assert_eq!(world.status(ann), Status::Deactivated);
    assert_eq!(world.told(), ["collaborator.updated"]);
    assert_eq!(world.last().audit[0].before.as_ref().unwrap()["held"], true);
    assert_eq!(world.last().audit[0].after.as_ref().unwrap()["held"], false);
}

// §2.8: refusals of a login.

#[test]
fn a_deactivated_person_is_refused_and_nothing_is_created() {
    let mut world = World::new().with("jit", "everyone");
    let ann = ann_signed_in(&mut world);
    world.put(ann, user(ANN).external_id("00u1").active(false)).unwrap();
    let before = (world.people.clone(), world.links.clone());
    assert_eq!(world.login(assertion(ANN).role("workato_role", "Operator")), Err(Refusal::DeactivatedByProvider));
    assert_eq!((world.people, world.links), before);
}

// §2.9: people from before SCIM.

#[test]
fn somebody_unmanaged_becomes_managed_at_the_first_scim_write() {
    let mut world = World::new().with("jit", "everyone");
    let ann = world.login(assertion(ANN).role("workato_role", "Admin")).unwrap();
    assert!(!world.person(ann).lifecycle.is_managed());
    let before = world.person(ann).clone();
    world.put(ann, user(ANN)).unwrap();
    assert!(world.person(ann).lifecycle.is_managed());
    assert_eq!((world.status(ann), &world.person(ann).access), (Status::Active, &before.access));
    assert_eq!(world.told(), ["collaborator.updated"]);
    assert_eq!(world.people.len(), 1);
}

#[test]
fn a_first_scim_write_with_a_role_applies_at_once_to_somebody_who_has_signed_in() {
    let mut world = World::new().with("jit", "everyone");
    let ann = world.login(assertion(ANN).role("workato_role", "Admin")).unwrap();
    world.put(ann, user(ANN).role("workato_role", "Operator")).unwrap();
    assert_eq!(world.role(ann, "dev"), "Operator");
}

#[test]
fn the_assertion_speaks_for_the_profile_only_where_scim_does_not() {
    let mut world = World::new().with("jit", "everyone");
    let ann = world.login(assertion(ANN).full_name("Ann Lee")).unwrap();
    assert_eq!(world.person(ann).display_name(), "Ann Lee");
    world.login(assertion(ANN).full_name("Ann Moss")).unwrap();
    assert_eq!(world.person(ann).display_name(), "Ann Moss");
    assert_eq!(world.told(), ["collaborator.updated", "login.succeeded"]);
    world.put(ann, user(ANN).display_name("Ann Lee")).unwrap();
    world.login(assertion(ANN).full_name("Ann Moss")).unwrap();
    assert_eq!(world.person(ann).display_name(), "Ann Lee");
}

// §2.10: which name means whom.

#[test]
fn a_login_finds_its_person_whatever_the_case() {
    let mut world = World::new();
    let ann = world.post(user("Ann.Lee@Acme.test"));
    assert_eq!(world.login(assertion("ann.lee@ACME.test")), Ok(ann));
}

#[test]
fn a_user_name_need_not_be_an_address() {
    let mut world = World::new();
    let ann = world.post(user("ann"));
    assert_eq!(world.login(assertion("Ann")), Ok(ann));
}

#[test]
fn workato_email_names_an_unlinked_person_before_the_name_id_does() {
    let mut world = World::new();
    let ann = world.post(user(ANN));
    assert_eq!(world.login(assertion("00u1-opaque").email("Ann@acme.test")), Ok(ann));
    assert_eq!(world.name_ids(ann), ["00u1-opaque"]);
}

/// Account takeover by look-alike names: a provider that lets people choose `\u{212a}ai` (Kelvin sign) or `stra\u{df}er`
/// must not sign them in as `kai` or `strasser`.
#[test]
fn a_name_that_is_only_similar_is_refused_and_links_nothing() {
    for (stored, presented) in [
        ("kai@acme.test", "\u{212a}ai@acme.test"),
        ("strasser@acme.test", "stra\u{df}er@acme.test"),
        ("stra\u{df}er@acme.test", "strasser@acme.test"),
        ("ann@acme.test", "\u{ff41}nn@acme.test"),
        ("file@acme.test", "\u{fb01}le@acme.test"),
    ] {
        let mut world = World::new().with("jit", "everyone");
        world.post(user(stored));
        let refused = Refusal::NameOnlySimilar(presented.to_owned(), stored.to_owned());
        assert_eq!(world.login(assertion(presented)), Err(refused), "{presented} is not {stored}");
        assert_eq!((world.people.len(), world.links.len()), (1, 0));
    }
}

#[test]
fn names_that_unicode_calls_the_same_are_the_same() {
    let mut world = World::new();
    let rene = world.post(user("ren\u{e9}@acme.test"));
    assert_eq!(world.login(assertion("RENE\u{301}@acme.test")), Ok(rene));
}

#[test]
fn once_linked_the_name_id_decides_exactly() {
    let mut world = World::new();
    let ann = world.post(user(ANN));
    let bob = world.post(user("bob@acme.test"));
    world.login(assertion("00u1").email(ANN)).unwrap();
    assert_eq!(world.login(assertion("00u1").email("bob@acme.test")), Ok(ann));
    assert_eq!(world.name_ids(bob), [""; 0]);
}

/// A recycled address at the provider: another account (NameID) that now has the address of somebody linked.
#[test]
fn another_name_id_does_not_sign_in_as_somebody_who_is_linked() {
    let mut world = World::new();
    let ann = world.post(user(ANN));
    world.login(assertion("00u1").email(ANN)).unwrap();
    assert_eq!(world.login(assertion("00u9").email(ANN)), Err(Refusal::LinkedToAnother(ANN.to_owned())));
    assert_eq!(world.name_ids(ann), ["00u1"]);
}

#[test]
fn a_transient_name_id_signs_in_and_is_not_remembered() {
    let mut world = World::new();
    let ann = world.post(user(ANN));
    assert_eq!(world.login(assertion("_once").transient().email(ANN)), Ok(ann));
    assert_eq!(world.login(assertion("_twice").transient().email(ANN)), Ok(ann));
    assert!(world.links.is_empty());
}

// §2.11: JIT.

#[test]
fn jit_everyone_makes_a_person_who_needs_no_invitation() {
    let mut world = World::new().with("jit", "everyone");
    let ann = world.login(assertion(ANN).role("workato_role", "Admin")).unwrap();
    assert_eq!((world.status(ann), world.role(ann, "dev")), (Status::Active, "Admin".to_owned()));
    assert_eq!(world.told(), ["collaborator.provisioned", "login.succeeded", "access.changed"]);
    assert_eq!(world.name_ids(ann), [ANN]);
}

#[test]
fn jit_known_lets_in_who_was_here_before_and_nobody_else() {
    let mut world = World::new().with("jit", "known");
    assert_eq!(world.login(assertion("bob@acme.test")), Err(Refusal::NotProvisioned(Jit::Known)));
    let ann = ann_signed_in(&mut world);
    world.remove(ann);
    assert_eq!(world.login(assertion(ANN)), Ok(ann));
}

#[test]
fn jit_nobody_lets_in_neither() {
    let mut world = World::new().with("jit", "nobody");
    assert_eq!(world.login(assertion("bob@acme.test")), Err(Refusal::NotProvisioned(Jit::Nobody)));
    let ann = ann_signed_in(&mut world);
    world.remove(ann);
    assert_eq!(world.login(assertion(ANN)), Err(Refusal::NotProvisioned(Jit::Nobody)));
    assert!(world.people.len() == 1 && world.status(ann) == Status::Removed);
}

#[test]
fn somebody_made_by_jit_is_not_made_twice_by_scim() {
    let mut world = World::new().with("jit", "everyone");
    world.login(assertion(ANN)).unwrap();
    assert_eq!(world.try_post(user("ANN@acme.test")), Ok(None));
}

// §3: since when.

#[test]
fn a_role_and_a_membership_date_from_when_they_were_first_given() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    let since = |world: &World| (world.decision(ann, "dev").since, world.person(ann).access.groups[0].since());
    let first = since(&world);
    assert!(first.0.is_some() && first.0 == first.1);
    world.login(assertion(ANN).role("workato_role", "Admin").groups(["Sales", "Finance"])).unwrap();
    assert_eq!(since(&world), first);
    world.login(assertion(ANN).role("workato_role", "Analyst").groups(["Sales"])).unwrap();
    world.login(assertion(ANN).role("workato_role", "Admin").groups(["Finance"])).unwrap();
    let again = since(&world);
    assert!(again.0 > first.0 && again.1 > first.1);
}

// §3.7 and the rest of what an administrator does.

#[test]
fn a_manual_role_is_audited_as_manual_and_the_next_sync_may_overwrite_it() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    world.set_role(ann, "dev", "No access").unwrap();
    assert_eq!(world.role(ann, "dev"), "No access");
    assert_eq!((world.told(), world.last().audit[0].source), (vec!["access.changed"], Source::Manual));
    world.login(assertion(ANN).role("workato_role", "Admin")).unwrap();
    assert_eq!(world.role(ann, "dev"), "Admin");
}

#[test]
fn a_manual_role_that_is_the_same_changes_its_source_once() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    world.set_role(ann, "dev", "Admin").unwrap();
    assert_eq!(world.told(), ["collaborator.updated"]);
    assert_eq!(world.decision(ann, "dev").source, Some(Source::Manual));
    world.set_role(ann, "dev", "Admin").unwrap();
    assert_eq!((world.last().write, world.told()), (Write::Nothing, vec![]));
}

#[test]
fn a_manual_role_has_to_exist() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    let environments = Refusal::NoSuchEnvironment("stage".to_owned(), "dev, test, prod".to_owned());
    assert_eq!(world.set_role(ann, "stage", "Admin"), Err(environments));
    assert!(matches!(world.set_role(ann, "dev", "admin"), Err(Refusal::NoSuchRole(..))));
}

#[test]
fn ending_sessions_ends_them_and_nothing_else() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    let login = world.last().clone();
    world.end_sessions(ann);
    assert!(!world.is_alive(&login));
    assert_eq!((world.status(ann), world.role(ann, "dev")), (Status::Active, "Admin".to_owned()));
    assert_eq!(world.told(), ["session.ended"]);
}

/// A login that was decided before a deactivation must lose: its write names the epoch that it saw.
#[test]
fn a_login_racing_a_deactivation_loses() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    let mut racing = world.clone();
    racing.login(assertion(ANN)).unwrap();
    let Write::Update { version, epoch } = racing.last().write else { panic!("a login writes") };
    world.put(ann, user(ANN).external_id("00u1").active(false)).unwrap();
    assert_ne!((world.person(ann).version, world.person(ann).epoch), (version, epoch));
    assert_ne!(world.person(ann).epoch, racing.last().login.as_ref().unwrap().session.as_ref().unwrap().epoch);
}

#[test]
fn two_commands_at_one_moment_still_have_an_order() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    let first = world.person(ann).updated_at;
    world.turn_back_the_clock();
    world.set_role(ann, "dev", "Member").unwrap();
    assert!(world.person(ann).updated_at > first);
    assert_eq!(world.role(ann, "dev"), "Member");
}

// §3.6: groups that SCIM pushes.

/// Who says that somebody is in a group.
fn origins(world: &World, person: domain::id::PersonId, name: &str) -> Vec<Origin> {
    let groups = &world.person(person).access.groups;
    groups.iter().filter(|group| group.name.as_str() == name).flat_map(|group| group.origins.keys().copied()).collect()
}

#[test]
fn a_pushed_membership_holds_at_once_without_a_login() {
    let mut world = World::new();
    let ann = world.post(user(ANN));
    let revision = world.person(ann).revision;
    world.set_membership(ann, "Sales", true).unwrap();
    assert_eq!(origins(&world, ann, "Sales"), [Origin::Scim]);
    assert_eq!(world.status(ann), Status::Invited);
    assert_eq!(world.person(ann).revision, revision + 1, "SCIM shows the groups with the person");
    let [write] = world.last().memberships.as_slice() else { panic!("one membership begins") };
    assert_eq!((write.group.as_str(), write.origin, write.since.is_some()), ("Sales", Origin::Scim, true));
}

#[test]
fn a_membership_that_already_holds_or_never_held_changes_nothing() {
    let mut world = World::new();
    let ann = world.post(user(ANN));
    world.set_membership(ann, "Sales", false).unwrap();
    assert_eq!((world.last().write, world.last().memberships.len()), (Write::Nothing, 0));
    world.set_membership(ann, "Sales", true).unwrap();
    let before = world.person(ann).clone();
    world.set_membership(ann, "Sales", true).unwrap();
    assert_eq!((world.last().write, world.last().memberships.len()), (Write::Nothing, 0));
    assert_eq!(world.person(ann), &before);
}

#[test]
fn what_scim_takes_away_an_assertion_still_gives() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    world.set_membership(ann, "Finance", true).unwrap();
    assert_eq!(origins(&world, ann, "Finance"), [Origin::Saml, Origin::Scim]);
    world.set_membership(ann, "Finance", false).unwrap();
    assert_eq!(origins(&world, ann, "Finance"), [Origin::Saml]);
    assert_eq!(world.groups(ann), ["Finance"]);
}

#[test]
fn what_an_assertion_takes_away_scim_still_gives() {
    let mut world = World::new();
    let ann = ann_signed_in(&mut world);
    world.set_membership(ann, "Finance", true).unwrap();
    world.set_membership(ann, "Sales", true).unwrap();
    world.login(assertion(ANN).groups(["Marketing"])).unwrap();
    assert_eq!(
        (origins(&world, ann, "Finance"), origins(&world, ann, "Sales")),
        (vec![Origin::Scim], vec![Origin::Scim])
    );
    world.login(assertion(ANN).claim(domain::facts::GroupsClaim::Empty)).unwrap();
    assert_eq!(world.groups(ann), ["Finance", "Sales"]);
}

#[test]
fn a_deleted_person_comes_into_no_group() {
    let mut world = World::new();
    let ann = world.post(user(ANN));
    world.delete(ann).unwrap();
    assert_eq!(world.set_membership(ann, "Sales", true), Err(Refusal::NotFound));
}
