//! One person in the console: what is shown, what is done by hand, and the receipt.

use chrono::Duration;
use domain::policy::Invitations;
use serde_json::json;

use super::scim::logged;
use super::visit::Visit;
use crate::common::answer::Answer;
use crate::common::provider::{groups, role};
use crate::common::scim::{user, with};
use crate::gate::Gate;

const BEN: &str = "ben@acme.test";

fn path(gate: &Gate, name: &str) -> String {
    format!("/people/{}", gate.person(name).id)
}

/// Sends a form about somebody and gives the page that tells of it.
#[track_caller]
fn done(gate: &Gate, visit: &mut Visit, name: &str, below: &str, fields: &[(&str, &str)]) -> Answer {
    let sent = visit.post(&format!("{}{below}", path(gate, name)), fields);
    visit.follow(&sent).expect(200)
}

/// The last entry of that kind: who is said to have done it.
fn last_actor(gate: &Gate, kind: &str) -> serde_json::Value {
    gate.audit(kind).pop().unwrap().actor
}

on_both_databases! {
    fn a_person_is_shown_with_the_reason_of_every_role(gate: &Gate) {
        gate.add_group("Finance");
        gate.acme.scim().provision(BEN);
        let mut ann = Visit::administrator(gate, "ann@acme.test");
        let before = ann.get(&path(gate, BEN)).expect(200).body;
        assert!(before.contains("awaiting first login") && before.contains("The first login is going to give"), "{before}");
        let claims = vec![role("Member"), groups(&["Finance", "Nobody's"])];
        gate.acme.sign_in_with(&mut gate.acme.browser(), BEN, claims).expect(303);
        let page = ann.get(&path(gate, BEN)).expect(200).body;
        for told in [
            "assertion names the role", "Member, 2026-11-22 10:00 UTC", "First login", "Finance", "Nobody&#39;s: ignored",
            "collaborator.provisioned", "SCIM token of", "Signs in by",
        ] {
            assert!(page.contains(told), "{told}: {page}");
        }
        assert_eq!(ann.get("/people/nobody").status, 404);
        assert_eq!(ann.get("/people/01a2075b-ae23-7dc4-bc6a-40831c984852").status, 404);
    }

    fn access_is_shown_as_it_was_at_a_moment_of_the_past(gate: &Gate) {
        gate.acme.scim().provision(BEN);
        gate.acme.sign_in_with(&mut gate.acme.browser(), BEN, vec![role("Member")]).expect(303);
        gate.advance(Duration::days(2));
        gate.acme.sign_in_with(&mut gate.acme.browser(), BEN, vec![role("Environment manager")]).expect(303);
        let mut ann = Visit::administrator(gate, "ann@acme.test");
        let at = |visit: &mut Visit, at: &str| visit.get(&format!("{}?at={at}", path(gate, BEN))).expect(200).body;
        let past = at(&mut ann, "2026-11-23T10:00");
        assert!(past.contains("Access as it was at") && past.contains("id=\"role-in-dev\">Member"), "{past}");
        assert!(at(&mut ann, "2026-11-24").contains("id=\"role-in-dev\">Environment manager"));
        for unknown in ["2026-11-01", "2031-01-01", "yesterday"] {
            assert!(at(&mut ann, unknown).contains("Nothing is known of that moment"), "{unknown}");
        }
    }

    fn an_administrator_acts_by_hand_and_the_log_says_who(gate: &Gate) {
        gate.add_group("Finance");
        gate.acme.scim().provision(BEN);
        let mut session = gate.acme.signed_in(BEN);
        let mut ann = Visit::administrator(gate, "ann@acme.test");
        let id = gate.person("ann@acme.test").id.to_string();

        let fields = [("environment", "prod"), ("role", "Environment admin"), ("pin_until", "2026-12-31T00:00"), ("reason", "on call")];
        let page = done(gate, &mut ann, BEN, "/role", &fields);
        assert!(page.body.contains("is Environment admin in prod, by your word") && page.body.contains("on call"), "{page:?}");
        assert_eq!(session.session().unwrap()["roles"]["prod"], "Environment admin");
        assert_eq!(last_actor(gate, "access.changed"), json!({ "type": "administrator", "id": id, "name": "ann@acme.test" }));
        for (wrong, told) in [
            (&[("environment", "prod"), ("role", "Nothing")][..], "There is no role Nothing"),
            (&[("environment", "moon"), ("role", "Member")], "There is no environment moon"),
            (&[("environment", "prod"), ("role", "Member"), ("pin_until", "soon"), ("reason", "x")], "Write the end of the pin"),
            (&[("environment", "prod"), ("role", "Member"), ("pin_until", "2020-01-01T00:00"), ("reason", "x")], "A pin ends in the future"),
            (&[("environment", "prod"), ("role", "Member"), ("pin_until", "2027-01-01T00:00"), ("reason", " ")], "A pin needs a reason"),
            (&[("environment", "prod"), ("role", "Member"), ("reason", "x")], "A reason is for a pin"),
        ] {
            let page = done(gate, &mut ann, BEN, "/role", wrong);
            assert!(page.body.contains(told), "{told}: {page:?}");
        }
        assert!(done(gate, &mut ann, BEN, "/groups", &[("group", "Finance")]).body.contains("is in Finance."));
        assert!(done(gate, &mut ann, BEN, "/groups", &[("group", "Moon")]).body.contains("There is no group Moon."));
        assert!(done(gate, &mut ann, BEN, "/groups/leave", &[("group", "Finance")]).body.contains("is not in Finance."));

        assert!(ann.get(&format!("{}/confirm/deactivate", path(gate, BEN))).expect(200).body.contains("All sessions end at once"));
        assert!(session.session().is_some(), "asking changes nothing");
        done(gate, &mut ann, BEN, "/do/deactivate", &[]);
        assert!(session.session().is_none());
        assert_eq!(last_actor(gate, "collaborator.deactivated")["name"], "ann@acme.test");
        assert!(done(gate, &mut ann, BEN, "/do/activate", &[]).body.contains("is let in again"));
        done(gate, &mut ann, BEN, "/do/remove", &[]);
        assert_eq!(gate.explain(BEN)["status"], "removed");
        assert_eq!(ann.post(&format!("{}/do/everything", path(gate, BEN)), &[]).status, 404);
    }

    fn one_session_is_ended_and_the_others_stay(gate: &Gate) {
        gate.acme.scim().provision(BEN);
        let (mut first, mut second) = (gate.acme.signed_in(BEN), gate.acme.signed_in(BEN));
        let mut ann = Visit::administrator(gate, "ann@acme.test");
        let page = ann.get(&path(gate, BEN)).expect(200);
        let sessions: Vec<String> =
            page.form_fields().into_iter().filter(|(name, _)| *name == "session").map(|(_, id)| id).collect();
        assert_eq!(sessions.len(), 2, "{page:?}");
        assert!(done(gate, &mut ann, BEN, "/sessions/end", &[("session", &sessions[0])]).body.contains("The session is ended."));
        assert_eq!([first.session().is_some(), second.session().is_some()].iter().filter(|live| **live).count(), 1);
        assert!(done(gate, &mut ann, BEN, "/sessions/end", &[("session", &sessions[0])]).body.contains("over already"));
        let others = done(gate, &mut ann, "ann@acme.test", "/sessions/end", &[("session", &sessions[1])]);
        assert!(others.body.contains("over already"), "a session is ended at its own person only: {others:?}");
    }

    fn an_invitation_is_sent_again_and_not_too_soon(gate: &Gate) {
        gate.set_policy(&[("invitations", &Invitations::VerifyFirst.to_string())]);
        let mut owner = Visit::owner(gate);
        gate.acme.scim().provision(BEN);
        let soon = done(gate, &mut owner, BEN, "/do/invite", &[]);
        assert!(soon.body.contains("An invitation was sent to"), "{soon:?}");
        gate.advance(Duration::minutes(20));
        assert!(done(gate, &mut owner, BEN, "/do/invite", &[]).body.contains("is sent the invitation again"));
    }

    fn a_receipt_says_what_ended_how_and_how_fast(gate: &Gate) {
        gate.add_group("Finance");
        let scim = gate.acme.scim();
        let id = scim.provision(BEN);
        let mut ann = Visit::administrator(gate, "ann@acme.test");
        assert_eq!(ann.get(&format!("{}/receipt", path(gate, BEN))).status, 404, "nothing has ended yet");
        for _ in 0..2 {
            gate.acme.sign_in_with(&mut gate.acme.browser(), BEN, vec![role("Member"), groups(&["Finance"])]).expect(303);
        }
        scim.patch(&id, "active", json!(false)).expect(200);
        gate.store.seal().unwrap();
        logged(gate, gate.stored(&gate.acme).id, 2);
        let receipt = ann.get(&format!("{}/receipt", path(gate, BEN))).expect(200).body;
        for told in [
            "id=\"sessions-ended\">2, at the same moment", "Member in dev", "Finance; kept aside", "PATCH /Users/", "scim_auto_sync",
            "SCIM token of", "collaborator.deactivated", " ms from the request to the answer", "Link of the chain",
        ] {
            assert!(receipt.contains(told), "{told}: {receipt}");
        }
        scim.patch(&id, "active", json!(true)).expect(200);
        assert!(ann.get(&format!("{}/receipt", path(gate, BEN))).expect(200).body.contains("let in again since"));
    }

    /// Names, values and agents are strangers' words: a page shows them and runs none of them.
    fn markup_from_a_provider_is_text(gate: &Gate) {
        const MARKUP: &str = "<script>alert(1)</script>\"'";
        gate.add_group(MARKUP);
        let scim = gate.acme.scim();
        let body = with(with(user(&format!("{MARKUP}@acme.test")), "displayName", json!(MARKUP)), "externalId", json!(MARKUP));
        scim.make(&body);
        let name = format!("{MARKUP}@acme.test");
        let claims = vec![role(MARKUP), groups(&[MARKUP, "<img src=x onerror=alert(1)>"])];
        gate.acme.sign_in_with(&mut gate.acme.browser(), &name, claims).expect(303);
        let mut ann = Visit::administrator(gate, "ann@acme.test");
        let pages = ["", "/confirm/deactivate", "/confirm/remove"];
        for below in pages {
            let page = ann.get(&format!("{}{below}", path(gate, &name))).expect(200).body;
            assert!(page.contains("&#60;script&#62;alert(1)"), "{page}");
            assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{page}");
        }
        let told = done(gate, &mut ann, &name, "/do/deactivate", &[]).body;
        assert!(told.contains("&#60;script&#62;") && !told.contains("<script>alert"), "{told}");
        let receipt = ann.get(&format!("{}/receipt", path(gate, &name))).expect(200).body;
        assert!(receipt.contains("&#60;script&#62;") && !receipt.contains("<script>alert"), "{receipt}");
    }

    fn another_workspaces_person_is_not_there(gate: &Gate) {
        let other = gate.add_workspace("other");
        let id = other.scim().provision("eve@other.test");
        let mut ann = Visit::administrator(gate, "ann@acme.test");
        assert_eq!(ann.get(&format!("/people/{id}")).status, 404);
        assert_eq!(ann.post(&format!("/people/{id}/do/deactivate"), &[]).status, 404);
    }
}
