//! Environment roles and their privileges.

use domain::audit::{EventKind, Subject};
use domain::environment::RoleName;
use domain::role::Role;
use serde_json::json;
use store::{StoreError, Unique};

use crate::acting::Acting;
use crate::error::AdministrationError;

/// The name of a role that the workspace has.
pub fn get_name(acting: &Acting, name: &str) -> Result<RoleName, AdministrationError> {
    let roles = acting.store.roles(acting.workspace.id)?;
    let names: Vec<&str> = roles.iter().map(|role| role.name.as_str()).collect();
    let found = roles.iter().find(|role| role.name.as_str() == name);
    let unknown = || AdministrationError::NoneOfTheRoles(name.to_owned(), names.join(", "));
    found.map(|role| role.name.clone()).ok_or_else(unknown)
}

/// Adds a role. Who was given one of that name before has it once everybody's access is settled.
pub fn add(acting: &Acting, role: Role) -> Result<(), AdministrationError> {
    let name = role.name.clone();
    let after = json!({ "name": name, "privileges": role.privileges });
    let entry = acting.entry(EventKind::RoleAdded, subject(&name), None, Some(after));
    match acting.store.add_role(role, entry) {
        Err(StoreError::Taken(Unique::RoleName)) => Err(AdministrationError::RoleTaken(name)),
        done => Ok(done?),
    }
}

/// Replaces the privileges of a role that was added.
pub fn set(acting: &Acting, role: Role) -> Result<(), AdministrationError> {
    let roles = acting.store.roles(acting.workspace.id)?;
    let known = roles.into_iter().find(|known| known.name == role.name);
    let known = known.ok_or_else(|| AdministrationError::NoSuchRole(role.name.clone()))?;
    if known.is_system() {
        return Err(AdministrationError::SystemRole(known.name));
    }
    if known.privileges == role.privileges {
        return Ok(());
    }
    let (before, after) = (json!({ "privileges": known.privileges }), json!({ "privileges": role.privileges }));
    let entry = acting.entry(EventKind::RoleUpdated, subject(&role.name), Some(before), Some(after));
    Ok(acting.store.set_role(role, entry)?)
}

fn subject(name: &RoleName) -> Subject {
    Subject::named("role", name.as_str())
}
