//! Names that pass from one person to another, and people who get another name.

use serde_json::json;
use simulator::SamlAttribute;

use crate::common::provider::role;
use crate::common::scim::{user, with};
use crate::gate::Gate;

/// A NameID that says nothing by itself, as Okta's user id does.
const PREDECESSOR: &str = "00u1predecessor";

fn email(address: &str) -> SamlAttribute {
    SamlAttribute::new("workato_email", &[address])
}

on_both_databases! {
    /// An address given to a new employee must not carry its former owner's privileges along.
    fn a_recycled_user_name_inherits_nothing(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = scim.provision("ann@acme.test");
        let said = vec![email("ann@acme.test"), role("Environment admin")];
        gate.acme.sign_in_with(&mut gate.acme.browser(), PREDECESSOR, said).expect(303);
        let predecessor = gate.person("ann@acme.test").id;
        scim.delete(&id).expect(204);
        scim.create(&with(user("ann@acme.test"), "externalId", json!("okta-another-ann"))).expect(201);
        assert_ne!(gate.person("ann@acme.test").id, predecessor);

        let mut browser = gate.acme.browser();
        gate.acme.sign_in_with(&mut browser, "00u2successor", vec![email("ann@acme.test")]).expect(303);
        let session = browser.session().unwrap();
        assert_ne!(session["user"]["id"], json!(predecessor));
        assert_eq!(session["roles"]["dev"], "Member", "the default, not the predecessor's role");
        assert_eq!(gate.audit("collaborator.unlinked").len(), 1);

        gate.acme.sign_in(&mut gate.acme.browser(), PREDECESSOR).expect(403);
        assert_eq!(gate.last_failed_login().0, "not_provisioned");
    }

    fn a_new_user_name_keeps_the_person_and_drops_the_links(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = scim.provision("ann@acme.test");
        let mut browser = gate.acme.browser();
        gate.acme.sign_in_with(&mut browser, "ann@acme.test", vec![role("Environment admin")]).expect(303);
        let before = browser.session().unwrap()["user"]["id"].clone();
        scim.patch(&id, "userName", json!("ann.lee@acme.test")).expect(200);

        gate.acme.sign_in(&mut gate.acme.browser(), "ann@acme.test").expect(403);
        assert_eq!(gate.last_failed_login().0, "not_provisioned", "the old name means nobody");
        let mut renamed = gate.acme.signed_in("ann.lee@acme.test");
        let session = renamed.session().unwrap();
        assert_eq!((&session["user"]["id"], &session["roles"]["dev"]), (&before, &json!("Environment admin")));
        assert_eq!(scim.get(&format!("/Users/{id}")).expect(200).json()["userName"], "ann.lee@acme.test");
    }
}

/// Whoever may choose their own e-mail address at the provider could log in as somebody else who is linked already.
#[test]
fn a_linked_person_is_not_taken_over_by_another_name_id_with_their_address() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    gate.acme.sign_in_with(&mut gate.acme.browser(), PREDECESSOR, vec![email("ann@acme.test")]).expect(303);
    gate.acme.sign_in_with(&mut gate.acme.browser(), "00u3eve", vec![email("ann@acme.test")]).expect(403);
    assert_eq!(gate.last_failed_login().0, "linked_to_another");
}

/// Letters that only a wide fold makes equal (the Kelvin sign and `K`, `ß` and `ss`) are a way to be taken for another.
#[test]
fn a_name_that_is_only_similar_is_refused() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("kim@acme.test");
    gate.acme.scim().provision("strasse@acme.test");
    for similar in ["\u{212a}im@acme.test", "stra\u{df}e@acme.test"] {
        gate.acme.sign_in(&mut gate.acme.browser(), similar).expect(403);
        assert_eq!(gate.last_failed_login().0, "name_only_similar", "{similar}");
    }
    gate.acme.sign_in(&mut gate.acme.browser(), "KIM@acme.test").expect(303);
}

#[test]
fn one_name_is_one_person_however_it_is_written() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let id = scim.provision("Ann@Acme.test");
    let taken = scim.create(&user("ann@acme.TEST")).expect(409).json();
    assert_eq!(taken["scimType"], "uniqueness");
    assert!(taken["detail"].as_str().unwrap().contains(&id), "{taken}");
    let other = scim.provision("bob@acme.test");
    scim.patch(&other, "userName", json!("ANN@acme.test")).expect(409);
}
