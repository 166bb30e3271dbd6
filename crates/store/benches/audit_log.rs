//! What a page of a long audit log costs, on both databases.
//!
//! ```text
//! scripts/with-postgres cargo bench -p store --bench audit_log [-- --entries 1000000] [--only sqlite|postgres]
//! ```
//!
//! The log is one of a year: its entries come and are sealed as the gateway does it. Each figure is the median of many calls.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints, and stops where it can't go on"
)]
#![allow(dead_code, unused_macros, reason = "what is shared with the tests is more than this needs")]

#[macro_use]
#[path = "../tests/store/database.rs"]
mod database;
#[path = "../tests/store/acme.rs"]
mod acme;
#[path = "../tests/store/users.rs"]
mod users;

use std::time::{Duration as Elapsed, Instant};

use acme::{Acme, draw};
use chrono::Duration;
use database::{Database, Raw};
use domain::audit::{AuditEntry, EventKind, Source, Subject};
use store::{AuditFilter, AuditPlace};

/// The entries of a page of the console.
const PAGE: usize = 50;
const CALLS: usize = 41;
/// What is committed at once.
const GROUP: usize = 500;

/// Of a hundred entries: most are logins, some changes, few anything else.
const MIX: [(usize, EventKind, Source); 8] = [
    (60, EventKind::LoginSucceeded, Source::SamlAutoSync),
    (72, EventKind::SessionEnded, Source::Manual),
    (80, EventKind::AccessChanged, Source::SamlAutoSync),
    (86, EventKind::CollaboratorUpdated, Source::ScimAutoSync),
    (92, EventKind::LoginFailed, Source::SamlAutoSync),
    (96, EventKind::CollaboratorProvisioned, Source::ScimAutoSync),
    (98, EventKind::CollaboratorDeactivated, Source::ScimAutoSync),
    (100, EventKind::InvitationSent, Source::System),
];

/// What a chart or two show.
const FOR_CHARTS: [EventKind; 4] = [
    EventKind::CollaboratorProvisioned,
    EventKind::CollaboratorDeactivated,
    EventKind::LoginSucceeded,
    EventKind::LoginFailed,
];

fn main() {
    let entries = option("--entries").map_or(1_000_000, |entries| entries.parse().unwrap());
    let only = option("--only");
    let wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    if wanted("sqlite") {
        measure("SQLite", &Database::sqlite(), entries);
    }
    if wanted("postgres") {
        match Database::postgres() {
            Some(database) => measure("PostgreSQL", &database, entries),
            None => eprintln!("PostgreSQL is left out: run it by scripts/with-postgres"),
        }
    }
}

fn option(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != name).nth(1)
}

fn measure(name: &str, database: &Database, entries: usize) {
    let acme = Acme::on(database);
    let people: Vec<String> = (0..(entries / 10).max(2)).map(|_| draw().to_string()).collect();
    let (appending, sealing) = fill(&acme, entries, &people);
    let rate = |time: Elapsed| entries as f64 / time.as_secs_f64();
    println!("{name}, {entries} entries: {:.0} a second written, {:.0} sealed", rate(appending), rate(sealing));
    if let Raw::Postgres(_) = database.raw() {
        // A server does it by itself before long.
        database.raw().run("VACUUM ANALYZE");
    }
    for (what, filter) in filters(&acme, &people, entries) {
        let of =
            |place| median(|| acme.store.latest_audit(acme.workspace.id, &filter, place, PAGE).unwrap().entries.len());
        let middle = i64::try_from(entries / 2).unwrap();
        let (newest, older) = (of(AuditPlace::Newest), of(AuditPlace::OlderThan(middle)));
        println!("  {what:<44} newest {newest:>8.2?}   middle {older:>8.2?}");
    }
    let standing = median(|| usize::from(acme.store.chain_standing(acme.workspace.id).unwrap().problem.is_some()));
    println!("  {:<44} {standing:>15.2?}", "how the chain stands");
    let since = acme.now().date_naive() - Duration::days(30);
    let counts = median(|| acme.store.daily_counts(acme.workspace.id, &FOR_CHARTS, since).unwrap().len());
    println!("  {:<44} {counts:>15.2?}", "four kinds of the last 30 days");
}

/// A year of entries; gives how long it took to write and to seal them.
fn fill(acme: &Acme, entries: usize, people: &[String]) -> (Elapsed, Elapsed) {
    let (mut appending, mut sealing) = (Elapsed::ZERO, Elapsed::ZERO);
    let step = Duration::days(365) / i32::try_from(entries).unwrap();
    for first in (0..entries).step_by(GROUP) {
        let some: Vec<AuditEntry> = (first..entries.min(first + GROUP))
            .map(|number| {
                acme.pass(step);
                entry(acme, number, people)
            })
            .collect();
        appending += time(|| acme.store.append_audit(some).unwrap());
        sealing += time(|| assert!(acme.store.seal().unwrap() > 0));
    }
    (appending, sealing)
}

fn entry(acme: &Acme, number: usize, people: &[String]) -> AuditEntry {
    // Knuth's multiplier: evenly spread, the same each time.
    let mixed = number.wrapping_mul(2_654_435_761) >> 7;
    let (_, kind, source) = MIX.iter().copied().find(|(below, ..)| mixed % 100 < *below).unwrap();
    let person = people.get(mixed / 100 % people.len()).unwrap();
    let rare = (number % 100_000 == 7).then_some(EventKind::PolicyChanged);
    AuditEntry {
        kind: rare.unwrap_or(kind),
        source,
        subject: Subject { kind: "collaborator", id: Some(person.clone()), name: Some("ann@acme.test".to_owned()) },
        ..acme.entry(kind, person)
    }
}

fn filters(acme: &Acme, people: &[String], entries: usize) -> Vec<(&'static str, AuditFilter)> {
    let any = AuditFilter::default;
    let days_ago = |days| Some(acme.now() - Duration::days(days));
    let family = |name| EventKind::ALL.iter().copied().filter(|kind| kind.family() == name).collect();
    let person = people.get(entries % people.len()).unwrap().clone();
    vec![
        ("none", any()),
        ("a common kind", AuditFilter { kinds: Some(vec![EventKind::LoginSucceeded]), ..any() }),
        ("a rare kind", AuditFilter { kinds: Some(vec![EventKind::PolicyChanged]), ..any() }),
        ("a kind that is not there", AuditFilter { kinds: Some(vec![EventKind::AuditPruned]), ..any() }),
        ("a family of kinds", AuditFilter { kinds: Some(family("collaborator")), ..any() }),
        ("all kinds", AuditFilter { kinds: Some(EventKind::ALL.to_vec()), ..any() }),
        ("a source", AuditFilter { source: Some("scim_auto_sync".to_owned()), ..any() }),
        ("a rare source", AuditFilter { source: Some("system".to_owned()), ..any() }),
        ("a person", AuditFilter { subjects: Some(vec![person.clone()]), ..any() }),
        ("nobody", AuditFilter { subjects: Some(vec!["nobody".to_owned()]), ..any() }),
        ("the last day", AuditFilter { since: days_ago(1), ..any() }),
        ("before half a year ago", AuditFilter { until: days_ago(182), ..any() }),
        ("a day of half a year ago", AuditFilter { since: days_ago(183), until: days_ago(182), ..any() }),
        ("a person and a family", AuditFilter { subjects: Some(vec![person]), kinds: Some(family("login")), ..any() }),
        (
            "a rare kind of a source that has none",
            AuditFilter {
                kinds: Some(vec![EventKind::CollaboratorDeactivated]),
                source: Some("system".to_owned()),
                ..any()
            },
        ),
    ]
}

fn median(mut call: impl FnMut() -> usize) -> Elapsed {
    let mut times: Vec<Elapsed> = (0..CALLS).map(|_| time(|| _ = std::hint::black_box(call()))).collect();
    times.sort();
    times.get(CALLS / 2).copied().unwrap()
}

fn time(work: impl FnOnce()) -> Elapsed {
    let begin = Instant::now();
    work();
    begin.elapsed()
}
