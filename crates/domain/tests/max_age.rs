//! Roles that outlive the login that gave them, by the environment's maximum age (product rules §8).

#![expect(clippy::unwrap_used, reason = "tests only")]

mod common;

use chrono::Duration;
use common::{World, assertion, user};
use domain::access::InputState;
use domain::audit::{EventKind, Source};
use domain::decide::Write;
use domain::environment::{EnvironmentEdit, Place};
use domain::explain::explain;
use domain::id::PersonId;

const ANN: &str = "ann@acme.test";

/// Ann, signed in as Admin in dev and as Analyst in prod, where roles last for eight hours.
fn ann(world: &mut World) -> PersonId {
    world.set_max_age("prod", Some("8h"));
    world.post(user(ANN));
    world.login(assertion(ANN).role("workato_role", "Admin").role("workato_role_prod", "Analyst")).unwrap()
}

fn wait(world: &mut World, hours: i64) {
    world.wait(Duration::hours(hours));
    world.settle_due();
}

#[test]
fn past_its_age_a_role_is_suspended_and_the_next_login_brings_it_back() {
    let mut world = World::new();
    let ann = ann(&mut world);
    let login = world.last().clone();
    wait(&mut world, 7);
    assert_eq!((world.role(ann, "prod"), world.is_alive(&login)), ("Analyst".into(), true));
    wait(&mut world, 1);
    assert_eq!((world.role(ann, "dev"), world.role(ann, "prod")), ("Admin".into(), "-".into()));
    assert!(!world.is_alive(&login), "the sessions end: they lead to the next login");
    let entry = world.last().audit.iter().find(|entry| entry.kind == EventKind::AccessChanged).unwrap();
    assert_eq!(
        (entry.source, &entry.after.as_ref().unwrap()["roles"]["prod"]),
        (Source::System, &serde_json::Value::Null)
    );
    // The assertion is silent about prod: the role that stays is the suspended one.
    world.login(assertion(ANN).role("workato_role", "Admin")).unwrap();
    assert_eq!(world.role(ann, "prod"), "Analyst");
    assert!(world.person(ann).due_at().is_some(), "and it is suspended again, unless another login comes");
}

#[test]
fn it_is_out_of_force_at_its_moment_even_where_nobody_looks_at_it() {
    let mut world = World::new();
    let ann = ann(&mut world);
    world.wait(Duration::hours(8));
    assert_eq!(world.role(ann, "prod"), "-", "no worker has run yet");
}

#[test]
fn the_explanation_says_that_it_is_stale() {
    let mut world = World::new();
    let ann = ann(&mut world);
    wait(&mut world, 9);
    let prod = explain(world.person(ann), world.now()).environments["prod"].clone();
    assert_eq!((&prod["role"], &prod["kept_role"]), (&serde_json::Value::Null, &"Analyst".into()));
    assert_eq!(prod["rule"], "too long after the login: suspended until the next one");
    assert_eq!(prod["inputs"]["saml"]["state"], "stale");
    assert_eq!(prod["notes"][0], "The last login is over 8h ago: Analyst is suspended until the next one");
    assert_eq!(world.decision(ann, "dev").inputs.saml.state, InputState::Present, "dev has no maximum age");
}

#[test]
fn what_no_assertion_gave_has_no_age() {
    let mut world = World::new();
    let ann = ann(&mut world);
    world.put(ann, user(ANN).role("workato_role_prod", "Member")).unwrap();
    wait(&mut world, 24);
    assert_eq!(world.role(ann, "prod"), "Member", "a later SCIM value");
    world.login(assertion(ANN).role("workato_role_prod", "Analyst")).unwrap();
    world.set_role(ann, "prod", "Operator").unwrap();
    wait(&mut world, 24);
    assert_eq!(world.role(ann, "prod"), "Operator", "an administrator's");
}

#[test]
fn a_suspended_role_is_not_brought_back_by_a_scim_write_about_something_else() {
    let mut world = World::new();
    let ann = ann(&mut world);
    wait(&mut world, 9);
    world.put(ann, user(ANN).role("workato_role", "Member")).unwrap();
    assert_eq!((world.role(ann, "dev"), world.role(ann, "prod")), ("Member".into(), "-".into()));
}

#[test]
fn a_maximum_age_that_is_set_or_taken_off_counts_for_everybody_at_once() {
    let mut world = World::new();
    let ann = ann(&mut world);
    wait(&mut world, 4);
    world.set_max_age("prod", Some("3h"));
    assert_eq!(world.role(ann, "prod"), "-");
    world.set_max_age("prod", None);
    assert_eq!((world.role(ann, "prod"), world.person(ann).due_at()), ("Analyst".into(), None));
}

#[test]
fn an_environment_that_is_added_gives_roles_at_once_and_one_that_is_removed_none() {
    let mut world = World::new();
    let ann = ann(&mut world);
    let waiting = world.post(user("bob@acme.test"));
    world.edit_environments(|all| all.add("qa", EnvironmentEdit::default(), Place::Before("prod")).unwrap());
    assert_eq!((world.role(ann, "qa"), world.role(waiting, "qa")), ("Member".into(), "-".into()));
    assert!(!world.was_told(EventKind::AccessChanged), "nothing changed for who waits for the first login");
    let order: Vec<_> = world.person(waiting).access.environments.iter().map(|e| e.environment.as_str()).collect();
    assert_eq!(order, ["dev", "test", "qa", "prod"]);
    world.edit_environments(|all| all.remove("qa").unwrap());
    assert!(world.person(ann).access.environments.iter().all(|e| e.environment.as_str() != "qa"));
    world.settle_all();
    assert_eq!(world.last().write, Write::Nothing);
}
