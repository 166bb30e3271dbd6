//! What a workspace has several of, printed.

use administration::Acting;
use anyhow::Result;
use clap::Args;
use serde_json::Value;

use super::session::InWorkspace;
use crate::config::Settings;
use crate::output;

/// How a list is printed.
#[derive(Debug, Args)]
pub(super) struct Listing {
    #[command(flatten)]
    within: InWorkspace,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

impl Listing {
    /// Prints each item in one of its two forms, and says where there is none.
    pub(super) fn run<T>(
        self,
        settings: &Settings,
        items: impl FnOnce(&Acting) -> Result<Vec<T>>,
        (object, text): (impl Fn(&T) -> Value, impl Fn(&T) -> String),
    ) -> Result<()> {
        let acting = self.within.open(settings)?;
        let items = items(&acting)?;
        if items.is_empty() {
            output::remark(format!("there is none in {}", acting.workspace.handle));
        }
        items.iter().try_for_each(|item| if self.json { output::json(&object(item)) } else { output::line(text(item)) })
    }
}
