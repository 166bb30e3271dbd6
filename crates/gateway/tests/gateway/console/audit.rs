//! The activity log in the console: found by any filter, paged, exported, and shown as text whatever is in it.

use chrono::Duration;
use domain::audit::{Actor, AuditEntry, EventKind, RequestOrigin, SealedEntry, Subject};
use domain::clock::Clock;
use domain::command::Command;
use serde_json::json;
use store::{AuditFilter, StoreError};

use super::visit::Visit;
use crate::common::answer::Answer;
use crate::common::program::Machine;
use crate::common::scim::{user, with};
use crate::gate::Gate;

const MARKUP: &str = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&";

/// The whole log, once everything is sealed.
fn log(gate: &Gate) -> Vec<SealedEntry> {
    gate.store.seal().unwrap();
    let (workspace, filter) = (gate.stored(&gate.acme).id, AuditFilter::default());
    let mut log: Vec<SealedEntry> = Vec::new();
    loop {
        let after = log.last().map_or(0, |entry| entry.seq);
        let page = gate.store.audit_page(workspace, &filter, after).unwrap();
        if page.is_empty() {
            return log;
        }
        log.extend(page);
    }
}

/// The numbers of the entries on a page, in its order.
fn shown(page: &Answer) -> Vec<i64> {
    let summaries = page.body.split("<summary>Entry ").skip(1);
    summaries.map(|rest| rest.split('<').next().unwrap().parse().unwrap()).collect()
}

/// Where a link of this id leads, below the workspace's console.
fn link(page: &Answer, id: &str) -> Option<String> {
    let (_, rest) = page.body.split_once(&format!("id=\"{id}\""))?;
    let (_, rest) = rest.split_once("href=\"/console/acme")?;
    Some(rest.split('"').next().unwrap().replace("&#38;", "&"))
}

fn append(gate: &Gate, entries: usize) {
    gate.store.append_audit(vec![gate.entry(EventKind::LoginFailed); entries]).unwrap();
}

/// What `gatehouse audit export` writes, with these options.
fn exported(gate: &Gate, options: &[&str]) -> String {
    let machine = Machine::new()
        .with("GATEHOUSE_DATABASE__URL", &gate.database_url())
        .with("GATEHOUSE_SECRETS__MASTER_KEY", &"a1".repeat(32));
    machine.ok(&[&["audit", "export", "--workspace", "acme"], options].concat())
}

/// An entry in which every word is somebody else's.
fn hostile(gate: &Gate, words: &str) -> AuditEntry {
    let person = gate.person("ann@acme.test").id.to_string();
    let values: serde_json::Map<_, _> = (0..40).map(|number| (format!("{words}{number}"), json!(words))).collect();
    AuditEntry {
        actor: Actor::Assertion { issuer: Some(words.to_owned()), id: None },
        subject: Subject { kind: "collaborator", id: Some(person), name: Some(words.to_owned()) },
        before: Some(json!({ words: words, "groups": [words], "roles": { "dev": "Member" } })),
        after: Some(json!({ "groups": [format!("{words}2"), words], "roles": { "dev": words }, "others": values })),
        request: RequestOrigin {
            request_id: Some(words.to_owned()),
            ip: Some(words.to_owned()),
            user_agent: Some(words.to_owned()),
        },
        ..gate.entry(EventKind::CollaboratorUpdated)
    }
}

/// Whether an entry is one of those that a filter asks for.
type Meets<'a> = Box<dyn Fn(&SealedEntry) -> bool + 'a>;

on_both_databases! {
    fn every_filter_shows_what_meets_it_newest_first(gate: &Gate) {
        gate.acme.scim().provision("ben@acme.test");
        let mut owner = Visit::owner(gate);
        gate.administer("ben@acme.test", &Command::Hold);
        let later = gate.clock.now() + Duration::minutes(20);
        gate.advance(Duration::minutes(20));
        append(gate, 2);
        let ben = gate.person("ben@acme.test");
        let (id, scim_id) = (ben.id.to_string(), ben.scim_id.to_string());
        let later_text = later.format("%Y-%m-%dT%H:%M:%S").to_string();
        let about_ben = |entry: &SealedEntry| entry.subject["id"] == id.as_str();
        let cases: Vec<(String, Meets<'_>)> = vec![
            ("?".to_owned(), Box::new(|_| true)),
            ("?kind=login.failed".to_owned(), Box::new(|entry| entry.kind == "login.failed")),
            ("?kind=collaborator.*".to_owned(), Box::new(|entry| entry.kind.starts_with("collaborator."))),
            ("?source=scim_auto_sync".to_owned(), Box::new(|entry| entry.source == "scim_auto_sync")),
            ("?person=BEN@acme.test".to_owned(), Box::new(about_ben)),
            (format!("?person={id}"), Box::new(about_ben)),
            (format!("?person={scim_id}"), Box::new(about_ben)),
            (format!("?from={later_text}"), Box::new(|entry| entry.kind == "login.failed")),
            (format!("?to={later_text}"), Box::new(|entry| entry.kind != "login.failed")),
            ("?from=2030-01-01".to_owned(), Box::new(|_| false)),
            (
                format!("?kind=collaborator.*&source=manual&person={id}&to=2026-12-01"),
                Box::new(|entry| entry.kind == "collaborator.deactivated"),
            ),
        ];
        let log = log(gate);
        assert!(log.len() < 40, "one page holds them");
        for (query, meets) in &cases {
            let mut expected: Vec<i64> = log.iter().filter(|entry| meets(entry)).map(|entry| entry.seq).collect();
            expected.reverse();
            assert_eq!(shown(&owner.get(&format!("/audit{query}")).expect(200)), expected, "{query}");
        }
    }

    fn a_name_that_was_given_anew_finds_everybody_who_had_it(gate: &Gate) {
        let scim = gate.acme.scim();
        let sam = |external_id: &str| with(user("sam@acme.test"), "externalId", json!(external_id));
        let first = scim.make(&sam("00u1"));
        scim.delete(&first).expect(204);
        scim.make(&sam("00u2"));
        let mut owner = Visit::owner(gate);
        let log = log(gate);
        let made = log.iter().filter(|entry| entry.kind == "collaborator.provisioned").count();
        let page = owner.get("/audit?person=sam@acme.test&kind=collaborator.provisioned").expect(200);
        assert_eq!((made, shown(&page).len()), (2, 2));
    }

    fn pages_lead_from_the_newest_to_the_oldest_entry_and_back(gate: &Gate) {
        let mut owner = Visit::owner(gate);
        append(gate, 95);
        let mut expected: Vec<i64> = log(gate).iter().map(|entry| entry.seq).collect();
        expected.reverse();
        let mut pages = vec![owner.get("/audit").expect(200)];
        while let Some(older) = link(pages.last().unwrap(), "older") {
            pages.push(owner.get(&older).expect(200));
        }
        assert!(link(&pages[0], "newer").is_none() && pages.len() > 2);
        assert_eq!(pages.iter().flat_map(shown).collect::<Vec<_>>(), expected);
        let mut back = vec![pages.pop().unwrap()];
        while let Some(newer) = link(back.last().unwrap(), "newer") {
            back.push(owner.get(&newer).expect(200));
        }
        back.reverse();
        assert_eq!(back.iter().flat_map(shown).collect::<Vec<_>>(), expected);
        let filtered = owner.get("/audit?kind=login.failed").expect(200);
        assert!(link(&filtered, "older").unwrap().contains("kind=login.failed"), "the filter goes along");
    }

    fn an_export_is_what_the_command_writes(gate: &Gate) {
        ["ann@acme.test", "ben@acme.test"].iter().for_each(|name| drop(gate.acme.scim().provision(name)));
        let mut owner = Visit::owner(gate);
        gate.store.append_audit(vec![hostile(gate, MARKUP)]).unwrap();
        // More than one part.
        append(gate, 1_203);
        gate.advance(Duration::minutes(20));
        append(gate, 3);
        log(gate);
        let cases: [(&str, &[&str]); 5] = [
            ("", &[]),
            ("&kind=login.failed", &["--kind", "login.failed"]),
            ("&person=ann@acme.test", &["--user", "ann@acme.test"]),
            ("&source=scim_auto_sync", &["--source", "scim_auto_sync"]),
            ("&from=2026-11-22T10:20&to=2026-11-23", &["--since", "2026-11-22T10:20:00Z", "--until", "2026-11-23"]),
        ];
        for (query, options) in cases {
            for (format, media_type) in [("csv", "text/csv; charset=utf-8"), ("ndjson", "application/x-ndjson")] {
                let command = exported(gate, &[&["--format", format], options].concat());
                let file = owner.get(&format!("/audit/export?format={format}{query}")).expect(200);
                assert_eq!(file.content_type(), media_type);
                let name = format!("attachment; filename=\"acme-activity-2026-11-22.{format}\"");
                assert_eq!(file.header("content-disposition"), name);
                assert!(file.body.lines().count() > 1 && file.body == command, "{format} {query}");
            }
        }
    }

    fn what_strangers_wrote_is_shown_as_text(gate: &Gate) {
        gate.acme.scim().provision("ann@acme.test");
        let mut owner = Visit::owner(gate);
        gate.store.append_audit(vec![hostile(gate, MARKUP)]).unwrap();
        let last = log(gate).last().unwrap().seq;
        let reflected = "/audit?person=%3Cscript%3Ealert(1)%3C/script%3E&kind=%22%3E%3Cscript%3E&from=%22%3E%3Cimg%20src=x%3E";
        for page in ["/audit".to_owned(), format!("/audit/{last}"), reflected.to_owned()] {
            let page = owner.get(&page);
            let body = page.body.to_lowercase();
            assert!(body.contains("&#60;script&#62;") && !body.contains("<script>"), "{page:?}");
            assert!(!body.contains("<img"), "{page:?}");
        }
    }

    /// Whatever the entries hold: a page stays light (and askama writes five bytes for each of these signs).
    fn a_page_of_long_entries_is_light(gate: &Gate) {
        gate.acme.scim().provision("ann@acme.test");
        let mut owner = Visit::owner(gate);
        for words in ["<".repeat(3_000), "long ".repeat(600)] {
            gate.store.append_audit(vec![hostile(gate, &words); 41]).unwrap();
            let last = log(gate).last().unwrap().seq;
            for page in ["/audit".to_owned(), format!("/audit/{last}")] {
                let page = owner.get(&page).expect(200);
                assert!(page.body.len() < 100_000 && page.body.contains('…'), "{} bytes", page.body.len());
            }
        }
    }

    fn an_entry_tells_what_is_different_and_where_it_came_from(gate: &Gate) {
        gate.acme.scim().provision("ann@acme.test");
        let mut owner = Visit::owner(gate);
        gate.administer("ann@acme.test", &Command::Hold);
        let entry = log(gate).into_iter().rev().find(|entry| entry.kind == "collaborator.deactivated").unwrap();
        let page = owner.get(&format!("/audit/{}", entry.seq)).expect(200);
        let person = gate.person("ann@acme.test").id;
        for part in [
            &format!("<a href=\"/console/acme/people/{person}\">ann@acme.test</a> was deactivated"),
            "<del><span class=\"hidden\">removed: </span>invited</del>",
            "<ins><span class=\"hidden\">added: </span>deactivated</ins>",
            "<time datetime=\"2026-11-22T10:00:30.000000Z\">2026-11-22 10:00:30 UTC</time>",
            "by somebody at the command line",
            &entry.hash,
        ] {
            assert!(page.body.contains(part), "{part}: {}", page.body);
        }
        for missing in ["0", "-1", "99999", "x", "9223372036854775807", "99999999999999999999"] {
            owner.get(&format!("/audit/{missing}")).expect(404);
        }
    }

    fn a_filter_that_means_nothing_is_refused_in_words(gate: &Gate) {
        let mut owner = Visit::owner(gate);
        append(gate, 1);
        log(gate);
        for (query, field) in [
            ("from=yesterday", "from"),
            ("to=2026-13-01", "to"),
            ("kind=login", "kind"),
            ("source=nobody", "source"),
            ("person=nobody@acme.test", "person"),
        ] {
            let page = owner.get(&format!("/audit?{query}")).expect(422);
            assert!(page.body.contains(&format!("id=\"{field}-error\"")) && shown(&page).is_empty(), "{query}");
            owner.get(&format!("/audit/export?format=csv&{query}")).expect(400);
        }
        owner.get("/audit/export?format=pdf").expect(404);
        owner.get("/audit/export").expect(404);
    }

    fn a_verification_tells_that_the_log_is_whole(gate: &Gate) {
        let mut owner = Visit::owner(gate);
        let entries = log(gate).len();
        let done = owner.post("/audit/verify", &[]).expect(303);
        let page = owner.follow(&done).expect(200);
        assert!(page.body.contains(&format!("The log is whole: {entries} entries, and every link holds.")), "{page:?}");
        assert!(page.body.contains("In order"));
    }

    /// Somebody who may write to the database, but has not the master key, seals entries of their own making.
    fn a_log_that_somebody_else_sealed_is_broken(gate: &Gate) {
        let intruder = gate.intruder();
        // The server's own sealer is at work as well: one of them is first.
        let forged = (0..50).find_map(|number| {
            let handle = format!("forged-{number}");
            gate.add_workspace(&handle);
            assert!(matches!(intruder.seal(), Ok(_) | Err(StoreError::ForgedHead)));
            let workspace = domain::workspace::WorkspaceHandle::new(&handle).unwrap();
            let id = gate.store.find_workspace(&workspace).unwrap().unwrap().id;
            let problem = gate.store.chain_standing(id).unwrap().problem;
            problem.map(|_| handle)
        });
        let mut owner = Visit::owner_of(gate, &forged.unwrap());
        let page = owner.get("/audit").expect(200);
        assert!(page.body.contains("The activity log is not whole"), "{page:?}");
        let done = owner.post("/audit/verify", &[]).expect(303);
        assert!(owner.follow(&done).expect(200).body.contains("The log is not whole: entry 1 is not what was sealed"));
        let home = owner.get("").expect(200);
        assert!(home.body.contains("The activity log is not whole"), "{home:?}");
    }

    fn another_workspaces_entries_are_nowhere(gate: &Gate) {
        gate.add_workspace("other");
        let mut owner = Visit::owner_of(gate, "other");
        append(gate, 30);
        log(gate);
        let other = Visit::owner(gate).get("/audit").expect(200);
        assert!(shown(&other).len() > 30);
        let page = owner.get("/audit").expect(200);
        assert!(shown(&page).len() < 20 && !page.body.contains("login.failed</dd>"), "{page:?}");
        let ben = gate.acme.scim().provision("ben@acme.test");
        for person in ["ben@acme.test", &ben] {
            owner.get(&format!("/audit?person={person}")).expect(422);
        }
        owner.get(&format!("/audit/{}", log(gate).last().unwrap().seq)).expect(404);
        assert!(!owner.get("/audit/export?format=ndjson").expect(200).body.contains("login.failed"));
    }
}
