mod order;

use std::collections::HashMap;

use diesel::dsl::{count_star, exists, not};
use diesel::prelude::*;
use domain::access::Origin;
use domain::environment::GroupName;
use domain::group::{Group, GroupChange, GroupWrite};
use domain::id::{GroupId, PersonId, ScimGroupId, ScimId, WorkspaceId};
use domain::predicate::Predicate;
use domain::text::fold;

use super::{Conn, audit, commit, group_search};
use crate::error::StoreError;
use crate::groups::{GroupPage, Member, MemberCounts, ScimMembership};
use crate::people::{Position, Sort};
use crate::record::{id, micros, timestamp, valid};
use crate::schema::{collaborator_groups, collaborators, group_renames, memberships, workspace_counters};

type Query = collaborator_groups::BoxedQuery<'static, <Conn as Connection>::Backend>;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = collaborator_groups, treat_none_as_null = true)]
#[diesel(check_for_backend(diesel::pg::Pg, diesel::sqlite::Sqlite))]
struct Row {
    id: String,
    workspace_id: String,
    scim_id: String,
    ordinal: i64,
    name: String,
    name_fold: String,
    external_id: Option<String>,
    provisioned: bool,
    revision: i64,
    created_at: i64,
    modified_at: i64,
}

impl Row {
    fn of(group: &Group, ordinal: i64) -> Self {
        Self {
            id: group.id.to_string(),
            workspace_id: group.workspace.to_string(),
            scim_id: group.scim_id.to_string(),
            ordinal,
            name: group.name.to_string(),
            name_fold: fold(group.name.as_str()),
            external_id: group.external_id.clone(),
            provisioned: group.provisioned,
            revision: group.revision,
            created_at: micros(group.created_at),
            modified_at: micros(group.modified_at),
        }
    }

    fn into_group(self) -> Result<Group, StoreError> {
        Ok(Group {
            id: id(GroupId::parse, &self.id)?,
            workspace: id(WorkspaceId::parse, &self.workspace_id)?,
            scim_id: id(ScimGroupId::parse, &self.scim_id)?,
            name: valid(GroupName::new(&self.name))?,
            external_id: self.external_id,
            provisioned: self.provisioned,
            revision: self.revision,
            created_at: timestamp(self.created_at)?,
            modified_at: timestamp(self.modified_at)?,
        })
    }
}

pub(crate) fn find(conn: &mut Conn, workspace: WorkspaceId, id: GroupId) -> Result<Option<Group>, StoreError> {
    let row = collaborator_groups::table
        .find(id.to_string())
        .filter(collaborator_groups::workspace_id.eq(workspace.to_string()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::into_group).transpose()
}

pub(crate) fn find_by_scim_id(
    conn: &mut Conn,
    workspace: WorkspaceId,
    scim_id: ScimGroupId,
) -> Result<Option<Group>, StoreError> {
    let row = collaborator_groups::table
        .filter(collaborator_groups::scim_id.eq(scim_id.to_string()))
        .filter(collaborator_groups::workspace_id.eq(workspace.to_string()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::into_group).transpose()
}

/// The first names.
pub(crate) fn names(conn: &mut Conn, workspace: WorkspaceId, limit: i64) -> Result<Vec<String>, StoreError> {
    Ok(collaborator_groups::table
        .filter(collaborator_groups::workspace_id.eq(workspace.to_string()))
        .order(collaborator_groups::name)
        .limit(limit)
        .select(collaborator_groups::name)
        .load(conn)?)
}

pub(crate) fn find_by_name(
    conn: &mut Conn,
    workspace: WorkspaceId,
    name: &GroupName,
) -> Result<Option<Group>, StoreError> {
    let row = collaborator_groups::table
        .filter(collaborator_groups::name.eq(name.as_str()))
        .filter(collaborator_groups::workspace_id.eq(workspace.to_string()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::into_group).transpose()
}

/// The SCIM members of a group, the deleted left out, in the order they came to the workspace.
pub(crate) fn members(conn: &mut Conn, group: GroupId) -> Result<Vec<Member>, StoreError> {
    let rows: Vec<(String, String)> = memberships::table
        .inner_join(collaborators::table.on(collaborators::id.eq(memberships::person_id)))
        .filter(memberships::group_id.eq(group.to_string()))
        .filter(memberships::origin.eq(Origin::Scim.as_str()))
        .filter(not(collaborators::deleted))
        .order(collaborators::ordinal)
        .select((collaborators::scim_id, collaborators::user_name))
        .load(conn)?;
    rows.into_iter()
        .map(|(scim_id, user_name)| Ok(Member { scim_id: id(ScimId::parse, &scim_id)?, user_name }))
        .collect()
}

/// How many living people are in a group, by whoever says so. A person's rows stand together in the index.
pub(crate) fn count_members(conn: &mut Conn, group: GroupId, most: usize) -> Result<MemberCounts, StoreError> {
    let origins = [Origin::Saml, Origin::Scim, Origin::Manual];
    let rows = most.saturating_add(1).saturating_mul(origins.len());
    let found: Vec<(String, String)> = memberships::table
        .inner_join(collaborators::table.on(collaborators::id.eq(memberships::person_id)))
        .filter(memberships::group_id.eq(group.to_string()))
        .filter(not(collaborators::deleted))
        .order((memberships::person_id, memberships::origin))
        .limit(i64::try_from(rows).unwrap_or(i64::MAX))
        .select((memberships::person_id, memberships::origin))
        .load(conn)?;
    let people = found.chunk_by(|(one, _), (next, _)| one == next).count();
    let mut counts = MemberCounts { is_all: people <= most, ..MemberCounts::default() };
    for rows in found.chunk_by(|(one, _), (next, _)| one == next).take(most) {
        counts.people += 1;
        for (_, origin) in rows {
            let origin = Origin::find(origin).ok_or_else(|| StoreError::Corrupt(format!("the origin {origin}")))?;
            *counts.by_origin.entry(origin).or_default() += 1;
        }
    }
    Ok(counts)
}

/// The groups of which SCIM says that these people are members, by person.
pub(crate) fn of_people(
    conn: &mut Conn,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Vec<ScimMembership>>, StoreError> {
    let mut found: HashMap<PersonId, Vec<ScimMembership>> = HashMap::new();
    for chunk in people.chunks(super::people::CHUNK) {
        let rows: Vec<(String, String, String)> = memberships::table
            .inner_join(collaborator_groups::table.on(collaborator_groups::id.eq(memberships::group_id)))
            .filter(memberships::person_id.eq_any(chunk.iter().map(ToString::to_string)))
            .filter(memberships::origin.eq(Origin::Scim.as_str()))
            .order(collaborator_groups::ordinal)
            .select((memberships::person_id, collaborator_groups::scim_id, collaborator_groups::name))
            .load(conn)?;
        for (person, group, name) in rows {
            let membership = ScimMembership { group: id(ScimGroupId::parse, &group)?, name };
            found.entry(id(PersonId::parse, &person)?).or_default().push(membership);
        }
    }
    Ok(found)
}

/// A page of groups, with how many there are in all.
pub(crate) fn list(
    conn: &mut Conn,
    workspace: WorkspaceId,
    predicate: Option<&Predicate>,
    sort: Option<&Sort>,
    position: &Position,
    limit: i64,
) -> Result<GroupPage, StoreError> {
    let matching = || {
        let all: Query =
            collaborator_groups::table.filter(collaborator_groups::workspace_id.eq(workspace.to_string())).into_boxed();
        match predicate {
            Some(predicate) => all.filter(group_search::uncached(workspace, predicate)),
            None => all,
        }
    };
    let total = match predicate {
        None => workspace_counters::table.find(workspace.to_string()).select(workspace_counters::groups).first(conn)?,
        Some(_) => matching().select(count_star()).first(conn)?,
    };
    let (rows, places): (Vec<Row>, _) = order::page(conn, &matching, sort, position, limit)?.into_iter().unzip();
    let groups = rows.into_iter().map(Row::into_group).collect::<Result<_, _>>()?;
    Ok(GroupPage { total, groups, places })
}

/// One change, one transaction: the group and everybody whom it concerns.
pub(crate) fn commit(conn: &mut Conn, change: &GroupChange) -> Result<(), StoreError> {
    let group = &change.group;
    if change.write == GroupWrite::Insert {
        insert(conn, group)?;
    }
    for member in &change.members {
        commit::commit(conn, member)?;
    }
    match change.write {
        GroupWrite::Insert | GroupWrite::Nothing => {}
        GroupWrite::Update(revision) => {
            remember_name(conn, change)?;
            update(conn, group, revision)?;
        }
        GroupWrite::Remove(revision) => remove(conn, group, revision)?,
    }
    audit::append(conn, &change.audit)
}

/// Inserts a group as the last of its workspace.
pub(crate) fn insert(conn: &mut Conn, group: &Group) -> Result<(), StoreError> {
    let ordinal = diesel::update(workspace_counters::table.find(group.workspace.to_string()))
        .set((
            workspace_counters::last_ordinal.eq(workspace_counters::last_ordinal + 1),
            workspace_counters::groups.eq(workspace_counters::groups + 1),
        ))
        .returning(workspace_counters::last_ordinal)
        .get_result(conn)?;
    diesel::insert_into(collaborator_groups::table).values(Row::of(group, ordinal)).execute(conn)?;
    Ok(())
}

/// Whoever was written with it was written under the former name, so the new one counts from the last of them on.
fn remember_name(conn: &mut Conn, change: &GroupChange) -> Result<(), StoreError> {
    let group = &change.group;
    let row = collaborator_groups::table.find(group.id.to_string());
    let former: Option<String> = row.select(collaborator_groups::name).first(conn).optional()?;
    let Some(former) = former.filter(|former| former != group.name.as_str()) else { return Ok(()) };
    let written = change.members.iter().map(|member| member.person.updated_at);
    let at = written.fold(group.modified_at, Ord::max);
    diesel::insert_into(group_renames::table)
        .values((
            group_renames::workspace_id.eq(group.workspace.to_string()),
            group_renames::at.eq(micros(at)),
            group_renames::former.eq(former),
            group_renames::name.eq(group.name.as_str()),
        ))
        .execute(conn)?;
    Ok(())
}

fn update(conn: &mut Conn, group: &Group, revision: i64) -> Result<(), StoreError> {
    let ordinal =
        collaborator_groups::table.find(group.id.to_string()).select(collaborator_groups::ordinal).first(conn);
    let ordinal = ordinal.optional()?.ok_or(StoreError::Conflict)?;
    let row = collaborator_groups::table.find(group.id.to_string()).filter(collaborator_groups::revision.eq(revision));
    if diesel::update(row).set(Row::of(group, ordinal)).execute(conn)? == 1 {
        Ok(())
    } else {
        Err(StoreError::Conflict)
    }
}

/// The group goes only if SCIM made it and nobody else is in it; otherwise it stays under its next SCIM id.
fn remove(conn: &mut Conn, group: &Group, revision: i64) -> Result<(), StoreError> {
    forget_deleted_members(conn, group)?;
    let left = memberships::table.filter(memberships::group_id.eq(group.id.to_string())).count();
    if !group.provisioned || left.get_result::<i64>(conn)? > 0 {
        return update(conn, group, revision);
    }
    let row = collaborator_groups::table.find(group.id.to_string()).filter(collaborator_groups::revision.eq(revision));
    if diesel::delete(row).execute(conn)? != 1 {
        return Err(StoreError::Conflict);
    }
    diesel::update(workspace_counters::table.find(group.workspace.to_string()))
        .set(workspace_counters::groups.eq(workspace_counters::groups - 1))
        .execute(conn)?;
    Ok(())
}

/// People who were deleted keep their memberships, in case they come back. That must not keep a group that is deleted.
fn forget_deleted_members(conn: &mut Conn, group: &Group) -> Result<(), StoreError> {
    let deleted =
        collaborators::table.filter(collaborators::id.eq(memberships::person_id)).filter(collaborators::deleted);
    let theirs = memberships::table
        .filter(memberships::group_id.eq(group.id.to_string()))
        .filter(memberships::origin.eq(Origin::Scim.as_str()))
        .filter(exists(deleted));
    diesel::delete(theirs).execute(conn)?;
    Ok(())
}
