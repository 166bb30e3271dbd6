//! Invitations, sentence by sentence (product rules §2.1, §2.2, §2.4, §2.5, §2.10).

mod common;

use chrono::Duration;
use common::{World, assertion, user};
use domain::collaborator::Status;
use domain::decide::Refusal;
use serde_json::{Value, json};

const ANN: &str = "ann@acme.test";

/// The policy of a new workspace: the link comes first.
fn world() -> World {
    World::new().with("invitations", "verify_first")
}

fn email(address: &str) -> Value {
    json!([{ "value": address, "type": "work", "primary": true }])
}

#[test]
fn who_is_provisioned_is_invited_and_signs_in_after_the_link_was_used() {
    let mut world = world();
    let ann = world.post(user(ANN));
    let (to, number) = world.invited().map(|(to, number)| (to.to_owned(), number)).unwrap();
    assert_eq!(to, ANN);
    world.accept(ann, number).unwrap();
    assert_eq!((world.status(ann), world.told()), (Status::Active, vec!["invitation.accepted"]));
    world.login(assertion(ANN).role("workato_role", "Admin")).unwrap();
    assert_eq!(world.role(ann, "dev"), "Admin");
}

#[test]
fn a_login_before_that_is_held_uses_up_its_assertion_and_changes_no_fact() {
    let mut world = world();
    let ann = world.post(user(ANN));
    let before = world.person(ann).clone();
    world.login(assertion(ANN).role("workato_role", "Admin").groups(["Finance"])).unwrap();
    let login = world.last().login.clone().unwrap();
    assert!(login.session.is_none() && !login.assertion.is_empty());
    assert!(world.last().links.is_empty() && world.last().memberships.is_empty());
    assert_eq!(world.told(), ["login.failed"]);
    assert_eq!(world.last().audit[0].after.as_ref().unwrap()["check"], "not_verified");
    let after = world.person(ann);
    assert_eq!((&after.facts, &after.access, &after.lifecycle), (&before.facts, &before.access, &before.lifecycle));
}

#[test]
fn a_link_works_once_and_until_it_expires() {
    let mut world = world().with("invitation_lifetime", "1h");
    let ann = world.post(user(ANN));
    let number = world.invited().unwrap().1;
    assert_eq!(world.accept(ann, number + 1), Err(Refusal::InvitationOver));
    world.wait(Duration::minutes(55));
    world.accept(ann, number).unwrap();
    assert_eq!(world.accept(ann, number), Err(Refusal::InvitationOver));
    let bob = world.post(user("bob@acme.test"));
    let number = world.invited().unwrap().1;
    world.wait(Duration::minutes(60));
    assert!(matches!(world.accept(bob, number), Err(Refusal::InvitationExpired(_))));
    assert_eq!(world.status(bob), Status::Invited);
}

#[test]
fn it_is_sent_again_at_most_once_in_twenty_minutes_and_kills_older_links() {
    let mut world = world();
    let ann = world.post(user(ANN));
    let first = world.invited().unwrap().1;
    assert!(matches!(world.resend(ann), Err(Refusal::InvitedJustNow { .. })));
    world.wait(Duration::minutes(20));
    world.resend(ann).unwrap();
    let second = world.invited().unwrap().1;
    assert!(matches!(world.resend(ann), Err(Refusal::InvitedJustNow { .. })));
    assert_eq!(world.accept(ann, first), Err(Refusal::InvitationOver));
    world.accept(ann, second).unwrap();
    assert_eq!(world.resend(ann), Err(Refusal::NotInvited("active")));
}

#[test]
fn a_changed_address_gets_an_invitation_of_its_own_and_kills_older_links() {
    let mut world = world();
    let ann = world.post(user(ANN).attribute("emails", email("ann@home.test")));
    let (to, first) = world.invited().map(|(to, number)| (to.to_owned(), number)).unwrap();
    assert_eq!(to, "ann@home.test");
    world.put(ann, user(ANN).attribute("emails", email("ann@home.test")).display_name("Ann")).unwrap();
    assert_eq!(world.invited(), None);
    world.put(ann, user(ANN).attribute("emails", email("ann@new.test"))).unwrap();
    let (to, second) = world.invited().map(|(to, number)| (to.to_owned(), number)).unwrap();
    assert_eq!(to, "ann@new.test");
    assert_eq!(world.accept(ann, first), Err(Refusal::InvitationOver));
    world.accept(ann, second).unwrap();
}

#[test]
fn it_goes_to_the_primary_address_else_to_a_user_name_that_is_one_else_nowhere() {
    let mut world = world();
    world.post(user("kay").attribute("emails", email("kay@acme.test")));
    assert_eq!(world.invited().unwrap().0, "kay@acme.test");
    world.post(user("lee@acme.test").attribute("emails", email("not an address")));
    assert_eq!(world.invited().unwrap().0, "lee@acme.test");
    for name in ["mia", "mia@", "@acme.test", "a@b@c", "<mia@acme.test>", "mia lee@acme.test"] {
        let mia = world.post(user(name));
        assert_eq!((world.invited(), world.status(mia)), (None, Status::Invited), "{name}");
        assert_eq!(world.resend(mia), Err(Refusal::NoAddress));
    }
}

#[test]
fn a_deactivation_by_whatever_door_cancels_it_and_a_return_invites_anew() {
    let mut world = world();
    let ann = world.post(user(ANN).external_id("00u1"));
    let first = world.invited().unwrap().1;
    world.put(ann, user(ANN).external_id("00u1").active(false)).unwrap();
    assert_eq!(world.person(ann).lifecycle.invitation, None);
    assert_eq!(world.accept(ann, first), Err(Refusal::InvitationOver));
    world.put(ann, user(ANN).external_id("00u1").active(true)).unwrap();
    assert_eq!((world.status(ann), world.invited().unwrap().0), (Status::Invited, ANN));
    world.hold(ann);
    assert_eq!(world.person(ann).lifecycle.invitation, None);
    world.activate(ann);
    let again = world.invited().unwrap().1;
    world.delete(ann).unwrap();
    assert_eq!(world.person(ann).lifecycle.invitation, None);
    assert_eq!(world.accept(ann, again), Err(Refusal::InvitationOver));
}

#[test]
fn who_was_verified_is_never_invited_again() {
    let mut world = world();
    let ann = world.post(user(ANN).external_id("00u1"));
    let number = world.invited().unwrap().1;
    world.accept(ann, number).unwrap();
    world.put(ann, user(ANN).external_id("00u1").active(false)).unwrap();
    world.put(ann, user(ANN).external_id("00u1").active(true)).unwrap();
    assert_eq!((world.status(ann), world.invited()), (Status::Active, None));
    world.delete(ann).unwrap();
    world.post(user(ANN).external_id("00u1"));
    assert_eq!((world.status(ann), world.invited()), (Status::Active, None));
}

#[test]
fn who_came_by_a_login_needs_none() {
    let mut world = world().with("jit", "everyone");
    let ann = world.login(assertion(ANN)).unwrap();
    assert_eq!((world.status(ann), world.invited()), (Status::Active, None));
}

#[test]
fn somebody_removed_before_they_were_verified_is_invited_again_by_their_login() {
    let mut world = world();
    let ann = world.post(user(ANN));
    world.remove(ann);
    assert_eq!(world.person(ann).lifecycle.invitation, None);
    world.login(assertion(ANN)).unwrap();
    assert_eq!((world.status(ann), world.invited().unwrap().0), (Status::Invited, ANN));
    assert!(world.last().login.as_ref().unwrap().session.is_none());
}
