//! Several identity providers in one workspace: each person is one's, until an administrator says otherwise.

#![expect(clippy::unwrap_used, reason = "tests only")]

mod common;

use common::{World, assertion, connection, user};
use domain::audit::EventKind;
use domain::decide::Refusal;
use domain::id::{ConnectionId, PersonId};
use uuid::Uuid;

const ANN: &str = "ann@acme.test";

/// The second identity provider.
fn entra() -> ConnectionId {
    ConnectionId::new(Uuid::from_u128(77))
}

fn another_provider<T: std::fmt::Debug + PartialEq>(outcome: Result<T, Refusal>) {
    assert_eq!(outcome, Err(Refusal::AnotherProvider(ANN.to_owned())));
}

/// Ann, provisioned and signed in through the first one.
fn ann(world: &mut World) -> PersonId {
    world.post(user(ANN).external_id("1"));
    world.login(assertion(ANN).role("workato_role", "Admin").groups(["Finance"])).unwrap()
}

/// Whoever controls one provider could otherwise sign in as anybody of another's, by naming them.
#[test]
fn whoever_one_provider_made_no_other_signs_in_and_nothing_changes() {
    let mut world = World::new().with("jit", "everyone");
    let ann = ann(&mut world);
    let before = world.person(ann).clone();
    another_provider(world.login(assertion(ANN).through(entra()).role("workato_role", "Member").groups(["Sales"])));
    assert_eq!(world.person(ann), &before);
    let unsigned = world.post(user("bob@acme.test"));
    assert!(world.login(assertion("bob@acme.test").through(entra())).is_err());
    assert_eq!(world.login(assertion("bob@acme.test")), Ok(unsigned));
}

#[test]
fn a_newcomer_belongs_to_the_provider_that_named_them_first() {
    let mut world = World::new().with("jit", "everyone");
    let ann = world.login(assertion(ANN).through(entra())).unwrap();
    another_provider(world.login(assertion(ANN)));
    another_provider(world.put(ann, user(ANN)));
    world.scim_connection = entra();
    world.put(ann, user(ANN)).unwrap();
    assert!(world.person(ann).lifecycle.is_managed());
}

#[test]
fn the_token_of_another_provider_neither_changes_nor_deletes() {
    let mut world = World::new();
    let ann = ann(&mut world);
    world.scim_connection = entra();
    another_provider(world.put(ann, user(ANN).active(false)));
    another_provider(world.delete(ann));
    another_provider(world.set_membership(ann, "Finance", false));
    another_provider(world.set_membership(ann, "Sales", true));
    world.login(assertion(ANN)).unwrap();
}

/// An externalId is unique for the provider that gave it alone: another one's may be the same by chance, or by intent.
#[test]
fn the_external_id_of_another_provider_brings_nobody_back() {
    let mut world = World::new();
    let ann = ann(&mut world);
    world.delete(ann).unwrap();
    world.scim_connection = entra();
    let newcomer = world.post(user(ANN).external_id("1"));
    assert_ne!(newcomer, ann);
    assert_eq!(world.role(newcomer, "dev"), "-");
}

#[test]
fn an_administrator_hands_somebody_over_with_what_they_have() {
    let mut world = World::new();
    let ann = ann(&mut world);
    let login = world.last().clone();
    world.link(ann, entra(), None);
    assert!(world.was_told(EventKind::CollaboratorLinked) && !world.is_alive(&login));
    another_provider(world.login(assertion(ANN)));
    assert_eq!(world.login(assertion(ANN).through(entra())), Ok(ann));
    assert_eq!((world.role(ann, "dev"), world.groups(ann)), ("Admin".into(), vec!["Finance".to_owned()]));
}

#[test]
fn an_administrator_links_a_name_that_is_only_similar() {
    let mut world = World::new();
    let ann = ann(&mut world);
    world.link(ann, connection(), Some("A0017"));
    assert_eq!(world.login(assertion("A0017")), Ok(ann));
    assert!(matches!(world.login(assertion(ANN)), Err(Refusal::LinkedToAnother(_))));
}
