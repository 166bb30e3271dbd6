//! The audit log: numbered without gaps, and every tampering shows.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use chrono::Duration;
use domain::audit::{EventKind, SealedEntry, Source};
use store::{AuditFilter, ChainReport, EarlierHead, Head, StoreError};

use crate::acme::Acme;
use crate::database::Database;

/// Appends and seals so many entries.
fn sealed(acme: &Acme, entries: usize) {
    append(acme, entries);
    assert_eq!(acme.store.seal().unwrap(), entries);
}

fn append(acme: &Acme, entries: usize) {
    let all = (0..entries).map(|number| acme.entry(EventKind::LoginFailed, &format!("subject{number}"))).collect();
    acme.store.append_audit(all).unwrap();
}

fn verify(acme: &Acme) -> ChainReport {
    acme.store.verify_audit(acme.workspace.id, None).unwrap()
}

fn verify_against(acme: &Acme, earlier: &Head) -> ChainReport {
    acme.store.verify_audit(acme.workspace.id, Some(earlier)).unwrap()
}

/// Cuts the last three of six entries off and puts the head's row back that stood there before they were sealed; gives the
/// head that somebody kept of the whole log.
fn truncated_behind_the_sealer(db: &Database, acme: &Acme) -> Head {
    sealed(acme, 3);
    let before = verify(acme).head;
    sealed(acme, 3);
    let kept = verify(acme).head;
    let here = format!("workspace_id = '{}'", acme.workspace.id);
    db.raw().run(&format!(
        "DELETE FROM audit_entries WHERE {here} AND seq > 3;
         UPDATE audit_heads SET seq = {}, hash = '{}', signature = '{}' WHERE {here}",
        before.seq, before.hash, before.signature
    ));
    kept
}

/// What is wrong after somebody ran this on a log of six sealed entries.
fn problem_after(db: &Database, acme: &Acme, sql: &str) -> String {
    sealed(acme, 6);
    assert!(verify(acme).valid);
    db.raw().run(&sql.replace("$HERE", &format!("workspace_id = '{}'", acme.workspace.id)));
    let report = verify(acme);
    assert!(!report.valid, "{sql}");
    report.problem.unwrap()
}

fn whole_log(acme: &Acme, filter: &AuditFilter) -> Vec<SealedEntry> {
    let mut log: Vec<SealedEntry> = Vec::new();
    loop {
        let after = log.last().map_or(0, |entry| entry.seq);
        let page = acme.store.audit_page(acme.workspace.id, filter, after).unwrap();
        if page.is_empty() {
            return log;
        }
        log.extend(page);
    }
}

on_both_databases! {
    fn entries_are_numbered_from_one_without_gaps_and_each_workspace_has_its_own_chain(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        for entries in [1, 3] {
            append(&acme, entries);
            append(&globex, entries);
            assert_eq!(acme.store.seal().unwrap(), 2 * entries);
        }
        for workspace in [&acme, &globex] {
            let log = whole_log(workspace, &AuditFilter::default());
            assert_eq!(log.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
            let report = verify(workspace);
            assert_eq!((report.valid, report.entries, report.unsealed, report.problem), (true, 4, 0, None));
            assert_eq!((report.head.seq, &report.head.hash), (4, &log[3].hash));
        }
        assert_ne!(verify(&acme).head.hash, verify(&globex).head.hash);
    }

    fn a_log_longer_than_any_batch_is_one_chain(db: &Database) {
        let acme = Acme::on(db);
        sealed(&acme, 1_203);
        let log = whole_log(&acme, &AuditFilter::default());
        assert!(log.iter().zip(1..).all(|(entry, number)| entry.seq == number));
        assert_eq!((log.len(), verify(&acme).valid, verify(&acme).entries), (1_203, true, 1_203));
    }

    fn an_empty_log_is_valid(db: &Database) {
        let acme = Acme::on(db);
        assert_eq!(acme.store.seal().unwrap(), 0);
        let report = verify(&acme);
        assert_eq!((report.valid, report.entries, report.unsealed), (true, 0, 0));
    }

    fn the_unsealed_tail_is_counted_and_not_listed(db: &Database) {
        let acme = Acme::on(db);
        sealed(&acme, 2);
        append(&acme, 3);
        let report = verify(&acme);
        assert_eq!((report.valid, report.entries, report.unsealed), (true, 2, 3));
        assert_eq!(whole_log(&acme, &AuditFilter::default()).len(), 2);
    }

    fn an_entry_is_listed_as_it_was_written(db: &Database) {
        let acme = Acme::on(db);
        sealed(&acme, 1);
        let log = whole_log(&acme, &AuditFilter::default());
        let (listed, written) = (&log[0], acme.entry(EventKind::LoginFailed, "subject0"));
        assert_eq!(listed.at, "2026-01-05T08:00:00.000001Z");
        assert_eq!((listed.kind.as_str(), listed.source.as_str()), ("login.failed", "manual"));
        assert_eq!(listed.actor, serde_json::json!({ "type": "command_line", "name": "root" }));
        assert_eq!((&listed.before, &listed.after), (&written.before, &written.after));
        assert_eq!((&listed.request_id, &listed.ip), (&written.request.request_id, &written.request.ip));
    }

    fn an_edit_of_any_field_shows(db: &Database) {
        Acme::on(db);
        let texts = ["kind", "source", "actor", "subject", "before", "after", "request_id", "ip", "user_agent", "hash"];
        let edits = texts.map(|column| format!("{column} = {column} || ' '"));
        let others = ["at = at + 1", "subject_id = 'somebody else'", "subject_id = NULL", "ip = NULL", "before = NULL"];
        for (number, edit) in edits.into_iter().chain(others.map(str::to_owned)).enumerate() {
            let workspace = Acme::called(&format!("edit-{number}"), db.store());
            let problem = problem_after(db, &workspace, &format!("UPDATE audit_entries SET {edit} WHERE $HERE AND seq = 3"));
            assert!(problem.contains("entry 3") || problem.contains("entry 4"), "{edit}: {problem}");
        }
    }

    fn a_value_moved_to_the_next_field_shows(db: &Database) {
        let acme = Acme::on(db);
        let problem =
            problem_after(db, &acme, "UPDATE audit_entries SET ip = user_agent, user_agent = ip WHERE $HERE AND seq = 2");
        assert_eq!(problem, "entry 2 is not what was sealed");
    }

    fn a_deletion_in_the_middle_shows(db: &Database) {
        let acme = Acme::on(db);
        let problem = problem_after(db, &acme, "DELETE FROM audit_entries WHERE $HERE AND seq = 3");
        assert_eq!(problem, "entry 3 is missing");
    }

    fn a_deletion_that_is_closed_up_shows(db: &Database) {
        let acme = Acme::on(db);
        let sql = "DELETE FROM audit_entries WHERE $HERE AND seq = 3;
            UPDATE audit_entries SET seq = 3 WHERE $HERE AND seq = 4; UPDATE audit_entries SET seq = 4 WHERE $HERE AND seq = 5;
            UPDATE audit_entries SET seq = 5 WHERE $HERE AND seq = 6; UPDATE audit_heads SET seq = 5 WHERE $HERE";
        assert_eq!(problem_after(db, &acme, sql), "entry 3 is not what was sealed");
    }

    fn a_deletion_of_the_first_shows(db: &Database) {
        let acme = Acme::on(db);
        assert_eq!(problem_after(db, &acme, "DELETE FROM audit_entries WHERE $HERE AND seq = 1"), "entry 1 is missing");
    }

    fn a_deletion_of_the_last_shows_by_the_head(db: &Database) {
        let acme = Acme::on(db);
        let problem = problem_after(db, &acme, "DELETE FROM audit_entries WHERE $HERE AND seq = 6");
        assert_eq!(problem, "the chain ends at entry 5, its head says 6");
    }

    fn a_deletion_of_all_shows_by_the_head(db: &Database) {
        let acme = Acme::on(db);
        let problem = problem_after(db, &acme, "DELETE FROM audit_entries WHERE $HERE");
        assert_eq!(problem, "the chain ends at entry 0, its head says 6");
    }

    fn a_lost_head_shows(db: &Database) {
        let acme = Acme::on(db);
        let problem = problem_after(db, &acme, "DELETE FROM audit_heads WHERE $HERE");
        assert_eq!(problem, "the chain ends at entry 6, its head says 0");
    }

    fn two_entries_in_each_others_place_show(db: &Database) {
        let acme = Acme::on(db);
        let sql = "UPDATE audit_entries SET seq = -1 WHERE $HERE AND seq = 2;
            UPDATE audit_entries SET seq = 2 WHERE $HERE AND seq = 3; UPDATE audit_entries SET seq = 3 WHERE $HERE AND seq = -1";
        assert_eq!(problem_after(db, &acme, sql), "entry 2 is not what was sealed");
    }

    fn an_entry_from_another_workspace_shows(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        sealed(&globex, 6);
        let sql = format!(
            "DELETE FROM audit_entries WHERE $HERE;
             UPDATE audit_entries SET workspace_id = '{}' WHERE workspace_id = '{}';
             UPDATE audit_heads SET hash = (SELECT hash FROM audit_heads WHERE workspace_id = '{}') WHERE $HERE",
            acme.workspace.id, globex.workspace.id, globex.workspace.id,
        );
        assert_eq!(problem_after(db, &acme, &sql), "entry 1 is not what was sealed");
    }

    fn an_invented_entry_shows(db: &Database) {
        let acme = Acme::on(db);
        let sql = "INSERT INTO audit_entries (workspace_id, at, kind, source, actor, subject, seq, hash)
            SELECT workspace_id, at, kind, source, actor, subject, 7, hash FROM audit_entries WHERE $HERE AND seq = 6";
        assert_eq!(problem_after(db, &acme, sql), "entry 7 is not what was sealed");
    }

    fn more_sealing_does_not_heal_a_broken_chain(db: &Database) {
        let acme = Acme::on(db);
        problem_after(db, &acme, "DELETE FROM audit_entries WHERE $HERE AND seq = 6");
        sealed(&acme, 2);
        assert_eq!(verify(&acme).problem.unwrap(), "entry 6 is missing");
    }

    /// Who can write to the database but has no master key takes the numbers off some entries, edits them, puts the head
    /// back, and waits for the sealer to number the forgery: it does not go on from a head that it did not write.
    fn the_sealer_does_not_launder_a_forgery(db: &Database) {
        let acme = Acme::on(db);
        let sql = "UPDATE audit_heads SET hash = (SELECT hash FROM audit_entries WHERE $HERE AND seq = 3), seq = 3 WHERE $HERE;
            UPDATE audit_entries SET seq = NULL, hash = NULL WHERE $HERE AND seq > 3;
            UPDATE audit_entries SET kind = 'login.succeeded' WHERE $HERE AND seq IS NULL";
        assert_eq!(problem_after(db, &acme, sql), "the head of the chain was not written by the sealer");
        assert!(matches!(acme.store.seal(), Err(StoreError::ForgedHead)));
        db.raw().run(&format!("DELETE FROM audit_heads WHERE workspace_id = '{}'", acme.workspace.id));
        assert!(matches!(acme.store.seal(), Err(StoreError::ForgedHead)));
        assert!(!verify(&acme).valid);
    }

    fn a_forged_head_does_not_hold_up_other_workspaces(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        problem_after(db, &acme, "UPDATE audit_heads SET seq = 5 WHERE $HERE");
        append(&acme, 1);
        append(&globex, 2);
        assert!(matches!(acme.store.seal(), Err(StoreError::ForgedHead)));
        assert_eq!(verify(&globex).entries, 2);
    }

    fn another_master_key_does_not_confirm_the_chain(db: &Database) {
        let acme = Acme::on(db);
        sealed(&acme, 2);
        let stranger = db.open_with(&"b2".repeat(32));
        let report = stranger.verify_audit(acme.workspace.id, None).unwrap();
        assert_eq!(report.problem.unwrap(), "entry 1 is not what was sealed");
        assert_ne!(report.head.signature, verify(&acme).head.signature);
    }

    /// Whoever has a copy of the head's row from earlier can put it back with its signature: the chain alone is whole then.
    fn a_truncation_with_the_heads_row_put_back_shows_by_an_earlier_head(db: &Database) {
        let acme = Acme::on(db);
        let kept = truncated_behind_the_sealer(db, &acme);
        assert!(verify(&acme).valid, "the chain alone does not show it");
        let report = verify_against(&acme, &kept);
        assert_eq!((report.valid, report.earlier_head), (false, Some(EarlierHead::Truncated)));
        assert_eq!(report.problem.unwrap(), "the log was truncated: entry 6, the earlier head, is gone");
    }

    fn a_truncation_that_was_sealed_over_shows_by_an_earlier_head(db: &Database) {
        let acme = Acme::on(db);
        let kept = truncated_behind_the_sealer(db, &acme);
        acme.pass(Duration::seconds(1));
        sealed(&acme, 5);
        assert!(verify(&acme).valid, "the chain alone does not show it");
        let report = verify_against(&acme, &kept);
        assert_eq!((report.valid, report.earlier_head), (false, Some(EarlierHead::Replaced)));
        let problem = "the log was truncated and went on: entry 6 is not that of the earlier head";
        assert_eq!(report.problem.unwrap(), problem);
    }

    fn a_log_taken_away_whole_with_its_head_shows_by_an_earlier_head(db: &Database) {
        let acme = Acme::on(db);
        sealed(&acme, 6);
        let kept = verify(&acme).head;
        let here = format!("workspace_id = '{}'", acme.workspace.id);
        db.raw().run(&format!("DELETE FROM audit_entries WHERE {here}; DELETE FROM audit_heads WHERE {here}"));
        assert_eq!(verify_against(&acme, &kept).earlier_head, Some(EarlierHead::Truncated));
    }

    fn every_earlier_head_of_a_log_that_only_grew_holds(db: &Database) {
        let acme = Acme::on(db);
        let mut heads = vec![verify(&acme).head];
        for entries in [1, 3, 700] {
            sealed(&acme, entries);
            heads.push(verify(&acme).head);
        }
        for head in &heads {
            let report = verify_against(&acme, head);
            assert_eq!((report.valid, report.earlier_head), (true, Some(EarlierHead::Held)), "{head:?}");
        }
        assert_eq!(verify(&acme).earlier_head, None);
    }

    /// Also where the log was truncated: a head that anybody can make up is no evidence of it.
    fn a_forged_head_is_told_apart_from_a_truncation(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        sealed(&globex, 9);
        let kept = truncated_behind_the_sealer(db, &acme);
        let stranger = db.open_with(&"b2".repeat(32));
        let forged = [
            Head { seq: 7, ..kept.clone() },
            Head { seq: 2, ..kept.clone() },
            Head { hash: "0".repeat(64), ..kept.clone() },
            Head { signature: String::new(), ..kept.clone() },
            verify(&globex).head,
            stranger.verify_audit(globex.workspace.id, None).unwrap().head,
        ];
        for head in forged {
            let report = verify_against(&acme, &head);
            assert_eq!((report.valid, report.earlier_head), (false, Some(EarlierHead::Forged)), "{head:?}");
            assert!(report.problem.unwrap().starts_with("the earlier head was not signed"), "{head:?}");
        }
    }

    /// Else a head that somebody wrote into the database would come out with a signature, and be kept as genuine.
    fn a_head_that_the_sealer_did_not_write_is_not_signed(db: &Database) {
        let acme = Acme::on(db);
        problem_after(db, &acme, "UPDATE audit_heads SET seq = 5 WHERE $HERE");
        let head = verify(&acme).head;
        assert_eq!((head.seq, head.signature.as_str()), (5, ""));
        assert_eq!(verify_against(&acme, &head).earlier_head, Some(EarlierHead::Forged));
    }

    fn an_edit_shows_though_an_earlier_head_holds(db: &Database) {
        let acme = Acme::on(db);
        sealed(&acme, 2);
        let kept = verify(&acme).head;
        problem_after(db, &acme, "UPDATE audit_entries SET ip = NULL WHERE $HERE AND seq = 4");
        let report = verify_against(&acme, &kept);
        assert_eq!((report.valid, report.earlier_head), (false, Some(EarlierHead::Held)));
        assert_eq!(report.problem.unwrap(), "entry 4 is not what was sealed");
    }

    fn sealers_and_writers_at_once_make_one_chain(db: &Database) {
        let acme = Acme::on(db);
        let (writers, each) = (4, 40);
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..2 {
                let sealer = db.open();
                let done = &done;
                scope.spawn(move || {
                    while !done.load(Ordering::Relaxed) {
                        sealer.seal().unwrap();
                    }
                });
            }
            let writing: Vec<_> = (0..writers).map(|_| scope.spawn(|| (0..each).for_each(|_| append(&acme, 1)))).collect();
            writing.into_iter().for_each(|writer| writer.join().unwrap());
            done.store(true, Ordering::Relaxed);
        });
        acme.store.seal().unwrap();
        let log = whole_log(&acme, &AuditFilter::default());
        assert!(log.iter().zip(1..).all(|(entry, number)| entry.seq == number));
        assert_eq!((log.len(), verify(&acme).valid), (writers * each, true));
    }

    fn a_verification_while_the_sealer_works_raises_no_false_alarm(db: &Database) {
        let acme = Acme::on(db);
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let (acme, done) = (&acme, &done);
            scope.spawn(move || {
                for _ in 0..60 {
                    append(acme, 5);
                    acme.store.seal().unwrap();
                }
                done.store(true, Ordering::Relaxed);
            });
            while !done.load(Ordering::Relaxed) {
                let report = verify(acme);
                assert_eq!((report.valid, report.problem), (true, None));
            }
        });
    }

    fn filters_choose_by_subject_source_and_kind(db: &Database) {
        let acme = Acme::on(db);
        let mut system = acme.entry(EventKind::SessionEnded, "ann");
        system.source = Source::System;
        let entries = vec![acme.entry(EventKind::LoginFailed, "ann"), system, acme.entry(EventKind::LoginFailed, "bob")];
        acme.store.append_audit(entries).unwrap();
        acme.store.seal().unwrap();
        let numbers = |filter: AuditFilter| whole_log(&acme, &filter).iter().map(|entry| entry.seq).collect::<Vec<_>>();
        let about = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        let any = AuditFilter::default;
        assert_eq!(numbers(any()), [1, 2, 3]);
        assert_eq!(numbers(AuditFilter { subjects: about(&["ann"]), ..any() }), [1, 2]);
        assert_eq!(numbers(AuditFilter { subjects: about(&["ann", "bob"]), ..any() }), [1, 2, 3]);
        assert_eq!(numbers(AuditFilter { subjects: about(&[]), ..any() }), [0; 0]);
        assert_eq!(numbers(AuditFilter { source: Some("system".to_owned()), ..any() }), [2]);
        assert_eq!(numbers(AuditFilter { kinds: Some(vec![EventKind::LoginFailed]), ..any() }), [1, 3]);
        let both = AuditFilter { subjects: about(&["ann"]), kinds: Some(vec![EventKind::LoginFailed]), ..any() };
        assert_eq!(numbers(both), [1]);
    }

    fn a_time_filter_has_its_beginning_and_not_its_end(db: &Database) {
        let acme = Acme::on(db);
        let begin = acme.now();
        for _ in 0..4 {
            sealed(&acme, 1);
            acme.pass(Duration::microseconds(1));
        }
        let at = |micros| Some(begin + Duration::microseconds(micros));
        let numbers = |filter: AuditFilter| whole_log(&acme, &filter).iter().map(|entry| entry.seq).collect::<Vec<_>>();
        let any = AuditFilter::default;
        assert_eq!(numbers(AuditFilter { since: at(1), ..any() }), [2, 3, 4]);
        assert_eq!(numbers(AuditFilter { until: at(1), ..any() }), [1]);
        assert_eq!(numbers(AuditFilter { since: at(1), until: at(3), ..any() }), [2, 3]);
        assert_eq!(numbers(AuditFilter { through: Some(3), since: at(1), ..any() }), [2, 3]);
        assert_eq!(acme.store.last_sealed(acme.workspace.id).unwrap(), 4);
    }

    fn entries_of_a_transaction_that_fails_are_not_there(db: &Database) {
        let acme = Acme::on(db);
        let mut lost = acme.entry(EventKind::LoginFailed, "ann");
        lost.workspace = domain::id::WorkspaceId::new(crate::acme::draw());
        let failed = acme.store.append_audit(vec![acme.entry(EventKind::LoginFailed, "ann"), lost]);
        assert!(matches!(failed, Err(StoreError::Database(_))));
        assert_eq!(acme.store.seal().unwrap(), 0);
    }
}
