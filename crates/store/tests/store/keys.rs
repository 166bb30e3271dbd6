//! Keys at rest: readable under their master key, in their place, and nowhere else.

use domain::audit::{Actor, AuditEntry, EventKind, RequestOrigin, Source, Subject};
use domain::id::{KeyId, WorkspaceId};
use secrecy::ExposeSecret;
use store::{KeyPurpose, KeyStanding, NewKey, Store, StoreError, Unique};

use crate::acme::{Acme, draw};

const SECRET: &[u8] = b"a private key, says the test";

fn add(acme: &Acme, purpose: KeyPurpose, workspace: Option<WorkspaceId>) -> KeyId {
    let id = KeyId::new(draw());
    acme.store.add_key(purpose, workspace, &new_key(id), acme.now()).unwrap();
    id
}

fn new_key(id: KeyId) -> NewKey {
    NewKey { id, public: b"public".to_vec(), secret: SECRET.to_vec().into() }
}

fn ids(store: &Store, purpose: KeyPurpose, workspace: Option<WorkspaceId>) -> Vec<KeyId> {
    store.keys(purpose, workspace).unwrap().iter().map(|key| key.id).collect()
}

on_both_databases! {
    fn a_key_is_read_back_as_written(db: &Database) {
        let acme = Acme::on(db);
        let id = add(&acme, KeyPurpose::AccessToken, None);
        let keys = db.open().keys(KeyPurpose::AccessToken, None).unwrap();
        assert_eq!((keys[0].id, keys[0].public.as_slice()), (id, b"public".as_slice()));
        assert_eq!(keys[0].secret.expose_secret(), SECRET);
        assert!(!format!("{keys:?}").contains("says the test"));
    }

    fn keys_come_oldest_first_by_purpose_and_workspace(db: &Database) {
        let acme = Acme::on(db);
        let first = add(&acme, KeyPurpose::AccessToken, None);
        acme.pass(chrono::Duration::seconds(1));
        let second = add(&acme, KeyPurpose::AccessToken, None);
        let request = add(&acme, KeyPurpose::SamlRequest, Some(acme.workspace.id));
        assert_eq!(ids(&acme.store, KeyPurpose::AccessToken, None), [first, second]);
        assert_eq!(ids(&acme.store, KeyPurpose::SamlRequest, Some(acme.workspace.id)), [request]);
        assert!(ids(&acme.store, KeyPurpose::SamlRequest, None).is_empty());
        let globex = Acme::called("globex", &acme.store);
        assert!(ids(&acme.store, KeyPurpose::SamlRequest, Some(globex.workspace.id)).is_empty());
    }

    fn another_master_key_is_named_as_the_cause(db: &Database) {
        let acme = Acme::on(db);
        add(&acme, KeyPurpose::AccessToken, None);
        let stranger = db.open_with(&"b2".repeat(32));
        assert!(matches!(stranger.keys(KeyPurpose::AccessToken, None), Err(StoreError::WrongMasterKey)));
    }

    fn no_secret_is_in_the_database_as_it_is(db: &Database) {
        let acme = Acme::on(db);
        add(&acme, KeyPurpose::AccessToken, None);
        let plain = hex::encode(SECRET).to_uppercase();
        let in_hex = if db.url().starts_with("sqlite") { "hex(sealed_secret)" } else { "upper(encode(sealed_secret, 'hex'))" };
        let mut raw = db.raw();
        assert_eq!(raw.count("SELECT count(*) AS n FROM stored_keys"), 1);
        assert_eq!(raw.count(&format!("SELECT count(*) AS n FROM stored_keys WHERE {in_hex} LIKE '%{plain}%'")), 0);
    }

    /// Somebody with access to the database puts a key that they know the use of in another's place.
    fn a_sealed_secret_opens_in_no_other_place(db: &Database) {
        let acme = Acme::on(db);
        let access = add(&acme, KeyPurpose::AccessToken, None);
        let request = add(&acme, KeyPurpose::SamlRequest, Some(acme.workspace.id));
        db.raw().run(&format!(
            "UPDATE stored_keys SET sealed_secret = (SELECT sealed_secret FROM stored_keys WHERE id = '{request}')
             WHERE id = '{access}'",
        ));
        assert!(matches!(acme.store.keys(KeyPurpose::AccessToken, None), Err(StoreError::WrongMasterKey)));
    }

    fn a_workspace_has_one_active_key_of_a_purpose_and_one_that_stands_by(db: &Database) {
        let acme = Acme::on(db);
        let (workspace, purpose) = (Some(acme.workspace.id), KeyPurpose::SamlRequest);
        let active = add(&acme, purpose, workspace);
        let second = acme.store.add_key(purpose, workspace, &new_key(KeyId::new(draw())), acme.now());
        assert!(matches!(second, Err(StoreError::Taken(Unique::Key))));
        let standby = stand_by(&acme).unwrap();
        assert!(matches!(stand_by(&acme), Err(StoreError::Taken(Unique::Key))));
        assert_eq!(ids(&acme.store, purpose, workspace), [active, standby]);
        assert!(ids(&acme.store, KeyPurpose::SamlDecryption, workspace).is_empty());
    }

    fn keys_change_places_and_only_the_one_that_stands_by_is_removed(db: &Database) {
        let acme = Acme::on(db);
        let (workspace, purpose) = (Some(acme.workspace.id), KeyPurpose::SamlRequest);
        let first = add(&acme, purpose, workspace);
        let activate = |id| acme.store.activate_key(purpose, id, entry(&acme, EventKind::SamlKeyActivated));
        let remove = |id| acme.store.remove_key(purpose, id, entry(&acme, EventKind::SamlKeyRemoved));
        assert!(matches!(remove(first), Err(StoreError::NoSuchKey)));
        assert!(matches!(activate(first), Err(StoreError::NoSuchKey)));
        let second = stand_by(&acme).unwrap();
        activate(second).unwrap();
        let keys = acme.store.keys(purpose, workspace).unwrap();
        let standings: Vec<_> = keys.iter().map(|key| (key.id, key.standing)).collect();
        assert_eq!(standings, [(second, KeyStanding::Active), (first, KeyStanding::Standby)]);
        assert!(matches!(remove(second), Err(StoreError::NoSuchKey)));
        remove(first).unwrap();
        assert_eq!(ids(&acme.store, purpose, workspace), [second]);
    }

    fn the_active_key_is_removed_only_for_the_one_that_stands_by(db: &Database) {
        let acme = Acme::on(db);
        let (workspace, purpose) = (Some(acme.workspace.id), KeyPurpose::SamlRequest);
        let first = add(&acme, purpose, workspace);
        let replace = |id| acme.store.replace_key(purpose, id, entry(&acme, EventKind::SamlKeyRemoved));
        assert!(matches!(replace(first), Err(StoreError::NoSuchKey)));
        assert_eq!(ids(&acme.store, purpose, workspace), [first], "all or nothing");
        let second = stand_by(&acme).unwrap();
        replace(first).unwrap();
        assert_eq!(ids(&acme.store, purpose, workspace), [second]);
        assert!(matches!(replace(second), Err(StoreError::NoSuchKey)));
    }

    fn keys_of_another_workspace_stay_as_they_are(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        let purpose = KeyPurpose::SamlRequest;
        let theirs = add(&globex, purpose, Some(globex.workspace.id));
        let standby = stand_by(&globex).unwrap();
        let changed = [
            acme.store.activate_key(purpose, standby, entry(&acme, EventKind::SamlKeyActivated)),
            acme.store.remove_key(purpose, standby, entry(&acme, EventKind::SamlKeyRemoved)),
            acme.store.replace_key(purpose, theirs, entry(&acme, EventKind::SamlKeyRemoved)),
        ];
        assert!(changed.iter().all(|outcome| matches!(outcome, Err(StoreError::NoSuchKey))));
        assert_eq!(ids(&acme.store, purpose, Some(globex.workspace.id)), [theirs, standby]);
    }
}

fn stand_by(acme: &Acme) -> Result<KeyId, StoreError> {
    let id = KeyId::new(draw());
    let (standing, entry) = (KeyStanding::Standby, entry(acme, EventKind::SamlKeyAdded));
    acme.store.add_workspace_key(KeyPurpose::SamlRequest, &new_key(id), standing, entry).map(|()| id)
}

fn entry(acme: &Acme, kind: EventKind) -> AuditEntry {
    AuditEntry {
        workspace: acme.workspace.id,
        at: acme.now(),
        kind,
        source: Source::Manual,
        actor: Actor::System,
        subject: Subject::named("saml_key", "A1:B2"),
        before: None,
        after: None,
        request: RequestOrigin::default(),
    }
}
