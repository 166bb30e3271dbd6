//! The environments, edited on top of what another administrator edits at the same time. What an edit does to people's access
//! is in force once that is settled.

use domain::audit::{EventKind, Subject};
use domain::environment::{Environment, EnvironmentEdit, EnvironmentError, Environments, Place};
use serde_json::{Value, json};
use store::StoreError;

use crate::acting::Acting;
use crate::error::AdministrationError;

/// Adds one.
pub fn add(acting: &Acting, name: &str, edit: &EnvironmentEdit, place: Place<'_>) -> Result<(), AdministrationError> {
    change(acting, name, EventKind::EnvironmentAdded, |all| all.add(name, edit.clone(), place))
}

/// Changes how the roles of one come, how long they last, or where it stands; without a place it stays where it is. Somebody who
/// has seen all of it says at which version of the policy that was: if it is another by now, nothing is changed.
pub fn set(
    acting: &Acting,
    name: &str,
    edit: &EnvironmentEdit,
    place: Option<Place<'_>>,
    seen: Option<i64>,
) -> Result<(), AdministrationError> {
    change_seen(acting, name, EventKind::EnvironmentUpdated, seen, |all| {
        all.change(name, edit.clone())?;
        place.map_or(Ok(()), |place| all.put(name, place))
    })
}

/// Removes one with everybody's role in it.
pub fn remove(acting: &Acting, name: &str) -> Result<(), AdministrationError> {
    change(acting, name, EventKind::EnvironmentRemoved, |all| all.remove(name))
}

/// An environment as it is shown.
#[must_use]
pub fn described(environment: &Environment) -> Value {
    json!({
        "name": environment.name,
        "scim_attributes": environment.scim_attributes,
        "saml_attributes": environment.saml_attributes,
        "default_role": environment.default_role,
        "max_age": environment.max_age.map(|age| age.to_string()),
    })
}

/// What the audit log says of an environment: where it stands as well.
fn audited(all: &Environments, name: &str) -> Option<Value> {
    let (environment, place) = (all.get(name).ok()?, all.place_of(name).ok()?);
    let mut shown = described(environment);
    shown.as_object_mut()?.insert("place".to_owned(), json!(place));
    Some(shown)
}

fn change(
    acting: &Acting,
    name: &str,
    kind: EventKind,
    edit: impl Fn(&mut Environments) -> Result<(), EnvironmentError>,
) -> Result<(), AdministrationError> {
    change_seen(acting, name, kind, None, edit)
}

fn change_seen(
    acting: &Acting,
    name: &str,
    kind: EventKind,
    seen: Option<i64>,
    edit: impl Fn(&mut Environments) -> Result<(), EnvironmentError>,
) -> Result<(), AdministrationError> {
    loop {
        let version = acting.current_workspace()?.policy_version;
        if seen.is_some_and(|seen| seen != version) {
            return Err(AdministrationError::PolicyOvertaken);
        }
        let before = Environments::new(acting.store.environments(acting.workspace.id)?);
        let mut after = before.clone();
        edit(&mut after)?;
        if before == after {
            return Ok(());
        }
        let subject = Subject::named("environment", name);
        let entry = acting.entry(kind, subject, audited(&before, name), audited(&after, name));
        match acting.store.set_environments(after, version, entry) {
            Err(StoreError::Conflict) => {}
            done => return Ok(done?),
        }
    }
}
