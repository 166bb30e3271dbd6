//! The retention of the audit log: old entries go, the chain stays provable, and nobody else can shorten it.

use chrono::Duration;
use domain::audit::{EventKind, SealedEntry};
use domain::policy::Policy;
use store::{AuditFilter, ChainReport, EarlierHead, Head, Store, StoreError};

use crate::acme::Acme;
use crate::database::{Database, Raw};

fn sealed(acme: &Acme, entries: usize) {
    append(acme, entries);
    acme.store.seal().unwrap();
}

fn append(acme: &Acme, entries: usize) {
    let all = (0..entries).map(|number| acme.entry(EventKind::LoginFailed, &format!("subject{number}"))).collect();
    acme.store.append_audit(all).unwrap();
}

fn pass(acme: &Acme, days: i64) {
    acme.pass(Duration::days(days));
}

fn keep_for(acme: &Acme, retention: &str) {
    let mut policy: Policy = acme.workspace.policy.clone();
    policy.set("audit_retention", retention).unwrap();
    acme.store.set_policy(policy, 1, acme.entry(EventKind::PolicyChanged, "acme")).unwrap();
    acme.store.seal().unwrap();
}

fn prune(acme: &Acme) -> usize {
    acme.store.prune_audit(acme.now()).unwrap()
}

fn verify(acme: &Acme) -> ChainReport {
    acme.store.verify_audit(acme.workspace.id, None).unwrap()
}

fn against(acme: &Acme, head: &Head) -> ChainReport {
    acme.store.verify_audit(acme.workspace.id, Some(head)).unwrap()
}

fn log(acme: &Acme) -> Vec<SealedEntry> {
    acme.store.seal().unwrap();
    acme.store.audit_page(acme.workspace.id, &AuditFilter::default(), 0).unwrap()
}

fn numbers(acme: &Acme) -> Vec<i64> {
    log(acme).iter().map(|entry| entry.seq).collect()
}

/// A log of 8 entries of which the retention removed the first 5.
fn pruned(acme: &Acme) {
    sealed(acme, 5);
    pass(acme, 200);
    sealed(acme, 3);
    pass(acme, 200);
    assert_eq!(prune(acme), 5);
    assert!(verify(acme).valid);
}

fn tamper(db: &Database, acme: &Acme, sql: &str) {
    let mut raw: Raw = db.raw();
    raw.run(&sql.replace("$HERE", &format!("workspace_id = '{}'", acme.workspace.id)));
}

/// What verification says after somebody ran this on such a log.
fn problem_after(db: &Database, acme: &Acme, sql: &str) -> String {
    pruned(acme);
    tamper(db, acme, sql);
    let report = verify(acme);
    assert!(!report.valid, "{sql}");
    report.problem.unwrap()
}

/// The anchor's row as somebody with access to the database copies it.
fn copy_of_anchors(db: &Database, table: &str) {
    db.raw().run(&format!("CREATE TABLE {table} AS SELECT * FROM audit_anchors"));
}

on_both_databases! {
    fn entries_older_than_the_policy_keeps_them_go_and_the_rest_is_still_proven(db: &Database) {
        let acme = Acme::on(db);
        sealed(&acme, 5);
        pass(&acme, 364);
        sealed(&acme, 3);
        assert_eq!(prune(&acme), 0, "a year is 365 days");
        assert_eq!(verify(&acme).kept_from, 1);
        pass(&acme, 1);
        assert_eq!(prune(&acme), 0, "not older than that, as old");
        acme.pass(Duration::microseconds(1));
        assert_eq!(prune(&acme), 5);
        let report = verify(&acme);
        assert_eq!((report.valid, report.kept_from, report.entries, report.unsealed), (true, 6, 3, 1));
        assert_eq!(numbers(&acme), [6, 7, 8, 9]);
        assert_eq!((verify(&acme).valid, prune(&acme)), (true, 0));
    }

    fn a_removal_is_told_with_how_many_and_up_to_which(db: &Database) {
        let acme = Acme::on(db);
        pruned(&acme);
        let told = log(&acme).pop().unwrap();
        assert_eq!((told.kind.as_str(), told.source.as_str(), told.seq), ("audit.pruned", "system", 9));
        assert_eq!(told.after.unwrap(), serde_json::json!({ "removed": 5, "through": 5, "audit_retention": "365d" }));
        assert_eq!(told.subject["name"], "acme");
        assert!(verify(&acme).valid);
    }

    /// Else each removal would be followed by another one a retention later, for ever.
    fn a_log_in_which_nothing_happens_comes_to_rest(db: &Database) {
        let acme = Acme::on(db);
        pruned(&acme);
        acme.store.seal().unwrap();
        pass(&acme, 400);
        assert_eq!(prune(&acme), 3);
        acme.store.seal().unwrap();
        pass(&acme, 400);
        assert_eq!(prune(&acme), 1, "what told of the first removal");
        let report = verify(&acme);
        assert_eq!((report.valid, report.entries, report.unsealed), (true, 1, 0));
        pass(&acme, 4_000);
        assert_eq!((prune(&acme), verify(&acme).entries), (0, 1));
    }

    fn the_head_and_what_is_not_sealed_stay_however_old(db: &Database) {
        let acme = Acme::on(db);
        sealed(&acme, 4);
        append(&acme, 2);
        pass(&acme, 4_000);
        assert_eq!(prune(&acme), 3);
        let report = verify(&acme);
        assert_eq!((report.valid, report.kept_from, report.entries, report.unsealed), (true, 4, 1, 3));
        assert_eq!(numbers(&acme), [4, 5, 6, 7]);
    }

    fn each_workspace_keeps_its_log_as_long_as_its_own_policy_says(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        sealed(&acme, 4);
        sealed(&globex, 4);
        keep_for(&globex, "30d");
        pass(&acme, 31);
        assert_eq!(prune(&acme), 4);
        assert_eq!((verify(&acme).kept_from, verify(&acme).entries), (1, 4));
        assert_eq!((verify(&globex).valid, verify(&globex).kept_from), (true, 5));
    }

    /// A chain has no holes: what is old but stands behind something younger waits for it.
    fn the_log_loses_its_beginning_and_nothing_from_its_middle(db: &Database) {
        let acme = Acme::on(db);
        let mut late = acme.entry(EventKind::LoginFailed, "late");
        sealed(&acme, 2);
        late.at = acme.now() + Duration::days(300);
        acme.store.append_audit(vec![late]).unwrap();
        sealed(&acme, 2);
        pass(&acme, 400);
        assert_eq!((prune(&acme), verify(&acme).kept_from), (2, 3));
        assert_eq!(numbers(&acme), [3, 4, 5, 6]);
    }

    fn a_log_longer_than_a_batch_goes_batch_by_batch(db: &Database) {
        let acme = Acme::on(db);
        sealed(&acme, 2_345);
        pass(&acme, 400);
        assert_eq!(prune(&acme), 2_344);
        let told: Vec<i64> = log(&acme).iter().filter_map(|entry| entry.after.as_ref()?["through"].as_i64()).collect();
        assert_eq!(told, [2_000, 2_344], "each with its own commit");
        assert_eq!((verify(&acme).valid, verify(&acme).kept_from), (true, 2_345));
    }

    fn several_processes_that_remove_and_seal_at_once_leave_one_chain(db: &Database) {
        let acme = Acme::on(db);
        sealed(&acme, 300);
        pass(&acme, 400);
        let now = acme.now();
        let removed: usize = std::thread::scope(|scope| {
            let work = |store: Store| {
                move || {
                    store.seal().unwrap();
                    store.prune_audit(now).unwrap()
                }
            };
            let workers: Vec<_> = (0..4).map(|_| scope.spawn(work(db.open()))).collect();
            append(&acme, 20);
            workers.into_iter().map(|worker| worker.join().unwrap()).sum()
        });
        assert!(removed >= 299, "{removed}");
        acme.store.seal().unwrap();
        assert!(verify(&acme).valid);
    }

    fn a_missing_anchor_shows(db: &Database) {
        let acme = Acme::on(db);
        assert_eq!(problem_after(db, &acme, "DELETE FROM audit_anchors WHERE $HERE"), "entry 1 is missing");
        pass(&acme, 400);
        assert!(matches!(acme.store.prune_audit(acme.now()), Err(StoreError::BrokenChain)));
    }

    /// Whoever wants the log to begin later has no key to sign that with; the head's signature is one of another kind.
    fn a_forged_anchor_shows(db: &Database) {
        let acme = Acme::on(db);
        let forgeries = [
            "UPDATE audit_anchors SET seq = 6, hash = (SELECT hash FROM audit_entries WHERE $HERE AND seq = 6) WHERE $HERE;
             DELETE FROM audit_entries WHERE $HERE AND seq = 6",
            "UPDATE audit_anchors SET signature = '' WHERE $HERE",
            "DELETE FROM audit_anchors WHERE $HERE;
             INSERT INTO audit_anchors SELECT * FROM audit_heads WHERE $HERE; DELETE FROM audit_entries WHERE $HERE",
        ];
        let workspaces = [0, 1, 2].map(|number| Acme::called(&format!("forged-{number}"), &acme.store));
        workspaces.iter().for_each(pruned);
        for (workspace, forgery) in workspaces.iter().zip(forgeries) {
            tamper(db, workspace, forgery);
            let problem = verify(workspace).problem.unwrap();
            assert_eq!(problem, "the beginning of the log was not written by the retention", "{forgery}");
            assert!(matches!(workspace.store.prune_audit(workspace.now()), Err(StoreError::BrokenChain)), "{forgery}");
        }
    }

    fn an_anchor_of_another_workspace_shows(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        pass(&globex, 300);
        sealed(&globex, 9);
        pruned(&acme);
        let move_over = format!("UPDATE audit_anchors SET workspace_id = '{}' WHERE $HERE", globex.workspace.id);
        tamper(db, &acme, &move_over);
        assert_eq!(verify(&globex).problem.unwrap(), "the beginning of the log was not written by the retention");
    }

    fn an_earlier_anchor_put_back_shows(db: &Database) {
        let acme = Acme::on(db);
        pruned(&acme);
        copy_of_anchors(db, "stolen");
        acme.store.seal().unwrap();
        pass(&acme, 200);
        assert_eq!(prune(&acme), 3);
        tamper(db, &acme, "DELETE FROM audit_anchors WHERE $HERE; INSERT INTO audit_anchors SELECT * FROM stolen");
        assert_eq!(verify(&acme).problem.unwrap(), "entry 6 is missing");
    }

    fn an_entry_put_before_the_beginning_shows(db: &Database) {
        let acme = Acme::on(db);
        let sql = "INSERT INTO audit_entries (workspace_id, at, kind, source, actor, subject, seq, hash)
            SELECT workspace_id, at, kind, source, actor, subject, 4, hash FROM audit_entries WHERE $HERE AND seq = 6";
        assert_eq!(problem_after(db, &acme, sql), "entry 4 stands before the beginning of the log");
    }

    fn a_deletion_of_the_first_that_is_kept_shows(db: &Database) {
        let acme = Acme::on(db);
        assert_eq!(problem_after(db, &acme, "DELETE FROM audit_entries WHERE $HERE AND seq = 6"), "entry 6 is missing");
    }

    fn a_pruned_log_that_is_emptied_is_not_begun_anew(db: &Database) {
        let acme = Acme::on(db);
        let empty = "DELETE FROM audit_entries WHERE $HERE; DELETE FROM audit_heads WHERE $HERE";
        assert_eq!(problem_after(db, &acme, empty), "the chain ends at entry 5, its head says 0");
        append(&acme, 1);
        assert!(matches!(acme.store.seal(), Err(StoreError::ForgedHead)));
    }

    /// An edit of a time makes an entry no older, and whatever was edited stays as evidence.
    fn what_was_tampered_with_is_not_removed(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        for (number, edit) in ["at = 0", "ip = NULL", "hash = ''"].into_iter().enumerate() {
            let workspace = Acme::called(&format!("edit-{number}"), &acme.store);
            sealed(&workspace, 3);
            tamper(db, &workspace, &format!("UPDATE audit_entries SET {edit} WHERE $HERE AND seq = 1"));
            if edit != "at = 0" {
                pass(&workspace, 400);
            }
            assert!(matches!(workspace.store.prune_audit(workspace.now()), Err(StoreError::BrokenChain)), "{edit}");
            let report = verify(&workspace);
            assert_eq!((report.problem.unwrap().as_str(), report.entries), ("entry 1 is not what was sealed", 3), "{edit}");
        }
        sealed(&globex, 3);
        pass(&globex, 400);
        assert!(matches!(globex.store.prune_audit(globex.now()), Err(StoreError::BrokenChain)));
        assert_eq!((verify(&globex).valid, verify(&globex).kept_from), (true, 3), "others are not held up");
    }

    fn a_log_with_a_forged_head_is_left_as_it_is(db: &Database) {
        let acme = Acme::on(db);
        sealed(&acme, 3);
        tamper(db, &acme, "UPDATE audit_heads SET seq = 2 WHERE $HERE");
        pass(&acme, 400);
        assert!(matches!(acme.store.prune_audit(acme.now()), Err(StoreError::ForgedHead)));
        assert_eq!(verify(&acme).entries, 3);
    }

    /// It is no truncation, and a truncation is still found.
    fn an_earlier_head_of_a_removed_entry_is_older_than_the_retention(db: &Database) {
        let acme = Acme::on(db);
        let empty = verify(&acme).head;
        sealed(&acme, 2);
        let second = verify(&acme).head;
        sealed(&acme, 3);
        let fifth = verify(&acme).head;
        pass(&acme, 200);
        sealed(&acme, 2);
        let seventh = verify(&acme).head;
        sealed(&acme, 1);
        let eighth = verify(&acme).head;
        pass(&acme, 200);
        assert_eq!(prune(&acme), 5);
        let verdict = |head: &Head| (against(&acme, head).valid, against(&acme, head).earlier_head.unwrap());
        assert_eq!(verdict(&empty), (true, EarlierHead::Held));
        assert_eq!(verdict(&second), (true, EarlierHead::OlderThanRetention));
        assert_eq!(verdict(&fifth), (true, EarlierHead::Held), "the anchor has its hash");
        assert_eq!(verdict(&seventh), (true, EarlierHead::Held));
        let forged = Head { hash: "0".repeat(64), ..second };
        assert_eq!(verdict(&forged), (false, EarlierHead::Forged));

        let put_back = format!(
            "DELETE FROM audit_entries WHERE $HERE AND (seq > 7 OR seq IS NULL);
             UPDATE audit_heads SET seq = 7, hash = '{}', signature = '{}' WHERE $HERE",
            seventh.hash, seventh.signature
        );
        tamper(db, &acme, &put_back);
        assert!(verify(&acme).valid, "the chain alone does not show it");
        assert_eq!(verdict(&eighth), (false, EarlierHead::Truncated));
    }
}
