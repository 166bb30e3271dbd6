//! What always holds, whatever happens in whatever order (proptest).

#![expect(clippy::unwrap_used, reason = "tests only")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use common::chance::{Act, act, acts, assertions, group_values, groups, perform, worlds};
use common::{World, assertion, connection, group, moment, role, user};
use domain::access::{AccessInForce, EffectiveAccess, Evaluation, effective_access};
use domain::audit::{Actor, EventKind, Source};
use domain::clock::Timestamp;
use domain::collaborator::{Person, Status};
use domain::decide::Write;
use domain::environment::EnvironmentName;
use domain::facts::{AssertedFacts, Facts, GroupsClaim, ManualFacts, ProvisionedFacts, Stated};
use domain::id::PersonId;
use proptest::prelude::*;
use proptest::sample::select;

proptest! {
    #[test]
    fn the_stored_access_is_the_merge_of_the_stored_facts(world in worlds(), acts in acts()) {
        let mut world = world;
        for act in &acts {
            perform(&mut world, act);
            // Nobody looks at who is deleted, until they come back.
            for person in world.people.iter().filter(|person| !person.lifecycle.is_deleted()) {
                prop_assert_eq!(&merge(&world, &person.facts, &person.access), &person.access, "after {:?}", act);
            }
        }
    }

    #[test]
    fn evaluating_twice_changes_nothing(
        world in worlds(),
        earlier in facts(),
        now in facts(),
        authority in select(&["hybrid", "scim", "saml"][..]),
    ) {
        let before = merge(&world, &earlier, &EffectiveAccess::default());
        let world = world.with("role_authority", authority);
        let once = merge(&world, &now, &before);
        prop_assert_eq!(merge(&world, &now, &once), once);
    }

    #[test]
    fn access_reads_back_as_it_was_written(world in worlds(), facts in facts()) {
        let access = merge(&world, &facts, &EffectiveAccess::default());
        let read: EffectiveAccess = serde_json::from_str(&serde_json::to_string(&access).unwrap()).unwrap();
        prop_assert_eq!(read, access);
        let read: Facts = serde_json::from_str(&serde_json::to_string(&facts).unwrap()).unwrap();
        prop_assert_eq!(read, facts);
    }

    #[test]
    fn who_is_kept_out_has_no_access_in_force(world in worlds(), acts in acts()) {
        let mut world = world;
        for act in &acts {
            perform(&mut world, act);
            for person in &world.people {
                let kept_out = matches!(person.status(), Status::Deactivated | Status::Removed);
                prop_assert_eq!(kept_out, !person.lifecycle.is_active());
                if kept_out || person.lifecycle.is_deleted() {
                    prop_assert_eq!(person.access_in_force(world.now()), AccessInForce::none(&person.access));
                }
            }
        }
    }

    #[test]
    fn losing_access_always_ends_the_sessions(world in worlds(), acts in acts()) {
        play(world, &acts, |before, after, _| {
            if let Some(earlier) = before {
                prop_assert!(after.epoch >= earlier.epoch);
                if earlier.lifecycle.is_active() && !after.lifecycle.is_active() {
                    prop_assert!(after.epoch > earlier.epoch);
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_write_is_told_and_what_is_not_written_is_not(world in worlds(), acts in acts()) {
        play(world, &acts, |before, after, world| {
            let change = world.last();
            match change.write {
                Write::Nothing => {
                    prop_assert_eq!(before, Some(after));
                    prop_assert!(change.audit.is_empty() && change.events.is_empty());
                    prop_assert!(change.links.is_empty() && change.groups.is_empty() && change.login.is_none());
                }
                Write::Insert => prop_assert!(before.is_none() && world.was_told(EventKind::CollaboratorProvisioned)),
                Write::Update { version, epoch } => {
                    // The entry about an invitation is written with its mail.
                    prop_assert!(!change.audit.is_empty() || change.invitation.is_some());
                    let earlier = before.unwrap();
                    prop_assert_eq!((version, epoch), (earlier.version, earlier.epoch));
                    prop_assert!(after.version > version && after.updated_at > earlier.updated_at);
                }
            }
            for event in &change.events {
                prop_assert!(change.audit.iter().any(|entry| entry.kind == event.kind));
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_change_of_access_is_told_once_with_before_and_after(world in worlds(), acts in acts()) {
        play(world, &acts, |before, after, world| {
            let earlier = before.map_or_else(|| AccessInForce::none(&after.access), |before| before.access.summary());
            let told: Vec<_> = world.last().audit.iter().filter(|e| e.kind == EventKind::AccessChanged).collect();
            prop_assert_eq!(told.len(), usize::from(!earlier.grants_the_same(&after.access.summary())));
            for entry in told {
                prop_assert_eq!(entry.before.clone(), Some(serde_json::json!(earlier)));
                prop_assert_eq!(entry.after.clone(), Some(serde_json::json!(after.access.summary())));
            }
            Ok(())
        })?;
    }

    #[test]
    fn every_entry_has_the_source_of_its_actor(world in worlds(), acts in acts()) {
        play(world, &acts, |_, after, world| {
            for entry in &world.last().audit {
                let source = match entry.actor {
                    Actor::ScimToken { .. } => Source::ScimAutoSync,
                    Actor::Assertion { .. } => Source::SamlAutoSync,
                    _ => Source::Manual,
                };
                prop_assert_eq!(entry.source, source);
                // A login may make groups: those entries are about the group.
                let about_person = entry.kind != EventKind::GroupAdded;
                prop_assert_eq!(entry.subject.id.clone(), about_person.then(|| after.id.to_string()));
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_command_given_twice_changes_nothing_the_second_time(world in worlds(), acts in acts(), last in act()) {
        let mut world = world;
        for act in &acts {
            perform(&mut world, act);
        }
        let repeatable =
            matches!(last, Act::Put(..) | Act::SetRole(..) | Act::Hold(_) | Act::Activate(_) | Act::Remove(_) | Act::Join(..));
        if repeatable && matches!(perform(&mut world, &last), Some(Ok(_))) {
            let people = world.people.clone();
            perform(&mut world, &last);
            prop_assert_eq!(world.last().write, Write::Nothing);
            prop_assert_eq!(world.people, people);
        }
    }

    #[test]
    fn a_scim_id_never_comes_back_and_an_inner_id_never_changes(world in worlds(), acts in acts()) {
        let mut world = world;
        let mut gone = BTreeSet::new();
        let mut owners = BTreeMap::new();
        for act in &acts {
            let before: Vec<PersonId> = world.people.iter().map(|person| person.id).collect();
            perform(&mut world, act);
            let after: Vec<PersonId> = world.people.iter().map(|person| person.id).collect();
            prop_assert!(after.starts_with(&before));
            for person in &world.people {
                prop_assert_eq!(*owners.entry(person.scim_id).or_insert(person.id), person.id);
                if person.lifecycle.is_deleted() {
                    gone.insert(person.scim_id);
                } else {
                    prop_assert!(!gone.contains(&person.scim_id), "{:?} is back", person.scim_id);
                }
            }
        }
    }

    #[test]
    fn two_living_people_never_share_a_name_and_a_name_id_never_names_a_predecessor(world in worlds(), acts in acts()) {
        let mut world = world;
        for act in &acts {
            perform(&mut world, act);
            let living = || world.people.iter().filter(|person| !person.lifecycle.is_deleted());
            let names: BTreeSet<&str> = living().map(|person| person.user_name.fold()).collect();
            prop_assert_eq!(names.len(), living().count());
            for id in world.links.values() {
                let person = world.person(*id);
                let replaced = living().any(|other| other.user_name.fold() == person.user_name.fold() && other.id != *id);
                prop_assert!(!replaced, "{} is still linked", person.user_name);
            }
        }
    }

    #[test]
    fn a_login_signs_in_whom_its_name_id_or_its_name_means(world in worlds(), acts in acts(), last in assertions()) {
        let mut world = world;
        for act in &acts {
            perform(&mut world, act);
        }
        if let Ok(id) = world.login(last) {
            let session = world.last().login.as_ref().unwrap().session.as_ref().unwrap();
            let person = world.person(id);
            prop_assert_eq!(person.status(), Status::Active);
            prop_assert_eq!((session.person, session.epoch), (id, person.epoch));
            prop_assert_eq!(session.name_id.value.contains('\u{212a}'), person.user_name.as_str().contains('\u{212a}'));
        }
    }

    #[test]
    fn coming_back_restores_exactly(world in worlds(), acts in acts(), way in 0..3_u8) {
        let mut world = world;
        for act in &acts {
            perform(&mut world, act);
        }
        let active: Vec<Person> = world.people.iter().filter(|person| person.lifecycle.is_active()).cloned().collect();
        for before in active {
            let active = |active| {
                let same = user(before.user_name.as_str()).active(active);
                before.external_id.iter().fold(same, |user, id| user.external_id(id))
            };
            match way {
                0 => {
                    world.put(before.id, active(false)).unwrap();
                    world.put(before.id, active(true)).unwrap();
                }
                1 => {
                    world.hold(before.id);
                    world.activate(before.id);
                }
                _ => {
                    world.remove(before.id);
                    world.put(before.id, active(true)).unwrap();
                }
            }
            let after = world.person(before.id);
            prop_assert_eq!((after.id, after.scim_id), (before.id, before.scim_id));
            let now = world.now();
            prop_assert_eq!((&after.access, after.access_in_force(now)), (&before.access, before.access_in_force(now)));
            prop_assert_eq!(&after.facts, &before.facts);
            prop_assert_eq!((after.status(), &after.lifecycle.acceptance), (before.status(), &before.lifecycle.acceptance));
        }
    }

    #[test]
    fn an_unknown_role_gives_the_earlier_role_or_the_default(
        world in worlds(),
        acts in acts(),
        by_scim in any::<bool>(),
        value in select(&["admn", "admin", " Admin", "Admin,Analyst", "Environment Admin"][..]),
    ) {
        let mut world = world;
        for act in &acts {
            perform(&mut world, act);
        }
        let authority = world.workspace.policy.role_authority;
        for person in world.people.clone() {
            let name = person.user_name.as_str();
            let decided = if by_scim {
                let same = user(name).role("workato_role", value);
                let same = person.external_id.iter().fold(same, |user, id| user.external_id(id));
                authority.to_string() != "saml" && world.put(person.id, same).is_ok()
            } else {
                authority.to_string() != "scim" && world.login(assertion(name).role("workato_role", value)).is_ok()
            };
            if decided {
                let after = world.decision(person.id, "dev").role.clone();
                let earlier = person.access.environments[0].role.clone();
                let default = Some(role("Member"));
                prop_assert!(after == earlier || after == default, "{:?} became {:?}", earlier, after);
            }
        }
    }

    #[test]
    fn the_order_of_groups_and_repetitions_dont_matter(
        world in worlds(),
        acts in acts(),
        (values, shuffled) in group_values().prop_flat_map(|values| {
            // Two values at least: a single one may be a list in itself.
            let values: Vec<_> = values.into_iter().chain(["Operations".to_owned()]).collect();
            let twice: Vec<_> = values.iter().chain(&values[..1]).cloned().collect();
            (Just(values), Just(twice).prop_shuffle())
        }),
    ) {
        let mut world = world.with("jit", "everyone");
        for act in &acts {
            perform(&mut world, act);
        }
        let signed_in = |values: Vec<String>| {
            let mut world = world.clone();
            let person = world.login(assertion("kai@acme.test").claim(GroupsClaim::Values(values)));
            person.map(|person| world.person(person).access.groups.clone())
        };
        prop_assert_eq!(signed_in(values), signed_in(shuffled));
    }

    #[test]
    fn groups_in_force_are_groups_of_the_catalogue(world in worlds(), acts in acts()) {
        let mut world = world;
        for act in &acts {
            perform(&mut world, act);
        }
        for membership in world.people.iter().flat_map(|person| &person.access.groups) {
            prop_assert!(world.catalogue.groups.contains(&membership.name));
            prop_assert!(membership.name != group("All collaborators") && membership.since().is_some());
        }
    }
}

/// Plays the acts and shows, after each that was not refused, the person before and after.
fn play(
    mut world: World,
    acts: &[Act],
    check: impl Fn(Option<&Person>, &Person, &World) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    for act in acts {
        let before = world.people.clone();
        if let Some(Ok(id)) = perform(&mut world, act) {
            let earlier = before.iter().find(|person| person.id == id);
            check(earlier, world.person(id), &world)?;
        }
    }
    Ok(())
}

/// The merge at the moment of the last evaluation, whose policy's version alone may differ.
fn merge(world: &World, facts: &Facts, previous: &EffectiveAccess) -> EffectiveAccess {
    let merged = effective_access(&Evaluation {
        policy: &world.workspace.policy,
        policy_version: world.workspace.policy_version,
        catalogue: &world.catalogue,
        facts,
        previous,
        now: previous.evaluated_at.unwrap_or(world.now()),
    });
    EffectiveAccess { evaluated_at: previous.evaluated_at, policy_version: previous.policy_version, ..merged }
}

/// Facts of any age in any order.
fn facts() -> impl Strategy<Value = Facts> {
    let values = &["Admin", "Analyst", "NoAccess", "admn", ""][..];
    let provisioned = proptest::collection::btree_map(
        select(&["workato_role", "workato_role_dev", "workato_role_prod"][..]).prop_map(str::to_owned),
        (select(values), moments()).prop_map(|(value, at)| Stated { value: value.to_owned(), at }),
        0..3,
    );
    let roles = proptest::collection::btree_map(
        select(&["workato_role", "workato_role_test"][..]).prop_map(str::to_owned),
        proptest::collection::vec(select(values).prop_map(str::to_owned), 1..3),
        0..3,
    );
    let asserted = (moments(), roles, groups()).prop_map(|(at, roles, groups)| AssertedFacts {
        at,
        connection: connection(),
        roles,
        groups,
    });
    let manual = proptest::collection::btree_map(
        select(&["dev", "prod"][..]).prop_map(|name| EnvironmentName::new(name).unwrap()),
        (select(&["Member", "Operator"][..]), moments()).prop_map(|(name, at)| Stated { value: role(name), at }),
        0..2,
    );
    (provisioned, proptest::option::of(asserted), manual).prop_map(|(provisioned, asserted, manual)| Facts {
        provisioned: ProvisionedFacts { roles: provisioned },
        asserted,
        identity: None,
        manual: ManualFacts { roles: manual, ..ManualFacts::default() },
    })
}

fn moments() -> impl Strategy<Value = Timestamp> {
    (0..6_i64).prop_map(|minutes| moment("2026-01-05T07:00:00Z") + Duration::minutes(minutes))
}
