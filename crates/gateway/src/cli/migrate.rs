use anyhow::Result;
use clap::Args;

use crate::config::Settings;
use crate::output;

/// `gatehouse migrate`
#[derive(Debug, Args)]
pub(super) struct Migrate {}

impl Migrate {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        let done = settings.open_or_create_store()?.migrate()?;
        if done.is_empty() {
            return output::line("The database is at this version already.");
        }
        done.iter().try_for_each(|migration| output::line(format!("Migrated to {migration}.")))
    }
}
