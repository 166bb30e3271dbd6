use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use domain::environment::Environment;
use domain::id::WorkspaceId;
use domain::policy::{Jit, Policy};
use domain::workspace::{Workspace, WorkspaceHandle};

use super::{Conn, owners};
use crate::error::StoreError;
use crate::record::{id, json, micros, parsed, timestamp, valid};
use crate::schema::{environments, first_run, workspace_counters, workspaces};
use crate::workspaces::NewWorkspace;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = workspaces, check_for_backend(diesel::pg::Pg, diesel::sqlite::Sqlite))]
struct Row {
    id: String,
    handle: String,
    name: String,
    policy: String,
    policy_version: i64,
    scim_enabled: bool,
    created_at: i64,
}

impl Row {
    fn of(workspace: &Workspace) -> Result<Self, StoreError> {
        Ok(Self {
            id: workspace.id.to_string(),
            handle: workspace.handle.to_string(),
            name: workspace.name.clone(),
            policy: policy_text(&workspace.policy)?,
            policy_version: workspace.policy_version,
            scim_enabled: workspace.scim_enabled,
            created_at: micros(workspace.created_at),
        })
    }

    fn into_workspace(self) -> Result<Workspace, StoreError> {
        Ok(Workspace {
            id: id(WorkspaceId::parse, &self.id)?,
            handle: valid(WorkspaceHandle::new(&self.handle))?,
            name: self.name,
            policy: read_policy(&self.policy)?,
            policy_version: self.policy_version,
            scim_enabled: self.scim_enabled,
            created_at: timestamp(self.created_at)?,
        })
    }
}

/// Policies are kept by their written keys and values, so that a later version may add keys.
fn policy_text(policy: &Policy) -> Result<String, StoreError> {
    json(&policy.entries().into_iter().collect::<std::collections::BTreeMap<_, _>>())
}

fn read_policy(text: &str) -> Result<Policy, StoreError> {
    let entries: std::collections::BTreeMap<String, String> = parsed(text)?;
    let mut policy = Policy::new(Jit::Nobody);
    for (key, value) in entries {
        valid(policy.set(&key, &value))?;
    }
    Ok(policy)
}

pub(crate) fn ping(conn: &mut Conn) -> Result<(), StoreError> {
    workspaces::table.count().get_result::<i64>(conn)?;
    Ok(())
}

/// The database's own clock.
pub(crate) fn clock(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(diesel::select(sql::<BigInt>(super::NOW)).get_result(conn)?)
}

pub(crate) fn find_by_handle(conn: &mut Conn, handle: &str) -> Result<Option<Workspace>, StoreError> {
    let row =
        workspaces::table.filter(workspaces::handle.eq(handle)).select(Row::as_select()).first(conn).optional()?;
    row.map(Row::into_workspace).transpose()
}

pub(crate) fn find(conn: &mut Conn, id: WorkspaceId) -> Result<Option<Workspace>, StoreError> {
    let row = workspaces::table.find(id.to_string()).select(Row::as_select()).first(conn).optional()?;
    row.map(Row::into_workspace).transpose()
}

/// Holds the workspace's row until the transaction ends: whoever wants it meanwhile waits. A write that changes nothing does
/// that on both databases.
pub(super) fn lock(conn: &mut Conn, id: WorkspaceId) -> Result<(), StoreError> {
    let row = workspaces::table.find(id.to_string());
    diesel::update(row).set(workspaces::policy_version.eq(workspaces::policy_version)).execute(conn)?;
    Ok(())
}

pub(crate) fn all(conn: &mut Conn) -> Result<Vec<Workspace>, StoreError> {
    let rows = workspaces::table.order(workspaces::created_at).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Row::into_workspace).collect()
}

pub(crate) fn any(conn: &mut Conn) -> Result<bool, StoreError> {
    Ok(diesel::select(exists(workspaces::table.select(workspaces::id))).get_result(conn)?)
}

pub(crate) fn insert(conn: &mut Conn, new: &NewWorkspace) -> Result<(), StoreError> {
    let workspace = &new.workspace;
    diesel::insert_into(workspaces::table).values(Row::of(workspace)?).execute(conn)?;
    diesel::insert_into(workspace_counters::table)
        .values((
            workspace_counters::workspace_id.eq(workspace.id.to_string()),
            workspace_counters::last_ordinal.eq(0),
            workspace_counters::people.eq(0),
            workspace_counters::groups.eq(0),
        ))
        .execute(conn)?;
    insert_environments(conn, workspace.id, &new.environments)?;
    for role in &new.roles {
        super::catalogue::insert_role(conn, workspace.id, role, micros(workspace.created_at))?;
    }
    owners::insert(conn, workspace.id, &new.owner, micros(workspace.created_at))
}

/// Their order is kept with them.
pub(crate) fn replace_environments(
    conn: &mut Conn,
    workspace: WorkspaceId,
    list: &[Environment],
) -> Result<(), StoreError> {
    diesel::delete(environments::table.filter(environments::workspace_id.eq(workspace.to_string()))).execute(conn)?;
    insert_environments(conn, workspace, list)
}

fn insert_environments(conn: &mut Conn, workspace: WorkspaceId, list: &[Environment]) -> Result<(), StoreError> {
    for (environment, position) in list.iter().zip(0_i64..) {
        diesel::insert_into(environments::table)
            .values((
                environments::workspace_id.eq(workspace.to_string()),
                environments::name.eq(environment.name.as_str()),
                environments::position.eq(position),
                environments::scim_attributes.eq(json(&environment.scim_attributes)?),
                environments::saml_attributes.eq(json(&environment.saml_attributes)?),
                environments::default_role.eq(environment.default_role.as_str()),
                environments::max_age.eq(environment.max_age.map(|age| age.duration().num_seconds())),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Compare-and-set on the policy's version.
pub(crate) fn update_policy(
    conn: &mut Conn,
    workspace: WorkspaceId,
    policy: &Policy,
    expected_version: i64,
) -> Result<(), StoreError> {
    raise_policy_version(conn, workspace, expected_version)?;
    let row = workspaces::table.find(workspace.to_string());
    diesel::update(row).set(workspaces::policy.eq(policy_text(policy)?)).execute(conn)?;
    Ok(())
}

/// The row that still has this version; another one makes it fail.
pub(crate) fn raise_policy_version(
    conn: &mut Conn,
    workspace: WorkspaceId,
    expected_version: i64,
) -> Result<(), StoreError> {
    let row = workspaces::table.find(workspace.to_string()).filter(workspaces::policy_version.eq(expected_version));
    let updated = diesel::update(row).set(workspaces::policy_version.eq(expected_version + 1)).execute(conn)?;
    if updated == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}

pub(crate) fn set_scim_enabled(conn: &mut Conn, workspace: WorkspaceId, enabled: bool) -> Result<(), StoreError> {
    diesel::update(workspaces::table.find(workspace.to_string()))
        .set(workspaces::scim_enabled.eq(enabled))
        .execute(conn)?;
    Ok(())
}

/// Notes that the set-up token has made this workspace: a second one that it makes fails here.
pub(crate) fn insert_first_run(conn: &mut Conn, workspace: WorkspaceId) -> Result<(), StoreError> {
    let others = workspaces::table.filter(workspaces::id.ne(workspace.to_string())).count();
    if others.get_result::<i64>(conn)? > 0 {
        return Err(StoreError::AlreadyUsed);
    }
    let row = (first_run::only_one.eq(1), first_run::workspace_id.eq(workspace.to_string()));
    let made = diesel::insert_into(first_run::table).values(row).on_conflict_do_nothing().execute(conn)?;
    if made == 1 { Ok(()) } else { Err(StoreError::AlreadyUsed) }
}
