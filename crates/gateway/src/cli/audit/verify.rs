use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use store::StoreError;

use crate::cli::session::{InWorkspace, Session};
use crate::config::Settings;
use crate::output;

#[derive(Debug, Args)]
pub(in crate::cli) struct Verify {
    #[command(flatten)]
    within: InWorkspace,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(super) fn run(self, settings: &Settings) -> Result<ExitCode> {
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
