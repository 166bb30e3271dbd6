//! Group membership that SCIM pushes or an administrator gives (product rules §3.6).

use std::collections::BTreeMap;

use serde_json::json;

use super::draft::Draft;
use super::{Change, Refusal, State};
use crate::access::{Membership, Origin};
use crate::audit::EventKind;
use crate::collaborator::Person;
use crate::command::Context;
use crate::environment::GroupName;

/// Begins or ends the membership of one origin; what others say about the same group stays. A SCIM token speaks for the people
/// of its own identity provider only.
pub(super) fn set(
    state: State<'_>,
    group: &GroupName,
    origin: Origin,
    member: bool,
    context: &Context,
) -> Result<Change, Refusal> {
    let person = state.person.clone().filter(|p| !p.lifecycle.is_deleted()).ok_or(Refusal::NotFound)?;
    if origin == Origin::Scim && !person.lifecycle.belongs_to(context.connection) {
        return Err(Refusal::AnotherProvider(person.user_name.to_string()));
    }
    let mut draft = Draft::of(&state, person, context);
    let now = draft.now;
    let before = origins(&draft.person, group);
    let groups = &mut draft.person.access.groups;
    if member {
        let at = groups.binary_search_by(|known| known.name.cmp(group)).unwrap_or_else(|at| {
            groups.insert(at, Membership { name: group.clone(), origins: BTreeMap::new() });
            at
        });
        if let Some(membership) = groups.get_mut(at) {
            membership.origins.entry(origin).or_insert(now);
        }
    } else {
        for membership in groups.iter_mut().filter(|known| known.name == *group) {
            membership.origins.remove(&origin);
        }
        groups.retain(|membership| !membership.origins.is_empty());
    }
    let after = origins(&draft.person, group);
    // Being in a group, or not any more, is a change of access, which tells itself.
    if origin == Origin::Manual && before != after && before.is_empty() == after.is_empty() {
        let shown = |origins| Some(json!({ "group": group, "origins": origins }));
        draft.record(EventKind::CollaboratorUpdated, shown(before), shown(after));
    }
    Ok(draft.finish())
}

fn origins(person: &Person, group: &GroupName) -> Vec<Origin> {
    let known = person.access.groups.iter().find(|membership| membership.name == *group);
    known.map(|membership| membership.origins.keys().copied().collect()).unwrap_or_default()
}
