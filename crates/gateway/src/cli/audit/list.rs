use std::collections::VecDeque;

use anyhow::Result;
use clap::Args;
use domain::audit::SealedEntry;

use super::selection::Selection;
use crate::config::Settings;
use crate::output;

#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    #[command(flatten)]
    selection: Selection,
    /// Only the latest so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        let reading = self.selection.open(settings)?;
        let mut latest = VecDeque::new();
        reading.each_page(|page| match self.limit {
            None => page.iter().try_for_each(|entry| self.print(entry)),
            Some(limit) => {
                latest.extend(page);
                latest.drain(..latest.len().saturating_sub(limit));
                Ok(())
            }
        })?;
        latest.iter().try_for_each(|entry| self.print(entry))
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
