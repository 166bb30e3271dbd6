use diesel::prelude::*;
use domain::connection::WeakAlgorithms;
use domain::id::{ConnectionId, WorkspaceId};

use super::{Conn, lock, metadata, trials, workspaces};
use crate::connections::{Connection, ConnectionUse};
use crate::error::{StoreError, Unique};
use crate::metadata::MetadataSource;
use crate::record::{id, json, parsed, valid};
use crate::schema::{
    connections, consumed_assertions, login_requests, metadata_sources, saml_links, scim_tokens, sessions,
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = connections, check_for_backend(diesel::pg::Pg, diesel::sqlite::Sqlite))]
pub(super) struct Row {
    id: String,
    workspace_id: String,
    name: String,
    entity_id: String,
    metadata: String,
    attribute_names: String,
    allow_sha1: bool,
    updated_at: i64,
}

impl Row {
    fn of(connection: &Connection, now: i64) -> Result<Self, StoreError> {
        Ok(Self {
            id: connection.id.to_string(),
            workspace_id: connection.workspace.to_string(),
            name: connection.name.to_string(),
            entity_id: connection.entity_id.clone(),
            metadata: connection.metadata.clone(),
            attribute_names: json(&connection.attribute_names)?,
            allow_sha1: connection.weak_algorithms.permit_sha1(),
            updated_at: now,
        })
    }

    pub(super) fn into_connection(self, source: Option<MetadataSource>) -> Result<Connection, StoreError> {
        Ok(Connection {
            id: id(ConnectionId::parse, &self.id)?,
            workspace: id(WorkspaceId::parse, &self.workspace_id)?,
            name: valid(self.name.parse())?,
            entity_id: self.entity_id,
            metadata: self.metadata,
            source,
            attribute_names: parsed(&self.attribute_names)?,
            weak_algorithms: WeakAlgorithms::with_sha1(self.allow_sha1),
        })
    }
}

/// With where the metadata is fetched from, if it is.
type Found = (Row, Option<MetadataSource>);

/// Their ids tell in which order they were made.
pub(crate) fn all(conn: &mut Conn, workspace: WorkspaceId) -> Result<Vec<Connection>, StoreError> {
    let rows: Vec<Found> = connections::table
        .left_join(metadata_sources::table)
        .filter(connections::workspace_id.eq(workspace.to_string()))
        .order(connections::id)
        .select(Found::as_select())
        .load(conn)?;
    rows.into_iter().map(|(row, source)| row.into_connection(source)).collect()
}

pub(crate) fn find(conn: &mut Conn, connection: &str) -> Result<Option<Connection>, StoreError> {
    let row: Option<Found> = connections::table
        .find(connection)
        .left_join(metadata_sources::table)
        .select(Found::as_select())
        .first(conn)
        .optional()?;
    row.map(|(row, source)| row.into_connection(source)).transpose()
}

/// Whether the connection is what it was when it was read. It stays so until the transaction ends.
pub(crate) fn is_still(conn: &mut Conn, read: &Connection) -> Result<bool, StoreError> {
    let id = read.id.to_string();
    lock::connection(conn, &id)?;
    Ok(find(conn, &id)?.as_ref() == Some(read))
}

pub(crate) fn exists(conn: &mut Conn, workspace: WorkspaceId) -> Result<bool, StoreError> {
    let mine = connections::table.filter(connections::workspace_id.eq(workspace.to_string()));
    Ok(diesel::select(diesel::dsl::exists(mine)).get_result(conn)?)
}

pub(crate) fn used(conn: &mut Conn, connection: ConnectionId, now: i64) -> Result<ConnectionUse, StoreError> {
    let id = connection.to_string();
    let live = sessions::table.filter(sessions::connection_id.eq(&id)).filter(sessions::expires_at.gt(now));
    let in_force = scim_tokens::expires_at.is_null().or(scim_tokens::expires_at.gt(now)).assume_not_null();
    let tokens = scim_tokens::table.filter(scim_tokens::connection_id.eq(&id)).filter(in_force);
    Ok(ConnectionUse {
        links: saml_links::table.filter(saml_links::connection_id.eq(&id)).count().get_result(conn)?,
        sessions: live.count().get_result(conn)?,
        tokens: tokens.count().get_result(conn)?,
    })
}

/// Replaces a connection that is what it was when it was read.
pub(crate) fn replace(conn: &mut Conn, read: &Connection, new: &Connection, now: i64) -> Result<(), StoreError> {
    match is_still(conn, read)? {
        true => put(conn, new, now),
        false => Err(StoreError::Conflict),
    }
}

/// Makes the connection, or replaces what it is; its id stays, so that links and sessions do.
pub(crate) fn put(conn: &mut Conn, connection: &Connection, now: i64) -> Result<(), StoreError> {
    // Nobody takes the entity id of a connection that may be put back to it: changes of a workspace's connections take turns.
    workspaces::lock(conn, connection.workspace)?;
    if trials::reserves(conn, connection)? {
        return Err(StoreError::Taken(Unique::EntityId));
    }
    let row = Row::of(connection, now)?;
    let known = diesel::update(connections::table.find(row.id.clone())).set(&row).execute(conn)?;
    if known == 0 {
        diesel::insert_into(connections::table).values(&row).execute(conn)?;
    }
    metadata::put_source(conn, &row.id, connection.source.as_ref(), now)
}

/// Other metadata and nothing else, and never those of a connection that is not there.
pub(crate) fn put_metadata(
    conn: &mut Conn,
    connection: ConnectionId,
    metadata: &str,
    now: i64,
) -> Result<(), StoreError> {
    diesel::update(connections::table.find(connection.to_string()))
        .set((connections::metadata.eq(metadata), connections::updated_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

pub(crate) fn remove(conn: &mut Conn, connection: ConnectionId) -> Result<(), StoreError> {
    let id = connection.to_string();
    lock::connection(conn, &id)?;
    diesel::delete(sessions::table.filter(sessions::connection_id.eq(&id))).execute(conn)?;
    diesel::delete(saml_links::table.filter(saml_links::connection_id.eq(&id))).execute(conn)?;
    diesel::delete(login_requests::table.filter(login_requests::connection_id.eq(&id))).execute(conn)?;
    diesel::delete(consumed_assertions::table.filter(consumed_assertions::connection_id.eq(&id))).execute(conn)?;
    diesel::delete(scim_tokens::table.filter(scim_tokens::connection_id.eq(&id))).execute(conn)?;
    trials::remove(conn, &id)?;
    metadata::remove(conn, &id)?;
    metadata::remove_warnings(conn, &id)?;
    diesel::delete(connections::table.find(id)).execute(conn)?;
    Ok(())
}
