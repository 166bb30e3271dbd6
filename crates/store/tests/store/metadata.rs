//! Metadata that was fetched, and what became of its connection while it was.

use chrono::Duration;
use domain::audit::EventKind;
use domain::connection::WeakAlgorithms;
use store::{Connection, MetadataSource, StoreError};

use crate::acme::Acme;
use crate::database::Database;

const NEW: &str = "<EntityDescriptor new=''/>";

/// The workspace's connection, whose metadata are fetched and may rest on SHA-1.
fn fetched(acme: &Acme) -> Connection {
    let url = "https://okta.test/metadata".to_owned();
    let source = Some(MetadataSource { url, certificate: Some("MII".to_owned()), is_private: false });
    let connection = Connection { source, weak_algorithms: WeakAlgorithms::Sha1Permitted, ..only(acme) };
    put(acme, connection.clone());
    connection
}

fn only(acme: &Acme) -> Connection {
    acme.store.connections(acme.workspace.id).unwrap().remove(0)
}

fn put(acme: &Acme, connection: Connection) {
    acme.store.put_connection(connection, acme.entry(EventKind::ConnectionUpdated, "okta")).unwrap();
}

/// Whether new metadata of the connection, as it was read, come into force.
fn renewed(acme: &Acme, read: &Connection) -> bool {
    let entry = acme.entry(EventKind::ConnectionUpdated, "okta");
    let due_at = acme.now() + Duration::hours(6);
    acme.store.put_refreshed(read.clone(), acme.now(), due_at, Some((NEW.to_owned(), entry))).unwrap()
}

fn failed(acme: &Acme, read: &Connection) -> bool {
    let entry = acme.entry(EventKind::ConnectionRefreshFailed, "okta");
    acme.store.put_refresh_failed(read.clone(), acme.now(), "no answer".to_owned(), Some(entry)).unwrap()
}

fn entries(db: &Database) -> i64 {
    db.raw().count("SELECT count(*) AS n FROM audit_entries")
}

on_both_databases! {
    fn new_metadata_come_into_force_and_nothing_else_changes(db: &Database) {
        let acme = Acme::on(db);
        let read = fetched(&acme);
        let before = entries(db);
        assert!(renewed(&acme, &read));
        assert_eq!(only(&acme), Connection { metadata: NEW.to_owned(), ..read });
        assert_eq!(entries(db), before + 1);
    }

    /// An organisation is cut off with `saml idp remove` while a server fetches its metadata: were the connection put as it was
    /// read, its people would sign in again.
    fn a_connection_that_was_removed_meanwhile_does_not_come_back(db: &Database) {
        let acme = Acme::on(db);
        let read = fetched(&acme);
        acme.store.remove_connection(read.id, acme.entry(EventKind::ConnectionRemoved, "okta")).unwrap();
        let before = entries(db);
        assert!(!renewed(&acme, &read) && !failed(&acme, &read));
        assert!(acme.store.connections(acme.workspace.id).unwrap().is_empty());
        assert_eq!(acme.store.metadata_status(read.id).unwrap(), None);
        assert_eq!(entries(db), before);
    }

    /// SHA-1 is withdrawn, another certificate has to sign, the address is given up, or the operator sets other metadata, all while
    /// a fetch is under way that began before: each stays, and metadata that were checked as it was before do not come into force.
    fn what_was_set_meanwhile_stays(db: &Database) {
        let acme = Acme::on(db);
        let read = fetched(&acme);
        let source = read.source.clone().unwrap();
        let mut names = read.clone();
        names.attribute_names.set("groups", "memberOf", &[]).unwrap();
        let certificate = Some(MetadataSource { certificate: Some("MIJ".to_owned()), ..source });
        for meanwhile in [
            Connection { weak_algorithms: WeakAlgorithms::Refused, ..read.clone() },
            Connection { source: certificate, ..read.clone() },
            Connection { source: None, ..read.clone() },
            Connection { metadata: "<EntityDescriptor set=''/>".to_owned(), ..read.clone() },
            names,
        ] {
            put(&acme, meanwhile.clone());
            let (before, status) = (entries(db), acme.store.metadata_status(read.id).unwrap());
            assert!(!renewed(&acme, &read) && !failed(&acme, &read), "{meanwhile:?}");
            assert_eq!(only(&acme), meanwhile);
            assert_eq!((entries(db), acme.store.metadata_status(read.id).unwrap()), (before, status));
        }
    }

    /// The mirror image: an operator's setting, read before a fetch was done, does not bring the former keys back.
    fn a_setting_does_not_bring_former_metadata_back(db: &Database) {
        let acme = Acme::on(db);
        let read = fetched(&acme);
        assert!(renewed(&acme, &read));
        let before = entries(db);
        let set = |read: &Connection| {
            let changed = Connection { weak_algorithms: WeakAlgorithms::Refused, ..read.clone() };
            acme.store.replace_connection(read.clone(), changed, acme.entry(EventKind::ConnectionUpdated, "okta"))
        };
        assert!(matches!(set(&read), Err(StoreError::Conflict)));
        assert_eq!((only(&acme).metadata.as_str(), entries(db)), (NEW, before));
        set(&only(&acme)).unwrap();
        let now = only(&acme);
        assert_eq!((now.metadata.as_str(), now.weak_algorithms), (NEW, WeakAlgorithms::Refused));
        acme.store.remove_connection(now.id, acme.entry(EventKind::ConnectionRemoved, "okta")).unwrap();
        assert!(matches!(set(&now), Err(StoreError::Conflict)), "nor a connection that was removed");
    }
}
