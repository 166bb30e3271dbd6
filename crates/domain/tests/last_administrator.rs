//! No sync demotes the last administrator of a workspace (product rules §3.8).

#![expect(clippy::unwrap_used, reason = "tests only")]

mod common;

use common::{World, assertion, user};
use domain::access::Rule;
use domain::audit::EventKind;
use domain::collaborator::Status;
use domain::id::PersonId;
use proptest::prelude::*;
use proptest::sample::select;

const ANN: &str = "ann@acme.test";
const BOB: &str = "bob@acme.test";

fn administrator(world: &mut World, name: &str) -> PersonId {
    let person = world.post(user(name));
    world.login(assertion(name).role("workato_role", "Environment admin")).unwrap();
    person
}

#[test]
fn a_login_that_would_demote_the_last_one_succeeds_and_the_role_stays() {
    let mut world = World::new();
    let ann = administrator(&mut world, ANN);
    world
        .login(assertion(ANN).role("workato_role", "Member").role("workato_role_prod", "Operator").groups(["Finance"]))
        .unwrap();
    assert!(world.last().login.as_ref().unwrap().session.is_some());
    assert_eq!((world.role(ann, "dev"), world.role(ann, "prod")), ("Environment admin".into(), "Operator".into()));
    assert_eq!(world.groups(ann), ["Finance"]);
    let decision = world.decision(ann, "dev");
    assert_eq!(decision.rule, Rule::LastAdministratorKeepsRole);
    assert!(
        decision.notes.iter().any(|note| note.contains("would leave the workspace without an administrator")),
        "{:?}",
        decision.notes
    );
    let entry = world.last().audit.iter().find(|entry| entry.kind == EventKind::AdministratorKept).unwrap();
    assert_eq!(entry.after.as_ref().unwrap()["refused"], "Member");
    assert!(!world.last().takes_administration);
}

#[test]
fn a_scim_write_that_would_demote_the_last_one_succeeds_and_the_role_stays() {
    let mut world = World::new();
    let ann = administrator(&mut world, ANN);
    world.put(ann, user(ANN).display_name("Ann Lee").role("workato_role", "Member")).unwrap();
    assert_eq!(world.role(ann, "dev"), "Environment admin");
    assert_eq!(world.person(ann).display_name(), "Ann Lee");
    assert!(world.was_told(EventKind::AdministratorKept));
}

#[test]
fn one_of_several_is_demoted_and_the_commit_has_to_find_another() {
    let mut world = World::new();
    let (ann, bob) = (administrator(&mut world, ANN), administrator(&mut world, BOB));
    world.login(assertion(ANN).role("workato_role", "Member")).unwrap();
    assert_eq!(world.role(ann, "dev"), "Member");
    assert!(world.last().takes_administration);
    world.login(assertion(BOB).role("workato_role", "Member")).unwrap();
    assert_eq!(world.role(bob, "dev"), "Environment admin");
}

#[test]
fn an_administrator_may_demote_even_the_last_one_and_nobody_is_kept_from_being_deactivated() {
    let mut world = World::new();
    let ann = administrator(&mut world, ANN);
    world.set_role(ann, "dev", "Member").unwrap();
    assert_eq!(world.role(ann, "dev"), "Member");
    let bob = administrator(&mut world, BOB);
    world.put(bob, user(BOB).active(false)).unwrap();
    assert_eq!(world.status(bob), Status::Deactivated);
    assert!(!world.last().takes_administration);
}

/// Somebody deactivated administers nothing.
#[test]
fn who_is_kept_out_does_not_count_as_another_one() {
    let mut world = World::new();
    let (ann, bob) = (administrator(&mut world, ANN), administrator(&mut world, BOB));
    world.put(bob, user(BOB).active(false)).unwrap();
    world.login(assertion(ANN).role("workato_role", "Member")).unwrap();
    assert_eq!(world.role(ann, "dev"), "Environment admin");
}

#[test]
fn once_there_is_another_one_the_next_login_demotes() {
    let mut world = World::new();
    let ann = administrator(&mut world, ANN);
    world.login(assertion(ANN).role("workato_role", "Member")).unwrap();
    administrator(&mut world, BOB);
    world.login(assertion(ANN).role("workato_role", "Member")).unwrap();
    assert_eq!(world.role(ann, "dev"), "Member");
}

proptest! {
    #[test]
    fn no_sequence_of_syncs_demotes_the_last_one(
        acts in prop::collection::vec((0..3_usize, select(&["Environment admin", "Member", "No access", "?"][..]), any::<bool>()), 1..40),
    ) {
        let mut world = World::new();
        let names = [ANN, BOB, "cid@acme.test"];
        let people = names.map(|name| world.post(user(name)));
        let mut had_one = false;
        for (who, role, by_login) in acts {
            if by_login {
                world.login(assertion(names[who]).role("workato_role", role)).unwrap();
            } else {
                world.put(people[who], user(names[who]).role("workato_role", role)).unwrap();
            }
            let has_one = people.iter().any(|id| world.person(*id).administers());
            prop_assert!(has_one || !had_one);
            had_one = has_one;
        }
    }
}
