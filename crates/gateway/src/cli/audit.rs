use std::collections::VecDeque;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use domain::audit::{EventKind, SealedEntry};
use store::{AuditFilter, StoreError};

use super::session::{InWorkspace, Session};
use crate::config::Settings;
use crate::output;

/// `gatehouse audit …`
#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Print the entries that match, oldest first
    List(List),
    /// Check the chain: an edit, a gap or a reordering shows
    Verify(Verify),
}

#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    within: InWorkspace,
    /// About this person: a userName, or either id
    #[arg(long)]
    user: Option<String>,
    /// From this source
    #[arg(long, value_parser = ["scim_auto_sync", "saml_auto_sync", "manual", "system"])]
    source: Option<String>,
    /// Of this kind, such as collaborator.deactivated
    #[arg(long)]
    kind: Option<String>,
    /// Only the latest so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Verify {
    #[command(flatten)]
    within: InWorkspace,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Audit {
    pub(super) fn run(self, settings: &Settings) -> Result<ExitCode> {
        match self {
            Self::List(list) => list.run(settings).map(|()| ExitCode::SUCCESS),
            Self::Verify(verify) => verify.run(settings),
        }
    }
}

impl List {
    fn run(self, settings: &Settings) -> Result<()> {
        let session = Session::open(settings, &self.within)?;
        session.store.seal()?;
        let filter = self.filter(&session)?;
        let mut latest = VecDeque::new();
        let mut after = 0;
        loop {
            let page = session.store.audit_page(session.workspace.id, &filter, after)?;
            let Some(last) = page.last() else { break };
            after = last.seq;
            match self.limit {
                None => page.iter().try_for_each(|entry| self.print(entry))?,
                Some(limit) => {
                    latest.extend(page);
                    latest.drain(..latest.len().saturating_sub(limit));
                }
            }
        }
        latest.iter().try_for_each(|entry| self.print(entry))
    }

    fn filter(&self, session: &Session) -> Result<AuditFilter> {
        if let Some(kind) = &self.kind
            && !EventKind::ALL.iter().any(|known| known.as_str() == kind)
        {
            let kinds: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
            bail!("there is no kind {kind}; the kinds are {}", kinds.join(", "));
        }
        let person = self.user.as_deref().map(|user| session.get_person(user)).transpose()?;
        Ok(AuditFilter {
            subjects: person.map(|person| vec![person.id.to_string()]),
            source: self.source.clone(),
            kind: self.kind.clone(),
        })
    }

    fn print(&self, entry: &SealedEntry) -> Result<()> {
        if self.json {
            return output::json(entry);
        }
        let subject = entry.subject.get("name").and_then(|name| name.as_str()).unwrap_or("-");
        let after = entry.after.as_ref().map(ToString::to_string).unwrap_or_default();
        output::line(format!(
            "{:>6}  {}  {:<27} {:<15} {subject}  {after}",
            entry.seq, entry.at, entry.kind, entry.source
        ))
    }
}

impl Verify {
    fn run(self, settings: &Settings) -> Result<ExitCode> {
        let session = Session::open(settings, &self.within)?;
        match session.store.seal() {
            // The walk says what is wrong.
            Ok(_) | Err(StoreError::ForgedHead) => {}
            Err(error) => return Err(error.into()),
        }
        let report = session.store.verify_audit(session.workspace.id)?;
        if self.json {
            output::json(&report)?;
        } else {
            let verdict = report.problem.clone().unwrap_or_else(|| "every link holds".to_owned());
            output::line(format!("{} entries, {} not sealed yet: {verdict}", report.entries, report.unsealed))?;
            output::line(format!("head {} {}", report.head.seq, report.head.hash))?;
            output::line(format!("signature {}", report.head.signature))?;
        }
        Ok(if report.valid { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
