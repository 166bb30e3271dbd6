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
    for access in &person.access.environments {
        let in_force = explanation.environments.get(access.environment.as_str()).and_then(|e| e.get("role"));
        let role = in_force.and_then(|role| role.as_str()).unwrap_or("-");
        let source = access.source.map_or("", |source| source.as_str());
        output::line(format!("\n  {:<6} {role:<22} {} {source}", access.environment.as_str(), rule(access)))?;
        for note in &access.notes {
            output::line(format!("         {note}"))?;
        }
    }
    let groups: Vec<&str> = explanation.groups.iter().map(|group| group.name.as_str()).collect();
    output::line(format!("\n  groups {}", if groups.is_empty() { "-".to_owned() } else { groups.join(", ") }))?;
    for ignored in explanation.ignored_groups {
        output::line(format!("         {}: ignored, {}", ignored.name, ignored.reason))?;
    }
    explanation.group_notes.iter().try_for_each(|note| output::line(format!("         {note}")))
}

fn rule(access: &domain::access::EnvironmentAccess) -> String {
    serde_json::to_value(access.rule).ok().and_then(|rule| rule.as_str().map(str::to_owned)).unwrap_or_default()
}
