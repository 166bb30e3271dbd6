use diesel::prelude::*;
use domain::id::{ConnectionId, TokenId, WorkspaceId};

use super::Conn;
use crate::error::StoreError;
use crate::record::{id, micros, timestamp};
use crate::schema::scim_tokens;
use crate::tokens::{KnownToken, NewToken, ScimToken};

#[derive(Queryable, Selectable)]
#[diesel(table_name = scim_tokens, check_for_backend(diesel::pg::Pg, diesel::sqlite::Sqlite))]
struct Row {
    id: String,
    workspace_id: String,
    name: String,
    last_used_at: Option<i64>,
    connection_id: Option<String>,
}

/// The live token of that hash, with its workspace.
pub(crate) fn find(conn: &mut Conn, hash: &str, now: i64) -> Result<Option<KnownToken>, StoreError> {
    let row: Option<Row> = scim_tokens::table
        .filter(scim_tokens::hash.eq(hash))
        .filter(scim_tokens::expires_at.is_null().or(scim_tokens::expires_at.gt(now)))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    let Some(Row { id: token, workspace_id, name, last_used_at, connection_id }) = row else { return Ok(None) };
    let id_of = id(WorkspaceId::parse, &workspace_id)?;
    let workspace = super::workspaces::find(conn, id_of)?;
    let workspace = workspace.ok_or_else(|| StoreError::Corrupt("a token without its workspace".to_owned()))?;
    let environments = super::catalogue::environments(conn, workspace.id)?;
    let custom_attributes = super::custom_attributes::in_force(conn, workspace.id)?;
    let has_connection = super::connections::exists(conn, workspace.id)?;
    Ok(Some(KnownToken {
        id: id(TokenId::parse, &token)?,
        name,
        workspace,
        connection: connection_id.map(|key| id(ConnectionId::parse, &key)).transpose()?,
        environments,
        custom_attributes,
        has_connection,
        last_used_at,
    }))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = scim_tokens, check_for_backend(diesel::pg::Pg, diesel::sqlite::Sqlite))]
struct ShownRow {
    id: String,
    name: String,
    connection_id: Option<String>,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
}

/// Their ids tell in which order they were made.
pub(crate) fn all(conn: &mut Conn, workspace: WorkspaceId) -> Result<Vec<ScimToken>, StoreError> {
    let rows: Vec<ShownRow> = scim_tokens::table
        .filter(scim_tokens::workspace_id.eq(workspace.to_string()))
        .order(scim_tokens::id.desc())
        .select(ShownRow::as_select())
        .load(conn)?;
    rows.into_iter()
        .map(|row| {
            Ok(ScimToken {
                id: id(TokenId::parse, &row.id)?,
                name: row.name,
                connection: row.connection_id.map(|key| id(ConnectionId::parse, &key)).transpose()?,
                created_at: timestamp(row.created_at)?,
                expires_at: row.expires_at.map(timestamp).transpose()?,
                last_used_at: row.last_used_at.map(timestamp).transpose()?,
            })
        })
        .collect()
}

pub(crate) fn touch(conn: &mut Conn, token: TokenId, now: i64) -> Result<(), StoreError> {
    diesel::update(scim_tokens::table.find(token.to_string())).set(scim_tokens::last_used_at.eq(now)).execute(conn)?;
    Ok(())
}

/// The new token is in force; the others of its connection end at once, or at the end of the overlap.
pub(crate) fn replace(conn: &mut Conn, new: &NewToken, others_end_at: Option<i64>) -> Result<(), StoreError> {
    let (workspace, connection) = (new.workspace.to_string(), new.connection.map(|id| id.to_string()));
    // A token of no connection is replaced by any.
    let others = || {
        let same = scim_tokens::connection_id.is_null().or(scim_tokens::connection_id.eq(connection.clone()));
        scim_tokens::table.filter(scim_tokens::workspace_id.eq(workspace.clone())).filter(same.assume_not_null())
    };
    match others_end_at {
        None => {
            diesel::delete(others()).execute(conn)?;
        }
        Some(end) => {
            let longer = scim_tokens::expires_at.is_null().or(scim_tokens::expires_at.gt(end));
            diesel::update(others().filter(longer)).set(scim_tokens::expires_at.eq(end)).execute(conn)?;
        }
    }
    diesel::insert_into(scim_tokens::table)
        .values((
            scim_tokens::id.eq(new.id.to_string()),
            scim_tokens::workspace_id.eq(workspace),
            scim_tokens::connection_id.eq(connection),
            scim_tokens::name.eq(&new.name),
            scim_tokens::hash.eq(&new.hash),
            scim_tokens::created_at.eq(micros(new.created_at)),
            scim_tokens::expires_at.eq(new.expires_at.map(micros)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The tokens of no connection are this one's from now on.
pub(crate) fn adopt(conn: &mut Conn, workspace: WorkspaceId, connection: ConnectionId) -> Result<(), StoreError> {
    let nobodys = scim_tokens::table
        .filter(scim_tokens::workspace_id.eq(workspace.to_string()))
        .filter(scim_tokens::connection_id.is_null());
    diesel::update(nobodys).set(scim_tokens::connection_id.eq(connection.to_string())).execute(conn)?;
    Ok(())
}

pub(crate) fn revoke(conn: &mut Conn, workspace: WorkspaceId, token: TokenId) -> Result<bool, StoreError> {
    let one = scim_tokens::table.find(token.to_string()).filter(scim_tokens::workspace_id.eq(workspace.to_string()));
    Ok(diesel::delete(one).execute(conn)? == 1)
}

pub(crate) fn revoke_all(conn: &mut Conn, workspace: WorkspaceId) -> Result<usize, StoreError> {
    Ok(diesel::delete(scim_tokens::table.filter(scim_tokens::workspace_id.eq(workspace.to_string()))).execute(conn)?)
}

pub(crate) fn count(conn: &mut Conn, workspace: WorkspaceId, now: i64) -> Result<i64, StoreError> {
    Ok(scim_tokens::table
        .filter(scim_tokens::workspace_id.eq(workspace.to_string()))
        .filter(scim_tokens::expires_at.is_null().or(scim_tokens::expires_at.gt(now)))
        .count()
        .get_result(conn)?)
}
