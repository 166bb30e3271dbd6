//! Metadata that is fetched again and again: when it is due, and how it went.

use chrono::Duration;
use diesel::prelude::*;
use domain::audit::AuditEntry;
use domain::clock::Timestamp;
use domain::id::ConnectionId;

use crate::Store;
use crate::backend::{read, write};
use crate::connections::Connection;
use crate::error::StoreError;
use crate::record::micros;
use crate::schema::metadata_sources;

/// Where a connection's metadata is fetched from.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = metadata_sources, check_for_backend(diesel::pg::Pg, diesel::sqlite::Sqlite))]
pub struct MetadataSource {
    /// The address.
    pub url: String,
    /// The certificate that signs it (DER, base64), where it has to be signed.
    pub certificate: Option<String>,
    /// Whether the address's host may lie in a private network.
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

    /// The metadata of a connection was fetched, and is put where it is another one, with the entry that tells of it.
    ///
    /// Fetching takes a while. Where the connection was changed or removed meanwhile, nothing is written and the answer is
    /// false: what an operator did last is in force.
    pub fn put_refreshed(
        &self,
        read: Connection,
        now: Timestamp,
        due_at: Timestamp,
        changed: Option<(String, AuditEntry)>,
    ) -> Result<bool, StoreError> {
        write!(self, |q, conn| {
            if !q::connections::is_still(conn, &read)? {
                return Ok(false);
            }
            if let Some((metadata, entry)) = changed {
                q::connections::put_metadata(conn, read.id, &metadata, micros(now))?;
                q::trials::follow(conn, &read, &metadata)?;
                q::audit::append(conn, &[entry])?;
            }
            q::metadata::put_refreshed(conn, read.id, micros(now), micros(due_at))?;
            Ok(true)
        })
    }

    /// It could not be fetched or used: what was there before goes on being used. As with [`Store::put_refreshed`], nothing is
    /// written of a connection that is another one by now.
    pub fn put_refresh_failed(
        &self,
        read: Connection,
        due_at: Timestamp,
        trouble: String,
        entry: Option<AuditEntry>,
    ) -> Result<bool, StoreError> {
        write!(self, |q, conn| {
            if !q::connections::is_still(conn, &read)? {
                return Ok(false);
            }
            q::metadata::put_failed(conn, read.id, micros(due_at), &trouble)?;
            q::audit::append(conn, entry.as_slice())?;
            Ok(true)
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
