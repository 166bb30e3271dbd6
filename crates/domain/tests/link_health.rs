//! Whether SCIM and SAML say the same of somebody, and what administrators filter people by.

mod common;

use chrono::Duration;
use common::{World, assertion, group, role, user};
use domain::access::AccessInForce;
use domain::collaborator::Status;
use domain::environment::EnvironmentName;
use domain::facet::{Facet, facets};
use domain::id::PersonId;
use domain::link_health::{LinkHealth, link_health};
use domain::people_search::{PeopleSearch, Standing};
use domain::predicate::{AttributePath, Comparison, Operand, Predicate};
use domain::search::search_attributes;
use serde_json::json;

const ANN: &str = "ann@acme.test";

fn health(world: &World, person: PersonId) -> (String, Vec<String>) {
    let health = link_health(world.person(person));
    (health.as_str().to_owned(), health.mismatches().iter().map(ToString::to_string).collect())
}

/// The facets as `name=value`.
fn shown(world: &World, person: PersonId) -> Vec<String> {
    let found = facets(world.person(person));
    found.into_iter().map(|(facet, value)| format!("{}={value}", facet.path().as_str())).collect()
}

#[test]
fn before_the_first_login_there_is_scim_alone() {
    let mut world = World::new();
    let ann = world.post(user(ANN).role("workato_role", "Admin"));
    assert_eq!(health(&world, ann), ("scim_only".to_owned(), vec![]));
}

#[test]
fn whom_scim_does_not_manage_there_is_saml_alone() {
    let mut world = World::new().with("jit", "everyone");
    let ann = world.login(assertion(ANN).role("workato_role", "Admin")).unwrap();
    assert_eq!(health(&world, ann), ("saml_only".to_owned(), vec![]));
    world.put(ann, user(ANN)).unwrap();
    assert_eq!(health(&world, ann).0, "linked");
}

#[test]
fn where_both_speak_and_say_the_same_they_are_linked() {
    let mut world = World::new();
    let ann = world.post(user(ANN).role("workato_role", "No access").role("workato_role_test", ""));
    let said = assertion(ANN).role("workato_role", "NoAccess").role("workato_role_test", "Admin");
    world.login(said.role("workato_role_prod", "Member").full_name("Somebody Else")).unwrap();
    assert_eq!(health(&world, ann), ("linked".to_owned(), vec![]), "two spellings, an empty value, one side silent");
}

#[test]
fn another_role_is_a_mismatch_whomever_the_policy_listens_to() {
    for authority in ["hybrid", "scim", "saml"] {
        let mut world = World::new().with("role_authority", authority);
        let ann = world.post(user(ANN).role("workato_role", "Member").role("workato_role_prod", "Analyst"));
        let said = assertion(ANN).role("workato_role", "Admin").role("workato_role_prod", "Analyst");
        world.login(said).unwrap();
        let expected = "The role in dev: SCIM says Member, the last login said Admin".to_owned();
        assert_eq!(health(&world, ann), ("mismatched".to_owned(), vec![expected]), "{authority}");
        world.put(ann, user(ANN).role("workato_role", "Admin").role("workato_role_prod", "Analyst")).unwrap();
        assert_eq!(health(&world, ann).0, "linked", "{authority}");
    }
}

#[test]
fn a_value_that_is_no_role_differs_as_any_other_does() {
    let mut world = World::new();
    let ann = world.post(user(ANN).role("workato_role", "admin"));
    world.login(assertion(ANN).role("workato_role", "Admin").role("workato_role", "Member")).unwrap();
    let expected = "The role in dev: SCIM says admin, the last login said Admin, Member".to_owned();
    assert_eq!(health(&world, ann).1, [expected]);
}

#[test]
fn an_address_that_scim_does_not_know_is_a_mismatch() {
    let mut world = World::new();
    let emails = json!([{ "value": "Home@acme.test" }, { "value": "work@acme.test", "primary": true }]);
    let ann = world.post(user(ANN).attribute("emails", emails));
    world.login(assertion(ANN).email("ANN@acme.test")).unwrap();
    assert_eq!(health(&world, ann).0, "linked", "the userName counts, without regard to case");
    world.login(assertion("ann@acme.test").email("home@ACME.test")).unwrap();
    assert_eq!(health(&world, ann).0, "linked", "any of the addresses counts");
    world.login(assertion("ann@acme.test").email("ann@globex.test")).unwrap();
    let expected = "The address: SCIM says work@acme.test, the last login said ann@globex.test".to_owned();
    assert_eq!(health(&world, ann), ("mismatched".to_owned(), vec![expected]));
}

#[test]
fn a_name_that_is_no_address_is_none() {
    let mut world = World::new();
    let bob = world.post(user("E4711"));
    world.login(assertion("E4711").email("E4711")).unwrap();
    assert_eq!(health(&world, bob).0, "linked");
    let cat = world.post(user("E4712"));
    world.link(cat, common::connection(), Some("cat@acme.test"));
    world.login(assertion("cat@acme.test")).unwrap();
    assert_eq!(health(&world, cat).0, "linked", "SCIM has no address to differ from");
    let dan = world.post(user("dan@acme.test"));
    world.link(dan, common::connection(), Some("E4713"));
    world.login(assertion("E4713")).unwrap();
    assert_eq!(health(&world, dan).0, "linked", "the assertion has none");
    let eve = world.post(user("eve@acme.test"));
    world.link(eve, common::connection(), Some("mallory@acme.test"));
    world.login(assertion("mallory@acme.test")).unwrap();
    assert_eq!(health(&world, eve).0, "mismatched", "an administrator linked her by another address");
}

#[test]
fn the_words_are_those_of_the_kinds() {
    let kinds = [LinkHealth::Linked, LinkHealth::ScimOnly, LinkHealth::SamlOnly, LinkHealth::Mismatched(vec![])];
    assert_eq!(kinds.map(|kind| kind.as_str()), LinkHealth::WORDS);
}

#[test]
fn facets_follow_a_person_through_life() {
    let mut world = World::new();
    let ann = world.post(user(ANN).role("workato_role", "Admin"));
    assert_eq!(shown(&world, ann), ["#status=invited", "#source=scim", "#login=never", "#health=scim_only"]);
    world.login(assertion(ANN).role("workato_role_prod", "Analyst")).unwrap();
    let roles = ["#role:dev=Admin", "#role:test=Member", "#role:prod=Analyst"];
    let active = ["#status=active", "#source=scim", "#login=seen", "#health=linked"];
    assert_eq!(shown(&world, ann), [&active[..], &roles].concat());
    world.hold(ann);
    let kept = ["#kept:dev=Admin", "#kept:test=Member", "#kept:prod=Analyst"];
    let held = ["#status=deactivated", "#source=scim", "#login=seen", "#hold=held"];
    assert_eq!(shown(&world, ann), [&held[..], &kept].concat(), "who is kept out has no health");
    world.remove(ann);
    assert_eq!(shown(&world, ann)[0], "#status=removed");
    world.activate(ann);
    assert_eq!(shown(&world, ann), [&active[..], &roles].concat());
    world.delete(ann).unwrap();
    assert_eq!(shown(&world, ann), ["#status=deleted"]);
}

/// Whatever the moment at which somebody looks, what was written last is what was in force then.
#[test]
fn a_role_that_is_out_of_force_is_kept() {
    let mut world = World::new();
    world.set_max_age("prod", Some("8h"));
    let ann = world.post(user(ANN));
    world.login(assertion(ANN).role("workato_role_prod", "Analyst")).unwrap();
    assert!(shown(&world, ann).contains(&"#role:prod=Analyst".to_owned()));
    world.wait(Duration::hours(8));
    world.settle_due();
    let now = shown(&world, ann);
    assert!(now.contains(&"#kept:prod=Analyst".to_owned()) && now.contains(&"#role:dev=Member".to_owned()), "{now:?}");
    let in_force = AccessInForce::of(&world.person(ann).access, world.now());
    assert_eq!(in_force.roles[2].1, None);
}

/// A provider can't give anybody a facet: what stands there is Gatehouse's own.
#[test]
fn no_attribute_of_a_person_becomes_a_facet() {
    let mut world = World::new();
    let ann = world.post(user(ANN).attribute("#status", json!("active")).attribute("#role:prod", json!(["Admin"])));
    let found = search_attributes(world.person(ann));
    assert!(found.iter().all(|attribute| !attribute.path.is_internal()), "{found:?}");
}

#[test]
fn a_search_asks_for_everything_at_once() {
    let prod = || EnvironmentName::new("prod").unwrap();
    let search = PeopleSearch {
        text: " Ann ".to_owned(),
        status: Some(Standing::Is(Status::Active)),
        roles: vec![(prod(), role("Admin"))],
        group: Some(group("Finance")),
        facets: vec![(Facet::Hold, "held".to_owned())],
    };
    let conditions = search.conditions();
    let Predicate::Or(words) = &conditions[0] else { unreachable!("{conditions:?}") };
    let begins = Predicate::Compare(
        AttributePath::new("displayName"),
        Comparison::StartsWith,
        Operand::Folded("Ann".to_owned()),
    );
    assert!(words.contains(&begins));
    let group = Predicate::Compare(AttributePath::of_groups(), Comparison::Equal, Operand::Exact("Finance".to_owned()));
    let others = [Facet::Status.is("active"), Facet::Role(prod()).is("Admin"), group, Facet::Hold.is("held")].to_vec();
    assert_eq!(conditions[1..], others);
}

#[test]
fn who_is_kept_out_is_found_by_the_role_that_is_kept() {
    let prod = EnvironmentName::new("prod").unwrap();
    for (standing, facet) in [
        (None, Facet::Role(prod.clone())),
        (Some(Standing::Is(Status::Invited)), Facet::Role(prod.clone())),
        (Some(Standing::Is(Status::Removed)), Facet::KeptRole(prod.clone())),
        (Some(Standing::Is(Status::Deactivated)), Facet::KeptRole(prod.clone())),
    ] {
        let roles = vec![(prod.clone(), role("Admin"))];
        let search = PeopleSearch { status: standing, roles, ..PeopleSearch::default() };
        assert_eq!(search.conditions().last(), Some(&facet.is("Admin")));
    }
}

#[test]
fn everybody_is_in_the_group_of_everybody() {
    let search = PeopleSearch { group: Some(group("All collaborators")), ..PeopleSearch::default() };
    assert_eq!(search.conditions(), []);
}

#[test]
fn standings_have_words() {
    for standing in Standing::ALL {
        assert_eq!(Standing::find(standing.as_str()), Some(standing));
    }
    assert_eq!(Standing::find("Active"), None);
}

/// An entry of the end of somebody's access tells of the invitation that it took back.
#[test]
fn a_cancelled_invitation_is_told() {
    let mut world = World::new().with("invitations", "verify_first");
    let ann = world.post(user(ANN));
    world.hold(ann);
    let after = world.last().audit[0].after.clone().unwrap();
    assert_eq!(after, json!({ "status": "deactivated", "invitation_cancelled": true }));
    world.activate(ann);
    world.accept(ann, world.last().invitation.clone().unwrap().number).unwrap();
    world.delete(ann).unwrap();
    let after = world.last().audit[0].after.clone().unwrap();
    assert_eq!(after, json!({ "status": "deactivated", "provider": "deleted" }));
}
