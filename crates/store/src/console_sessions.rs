//! Sessions of the administrators' console.

use domain::audit::{AuditEntry, RequestOrigin};
use domain::clock::Timestamp;
use domain::collaborator::Person;
use domain::id::{PersonId, WorkspaceId};
use domain::workspace::Workspace;

use crate::Store;
use crate::backend::{read, write};
use crate::error::StoreError;
use crate::owners::OwnerAccount;
use crate::record::micros;

/// A session to begin.
#[derive(Debug, Clone)]
pub struct NewConsoleSession {
    /// The hash of its secret.
    pub id: String,
    /// Where.
    pub workspace: WorkspaceId,
    /// Whose; none for the owner's.
    pub person: Option<PersonId>,
    /// The person's, or the owner's, at this moment.
    pub epoch: i64,
    /// The hash of the application's session that it rests on: one login opens one session of the console.
    pub application_session: Option<String>,
    /// When it begins.
    pub begun_at: Timestamp,
    /// When it ends, however busy it is.
    pub expires_at: Timestamp,
    /// Where from.
    pub from: RequestOrigin,
}

/// Who is signed in to the console.
#[derive(Debug, Clone)]
pub enum Holder {
    /// A collaborator who administers the workspace.
    Administrator(Box<Person>),
    /// The owner.
    Owner(OwnerAccount),
}

/// A session that has not ended: not by time, not by idleness, not by epoch, and whose it is may still administer.
#[derive(Debug, Clone)]
pub struct LiveConsoleSession {
    /// The hash of its secret.
    pub id: String,
    /// Where.
    pub workspace: Workspace,
    /// Whose.
    pub holder: Holder,
    /// When it began.
    pub begun_at: Timestamp,
    /// When it was last used, within a minute.
    pub seen_at: Timestamp,
    /// When it ends, however busy it is.
    pub expires_at: Timestamp,
    /// The address that it began at.
    pub ip: Option<String>,
    /// The browser that it began in.
    pub user_agent: Option<String>,
    /// What the next page has to tell.
    pub notice: Option<String>,
}

impl Store {
    /// Begins a session.
    ///
    /// # Errors
    /// [`StoreError::Taken`] where the login that it rests on has opened one already.
    pub fn begin_console_session(&self, session: NewConsoleSession, entry: AuditEntry) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            q::console_sessions::insert(conn, &session)?;
            q::audit::append(conn, &[entry])
        })
    }

    /// The live session of that hash.
    pub fn find_console_session(&self, id: &str, now: Timestamp) -> Result<Option<LiveConsoleSession>, StoreError> {
        read!(self, |q, conn| q::console_sessions::find_live(conn, id, now))
    }

    /// The live sessions of a workspace, the latest first.
    pub fn console_sessions(
        &self,
        workspace: WorkspaceId,
        now: Timestamp,
    ) -> Result<Vec<LiveConsoleSession>, StoreError> {
        read!(self, |q, conn| q::console_sessions::live(conn, workspace, now))
    }

    /// It was used.
    pub fn touch_console_session(&self, id: String, now: Timestamp) -> Result<(), StoreError> {
        write!(self, |q, conn| q::console_sessions::touch(conn, &id, micros(now)))
    }

    /// What its next page has to tell; none where it was told.
    pub fn put_console_notice(&self, id: String, notice: Option<String>) -> Result<(), StoreError> {
        write!(self, |q, conn| q::console_sessions::put_notice(conn, &id, notice.as_deref()))
    }

    /// Ends one of a workspace's sessions; tells whether it was there.
    pub fn end_console_session(&self, id: String, entry: AuditEntry) -> Result<bool, StoreError> {
        write!(self, |q, conn| {
            let ended = q::console_sessions::delete(conn, entry.workspace, &id)?;
            if ended {
                q::audit::append(conn, &[entry])?;
            }
            Ok(ended)
        })
    }
}
