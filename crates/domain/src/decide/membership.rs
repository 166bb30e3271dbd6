//! Group membership that SCIM pushes (product rules §3.6).

use std::collections::BTreeMap;

use super::draft::Draft;
use super::{Change, Refusal, State};
use crate::access::{Membership, Origin};
use crate::command::Context;
use crate::environment::GroupName;

/// Begins or ends the membership of origin `scim`; what others say about the same group stays.
pub(super) fn set(state: State<'_>, group: &GroupName, member: bool, context: &Context) -> Result<Change, Refusal> {
    let person = state.person.clone().filter(|p| !p.lifecycle.is_deleted()).ok_or(Refusal::NotFound)?;
    let mut draft = Draft::of(&state, person, context);
    let now = draft.now;
    let groups = &mut draft.person.access.groups;
    if member {
        let at = groups.binary_search_by(|known| known.name.cmp(group)).unwrap_or_else(|at| {
            groups.insert(at, Membership { name: group.clone(), origins: BTreeMap::new() });
            at
        });
        if let Some(membership) = groups.get_mut(at) {
            membership.origins.entry(Origin::Scim).or_insert(now);
        }
    } else {
        for membership in groups.iter_mut().filter(|known| known.name == *group) {
            membership.origins.remove(&Origin::Scim);
        }
        groups.retain(|membership| !membership.origins.is_empty());
    }
    Ok(draft.finish())
}
