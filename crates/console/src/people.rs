//! The people of a workspace: who they are, why they may do what they may, and what administrators do about it by hand.

pub(crate) mod actions;
pub(crate) mod bulk;
mod facts;
pub(crate) mod list;
mod looked_for;
pub(crate) mod person;
pub(crate) mod receipt;
mod story;

use domain::audit::Source;
use domain::collaborator::{Person, Status};
use domain::id::PersonId;
use store::Store;

use crate::error::ConsoleError;
use crate::session::ConsoleSession;

/// The person of an address within the workspace, deleted people included.
fn get(store: &Store, session: &ConsoleSession, id: &str) -> Result<Person, ConsoleError> {
    let id = PersonId::parse(id).ok_or(ConsoleError::NotFound)?;
    store.find_person(session.workspace().id, id)?.ok_or(ConsoleError::NotFound)
}

/// How a status is shown: its word and its colour.
fn badge(person: &Person) -> (&'static str, &'static str) {
    match person.status() {
        _ if person.lifecycle.is_deleted() => ("deleted", "bad"),
        Status::Invited => ("invited", "warn"),
        Status::Active => ("active", "good"),
        Status::Deactivated => ("deactivated", "bad"),
        Status::Removed => ("removed", "bad"),
    }
}

/// Who said something, in words.
fn source_name(source: Source) -> &'static str {
    match source {
        Source::ScimAutoSync => "SCIM",
        Source::SamlAutoSync => "SAML",
        Source::Manual => "an administrator",
        Source::System => "the system",
    }
}
