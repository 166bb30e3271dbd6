//! What an administrator does by hand (product rules §2.6, §2.7, §3.7).

use serde_json::{Value, json};

use super::draft::Draft;
use super::{Change, LinkWrite, Refusal, State};
use crate::access::{EnvironmentAccess, Rule};
use crate::audit::EventKind;
use crate::collaborator::Person;
use crate::command::Context;
use crate::environment::{Catalogue, Environment, RoleName};
use crate::facts::{Pin, Stated};
use crate::id::ConnectionId;

/// Sets a role; the next sync may overwrite it, unless it is pinned (§3.7).
pub(super) fn set_role(
    state: State<'_>,
    environment: &str,
    role: &str,
    pin: Option<Pin>,
    context: &Context,
) -> Result<Change, Refusal> {
    let person = get_person(&state)?;
    let environment = get_environment(state.catalogue, environment)?;
    let role = get_role(state.catalogue, role)?;
    check_pin(pin.as_ref(), context)?;
    let before = person.access.find(&environment.name).cloned();
    let known_pin = person.facts.manual.pins.get(&environment.name).cloned();
    let mut draft = Draft::of(&state, person, context);
    let same_role = before.as_ref().is_some_and(|before| before.role.as_ref() == Some(&role));
    if same_role && pin == known_pin && before.as_ref().is_some_and(|before| before.rule.is_by_hand()) {
        return Ok(draft.finish());
    }
    match pin {
        Some(pin) => drop(draft.person.facts.manual.pins.insert(environment.name.clone(), pin)),
        None => drop(draft.person.facts.manual.pins.remove(&environment.name)),
    }
    let stated = Stated { value: role, at: draft.now };
    draft.person.facts.manual.roles.insert(environment.name.clone(), stated);
    draft.evaluate();
    let after = draft.person.access.find(&environment.name).cloned();
    if same_role || after.as_ref().is_some_and(|after| after.rule == Rule::AdministratorPinnedRole) {
        draft.record(EventKind::CollaboratorUpdated, origin(before.as_ref()), origin(after.as_ref()));
    }
    Ok(draft.finish())
}

fn check_pin(pin: Option<&Pin>, context: &Context) -> Result<(), Refusal> {
    let Some(pin) = pin else { return Ok(()) };
    if pin.until <= context.now {
        return Err(Refusal::PinIsOver(pin.until));
    }
    if pin.reason.trim().is_empty() || pin.reason.chars().count() > 500 {
        return Err(Refusal::PinWithoutReason);
    }
    Ok(())
}

/// Looks again at what changes with time, the policy or the catalogue alone.
pub(super) fn reconsider(state: State<'_>, context: &Context) -> Result<Change, Refusal> {
    let person = get_person(&state)?;
    let mut draft = Draft::of(&state, person, context);
    if draft.person.is_due(context.now) {
        draft.evaluate();
    } else {
        draft.reconsider();
    }
    Ok(draft.finish())
}

/// Deactivates by a fact of its own, which only an administrator lifts.
pub(super) fn hold(state: State<'_>, context: &Context) -> Result<Change, Refusal> {
    let person = get_person(&state)?;
    let mut draft = Draft::of(&state, person, context);
    let now = draft.now;
    draft.transition(Some(EventKind::CollaboratorDeactivated), |lifecycle| {
        lifecycle.hold.get_or_insert(now);
    });
    Ok(draft.finish())
}

/// Lifts a hold and takes back a removal. What the identity provider deactivated, only the identity provider activates.
pub(super) fn activate(state: State<'_>, context: &Context) -> Result<Change, Refusal> {
    let person = get_person(&state)?;
    let mut draft = Draft::of(&state, person, context);
    draft.transition(None, |lifecycle| {
        lifecycle.hold = None;
        lifecycle.removed = None;
    });
    Ok(draft.finish())
}

/// Takes the person out of the workspace; the provider or a login brings them back.
pub(super) fn remove(state: State<'_>, context: &Context) -> Result<Change, Refusal> {
    let person = get_person(&state)?;
    let mut draft = Draft::of(&state, person, context);
    let now = draft.now;
    draft.transition(Some(EventKind::CollaboratorRemoved), |lifecycle| {
        lifecycle.removed.get_or_insert(now);
    });
    Ok(draft.finish())
}

/// Says anew whose person this is. Sessions through the former connection end.
pub(super) fn link(
    state: State<'_>,
    connection: ConnectionId,
    name_id: Option<String>,
    context: &Context,
) -> Result<Change, Refusal> {
    let person = get_person(&state)?;
    let (id, former) = (person.id, person.lifecycle.connection);
    let mut draft = Draft::of(&state, person, context);
    draft.person.lifecycle.connection = Some(connection);
    draft.link(LinkWrite::DropAll(id));
    let shown = json!({ "connection": connection, "name_id": name_id });
    if let Some(name_id) = name_id {
        draft.link(LinkWrite::Add { connection, name_id, person: id });
    }
    draft.end_sessions();
    draft.record(EventKind::CollaboratorLinked, Some(json!({ "connection": former })), Some(shown));
    Ok(draft.finish())
}

/// Ends every session and changes nothing else.
pub(super) fn end_sessions(state: State<'_>, context: &Context) -> Result<Change, Refusal> {
    let person = get_person(&state)?;
    let mut draft = Draft::of(&state, person, context);
    draft.end_sessions();
    draft.tell(EventKind::SessionEnded, None, None);
    Ok(draft.finish())
}

fn get_person(state: &State<'_>) -> Result<Person, Refusal> {
    state.person.clone().ok_or(Refusal::NotFound)
}

fn get_environment<'a>(catalogue: &'a Catalogue, name: &str) -> Result<&'a Environment, Refusal> {
    catalogue.find_environment(name).ok_or_else(|| {
        let names: Vec<_> = catalogue.environments.iter().map(|e| e.name.as_str()).collect();
        Refusal::NoSuchEnvironment(name.to_owned(), names.join(", "))
    })
}

fn get_role(catalogue: &Catalogue, name: &str) -> Result<RoleName, Refusal> {
    catalogue.find_role(name).ok_or_else(|| {
        let names: Vec<_> = catalogue.roles.iter().map(|r| r.as_str()).collect();
        Refusal::NoSuchRole(name.to_owned(), names.join(", "))
    })
}

/// Where a role comes from, for an entry about a role that stays the same.
fn origin(access: Option<&EnvironmentAccess>) -> Option<Value> {
    let pin = |e: &EnvironmentAccess| e.inputs.manual.pin.clone().filter(|_| e.rule == Rule::AdministratorPinnedRole);
    access.map(|e| json!({ "environment": e.environment, "role": e.role, "source": e.source, "pin": pin(e) }))
}
