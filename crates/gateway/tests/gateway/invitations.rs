//! Invitations over HTTP and by mail (product rules §2.1 and §2.2).

use std::collections::BTreeSet;
use std::fs;

use chrono::Duration;
use serde_json::json;
use store::{Link, LinkPurpose};

use crate::common::answer::{Answer, send};
use crate::common::identity::Identity;
use crate::common::mail_server::{MailServer, links, read_when_there};
use crate::common::scim::{user, with};
use crate::gate::Gate;
use crate::scim::parallel::at_once;

const ANN: &str = "ann@acme.test";

/// A gate where the link comes first, as in a new workspace.
fn verify_first(gate: &Gate) {
    gate.set_policy(&[("invitations", "verify_first")]);
}

fn get(link: &str) -> Answer {
    send("GET", link, &[], None)
}

fn post(link: &str) -> Answer {
    send("POST", link, &[("content-type", "application/x-www-form-urlencoded")], Some(b""))
}

fn resend(gate: &Gate, ticket: &str) -> Answer {
    let body = format!("ticket={ticket}");
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    send("POST", &format!("{}/invitations/resend", gate.base_url), &headers, Some(body.as_bytes()))
}

/// What the page of a held login brings along.
fn ticket(page: &Answer) -> String {
    page.form_fields().into_iter().find(|(name, _)| *name == "ticket").unwrap().1
}

on_both_databases! {
    /// Mail scanners follow links, so looking is not accepting.
    fn the_link_shows_a_button_and_the_button_verifies_once(gate: &Gate) {
        verify_first(gate);
        gate.acme.scim().provision(ANN);
        let link = gate.invitation(ANN);
        for _ in 0..2 {
            let page = get(&link).expect(200);
            assert!(page.body.contains("Join acme") && page.form_action().ends_with(&link), "{page:?}");
            assert_eq!((page.header("cache-control"), page.header("referrer-policy")), ("no-store", "same-origin"));
        }
        assert_eq!(gate.explain(ANN)["status"], "invited");
        let done = post(&link).expect(200);
        assert!(done.body.contains("/saml/acme/login"), "{done:?}");
        assert_eq!(gate.explain(ANN)["status"], "active");
        assert_eq!((get(&link).status, post(&link).status), (410, 410));
        let entries = gate.audit("invitation.accepted");
        assert_eq!((entries.len(), entries[0].actor["type"].as_str()), (1, Some("collaborator")));
        assert_eq!(gate.acme.sign_in(&mut gate.acme.browser(), ANN).status, 303);
    }

    fn a_login_before_that_is_held_and_offers_to_send_the_mail_again(gate: &Gate) {
        verify_first(gate);
        gate.acme.scim().provision(ANN);
        let first = gate.invitation(ANN);
        let mut browser = gate.acme.browser();
        let begun = gate.acme.begin(&mut browser);
        let response = gate.acme.sign(&gate.acme.response_for(ANN).answering(&begun.request_id));
        let held = gate.acme.post(&mut browser, &response, &begun.relay_state).expect(403);
        assert!(held.body.contains(ANN) && held.body.contains("Send it again") && !held.sets_session(), "{held:?}");
        assert!(browser.session().is_none());
        assert_eq!(gate.acme.post(&mut browser, &response, &begun.relay_state).status, 403);
        let checks: Vec<_> = gate.audit("login.failed").into_iter().map(|entry| entry.after.unwrap()["check"].clone()).collect();
        assert_eq!(checks[0], "not_verified");
        assert_ne!(checks[1], "not_verified", "the assertion was used up");
        let ticket = ticket(&held);
        let early = resend(gate, &ticket);
        assert_eq!((early.status, early.header("retry-after")), (429, "1200"));
        gate.advance(Duration::minutes(20));
        resend(gate, &ticket).expect(200);
        let second = gate.invitation(ANN);
        assert_ne!(first, second);
        assert_eq!((post(&first).status, post(&second).status), (410, 200));
        assert_eq!(resend(gate, &ticket).status, 410, "nobody is invited any more");
        assert_eq!(gate.acme.sign_in(&mut gate.acme.browser(), ANN).status, 303);
    }

    fn of_many_who_press_the_button_at_once_one_accepts(gate: &Gate) {
        verify_first(gate);
        gate.acme.scim().provision(ANN);
        let link = gate.invitation(ANN);
        let answers = at_once(12, |_| post(&link));
        let statuses: BTreeSet<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, BTreeSet::from([200, 410]));
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        assert_eq!(gate.audit("invitation.accepted").len(), 1);
    }
}

/// A link is signed: nobody makes one for somebody else, or of a ticket for something else.
#[test]
fn a_link_that_we_did_not_write_leads_nowhere() {
    let gate = Gate::on_sqlite();
    verify_first(&gate);
    gate.acme.scim().provision(ANN);
    let good = gate.invitation(ANN);
    let person = gate.person(ANN);
    let about = Link { workspace: person.workspace, person: person.id, number: 1 };
    let for_another_purpose = gate.store.sign_link(LinkPurpose::ResendInvitation, &about);
    let (base, own) = good.rsplit_once('/').unwrap();
    let flipped = format!("{}{}", &own[..own.len() - 1], if own.ends_with('0') { '1' } else { '0' });
    for text in [&flipped, &own[2..], "x", &"0".repeat(112), &for_another_purpose, &format!("{own}00")] {
        let link = format!("{base}/{text}");
        assert_eq!((get(&link).status, post(&link).status), (404, 404), "{text}");
    }
    assert_eq!(resend(&gate, own).status, 404);
    let over = Link { number: gate.acme.clock.now().timestamp() - 1, ..about };
    assert_eq!(resend(&gate, &gate.store.sign_link(LinkPurpose::ResendInvitation, &over)).status, 404);
    assert_eq!(gate.explain(ANN)["status"], "invited");
}

#[test]
fn an_expired_link_says_what_to_do() {
    let gate = Gate::on_sqlite();
    verify_first(&gate);
    gate.acme.scim().provision(ANN);
    let link = gate.invitation(ANN);
    gate.advance(Duration::days(7));
    for page in [get(&link), post(&link)] {
        assert!(page.status == 410 && page.body.contains("sent again"), "{page:?}");
    }
}

/// One `.eml` file a message, with the same link in its text and in its HTML.
#[test]
fn without_a_server_mail_goes_into_a_folder() {
    let folder = tempfile::TempDir::new().unwrap();
    let gate = Gate::with_settings(&format!("mail.url = \"file://{}\"", folder.path().display()));
    verify_first(&gate);
    gate.acme.scim().create(&with(user(ANN), "displayName", json!("Ann <b>&\r\nBcc: x@evil.test"))).expect(201);
    let message = read_when_there(|| {
        let file = fs::read_dir(folder.path()).unwrap().next()?.unwrap().path();
        // It is written in one go; a half-written one does not end so.
        fs::read_to_string(file).ok().filter(|text| text.trim_end().ends_with("--"))
    });
    for part in [
        "To: ann@acme.test",
        "From: Gatehouse <no-reply@127.0.0.1>",
        "text/plain",
        "text/html",
        "Message-ID: <invitation.",
    ] {
        assert!(message.contains(part), "{part} is missing: {message}");
    }
    assert!(!message.lines().any(|line| line.starts_with("Bcc:")), "{message}");
    assert!(message.contains(&gate.invitation(ANN)), "in one piece: {message}");
    let links: BTreeSet<String> = links(&message).into_iter().collect();
    assert_eq!(links, BTreeSet::from([gate.invitation(ANN)]));
    post(links.first().unwrap()).expect(200);
    let sent = read_when_there(|| gate.audit("invitation.sent").pop());
    assert_eq!(sent.after.unwrap()["to"], ANN);
}

/// What a server does not take now it is offered again, later and later; what it never takes is told of.
#[test]
fn a_busy_server_is_tried_again_and_a_refusal_is_recorded() {
    let Some(server) = MailServer::start() else { return };
    server.answers("451 busy\n550 no such person");
    let gate = Gate::with_settings(&format!("mail.url = \"smtp://127.0.0.1:{}\"", server.port));
    verify_first(&gate);
    let scim = gate.acme.scim();
    scim.provision(ANN);
    read_when_there(|| (gate.store.waiting_mails().unwrap() == 1 && !gate.mail_trouble().is_empty()).then_some(()));
    scim.provision("bob@acme.test");
    let failed = read_when_there(|| gate.audit("invitation.failed").pop());
    assert_eq!(failed.subject["name"], "bob@acme.test");
    assert!(failed.after.unwrap()["detail"].as_str().unwrap().contains("no such person"));
    assert!(!server.has_message(1));
    gate.advance(Duration::seconds(15));
    let message = server.message(1);
    assert!(message.contains("X-Envelope-To: ann@acme.test"), "{message}");
    assert_eq!(links(&message).into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([gate.invitation(ANN)]));
    read_when_there(|| (gate.store.waiting_mails().unwrap() == 0).then_some(()));
    assert_eq!(gate.audit("invitation.sent").len(), 1);
}

/// An invitation that was taken back before its mail went out is not sent.
#[test]
fn what_waits_is_sent_only_if_it_is_still_wanted() {
    let Some(server) = MailServer::start() else { return };
    server.answers("451 busy");
    let gate = Gate::with_settings(&format!("mail.url = \"smtp://127.0.0.1:{}\"", server.port));
    verify_first(&gate);
    let id = gate.acme.scim().provision(ANN);
    read_when_there(|| (!gate.mail_trouble().is_empty()).then_some(()));
    gate.acme.scim().patch(&id, "active", json!(false)).expect(200);
    gate.advance(Duration::minutes(1));
    read_when_there(|| (gate.store.waiting_mails().unwrap() == 0).then_some(()));
    assert!(!server.has_message(1));
    assert!(gate.audit("invitation.sent").is_empty());
}

/// Nobody in between gets the password or the link by showing a certificate of their own.
#[test]
fn a_mail_server_that_cannot_prove_its_name_gets_nothing() {
    let Some(server) = MailServer::start_as(&Identity::generate()) else { return };
    let gate = Gate::with_settings(&format!("mail.url = \"smtp://gatehouse:secret@localhost:{}\"", server.port));
    verify_first(&gate);
    gate.acme.scim().provision(ANN);
    let trouble = read_when_there(|| gate.mail_trouble().pop());
    assert!(trouble.contains("certificate"), "{trouble}");
    assert!(!server.has_message(1));
}
