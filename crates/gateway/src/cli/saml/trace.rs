use administration::{Acting, people};
use anyhow::{Context, Result};
use clap::Args;
use saml_acs::tracer::Attempt;
use store::TraceFilter;

use super::timeline;
use crate::cli::session::InWorkspace;
use crate::config::Settings;
use crate::output;

/// `gatehouse saml trace`
#[derive(Debug, Args)]
pub(in crate::cli) struct Trace {
    #[command(flatten)]
    within: InWorkspace,
    /// The reference that the browser showed: the whole timeline of that login
    #[arg(conflicts_with_all = ["user", "failed", "limit"])]
    reference: Option<String>,
    /// Only logins of this person: a userName, a NameID, or either id
    #[arg(long)]
    user: Option<String>,
    /// Only logins that were refused
    #[arg(long)]
    failed: bool,
    /// Only the latest so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

impl Trace {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        let acting = self.within.open(settings)?;
        match &self.reference {
            Some(reference) => {
                let attempt = find(&acting, reference)?;
                if self.json { output::json(&attempt.json()) } else { timeline::print(&attempt) }
            }
            None => self.list(&acting),
        }
    }

    fn list(&self, acting: &Acting) -> Result<()> {
        let person = self.user.as_deref().and_then(|user| people::get(acting, user).ok()).map(|person| person.id);
        let filter = TraceFilter { person, name: self.user.clone(), failed: self.failed };
        for trace in acting.store.login_traces(acting.workspace.id, &filter, i64::from(self.limit))? {
            let attempt = Attempt::read(trace)?;
            if self.json {
                output::json(&attempt.json())?;
            } else {
                timeline::print_in_short(&attempt)?;
            }
        }
        Ok(())
    }
}

fn find(acting: &Acting, reference: &str) -> Result<Attempt> {
    let handle = &acting.workspace.handle;
    let trace = acting.store.find_login_trace(acting.workspace.id, reference)?.with_context(|| {
        format!(
            "no login of {handle} has the reference {reference}: it is too long ago, or the page was not one of a refused login; the \
             server's log has every reference"
        )
    })?;
    Ok(Attempt::read(trace)?)
}
