//! SAML connections.

use domain::audit::AuditEntry;
use domain::clock::Timestamp;
use domain::connection::{AttributeNames, ConnectionName, WeakAlgorithms};
use domain::id::{ConnectionId, WorkspaceId};

use crate::Store;
use crate::backend::{read, write};
use crate::error::StoreError;
use crate::metadata::MetadataSource;
use crate::record::micros;
use crate::trials::superseded;

/// One SAML identity provider of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// Its workspace.
    pub workspace: WorkspaceId,
    /// Its name in the workspace.
    pub name: ConnectionName,
    /// The identity provider's entity id. No two of a workspace have the same: a response names it, and nothing else.
    pub entity_id: String,
    /// The identity provider's metadata, as given.
    pub metadata: String,
    /// Where it is fetched from again and again; none where it came from a file.
    pub source: Option<MetadataSource>,
    /// Under which names it sends its attributes.
    pub attribute_names: AttributeNames,
    /// Which weak algorithms its signatures may use.
    pub weak_algorithms: WeakAlgorithms,
}

/// What rests on a connection, and ends with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionUse {
    /// NameIDs by which people are linked.
    pub links: i64,
    /// Live sessions.
    pub sessions: i64,
    /// SCIM tokens that are in force.
    pub tokens: i64,
}

impl Store {
    /// The workspace's connections, the oldest first.
    pub fn connections(&self, workspace: WorkspaceId) -> Result<Vec<Connection>, StoreError> {
        read!(self, |q, conn| q::connections::all(conn, workspace))
    }

    /// What would end with the connection.
    pub fn connection_use(&self, connection: ConnectionId, now: Timestamp) -> Result<ConnectionUse, StoreError> {
        read!(self, |q, conn| q::connections::used(conn, connection, micros(now)))
    }

    /// Makes a connection, or replaces everything but its id; links to people stay. To the first one of a workspace belong
    /// the tokens that were made before it, and whom they provisioned.
    pub fn put_connection(&self, connection: Connection, entry: AuditEntry) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            let is_first = !q::connections::exists(conn, connection.workspace)?;
            q::connections::put(conn, &connection, micros(entry.at))?;
            if is_first {
                q::tokens::adopt(conn, connection.workspace, connection.id)?;
                q::people::adopt(conn, connection.workspace, connection.id)?;
            }
            q::audit::append(conn, &[entry])
        })
    }

    /// Replaces everything of a connection but its id, as long as it is what it was when it was read. It is no longer on trial.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where it was changed or removed in between.
    pub fn replace_connection(
        &self,
        read: Connection,
        connection: Connection,
        entry: AuditEntry,
    ) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            q::connections::replace(conn, &read, &connection, micros(entry.at))?;
            let was_on_trial = q::trials::remove(conn, &connection.id.to_string())?;
            let confirmed = was_on_trial.then(|| superseded(&entry));
            q::audit::append(conn, &[entry].into_iter().chain(confirmed).collect::<Vec<_>>())
        })
    }

    /// Removes a connection with its links, sessions and tokens. Its people stay: until an administrator links them anew,
    /// nobody signs in as one of them.
    pub fn remove_connection(&self, connection: ConnectionId, entry: AuditEntry) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            let ended = q::sessions::ended_by_removal(conn, connection, &entry)?;
            q::connections::remove(conn, connection)?;
            q::audit::append(conn, &[vec![entry], ended].concat())
        })
    }
}
