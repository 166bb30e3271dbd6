//! One change, one transaction: all or nothing, and only onto the row that was decided about.

use chrono::Duration;
use domain::audit::EventKind;
use domain::command::Command;
use domain::decide::{Change, Write};
use serde_json::json;
use store::StoreError;

use crate::acme::{Acme, session_of};
use crate::database::Database;
use crate::users::{same, user};

const ANN: &str = "ann@acme.test";

/// Nothing of a refused change may be there afterwards, in any table.
fn assert_writes_nothing(db: &Database, acme: &Acme, change: Change, refused: fn(&StoreError) -> bool) {
    let (before, person) = (db.rows(), acme.store.find_person(acme.workspace.id, change.person.id).unwrap());
    let error = acme.store.commit(change.clone()).unwrap_err();
    assert!(refused(&error), "{error:?}");
    assert_eq!(db.rows(), before);
    assert_eq!(acme.store.find_person(acme.workspace.id, change.person.id).unwrap(), person);
}

fn is_conflict(error: &StoreError) -> bool {
    matches!(error, StoreError::Conflict)
}

fn is_used(error: &StoreError) -> bool {
    matches!(error, StoreError::AlreadyUsed)
}

on_both_databases! {
    fn a_person_is_read_back_as_written(db: &Database) {
        let acme = Acme::on(db);
        let sent = user("Ann.Stra\u{df}e@Acme.test")
            .external_id("00u1")
            .role("workato_role", "Admin")
            .attribute("name", json!({ "givenName": "Ann", "familyName": "O'Hara \u{1f600} \\ % _" }))
            .attribute("nickName", json!(""))
            .attribute("x", json!([1, 2.5, null, true, { "deep": [] }]))
            .emails(["a@acme.test", "b@acme.test"]);
        let ann = acme.post(sent).unwrap();
        assert_eq!(ann.created_at, acme.now(), "times are kept to the microsecond");
        assert_eq!(acme.person(ann.id), ann);
        assert_eq!(acme.store.find_by_scim_id(acme.workspace.id, ann.scim_id).unwrap(), Some(ann.clone()));
        assert_eq!(acme.store.find_by_name(acme.workspace.id, &ann.user_name).unwrap(), Some(ann));
    }

    fn a_person_with_access_is_read_back_as_written(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user(ANN).role("workato_role_test", "Analyst")).unwrap();
        acme.pass(Duration::microseconds(1_234_567));
        let committed = acme.store.commit(acme.login_change(&acme.begin_login(ANN).role("Admin")).unwrap()).unwrap();
        assert!(committed.changed);
        assert_eq!(acme.person(ann.id), committed.person);
        assert!(committed.person.facts.asserted.is_some());
    }

    fn a_change_writes_person_link_session_audit_and_outbox_together(db: &Database) {
        let acme = Acme::on(db);
        let mut change = acme.login_change(&acme.begin_login(ANN)).unwrap();
        change.groups.push(acme.new_group("Finance"));
        let (entries, events) = (change.audit.len(), change.events.len());
        acme.store.commit(change).unwrap();
        let rows = db.rows();
        let counted = |table| rows.iter().find(|(name, _)| *name == table).unwrap().1;
        assert_eq!(
            ["collaborators", "collaborator_groups", "saml_links", "sessions", "consumed_assertions"].map(counted),
            [1; 5],
        );
        assert_eq!(counted("login_requests"), 0);
        assert_eq!([counted("audit_entries"), counted("outbox")], [entries as i64, events as i64]);
    }

    fn a_request_for_what_already_holds_writes_nothing(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user(ANN)).unwrap();
        let before = db.rows();
        let committed = acme.put(ann.id, same(&ann)).unwrap();
        assert!(!committed.changed);
        assert_eq!((committed.person, db.rows()), (ann, before));
    }

    fn a_stale_version_is_a_conflict_and_writes_nothing(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user(ANN)).unwrap();
        let stale = acme.change(ann.id, Command::Replace(same(&ann).display_name("Stale").into())).unwrap();
        acme.put(ann.id, same(&ann).display_name("Ann")).unwrap();
        assert_writes_nothing(db, &acme, stale, is_conflict);
    }

    fn a_login_onto_a_stale_version_begins_no_session_and_makes_no_link(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user(ANN)).unwrap();
        let mut stale = acme.login_change(&acme.begin_login(ANN)).unwrap();
        stale.groups.push(acme.new_group("Finance"));
        acme.put(ann.id, same(&ann).display_name("Ann")).unwrap();
        let session = session_of(&stale);
        assert_writes_nothing(db, &acme, stale, is_conflict);
        assert!(!acme.is_live(&session));
    }

    fn a_stale_epoch_is_a_conflict_and_writes_nothing(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user(ANN)).unwrap();
        let mut stale = acme.login_change(&acme.begin_login(ANN)).unwrap();
        acme.command(ann.id, &Command::EndSessions).unwrap();
        let now = acme.person(ann.id);
        stale.write = Write::Update { version: now.version, epoch: ann.epoch };
        assert_ne!(now.epoch, ann.epoch);
        assert_writes_nothing(db, &acme, stale, is_conflict);
    }

    fn a_used_assertion_leaves_nothing_of_the_login(db: &Database) {
        let acme = Acme::on(db);
        acme.post(user(ANN)).unwrap();
        let first = acme.begin_login(ANN);
        acme.sign_in(&first).unwrap();
        let replayed = crate::acme::Login { assertion: first.assertion, ..acme.begin_login(ANN) };
        assert_writes_nothing(db, &acme, acme.login_change(&replayed).unwrap(), is_used);
    }

    fn an_unknown_request_leaves_nothing_of_the_login(db: &Database) {
        let acme = Acme::on(db);
        let mut login = acme.begin_login(ANN);
        login.request = Some("_never_sent".to_owned());
        assert_writes_nothing(db, &acme, acme.login_change(&login).unwrap(), is_used);
    }

    fn a_request_that_is_over_leaves_nothing_of_the_login(db: &Database) {
        let acme = Acme::on(db);
        let login = acme.begin_login(ANN);
        acme.pass(Duration::minutes(10));
        assert_writes_nothing(db, &acme, acme.login_change(&login).unwrap(), is_used);
    }

    /// A response must not use up the request of another workspace, whatever id it carries.
    fn a_request_of_another_workspace_is_not_used_up(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        let mut login = acme.begin_login(ANN);
        login.request = globex.begin_login(ANN).request;
        assert_writes_nothing(db, &acme, acme.login_change(&login).unwrap(), is_used);
    }

    fn a_failing_last_part_takes_back_the_first(db: &Database) {
        let acme = Acme::on(db);
        acme.sign_in(&acme.begin_login(ANN)).unwrap();
        let mut change = acme.login_change(&acme.begin_login("bob@acme.test")).unwrap();
        let taken = acme.sign_in(&acme.begin_login(ANN)).unwrap();
        change.login.as_mut().unwrap().session.as_mut().unwrap().id = taken;
        assert_writes_nothing(db, &acme, change, |error| matches!(error, StoreError::Taken(_)));
    }

    fn a_new_user_name_drops_the_links(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user(ANN)).unwrap();
        acme.sign_in(&acme.begin_login(ANN)).unwrap();
        let now = acme.person(ann.id);
        acme.put(ann.id, same(&now).named("ann.moss@acme.test")).unwrap();
        let subject = acme
            .store
            .login_subject(acme.workspace.id, acme.connection, ANN, &now.user_name)
            .unwrap();
        assert!(subject.person.is_none() && subject.name_ids.is_empty());
    }

    fn what_is_told_is_told_in_order(db: &Database) {
        let acme = Acme::on(db);
        let change = acme.login_change(&acme.begin_login(ANN)).unwrap();
        let told: Vec<_> = change.audit.iter().map(|entry| entry.kind.as_str()).collect();
        acme.store.commit(change).unwrap();
        acme.store.seal().unwrap();
        let log = acme.store.audit_page(acme.workspace.id, &store::AuditFilter::default(), 0).unwrap();
        assert_eq!(log.iter().map(|entry| entry.kind.as_str()).collect::<Vec<_>>(), told);
        assert!(told.contains(&EventKind::LoginSucceeded.as_str()));
    }
}
