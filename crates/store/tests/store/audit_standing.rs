//! What shows of the audit log's chain at a glance, however long it is.

use chrono::Duration;
use domain::audit::EventKind;
use store::{ChainStanding, StoreError};

use crate::acme::Acme;
use crate::database::Database;

fn append(acme: &Acme, entries: usize) {
    acme.store.append_audit(vec![acme.entry(EventKind::LoginFailed, "ann"); entries]).unwrap();
}

fn sealed(acme: &Acme, entries: usize) {
    append(acme, entries);
    acme.store.seal().unwrap();
}

fn standing(acme: &Acme) -> ChainStanding {
    acme.store.chain_standing(acme.workspace.id).unwrap()
}

/// What is wrong at a glance, after somebody ran this on a log of 250 sealed entries.
fn problem_after(db: &Database, acme: &Acme, sql: &str) -> Option<String> {
    sealed(acme, 250);
    assert_eq!(standing(acme).problem, None);
    db.raw().run(&sql.replace("$HERE", &format!("workspace_id = '{}'", acme.workspace.id)));
    standing(acme).problem
}

on_both_databases! {
    fn a_whole_chain_has_its_head_and_no_problem(db: &Database) {
        let acme = Acme::on(db);
        let empty = standing(&acme);
        assert_eq!((empty.problem, empty.head.seq, empty.kept_from, empty.unsealed), (None, 0, 1, 0));
        // Fewer than a glance looks at, just as many, and more.
        for entries in [3, 97, 1, 500] {
            sealed(&acme, entries);
            let (standing, report) = (standing(&acme), acme.store.verify_audit(acme.workspace.id, None).unwrap());
            assert_eq!((standing.problem, standing.head, standing.kept_from), (None, report.head, report.kept_from));
        }
    }

    fn what_waits_for_the_sealer_is_counted_from_the_oldest_on(db: &Database) {
        let acme = Acme::on(db);
        sealed(&acme, 2);
        assert_eq!(standing(&acme).waiting_since, None);
        let begin = acme.now();
        append(&acme, 1);
        acme.pass(Duration::minutes(5));
        append(&acme, 2);
        assert_eq!((standing(&acme).unsealed, standing(&acme).waiting_since), (3, Some(begin)));
    }

    fn what_the_retention_removed_is_told(db: &Database) {
        let acme = Acme::on(db);
        sealed(&acme, 150);
        acme.pass(Duration::days(200));
        sealed(&acme, 130);
        acme.pass(Duration::days(200));
        acme.store.prune_audit(acme.now()).unwrap();
        acme.store.seal().unwrap();
        assert_eq!((standing(&acme).problem, standing(&acme).kept_from, standing(&acme).head.seq), (None, 151, 281));
    }

    fn what_is_wrong_at_an_end_shows_at_a_glance(db: &Database) {
        Acme::on(db);
        let cases = [
            ("DELETE FROM audit_entries WHERE $HERE AND seq = 250", "the chain ends at entry 249, its head says 250"),
            ("DELETE FROM audit_entries WHERE $HERE AND seq = 1", "entry 1 is missing"),
            ("DELETE FROM audit_entries WHERE $HERE", "the chain ends at entry 0, its head says 250"),
            ("DELETE FROM audit_entries WHERE $HERE AND seq = 240", "entry 240 is missing"),
            ("UPDATE audit_entries SET ip = 'x' WHERE $HERE AND seq = 240", "entry 240 is not what was sealed"),
            ("UPDATE audit_entries SET seq = 0 WHERE $HERE AND seq = 100", "entry 0 stands before the beginning of the log"),
            ("DELETE FROM audit_heads WHERE $HERE", "the chain ends at entry 250, its head says 0"),
        ];
        for (number, (sql, problem)) in cases.into_iter().enumerate() {
            let workspace = Acme::called(&format!("end-{number}"), db.store());
            assert_eq!(problem_after(db, &workspace, sql).as_deref(), Some(problem), "{sql}");
        }
    }

    fn a_forged_head_shows_at_a_glance_and_so_does_what_waits_for_it(db: &Database) {
        let acme = Acme::on(db);
        let told = problem_after(db, &acme, "UPDATE audit_heads SET signature = 'x' WHERE $HERE").unwrap();
        assert_eq!(told, "the head of the chain was not written by the sealer");
        append(&acme, 1);
        assert!(matches!(acme.store.seal(), Err(StoreError::ForgedHead)));
        assert_eq!((standing(&acme).unsealed, standing(&acme).head.signature), (1, String::new()));
    }

    fn a_forged_beginning_shows_at_a_glance(db: &Database) {
        let acme = Acme::on(db);
        let forged = "INSERT INTO audit_anchors (workspace_id, seq, hash, signature)
            SELECT workspace_id, seq, hash, 'x' FROM audit_entries WHERE $HERE AND seq = 100;
            DELETE FROM audit_entries WHERE $HERE AND seq <= 100";
        let told = problem_after(db, &acme, forged).unwrap();
        assert_eq!(told, "the beginning of the log was not written by the retention");
    }

    /// The walk over all of it is there for that.
    fn what_is_wrong_in_the_middle_does_not_show_at_a_glance(db: &Database) {
        let acme = Acme::on(db);
        assert_eq!(problem_after(db, &acme, "UPDATE audit_entries SET ip = 'x' WHERE $HERE AND seq = 100"), None);
        assert!(!acme.store.verify_audit(acme.workspace.id, None).unwrap().valid);
    }
}
