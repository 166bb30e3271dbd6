use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use domain::access::{Membership, Origin};
use domain::decide::MembershipWrite;
use domain::environment::GroupName;
use domain::id::WorkspaceId;

use super::Conn;
use super::people::CHUNK;
use crate::error::StoreError;
use crate::record::{micros, timestamp, valid};
use crate::schema::{collaborator_groups, memberships};

/// The memberships of these people by person, each list by group name.
pub(crate) fn of_people<'p>(
    conn: &mut Conn,
    people: impl Iterator<Item = &'p str>,
) -> Result<HashMap<String, Vec<Membership>>, StoreError> {
    let people: Vec<&str> = people.collect();
    let mut found: HashMap<String, BTreeMap<GroupName, Membership>> = HashMap::new();
    for chunk in people.chunks(CHUNK) {
        let rows: Vec<(String, String, String, i64)> = memberships::table
            .inner_join(collaborator_groups::table.on(collaborator_groups::id.eq(memberships::group_id)))
            .filter(memberships::person_id.eq_any(chunk))
            .select((memberships::person_id, collaborator_groups::name, memberships::origin, memberships::since))
            .load(conn)?;
        for (person, group, origin, since) in rows {
            let name = valid(GroupName::new(&group))?;
            let origin = Origin::find(&origin).ok_or_else(|| StoreError::Corrupt(format!("the origin {origin}")))?;
            let membership = found
                .entry(person)
                .or_default()
                .entry(name.clone())
                .or_insert_with(|| Membership { name, origins: BTreeMap::new() });
            membership.origins.insert(origin, timestamp(since)?);
        }
    }
    Ok(found.into_iter().map(|(person, groups)| (person, groups.into_values().collect())).collect())
}

/// Begins and ends memberships. A group that was renamed or removed since the decision is a conflict: decide anew.
pub(crate) fn write(
    conn: &mut Conn,
    workspace: WorkspaceId,
    person: &str,
    writes: &[MembershipWrite],
) -> Result<(), StoreError> {
    for write in writes {
        let group: Option<String> = collaborator_groups::table
            .filter(collaborator_groups::workspace_id.eq(workspace.to_string()))
            .filter(collaborator_groups::name.eq(write.group.as_str()))
            .select(collaborator_groups::id)
            .first(conn)
            .optional()?;
        let group = group.ok_or(StoreError::Conflict)?;
        match write.since {
            Some(since) => {
                diesel::insert_into(memberships::table)
                    .values((
                        memberships::group_id.eq(group),
                        memberships::person_id.eq(person),
                        memberships::origin.eq(write.origin.as_str()),
                        memberships::since.eq(micros(since)),
                    ))
                    .execute(conn)?;
            }
            None => {
                diesel::delete(memberships::table.find((group, person, write.origin.as_str()))).execute(conn)?;
            }
        }
    }
    Ok(())
}
