//! Metadata that is fetched again and again, so that an identity provider's new keys are known before it signs with them.

use chrono::Duration;
use domain::audit::{Actor, AuditEntry, EventKind, RequestOrigin, Source};
use domain::clock::Timestamp;
use saml_acs::IdentityProvider;
use serde_json::{Value, json};
use store::{Connection, MetadataSource, Store, StoreError};

use super::{Metadata, MetadataFailure, Reach, Wanted, fetch};
use crate::connections::{audited, subject};
use crate::error::with_causes;

/// How often metadata is fetched while all is well, and how seldom at most while it is not.
const EVERY: Duration = Duration::hours(6);
/// How soon after a first failure it is tried again; each further one doubles it.
const FIRST_RETRY: Duration = Duration::minutes(1);
/// How long one node has for it.
const LEASE: Duration = Duration::minutes(5);
/// So many days before a certificate ends it is told.
const WARN_AT: [i64; 4] = [1, 7, 14, 30];

/// What came of fetching.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is as it was.
    Unchanged,
    /// It is another one, which is in force now.
    Changed,
    /// It can't be fetched or used, and why; the former stays in force.
    Failed(String),
    /// While it was fetched the connection was changed or removed: that stays in force, and nothing was written.
    Overtaken,
}

/// Fetches what is due.
pub fn refresh_due(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    while let Some(connection) = store.take_due_metadata(now, LEASE)? {
        let entity_id = connection.entity_id.clone();
        match refresh(store, connection, now)? {
            // What is due by then is fetched for the connection as it is by then.
            Outcome::Unchanged | Outcome::Overtaken => {}
            Outcome::Changed => {
                tracing::info!(entity_id, "an identity provider's metadata has changed and is in force")
            }
            Outcome::Failed(trouble) => {
                tracing::warn!(
                    entity_id,
                    trouble,
                    "an identity provider's metadata can't be refreshed; the former stays"
                );
            }
        }
    }
    Ok(())
}

/// Fetches a connection's metadata now.
pub fn refresh(store: &Store, connection: Connection, now: Timestamp) -> Result<Outcome, StoreError> {
    let Some(source) = connection.source.clone() else { return Ok(Outcome::Unchanged) };
    let (is_written, outcome) = match fetch_known(&connection, &source, now) {
        Ok(metadata) if metadata == connection.metadata => {
            (store.put_refreshed(connection, now, now + EVERY, None)?, Outcome::Unchanged)
        }
        Ok(metadata) => {
            let changed = Connection { metadata: metadata.clone(), ..connection.clone() };
            let (before, after) = (Some(audited(&connection)), Some(audited(&changed)));
            let entry = entry(&connection, EventKind::ConnectionUpdated, before, after, now);
            (store.put_refreshed(connection, now, now + EVERY, Some((metadata, entry)))?, Outcome::Changed)
        }
        Err(error) => {
            let trouble = with_causes(&error);
            (fail(store, connection, &trouble, now)?, Outcome::Failed(trouble))
        }
    };
    Ok(if is_written { outcome } else { Outcome::Overtaken })
}

fn fetch_known(connection: &Connection, source: &MetadataSource, now: Timestamp) -> Result<String, MetadataFailure> {
    let reach = if source.is_private { Reach::TypedHost } else { Reach::Public };
    // Under the known name alone: whoever publishes another one does not take its people over.
    let wanted = Wanted { entity_id: Some(&connection.entity_id), certificate: source.certificate.as_deref() };
    let Metadata { text, provider, .. } = fetch(&source.url, reach, wanted, now)?;
    if provider.entity_id() != connection.entity_id {
        return Err(MetadataFailure::AnotherProvider(provider.entity_id().to_owned()));
    }
    Ok(text)
}

/// The first failure of a row is told to administrators; all are to be seen with `gatehouse saml idp show`.
fn fail(store: &Store, connection: Connection, trouble: &str, now: Timestamp) -> Result<bool, StoreError> {
    let failures = store.metadata_status(connection.id)?.map_or(0, |status| status.failures);
    let wait = (0..failures.clamp(0, 16)).fold(FIRST_RETRY, |wait, _| wait * 2).min(EVERY);
    let after = json!({ "url": connection.source.as_ref().map(|source| &source.url), "detail": trouble });
    let entry = entry(&connection, EventKind::ConnectionRefreshFailed, None, Some(after), now);
    store.put_refresh_failed(connection, now + wait, trouble.to_owned(), (failures == 0).then_some(entry))
}

/// Tells of certificates that are about to end, each 30, 14, 7 days and one day before.
pub fn warn_of_certificates(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    for workspace in store.workspaces()? {
        for connection in store.connections(workspace.id)? {
            let Ok(provider) = IdentityProvider::from_metadata(&connection.metadata) else { continue };
            for facts in provider.signing_certificates().iter().filter_map(|certificate| certificate.facts().ok()) {
                let left = facts.days_left(now);
                let Some(days) = WARN_AT.into_iter().find(|days| left < *days && facts.not_after > now) else {
                    continue;
                };
                let fingerprint = &facts.sha256_fingerprint;
                let after = json!({ "sha256_fingerprint": fingerprint, "not_after": facts.not_after, "days": days });
                let entry = entry(&connection, EventKind::CertificateExpiring, None, Some(after), now);
                if store.warn_of_certificate(connection.id, fingerprint, days, entry)? {
                    let (workspace, entity_id) = (workspace.handle.as_str(), &connection.entity_id);
                    tracing::warn!(
                        workspace,
                        entity_id,
                        fingerprint,
                        days,
                        "a certificate of an identity provider ends soon"
                    );
                }
            }
        }
    }
    Ok(())
}

fn entry(
    connection: &Connection,
    kind: EventKind,
    before: Option<Value>,
    after: Option<Value>,
    at: Timestamp,
) -> AuditEntry {
    AuditEntry {
        workspace: connection.workspace,
        at,
        kind,
        source: Source::System,
        actor: Actor::System,
        subject: subject(connection),
        before,
        after,
        request: RequestOrigin::default(),
    }
}
