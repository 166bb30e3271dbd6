//! The chain of the audit log: whether it is whole, and whether it still holds what an earlier head says.

use domain::clock::Timestamp;
use domain::id::WorkspaceId;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::backend::snapshot;
use crate::error::StoreError;

/// What a walk over the chain found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainReport {
    /// Whether every link holds, and so does the earlier head where one was given.
    pub valid: bool,
    /// How many entries are sealed.
    pub entries: i64,
    /// How many wait for their number.
    pub unsealed: i64,
    /// The number from which on the log is kept; what stood before it was removed by the retention.
    pub kept_from: i64,
    /// The first thing that is wrong.
    pub problem: Option<String>,
    /// What an earlier head tells, where one was given.
    pub earlier_head: Option<EarlierHead>,
    /// The end of the chain.
    pub head: Head,
}

/// The end of a chain. A copy kept elsewhere shows a truncation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The last number.
    pub seq: i64,
    /// The last link.
    pub hash: String,
    /// HMAC over both and the workspace, under the master key; empty where the sealer did not write this head.
    pub signature: String,
}

/// What shows of a chain without a walk over all of it: its two ends, and its newest links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainStanding {
    /// The end of the chain.
    pub head: Head,
    /// The number from which on the log is kept.
    pub kept_from: i64,
    /// How many wait for their number.
    pub unsealed: i64,
    /// When the oldest of those was written.
    pub waiting_since: Option<Timestamp>,
    /// The first thing that is wrong, as far as it shows here.
    pub problem: Option<String>,
}

/// What a head that was kept elsewhere tells of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EarlierHead {
    /// The log still holds the very entry at which it ended then.
    Held,
    /// No head of this log: altered, of another workspace, or signed under another master key. It tells nothing.
    Forged,
    /// The log ends before that entry.
    Truncated,
    /// That entry's number is another entry's: the log was cut before it and went on.
    Replaced,
    /// The retention removed that entry, so there is nothing to compare. It tells nothing any more.
    OlderThanRetention,
}

impl EarlierHead {
    /// What a genuine head tells, by the hash that its number has in the log now. The anchor's entry is gone, its hash is not.
    pub(crate) fn compare(earlier: &Head, found: Option<&str>, walk: &ChainWalk) -> Self {
        let found = if earlier.seq == walk.begin.seq { Some(walk.begin.hash.as_str()) } else { found };
        match found {
            // The beginning of every log.
            _ if earlier.seq == 0 => Self::Held,
            None if earlier.seq < walk.begin.seq => Self::OlderThanRetention,
            Some(hash) if hash == earlier.hash => Self::Held,
            None if earlier.seq > walk.seq => Self::Truncated,
            _ => Self::Replaced,
        }
    }

    fn problem(self, seq: i64) -> Option<String> {
        match self {
            Self::Held | Self::OlderThanRetention => None,
            Self::Forged => Some(
                "the earlier head was not signed for this workspace under this master key: it tells nothing".to_owned(),
            ),
            Self::Truncated => Some(format!("the log was truncated: entry {seq}, the earlier head, is gone")),
            Self::Replaced => {
                Some(format!("the log was truncated and went on: entry {seq} is not that of the earlier head"))
            }
        }
    }
}

/// Where a chain begins: behind the last entry that the retention removed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Anchor {
    /// That entry's number; 0 where nothing was removed.
    pub(crate) seq: i64,
    /// Its link.
    pub(crate) hash: String,
}

/// A walk over the chain, entry by entry.
#[derive(Debug, Default)]
pub(crate) struct ChainWalk {
    begin: Anchor,
    pub(crate) seq: i64,
    pub(crate) hash: String,
    entries: i64,
    problem: Option<String>,
}

impl ChainWalk {
    /// Begins behind the anchor. Where it is forged it means nothing, and the chain has to be there from its first entry.
    pub(crate) fn begin(anchor: Option<Anchor>) -> Self {
        let forged = anchor.is_none().then(|| "the beginning of the log was not written by the retention".to_owned());
        let begin = anchor.unwrap_or_default();
        Self { seq: begin.seq, hash: begin.hash.clone(), begin, entries: 0, problem: forged }
    }

    /// An entry whose number is that of a removed one was put there by somebody else.
    pub(crate) fn precede(&mut self, stray: Option<i64>) {
        if let Some(seq) = stray {
            self.found(|| format!("entry {seq} stands before the beginning of the log"));
        }
    }

    /// An entry that is sealed has the number behind the anchor's.
    pub(crate) fn expect_first(&mut self, seq: i64) {
        if seq != self.begin.seq + 1 {
            let missing = self.begin.seq + 1;
            self.found(|| format!("entry {missing} is missing"));
        }
    }

    /// Takes a link for good without having come there.
    pub(crate) fn jump(&mut self, seq: i64, hash: &str) {
        self.seq = seq;
        hash.clone_into(&mut self.hash);
    }

    pub(crate) fn step(&mut self, seq: i64, stored: &str, expected: String) {
        if seq != self.seq + 1 {
            let missing = self.seq + 1;
            self.found(|| format!("entry {missing} is missing"));
        } else if stored != expected {
            self.found(|| format!("entry {seq} is not what was sealed"));
        }
        self.seq = seq;
        self.hash = stored.to_owned();
        self.entries += 1;
    }

    /// Only the first problem is told: the others may follow from it.
    fn found(&mut self, problem: impl FnOnce() -> String) {
        self.problem.get_or_insert_with(problem);
    }

    /// Compares the end of the walk with the head.
    pub(crate) fn arrive(&mut self, head: &Head) {
        let (last, end) = (self.seq, head.seq);
        if (last, &self.hash) != (end, &head.hash) {
            self.found(|| format!("the chain ends at entry {last}, its head says {end}"));
        }
        if head.signature.is_empty() {
            self.found(|| "the head of the chain was not written by the sealer".to_owned());
        }
    }

    pub(crate) fn standing(self, head: Head, unsealed: i64, waiting_since: Option<Timestamp>) -> ChainStanding {
        ChainStanding { head, kept_from: self.begin.seq + 1, unsealed, waiting_since, problem: self.problem }
    }

    pub(crate) fn report(self, head: Head, unsealed: i64, earlier: Option<(i64, EarlierHead)>) -> ChainReport {
        let problem = self.problem.or_else(|| earlier.and_then(|(seq, verdict)| verdict.problem(seq)));
        ChainReport {
            valid: problem.is_none(),
            entries: self.entries,
            unsealed,
            kept_from: self.begin.seq + 1,
            problem,
            earlier_head: earlier.map(|(_, verdict)| verdict),
            head,
        }
    }
}

impl Store {
    /// Checks the chain from its first entry to its head, and whether it still holds what an earlier head says.
    pub fn verify_audit(&self, workspace: WorkspaceId, earlier: Option<&Head>) -> Result<ChainReport, StoreError> {
        snapshot!(self, |q, conn| q::audit_chain::verify(conn, &self.vault, workspace, earlier))
    }

    /// How the chain stands at a glance, however long it is: what [`verify_audit`](Self::verify_audit) finds in its middle
    /// does not show here.
    pub fn chain_standing(&self, workspace: WorkspaceId) -> Result<ChainStanding, StoreError> {
        snapshot!(self, |q, conn| q::audit_chain::glance(conn, &self.vault, workspace))
    }
}
