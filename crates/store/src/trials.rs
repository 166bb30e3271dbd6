//! Connections that were changed on trial: what each was before is kept until an administrator has signed in through it, or is
//! put back.

use domain::audit::{AuditEntry, EventKind};
use domain::clock::Timestamp;
use domain::id::{ConnectionId, WorkspaceId};
use serde_json::{Value, json};

use crate::Store;
use crate::backend::{read, write};
use crate::connections::Connection;
use crate::error::StoreError;
use crate::record::micros;

/// A connection on trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The connection as it was confirmed last, which is put back.
    pub before: Connection,
    /// When it was changed last.
    pub begun_at: Timestamp,
    /// When it is put back.
    pub ends_at: Timestamp,
    /// Who changed it last, as the audit log has it.
    pub begun_by: Value,
}

impl Store {
    /// Replaces everything of a connection but its id, on trial: at that time what it was is put back, unless an administrator
    /// who began a login after this change has signed in through it. Where a trial runs already, what is put back is what was
    /// there before that one.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where it was changed or removed since it was read.
    pub fn try_connection(
        &self,
        read: Connection,
        connection: Connection,
        ends_at: Timestamp,
        entry: AuditEntry,
    ) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            q::connections::replace(conn, &read, &connection, micros(entry.at))?;
            let (begun_at, by) = (micros(entry.at), json!(entry.actor));
            q::trials::begin(conn, &read, begun_at, micros(ends_at), &by)?;
            q::audit::append(conn, &[entry])
        })
    }

    /// The trial that the connection is on.
    pub fn find_trial(&self, connection: ConnectionId) -> Result<Option<Trial>, StoreError> {
        read!(self, |q, conn| q::trials::find(conn, connection))
    }

    /// All trials of the workspace.
    pub fn trials(&self, workspace: WorkspaceId) -> Result<Vec<Trial>, StoreError> {
        read!(self, |q, conn| q::trials::of(conn, workspace))
    }

    /// Some trials that are over, each with the connection as it is.
    pub fn due_trials(&self, now: Timestamp, limit: i64) -> Result<Vec<(Trial, Connection)>, StoreError> {
        read!(self, |q, conn| q::trials::due(conn, micros(now), limit))
    }

    /// Puts back what the connection was before its trial, and says whether that was still to be done: of several nodes one
    /// does it, and none where the trial was confirmed, or the connection changed, in between. Sessions stay.
    pub fn roll_back(&self, read: Connection, trial: Trial, entry: AuditEntry) -> Result<bool, StoreError> {
        write!(self, |q, conn| {
            if !q::connections::is_still(conn, &read)? || !q::trials::take(conn, &trial)? {
                return Ok(false);
            }
            q::connections::put(conn, &trial.before, micros(entry.at))?;
            q::audit::append(conn, &[entry])?;
            Ok(true)
        })
    }
}

/// The entry of a trial that ends because the connection was changed once more, for good.
pub(crate) fn superseded(change: &AuditEntry) -> AuditEntry {
    AuditEntry {
        kind: EventKind::ConnectionConfirmed,
        before: None,
        after: Some(json!({ "reason": "it was changed for good" })),
        ..change.clone()
    }
}
