//! Metadata that is fetched again and again: when it is due, and how it went.

use chrono::Duration;
use domain::audit::AuditEntry;
use domain::clock::Timestamp;
use domain::id::ConnectionId;

use crate::Store;
use crate::backend::{read, write};
use crate::connections::Connection;
use crate::error::StoreError;
use crate::record::micros;

/// Where a connection's metadata is fetched from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataSource {
    /// The address.
    pub url: String,
    /// The certificate that signs it (DER, base64), where it has to be signed.
    pub certificate: Option<String>,
    /// Whether the address may lead into a private network.
    pub is_private: bool,
}

/// How fetching goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataStatus {
    /// When it is fetched next.
    pub due_at: Timestamp,
    /// When it was fetched last and could be used.
    pub refreshed_at: Timestamp,
    /// How often it failed since.
    pub failures: i64,
    /// Why it failed last.
    pub trouble: Option<String>,
}

impl Store {
    /// How fetching the connection's metadata goes; none where it comes from a file.
    pub fn metadata_status(&self, connection: ConnectionId) -> Result<Option<MetadataStatus>, StoreError> {
        read!(self, |q, conn| q::metadata::status(conn, connection))
    }

    /// The next connection whose metadata is due, for one fetcher alone: it is due again after the lease, unless the
    /// fetcher says otherwise before, so that one that dies in between delays it and no more.
    pub fn take_due_metadata(&self, now: Timestamp, lease: Duration) -> Result<Option<Connection>, StoreError> {
        let (now, until) = (micros(now), micros(now + lease));
        if !read!(self, |q, conn| q::metadata::is_any_due(conn, now))? {
            return Ok(None);
        }
        write!(self, |q, conn| q::metadata::take_due(conn, now, until))
    }

    /// The metadata was fetched: the connection is put as it is now where there is an entry to tell of it.
    pub fn put_refreshed(
        &self,
        connection: Connection,
        now: Timestamp,
        due_at: Timestamp,
        entry: Option<AuditEntry>,
    ) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            if let Some(entry) = entry {
                q::connections::put(conn, &connection, micros(now))?;
                q::audit::append(conn, &[entry])?;
            }
            q::metadata::put_refreshed(conn, connection.id, micros(now), micros(due_at))
        })
    }

    /// It could not be fetched or used: what was there before goes on being used.
    pub fn put_refresh_failed(
        &self,
        connection: ConnectionId,
        due_at: Timestamp,
        trouble: String,
        entry: Option<AuditEntry>,
    ) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            q::metadata::put_failed(conn, connection, micros(due_at), &trouble)?;
            q::audit::append(conn, entry.as_slice())
        })
    }

    /// Notes that a certificate ends within so many days, and whether that was not told before.
    pub fn warn_of_certificate(
        &self,
        connection: ConnectionId,
        fingerprint: &str,
        days: i64,
        entry: AuditEntry,
    ) -> Result<bool, StoreError> {
        let fingerprint = fingerprint.to_owned();
        write!(self, |q, conn| {
            let is_new = q::metadata::insert_warning(conn, connection, &fingerprint, days)?;
            if is_new {
                q::audit::append(conn, &[entry])?;
            }
            Ok(is_new)
        })
    }
}
