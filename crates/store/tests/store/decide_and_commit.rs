//! A lost compare-and-set is decided anew from a fresh state.

use std::sync::Barrier;
use std::thread;

use chrono::Duration;
use domain::audit::EventKind;
use domain::command::Command;
use domain::decide::Refusal;
use domain::environment::RoleName;
use domain::role::Role;
use serde_json::json;
use store::{Position, StoreError};

use crate::acme::{Acme, Failure};
use crate::users::{same, user};

const THREADS: usize = 8;
const ROUNDS: usize = 5;

on_both_databases! {
    fn parallel_updates_of_different_things_lose_nothing(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user("ann@acme.test")).unwrap();
        let round_begins = Barrier::new(THREADS);
        thread::scope(|scope| {
            for number in 0..THREADS {
                let (acme, round_begins, id) = (&acme, &round_begins, ann.id);
                scope.spawn(move || {
                    for round in 0..ROUNDS {
                        round_begins.wait();
                        let written = acme.store.decide_and_commit(|_| {
                            let now = acme.person(id);
                            let mine = same(&now).attribute(&format!("mine{number}"), json!(round));
                            acme.change_of(now, Command::Replace(mine.into()))
                        });
                        assert!(written.unwrap().changed);
                    }
                });
            }
        });
        let after = acme.person(ann.id);
        for number in 0..THREADS {
            assert_eq!(after.profile.0[&format!("mine{number}")], json!(ROUNDS - 1));
        }
        assert_eq!(after.version, ann.version + (THREADS * ROUNDS) as i64);
        let updates = "SELECT count(*) AS n FROM audit_entries WHERE kind = 'collaborator.updated'";
        assert_eq!(db.raw().count(updates), (THREADS * ROUNDS) as i64);
    }

    fn parallel_writes_about_different_people_do_not_disturb_each_other(db: &Database) {
        let acme = Acme::on(db);
        thread::scope(|scope| {
            for number in 0..THREADS {
                let acme = &acme;
                scope.spawn(move || {
                    let person = acme.post(user(&format!("person{number}@acme.test"))).unwrap();
                    for round in 0..ROUNDS {
                        let now = same(&acme.person(person.id)).attribute("round", json!(round));
                        let change = acme.change(person.id, Command::Replace(now.into())).unwrap();
                        acme.store.commit(change).unwrap();
                    }
                });
            }
        });
        assert_eq!(acme.store.list_people(acme.workspace.id, None, None, &Position::Offset(0), 100).unwrap().people.len(), THREADS);
    }

    fn a_refusal_is_handed_on_and_writes_nothing(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user("ann@acme.test")).unwrap();
        acme.command(ann.id, &Command::Hold).unwrap();
        let before = db.rows();
        let refused = acme.put(ann.id, same(&ann).active(true)).unwrap_err();
        assert!(matches!(refused, Failure::Refused(Refusal::Held)));
        assert_eq!(db.rows(), before);
    }

    /// One row that somebody spoiled by hand must not keep everybody else's access as it was.
    fn whoever_can_not_be_read_keeps_nobody_else_from_being_decided_anew(db: &Database) {
        let acme = Acme::on(db);
        let people = ["ann@acme.test", "bob@acme.test"].map(|name| acme.post(user(name)).unwrap().id);
        acme.pass(Duration::seconds(1));
        acme.store.add_role(Role::named(RoleName::new("Auditor").unwrap()), acme.entry(EventKind::RoleAdded, "Auditor")).unwrap();
        db.raw().run(&format!("UPDATE collaborators SET facts = 'spoiled' WHERE id = '{}'", people[0]));
        let waiting = || acme.store.count_due(acme.workspace.id, acme.now()).unwrap();
        assert_eq!((waiting(), acme.store.reconsider_due(acme.now(), 10).unwrap(), waiting()), (2, 2, 0));
        acme.pass(Duration::minutes(10));
        assert_eq!(waiting(), 1, "looked at again later");
    }

    fn whoever_never_wins_is_told_that_the_database_is_busy(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user("ann@acme.test")).unwrap();
        let outrun = acme.store.decide_and_commit(|_| {
            let mine = acme.change(ann.id, Command::Replace(same(&acme.person(ann.id)).display_name("Ann").into()));
            acme.command(ann.id, &Command::EndSessions)?;
            mine
        });
        assert!(matches!(outrun, Err(Failure::Store(StoreError::Busy))));
        assert!(acme.person(ann.id).profile.display_name().is_none());
    }
}
