use diesel::prelude::*;
use domain::id::{ConnectionId, WorkspaceId};

use super::Conn;
use crate::connections::Connection;
use crate::error::StoreError;
use crate::record::id;
use crate::schema::connections;

pub(crate) fn find(conn: &mut Conn, workspace: WorkspaceId) -> Result<Option<Connection>, StoreError> {
    let row: Option<(String, String, String)> = connections::table
        .filter(connections::workspace_id.eq(workspace.to_string()))
        .select((connections::id, connections::entity_id, connections::metadata))
        .first(conn)
        .optional()?;
    row.map(|(key, entity_id, metadata)| {
        Ok(Connection { id: id(ConnectionId::parse, &key)?, workspace, entity_id, metadata })
    })
    .transpose()
}

pub(crate) fn exists(conn: &mut Conn, workspace: WorkspaceId) -> Result<bool, StoreError> {
    let mine = connections::table.filter(connections::workspace_id.eq(workspace.to_string()));
    Ok(diesel::select(diesel::dsl::exists(mine)).get_result(conn)?)
}

/// Makes the connection, or replaces its metadata; its id stays, so that links and sessions do.
pub(crate) fn put(conn: &mut Conn, connection: &Connection, now: i64) -> Result<(), StoreError> {
    let content = (
        connections::entity_id.eq(&connection.entity_id),
        connections::metadata.eq(&connection.metadata),
        connections::updated_at.eq(now),
    );
    let id = connections::id.eq(connection.id.to_string());
    let workspace = connections::workspace_id.eq(connection.workspace.to_string());
    diesel::insert_into(connections::table)
        .values((id, workspace, content))
        .on_conflict(connections::workspace_id)
        .do_update()
        .set(content)
        .execute(conn)?;
    Ok(())
}
