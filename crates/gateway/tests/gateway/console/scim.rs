//! SCIM in the console: on and off, tokens, and what the identity provider asked for.

use std::thread;
use std::time::Duration as Pause;

use chrono::Duration;
use domain::id::WorkspaceId;
use serde_json::json;

use super::visit::Visit;
use crate::common::answer::Answer;
use crate::common::scim::Scim;
use crate::gate::Gate;

const ANN: &str = "ann@acme.test";
const MARKUP: &str = "<script>alert(1)</script>";
const AS_TEXT: &str = "&#60;script&#62;alert(1)&#60;/script&#62;";

#[track_caller]
fn told(visit: &mut Visit, answer: &Answer) -> Answer {
    visit.follow(answer).expect(200)
}

/// Makes a token; gives a client with it.
#[track_caller]
fn make(visit: &mut Visit, fields: &[(&str, &str)]) -> Scim {
    let page = visit.post("/scim/tokens", fields).expect(200);
    let (_, after) = page.body.split_once("<code id=\"token\">").unwrap_or_else(|| panic!("{page:?}"));
    Scim::new(&visit.origin, after.split_once('<').unwrap().0)
}

/// Waits until the request log has been stored.
pub(super) fn logged(gate: &Gate, workspace: WorkspaceId, requests: usize) {
    for _ in 0..300 {
        if gate.store.scim_requests(workspace, 1_000).unwrap().len() >= requests {
            return;
        }
        thread::sleep(Pause::from_millis(20));
    }
    panic!("the requests are not logged")
}

on_both_databases! {
    fn scim_is_switched_off_and_on_and_loses_nothing(gate: &Gate) {
        let mut owner = Visit::owner(gate);
        gate.acme.scim().provision(ANN);
        let off = owner.post("/scim/disable", &[]);
        assert!(told(&mut owner, &off).body.contains("SCIM is off. People and tokens are kept."));
        gate.acme.scim().get("/Users").expect(403);
        let on = owner.post("/scim/enable", &[]);
        assert!(told(&mut owner, &on).body.contains("SCIM is on."));
        assert_eq!(gate.acme.scim().get("/Users").expect(200).json()["totalResults"], 1);
        assert_eq!(gate.audit("scim.enabled").pop().unwrap().actor["type"], "owner");

        owner.post("/scim/disable", &[]).expect(303);
        gate.set_policy(&[("capability.advanced_security", "off")]);
        let page = owner.get("/scim").expect(200);
        assert!(page.body.contains("<span class=\"badge bad\">missing</span> the capability"), "{page:?}");
        assert!(page.body.contains("<span class=\"badge good\">there</span> an identity provider"), "{page:?}");
        let refused = owner.post("/scim/enable", &[]);
        assert!(told(&mut owner, &refused).body.contains("SCIM needs the capability advanced_security."));
    }

    fn a_token_is_shown_once_and_the_old_one_ends_as_it_was_chosen(gate: &Gate) {
        let mut owner = Visit::owner(gate);
        let first = gate.acme.scim();
        let second = make(&mut owner, &[]);
        first.get("/Users").expect(401);
        second.get("/Users").expect(200);
        gate.advance(Duration::seconds(1));
        let third = make(&mut owner, &[("overlap", "1h"), ("ends", "30d")]);
        second.get("/Users").expect(200);
        third.get("/Users").expect(200);
        let page = owner.get("/scim").expect(200);
        assert!(!page.body.contains("gh-scim-"), "a token is never shown again: {page:?}");
        assert!(page.body.contains("<span class=\"badge warn\">ends soon</span>"), "{page:?}");
        gate.advance(Duration::hours(1));
        second.get("/Users").expect(401);
        third.get("/Users").expect(200);
        let mut owner = Visit::owner(gate);
        let page = owner.get("/scim").expect(200);
        assert!(page.body.contains("<span class=\"badge bad\">ended</span>"), "{page:?}");
        let tokens: Vec<String> = page.form_fields().into_iter().filter(|(name, _)| *name == "token").map(|(_, id)| id).collect();
        assert_eq!(tokens.len(), 2);
        let revoked = owner.post("/scim/tokens/revoke", &[("token", &tokens[0])]);
        assert!(told(&mut owner, &revoked).body.contains("The token is revoked"));
        third.get("/Users").expect(401);
        let late = owner.post("/scim/tokens/revoke", &[("token", &tokens[0])]);
        assert!(told(&mut owner, &late).body.contains("There is no token"));
        assert_eq!(gate.audit("scim_token.revoked").len(), 1);
        assert_eq!(gate.audit("scim_token.refreshed").pop().unwrap().after.unwrap()["overlap"], "1h");
        let wrong = owner.post("/scim/tokens", &[("overlap", "soon")]).expect(422);
        assert!(wrong.body.contains("Choose one of the lengths that are offered."), "{wrong:?}");
    }

    fn the_request_log_is_searched_by_person_method_client_and_refusal(gate: &Gate) {
        let mut owner = Visit::owner(gate);
        let scim = gate.acme.scim();
        let ann = scim.provision(ANN);
        scim.get(&format!("/Users/{ann}")).expect(200);
        scim.get("/Users?filter=userName%20eq%20%22ann%40acme.test%22").expect(200);
        scim.create(&json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": ANN, "displayName": MARKUP })).expect(409);
        scim.get(&format!("/Users?filter={}", "nonsense%20%3Cscript%3E")).expect(400);
        logged(gate, gate.stored(&gate.acme).id, 5);
        let mut rows = |query: &str| owner.get(&format!("/scim/requests{query}")).expect(200).body.matches("<th scope=\"row\"").count();
        assert_eq!(rows(""), 5);
        assert_eq!(rows("?refused=1"), 2);
        assert_eq!(rows("?method=POST"), 2);
        assert_eq!(rows("?q=ann%40acme.test"), 4, "by what was sent, as it stands in addresses, and by id");
        assert_eq!(rows("?q=ann%40acme.test&refused=1"), 1);
        assert_eq!(rows("?client=entra"), 0);
        let page = owner.get("/scim/requests").expect(200);
        assert!(page.body.contains(AS_TEXT) && !page.body.contains(MARKUP), "{page:?}");
        let refusal = owner.get("/scim/requests?method=POST&refused=1").expect(200);
        let (_, number) = refusal.body.split_once("/console/acme/scim/requests/").unwrap();
        let one = owner.get(&format!("/scim/requests/{}", number.split_once('"').unwrap().0)).expect(200);
        assert!(one.body.contains("What was answered") && one.body.contains(AS_TEXT), "{one:?}");
        owner.get("/scim/requests/999999").expect(404);
        owner.get("/scim/requests/x").expect(404);
    }
}

#[test]
fn of_several_identity_providers_a_token_is_the_chosen_ones() {
    let gate = Gate::on_sqlite();
    crate::providers::add_entra(&gate, domain::connection::AttributeNames::default());
    let mut owner = Visit::owner(&gate);
    assert!(owner.get("/scim").expect(200).body.contains("<option value=\"entra\""));
    let token = make(&mut owner, &[("idp", "entra")]);
    token.get("/Users").expect(200);
    gate.acme.scim().get("/Users").expect(200);
    owner.post("/scim/tokens", &[]).expect(404);
    owner.post("/scim/tokens", &[("idp", "nobody")]).expect(404);
}

#[test]
fn the_request_log_is_paged_and_stays_small() {
    let gate = Gate::on_sqlite();
    let mut owner = Visit::owner(&gate);
    let scim = gate.acme.scim();
    let long = "\"<&'".repeat(900);
    for _ in 0..30 {
        scim.create(&json!({ "userName": "", "displayName": long })).expect(400);
    }
    logged(&gate, gate.stored(&gate.acme).id, 30);
    let page = owner.get("/scim/requests").expect(200);
    assert!(page.body.len() < 100_000, "{} bytes", page.body.len());
    assert_eq!(page.body.matches("<th scope=\"row\"").count(), 25);
    let (_, next) = page.body.split_once("/console/acme/scim/requests?before=").unwrap();
    let older = owner.get(&format!("/scim/requests?before={}", next.split_once('"').unwrap().0)).expect(200);
    assert_eq!(older.body.matches("<th scope=\"row\"").count(), 5);
    assert!(owner.get("/scim/requests?q=%3C%3E").expect(200).body.contains("No request that is still kept"));
}
