//! The identity providers of a workspace.

use domain::audit::{EventKind, Subject};
use domain::connection::{AttributeNames, ConnectionName, WeakAlgorithms};
use domain::id::ConnectionId;
use domain::policy::Span;
use saml_acs::IdentityProvider;
use serde_json::{Value, json};
use store::{Connection, StoreError, Unique};
use web::random::{self, NoRandomness};

use crate::acting::Acting;
use crate::error::AdministrationError;
use crate::metadata::Metadata;
use crate::trials;

/// What is to change of a connection.
#[derive(Debug, Default)]
pub struct ConnectionEdit {
    /// The metadata with where they come from; none where they stay.
    pub metadata: Option<Metadata>,
    /// Attributes, each with the name under which it is sent; an empty name is the usual one. Those that are not named stay.
    pub attributes: Vec<(String, String)>,
    /// Which weak algorithms are permitted from now on: this is given anew each time.
    pub weak_algorithms: WeakAlgorithms,
    /// For how long the change is on trial; none where it is for good.
    pub confirm_within: Option<Span>,
}

/// Makes a connection.
pub fn add(acting: &Acting, name: ConnectionName, edit: ConnectionEdit) -> Result<Connection, AdministrationError> {
    let metadata = edit.metadata.clone().ok_or(AdministrationError::MetadataMissing)?;
    if edit.confirm_within.is_some() {
        return Err(AdministrationError::NothingToReturnTo);
    }
    let made = edited(acting, new(acting, name, metadata)?, edit)?;
    let entry = acting.entry(EventKind::ConnectionUpdated, subject(&made), None, Some(audited(&made)));
    written(acting.store.put_connection(made.clone(), entry), made)
}

/// Replaces a connection, as long as it is what it was when it was read; links to people stay. On trial it is taken back unless an
/// administrator signs in in time; for good, a trial that it was on is over.
pub fn replace(acting: &Acting, known: &Connection, edit: ConnectionEdit) -> Result<Connection, AdministrationError> {
    let ends_at = edit.confirm_within.map(|length| trials::end(length, acting.now())).transpose()?;
    let connection = edited(acting, known.clone(), edit)?;
    let mut after = audited(&connection);
    if let (Some(end), Some(after)) = (ends_at, after.as_object_mut()) {
        after.insert("trial_ends_at".to_owned(), json!(end));
    }
    let entry = acting.entry(EventKind::ConnectionUpdated, subject(&connection), Some(audited(known)), Some(after));
    let (read, changed) = (known.clone(), connection.clone());
    let result = match ends_at {
        Some(end) => acting.store.try_connection(read, changed, end, entry),
        None => acting.store.replace_connection(read, changed, entry),
    };
    written(result, connection)
}

/// Removes a connection with its links, sessions and SCIM tokens: nobody signs in as one of its people until they are linked
/// anew.
pub fn remove(acting: &Acting, connection: &Connection) -> Result<(), AdministrationError> {
    let entry = acting.entry(EventKind::ConnectionRemoved, subject(connection), Some(audited(connection)), None);
    Ok(acting.store.remove_connection(connection.id, entry)?)
}

/// What the audit log says of a connection.
#[must_use]
pub fn audited(connection: &Connection) -> Value {
    let provider = IdentityProvider::from_metadata(&connection.metadata).ok();
    let certificates = provider.iter().flat_map(IdentityProvider::signing_certificates);
    let certificates: Vec<String> =
        certificates.filter_map(|certificate| Some(certificate.facts().ok()?.sha256_fingerprint)).collect();
    json!({
        "name": connection.name,
        "entity_id": connection.entity_id,
        "url": connection.source.as_ref().map(|source| &source.url),
        "certificates": certificates,
        "attributes": connection.attribute_names.entries(),
        "sha1_permitted": connection.weak_algorithms.permit_sha1(),
    })
}

/// The connection as an entry's subject.
pub(crate) fn subject(connection: &Connection) -> Subject {
    Subject::named("connection", &connection.entity_id)
}

/// A connection to be stored.
pub(crate) fn new(acting: &Acting, name: ConnectionName, metadata: Metadata) -> Result<Connection, NoRandomness> {
    Ok(Connection {
        id: ConnectionId::new(random::new_id(acting.now())?),
        workspace: acting.workspace.id,
        name,
        entity_id: metadata.provider.entity_id().to_owned(),
        metadata: metadata.text,
        source: metadata.source,
        attribute_names: AttributeNames::default(),
        weak_algorithms: WeakAlgorithms::Refused,
    })
}

fn edited(
    acting: &Acting,
    mut connection: Connection,
    edit: ConnectionEdit,
) -> Result<Connection, AdministrationError> {
    if let Some(Metadata { text, provider, source }) = edit.metadata {
        provider.entity_id().clone_into(&mut connection.entity_id);
        (connection.metadata, connection.source) = (text, source);
    }
    connection.weak_algorithms = edit.weak_algorithms;
    let environments = acting.store.environments(acting.workspace.id)?;
    for (what, name) in &edit.attributes {
        let set = connection.attribute_names.set(what, name, &environments);
        set.map_err(AdministrationError::SamlAttribute)?;
    }
    Ok(connection)
}

fn written(result: Result<(), StoreError>, connection: Connection) -> Result<Connection, AdministrationError> {
    match result {
        Err(StoreError::Conflict) => Err(AdministrationError::ConnectionOvertaken(connection.entity_id)),
        Err(StoreError::Taken(Unique::EntityId)) => Err(AdministrationError::EntityIdTaken(connection.entity_id)),
        done => Ok(done.map(|()| connection)?),
    }
}
