//! The first page: what needs attention, and the numbers of the last days.

use std::time::{Duration as Elapsed, Instant};

use chrono::Duration;
use domain::audit::EventKind;
use domain::command::Command;
use domain::policy::Invitations;
use store::MailStanding;
use tempfile::TempDir;

use super::visit::Visit;
use crate::common::answer::Answer;
use crate::common::provider::role;
use crate::gate::Gate;

/// A machine under load is slow; mail that never goes is what this ends.
const PATIENCE: Elapsed = Elapsed::from_secs(30);

/// What needs attention, in order: how much it matters, what it says, and where it leads.
fn findings(page: &Answer) -> Vec<(String, String, String)> {
    let items = page.body.split("<li><span class=\"badge").skip(1);
    let told = items.map(|item| {
        let (word, rest) = item.split_once("</span><span>").unwrap();
        let (sentence, rest) = rest.split_once(" <a href=\"").unwrap();
        let word = word.split_once('>').unwrap().1;
        (word.to_owned(), sentence.to_owned(), rest.split('"').next().unwrap().replace("&#38;", "&"))
    });
    told.collect()
}

fn sentences(page: &Answer) -> Vec<String> {
    findings(page).into_iter().map(|(_, sentence, _)| sentence).collect()
}

#[track_caller]
fn tells(page: &Answer, beginning: &str) {
    let told = sentences(page);
    assert!(told.iter().any(|sentence| sentence.starts_with(beginning)), "{beginning}: {told:?}");
}

/// The row of a day in the table of a chart: its numbers.
fn row(page: &Answer, chart: &str, day: &str) -> Vec<String> {
    let (_, table) = page.body.split_once(&format!("id=\"{chart}-numbers\"")).unwrap();
    let (_, row) = table.split_once(&format!("<time datetime=\"{day}\">")).unwrap();
    let (row, _) = row.split_once("</tr>").unwrap();
    let cells = row.split("<td").skip(1);
    cells.map(|cell| cell.split_once('>').unwrap().1.split('<').next().unwrap().to_owned()).collect()
}

on_both_databases! {
    fn what_is_missing_is_told_with_where_it_is_mended(gate: &Gate) {
        gate.acme.scim().provision("ann@acme.test");
        gate.administer("ann@acme.test", &Command::Hold);
        gate.acme.scim().provision("ben@acme.test");
        gate.store.append_audit(vec![gate.entry(EventKind::LoginFailed); 3]).unwrap();
        gate.store.seal().unwrap();
        let mut owner = Visit::owner(gate);
        let page = owner.get("").expect(200);
        let told = findings(&page);
        let all = [
            ("Warning", "2 invitations wait to be sent: the operator has to set mail.url.", "/people?status=invited"),
            ("Note", "Nobody but the owner administers this workspace.", "/access"),
            ("Note", "3 logins were refused in the last 24 hours.", "/audit?kind=login.failed&from=2026-11-21T10:00:30Z"),
            ("Note", "One person is held by an administrator.", "/people?hold=held"),
            ("Note", "One person whom SCIM made has never signed in.", "/people?health=scim_only"),
        ];
        let expected: Vec<_> = all
            .into_iter()
            .map(|(word, sentence, place)| (word.to_owned(), sentence.to_owned(), format!("/console/acme{place}")))
            .collect();
        assert_eq!(told, expected);
        for (_, sentence, place) in told {
            let page = owner.browser.get(&place);
            assert_eq!(page.status, 200, "{sentence} leads to {place}");
        }
        assert!(page.body.contains("<strong>1</strong><span>invited</span>"), "{page:?}");
        assert!(page.body.contains("<strong>1</strong><span>deactivated</span>"), "{page:?}");
    }

    fn a_workspace_without_an_identity_provider_is_told_so(gate: &Gate) {
        gate.add_bare_workspace("bare");
        let page = Visit::owner_of(gate, "bare").get("").expect(200);
        assert_eq!(sentences(&page)[0], "No identity provider is connected: nobody but the owner can sign in.");
        tells(&page, "SCIM is off");
    }

    fn a_certificate_and_scim_that_end_are_told(gate: &Gate) {
        let mut owner = Visit::owner(gate);
        let home = owner.get("").expect(200);
        assert!(!home.body.contains("certificate"), "{home:?}");
        let workspace = gate.stored(&gate.acme).id;
        gate.store.revoke_scim_tokens(workspace, gate.entry(EventKind::ScimTokenRevoked)).unwrap();
        tells(&owner.get("").expect(200), "SCIM is on, but no token is in force");
        gate.set_metadata("<EntityDescriptor/>");
        tells(&owner.get("").expect(200), "The metadata of");
        gate.advance(Duration::days(20_000));
        let page = Visit::owner(gate).get("").expect(200);
        tells(&page, "Our certificate for signing has ended.");
    }

    fn charts_have_their_numbers_by_day_also_as_a_table(gate: &Gate) {
        let scim = gate.acme.scim();
        scim.provision("ann@acme.test");
        gate.advance(Duration::days(1));
        let ben = scim.provision("ben@acme.test");
        scim.patch(&ben, "active", serde_json::json!(false)).expect(200);
        gate.store.append_audit(vec![gate.entry(EventKind::LoginFailed); 2]).unwrap();
        let mut administrator = Visit::administrator(gate, "ann@acme.test");
        gate.store.seal().unwrap();
        let page = administrator.get("").expect(200);
        assert_eq!(row(&page, "provisioning", "2026-11-22"), ["1", "0", "0"]);
        assert_eq!(row(&page, "provisioning", "2026-11-23"), ["1", "1", "0"]);
        assert_eq!(row(&page, "logins", "2026-11-23"), ["1", "2"]);
        assert_eq!(page.body.matches("<svg ").count(), 2);
        assert!(page.body.contains("In the last 30 days: 2 provisioned, 1 deactivated, 0 reactivated."), "{page:?}");
        assert!(page.body.len() < 100_000);
    }

    /// Each is about another workspace's people or log.
    fn another_workspaces_numbers_are_nowhere(gate: &Gate) {
        gate.add_workspace("other");
        gate.acme.scim().provision("ann@acme.test");
        gate.store.append_audit(vec![gate.entry(EventKind::LoginFailed); 3]).unwrap();
        gate.store.seal().unwrap();
        let page = Visit::owner_of(gate, "other").get("").expect(200);
        assert!(page.body.contains("<strong>0</strong><span>invited</span>") && !page.body.contains("refused in"));
        assert_eq!(row(&page, "provisioning", "2026-11-22"), ["0", "0", "0"]);
    }
}

/// With mail that is taken, a token that is used, and two administrators.
#[test]
fn where_nothing_needs_attention_all_is_well() {
    let mails = TempDir::new().unwrap();
    let settings = format!("[mail]\nurl = \"file://{}\"\nfrom = \"gatehouse@acme.test\"", mails.path().display());
    let gate = Gate::with_settings(&settings);
    let mut administrator = Visit::administrator(&gate, "ann@acme.test");
    let mut other = Visit::administrator(&gate, "ben@acme.test").browser;
    gate.acme.sign_in_with(&mut other, "ben@acme.test", vec![role("Environment admin")]).expect(303);
    let begun = Instant::now();
    let waits = || gate.store.mail_standing(gate.stored(&gate.acme).id).unwrap() != MailStanding::default();
    while waits() && begun.elapsed() < PATIENCE {
        std::thread::sleep(Elapsed::from_millis(50));
    }
    let page = administrator.get("").expect(200);
    assert_eq!(findings(&page), []);
    assert!(page.body.contains("All is well"), "{page:?}");
    assert_eq!(gate.stored(&gate.acme).policy.invitations, Invitations::SsoAccepts);
}
