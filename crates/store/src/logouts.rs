//! Single logout under way, in both directions.

use domain::audit::AuditEntry;
use domain::clock::Timestamp;
use domain::collaborator::Person;
use domain::id::{ConnectionId, PersonId, WorkspaceId};
use domain::logout::ProviderLogout;

use crate::Store;
use crate::backend::{read, write};
use crate::error::StoreError;
use crate::record::micros;

/// A logout that was begun here and waits for the identity provider's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutRequest {
    /// The `ID` of the request.
    pub id: String,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The connection that it was sent to.
    pub connection: ConnectionId,
    /// Who signs out.
    pub person: PersonId,
    /// The hash of the secret that only the browser which began it has.
    pub secret: String,
    /// When it is no longer answered.
    pub expires_at: Timestamp,
}

impl Store {
    /// Ends one session and remembers what the identity provider is asked; tells whether the session was there.
    pub fn begin_logout(&self, session: String, request: LogoutRequest, entry: AuditEntry) -> Result<bool, StoreError> {
        write!(self, |q, conn| {
            let ended = q::sessions::delete(conn, &session)?;
            if ended {
                q::logouts::insert_request(conn, request)?;
                q::audit::append(conn, &[entry])?;
            }
            Ok(ended)
        })
    }

    /// The outstanding request of that id, with who signs out.
    pub fn find_logout_request(
        &self,
        workspace: WorkspaceId,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<(LogoutRequest, Person)>, StoreError> {
        read!(self, |q, conn| q::logouts::find_request(conn, workspace, id, micros(now)))
    }

    /// Uses an outstanding request up and writes down how it was answered.
    ///
    /// # Errors
    /// [`StoreError::AlreadyUsed`] where another answer was faster.
    pub fn finish_logout(&self, id: String, entry: AuditEntry) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            q::logouts::delete_request(conn, &id)?;
            q::audit::append(conn, &[entry])
        })
    }

    /// Ends the sessions that an identity provider wants to have ended, and gives how many those were.
    ///
    /// # Errors
    /// [`StoreError::AlreadyUsed`] where the same request came before: it must not end what has begun since.
    pub fn end_provider_sessions(&self, logout: ProviderLogout) -> Result<usize, StoreError> {
        write!(self, |q, conn| q::logouts::end(conn, &logout))
    }
}
