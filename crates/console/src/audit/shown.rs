//! An entry as pages show it.

use domain::audit::{EventKind, SealedEntry};
use serde_json::Value;

use super::difference::{Line, difference};
use super::words;

/// How much of an entry a page shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    /// Values that are not as they were.
    lines: usize,
    /// Bytes of each text, as they are written in a page.
    bytes: usize,
    /// Bytes of the name of each value.
    name: usize,
}

/// Among many: whatever the entries hold, a page of them stays light.
pub(super) const AMONG_MANY: Measure = Measure { lines: 5, bytes: 80, name: 40 };
/// By itself.
pub(super) const ALONE: Measure = Measure { lines: 60, bytes: 700, name: 120 };

/// An entry.
pub(super) struct Shown {
    pub(super) seq: i64,
    /// What stands before the subject.
    pub(super) before: String,
    /// What it is about; empty where nobody knows.
    pub(super) subject: String,
    /// The inner id of the person that it is about.
    pub(super) person: Option<String>,
    /// What stands behind the subject.
    pub(super) behind: String,
    /// Whether something went wrong.
    pub(super) is_refusal: bool,
    pub(super) kind: String,
    pub(super) source: String,
    pub(super) actor: String,
    /// As it is read, in UTC.
    pub(super) at: String,
    /// As machines read it.
    pub(super) moment: String,
    pub(super) lines: Vec<Line>,
    /// How many further values are not as they were.
    pub(super) further: usize,
    /// Whether there was something before: what there is now alone is no change.
    pub(super) is_change: bool,
    pub(super) request_id: Option<String>,
    pub(super) ip: Option<String>,
    pub(super) user_agent: Option<String>,
    pub(super) hash: String,
}

impl Shown {
    pub(super) fn of(entry: SealedEntry, measure: Measure) -> Self {
        let clipped = |text: &str| clip(text, measure.bytes);
        let (before, behind) = words::around(&entry.kind);
        let mut lines = difference(entry.before.as_ref(), entry.after.as_ref());
        let further = lines.len().saturating_sub(measure.lines);
        lines.truncate(measure.lines);
        let lines = lines.into_iter().map(|line| Line {
            name: clip(&line.name, measure.name),
            was: line.was.as_deref().map(clipped),
            is: line.is.as_deref().map(clipped),
        });
        Self {
            seq: entry.seq,
            before: clipped(&before),
            subject: clipped(&subject(&entry)),
            person: person(&entry.subject),
            behind,
            is_refusal: is_refusal(&entry.kind),
            source: source(&entry.source),
            actor: clipped(&words::actor(&entry.actor)),
            at: readable(&entry.at),
            moment: entry.at,
            lines: lines.collect(),
            further,
            is_change: entry.before.is_some(),
            request_id: entry.request_id.as_deref().map(clipped),
            ip: entry.ip.as_deref().map(clipped),
            user_agent: entry.user_agent.as_deref().map(clipped),
            hash: entry.hash,
            kind: entry.kind,
        }
    }
}

fn part<'v>(of: &'v Value, key: &str) -> Option<&'v str> {
    of.get(key).and_then(Value::as_str)
}

/// Its name, else what it is. Nobody knows whose login it was that proved nothing.
fn subject(entry: &SealedEntry) -> String {
    let kind = part(&entry.subject, "type").unwrap_or_default();
    match part(&entry.subject, "name") {
        Some(name) => name.to_owned(),
        None if ["login", "logout"].contains(&kind) => "somebody unknown".to_owned(),
        None => kind.replace('_', " "),
    }
}

fn person(subject: &Value) -> Option<String> {
    let is_person = part(subject, "type") == Some("collaborator");
    part(subject, "id").filter(|_| is_person).map(str::to_owned)
}

fn source(name: &str) -> String {
    let known = domain::audit::Source::ALL.into_iter().find(|source| source.as_str() == name);
    known.map_or_else(|| name.to_owned(), |source| words::source(source).to_owned())
}

fn is_refusal(kind: &str) -> bool {
    let refusals = [
        EventKind::LoginFailed,
        EventKind::LogoutFailed,
        EventKind::LogoutPartial,
        EventKind::ConsoleSignInRefused,
        EventKind::InvitationFailed,
        EventKind::ConnectionRefreshFailed,
    ];
    refusals.iter().any(|refusal| refusal.as_str() == kind)
}

/// To the second: `2026-11-23 07:43:05 UTC`.
fn readable(at: &str) -> String {
    match (at.get(..10), at.get(11..19)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => at.to_owned(),
    }
}

/// As much of a text as so many bytes of a page hold, with a sign that there is more.
fn clip(text: &str, bytes: usize) -> String {
    let mut left = bytes;
    for (at, letter) in text.char_indices() {
        // A page writes these as `&#60;` and the like.
        let weight = if "<>&\"'".contains(letter) { 5 } else { letter.len_utf8() };
        match left.checked_sub(weight) {
            Some(rest) => left = rest,
            None => return format!("{}…", text.get(..at).unwrap_or_default()),
        }
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_clipped_by_what_it_weighs_in_a_page() {
        assert_eq!(clip("short", 5), "short");
        assert_eq!(clip("longer", 5), "longe…");
        assert_eq!(clip("<<<", 12), "<<…");
        assert_eq!(clip("ééé", 5), "éé…");
        assert_eq!(clip("", 0), "");
    }

    #[test]
    fn a_moment_is_read_to_the_second() {
        assert_eq!(readable("2026-11-23T07:43:05.575376Z"), "2026-11-23 07:43:05 UTC");
        assert_eq!(readable("never"), "never");
    }
}
