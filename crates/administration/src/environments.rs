//! The environments, edited on top of what another administrator edits at the same time. What an edit does to people's access
//! is in force once that is settled.

use domain::audit::{EventKind, Subject};
use domain::environment::{Environment, EnvironmentEdit, EnvironmentError, Environments};
use serde_json::{Value, json};
use store::StoreError;

use crate::acting::Acting;
use crate::error::AdministrationError;

/// Adds one, before another or at the end.
pub fn add(
    acting: &Acting,
    name: &str,
    edit: &EnvironmentEdit,
    before: Option<&str>,
) -> Result<(), AdministrationError> {
    change(acting, name, EventKind::EnvironmentAdded, |all| all.add(name, edit.clone(), before))
}

/// Changes how the roles of one come, or how long they last.
pub fn set(acting: &Acting, name: &str, edit: &EnvironmentEdit) -> Result<(), AdministrationError> {
    change(acting, name, EventKind::EnvironmentUpdated, |all| all.change(name, edit.clone()))
}

/// Removes one with everybody's role in it.
pub fn remove(acting: &Acting, name: &str) -> Result<(), AdministrationError> {
    change(acting, name, EventKind::EnvironmentRemoved, |all| all.remove(name))
}

/// What the audit log says of an environment.
#[must_use]
pub fn audited(environment: &Environment) -> Value {
    json!({
        "name": environment.name,
        "scim_attributes": environment.scim_attributes,
        "saml_attributes": environment.saml_attributes,
        "default_role": environment.default_role,
        "max_age": environment.max_age.map(|age| age.to_string()),
    })
}

fn change(
    acting: &Acting,
    name: &str,
    kind: EventKind,
    edit: impl Fn(&mut Environments) -> Result<(), EnvironmentError>,
) -> Result<(), AdministrationError> {
    loop {
        let version = acting.current_workspace()?.policy_version;
        let before = Environments::new(acting.store.environments(acting.workspace.id)?);
        let mut after = before.clone();
        edit(&mut after)?;
        if before == after {
            return Ok(());
        }
        let shown = |all: &Environments| all.get(name).ok().map(audited);
        let entry = acting.entry(kind, Subject::named("environment", name), shown(&before), shown(&after));
        match acting.store.set_environments(after, version, entry) {
            Err(StoreError::Conflict) => {}
            done => return Ok(done?),
        }
    }
}
