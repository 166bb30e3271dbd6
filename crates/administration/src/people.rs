//! People, as an administrator finds and changes them.

use std::collections::BTreeSet;

use domain::access::EffectiveAccess;
use domain::collaborator::{Person, UserName};
use domain::command::Command;
use domain::explain::predict;
use domain::id::{PersonId, ScimId};
use store::{CommandError, Committed, Connection, StoreError, Unique};

use crate::acting::Acting;
use crate::error::AdministrationError;

/// The person of a `userName` (folded) or of either id: the living one, else the latest.
pub fn get(acting: &Acting, user: &str) -> Result<Person, AdministrationError> {
    let (store, workspace) = (&acting.store, acting.workspace.id);
    if let Some(person) = PersonId::parse(user).map(|id| store.find_person(workspace, id)).transpose()?.flatten() {
        return Ok(person);
    }
    if let Some(person) = ScimId::parse(user).map(|id| store.find_by_scim_id(workspace, id)).transpose()?.flatten() {
        return Ok(person);
    }
    let found = store.find_by_name(workspace, &UserName::new(user)?)?;
    found.ok_or_else(|| AdministrationError::NoSuchPerson(user.to_owned(), acting.workspace.handle.clone()))
}

/// Decides through which identity provider somebody signs in, and by which NameID; without one, their next login there finds
/// them by their `userName`. Former links end.
pub fn link(
    acting: &Acting,
    person: PersonId,
    connection: &Connection,
    name_id: Option<String>,
) -> Result<Committed, AdministrationError> {
    let command = Command::Link { connection: connection.id, name_id };
    match acting.store.command(&acting.workspace, person, &command, &acting.context) {
        Err(CommandError::Store(StoreError::Taken(Unique::NameId))) => {
            Err(AdministrationError::NameIdTaken(connection.name.to_string()))
        }
        done => Ok(done?),
    }
}

/// What the first login is going to give to somebody who awaits it.
pub fn predicted(acting: &Acting, person: &Person) -> Result<Option<EffectiveAccess>, AdministrationError> {
    let catalogue = acting.store.catalogue(acting.workspace.id, &BTreeSet::new())?;
    Ok(predict(person, &acting.workspace, &catalogue, acting.now()))
}
