use anyhow::Result;
use clap::Args;
use domain::collaborator::Person;
use domain::explain::explain;

use super::session::{InWorkspace, Session};
use crate::config::Settings;
use crate::output;

/// `gatehouse explain`
#[derive(Debug, Args)]
pub(super) struct Explain {
    #[command(flatten)]
    within: InWorkspace,
    /// A userName, or either id
    user: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Explain {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        let session = Session::open(settings, &self.within)?;
        let person = session.get_person(&self.user)?;
        if self.json { output::json(&explain(&person)) } else { tell(&person) }
    }
}

fn tell(person: &Person) -> Result<()> {
    let explanation = explain(person);
    let waiting = if explanation.awaiting_first_login { ", awaiting the first login" } else { "" };
    output::line(format!("{} ({}): {}{waiting}", person.display_name(), person.user_name, person.status().as_str()))?;
    for (environment, access) in &explanation.environments {
        let text = |key: &str| access.get(key).and_then(|value| value.as_str()).unwrap_or("-").to_owned();
        output::line(format!("\n  {environment:<6} {:<22} {} {}", text("role"), text("rule"), text("source")))?;
        for note in access.get("notes").and_then(|notes| notes.as_array()).into_iter().flatten() {
            output::line(format!("         {}", note.as_str().unwrap_or_default()))?;
        }
    }
    let groups: Vec<&str> = explanation.groups.iter().map(|group| group.name.as_str()).collect();
    output::line(format!("\n  groups {}", if groups.is_empty() { "-".to_owned() } else { groups.join(", ") }))?;
    for ignored in explanation.ignored_groups {
        output::line(format!("         {}: ignored, {}", ignored.name, ignored.reason))?;
    }
    explanation.group_notes.iter().try_for_each(|note| output::line(format!("         {note}")))
}
