use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use domain::clock::Timestamp;
use saml_acs::DryRun;

use super::timeline;
use crate::cli::session::{InWorkspace, parse_moment};
use crate::config::Settings;
use crate::output;

/// `gatehouse saml check`
#[derive(Debug, Args)]
pub(in crate::cli) struct Check {
    #[command(flatten)]
    within: InWorkspace,
    /// A copy of a response: XML, the value of SAMLResponse, or the whole form
    file: PathBuf,
    /// As if it had come at that moment (RFC 3339, such as 2026-11-20T08:00:00Z)
    #[arg(long, value_name = "TIME", value_parser = parse_moment)]
    at: Option<Timestamp>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        let acting = self.within.open(settings)?;
        let copy = fs::read(&self.file).with_context(|| format!("can't read {}", self.file.display()))?;
        let dry_run = DryRun {
            base_url: &settings.server.base_url()?,
            settings: settings.saml.settings()?,
            workspace: &acting.workspace,
            now: self.at.unwrap_or(acting.now()),
        };
        let attempt = dry_run.of(&acting.store, &copy)?;
        if self.json {
            output::json(&attempt.json())?;
        } else {
            timeline::print(&attempt)?;
        }
        match &attempt.end.failed {
            Some(failed) => bail!("the response would be refused: {}", failed.check),
            None => Ok(()),
        }
    }
}
