//! What became of a person, read from the audit log.

use domain::audit::{EventKind, SealedEntry};
use domain::collaborator::Person;
use domain::order::moment;
use serde_json::Value;
use store::{Store, StoreError};

use crate::page::{machine, shown};

/// What the status timeline is made of.
const TURNS: [EventKind; 9] = [
    EventKind::CollaboratorProvisioned,
    EventKind::CollaboratorDeactivated,
    EventKind::CollaboratorReactivated,
    EventKind::CollaboratorRemoved,
    EventKind::InvitationSent,
    EventKind::InvitationFailed,
    EventKind::InvitationAccepted,
    EventKind::CollaboratorLinked,
    EventKind::CollaboratorUnlinked,
];
/// Turns of a long life that are shown.
const MOST: i64 = 50;
/// The latest entries that the page shows; the audit log has the rest.
const LATEST: i64 = 12;

/// One entry in a few words.
pub(super) struct Told {
    pub(super) kind: String,
    pub(super) words: &'static str,
    pub(super) mark: &'static str,
    pub(super) at: (String, String),
    pub(super) source: String,
    pub(super) actor: String,
}

/// The turns of a person's status, the latest first, and the first login at its place.
pub(super) fn timeline(store: &Store, person: &Person) -> Result<Vec<Told>, StoreError> {
    let turns = store.entries_of_kinds_about(person.workspace, person.id, &TURNS, None, MOST)?;
    let mut told: Vec<Told> = turns.into_iter().map(|(_, entry)| tell(entry)).collect();
    if let Some(first) = store.first_entry_about(person.workspace, person.id, EventKind::LoginSucceeded)? {
        let first = Told { words: "First login", ..tell(first) };
        let place = told.iter().position(|one| one.at.1 < first.at.1).unwrap_or(told.len());
        told.insert(place, first);
    }
    Ok(told)
}

/// The latest entries about the person.
pub(super) fn latest(store: &Store, person: &Person) -> Result<Vec<Told>, StoreError> {
    let entries = store.entries_about(person.workspace, person.id, None, LATEST)?;
    Ok(entries.into_iter().map(|(_, entry)| tell(entry)).collect())
}

fn tell(entry: SealedEntry) -> Told {
    let (words, mark) = words(&entry.kind);
    let at = moment(&entry.at);
    Told {
        words,
        mark,
        at: at.map_or_else(|| (entry.at.clone(), entry.at.clone()), |at| (shown(&at), machine(&at))),
        source: entry.source,
        actor: actor(&entry.actor),
        kind: entry.kind,
    }
}

/// What happened, and whether it opens or ends something.
fn words(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "collaborator.provisioned" => ("Made", "good"),
        "collaborator.updated" => ("Profile changed", ""),
        "collaborator.deactivated" => ("Deactivated", "bad"),
        "collaborator.reactivated" => ("Back again", "good"),
        "collaborator.removed" => ("Removed", "bad"),
        "collaborator.linked" => ("Linked by an administrator", ""),
        "collaborator.unlinked" => ("SAML links dropped", ""),
        "invitation.sent" => ("Invitation sent", ""),
        "invitation.failed" => ("Invitation could not be sent", "bad"),
        "invitation.accepted" => ("Invitation accepted", "good"),
        "access.changed" => ("Access changed", ""),
        "administrator.kept" => ("Kept as the last administrator", ""),
        "role.unresolved" => ("A role value names no role", "bad"),
        "group.unresolved" => ("A group value names no group", ""),
        "login.succeeded" => ("Signed in", "good"),
        "login.failed" => ("Login refused", "bad"),
        "session.ended" => ("Session ended", ""),
        "console.signed_in" => ("Signed in to the console", ""),
        "console.sign_in_refused" => ("Refused at the console", "bad"),
        _ => ("Something else", ""),
    }
}

fn actor(actor: &Value) -> String {
    let text = |key: &str| actor.get(key).and_then(Value::as_str).map(str::to_owned);
    text("name").or_else(|| text("issuer")).or_else(|| text("type")).unwrap_or_default()
}
