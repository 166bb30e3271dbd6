use diesel::prelude::*;
use domain::connection::WeakAlgorithms;
use domain::id::{ConnectionId, WorkspaceId};

use super::Conn;
use crate::connections::Connection;
use crate::error::StoreError;
use crate::record::id;
use crate::schema::connections;

pub(crate) fn find(conn: &mut Conn, workspace: WorkspaceId) -> Result<Option<Connection>, StoreError> {
    let row: Option<(String, String, String, bool)> = connections::table
        .filter(connections::workspace_id.eq(workspace.to_string()))
        .select((connections::id, connections::entity_id, connections::metadata, connections::allow_sha1))
        .first(conn)
        .optional()?;
    row.map(|(key, entity_id, metadata, allow_sha1)| {
        let (id, weak_algorithms) = (id(ConnectionId::parse, &key)?, WeakAlgorithms::with_sha1(allow_sha1));
        Ok(Connection { id, workspace, entity_id, metadata, weak_algorithms })
    })
    .transpose()
}

pub(crate) fn exists(conn: &mut Conn, workspace: WorkspaceId) -> Result<bool, StoreError> {
    let mine = connections::table.filter(connections::workspace_id.eq(workspace.to_string()));
    Ok(diesel::select(diesel::dsl::exists(mine)).get_result(conn)?)
}

/// Makes the connection, or replaces its metadata and what it permits; its id stays, so that links and sessions do.
pub(crate) fn put(conn: &mut Conn, connection: &Connection, now: i64) -> Result<(), StoreError> {
    let content = (
        connections::entity_id.eq(&connection.entity_id),
        connections::metadata.eq(&connection.metadata),
        connections::allow_sha1.eq(connection.weak_algorithms.permit_sha1()),
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
