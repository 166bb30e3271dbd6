//! The audit log as somebody reads it: newest first, page by page, by any filter.

use chrono::{Duration, NaiveDate};
use domain::audit::{AuditEntry, EventKind, SealedEntry, Source};
use domain::clock::Timestamp;
use store::{AuditFilter, AuditPage, AuditPlace, DailyCount};

use crate::acme::{Acme, moment};
use crate::database::{Database, Raw};

const KINDS: [EventKind; 4] =
    [EventKind::LoginFailed, EventKind::LoginSucceeded, EventKind::CollaboratorProvisioned, EventKind::RoleAdded];

/// More than two thousand entries over three days, whose times come in no order at all.
fn jumbled(acme: &Acme) -> Vec<SealedEntry> {
    let entries: Vec<AuditEntry> = (0..2_203_u64)
        .map(|number| {
            // Knuth's multiplier: evenly spread, the same each time.
            let mixed = usize::try_from(number.wrapping_mul(2_654_435_761) % 100_003).unwrap();
            let mut entry = acme.entry(KINDS[mixed % 4], &format!("subject{}", mixed % 7));
            entry.source = Source::ALL[mixed / 5 % 4];
            entry.at = acme.now() + Duration::seconds(i64::try_from(mixed * 2_592 / 1_000).unwrap());
            entry
        })
        .collect();
    for some in entries.chunks(400) {
        acme.store.append_audit(some.to_vec()).unwrap();
        acme.store.seal().unwrap();
    }
    let mut log: Vec<SealedEntry> = Vec::new();
    while log.len() < entries.len() {
        let after = log.last().map_or(0, |entry| entry.seq);
        log.extend(acme.store.audit_page(acme.workspace.id, &AuditFilter::default(), after).unwrap());
    }
    log
}

fn about(subjects: &[&str]) -> Option<Vec<String>> {
    Some(subjects.iter().map(|subject| (*subject).to_owned()).collect())
}

/// Every kind of filter, alone and together.
fn filters(acme: &Acme) -> Vec<AuditFilter> {
    let any = AuditFilter::default;
    let hours = |hours| Some(acme.now() + Duration::hours(hours));
    vec![
        any(),
        AuditFilter { source: Some("manual".to_owned()), ..any() },
        AuditFilter { kinds: Some(vec![EventKind::LoginFailed]), ..any() },
        AuditFilter { kinds: Some(KINDS[..3].to_vec()), ..any() },
        AuditFilter { kinds: Some(Vec::new()), ..any() },
        AuditFilter { kinds: Some(vec![EventKind::AuditPruned]), ..any() },
        AuditFilter { subjects: about(&["subject3"]), ..any() },
        AuditFilter { subjects: about(&["subject1", "subject4", "nobody"]), ..any() },
        AuditFilter { since: hours(20), ..any() },
        AuditFilter { until: hours(20), ..any() },
        AuditFilter { since: hours(20), until: hours(21), ..any() },
        AuditFilter { since: hours(900), ..any() },
        AuditFilter { through: Some(1_001), since: hours(50), ..any() },
        AuditFilter {
            kinds: Some(vec![EventKind::RoleAdded, EventKind::LoginFailed]),
            subjects: about(&["subject0", "subject6"]),
            source: Some("system".to_owned()),
            since: hours(4),
            until: hours(60),
            through: Some(2_000),
        },
    ]
}

fn meets(filter: &AuditFilter, entry: &SealedEntry) -> bool {
    let (at, subject) = (moment(&entry.at), entry.subject["id"].as_str().unwrap().to_owned());
    filter.source.as_ref().is_none_or(|source| *source == entry.source)
        && filter.subjects.as_ref().is_none_or(|subjects| subjects.contains(&subject))
        && filter.kinds.as_ref().is_none_or(|kinds| kinds.iter().any(|kind| kind.as_str() == entry.kind))
        && filter.since.is_none_or(|since| at >= since)
        && filter.until.is_none_or(|until| at < until)
        && filter.through.is_none_or(|through| entry.seq <= through)
}

fn numbers(entries: &[SealedEntry]) -> Vec<i64> {
    entries.iter().map(|entry| entry.seq).collect()
}

/// Goes from page to page until there is no further one; gives what was seen, in the order of the pages.
fn walk(
    first: AuditPage,
    next: impl Fn(&AuditPage) -> Option<AuditPlace>,
    get: impl Fn(AuditPlace) -> AuditPage,
) -> Vec<AuditPage> {
    let mut pages = vec![first];
    while let Some(place) = next(pages.last().unwrap()) {
        pages.push(get(place));
    }
    pages
}

fn older(page: &AuditPage) -> Option<AuditPlace> {
    page.has_older.then(|| AuditPlace::OlderThan(page.entries.last().unwrap().seq))
}

fn newer(page: &AuditPage) -> Option<AuditPlace> {
    page.has_newer.then(|| AuditPlace::NewerThan(page.entries.first().unwrap().seq))
}

fn counts(acme: &Acme, kinds: &[EventKind]) -> Vec<DailyCount> {
    let all = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
    acme.store.daily_counts(acme.workspace.id, kinds, all).unwrap()
}

/// What the migration adds is taken away again, and so is the note that it ran.
fn take_back(db: &Database) {
    let mut raw = db.raw();
    let folder = match raw {
        Raw::Sqlite(_) => "sqlite",
        Raw::Postgres(_) => "postgres",
    };
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
    raw.run(&std::fs::read_to_string(format!("{root}/{folder}/0018_daily_counts/down.sql")).unwrap());
    raw.run("DELETE FROM __diesel_schema_migrations WHERE version = '0018'");
}

on_both_databases! {
    fn every_filter_gives_what_meets_it_newest_first_in_pages_of_any_size_both_ways(db: &Database) {
        let acme = Acme::on(db);
        let log = jumbled(&acme);
        for filter in filters(&acme) {
            let mut expected = numbers(&log.iter().filter(|entry| meets(&filter, entry)).cloned().collect::<Vec<_>>());
            expected.reverse();
            for size in [1_000, 83] {
                let get = |place| acme.store.latest_audit(acme.workspace.id, &filter, place, size).unwrap();
                let down = walk(get(AuditPlace::Newest), older, get);
                assert!(!down[0].has_newer, "{filter:?}");
                let seen: Vec<i64> = down.iter().flat_map(|page| numbers(&page.entries)).collect();
                assert_eq!(seen, expected, "{filter:?}");
                assert!(down.iter().rev().skip(1).all(|page| page.entries.len() == size));
                let mut up = walk(down.last().unwrap().clone(), newer, get);
                up.reverse();
                let seen: Vec<i64> = up.iter().flat_map(|page| numbers(&page.entries)).collect();
                assert_eq!(seen, expected, "upwards, {filter:?}");
            }
            let count = acme.store.count_audit(acme.workspace.id, &filter, 500).unwrap();
            assert_eq!(count, expected.len().min(500), "{filter:?}");
        }
    }

    fn an_export_gives_what_meets_the_filter_oldest_first(db: &Database) {
        let acme = Acme::on(db);
        let log = jumbled(&acme);
        for filter in filters(&acme) {
            let expected: Vec<SealedEntry> = log.iter().filter(|entry| meets(&filter, entry)).cloned().collect();
            let mut seen: Vec<SealedEntry> = Vec::new();
            loop {
                let after = seen.last().map_or(0, |entry| entry.seq);
                let page = acme.store.audit_page(acme.workspace.id, &filter, after).unwrap();
                if page.is_empty() {
                    break;
                }
                seen.extend(page);
            }
            assert_eq!(seen, expected, "{filter:?}");
        }
    }

    fn a_page_beyond_either_end_is_empty_and_knows_the_way_back(db: &Database) {
        let acme = Acme::on(db);
        let get = |place| acme.store.latest_audit(acme.workspace.id, &AuditFilter::default(), place, 10).unwrap();
        let empty = AuditPage { entries: Vec::new(), has_newer: false, has_older: false };
        for place in [AuditPlace::Newest, AuditPlace::OlderThan(1), AuditPlace::NewerThan(0)] {
            assert_eq!(get(place), empty);
        }
        acme.store.append_audit(vec![acme.entry(EventKind::LoginFailed, "ann"); 3]).unwrap();
        acme.store.seal().unwrap();
        assert_eq!(get(AuditPlace::OlderThan(1)), AuditPage { has_newer: true, ..empty.clone() });
        assert_eq!(get(AuditPlace::NewerThan(3)), AuditPage { has_older: true, ..empty.clone() });
        assert_eq!(get(AuditPlace::OlderThan(i64::MIN)), AuditPage { has_newer: true, ..empty.clone() });
        assert_eq!(get(AuditPlace::NewerThan(i64::MAX)), AuditPage { has_older: true, ..empty });
        assert_eq!(numbers(&get(AuditPlace::OlderThan(3)).entries), [2, 1]);
        assert_eq!(numbers(&get(AuditPlace::NewerThan(1)).entries), [3, 2]);
    }

    fn another_workspaces_entries_are_on_no_page(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        acme.store.append_audit(vec![globex.entry(EventKind::LoginFailed, "ann"); 3]).unwrap();
        acme.store.seal().unwrap();
        let page = acme.store.latest_audit(acme.workspace.id, &AuditFilter::default(), AuditPlace::Newest, 10).unwrap();
        assert_eq!(page.entries, []);
        assert_eq!(counts(&acme, EventKind::ALL), []);
    }

    fn each_day_counts_its_entries_by_kind(db: &Database) {
        let acme = Acme::on(db);
        let (failed, role) = (EventKind::LoginFailed, EventKind::RoleAdded);
        let log = |kind, at: &str| {
            let entry = AuditEntry { at: moment(at), ..acme.entry(kind, "ann") };
            acme.store.append_audit(vec![entry]).unwrap();
        };
        log(failed, "2026-01-05T23:59:59.999999Z");
        log(failed, "2026-01-06T00:00:00Z");
        log(role, "2026-01-06T10:00:00Z");
        assert_eq!(counts(&acme, &[failed, role]), [], "nothing is sealed yet");
        acme.store.seal().unwrap();
        log(failed, "2026-01-06T23:00:00Z");
        // Written late, of a day that was counted already.
        log(failed, "2026-01-05T12:00:00Z");
        acme.store.seal().unwrap();
        let day = |day| NaiveDate::from_ymd_opt(2026, 1, day).unwrap();
        let of = |kind, date, count| DailyCount { day: day(date), kind, count };
        assert_eq!(counts(&acme, &[failed, role]), [of(failed, 5, 2), of(failed, 6, 2), of(role, 6, 1)]);
        assert_eq!(counts(&acme, &[role]), [of(role, 6, 1)]);
        assert_eq!(acme.store.daily_counts(acme.workspace.id, &[failed], day(6)).unwrap(), [of(failed, 6, 2)]);
        assert_eq!(counts(&acme, &[]), []);
    }

    /// A second sealer, as another process has it, does not count twice.
    fn what_two_sealers_seal_is_counted_once(db: &Database) {
        let acme = Acme::on(db);
        acme.store.append_audit(vec![acme.entry(EventKind::LoginFailed, "ann"); 1_300]).unwrap();
        let other = db.open();
        std::thread::scope(|scope| {
            scope.spawn(|| other.seal().unwrap());
            scope.spawn(|| acme.store.seal().unwrap());
        });
        let total: i64 = counts(&acme, EventKind::ALL).iter().map(|day| day.count).sum();
        assert_eq!(total, 1_300);
    }

    fn the_retention_leaves_the_counts_and_the_times_of_what_is_kept(db: &Database) {
        let acme = Acme::on(db);
        acme.store.append_audit(vec![acme.entry(EventKind::LoginFailed, "ann"); 1_500]).unwrap();
        acme.store.seal().unwrap();
        acme.pass(Duration::days(300));
        let middle = acme.now();
        acme.store.append_audit(vec![acme.entry(EventKind::LoginFailed, "bob"); 700]).unwrap();
        acme.store.seal().unwrap();
        acme.pass(Duration::days(100));
        assert_eq!(acme.store.prune_audit(acme.now()).unwrap(), 1_500);
        acme.store.seal().unwrap();
        let counted: Vec<i64> = counts(&acme, &[EventKind::LoginFailed]).iter().map(|day| day.count).collect();
        assert_eq!(counted, [1_500, 700]);
        let found = |since: Timestamp, until: Timestamp| {
            let filter = AuditFilter { since: Some(since), until: Some(until), ..AuditFilter::default() };
            acme.store.count_audit(acme.workspace.id, &filter, 10_000).unwrap()
        };
        assert_eq!(found(middle, middle + Duration::days(1)), 700);
        assert_eq!(found(middle - Duration::days(400), middle), 0);
        let spans = format!("SELECT count(*) AS n FROM audit_spans WHERE workspace_id = '{}'", acme.workspace.id);
        assert_eq!(db.raw().count(&spans), 2, "of the numbers below 1,000 none is left");
    }

    fn the_migration_finds_what_the_sealer_would_have_kept(db: &Database) {
        let acme = Acme::on(db);
        jumbled(&acme);
        let (kept, spans) = (counts(&acme, EventKind::ALL), spans(db));
        assert!(kept.len() > 8 && spans.len() == 3, "{kept:?} {spans:?}");
        take_back(db);
        assert_eq!(acme.store.migrate().unwrap().len(), 1);
        assert_eq!((counts(&acme, EventKind::ALL), self::spans(db)), (kept, spans));
    }
}

/// The first and last time of each thousand.
fn spans(db: &Database) -> Vec<(i64, i64)> {
    let mut raw = db.raw();
    let all = raw.count("SELECT count(*) AS n FROM audit_spans");
    let time = |raw: &mut Raw, column: &str, span: i64| {
        raw.count(&format!("SELECT {column} AS n FROM audit_spans WHERE span = {span}"))
    };
    (0..all).map(|span| (time(&mut raw, "first_at", span), time(&mut raw, "last_at", span))).collect()
}
