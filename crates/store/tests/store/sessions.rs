//! Sessions: alive until their time, their epoch or a logout ends them.

use std::thread;
use std::time::Duration as StdDuration;

use chrono::Duration;
use domain::audit::EventKind;
use domain::command::Command;

use crate::acme::Acme;
use crate::users::{same, user};

const ANN: &str = "ann@acme.test";

on_both_databases! {
    fn a_live_session_says_whose_it_is(db: &Database) {
        let acme = Acme::on(db);
        let session = acme.sign_in(&acme.begin_login(ANN)).unwrap();
        let live = acme.store.find_live_session(&session, acme.now()).unwrap().unwrap();
        assert_eq!((live.id.as_str(), live.workspace.id), (session.as_str(), acme.workspace.id));
        assert_eq!(live.person.user_name.as_str(), ANN);
        assert_eq!(live.authenticated_at, acme.now());
        assert_eq!(live.expires_at, acme.now() + acme.workspace.policy.session_lifetime.duration());
        assert!(!acme.is_live("another hash"));
    }

    fn a_session_ends_by_itself_in_its_time(db: &Database) {
        let acme = Acme::on(db);
        let session = acme.sign_in(&acme.begin_login(ANN)).unwrap();
        let lifetime = acme.workspace.policy.session_lifetime.duration();
        acme.pass(lifetime - Duration::microseconds(1));
        assert!(acme.is_live(&session));
        acme.pass(Duration::microseconds(1));
        assert!(!acme.is_live(&session));
    }

    fn a_session_outlives_changes_that_end_none(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user(ANN)).unwrap();
        let session = acme.sign_in(&acme.begin_login(ANN)).unwrap();
        let now = acme.person(ann.id);
        acme.put(ann.id, same(&now).display_name("Ann")).unwrap();
        assert!(acme.is_live(&session));
    }

    fn a_raised_epoch_ends_every_session_from_before_and_none_from_after(db: &Database) {
        let acme = Acme::on(db);
        let before = [1, 2].map(|_| acme.sign_in(&acme.begin_login(ANN)).unwrap());
        let ann = acme.store.find_live_session(&before[0], acme.now()).unwrap().unwrap().person;
        acme.command(ann.id, &Command::EndSessions).unwrap();
        let after = acme.sign_in(&acme.begin_login(ANN)).unwrap();
        assert_eq!(before.map(|session| acme.is_live(&session)), [false, false]);
        assert!(acme.is_live(&after));
    }

    fn a_logout_ends_one_session_once(db: &Database) {
        let acme = Acme::on(db);
        let [one, other] = [1, 2].map(|_| acme.sign_in(&acme.begin_login(ANN)).unwrap());
        let entry = || acme.entry(EventKind::SessionEnded, "ann");
        assert!(acme.store.end_session(one.clone(), entry()).unwrap());
        assert!(!acme.store.end_session(one.clone(), entry()).unwrap());
        assert_eq!((acme.is_live(&one), acme.is_live(&other)), (false, true));
        assert_eq!(db.raw().count("SELECT count(*) AS n FROM audit_entries WHERE kind = 'session.ended'"), 1);
    }

    fn a_browser_has_one_session_whoever_signs_in_and_wherever(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        let ann = acme.begin_login(ANN);
        let elsewhere = acme.sign_in(&acme.begin_login(ANN)).unwrap();
        let first = acme.sign_in(&ann).unwrap();
        let second = acme.sign_in(&acme.begin_login("bob@acme.test").in_the_browser_of(&ann)).unwrap();
        assert_eq!((acme.is_live(&first), acme.is_live(&second)), (false, true));
        let third = globex.sign_in(&globex.begin_login(ANN).in_the_browser_of(&ann)).unwrap();
        assert_eq!((acme.is_live(&second), acme.is_live(&third), acme.is_live(&elsewhere)), (false, true, true));
        let ended = "SELECT count(*) AS n FROM audit_entries WHERE kind = 'session.ended' AND workspace_id =";
        for (workspace, entries) in [(&acme, 2), (&globex, 0)] {
            assert_eq!(db.raw().count(&format!("{ended} '{}'", workspace.workspace.id)), entries);
        }
    }

    /// Two tabs at once: the one login begins its session while the other one's is written but not yet to be seen.
    fn of_two_logins_at_once_in_one_browser_one_session_is_left(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.begin_login(ANN);
        let bobs = acme.sign_in(&acme.begin_login("bob@acme.test")).unwrap();
        let mut other = db.raw();
        other.run(&format!("BEGIN; UPDATE sessions SET browser = '{}' WHERE id = '{bobs}'", ann.browser));
        let anns = thread::scope(|scope| {
            let signing_in = scope.spawn(|| acme.sign_in(&ann).unwrap());
            thread::sleep(StdDuration::from_millis(300));
            assert!(!signing_in.is_finished(), "it waits for the other one");
            other.run("COMMIT");
            signing_in.join().unwrap()
        });
        assert_eq!((acme.is_live(&bobs), acme.is_live(&anns)), (false, true));
        assert_eq!(other.count("SELECT count(*) AS n FROM audit_entries WHERE kind = 'session.ended'"), 1);
    }

    fn a_session_that_was_over_already_ends_without_an_entry(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.begin_login(ANN);
        acme.sign_in(&ann).unwrap();
        acme.pass(acme.workspace.policy.session_lifetime.duration());
        acme.sign_in(&acme.begin_login(ANN).in_the_browser_of(&ann)).unwrap();
        assert_eq!(db.raw().count("SELECT count(*) AS n FROM audit_entries WHERE kind = 'session.ended'"), 0);
        assert_eq!(db.raw().count("SELECT count(*) AS n FROM sessions"), 1);
    }
}
