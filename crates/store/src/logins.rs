//! Logins under way: outstanding requests, used assertions, and whom a NameID means.

use domain::audit::AuditEntry;
use domain::clock::Timestamp;
use domain::collaborator::{Person, UserName};
use domain::decide::UsedLogin;
use domain::id::{ConnectionId, WorkspaceId};

use crate::Store;
use crate::backend::{read, write};
use crate::error::StoreError;
use crate::login_traces::LoginTrace;
use crate::record::micros;

/// A login that was begun here (SP-initiated) and waits for its response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginRequest {
    /// The `ID` of the `AuthnRequest`.
    pub id: String,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The connection that it was sent to.
    pub connection: ConnectionId,
    /// The hash of the secret that only the browser which began it has.
    pub secret: String,
    /// The hash of that browser's id, which is the same for all of its logins.
    pub browser: String,
    /// The opaque handle that travels as RelayState.
    pub relay_state: String,
    /// Where the login leads.
    pub return_to: Option<String>,
    /// When it was sent.
    pub issued_at: Timestamp,
    /// When it is no longer answered.
    pub expires_at: Timestamp,
    /// Whether it is a test, which signs nobody in.
    pub is_test: bool,
}

/// Whom a login means.
#[derive(Debug, Clone)]
pub struct LoginSubject {
    /// The person, by link or by name.
    pub person: Option<Person>,
    /// The NameIDs by which they are linked on this connection.
    pub name_ids: Vec<String>,
}

impl Store {
    /// Remembers a login that begins.
    pub fn add_login_request(&self, request: LoginRequest) -> Result<(), StoreError> {
        write!(self, |q, conn| q::logins::insert_request(conn, request))
    }

    /// The outstanding request of that id.
    pub fn find_login_request(
        &self,
        workspace: WorkspaceId,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<LoginRequest>, StoreError> {
        read!(self, |q, conn| q::logins::find_request(conn, workspace, id, micros(now)))
    }

    /// Uses up what a test login has, as the login itself would, and changes nothing else. Its entry and its trace are
    /// written with it.
    pub fn finish_test(
        &self,
        login: UsedLogin,
        entry: AuditEntry,
        trace: LoginTrace,
        keep: i64,
    ) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            q::commit::use_up(conn, &login)?;
            q::audit::append(conn, &[entry])?;
            q::login_traces::append(conn, &trace, keep)
        })
    }

    /// Whom a NameID, or else a name, means.
    pub fn login_subject(
        &self,
        workspace: WorkspaceId,
        connection: ConnectionId,
        name_id: &str,
        login_name: &UserName,
    ) -> Result<LoginSubject, StoreError> {
        read!(self, |q, conn| q::logins::subject(conn, workspace, connection, name_id, login_name))
    }

    /// Forgets requests, assertions and sessions that are over.
    pub fn forget_expired(&self, now: Timestamp) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            q::logins::forget_expired(conn, micros(now))?;
            q::logouts::forget_expired(conn, micros(now))?;
            q::sessions::forget_expired(conn, micros(now))?;
            q::console_sessions::forget_expired(conn, micros(now))
        })
    }
}
