//! SCIM tokens: known by hash alone, replaced at once or with an overlap.

use chrono::Duration;
use domain::audit::EventKind;
use domain::clock::Timestamp;
use domain::command::Command;
use domain::id::{ConnectionId, TokenId};
use store::{NewToken, ScimToken, StoreError};

use crate::acme::{Acme, draw};
use crate::users::user;

/// Puts a token of that hash in force.
fn replace(acme: &Acme, hash: &str, others_end_at: Option<Timestamp>) {
    put(acme, hash, Some(acme.connection), others_end_at);
}

fn put(acme: &Acme, hash: &str, connection: Option<ConnectionId>, others_end_at: Option<Timestamp>) {
    let token = new(acme, hash, connection);
    acme.store.replace_scim_token(token, others_end_at, acme.entry(EventKind::ScimTokenRefreshed, "Okta")).unwrap();
}

fn new(acme: &Acme, hash: &str, connection: Option<ConnectionId>) -> NewToken {
    NewToken {
        id: TokenId::new(draw()),
        workspace: acme.workspace.id,
        connection,
        name: "Okta".to_owned(),
        hash: hash.to_owned(),
        created_at: acme.now(),
        expires_at: None,
    }
}

fn is_in_force(acme: &Acme, hash: &str) -> bool {
    acme.store.find_scim_token(hash, acme.now()).unwrap().is_some()
}

fn in_force(acme: &Acme) -> i64 {
    acme.store.count_scim_tokens(acme.workspace.id, acme.now()).unwrap()
}

on_both_databases! {
    fn a_token_names_its_workspace(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        replace(&acme, "hash-of-acme", None);
        replace(&globex, "hash-of-globex", None);
        let known = acme.store.find_scim_token("hash-of-globex", acme.now()).unwrap().unwrap();
        assert_eq!((known.workspace.id, known.name.as_str()), (globex.workspace.id, "Okta"));
        assert!(!is_in_force(&acme, "hash-of-nobody"));
        assert!(is_in_force(&acme, "hash-of-acme"), "another workspace's refresh ends nothing here");
    }

    /// It would stay one that may write about everybody, and they would be whoever's names them first.
    fn what_was_before_the_first_identity_provider_is_its_own(db: &Database) {
        let acme = Acme::on(db);
        acme.store.remove_connection(acme.connection, acme.entry(EventKind::ConnectionRemoved, "okta")).unwrap();
        put(&acme, "first", None, None);
        let (ann, bob) = (acme.post(user("ann@acme.test")).unwrap(), acme.post(user("bob@acme.test")).unwrap());
        acme.command(bob.id, &Command::Delete).unwrap();
        let first = acme.add_connection("okta");
        acme.add_connection("entra");
        let known = acme.store.find_scim_token("first", acme.now()).unwrap().unwrap();
        let owners = [ann.id, bob.id].map(|id| acme.person(id).lifecycle.connection);
        assert_eq!((known.connection, owners), (Some(first), [Some(first); 2]));
    }

    fn a_refresh_ends_the_old_token_at_once(db: &Database) {
        let acme = Acme::on(db);
        replace(&acme, "old", None);
        replace(&acme, "new", None);
        assert_eq!((is_in_force(&acme, "old"), is_in_force(&acme, "new")), (false, true));
        assert_eq!(in_force(&acme), 1);
        assert_eq!(db.raw().count("SELECT count(*) AS n FROM audit_entries WHERE kind = 'scim_token.refreshed'"), 2);
    }

    fn an_overlap_lets_both_work_until_its_end(db: &Database) {
        let acme = Acme::on(db);
        replace(&acme, "old", None);
        replace(&acme, "new", Some(acme.now() + Duration::hours(1)));
        assert_eq!(in_force(&acme), 2);
        acme.pass(Duration::hours(1) - Duration::microseconds(1));
        assert!(is_in_force(&acme, "old") && is_in_force(&acme, "new"));
        acme.pass(Duration::microseconds(1));
        assert!(!is_in_force(&acme, "old") && is_in_force(&acme, "new"));
        assert_eq!(in_force(&acme), 1);
    }

    fn a_later_overlap_does_not_lengthen_an_earlier_one(db: &Database) {
        let acme = Acme::on(db);
        replace(&acme, "first", None);
        replace(&acme, "second", Some(acme.now() + Duration::hours(1)));
        replace(&acme, "third", Some(acme.now() + Duration::hours(9)));
        acme.pass(Duration::hours(2));
        assert_eq!(["first", "second", "third"].map(|hash| is_in_force(&acme, hash)), [false, true, true]);
    }

    fn an_expired_token_does_not_come_back(db: &Database) {
        let acme = Acme::on(db);
        replace(&acme, "first", None);
        replace(&acme, "second", Some(acme.now() + Duration::hours(1)));
        acme.pass(Duration::hours(2));
        replace(&acme, "third", Some(acme.now() + Duration::hours(1)));
        assert!(!is_in_force(&acme, "first"));
    }

    fn revoking_ends_all_and_only_here(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        replace(&acme, "one", None);
        replace(&acme, "two", Some(acme.now() + Duration::hours(1)));
        replace(&globex, "theirs", None);
        let entry = acme.entry(EventKind::ScimTokenRevoked, "Okta");
        assert_eq!(acme.store.revoke_scim_tokens(acme.workspace.id, entry).unwrap(), 2);
        assert_eq!((in_force(&acme), in_force(&globex)), (0, 1));
    }

    fn one_token_is_revoked_by_its_id(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        replace(&acme, "one", None);
        replace(&acme, "two", Some(acme.now() + Duration::hours(1)));
        replace(&globex, "theirs", None);
        let ids = |of: &Acme| of.store.scim_tokens(of.workspace.id).unwrap().into_iter().map(|token| token.id).collect::<Vec<_>>();
        let entry = || acme.entry(EventKind::ScimTokenRevoked, "Okta");
        assert!(!acme.store.revoke_scim_token(ids(&globex)[0], entry()).unwrap(), "another workspace's");
        assert!(acme.store.revoke_scim_token(ids(&acme)[0], entry()).unwrap());
        assert!(!acme.store.revoke_scim_token(TokenId::new(draw()), entry()).unwrap());
        assert_eq!(["one", "two", "theirs"].map(|hash| is_in_force(&acme, hash)), [true, false, true]);
        assert_eq!(db.raw().count("SELECT count(*) AS n FROM audit_entries WHERE kind = 'scim_token.revoked'"), 1);
    }

    fn tokens_are_listed_newest_first_with_their_ends_and_last_use(db: &Database) {
        let acme = Acme::on(db);
        Acme::called("globex", &acme.store);
        let end = acme.now() + Duration::hours(1);
        replace(&acme, "one", None);
        assert!(is_in_force(&acme, "one"));
        let token = NewToken { expires_at: Some(end + Duration::days(90)), ..new(&acme, "two", Some(acme.connection)) };
        acme.store.replace_scim_token(token, Some(end), acme.entry(EventKind::ScimTokenRefreshed, "Okta")).unwrap();
        let listed = || acme.store.scim_tokens(acme.workspace.id).unwrap();
        let told: Vec<_> = listed().iter().map(|token| (token.expires_at, token.last_used_at)).collect();
        assert_eq!(told, [(Some(end + Duration::days(90)), None), (Some(end), Some(acme.now()))]);
        assert_eq!(ScimToken::last_ends(&listed()), [end + Duration::days(90)]);
        acme.pass(Duration::days(91));
        assert!(!is_in_force(&acme, "two") && listed().iter().all(|token| !token.is_in_force(acme.now())));
        put(&acme, "entra", Some(acme.add_connection("entra")), None);
        assert_eq!(ScimToken::last_ends(&listed()), [end + Duration::days(90)], "another one's token does not end");
        put(&acme, "three", Some(acme.connection), Some(end));
        assert!(ScimToken::last_ends(&listed()).is_empty());
    }

    fn a_token_of_another_identity_provider_stays(db: &Database) {
        let acme = Acme::on(db);
        replace(&acme, "hash", None);
        let entra = acme.add_connection("entra");
        let token = NewToken {
            id: TokenId::new(draw()),
            workspace: acme.workspace.id,
            connection: Some(entra),
            name: "Entra".to_owned(),
            hash: "other".to_owned(),
            created_at: acme.now(),
            expires_at: None,
        };
        acme.store.replace_scim_token(token, None, acme.entry(EventKind::ScimTokenRefreshed, "Entra")).unwrap();
        let known = |hash: &str| acme.store.find_scim_token(hash, acme.now()).unwrap().unwrap().connection;
        assert_eq!((known("hash"), known("other")), (Some(acme.connection), Some(entra)));
        replace(&acme, "renewed", None);
        assert!(!is_in_force(&acme, "hash") && is_in_force(&acme, "other"));
    }

    fn one_hash_is_one_token(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        replace(&acme, "hash", None);
        let again = NewToken {
            id: TokenId::new(draw()),
            workspace: globex.workspace.id,
            connection: Some(globex.connection),
            name: "Okta".to_owned(),
            hash: "hash".to_owned(),
            created_at: acme.now(),
            expires_at: None,
        };
        let outcome = acme.store.replace_scim_token(again, None, globex.entry(EventKind::ScimTokenRefreshed, "Okta"));
        assert!(matches!(outcome, Err(StoreError::Taken(_))));
    }

    fn last_use_is_noted_at_most_once_a_minute(db: &Database) {
        let acme = Acme::on(db);
        replace(&acme, "hash", None);
        let noted = || db.raw().count("SELECT COALESCE(last_used_at, 0) AS n FROM scim_tokens");
        assert_eq!(noted(), 0);
        assert!(is_in_force(&acme, "hash"));
        let first = noted();
        assert_eq!(first, acme.now().timestamp_micros());
        acme.pass(Duration::seconds(60));
        assert!(is_in_force(&acme, "hash"));
        assert_eq!(noted(), first);
        acme.pass(Duration::microseconds(1));
        assert!(is_in_force(&acme, "hash"));
        assert_eq!(noted(), acme.now().timestamp_micros());
    }
}
