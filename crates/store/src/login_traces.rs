//! What the login tracer remembers: the latest attempts of each workspace, bounded, and without anything personal after a while.

use domain::audit::AuditEntry;
use domain::clock::Timestamp;
use domain::id::{PersonId, WorkspaceId};
use serde_json::Value;

use crate::Store;
use crate::backend::{read, write};
use crate::error::StoreError;
use crate::record::micros;

/// One attempt to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginTrace {
    /// Where.
    pub workspace: WorkspaceId,
    /// When it was answered.
    pub at: Timestamp,
    /// The id of the request, which is the reference on the page.
    pub reference: String,
    /// Which of the bounds counts for it.
    pub standing: TraceStanding,
    /// How it ended: what its timeline is made of.
    pub end: Value,
    /// The check that failed.
    pub failed_check: Option<String>,
    /// The person, where there is one; none once it is forgotten.
    pub person: Option<PersonId>,
    /// The person's `userName`, else the NameID; none once it is forgotten.
    pub name: Option<String>,
    /// What was found, and what it gave; none once it is forgotten.
    pub story: Option<Value>,
}

/// How much stands behind an attempt. Each kind has a bound of its own, so that strangers can't push out what people did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceStanding {
    /// Refused before any signature was found to hold: anybody can do that.
    Unproven,
    /// With a signature that holds, but refused, thrown away or asked for once more: one response does that again and again.
    Proven,
    /// Let in or held, which uses the response up.
    LetIn,
}

impl TraceStanding {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Unproven => "unproven",
            Self::Proven => "proven",
            Self::LetIn => "let_in",
        }
    }

    pub(crate) fn parse(text: &str) -> Result<Self, StoreError> {
        let known = [Self::Unproven, Self::Proven, Self::LetIn].into_iter().find(|standing| standing.as_str() == text);
        known.ok_or_else(|| StoreError::Corrupt(format!("the standing {text}")))
    }
}

/// Which attempts to list.
#[derive(Debug, Clone, Default)]
pub struct TraceFilter {
    /// Of this person.
    pub person: Option<PersonId>,
    /// Under this name, whatever its case; together with `person` either of the two.
    pub name: Option<String>,
    /// Only those that were refused.
    pub failed: bool,
}

impl Store {
    /// Remembers an attempt and forgets all but the latest `keep` of its workspace and standing.
    pub fn append_login_trace(&self, trace: LoginTrace, keep: i64) -> Result<(), StoreError> {
        write!(self, |q, conn| q::login_traces::append(conn, &trace, keep))
    }

    /// The same for a login that is refused, with its entry of the audit log in one transaction.
    pub fn refuse_login(&self, entry: AuditEntry, trace: LoginTrace, keep: i64) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            q::audit::append(conn, &[entry])?;
            q::login_traces::append(conn, &trace, keep)
        })
    }

    /// The latest attempts, oldest first.
    pub fn login_traces(
        &self,
        workspace: WorkspaceId,
        filter: &TraceFilter,
        limit: i64,
    ) -> Result<Vec<LoginTrace>, StoreError> {
        let latest = self.login_trace_page(workspace, filter, None, limit)?;
        Ok(latest.into_iter().rev().map(|(_, trace)| trace).collect())
    }

    /// The latest attempts before the one of that number, newest first, each with its number.
    pub fn login_trace_page(
        &self,
        workspace: WorkspaceId,
        filter: &TraceFilter,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<(i64, LoginTrace)>, StoreError> {
        read!(self, |q, conn| q::login_traces::page(conn, workspace, filter, before, limit))
    }

    /// The attempt of that reference.
    pub fn find_login_trace(&self, workspace: WorkspaceId, reference: &str) -> Result<Option<LoginTrace>, StoreError> {
        read!(self, |q, conn| q::login_traces::find(conn, workspace, reference))
    }

    /// Takes what may be personal out of the attempts that are older than their workspace keeps it; time and check stay. Says
    /// of how many.
    pub fn forget_login_traces(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut forgotten = 0;
        for workspace in read!(self, |q, conn| q::workspaces::all(conn))? {
            let before = micros(now - workspace.policy.trace_retention.duration());
            forgotten += write!(self, |q, conn| q::login_traces::forget_personal(conn, workspace.id, before))?;
        }
        Ok(forgotten)
    }
}
