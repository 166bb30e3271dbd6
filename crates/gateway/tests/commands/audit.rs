//! `audit export`, and what proves the log.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use domain::audit::{Actor, AuditEntry, EventKind, RequestOrigin, Source, Subject};
use domain::clock::{Clock, Timestamp};
use domain::workspace::WorkspaceHandle;
use gateway::clock::SystemClock;
use serde_json::Value;
use store::{MasterKey, Store};

use crate::acme::{acme, init};
use crate::common::program::Machine;

const EXPORT: [&str; 4] = ["audit", "export", "--workspace", "acme"];

/// A machine with acme on it, as `init` makes it.
fn fresh() -> Machine {
    let machine = Machine::new();
    init(&machine);
    machine
}

/// The machine's database, as the program opens it.
fn store_of(machine: &Machine) -> Store {
    let key = fs::read_to_string(machine.path("gatehouse.db.master-key")).unwrap();
    let url = format!("sqlite://{}", machine.path("gatehouse.db").display());
    Store::open(&url, &MasterKey::from_hex(&key).unwrap()).unwrap()
}

/// Entries about logins that failed at that moment, not sealed yet.
fn append(machine: &Machine, entries: usize, at: Timestamp) {
    let store = store_of(machine);
    let workspace = store.find_workspace(&WorkspaceHandle::new("acme").unwrap()).unwrap().unwrap().id;
    let entry = |number| AuditEntry {
        workspace,
        at,
        kind: EventKind::LoginFailed,
        source: Source::SamlAutoSync,
        actor: Actor::System,
        subject: Subject::named("login", &format!("person {number}")),
        before: None,
        after: None,
        request: RequestOrigin { user_agent: Some("=cmd()".to_owned()), ..RequestOrigin::default() },
    };
    store.append_audit((0..entries).map(entry).collect()).unwrap();
}

fn export(machine: &Machine, more: &[&str]) -> String {
    machine.ok(&[&EXPORT[..], more].concat())
}

#[test]
fn an_export_is_what_the_list_prints_and_seals_first() {
    let machine = fresh();
    append(&machine, 1_203, SystemClock.now());
    let exported = export(&machine, &[]);
    assert_eq!(exported, machine.ok(&["audit", "list", "--workspace", "acme", "--json"]));
    assert!(exported.lines().count() > 1_203);
}

#[test]
fn a_csv_export_has_a_row_for_each_entry_and_no_formula() {
    let machine = fresh();
    append(&machine, 3, SystemClock.now());
    let text = export(&machine, &["--format", "csv"]);
    let entries = machine.json_lines(&["audit", "list", "--workspace", "acme", "--json"]);
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let names = table.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), entries.len());
    let column = |name: &str| names.iter().position(|known| known == name).unwrap();
    for (row, entry) in rows.iter().zip(&entries) {
        assert_eq!(row[column("seq")], entry["seq"].to_string());
        assert_eq!(row[column("kind")], *entry["kind"].as_str().unwrap());
        assert_eq!(row[column("hash")], *entry["hash"].as_str().unwrap());
        let after = if entry["after"].is_null() { String::new() } else { entry["after"].to_string() };
        assert_eq!(row[column("after")], after);
    }
    assert_eq!(rows.last().unwrap()[column("user_agent")], *"'=cmd()");
}

#[test]
fn an_export_and_a_list_choose_alike() {
    let machine = fresh();
    machine.ok(&["workspace", "set", "--workspace", "acme", "jit=nobody"]);
    append(&machine, 2, "2026-01-05T08:00:00Z".parse().unwrap());
    append(&machine, 3, "2026-01-06T08:00:00Z".parse().unwrap());
    let cases: [(&[&str], usize); 6] = [
        (&["--kind", "policy.changed"], 1),
        (&["--source", "saml_auto_sync"], 5),
        (&["--until", "2026-01-06"], 2),
        (&["--since", "2026-01-06T08:00:00Z", "--until", "2026-01-07"], 3),
        (&["--since", "2026-01-06T10:00:00+02:00", "--kind", "login.failed"], 3),
        (&["--since", "2026-01-07", "--until", "2026-01-08"], 0),
    ];
    for (chosen, expected) in cases {
        let exported = export(&machine, chosen);
        assert_eq!(exported.lines().count(), expected, "{chosen:?}: {exported}");
        let list = [&["audit", "list", "--workspace", "acme", "--json"], chosen].concat();
        assert_eq!(machine.ok(&list), exported);
    }
    assert!(machine.fails(&[&EXPORT[..], &["--kind", "nothing"]].concat()).contains("login.failed"));
}

#[test]
fn the_entries_of_one_person_are_exported_alone() {
    let (machine, workspace) = acme();
    let _serving = machine.serve();
    workspace.scim().provision("ann@acme.test");
    workspace.scim().provision("bob@acme.test");
    let exported = export(&machine, &["--user", "ANN@acme.test"]);
    assert!(exported.contains("ann@acme.test") && !exported.contains("bob@acme.test"), "{exported}");
}

#[test]
fn an_exported_file_is_its_owners_alone_and_never_overwritten() {
    let machine = fresh();
    let to_file = [&EXPORT[..], &["--output", "log.ndjson"]].concat();
    assert_eq!(machine.ok(&to_file), "");
    let written = fs::read_to_string(machine.path("log.ndjson")).unwrap();
    assert_eq!(written, export(&machine, &[]));
    assert_eq!(fs::metadata(machine.path("log.ndjson")).unwrap().permissions().mode() & 0o777, 0o600);
    fs::write(machine.path("log.ndjson"), "mine").unwrap();
    assert_eq!(machine.fails(&to_file), "log.ndjson is there already: name a new file");
    assert_eq!(fs::read_to_string(machine.path("log.ndjson")).unwrap(), "mine");
}

#[test]
fn an_export_that_fails_leaves_nothing_behind() {
    let machine = fresh();
    let files = || fs::read_dir(machine.path(".")).unwrap().count();
    let before = files();
    machine.fails(&[&EXPORT[..], &["--kind", "nothing", "--output", "log.ndjson"]].concat());
    assert!(machine.fails(&[&EXPORT[..], &["--output", "nowhere/log.ndjson"]].concat()).contains("nowhere/log.ndjson"));
    assert_eq!(files(), before);
}

#[test]
fn an_export_ends_well_when_its_reader_goes_away() {
    let machine = fresh();
    append(&machine, 2_000, SystemClock.now());
    for format in ["ndjson", "csv"] {
        let ran = machine.run_for_one_line(&[&EXPORT[..], &["--format", format]].concat());
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{format}");
        assert_eq!(ran.stdout.lines().count(), 1);
    }
}

const VERIFY: [&str; 4] = ["audit", "verify", "--workspace", "acme"];

#[test]
fn a_kept_head_is_compared_with_the_log() {
    let machine = fresh();
    let printed = machine.ok(&[&VERIFY[..], &["--json"]].concat());
    fs::write(machine.path("kept.json"), &printed).unwrap();
    append(&machine, 3, SystemClock.now());
    let against = |file: &str| machine.run(&[&VERIFY[..], &["--head", file]].concat());
    let held = against("kept.json");
    assert_eq!(held.code, Some(0), "{held:?}");
    assert!(held.stdout.contains("every link holds, and so does the earlier head"), "{held:?}");
    let json = machine.json(&[&VERIFY[..], &["--head", "kept.json", "--json"]].concat());
    assert_eq!((&json["valid"], &json["earlier_head"]), (&true.into(), &"held".into()));
    assert_eq!(machine.json(&[&VERIFY[..], &["--json"]].concat())["earlier_head"], Value::Null);

    // The `head` member by itself, with a number that nobody signed.
    let mut head = serde_json::from_str::<Value>(&printed).unwrap()["head"].clone();
    fs::write(machine.path("head.json"), head.to_string()).unwrap();
    assert_eq!(against("head.json").code, Some(0));
    head["seq"] = 999.into();
    fs::write(machine.path("head.json"), head.to_string()).unwrap();
    let forged = against("head.json");
    assert_eq!(forged.code, Some(1), "{forged:?}");
    let verdict = forged.stdout.lines().next().unwrap();
    assert!(verdict.contains("the earlier head was not signed for this workspace"), "{forged:?}");
}

#[test]
fn a_log_of_another_life_does_not_hold_a_kept_head() {
    let machine = fresh();
    for file in ["gatehouse.db", "gatehouse.db-wal"] {
        let _ = fs::copy(machine.path(file), machine.path(&format!("backup-{file}")));
    }
    append(&machine, 3, SystemClock.now());
    fs::write(machine.path("kept.json"), machine.ok(&[&VERIFY[..], &["--json"]].concat())).unwrap();
    // An earlier copy of the whole database, its head's row included, is the simplest truncation.
    let _ = fs::remove_file(machine.path("gatehouse.db-wal"));
    for file in ["gatehouse.db", "gatehouse.db-wal"] {
        let _ = fs::rename(machine.path(&format!("backup-{file}")), machine.path(file));
    }
    assert_eq!(machine.run(&VERIFY).code, Some(0), "the chain alone does not show it");
    let found = machine.run(&[&VERIFY[..], &["--head", "kept.json"]].concat());
    assert_eq!(found.code, Some(1), "{found:?}");
    assert!(found.stdout.lines().next().unwrap().contains("the log was truncated: entry"), "{found:?}");
    let json = machine.run(&[&VERIFY[..], &["--head", "kept.json", "--json"]].concat());
    assert!(json.stdout.contains("\"earlier_head\":\"truncated\""), "{json:?}");
}

#[test]
fn what_holds_no_head_is_told() {
    let machine = fresh();
    fs::write(machine.path("no.json"), "{}").unwrap();
    fs::write(machine.path("no.txt"), "head 47").unwrap();
    for file in ["no.json", "no.txt", "-"] {
        let told = machine.fails(&[&VERIFY[..], &["--head", file]].concat());
        assert!(
            told.starts_with(&format!("{file} holds no head as `gatehouse audit verify --json` prints it")),
            "{told}"
        );
    }
    assert!(machine.fails(&[&VERIFY[..], &["--head", "nowhere"]].concat()).starts_with("can't read nowhere"));
}
