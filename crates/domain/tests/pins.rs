//! Roles that an administrator pins (product rules §3.7).

#![expect(clippy::unwrap_used, reason = "tests only")]

mod common;

use chrono::Duration;
use common::{World, assertion, user};
use domain::access::Rule;
use domain::audit::{EventKind, Source};
use domain::clock::Timestamp;
use domain::decide::{Refusal, Write};
use domain::facts::Pin;

const ANN: &str = "ann@acme.test";

/// Ann after a login as Admin.
fn ann(world: &mut World) -> domain::id::PersonId {
    world.post(user(ANN));
    world.login(assertion(ANN).role("workato_role", "Admin")).unwrap()
}

fn until(at: Timestamp) -> Pin {
    Pin { until: at, reason: "on call".to_owned() }
}

#[test]
fn no_sync_overwrites_a_pinned_role_and_the_next_one_after_it_does() {
    let mut world = World::new();
    let ann = ann(&mut world);
    let pin = until(world.now() + Duration::hours(8));
    world.pin(ann, "dev", "Operator", pin.clone()).unwrap();
    assert_eq!(
        (world.role(ann, "dev"), world.decision(ann, "dev").rule),
        ("Operator".into(), Rule::AdministratorPinnedRole)
    );
    world.login(assertion(ANN).role("workato_role", "Analyst")).unwrap();
    world.put(ann, user(ANN).role("workato_role", "Member")).unwrap();
    let decision = world.decision(ann, "dev");
    assert_eq!(decision.role.as_ref().unwrap().as_str(), "Operator");
    assert_eq!(decision.inputs.manual.pin, Some(pin));
    assert!(
        decision.notes.iter().any(|note| note.contains("overruled by an administrator's pin")),
        "{:?}",
        decision.notes
    );
}

#[test]
fn when_a_pin_is_over_what_syncs_said_meanwhile_decides() {
    let mut world = World::new();
    let ann = ann(&mut world);
    world.pin(ann, "dev", "Operator", until(world.now() + Duration::hours(8))).unwrap();
    world.login(assertion(ANN).role("workato_role", "Analyst")).unwrap();
    world.reconsider(ann);
    assert_eq!((world.role(ann, "dev"), world.last().write), ("Operator".into(), Write::Nothing));
    world.wait(Duration::hours(8));
    assert!(world.person(ann).is_due(world.now()));
    world.reconsider(ann);
    assert_eq!(world.role(ann, "dev"), "Analyst");
    let entry = world.last().audit.iter().find(|entry| entry.kind == EventKind::AccessChanged).unwrap();
    assert_eq!(entry.source, Source::System);
    assert_eq!(world.person(ann).due_at(), None);
    world.reconsider(ann);
    assert_eq!(world.last().write, Write::Nothing);
}

#[test]
fn when_nothing_was_said_meanwhile_the_role_stays_until_the_next_sync() {
    let mut world = World::new();
    let ann = ann(&mut world);
    world.pin(ann, "dev", "Operator", until(world.now() + Duration::hours(8))).unwrap();
    world.wait(Duration::hours(9));
    world.reconsider(ann);
    assert_eq!(world.role(ann, "dev"), "Operator");
    world.login(assertion(ANN).role("workato_role", "Analyst")).unwrap();
    assert_eq!(world.role(ann, "dev"), "Analyst");
}

#[test]
fn a_role_set_without_a_pin_takes_the_pin_off() {
    let mut world = World::new();
    let ann = ann(&mut world);
    world.pin(ann, "dev", "Operator", until(world.now() + Duration::hours(8))).unwrap();
    world.set_role(ann, "dev", "Operator").unwrap();
    assert!(matches!(world.last().write, Write::Update { .. }));
    world.login(assertion(ANN).role("workato_role", "Analyst")).unwrap();
    assert_eq!(world.role(ann, "dev"), "Analyst");
}

#[test]
fn a_pin_is_told_with_its_end_and_its_reason() {
    let mut world = World::new();
    let ann = ann(&mut world);
    let pin = until(world.now() + Duration::hours(8));
    world.pin(ann, "dev", "Admin", pin.clone()).unwrap();
    let entry = world.last().audit.iter().find(|entry| entry.kind == EventKind::CollaboratorUpdated).unwrap();
    assert_eq!(entry.after.as_ref().unwrap()["pin"]["reason"], "on call");
    world.pin(ann, "dev", "Admin", pin).unwrap();
    assert_eq!(world.last().write, Write::Nothing);
}

#[test]
fn a_pin_needs_an_end_ahead_and_a_reason() {
    let mut world = World::new();
    let ann = ann(&mut world);
    let over = world.now();
    assert_eq!(world.pin(ann, "dev", "Operator", until(over)), Err(Refusal::PinIsOver(over)));
    let end = world.now() + Duration::hours(1);
    let blank = Pin { until: end, reason: " ".to_owned() };
    assert_eq!(world.pin(ann, "dev", "Operator", blank), Err(Refusal::PinWithoutReason));
    assert_eq!(world.role(ann, "dev"), "Admin");
}
