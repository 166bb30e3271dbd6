//! Two workspaces in one gateway never see each other, and every answer can be found again in the log.

use serde_json::json;

use crate::common::answer::send;
use crate::common::scim::user;
use crate::gate::Gate;

on_both_databases! {
    fn a_token_reaches_the_people_of_its_workspace_only(gate: &Gate) {
        let (acme, globex) = (gate.acme.scim(), gate.add_workspace("globex").scim());
        let id = acme.provision("ann@acme.test");
        assert_eq!(globex.get("/Users").expect(200).json()["totalResults"], 0);
        let by_name = "/Users?filter=userName%20eq%20%22ann%40acme.test%22%20or%20userName%20pr";
        assert_eq!(globex.get(by_name).expect(200).json()["totalResults"], 0);
        globex.get(&format!("/Users/{id}")).expect(404);
        globex.put(&id, &user("ann@acme.test")).expect(404);
        globex.patch(&id, "active", json!(false)).expect(404);
        globex.delete(&id).expect(404);
        let theirs = globex.provision("ann@acme.test");
        assert_ne!(theirs, id, "the same name there is another person");
        globex.delete(&theirs).expect(204);
        assert_eq!(acme.get(&format!("/Users/{id}")).expect(200).json()["active"], true);
    }

    /// One identity provider may serve both: what it said for the one must not count in the other.
    fn a_response_for_one_workspace_opens_no_other(gate: &Gate) {
        let globex = gate.add_workspace("globex");
        gate.acme.scim().provision("ann@acme.test");
        globex.scim().provision("ann@acme.test");
        let mut browser = globex.browser();
        let begun = globex.begin(&mut browser);
        let for_acme = gate.acme.response_for("ann@acme.test").answering(&begun.request_id);
        globex.post(&mut browser, &gate.acme.sign(&for_acme), &begun.relay_state).expect(403);

        let begun_at_acme = gate.acme.begin(&mut browser);
        let for_globex = globex.response_for("ann@acme.test").answering(&begun_at_acme.request_id);
        globex.post(&mut browser, &globex.sign(&for_globex), &begun_at_acme.relay_state).expect(403);
        assert!(browser.session().is_none());
    }
}

/// The response comes from the identity provider's site, so the browser keeps the cookie of the former session back.
#[test]
fn signing_in_to_another_workspace_ends_the_session_that_the_browser_had() {
    let gate = Gate::on_sqlite();
    let globex = gate.add_workspace("globex");
    gate.acme.scim().provision("ann@acme.test");
    globex.scim().provision("ann@acme.test");
    let mut former = gate.acme.signed_in("ann@acme.test");
    let mut elsewhere = gate.acme.signed_in("ann@acme.test");
    let mut browser = former.with_the_same_cookies();
    let begun = globex.begin(&mut browser);
    let mut posting = browser.coming_from_another_site();
    let response = globex.response_for("ann@acme.test").answering(&begun.request_id);
    assert!(former.session().is_some(), "a login that has only begun ends nothing");
    globex.post(&mut posting, &globex.sign(&response), &begun.relay_state).expect(303);
    assert_eq!(posting.session().unwrap()["workspace"], "globex");
    assert!(former.session().is_none());
    assert!(elsewhere.session().is_some());
    assert_eq!(gate.audit("session.ended").len(), 1);
}

/// Otherwise anybody could sign somebody out by a response that signs nobody in.
#[test]
fn a_refused_login_leaves_the_session_alone() {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.signed_in("ann@acme.test");
    gate.acme.sign_in(&mut browser, "stranger@acme.test").expect(403);
    let begun = gate.acme.begin(&mut browser);
    gate.acme.post(&mut browser, "garbage", &begun.relay_state).expect(403);
    assert!(browser.session().is_some());
}

#[test]
fn every_answer_carries_the_id_by_which_the_log_knows_it() {
    let gate = Gate::on_sqlite();
    let created = gate.acme.scim().create(&user("ann@acme.test")).expect(201);
    let told = &gate.audit("collaborator.provisioned")[0];
    assert_eq!(told.request_id.as_deref(), Some(created.header("x-request-id")));
    assert_eq!((told.ip.as_deref(), told.user_agent.as_deref()), (Some("127.0.0.1"), Some("gatehouse-test/1")));
    assert_eq!((told.source.as_str(), &told.actor["type"]), ("scim_auto_sync", &json!("scim_token")));

    let signed_in = gate.acme.sign_in(&mut gate.acme.browser(), "ann@acme.test").expect(303);
    let told = &gate.audit("login.succeeded")[0];
    assert_eq!(told.request_id.as_deref(), Some(signed_in.header("x-request-id")));

    let mut ids = Vec::new();
    for path in ["/healthz", "/readyz", "/session", "/nowhere", "/scim/v2/Users", "/saml/acme/metadata"] {
        let answer = send("GET", &format!("{}{path}", gate.base_url), &[], None);
        ids.push(answer.header("x-request-id").to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 6);
    assert!(ids.iter().all(|id| id.len() == 36), "{ids:?}");
}

/// Anybody may write `X-Forwarded-For` and `X-Request-Id`: neither may end up in the audit log as if it were true.
#[test]
fn a_client_chooses_neither_its_address_nor_its_request_id() {
    let gate = Gate::on_sqlite();
    let lies = [("x-forwarded-for", "192.0.2.1"), ("x-request-id", "chosen"), ("content-type", "application/json")];
    let body = user("ann@acme.test").to_string();
    gate.acme.scim().send("POST", "/Users", &lies, Some(body.as_bytes())).expect(201);
    let told = &gate.audit("collaborator.provisioned")[0];
    assert_eq!(told.ip.as_deref(), Some("127.0.0.1"));
    assert_ne!(told.request_id.as_deref(), Some("chosen"));
}

#[test]
fn the_audit_chain_holds_after_all_this() {
    let gate = Gate::on_sqlite();
    let id = gate.acme.scim().provision("ann@acme.test");
    gate.acme.signed_in("ann@acme.test");
    gate.acme.scim().delete(&id).expect(204);
    gate.acme.sign_in(&mut gate.acme.browser(), "ann@acme.test").expect(403);
    gate.store.seal().unwrap();
    let report = gate.store.verify_audit(gate.stored(&gate.acme).id, None).unwrap();
    assert!(report.valid && report.unsealed == 0 && report.entries >= 8, "{report:?}");
}
