//! Keys at rest: readable under their master key, in their place, and nowhere else.

use domain::id::{KeyId, WorkspaceId};
use secrecy::ExposeSecret;
use store::{KeyPurpose, NewKey, Store, StoreError};

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

    fn a_workspace_has_one_key_for_its_requests(db: &Database) {
        let acme = Acme::on(db);
        add(&acme, KeyPurpose::SamlRequest, Some(acme.workspace.id));
        let purpose = KeyPurpose::SamlRequest;
        let second = acme.store.add_key(purpose, Some(acme.workspace.id), &new_key(KeyId::new(draw())), acme.now());
        assert!(matches!(second, Err(StoreError::Taken(_))));
    }
}
