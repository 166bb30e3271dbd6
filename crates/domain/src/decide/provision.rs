//! The lifecycle over SCIM (product rules §2.1 to §2.10).

use serde_json::{Map, Value, json};

use super::draft::Draft;
use super::{Change, LinkWrite, Refusal, State};
use crate::audit::EventKind;
use crate::collaborator::{Lifecycle, Person, ProviderState};
use crate::command::{Context, NewIds, ScimUser};
use crate::schema_urn::WORKATO_ROLE;

/// `POST`: a new person, or a deleted one brought back by the same `userName` and `externalId` (§2.5).
pub(super) fn create(state: State<'_>, ids: NewIds, user: ScimUser, context: &Context) -> Result<Change, Refusal> {
    // An externalId means something to the provider that gave it, and to no other.
    let same = |deleted: &&Person| {
        let is_theirs = deleted.lifecycle.belongs_to(context.connection);
        user.external_id.is_some() && deleted.external_id == user.external_id && is_theirs
    };
    let known = state.namesakes.iter().find(same).cloned();
    let id = known.as_ref().map_or(ids.person, |known| known.id);
    let mut draft = match known {
        Some(known) => revive(&state, known, ids, user, context),
        None => make(&state, ids, user, context),
    };
    for predecessor in state.namesakes.iter().filter(|namesake| namesake.id != id) {
        unlink_predecessor(&mut draft, predecessor);
    }
    Ok(draft.finish())
}

/// `PUT` or `PATCH`: the resource as it is to be.
pub(super) fn replace(state: State<'_>, user: ScimUser, context: &Context) -> Result<Change, Refusal> {
    let person = theirs(&state, context)?;
    if user.active == Some(true) && person.lifecycle.hold.is_some() {
        return Err(Refusal::Held);
    }
    let is_renamed = person.user_name.fold() != user.user_name.fold();
    let mut draft = Draft::of(&state, person, context);
    apply(&mut draft, user);
    for predecessor in state.namesakes.iter().filter(|_| is_renamed) {
        unlink_predecessor(&mut draft, predecessor);
    }
    Ok(draft.finish())
}

/// `DELETE`: the SCIM id answers 404 from now on; what the person had is kept aside.
pub(super) fn delete(state: State<'_>, context: &Context) -> Result<Change, Refusal> {
    let person = theirs(&state, context)?;
    let mut draft = Draft::of(&state, person, context);
    let now = draft.now;
    draft.transition(Some(EventKind::CollaboratorDeactivated), |l| l.provider = ProviderState::Deleted(now));
    Ok(draft.finish())
}

/// The person, if they live and the client's identity provider may speak for them.
fn theirs(state: &State<'_>, context: &Context) -> Result<Person, Refusal> {
    let living = state.person.clone().filter(|person| !person.lifecycle.is_deleted()).ok_or(Refusal::NotFound)?;
    if living.lifecycle.belongs_to(context.connection) {
        Ok(living)
    } else {
        Err(Refusal::AnotherProvider(living.user_name.to_string()))
    }
}

fn make<'a>(state: &State<'a>, ids: NewIds, user: ScimUser, context: &'a Context) -> Draft<'a> {
    let lifecycle = Lifecycle::provisioned(user.active.unwrap_or(true), context.now);
    let mut person = Person::new(ids.person, state.workspace.id, user.user_name, lifecycle, context.now);
    person.lifecycle.connection = context.connection;
    person.external_id = user.external_id;
    person.profile = user.profile;
    person.facts.provisioned.replace(&user.roles.unwrap_or_default(), context.now);
    let mut draft = Draft::new(state, person, context);
    let after = json!({ "userName": draft.person.user_name.as_str(), "status": draft.person.status() });
    draft.tell(EventKind::CollaboratorProvisioned, None, Some(after));
    draft.evaluate();
    draft
}

/// The same person (inner id, earlier privileges) under a new SCIM id.
fn revive<'a>(state: &State<'a>, known: Person, ids: NewIds, user: ScimUser, context: &'a Context) -> Draft<'a> {
    let mut draft = Draft::of(state, known, context);
    draft.person.scim_id = ids.scim;
    draft.person.created_at = draft.now;
    let active = user.active.unwrap_or(true);
    apply(&mut draft, ScimUser { active: Some(active), ..user });
    // The workspace may have become another one meanwhile.
    draft.reconsider();
    draft
}

/// A recycled address must not inherit its predecessor's access: their SAML links are dropped, with a note (§2.5).
fn unlink_predecessor(draft: &mut Draft<'_>, predecessor: &Person) {
    draft.link(LinkWrite::DropAll(predecessor.id));
    let note = json!({ "predecessor": predecessor.id, "reason": "the userName belongs to somebody new" });
    draft.record(EventKind::CollaboratorUnlinked, None, Some(note));
}

fn apply(draft: &mut Draft<'_>, user: ScimUser) {
    // What the client could not see it did not take away.
    let profile = user.custom_attributes.replacing(&draft.person.profile, user.profile);
    let user = ScimUser { profile, ..user };
    let lifecycle = &mut draft.person.lifecycle;
    lifecycle.connection = lifecycle.connection.or(draft.context.connection);
    set_active(draft, user.active);
    set_profile(draft, &user);
    if let Some(roles) = &user.roles {
        let now = draft.now;
        let before = draft.person.facts.provisioned.clone();
        draft.person.facts.provisioned.replace(roles, now);
        if draft.person.facts.provisioned == before {
            draft.reconsider();
        } else {
            draft.evaluate();
        }
    }
}

/// Left out means unchanged; the first write marks a person as managed (§2.9). A removal is undone by `true` (§2.6), a
/// hold is not: [`replace`] has refused that, and a person brought back stays held.
fn set_active(draft: &mut Draft<'_>, active: Option<bool>) {
    let now = draft.now;
    let before = draft.person.lifecycle.clone();
    let kind = match active {
        Some(false) if !matches!(before.provider, ProviderState::Deactivated(_)) => {
            Some(EventKind::CollaboratorDeactivated)
        }
        _ => None,
    };
    draft.transition(kind, |lifecycle| match (active, lifecycle.provider) {
        (Some(true), provider) => {
            lifecycle.removed = None;
            if !matches!(provider, ProviderState::Active(_)) {
                lifecycle.provider = ProviderState::Active(now);
            }
        }
        (Some(false), ProviderState::Deactivated(_)) => {}
        (Some(false), _) => lifecycle.provider = ProviderState::Deactivated(now),
        (None, ProviderState::Unmanaged) => lifecycle.provider = ProviderState::Active(now),
        (None, _) => {}
    });
}

fn set_profile(draft: &mut Draft<'_>, user: &ScimUser) {
    let (before, after) = differences(&draft.person, user);
    if after.is_empty() && before.is_empty() {
        return;
    }
    if !draft.person.user_name.is_meant_by(&user.user_name) {
        // The next login links by the new name, and the old one no longer works (§2.3).
        let id = draft.person.id;
        draft.link(LinkWrite::DropAll(id));
    }
    draft.person.user_name = user.user_name.clone();
    draft.person.external_id = user.external_id.clone();
    draft.person.profile = user.profile.clone();
    draft.tell(EventKind::CollaboratorUpdated, Some(Value::Object(before)), Some(Value::Object(after)));
}

/// Only the attributes that differ, as they were and as they become.
fn differences(person: &Person, user: &ScimUser) -> (Map<String, Value>, Map<String, Value>) {
    let mut old = attributes(person.user_name.as_str(), person.external_id.as_deref(), &person.profile.0);
    let mut new = attributes(user.user_name.as_str(), user.external_id.as_deref(), &user.profile.0);
    if let Some(roles) = &user.roles {
        old.insert(WORKATO_ROLE.to_owned(), json!(person.facts.provisioned.values()));
        new.insert(WORKATO_ROLE.to_owned(), json!(roles));
    }
    let only = |these: &Map<String, Value>, those: &Map<String, Value>| {
        these.iter().filter(|(k, v)| those.get(*k) != Some(*v)).map(|(k, v)| (k.clone(), v.clone())).collect()
    };
    (only(&old, &new), only(&new, &old))
}

fn attributes(user_name: &str, external_id: Option<&str>, profile: &Map<String, Value>) -> Map<String, Value> {
    let mut all = profile.clone();
    all.insert("userName".to_owned(), json!(user_name));
    if let Some(external_id) = external_id {
        all.insert("externalId".to_owned(), json!(external_id));
    }
    all
}
