use diesel::prelude::*;
use domain::custom_attribute::{CustomAttribute, CustomAttributes, Shape};
use domain::id::WorkspaceId;

use super::Conn;
use crate::error::StoreError;
use crate::record::valid;
use crate::schema::{collaborators, scim_attributes, search_attributes, workspaces};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = scim_attributes, primary_key(workspace_id, path), treat_none_as_null = true)]
#[diesel(check_for_backend(diesel::pg::Pg, diesel::sqlite::Sqlite))]
struct Row {
    workspace_id: String,
    path: String,
    urn: String,
    name: String,
    kind: String,
    multi_valued: bool,
    case_exact: bool,
    added_at: i64,
    removed_at: Option<i64>,
}

impl Row {
    fn of(workspace: WorkspaceId, attribute: &CustomAttribute, now: i64) -> Self {
        let Shape { kind, multi_valued, case_exact } = attribute.shape();
        Self {
            workspace_id: workspace.to_string(),
            path: attribute.path().as_str().to_owned(),
            urn: attribute.schema().to_owned(),
            name: attribute.name().to_owned(),
            kind: kind.as_str().to_owned(),
            multi_valued,
            case_exact,
            added_at: now,
            removed_at: None,
        }
    }

    fn into_attribute(self) -> Result<CustomAttribute, StoreError> {
        let (multi_valued, case_exact) = (self.multi_valued, self.case_exact);
        let shape = Shape { kind: valid(self.kind.parse())?, multi_valued, case_exact };
        valid(CustomAttribute::new(&self.urn, &self.name, shape))
    }
}

pub(crate) fn in_force(conn: &mut Conn, workspace: WorkspaceId) -> Result<CustomAttributes, StoreError> {
    let rows: Vec<Row> = scim_attributes::table
        .filter(scim_attributes::workspace_id.eq(workspace.to_string()))
        .filter(scim_attributes::removed_at.is_null())
        .order((scim_attributes::added_at, scim_attributes::path))
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::into_attribute).collect()
}

fn removed(conn: &mut Conn, workspace: WorkspaceId) -> Result<Vec<CustomAttribute>, StoreError> {
    let rows: Vec<Row> = scim_attributes::table
        .filter(scim_attributes::workspace_id.eq(workspace.to_string()))
        .filter(scim_attributes::removed_at.is_not_null())
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::into_attribute).collect()
}

pub(crate) fn add(
    conn: &mut Conn,
    workspace: WorkspaceId,
    attribute: &CustomAttribute,
    now: i64,
) -> Result<(), StoreError> {
    take_turns(conn, workspace)?;
    let (known, before) = (in_force(conn, workspace)?, removed(conn, workspace)?);
    known.check_addition(&before, attribute, has_values(conn, workspace, attribute)?)?;
    let row = Row::of(workspace, attribute, now);
    diesel::insert_into(scim_attributes::table)
        .values(&row)
        .on_conflict((scim_attributes::workspace_id, scim_attributes::path))
        .do_update()
        .set(&row)
        .execute(conn)?;
    Ok(())
}

pub(crate) fn remove(
    conn: &mut Conn,
    workspace: WorkspaceId,
    attribute: &CustomAttribute,
    now: i64,
) -> Result<(), StoreError> {
    let row = scim_attributes::table.find((workspace.to_string(), attribute.path().as_str().to_owned()));
    let removed = diesel::update(row.filter(scim_attributes::removed_at.is_null()))
        .set(scim_attributes::removed_at.eq(now))
        .execute(conn)?;
    if removed == 1 { Ok(()) } else { Err(StoreError::NoSuchAttribute(attribute.to_string())) }
}

/// One addition at a time in a workspace, so that each sees the one before: locks the workspace's row.
fn take_turns(conn: &mut Conn, workspace: WorkspaceId) -> Result<(), StoreError> {
    let row = workspaces::table.find(workspace.to_string());
    diesel::update(row).set(workspaces::policy_version.eq(workspaces::policy_version)).execute(conn)?;
    Ok(())
}

/// Whether a living person has a value. Whoever is brought back from a `DELETE` is described anew.
fn has_values(conn: &mut Conn, workspace: WorkspaceId, attribute: &CustomAttribute) -> Result<bool, StoreError> {
    let values = search_attributes::table
        .inner_join(collaborators::table.on(collaborators::id.eq(search_attributes::person_id)))
        .filter(search_attributes::workspace_id.eq(workspace.to_string()))
        .filter(search_attributes::path.eq(attribute.path().as_str().to_owned()))
        .filter(diesel::dsl::not(collaborators::deleted));
    Ok(diesel::select(diesel::dsl::exists(values)).get_result(conn)?)
}
