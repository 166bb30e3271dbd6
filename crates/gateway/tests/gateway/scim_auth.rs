//! Who may speak SCIM at all.

use chrono::Duration;
use domain::audit::{AuditEntry, EventKind};
use domain::clock::Clock;
use domain::id::{ConnectionId, TokenId, WorkspaceId};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use store::NewToken;
use web::random;

use crate::common::answer::{Answer, send};
use crate::common::scim::Scim;
use crate::gate::Gate;

on_both_databases! {
    fn without_a_valid_token_the_answer_is_401_and_says_how_to_authenticate(gate: &Gate) {
        let users = format!("{}/scim/v2/Users", gate.base_url);
        let basic = "Basic YW5uOnNlY3JldA==";
        let unknown = format!("Bearer {}x", gate.acme.scim_token);
        let headers: [&[(&str, &str)]; 6] = [
            &[],
            &[("authorization", basic)],
            &[("authorization", "Bearer")],
            &[("authorization", "Bearer  ")],
            &[("authorization", &gate.acme.scim_token)],
            &[("authorization", &unknown)],
        ];
        for headers in headers {
            let answer = send("GET", &users, headers, None).expect(401);
            assert!(answer.header("www-authenticate").starts_with("Bearer"), "{answer:?}");
            assert_eq!((answer.content_type(), &answer.json()["status"]), ("application/scim+json", &json!("401")));
            assert_eq!(answer.json().get("scimType"), None);
        }
        let lower_case = format!("bearer {}", gate.acme.scim_token);
        send("GET", &users, &[("authorization", &lower_case)], None).expect(200);
    }

    fn a_new_token_ends_the_old_one_at_once(gate: &Gate) {
        let old = gate.acme.scim();
        let new = refresh(gate, None);
        old.get("/Users").expect(401);
        new.get("/Users").expect(200);
        assert_eq!(gate.audit("scim_token.refreshed").len(), 2, "its making and its refresh");
    }

    fn under_an_overlap_both_tokens_work_until_it_ends(gate: &Gate) {
        let old = gate.acme.scim();
        let new = refresh(gate, Some(Duration::minutes(30)));
        old.get("/Users").expect(200);
        new.get("/Users").expect(200);
        gate.advance(Duration::minutes(30));
        old.get("/Users").expect(401);
        new.get("/Users").expect(200);
    }
}

#[test]
fn what_scim_lacks_is_named() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    gate.set_policy(&[("capability.advanced_security", "off")]);
    assert!(refusal(&scim.get("/Users")).contains("advanced_security"));
    gate.set_policy(&[("capability.advanced_security", "on")]);
    scim.get("/Users").expect(200);

    gate.store.set_scim_enabled(false, gate.entry(EventKind::ScimDisabled)).unwrap();
    assert!(refusal(&scim.get("/Users")).contains("switched off"));
    gate.store.set_scim_enabled(true, gate.entry(EventKind::ScimEnabled)).unwrap();
    scim.get("/Users").expect(200);
}

#[test]
fn a_workspace_without_a_saml_connection_has_no_scim() {
    let gate = Gate::on_sqlite();
    let scim = refresh_in(gate.add_bare_workspace("bare"), &gate, None);
    assert!(refusal(&scim.get("/Users")).contains("SAML connection"));
}

/// The token is looked up by its hash, so neither a database dump nor the log holds one that works.
#[test]
fn a_token_is_stored_as_its_hash_alone() {
    let gate = Gate::on_sqlite();
    let hash = random::hash(&gate.acme.scim_token.clone().into());
    Scim::new(&gate.base_url, &hash).get("/Users").expect(401);
}

#[test]
fn revoked_tokens_fail_and_people_stay() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.signed_in("ann@acme.test");
    gate.store.revoke_scim_tokens(gate.stored(&gate.acme).id, gate.entry(EventKind::ScimTokenRevoked)).unwrap();
    gate.acme.scim().get("/Users").expect(401);
    assert!(browser.session().is_some());
}

fn refusal(answer: &Answer) -> String {
    let body: Value = answer.clone().expect(403).json();
    assert_eq!((answer.content_type(), &body["status"]), ("application/scim+json", &json!("403")));
    body["detail"].as_str().unwrap().to_owned()
}

/// A token in place of the others, as `gatehouse scim token refresh` puts it.
pub(crate) fn refresh(gate: &Gate, overlap: Option<Duration>) -> Scim {
    refresh_in(gate.stored(&gate.acme).id, gate, overlap)
}

fn refresh_in(workspace: WorkspaceId, gate: &Gate, overlap: Option<Duration>) -> Scim {
    let connection = gate.store.connections(workspace).unwrap().first().map(|connection| connection.id);
    refresh_of(connection, workspace, gate, overlap)
}

/// A token of that identity provider.
pub(crate) fn refresh_of(
    connection: Option<ConnectionId>,
    workspace: WorkspaceId,
    gate: &Gate,
    overlap: Option<Duration>,
) -> Scim {
    let (now, secret) = (gate.clock.now(), random::secret().unwrap());
    let (id, hash) = (TokenId::new(random::new_id(now).unwrap()), random::hash(&secret));
    let token =
        NewToken { id, workspace, connection, name: "another".to_owned(), hash, created_at: now, expires_at: None };
    let entry = AuditEntry { workspace, ..gate.entry(EventKind::ScimTokenRefreshed) };
    gate.store.replace_scim_token(token, overlap.map(|overlap| now + overlap), entry).unwrap();
    Scim::new(&gate.base_url, secret.expose_secret())
}
