//! The retention of the audit log: what is older than the workspace's policy keeps is removed, and the chain stays whole.

use domain::audit::{Actor, AuditEntry, EventKind, RequestOrigin, Source, Subject};
use domain::clock::Timestamp;
use domain::workspace::Workspace;
use serde_json::json;

use crate::Store;
use crate::backend::{read, write};
use crate::error::StoreError;
use crate::record::micros;

/// What one batch removed.
pub(crate) struct Removed {
    /// How many entries.
    pub(crate) entries: usize,
    /// The number of the last of them.
    pub(crate) through: i64,
    /// Whether all of them told of earlier removals.
    pub(crate) only_removals: bool,
}

impl Store {
    /// Removes the sealed entries that are older than their workspace keeps them; says how many. Any process may do it at
    /// any time. A log that is not whole is left as it is, for whoever looks into that, and told as an error once all the
    /// others are done.
    pub fn prune_audit(&self, now: Timestamp) -> Result<usize, StoreError> {
        let (mut removed, mut trouble) = (0, None);
        for workspace in read!(self, |q, conn| q::workspaces::all(conn))? {
            match self.prune_workspace(&workspace, now) {
                Ok(done) => removed += done,
                Err(error @ (StoreError::ForgedHead | StoreError::BrokenChain)) => trouble = Some(error),
                Err(error) => return Err(error),
            }
        }
        trouble.map_or(Ok(removed), Err)
    }

    fn prune_workspace(&self, workspace: &Workspace, now: Timestamp) -> Result<usize, StoreError> {
        let mut removed = 0;
        loop {
            match self.prune_batch(workspace.clone(), now)? {
                0 => return Ok(removed),
                done => removed += done,
            }
        }
    }

    /// In batches, so that nobody waits long for the writer. Each is told of in its own transaction.
    fn prune_batch(&self, workspace: Workspace, now: Timestamp) -> Result<usize, StoreError> {
        let vault = self.vault.clone();
        let before = micros(now - workspace.policy.audit_retention.duration());
        write!(self, |q, conn| {
            let removed = q::audit_retention::prune(conn, &vault, workspace.id, before)?;
            // A removal of nothing but entries about removals is not told: a log in which nothing happens comes to rest.
            if !removed.only_removals {
                q::audit::append(conn, &[entry(&workspace, &removed, now)])?;
            }
            Ok(removed.entries)
        })
    }
}

fn entry(workspace: &Workspace, removed: &Removed, now: Timestamp) -> AuditEntry {
    let retention = workspace.policy.audit_retention.to_string();
    AuditEntry {
        workspace: workspace.id,
        at: now,
        kind: EventKind::AuditPruned,
        source: Source::System,
        actor: Actor::System,
        subject: Subject {
            kind: "workspace",
            id: Some(workspace.id.to_string()),
            name: Some(workspace.handle.to_string()),
        },
        before: None,
        after: Some(json!({ "removed": removed.entries, "through": removed.through, "audit_retention": retention })),
        request: RequestOrigin::default(),
    }
}
