//! SAML connections.

use domain::audit::AuditEntry;
use domain::connection::WeakAlgorithms;
use domain::id::{ConnectionId, WorkspaceId};

use crate::Store;
use crate::backend::{read, write};
use crate::error::StoreError;
use crate::record::micros;

/// One SAML identity provider of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// Its workspace.
    pub workspace: WorkspaceId,
    /// The identity provider's entity id.
    pub entity_id: String,
    /// The identity provider's metadata, as given.
    pub metadata: String,
    /// Which weak algorithms its signatures may use.
    pub weak_algorithms: WeakAlgorithms,
}

impl Store {
    /// The workspace's connection.
    pub fn find_connection(&self, workspace: WorkspaceId) -> Result<Option<Connection>, StoreError> {
        read!(self, |q, conn| q::connections::find(conn, workspace))
    }

    /// Makes the connection or replaces its metadata and what it permits; links to people stay.
    pub fn put_connection(&self, connection: Connection, entry: AuditEntry) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            q::connections::put(conn, &connection, micros(entry.at))?;
            q::audit::append(conn, &[entry])
        })
    }
}
