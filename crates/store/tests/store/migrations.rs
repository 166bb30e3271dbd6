//! Bringing a database to this version.

use std::sync::Barrier;
use std::thread;

use crate::acme::Acme;
use crate::users::user;

on_both_databases! {
    fn an_empty_database_is_brought_up_once(db: &Database) {
        let pending = db.store().pending_migrations().unwrap();
        assert!(!pending.is_empty());
        assert_eq!(db.store().migrate().unwrap().len(), pending.len());
        assert_eq!(db.store().pending_migrations().unwrap(), [""; 0]);
        assert_eq!(db.store().migrate().unwrap(), [""; 0]);
    }

    fn a_database_that_is_not_brought_up_does_not_answer_a_ping(db: &Database) {
        assert!(db.store().ping().is_err());
        db.store().migrate().unwrap();
        db.store().ping().unwrap();
    }

    fn what_is_there_outlives_another_start(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user("ann@acme.test")).unwrap();
        let restarted = db.open();
        assert_eq!(restarted.migrate().unwrap(), [""; 0]);
        assert_eq!(restarted.find_person(acme.workspace.id, ann.id).unwrap(), Some(ann));
    }

    fn of_many_processes_that_start_at_once_one_does_the_work(db: &Database) {
        let pending = db.store().pending_migrations().unwrap().len();
        let start = Barrier::new(8);
        let done: usize = thread::scope(|scope| {
            let starting: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        db.open().migrate().unwrap().len()
                    })
                })
                .collect();
            starting.into_iter().map(|process| process.join().unwrap()).sum()
        });
        assert_eq!(done, pending);
    }
}
