//! A login and a deactivation at once: whatever the order, no session lives after both.

use std::sync::Barrier;
use std::thread;

use domain::command::Command;
use domain::decide::Refusal;
use domain::id::PersonId;
use store::StoreError;

use crate::acme::{Acme, Failure, session_of};
use crate::users::{same, user};

const ANN: &str = "ann@acme.test";

fn deactivate(acme: &Acme, id: PersonId) {
    let now = acme.person(id);
    acme.put(id, same(&now).active(false)).unwrap();
}

fn live_sessions(acme: &Acme, sessions: &[String]) -> usize {
    sessions.iter().filter(|session| acme.is_live(session)).count()
}

on_both_databases! {
    fn a_login_that_was_decided_before_the_deactivation_loses(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user(ANN)).unwrap();
        let login = acme.login_change(&acme.begin_login(ANN)).unwrap();
        deactivate(&acme, ann.id);
        let session = session_of(&login);
        assert!(matches!(acme.store.commit(login), Err(StoreError::Conflict)));
        assert!(!acme.is_live(&session));
        assert_eq!(db.raw().count("SELECT count(*) AS n FROM sessions"), 0);
    }

    fn a_login_that_was_committed_before_the_deactivation_is_dead_by_its_epoch(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user(ANN)).unwrap();
        let session = acme.sign_in(&acme.begin_login(ANN)).unwrap();
        assert!(acme.is_live(&session));
        deactivate(&acme, ann.id);
        assert!(!acme.is_live(&session));
    }

    fn a_deactivation_that_was_decided_before_the_login_is_decided_anew_and_ends_its_session(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user(ANN)).unwrap();
        let stale = acme.change(ann.id, Command::Replace(same(&ann).active(false).into())).unwrap();
        let session = acme.sign_in(&acme.begin_login(ANN)).unwrap();
        assert!(matches!(acme.store.commit(stale), Err(StoreError::Conflict)));
        deactivate(&acme, ann.id);
        assert!(!acme.is_live(&session));
    }

    fn a_session_from_before_the_deactivation_stays_dead_when_the_person_returns(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user(ANN)).unwrap();
        let session = acme.sign_in(&acme.begin_login(ANN)).unwrap();
        deactivate(&acme, ann.id);
        acme.put(ann.id, same(&ann).active(true)).unwrap();
        assert!(!acme.is_live(&session));
        assert!(acme.is_live(&acme.sign_in(&acme.begin_login(ANN)).unwrap()));
    }

    fn every_way_out_ends_the_session(db: &Database) {
        let acme = Acme::on(db);
        for (number, way_out) in [Command::Delete, Command::Hold, Command::Remove, Command::EndSessions].iter().enumerate() {
            let name = format!("person{number}@acme.test");
            let person = acme.post(user(&name)).unwrap();
            let session = acme.sign_in(&acme.begin_login(&name)).unwrap();
            assert!(acme.is_live(&session));
            acme.command(person.id, way_out).unwrap();
            assert!(!acme.is_live(&session), "{way_out:?}");
        }
    }

    fn whichever_comes_first_no_session_lives_after_login_and_deactivation(db: &Database) {
        let acme = Acme::on(db);
        for number in 0..20 {
            let name = format!("person{number}@acme.test");
            let person = acme.post(user(&name)).unwrap();
            let logins: Vec<_> = (0..3).map(|_| acme.begin_login(&name)).collect();
            let start = Barrier::new(4);
            let sessions: Vec<String> = thread::scope(|scope| {
                let signing_in: Vec<_> = logins
                    .iter()
                    .map(|login| {
                        scope.spawn(|| {
                            start.wait();
                            acme.sign_in(login)
                        })
                    })
                    .collect();
                scope.spawn(|| {
                    start.wait();
                    deactivate(&acme, person.id);
                });
                let outcomes = signing_in.into_iter().map(|login| login.join().unwrap());
                outcomes
                    .filter_map(|outcome| match outcome {
                        Ok(session) => Some(session),
                        Err(Failure::Refused(Refusal::DeactivatedByProvider)) => None,
                        Err(other) => panic!("{other:?}"),
                    })
                    .collect()
            });
            assert_eq!(live_sessions(&acme, &sessions), 0);
            assert!(!acme.person(person.id).lifecycle.is_active());
        }
    }
}
