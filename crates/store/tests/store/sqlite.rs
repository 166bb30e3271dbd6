//! SQLite alone: one writer with group commit.

use std::sync::mpsc::channel;
use std::thread;

use diesel::{Connection, SqliteConnection};
use domain::audit::EventKind;
use store::{MasterKey, Position, Store, StoreError};
use tempfile::TempDir;

use crate::acme::Acme;
use crate::database::Database;
use crate::users::user;

/// A copy of the files as they are is what a killed process leaves behind.
#[test]
fn what_was_answered_survives_a_kill() {
    let db = Database::sqlite();
    let acme = Acme::on(&db);
    let (threads, each) = (32, 10);
    thread::scope(|scope| {
        for number in 0..threads {
            let acme = &acme;
            scope.spawn(move || {
                for turn in 0..each {
                    acme.post(user(&format!("person{number}-{turn}@acme.test"))).unwrap();
                }
            });
        }
    });
    let left = TempDir::new().unwrap();
    let path = db.url().strip_prefix("sqlite://").unwrap().to_owned();
    for end in ["", "-wal"] {
        std::fs::copy(format!("{path}{end}"), left.path().join(format!("copy.db{end}"))).unwrap();
    }
    let url = format!("sqlite://{}", left.path().join("copy.db").display());
    let restarted = Store::open(&url, &MasterKey::from_hex(&"a1".repeat(32)).unwrap()).unwrap();
    let page = restarted.list_people(acme.workspace.id, None, None, &Position::Offset(0), 1_000).unwrap();
    assert_eq!((page.total, page.people.len()), (threads * each, (threads * each) as usize));
}

#[test]
fn in_one_batch_a_job_that_fails_takes_nothing_of_the_others_with_it() {
    let db = Database::sqlite();
    let acme = Acme::on(&db);
    acme.post(user("ann@acme.test")).unwrap();
    thread::scope(|scope| {
        for number in 0..40 {
            let acme = &acme;
            scope.spawn(move || {
                if number % 2 == 0 {
                    acme.post(user(&format!("person{number}@acme.test"))).unwrap();
                } else {
                    acme.post(user("ann@acme.test")).unwrap_err();
                }
            });
        }
    });
    assert_eq!(acme.store.list_people(acme.workspace.id, None, None, &Position::Offset(0), 0).unwrap().total, 21);
    assert_eq!(db.raw().count("SELECT count(*) AS n FROM collaborators"), 21);
    assert_eq!(db.raw().count("SELECT count(*) AS n FROM audit_entries WHERE kind = 'collaborator.provisioned'"), 21);
}

/// Another process holds the database: who finds the queue full is told at once, the others are served afterwards.
#[test]
fn a_full_queue_says_busy_and_loses_nothing_that_it_took() {
    let db = Database::sqlite();
    let acme = Acme::on(&db);
    let mut other_process = db.raw();
    other_process.run("BEGIN IMMEDIATE");
    let (tell, told) = channel();
    let outcomes: Vec<_> = thread::scope(|scope| {
        let writers: Vec<_> = (0..1_200)
            .map(|_| {
                let (acme, tell) = (&acme, tell.clone());
                let write = move || {
                    let outcome = acme.store.append_audit(vec![acme.entry(EventKind::LoginFailed, "ann")]);
                    if outcome.is_err() {
                        let _ = tell.send(());
                    }
                    outcome
                };
                thread::Builder::new().stack_size(256 * 1_024).spawn_scoped(scope, write).unwrap()
            })
            .collect();
        told.recv().unwrap();
        other_process.run("ROLLBACK");
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    let taken = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let busy = outcomes.iter().filter(|outcome| matches!(outcome, Err(StoreError::Busy))).count();
    assert!(busy > 0 && taken >= 1_024, "{taken} taken, {busy} busy");
    assert_eq!(taken + busy, outcomes.len());
    assert_eq!(db.raw().count("SELECT count(*) AS n FROM audit_entries"), taken as i64);
}

#[test]
fn readers_are_served_while_somebody_writes() {
    let db = Database::sqlite();
    let acme = Acme::on(&db);
    let ann = acme.post(user("ann@acme.test")).unwrap();
    let mut writer = SqliteConnection::establish(db.url().strip_prefix("sqlite://").unwrap()).unwrap();
    let read = writer.exclusive_transaction(|_| Ok::<_, diesel::result::Error>(acme.person(ann.id)));
    assert_eq!(read.unwrap(), ann);
}

#[test]
fn a_path_that_can_not_be_opened_is_named() {
    let key = MasterKey::from_hex(&"a1".repeat(32)).unwrap();
    let Err(error) = Store::open("sqlite:///nowhere/at/all.db", &key) else { panic!("there is no such folder") };
    assert!(matches!(&error, StoreError::Address(text) if text.contains("/nowhere/at/all.db")), "{error}");
    assert!(matches!(Store::open("mysql://x", &key), Err(StoreError::Address(_))));
}
