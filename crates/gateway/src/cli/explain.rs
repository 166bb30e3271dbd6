use administration::{Acting, people};
use anyhow::{Context, Result};
use clap::Args;
use domain::clock::Timestamp;
use domain::collaborator::Person;
use domain::explain::{Explanation, explain};

use super::session::{InWorkspace, parse_moment};
use crate::config::Settings;
use crate::output;

/// `gatehouse explain`
#[derive(Debug, Args)]
pub(super) struct Explain {
    #[command(flatten)]
    within: InWorkspace,
    /// A userName, or either id
    user: String,
    /// As it was at that moment (RFC 3339, such as 2026-11-20T08:00:00Z)
    #[arg(long, value_name = "TIME", value_parser = parse_moment)]
    at: Option<Timestamp>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Explain {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        let acting = self.within.open(settings)?;
        let person = people::get(&acting, &self.user)?;
        let (person, predicted) = match self.at {
            Some(at) => (at_that_time(&acting, &person, at)?, None),
            None => {
                let predicted = people::predicted(&acting, &person)?;
                (person, predicted)
            }
        };
        let explanation = explain(&person, self.at.unwrap_or(acting.now())).with_prediction(predicted.as_ref());
        if self.json { output::json(&explanation) } else { tell(&person, &explanation) }
    }
}

fn at_that_time(acting: &Acting, person: &Person, at: Timestamp) -> Result<Person> {
    let then = acting.store.person_at(acting.workspace.id, person.id, at)?;
    then.with_context(|| {
        format!(
            "nothing is known of {} at {}: they were not here yet, or it is too long ago",
            person.user_name,
            at.to_rfc3339()
        )
    })
}

fn tell(person: &Person, explanation: &Explanation<'_>) -> Result<()> {
    let waiting = if explanation.awaiting_first_login { ", awaiting the first login" } else { "" };
    output::line(format!("{} ({}): {}{waiting}", person.display_name(), person.user_name, person.status().as_str()))?;
    for (environment, access) in &explanation.environments {
        let text = |key: &str| access.get(key).and_then(|value| value.as_str()).unwrap_or("-").to_owned();
        output::line(format!("\n  {environment:<6} {:<22} {} {}", text("role"), text("rule"), text("source")))?;
        for note in access.get("notes").and_then(|notes| notes.as_array()).into_iter().flatten() {
            output::line(format!("         {}", note.as_str().unwrap_or_default()))?;
        }
    }
    for (environment, access) in explanation.predicted.iter().flatten() {
        let role = access.get("role").and_then(|role| role.as_str()).unwrap_or("-");
        output::line(format!(
            "\n  {environment:<6} {role:<22} after the first login, unless its assertion says otherwise"
        ))?;
    }
    let groups: Vec<&str> = explanation.groups.iter().map(|group| group.name.as_str()).collect();
    output::line(format!("\n  groups {}", if groups.is_empty() { "-".to_owned() } else { groups.join(", ") }))?;
    for ignored in explanation.ignored_groups {
        output::line(format!("         {}: ignored, {}", ignored.name, ignored.reason))?;
    }
    explanation.group_notes.iter().try_for_each(|note| output::line(format!("         {note}")))
}
