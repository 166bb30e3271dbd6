//! The past of people: where they stood, and what they might do.

use diesel::prelude::*;
use domain::access::{EffectiveAccess, Membership};
use domain::clock::Timestamp;
use domain::collaborator::{Person, UserName};
use domain::environment::GroupName;
use domain::id::{PersonId, WorkspaceId};

use super::super::Conn;
use super::find;
use crate::error::StoreError;
use crate::record::{json, micros, parsed, timestamp, valid};
use crate::schema::{access_history, group_renames};

/// Keeps how it is from now on, groups included.
pub(crate) fn remember(conn: &mut Conn, person: &Person) -> Result<(), StoreError> {
    diesel::insert_into(access_history::table)
        .values((
            access_history::person_id.eq(person.id.to_string()),
            access_history::version.eq(person.version),
            access_history::at.eq(micros(person.updated_at)),
            access_history::user_name.eq(person.user_name.as_str()),
            access_history::lifecycle.eq(json(&person.lifecycle)?),
            access_history::facts.eq(json(&person.facts)?),
            access_history::access.eq(json(&person.access)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// The person as they were at that moment; none where they were not there yet.
pub(crate) fn at(
    conn: &mut Conn,
    workspace: WorkspaceId,
    person: PersonId,
    moment: i64,
) -> Result<Option<Person>, StoreError> {
    let Some(now) = find(conn, workspace, person)? else { return Ok(None) };
    let row: Option<(i64, i64, String, String, String, String)> = access_history::table
        .filter(access_history::person_id.eq(person.to_string()))
        .filter(access_history::at.le(moment))
        .order(access_history::version.desc())
        .select((
            access_history::version,
            access_history::at,
            access_history::user_name,
            access_history::lifecycle,
            access_history::facts,
            access_history::access,
        ))
        .first(conn)
        .optional()?;
    let Some((version, since, user_name, lifecycle, facts, access)) = row else { return Ok(None) };
    let mut access: EffectiveAccess = parsed(&access)?;
    rename_groups(conn, workspace, &mut access.groups, since, moment)?;
    Ok(Some(Person {
        user_name: valid(UserName::new(&user_name))?,
        lifecycle: parsed(&lifecycle)?,
        facts: parsed(&facts)?,
        access,
        version,
        updated_at: timestamp(since)?,
        ..now
    }))
}

/// When it became another, the latest first.
pub(crate) fn moments(conn: &mut Conn, person: PersonId, limit: i64) -> Result<Vec<Timestamp>, StoreError> {
    let moments: Vec<i64> = access_history::table
        .filter(access_history::person_id.eq(person.to_string()))
        .order(access_history::version.desc())
        .limit(limit)
        .select(access_history::at)
        .load(conn)?;
    moments.into_iter().map(timestamp).collect()
}

/// Gives groups the names that they had at the moment: those that the row has are of when it was written.
fn rename_groups(
    conn: &mut Conn,
    workspace: WorkspaceId,
    groups: &mut [Membership],
    since: i64,
    moment: i64,
) -> Result<(), StoreError> {
    let renames: Vec<(String, String)> = group_renames::table
        .filter(group_renames::workspace_id.eq(workspace.to_string()))
        .filter(group_renames::at.between(since, moment))
        .order((group_renames::at, group_renames::id))
        .select((group_renames::former, group_renames::name))
        .load(conn)?;
    for (former, name) in renames {
        for group in groups.iter_mut().filter(|group| group.name.as_str() == former) {
            group.name = valid(GroupName::new(&name))?;
        }
    }
    groups.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(())
}
