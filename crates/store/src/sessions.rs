//! Application sessions.

use domain::audit::AuditEntry;
use domain::clock::Timestamp;
use domain::collaborator::Person;
use domain::id::{ConnectionId, PersonId, WorkspaceId};
use domain::name_id::NameId;
use domain::role::Role;
use domain::workspace::Workspace;

use crate::Store;
use crate::backend::{read, write};
use crate::error::StoreError;
use crate::record::micros;

/// A session that has not ended, with whose it is.
#[derive(Debug, Clone)]
pub struct LiveSession {
    /// The hash of its secret.
    pub id: String,
    /// Where.
    pub workspace: Workspace,
    /// Whose.
    pub person: Person,
    /// The roles of the workspace with their privileges.
    pub roles: Vec<Role>,
    /// What the identity provider calls it.
    pub provider: ProviderSession,
    /// When it began.
    pub authenticated_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// The identity provider's session in which a session of ours began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderSession {
    /// Through which connection.
    pub connection: ConnectionId,
    /// Whose it is, in the identity provider's words.
    pub name_id: NameId,
    /// `SessionIndex`.
    pub session_index: Option<String>,
}

/// A session of somebody, as administrators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonSession {
    /// The hash of its secret.
    pub id: String,
    /// What the identity provider calls it.
    pub provider: ProviderSession,
    /// When it began.
    pub authenticated_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// The address that the login came from, as far as the log still has it.
    pub ip: Option<String>,
    /// The browser that it came from, likewise.
    pub user_agent: Option<String>,
}

impl Store {
    /// The live sessions of a person, the latest first.
    pub fn sessions_of(&self, person: &Person, now: Timestamp) -> Result<Vec<PersonSession>, StoreError> {
        read!(self, |q, conn| q::sessions::of_person(conn, person, micros(now)))
    }

    /// Ends one session of a person; tells whether it was there.
    pub fn end_session_of(
        &self,
        workspace: WorkspaceId,
        person: PersonId,
        id: String,
        entry: AuditEntry,
    ) -> Result<bool, StoreError> {
        write!(self, |q, conn| {
            let ended = q::sessions::delete_of(conn, workspace, person, &id)?;
            if ended {
                q::audit::append(conn, &[entry])?;
            }
            Ok(ended)
        })
    }

    /// The live session of that hash: not expired, not of an older epoch, its person let in.
    pub fn find_live_session(&self, id: &str, now: Timestamp) -> Result<Option<LiveSession>, StoreError> {
        read!(self, |q, conn| q::sessions::find_live(conn, id, micros(now)))
    }

    /// Ends one session (logout); tells whether it was there.
    pub fn end_session(&self, id: String, entry: AuditEntry) -> Result<bool, StoreError> {
        write!(self, |q, conn| {
            let ended = q::sessions::delete(conn, &id)?;
            if ended {
                q::audit::append(conn, &[entry])?;
            }
            Ok(ended)
        })
    }
}
