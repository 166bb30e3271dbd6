use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use serde_json::Value;
use store::{ChainReport, EarlierHead, Head, StoreError};

use crate::cli::session::InWorkspace;
use crate::config::Settings;
use crate::output;

#[derive(Debug, Args)]
pub(in crate::cli) struct Verify {
    #[command(flatten)]
    within: InWorkspace,
    /// Whether the log still holds what this file says, which an earlier `verify --json` printed; - reads standard input
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(super) fn run(self, settings: &Settings) -> Result<ExitCode> {
        let earlier = self.head.as_deref().map(read_head).transpose()?;
        let acting = self.within.open(settings)?;
        match acting.store.seal() {
            // The walk says what is wrong.
            Ok(_) | Err(StoreError::ForgedHead) => {}
            Err(error) => return Err(error.into()),
        }
        let report = acting.store.verify_audit(acting.workspace.id, earlier.as_ref())?;
        if self.json { output::json(&report) } else { tell(&report, earlier.as_ref()) }?;
        Ok(if report.valid { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn tell(report: &ChainReport, earlier: Option<&Head>) -> Result<()> {
    let verdict = report.problem.clone().unwrap_or_else(|| what_holds(report, earlier));
    let kept = if report.kept_from > 1 { format!(" from {} on", report.kept_from) } else { String::new() };
    output::line(format!("{} entries{kept}, {} not sealed yet: {verdict}", report.entries, report.unsealed))?;
    output::line(format!("head {} {}", report.head.seq, report.head.hash))?;
    output::line(format!("signature {}", report.head.signature))
}

fn what_holds(report: &ChainReport, earlier: Option<&Head>) -> String {
    match (report.earlier_head, earlier) {
        (Some(EarlierHead::OlderThanRetention), Some(head)) => {
            format!("every link holds; the earlier head {} is older than the retention and tells nothing", head.seq)
        }
        (_, Some(head)) => format!("every link holds, and so does the earlier head {}", head.seq),
        (_, None) => "every link holds".to_owned(),
    }
}

/// A head by itself, or within what `verify --json` printed.
fn read_head(path: &Path) -> Result<Head> {
    let name = path.display();
    let text = if path == Path::new("-") { io::read_to_string(io::stdin()) } else { fs::read_to_string(path) };
    let text = text.with_context(|| format!("can't read {name}"))?;
    let no_head = || format!("{name} holds no head as `gatehouse audit verify --json` prints it");
    let printed: Value = serde_json::from_str(&text).with_context(no_head)?;
    let head = printed.get("head").unwrap_or(&printed);
    serde_json::from_value(head.clone()).with_context(no_head)
}
