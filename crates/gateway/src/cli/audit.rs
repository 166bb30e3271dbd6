mod export;
mod list;
mod selection;
mod verify;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use crate::config::Settings;

/// `gatehouse audit …`
#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Print the entries that match, oldest first
    List(list::List),
    /// Write the entries that match as NDJSON or CSV, oldest first
    Export(export::Export),
    /// Check the chain: an edit, a gap or a reordering shows
    Verify(verify::Verify),
}

impl Audit {
    pub(super) fn run(self, settings: &Settings) -> Result<ExitCode> {
        match self {
            Self::List(list) => list.run(settings).map(|()| ExitCode::SUCCESS),
            Self::Export(export) => export.run(settings).map(|()| ExitCode::SUCCESS),
            Self::Verify(verify) => verify.run(settings),
        }
    }
}
