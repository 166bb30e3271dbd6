//! Single logout: an identity provider ends what it means, once; an outstanding logout is answered once.

use std::thread;
use std::time::Duration as StdDuration;

use chrono::Duration;
use domain::audit::{EventKind, RequestOrigin};
use domain::command::Command;
use domain::logout::ProviderLogout;
use domain::name_id::{NameId, Qualifiers};
use store::{LogoutRequest, StoreError};

use crate::acme::{Acme, Failure};

const ANN: &str = "ann@acme.test";
const ENDED: &str = "SELECT count(*) AS n FROM audit_entries WHERE kind = 'session.ended'";

/// A request to end all sessions of somebody.
fn logout(acme: &Acme, id: &str, name_id: &str) -> ProviderLogout {
    ProviderLogout {
        connection: acme.connection,
        identity_provider: "urn:idp".to_owned(),
        service_provider: "urn:sp".to_owned(),
        id: id.to_owned(),
        remember_until: acme.now() + Duration::hours(1),
        name_id: NameId { value: name_id.to_owned(), qualifiers: Qualifiers::default() },
        session_indexes: Vec::new(),
        at: acme.now(),
        from: RequestOrigin::default(),
    }
}

fn outstanding(acme: &Acme, session: &str) -> LogoutRequest {
    let live = acme.store.find_live_session(session, acme.now()).unwrap().unwrap();
    LogoutRequest {
        id: "_logout".to_owned(),
        workspace: acme.workspace.id,
        connection: live.provider.connection,
        person: live.person.id,
        secret: "secret".to_owned(),
        expires_at: acme.now() + Duration::minutes(30),
    }
}

on_both_databases! {
    fn a_request_ends_what_it_means_once(db: &Database) {
        let acme = Acme::on(db);
        let [one, other] = [1, 2].map(|_| acme.sign_in(&acme.begin_login(ANN)).unwrap());
        let bobs = acme.sign_in(&acme.begin_login("bob@acme.test")).unwrap();
        assert_eq!(acme.store.end_provider_sessions(logout(&acme, "_1", ANN)).unwrap(), 2);
        assert_eq!([&one, &other, &bobs].map(|session| acme.is_live(session)), [false, false, true]);
        let since = acme.sign_in(&acme.begin_login(ANN)).unwrap();
        let copy = acme.store.end_provider_sessions(logout(&acme, "_1", ANN));
        assert!(matches!(copy, Err(StoreError::AlreadyUsed)), "{copy:?}");
        assert!(acme.is_live(&since));
        assert_eq!(db.raw().count(ENDED), 2);
    }

    fn a_session_index_shuts_out_later_assertions_of_that_session(db: &Database) {
        let acme = Acme::on(db);
        let named = |index: &str| ProviderLogout {
            session_indexes: vec![index.to_owned()],
            ..logout(&acme, index, ANN)
        };
        assert_eq!(acme.store.end_provider_sessions(named("_another")).unwrap(), 0);
        let session = acme.sign_in(&acme.begin_login(ANN)).unwrap();
        assert_eq!(acme.store.end_provider_sessions(named("_index")).unwrap(), 1);
        assert!(!acme.is_live(&session));
        let late = acme.sign_in(&acme.begin_login(ANN));
        assert!(matches!(late, Err(Failure::Store(StoreError::ProviderSessionOver))), "{late:?}");
        acme.sign_in(&acme.begin_login("bob@acme.test")).unwrap();
        acme.pass(Duration::hours(1));
        acme.store.forget_expired(acme.now()).unwrap();
        acme.sign_in(&acme.begin_login(ANN)).unwrap();
    }

    /// A login is written but not yet to be seen while the logout looks for sessions: it waits, and sees it.
    fn no_login_slips_past_a_logout(db: &Database) {
        let acme = Acme::on(db);
        let seen = acme.sign_in(&acme.begin_login(ANN)).unwrap();
        let mut login = db.raw();
        let columns = "workspace_id, person_id, epoch, connection_id, name_id, authenticated_at, expires_at";
        login.run(&format!(
            "BEGIN; INSERT INTO sessions (id, {columns}) SELECT 'late', {columns} FROM sessions WHERE id = '{seen}'"
        ));
        let ended = thread::scope(|scope| {
            let ending = scope.spawn(|| acme.store.end_provider_sessions(logout(&acme, "_1", ANN)).unwrap());
            thread::sleep(StdDuration::from_millis(300));
            assert!(!ending.is_finished(), "it waits for the login");
            login.run("COMMIT");
            ending.join().unwrap()
        });
        assert_eq!((ended, acme.is_live("late"), acme.is_live(&seen)), (2, false, false));
    }

    fn what_was_over_already_ends_without_an_entry(db: &Database) {
        let acme = Acme::on(db);
        let session = acme.sign_in(&acme.begin_login(ANN)).unwrap();
        let ann = acme.store.find_live_session(&session, acme.now()).unwrap().unwrap().person;
        acme.command(ann.id, &Command::EndSessions).unwrap();
        let told = db.raw().count(ENDED);
        assert_eq!(acme.store.end_provider_sessions(logout(&acme, "_1", ANN)).unwrap(), 0);
        assert_eq!(db.raw().count(ENDED), told);
        assert_eq!(db.raw().count("SELECT count(*) AS n FROM sessions"), 0);
    }

    fn an_outstanding_logout_is_answered_once_and_in_time(db: &Database) {
        let acme = Acme::on(db);
        let session = acme.sign_in(&acme.begin_login(ANN)).unwrap();
        let request = outstanding(&acme, &session);
        let entry = |kind| acme.entry(kind, "ann");
        let begin = || acme.store.begin_logout(session.clone(), request.clone(), entry(EventKind::SessionEnded)).unwrap();
        assert!(begin());
        assert!(!begin(), "the session is over");
        assert!(!acme.is_live(&session));
        let find = || acme.store.find_logout_request(acme.workspace.id, "_logout", acme.now()).unwrap();
        let (found, person) = find().unwrap();
        assert_eq!((found, person.user_name.as_str()), (request, ANN));
        let globex = Acme::called("globex", &acme.store);
        assert!(acme.store.find_logout_request(globex.workspace.id, "_logout", acme.now()).unwrap().is_none());

        let finish = || acme.store.finish_logout("_logout".to_owned(), entry(EventKind::LogoutCompleted));
        finish().unwrap();
        assert!(matches!(finish(), Err(StoreError::AlreadyUsed)));
        assert_eq!(db.raw().count("SELECT count(*) AS n FROM audit_entries WHERE kind = 'logout.completed'"), 1);
    }

    fn what_nobody_answers_is_forgotten(db: &Database) {
        let acme = Acme::on(db);
        let session = acme.sign_in(&acme.begin_login(ANN)).unwrap();
        let request = outstanding(&acme, &session);
        acme.store.begin_logout(session, request, acme.entry(EventKind::SessionEnded, "ann")).unwrap();
        acme.pass(Duration::minutes(30));
        assert!(acme.store.find_logout_request(acme.workspace.id, "_logout", acme.now()).unwrap().is_none());
        acme.store.forget_expired(acme.now()).unwrap();
        assert_eq!(db.raw().count("SELECT count(*) AS n FROM logout_requests"), 0);
    }
}
