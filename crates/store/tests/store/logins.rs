//! Requests and assertions are used once; links name people exactly.

use std::sync::Barrier;
use std::thread;

use chrono::Duration;
use domain::collaborator::UserName;
use domain::command::Command;
use domain::decide::LinkWrite;
use store::{Position, StoreError, Unique};

use crate::acme::{Acme, Failure, Login, session_of};
use crate::users::user;

const ANN: &str = "ann@acme.test";
const POSTS: usize = 20;

/// Posts so many logins at once, each with its own session; gives the sessions that began.
fn post_at_once(acme: &Acme, logins: &[Login]) -> Vec<String> {
    let start = Barrier::new(logins.len());
    let outcomes: Vec<_> = thread::scope(|scope| {
        let posts: Vec<_> = logins
            .iter()
            .map(|login| {
                scope.spawn(|| {
                    let change = acme.login_change(login).unwrap();
                    start.wait();
                    let session = session_of(&change);
                    acme.store.commit(change).map(|_| session)
                })
            })
            .collect();
        posts.into_iter().map(|post| post.join().unwrap()).collect()
    });
    let refused = outcomes.iter().filter(|outcome| matches!(outcome, Err(StoreError::AlreadyUsed))).count();
    let sessions: Vec<String> = outcomes.into_iter().flatten().collect();
    assert_eq!(sessions.len() + refused, logins.len(), "the others are told that it was used");
    sessions
}

fn assert_one_session(acme: &Acme, db: &crate::database::Database, sessions: &[String]) {
    assert_eq!(sessions.len(), 1);
    assert!(acme.is_live(&sessions[0]));
    assert_eq!(db.raw().count("SELECT count(*) AS n FROM sessions"), 1);
    assert_eq!(db.raw().count("SELECT count(*) AS n FROM audit_entries WHERE kind = 'login.succeeded'"), 1);
}

on_both_databases! {
    /// Replay: a captured response is posted again and again.
    fn of_parallel_posts_of_one_login_one_begins_a_session(db: &Database) {
        let acme = Acme::on(db);
        acme.post(user(ANN)).unwrap();
        let login = acme.begin_login(ANN);
        assert_one_session(&acme, db, &post_at_once(&acme, &vec![login; POSTS]));
    }

    fn of_parallel_posts_of_a_newcomers_login_one_makes_the_person(db: &Database) {
        let acme = Acme::on(db);
        let login = acme.begin_login("new@acme.test");
        assert_one_session(&acme, db, &post_at_once(&acme, &vec![login; POSTS]));
        assert_eq!(acme.store.list_people(acme.workspace.id, None, None, &Position::Offset(0), 10).unwrap().total, 1);
    }

    fn of_parallel_posts_of_an_unsolicited_login_one_begins_a_session(db: &Database) {
        let acme = Acme::on(db);
        acme.post(user(ANN)).unwrap();
        let login = Login::unsolicited(ANN);
        assert_one_session(&acme, db, &post_at_once(&acme, &vec![login; POSTS]));
    }

    fn of_many_assertions_that_answer_one_request_one_begins_a_session(db: &Database) {
        let acme = Acme::on(db);
        acme.post(user(ANN)).unwrap();
        let login = acme.begin_login(ANN);
        let answers: Vec<_> = (0..POSTS).map(|_| login.with_another_assertion()).collect();
        assert_one_session(&acme, db, &post_at_once(&acme, &answers));
    }

    /// As doors do it: with the state loaded afresh after a lost compare-and-set.
    fn of_parallel_posts_that_decide_anew_one_begins_a_session(db: &Database) {
        let acme = Acme::on(db);
        acme.post(user(ANN)).unwrap();
        let login = acme.begin_login(ANN);
        let outcomes: Vec<_> = thread::scope(|scope| {
            let posts: Vec<_> = (0..POSTS).map(|_| scope.spawn(|| acme.sign_in(&login))).collect();
            posts.into_iter().map(|post| post.join().unwrap()).collect()
        });
        let used = |outcome: &Result<_, _>| matches!(outcome, Err(Failure::Store(StoreError::AlreadyUsed)));
        assert_eq!(outcomes.iter().filter(|outcome| used(outcome)).count(), POSTS - 1);
        let sessions: Vec<String> = outcomes.into_iter().flatten().collect();
        assert_one_session(&acme, db, &sessions);
    }

    fn different_logins_of_one_person_at_once_all_succeed(db: &Database) {
        let acme = Acme::on(db);
        acme.post(user(ANN)).unwrap();
        let logins: Vec<_> = (0..8).map(|_| acme.begin_login(ANN)).collect();
        let sessions: Vec<String> = thread::scope(|scope| {
            let posts: Vec<_> = logins.iter().map(|login| scope.spawn(|| acme.sign_in(login).unwrap())).collect();
            posts.into_iter().map(|post| post.join().unwrap()).collect()
        });
        assert!(sessions.iter().all(|session| acme.is_live(session)));
        assert_eq!(db.raw().count("SELECT count(*) AS n FROM saml_links"), 1);
    }

    fn different_logins_of_one_newcomer_at_once_are_one_person(db: &Database) {
        let acme = Acme::on(db);
        let logins: Vec<_> = (0..8).map(|_| acme.begin_login("new@acme.test")).collect();
        let start = Barrier::new(logins.len());
        let sessions: Vec<String> = thread::scope(|scope| {
            let posts: Vec<_> = logins
                .iter()
                .map(|login| {
                    scope.spawn(|| {
                        start.wait();
                        acme.sign_in(login).unwrap()
                    })
                })
                .collect();
            posts.into_iter().map(|post| post.join().unwrap()).collect()
        });
        assert!(sessions.iter().all(|session| acme.is_live(session)));
        assert_eq!(acme.store.list_people(acme.workspace.id, None, None, &Position::Offset(0), 10).unwrap().total, 1);
    }

    fn a_name_id_names_one_person(db: &Database) {
        let acme = Acme::on(db);
        acme.sign_in(&acme.begin_login(ANN)).unwrap();
        let bob = acme.post(user("bob@acme.test")).unwrap();
        let mut stolen = acme.change(bob.id, Command::EndSessions).unwrap();
        let link = LinkWrite::Add { connection: acme.connection, name_id: ANN.to_owned(), person: bob.id };
        stolen.links.push(link);
        let before = db.rows();
        assert!(matches!(acme.store.commit(stolen), Err(StoreError::Taken(Unique::NameId))));
        assert_eq!((db.rows(), acme.person(bob.id)), (before, bob));
    }

    fn one_assertion_id_of_two_connections_is_two_assertions(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        let login = Login::unsolicited(ANN);
        acme.sign_in(&login).unwrap();
        globex.sign_in(&login).unwrap();
    }

    fn a_request_is_found_by_its_workspace_until_it_is_over(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        let id = acme.begin_login(ANN).request.unwrap();
        let found = acme.store.find_login_request(acme.workspace.id, &id, acme.now()).unwrap().unwrap();
        assert_eq!((found.id.as_str(), found.return_to.as_deref()), (id.as_str(), Some("/reports")));
        assert_eq!(found.expires_at, acme.now() + Duration::minutes(10));
        assert_eq!(acme.store.find_login_request(globex.workspace.id, &id, acme.now()).unwrap(), None);
        acme.pass(Duration::minutes(10));
        assert_eq!(acme.store.find_login_request(acme.workspace.id, &id, acme.now()).unwrap(), None);
    }

    fn a_link_names_its_person_exactly_and_before_any_name_does(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user(ANN)).unwrap();
        let bob = acme.post(user("bob@acme.test")).unwrap();
        acme.sign_in(&acme.begin_login(ANN)).unwrap();
        let subject = |name_id: &str, name: &str| {
            let name = UserName::new(name).unwrap();
            acme.store.login_subject(acme.workspace.id, acme.connection, name_id, &name).unwrap()
        };
        let linked = subject(ANN, "bob@acme.test");
        assert_eq!((linked.person.unwrap().id, linked.name_ids), (ann.id, vec![ANN.to_owned()]));
        let by_name = subject("ANN@acme.test", "BOB@acme.test");
        assert_eq!((by_name.person.unwrap().id, by_name.name_ids), (bob.id, Vec::<String>::new()));
        assert!(subject("carol", "carol").person.is_none());
    }

    fn a_name_id_of_any_length_is_linked_and_found(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user(ANN)).unwrap();
        let opaque: String = (0..1_000_u32).map(|n| char::from_u32(0x2_0000 + (n * 7_919) % 0xa000).unwrap()).collect();
        let mut login = acme.login_change(&acme.begin_login(ANN)).unwrap();
        for link in &mut login.links {
            if let LinkWrite::Add { name_id, .. } = link {
                name_id.clone_from(&opaque);
            }
        }
        acme.store.commit(login).unwrap();
        let nobody = UserName::new("nobody").unwrap();
        let found = acme.store.login_subject(acme.workspace.id, acme.connection, &opaque, &nobody).unwrap();
        assert_eq!((found.person.unwrap().id, found.name_ids), (ann.id, vec![opaque]));
    }

    fn what_is_over_is_forgotten_and_nothing_else(db: &Database) {
        let acme = Acme::on(db);
        acme.post(user(ANN)).unwrap();
        let login = acme.begin_login(ANN);
        let session = acme.sign_in(&login).unwrap();
        let open = acme.begin_login(ANN).request.unwrap();
        acme.store.forget_expired(acme.now()).unwrap();
        assert!(acme.is_live(&session));
        assert!(acme.store.find_login_request(acme.workspace.id, &open, acme.now()).unwrap().is_some());
        let replay = Login { request: None, ..login };
        assert!(matches!(acme.sign_in(&replay), Err(Failure::Store(StoreError::AlreadyUsed))));
        acme.pass(Duration::days(2));
        acme.store.forget_expired(acme.now()).unwrap();
        for table in ["sessions", "login_requests", "consumed_assertions"] {
            assert_eq!(db.raw().count(&format!("SELECT count(*) AS n FROM {table}")), 0, "{table}");
        }
    }
}
