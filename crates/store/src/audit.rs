//! The activity audit log: append, seal, list, verify.

use domain::audit::{AuditEntry, SealedEntry};
use domain::clock::Timestamp;
use domain::id::WorkspaceId;
use serde::Serialize;

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
    /// Of this kind.
    pub kind: Option<String>,
    /// Not before this moment.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// Up to this number: what is sealed later is left out.
    pub through: Option<i64>,
}

/// What a walk over the chain found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainReport {
    /// Whether every link holds.
    pub valid: bool,
    /// How many entries are sealed.
    pub entries: i64,
    /// How many wait for their number.
    pub unsealed: i64,
    /// The first thing that is wrong.
    pub problem: Option<String>,
    /// The end of the chain.
    pub head: Head,
}

/// The end of a chain. A copy kept elsewhere shows a truncation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Head {
    /// The last number.
    pub seq: i64,
    /// The last link.
    pub hash: String,
    /// HMAC over both, under the master key.
    pub signature: String,
}

/// A walk over the chain, entry by entry.
#[derive(Debug, Default)]
pub(crate) struct ChainWalk {
    pub(crate) seq: i64,
    pub(crate) hash: String,
    entries: i64,
    problem: Option<String>,
}

impl ChainWalk {
    pub(crate) fn step(&mut self, seq: i64, stored: &str, expected: String) {
        if seq != self.seq + 1 {
            let missing = self.seq + 1;
            self.problem.get_or_insert_with(|| format!("entry {missing} is missing"));
        } else if stored != expected {
            self.problem.get_or_insert_with(|| format!("entry {seq} is not what was sealed"));
        }
        self.seq = seq;
        self.hash = stored.to_owned();
        self.entries += 1;
    }

    pub(crate) fn finish(mut self, head: Head, written_by_sealer: bool, unsealed: i64) -> ChainReport {
        if (self.seq, &self.hash) != (head.seq, &head.hash) {
            let (last, end) = (self.seq, head.seq);
            self.problem.get_or_insert_with(|| format!("the chain ends at entry {last}, its head says {end}"));
        }
        if !written_by_sealer {
            self.problem.get_or_insert_with(|| "the head of the chain was not written by the sealer".to_owned());
        }
        ChainReport { valid: self.problem.is_none(), entries: self.entries, unsealed, problem: self.problem, head }
    }
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
        read!(self, |q, conn| q::audit::list(conn, workspace, filter, after))
    }

    /// The highest number in the log; 0 where nothing is sealed.
    pub fn last_sealed(&self, workspace: WorkspaceId) -> Result<i64, StoreError> {
        read!(self, |q, conn| q::audit::last_sealed(conn, workspace))
    }

    /// Checks the chain from its first entry to its head.
    pub fn verify_audit(&self, workspace: WorkspaceId) -> Result<ChainReport, StoreError> {
        snapshot!(self, |q, conn| q::audit::verify(conn, &self.vault, workspace))
    }
}
