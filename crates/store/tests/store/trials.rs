//! Connections that are changed on trial: kept by an administrator's login, put back without one.

use std::thread;

use chrono::Duration;
use domain::audit::EventKind;
use domain::clock::Timestamp;
use domain::connection::WeakAlgorithms;
use domain::environment::ADMINISTRATOR;
use serde_json::json;
use store::{Connection, MetadataSource, StoreError, Unique};

use crate::acme::{Acme, Login};

const NEW: &str = "<EntityDescriptor new=''/>";
const FETCHED: &str = "<EntityDescriptor fetched=''/>";

fn only(acme: &Acme) -> Connection {
    acme.store.connections(acme.workspace.id).unwrap().remove(0)
}

fn changed(read: &Connection) -> Connection {
    let url = "https://new.test/metadata".to_owned();
    let source = Some(MetadataSource { url, certificate: None, is_private: false });
    let entity_id = "https://new.test/".to_owned();
    let weak_algorithms = WeakAlgorithms::Sha1Permitted;
    Connection { entity_id, metadata: NEW.to_owned(), source, weak_algorithms, ..read.clone() }
}

fn ten_minutes(acme: &Acme) -> Timestamp {
    acme.now() + Duration::minutes(10)
}

fn change(acme: &Acme, read: &Connection, to: Connection) {
    let entry = acme.entry(EventKind::ConnectionUpdated, "okta");
    acme.store.try_connection(read.clone(), to, ten_minutes(acme), entry).unwrap();
}

/// Puts back what is due; says of how many.
fn roll_back(acme: &Acme) -> usize {
    let due = acme.store.due_trials(acme.now(), 10).unwrap();
    let entry = || acme.entry(EventKind::ConnectionRolledBack, "okta");
    due.into_iter().filter(|(trial, read)| acme.store.roll_back(read.clone(), trial.clone(), entry()).unwrap()).count()
}

fn is_on_trial(acme: &Acme) -> bool {
    acme.store.find_trial(acme.connection).unwrap().is_some()
}

/// A login that was begun so long ago.
fn sign_in(acme: &Acme, role: &str, ago: Duration) -> String {
    let login = Login { role: Some(role.to_owned()), ..Login::unsolicited("ann@acme.test") };
    let mut change = acme.login_change(&login).unwrap();
    change.login.as_mut().unwrap().begun_at = acme.now() - ago;
    let committed = acme.store.commit(change).unwrap();
    committed.session.unwrap().id
}

on_both_databases! {
    fn without_an_administrators_login_the_connection_is_put_back(db: &Database) {
        let acme = Acme::on(db);
        let before = only(&acme);
        change(&acme, &before, changed(&before));
        assert_eq!(only(&acme), changed(&before), "it is in force at once");
        let trial = acme.store.find_trial(acme.connection).unwrap().unwrap();
        assert_eq!((&trial.before, trial.ends_at), (&before, ten_minutes(&acme)));
        assert_eq!(trial.begun_by, json!({ "type": "command_line", "name": "root" }));
        assert_eq!(acme.store.trials(acme.workspace.id).unwrap(), [trial]);
        let session = sign_in(&acme, "Member", Duration::zero());
        acme.pass(Duration::minutes(10) - Duration::microseconds(1));
        assert_eq!(roll_back(&acme), 0);
        acme.pass(Duration::microseconds(1));
        assert_eq!(roll_back(&acme), 1);
        assert_eq!((only(&acme), is_on_trial(&acme)), (before, false));
        assert!(acme.is_live(&session), "whoever is in stays");
        assert_eq!(roll_back(&acme), 0);
        assert_eq!(db.raw().count("SELECT count(*) AS n FROM audit_entries WHERE kind = 'connection.rolled_back'"), 1);
    }

    fn an_administrators_login_keeps_the_change(db: &Database) {
        let acme = Acme::on(db);
        let before = only(&acme);
        change(&acme, &before, changed(&before));
        sign_in(&acme, ADMINISTRATOR, Duration::zero());
        assert!(!is_on_trial(&acme));
        acme.pass(Duration::hours(1));
        assert_eq!((roll_back(&acme), only(&acme)), (0, changed(&before)));
        let confirmed = "SELECT count(*) AS n FROM audit_entries WHERE kind = 'connection.confirmed' AND subject LIKE '%https://new.test/%'";
        assert_eq!(db.raw().count(confirmed), 1);
    }

    /// A login that began before the change proves what was there before; one at another provider proves that one.
    fn only_a_login_that_began_after_the_change_and_ends_in_time_proves_it(db: &Database) {
        let acme = Acme::on(db);
        let before = only(&acme);
        change(&acme, &before, changed(&before));
        sign_in(&acme, ADMINISTRATOR, Duration::microseconds(1));
        assert!(is_on_trial(&acme), "begun before");
        acme.pass(Duration::minutes(10));
        sign_in(&acme, ADMINISTRATOR, Duration::minutes(1));
        assert!(is_on_trial(&acme), "too late, though nothing was put back yet");
        assert_eq!(roll_back(&acme), 1);
        sign_in(&acme, ADMINISTRATOR, Duration::zero());
        assert_eq!(db.raw().count("SELECT count(*) AS n FROM audit_entries WHERE kind = 'connection.confirmed'"), 0);
    }

    fn a_further_change_on_trial_returns_to_what_was_confirmed_last(db: &Database) {
        let acme = Acme::on(db);
        let before = only(&acme);
        change(&acme, &before, changed(&before));
        acme.pass(Duration::minutes(5));
        let second = Connection { metadata: "<second/>".to_owned(), ..only(&acme) };
        change(&acme, &only(&acme), second.clone());
        sign_in(&acme, ADMINISTRATOR, Duration::minutes(1));
        assert!(is_on_trial(&acme), "a login that began before the second change");
        acme.pass(Duration::minutes(5));
        assert_eq!((roll_back(&acme), only(&acme)), (0, second), "the time begins anew");
        acme.pass(Duration::minutes(5));
        assert_eq!((roll_back(&acme), only(&acme)), (1, before));
    }

    fn a_change_for_good_ends_the_trial(db: &Database) {
        let acme = Acme::on(db);
        let before = only(&acme);
        change(&acme, &before, changed(&before));
        let last = Connection { metadata: "<last/>".to_owned(), ..only(&acme) };
        acme.store.replace_connection(only(&acme), last.clone(), acme.entry(EventKind::ConnectionUpdated, "okta")).unwrap();
        assert!(!is_on_trial(&acme));
        acme.pass(Duration::hours(1));
        assert_eq!((roll_back(&acme), only(&acme)), (0, last));
        assert_eq!(db.raw().count("SELECT count(*) AS n FROM audit_entries WHERE kind = 'connection.confirmed'"), 1);
    }

    /// The trial goes on, and what is fetched is put back as well where it is fetched from the same address: else the keys of
    /// yesterday would be.
    fn metadata_that_is_fetched_meanwhile_loses_nothing(db: &Database) {
        let acme = Acme::on(db);
        let refresh = |metadata: &str| {
            let entry = acme.entry(EventKind::ConnectionUpdated, "okta");
            let changed = Some((metadata.to_owned(), entry));
            assert!(acme.store.put_refreshed(only(&acme), acme.now(), ten_minutes(&acme), changed).unwrap());
        };
        let before = only(&acme);
        change(&acme, &before, changed(&before));
        refresh(FETCHED);
        assert!(is_on_trial(&acme));
        acme.pass(Duration::minutes(10));
        assert_eq!((roll_back(&acme), only(&acme)), (1, before.clone()), "it came from another address");

        acme.store.put_connection(changed(&before), acme.entry(EventKind::ConnectionUpdated, "okta")).unwrap();
        let fetched = only(&acme);
        change(&acme, &fetched, Connection { weak_algorithms: WeakAlgorithms::Refused, ..fetched.clone() });
        refresh(FETCHED);
        acme.pass(Duration::minutes(10));
        assert_eq!(roll_back(&acme), 1);
        assert_eq!(only(&acme), Connection { metadata: FETCHED.to_owned(), ..fetched });
        assert_eq!(acme.store.metadata_status(acme.connection).unwrap().unwrap().due_at, acme.now(), "as it was due");
    }

    /// What is read a moment before is not what is put back over.
    fn what_is_confirmed_or_changed_in_between_is_not_put_back(db: &Database) {
        let acme = Acme::on(db);
        let before = only(&acme);
        change(&acme, &before, changed(&before));
        let (trial, read) = acme.store.due_trials(ten_minutes(&acme), 10).unwrap().remove(0);
        let entry = || acme.entry(EventKind::ConnectionRolledBack, "okta");
        change(&acme, &only(&acme), Connection { metadata: "<second/>".to_owned(), ..only(&acme) });
        assert!(!acme.store.roll_back(read, trial, entry()).unwrap());
        let (trial, read) = acme.store.due_trials(ten_minutes(&acme), 10).unwrap().remove(0);
        sign_in(&acme, ADMINISTRATOR, Duration::zero());
        assert!(!acme.store.roll_back(read, trial, entry()).unwrap());
        assert_eq!(only(&acme).metadata, "<second/>");
    }

    /// Several nodes look for what is due at the same moment.
    fn one_of_many_puts_it_back(db: &Database) {
        let acme = Acme::on(db);
        let before = only(&acme);
        change(&acme, &before, changed(&before));
        acme.pass(Duration::minutes(10));
        let done: usize = thread::scope(|scope| {
            let all: Vec<_> = (0..8).map(|_| scope.spawn(|| roll_back(&acme))).collect();
            all.into_iter().map(|one| one.join().unwrap()).sum()
        });
        assert_eq!((done, only(&acme)), (1, before));
        assert_eq!(db.raw().count("SELECT count(*) AS n FROM audit_entries WHERE kind = 'connection.rolled_back'"), 1);
    }

    /// Otherwise the connection could not be put back, and a trial would never end.
    fn nobody_takes_the_entity_id_that_is_put_back(db: &Database) {
        let acme = Acme::on(db);
        let before = only(&acme);
        change(&acme, &before, changed(&before));
        let other = acme.add_connection("entra");
        let other = acme.store.connections(acme.workspace.id).unwrap().into_iter().find(|one| one.id == other).unwrap();
        let same = Connection { entity_id: before.entity_id.clone(), ..other.clone() };
        let taken = acme.store.replace_connection(other, same, acme.entry(EventKind::ConnectionUpdated, "entra"));
        assert!(matches!(taken, Err(StoreError::Taken(Unique::EntityId))), "{taken:?}");
        acme.pass(Duration::minutes(10));
        assert_eq!((roll_back(&acme), only(&acme)), (1, before));
    }

    fn a_connection_is_removed_with_its_trial(db: &Database) {
        let acme = Acme::on(db);
        let before = only(&acme);
        change(&acme, &before, changed(&before));
        acme.store.remove_connection(acme.connection, acme.entry(EventKind::ConnectionRemoved, "okta")).unwrap();
        assert!(!is_on_trial(&acme));
        acme.pass(Duration::minutes(10));
        assert_eq!(roll_back(&acme), 0);
        assert!(acme.store.connections(acme.workspace.id).unwrap().is_empty());
    }

    fn what_was_changed_since_it_was_read_is_not_overwritten(db: &Database) {
        let acme = Acme::on(db);
        let read = only(&acme);
        acme.store.put_connection(changed(&read), acme.entry(EventKind::ConnectionUpdated, "okta")).unwrap();
        let entry = acme.entry(EventKind::ConnectionUpdated, "okta");
        let late = acme.store.try_connection(read.clone(), read, ten_minutes(&acme), entry);
        assert!(matches!(late, Err(StoreError::Conflict)), "{late:?}");
        assert!(!is_on_trial(&acme));
    }
}
