use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use domain::environment::{Catalogue, Environment, EnvironmentName, GroupName, RoleName};
use domain::group::Group;
use domain::id::WorkspaceId;
use domain::policy::Span;
use domain::role::Role;

use super::{Conn, groups, people};
use crate::error::StoreError;
use crate::record::{json, parsed, valid};
use crate::schema::{collaborator_groups, environments, group_mappings, roles};

/// Names asked for in one query: below the bound-parameter limits of both databases.
const CHUNK: usize = 500;

/// Environments and roles, and those groups that exist among the candidates.
pub(crate) fn load(
    conn: &mut Conn,
    workspace: WorkspaceId,
    candidates: &BTreeSet<String>,
) -> Result<Catalogue, StoreError> {
    let candidates: Vec<&String> = candidates.iter().collect();
    let mut catalogue = Catalogue {
        environments: environments(conn, workspace)?,
        roles: roles(conn, workspace)?.into_iter().map(|role| role.name).collect(),
        groups: Vec::new(),
        mappings: BTreeMap::new(),
        has_several_administrators: people::has_several_administrators(conn, workspace)?,
    };
    for chunk in candidates.chunks(CHUNK) {
        catalogue.groups.extend(known_groups(conn, workspace, chunk)?);
        catalogue.mappings.extend(known_mappings(conn, workspace, chunk)?);
    }
    Ok(catalogue)
}

pub(crate) fn environments(conn: &mut Conn, workspace: WorkspaceId) -> Result<Vec<Environment>, StoreError> {
    let rows: Vec<(String, String, String, String, Option<i64>)> = environments::table
        .filter(environments::workspace_id.eq(workspace.to_string()))
        .order(environments::position)
        .select((
            environments::name,
            environments::scim_attributes,
            environments::saml_attributes,
            environments::default_role,
            environments::max_age,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(name, scim, saml, default_role, max_age)| {
            Ok(Environment {
                name: valid(EnvironmentName::new(&name))?,
                scim_attributes: parsed(&scim)?,
                saml_attributes: parsed(&saml)?,
                default_role: valid(RoleName::new(&default_role))?,
                max_age: max_age.map(|seconds| valid(u32::try_from(seconds)).map(Span::seconds)).transpose()?,
            })
        })
        .collect()
}

pub(crate) fn roles(conn: &mut Conn, workspace: WorkspaceId) -> Result<Vec<Role>, StoreError> {
    let rows: Vec<(String, String)> = roles::table
        .filter(roles::workspace_id.eq(workspace.to_string()))
        .order((roles::created_at, roles::name))
        .select((roles::name, roles::privileges))
        .load(conn)?;
    let role = |(name, privileges): &(String, String)| {
        Ok(Role { name: valid(RoleName::new(name))?, privileges: parsed(privileges)? })
    };
    rows.iter().map(role).collect()
}

fn known_groups(conn: &mut Conn, workspace: WorkspaceId, names: &[&String]) -> Result<Vec<GroupName>, StoreError> {
    let found: Vec<String> = collaborator_groups::table
        .filter(collaborator_groups::workspace_id.eq(workspace.to_string()))
        .filter(collaborator_groups::name.eq_any(names.iter().copied()))
        .select(collaborator_groups::name)
        .load(conn)?;
    found.iter().map(|name| valid(GroupName::new(name))).collect()
}

fn known_mappings(
    conn: &mut Conn,
    workspace: WorkspaceId,
    names: &[&String],
) -> Result<Vec<(String, GroupName)>, StoreError> {
    let found: Vec<(String, String)> = group_mappings::table
        .filter(group_mappings::workspace_id.eq(workspace.to_string()))
        .filter(group_mappings::provider_name.eq_any(names.iter().copied()))
        .select((group_mappings::provider_name, group_mappings::group_name))
        .load(conn)?;
    found.into_iter().map(|(theirs, ours)| Ok((theirs, valid(GroupName::new(&ours))?))).collect()
}

/// What names of the provider's mean, in the order of those names.
pub(crate) fn mappings(
    conn: &mut Conn,
    workspace: WorkspaceId,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<(String, GroupName)>, StoreError> {
    let found: Vec<(String, String)> = group_mappings::table
        .filter(group_mappings::workspace_id.eq(workspace.to_string()))
        // Every name is after the empty one.
        .filter(group_mappings::provider_name.gt(after.unwrap_or_default()))
        .order(group_mappings::provider_name)
        .limit(limit)
        .select((group_mappings::provider_name, group_mappings::group_name))
        .load(conn)?;
    found.into_iter().map(|(theirs, ours)| Ok((theirs, valid(GroupName::new(&ours))?))).collect()
}

/// The group that a name of the provider's means.
pub(crate) fn find_mapping(
    conn: &mut Conn,
    workspace: WorkspaceId,
    provider_name: &str,
) -> Result<Option<GroupName>, StoreError> {
    let found: Option<String> = group_mappings::table
        .find((workspace.to_string(), provider_name))
        .select(group_mappings::group_name)
        .first(conn)
        .optional()?;
    found.map(|ours| valid(GroupName::new(&ours))).transpose()
}

/// Says whether it meant one.
pub(crate) fn unmap_group(conn: &mut Conn, workspace: WorkspaceId, provider_name: &str) -> Result<bool, StoreError> {
    let row = group_mappings::table.find((workspace.to_string(), provider_name));
    Ok(diesel::delete(row).execute(conn)? == 1)
}

pub(crate) fn insert_role(conn: &mut Conn, workspace: WorkspaceId, role: &Role, now: i64) -> Result<(), StoreError> {
    diesel::insert_into(roles::table)
        .values((
            roles::workspace_id.eq(workspace.to_string()),
            roles::name.eq(role.name.as_str()),
            roles::created_at.eq(now),
            roles::privileges.eq(json(&role.privileges)?),
        ))
        .execute(conn)?;
    Ok(())
}

pub(crate) fn update_role(conn: &mut Conn, workspace: WorkspaceId, role: &Role) -> Result<(), StoreError> {
    let row = roles::table.find((workspace.to_string(), role.name.as_str()));
    let updated = diesel::update(row).set(roles::privileges.eq(json(&role.privileges)?)).execute(conn)?;
    if updated == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Makes a group unless there is one of that name.
pub(crate) fn ensure_group(conn: &mut Conn, group: &Group) -> Result<(), StoreError> {
    match groups::find_by_name(conn, group.workspace, &group.name)? {
        Some(_) => Ok(()),
        None => groups::insert(conn, group),
    }
}

pub(crate) fn map_group(
    conn: &mut Conn,
    workspace: WorkspaceId,
    provider_name: &str,
    group: &GroupName,
) -> Result<(), StoreError> {
    let exists = !known_groups(conn, workspace, &[&group.to_string()])?.is_empty();
    if !exists && group.as_str() != domain::environment::ALL_COLLABORATORS {
        return Err(StoreError::NoSuchGroup(group.to_string()));
    }
    diesel::insert_into(group_mappings::table)
        .values((
            group_mappings::workspace_id.eq(workspace.to_string()),
            group_mappings::provider_name.eq(provider_name),
            group_mappings::group_name.eq(group.as_str()),
        ))
        .on_conflict((group_mappings::workspace_id, group_mappings::provider_name))
        .do_update()
        .set(group_mappings::group_name.eq(group.as_str()))
        .execute(conn)?;
    Ok(())
}
