//! What a login gave: short enough to be kept, long enough to see what the assertion meant.

use domain::access::Origin;
use domain::clock::Timestamp;
use domain::collaborator::Person;
use domain::explain::{ExplainedGroup, explain};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// So many groups, values or sentences are kept of each kind.
const MOST: usize = 50;
/// So many characters of each.
const LONGEST: usize = 200;

/// The access that a login gave, with what was ignored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TracedAccess {
    /// By environment, in the workspace's order.
    pub roles: Vec<TracedRole>,
    /// The groups that the person is in.
    pub groups: Vec<TracedGroup>,
    /// Group values that gave no membership, and why.
    pub ignored: Vec<String>,
    /// What else is to be said about groups.
    pub notes: Vec<String>,
}

/// The role in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TracedRole {
    /// Where.
    pub environment: String,
    /// Which; none before the first login.
    pub role: Option<String>,
    /// The rule that decided.
    pub rule: String,
    /// What was ignored, and why.
    pub notes: Vec<String>,
}

/// A membership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TracedGroup {
    /// The group.
    pub name: String,
    /// Who says so.
    pub origins: Vec<Origin>,
}

impl TracedAccess {
    /// What somebody may do at that moment.
    #[must_use]
    pub fn of(person: &Person, now: Timestamp) -> Self {
        let explained = explain(person, now);
        let more = explained.groups.len().saturating_sub(MOST);
        let more = (more > 0).then(|| format!("{more} more groups are not shown"));
        let ignored = explained.ignored_groups.iter().map(|ignored| format!("{}: {}", ignored.name, ignored.reason));
        Self {
            roles: explained.environments.iter().map(|(environment, access)| role(environment, access)).collect(),
            groups: explained.groups.iter().take(MOST).map(group).collect(),
            ignored: bounded(ignored),
            notes: bounded(explained.group_notes.iter().cloned().chain(more)),
        }
    }
}

fn role(environment: &str, access: &Value) -> TracedRole {
    let text = |key: &str| access.get(key).and_then(Value::as_str).map(cut);
    let notes = access.get("notes").and_then(Value::as_array).into_iter().flatten();
    TracedRole {
        environment: environment.to_owned(),
        role: text("role"),
        rule: text("rule").unwrap_or_default(),
        notes: bounded(notes.filter_map(Value::as_str).map(str::to_owned)),
    }
}

fn group(group: &ExplainedGroup<'_>) -> TracedGroup {
    TracedGroup { name: group.name.as_str().to_owned(), origins: group.origins.clone() }
}

fn bounded(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts = texts.map(|text| cut(&text));
    let mut kept: Vec<String> = texts.by_ref().take(MOST).collect();
    let more = texts.count();
    kept.extend((more > 0).then(|| format!("… and {more} more")));
    kept
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
