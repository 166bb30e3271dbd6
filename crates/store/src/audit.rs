//! The activity audit log: append, seal, list.

use domain::audit::{AuditEntry, EventKind, SealedEntry};
use domain::clock::Timestamp;
use domain::id::{PersonId, WorkspaceId};

use crate::Store;
use crate::backend::{read, snapshot, write};
use crate::error::StoreError;

/// Which entries to list.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// About one of these.
    pub subjects: Option<Vec<String>>,
    /// Written by this source.
    pub source: Option<String>,
    /// Of one of these kinds.
    pub kinds: Option<Vec<EventKind>>,
    /// Not before this moment.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// Up to this number: what is sealed later is left out.
    pub through: Option<i64>,
}

/// Where a page of the log lies, that is read newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditPlace {
    /// At its end.
    Newest,
    /// Just before this number.
    OlderThan(i64),
    /// Just behind this number.
    NewerThan(i64),
}

/// A page of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditPage {
    /// The entries, newest first.
    pub entries: Vec<SealedEntry>,
    /// Whether there are newer ones that match.
    pub has_newer: bool,
    /// Whether there are older ones that match.
    pub has_older: bool,
}

impl Store {
    /// Appends entries that tell of no change to a person, such as a failed login.
    pub fn append_audit(&self, entries: Vec<AuditEntry>) -> Result<(), StoreError> {
        write!(self, |q, conn| q::audit::append(conn, &entries))
    }

    /// Seals everything that is committed; says how many entries. Any process may do it at any time. A workspace whose
    /// head was forged is left alone and told as an error, once all the others are sealed.
    pub fn seal(&self) -> Result<usize, StoreError> {
        let (mut sealed, mut forged) = (0, false);
        for workspace in read!(self, |q, conn| q::audit::unsealed_workspaces(conn))? {
            match self.seal_workspace(workspace) {
                Ok(done) => sealed += done,
                Err(StoreError::ForgedHead) => forged = true,
                Err(error) => return Err(error),
            }
        }
        if forged { Err(StoreError::ForgedHead) } else { Ok(sealed) }
    }

    fn seal_workspace(&self, workspace: WorkspaceId) -> Result<usize, StoreError> {
        let mut sealed = 0;
        loop {
            let vault = self.vault.clone();
            match write!(self, |q, conn| q::audit::seal(conn, &vault, workspace))? {
                0 => return Ok(sealed),
                done => sealed += done,
            }
        }
    }

    /// The next sealed entries after a number, oldest first; empty at the end.
    pub fn audit_page(
        &self,
        workspace: WorkspaceId,
        filter: &AuditFilter,
        after: i64,
    ) -> Result<Vec<SealedEntry>, StoreError> {
        snapshot!(self, |q, conn| q::audit_search::list(conn, workspace, filter, after))
    }

    /// So many sealed entries at a place of the log, newest first.
    pub fn latest_audit(
        &self,
        workspace: WorkspaceId,
        filter: &AuditFilter,
        place: AuditPlace,
        limit: usize,
    ) -> Result<AuditPage, StoreError> {
        snapshot!(self, |q, conn| q::audit_search::page(conn, workspace, filter, place, limit))
    }

    /// How many sealed entries match; so many where it is more.
    pub fn count_audit(
        &self,
        workspace: WorkspaceId,
        filter: &AuditFilter,
        at_most: usize,
    ) -> Result<usize, StoreError> {
        snapshot!(self, |q, conn| q::audit_search::count(conn, workspace, filter, at_most))
    }

    /// Entries about a person, the latest first, each with its place; those before a place. One that is not sealed yet has the
    /// number 0 and no hash.
    pub fn entries_about(
        &self,
        workspace: WorkspaceId,
        person: PersonId,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<(i64, SealedEntry)>, StoreError> {
        read!(self, |q, conn| q::audit::about(conn, workspace, person, &[], before, limit))
    }

    /// The same of these kinds only.
    pub fn entries_of_kinds_about(
        &self,
        workspace: WorkspaceId,
        person: PersonId,
        kinds: &[EventKind],
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<(i64, SealedEntry)>, StoreError> {
        read!(self, |q, conn| q::audit::about(conn, workspace, person, kinds, before, limit))
    }

    /// The first entry of a kind about a person.
    pub fn first_entry_about(
        &self,
        workspace: WorkspaceId,
        person: PersonId,
        kind: EventKind,
    ) -> Result<Option<SealedEntry>, StoreError> {
        read!(self, |q, conn| q::audit::first_about(conn, workspace, person, kind))
    }

    /// The highest number in the log; 0 where nothing is sealed.
    pub fn last_sealed(&self, workspace: WorkspaceId) -> Result<i64, StoreError> {
        read!(self, |q, conn| q::audit::last_sealed(conn, workspace))
    }
}
