//! Collaborator groups, their members by hand, and what the provider's names mean.

use domain::access::Origin;
use domain::audit::{EventKind, Subject};
use domain::command::Command;
use domain::environment::{ALL_COLLABORATORS, GroupName};
use domain::group::Group;
use domain::id::{GroupId, PersonId};
use serde_json::json;
use store::{Committed, StoreError, Unique};
use web::random;

use crate::acting::Acting;
use crate::error::AdministrationError;

/// Adds a group.
pub fn add(acting: &Acting, name: &str) -> Result<Group, AdministrationError> {
    if name == ALL_COLLABORATORS {
        return Err(AdministrationError::SystemGroup);
    }
    let (id, name) = (GroupId::new(random::new_id(acting.now())?), GroupName::new(name)?);
    let group = Group::new(acting.workspace.id, id, name.clone(), false, acting.now());
    let entry = acting.entry(EventKind::GroupAdded, subject(name.as_str()), None, Some(json!({ "name": name })));
    match acting.store.add_group(group.clone(), entry) {
        Err(StoreError::Taken(Unique::GroupName)) => Err(AdministrationError::GroupTaken(name)),
        done => Ok(done.map(|()| group)?),
    }
}

/// Lets a name that the identity provider sends mean one of our groups, from the next login on.
pub fn map(acting: &Acting, provider_name: &str, group: &str) -> Result<(), AdministrationError> {
    // Names come trimmed, and none is longer than a group's.
    let (provider_name, group) = (GroupName::new(provider_name)?, GroupName::new(group)?);
    let earlier = acting.store.find_group_mapping(acting.workspace.id, provider_name.as_str())?;
    let shown = |group: &GroupName| json!({ "provider_name": provider_name, "group": group });
    let (before, after) = (earlier.as_ref().map(shown), shown(&group));
    let entry = acting.entry(EventKind::GroupMapped, subject(group.as_str()), before, Some(after));
    Ok(acting.store.map_group(provider_name.to_string(), group, entry)?)
}

/// Lets a name that the identity provider sends mean no group of ours any more, from the next login on.
pub fn unmap(acting: &Acting, provider_name: &str) -> Result<(), AdministrationError> {
    let meant = acting.store.find_group_mapping(acting.workspace.id, provider_name)?;
    let group = meant.ok_or_else(|| AdministrationError::NoSuchMapping(provider_name.to_owned()))?;
    let before = json!({ "provider_name": provider_name, "group": group });
    let entry = acting.entry(EventKind::GroupUnmapped, subject(group.as_str()), Some(before), None);
    Ok(acting.store.unmap_group(provider_name.to_owned(), entry)?)
}

/// The group of that name.
pub fn get(acting: &Acting, name: &str) -> Result<Group, AdministrationError> {
    let name = GroupName::new(name)?;
    let group = acting.store.find_group_by_name(acting.workspace.id, &name)?;
    group.ok_or(AdministrationError::NoSuchGroup(name))
}

/// Puts somebody into a group by hand, so that no sync takes them out, or takes that back: what syncs say stays.
pub fn set_member(
    acting: &Acting,
    group: &Group,
    person: PersonId,
    member: bool,
) -> Result<Committed, AdministrationError> {
    let command = Command::SetMembership { group: group.name.clone(), origin: Origin::Manual, member };
    acting.command(person, &command)
}

fn subject(name: &str) -> Subject {
    Subject::named("group", name)
}
