use domain::audit::{AuditEntry, EventKind, Subject};
use domain::clock::Timestamp;
use domain::command::{Command, Context};
use domain::id::PersonId;
use domain::workspace::Workspace;
use serde_json::Value;
use store::{Committed, Store, StoreError};

use crate::error::AdministrationError;

/// Somebody at work in a workspace.
#[derive(Clone)]
pub struct Acting {
    /// Where everything is.
    pub store: Store,
    /// The workspace, as it was when this began.
    pub workspace: Workspace,
    /// When, by whom and with which request.
    pub context: Context,
}

/// How far it is with deciding everybody's access anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settling {
    /// So many people had to be decided anew.
    pub all: i64,
    /// So many are left.
    pub left: i64,
}

/// People who are decided anew in one go.
const AT_ONCE: i64 = 500;

impl Acting {
    /// When.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.context.now
    }

    /// An audit entry of what is done.
    #[must_use]
    pub fn entry(&self, kind: EventKind, subject: Subject, before: Option<Value>, after: Option<Value>) -> AuditEntry {
        AuditEntry {
            workspace: self.workspace.id,
            at: self.context.now,
            kind,
            source: self.context.source(),
            actor: self.context.actor.clone(),
            subject,
            before,
            after,
            request: self.context.request.clone(),
        }
    }

    /// The workspace as an entry's subject.
    #[must_use]
    pub fn subject(&self) -> Subject {
        Subject {
            kind: "workspace",
            id: Some(self.workspace.id.to_string()),
            name: Some(self.workspace.handle.to_string()),
        }
    }

    /// Does something about one person.
    pub fn command(&self, person: PersonId, command: &Command) -> Result<Committed, AdministrationError> {
        Ok(self.store.command(&self.workspace, person, command, &self.context)?)
    }

    /// Decides everybody's access anew, as the workspace has become: it is in force when this returns. Tells how far it is after
    /// each step. Where this is cut off, a server goes on with it.
    pub fn settle(&self, mut tell: impl FnMut(Settling)) -> Result<(), AdministrationError> {
        let all = self.store.count_due(self.workspace.id, self.now())?;
        let mut left = all;
        while left > 0 && self.store.reconsider_due(self.now(), AT_ONCE)? > 0 {
            left = self.store.count_due(self.workspace.id, self.now())?;
            tell(Settling { all, left });
        }
        Ok(())
    }

    /// Does the first step of [`Acting::settle`], which is all of it in a small workspace, for somebody who waits for an answer;
    /// the server goes on with the rest.
    pub fn begin_to_settle(&self) -> Result<Settling, AdministrationError> {
        let all = self.store.count_due(self.workspace.id, self.now())?;
        if all > 0 {
            self.store.reconsider_due(self.now(), AT_ONCE)?;
        }
        Ok(Settling { all, left: self.store.count_due(self.workspace.id, self.now())? })
    }

    /// The workspace as it is by now.
    pub fn current_workspace(&self) -> Result<Workspace, AdministrationError> {
        let gone = || StoreError::Corrupt(format!("the workspace {} is gone", self.workspace.handle));
        Ok(self.store.find_workspace_by_id(self.workspace.id)?.ok_or_else(gone)?)
    }
}
