use diesel::prelude::*;
use domain::collaborator::Person;
use domain::connection::WeakAlgorithms;
use domain::decide::UsedLogin;
use domain::id::{ConnectionId, WorkspaceId};
use serde_json::Value;

use super::connections::Row as ConnectionRow;
use super::{Conn, audit, metadata};
use crate::connections::Connection;
use crate::error::StoreError;
use crate::metadata::MetadataSource;
use crate::record::{json, micros, parsed, timestamp};
use crate::schema::{connection_trials, connections};
use crate::trials::Trial;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = connection_trials, check_for_backend(diesel::pg::Pg, diesel::sqlite::Sqlite))]
struct Row {
    connection_id: String,
    begun_at: i64,
    ends_at: i64,
    begun_by: String,
    entity_id: String,
    metadata: String,
    attribute_names: String,
    allow_sha1: bool,
    url: Option<String>,
    certificate: Option<String>,
    is_private: bool,
}

impl Row {
    fn source(&self) -> Option<MetadataSource> {
        let (certificate, is_private) = (self.certificate.clone(), self.is_private);
        self.url.clone().map(|url| MetadataSource { url, certificate, is_private })
    }

    /// Id, workspace and name of a connection never change.
    fn trial(self, now: &Connection) -> Result<Trial, StoreError> {
        Ok(Trial {
            begun_at: timestamp(self.begun_at)?,
            ends_at: timestamp(self.ends_at)?,
            begun_by: parsed(&self.begun_by)?,
            before: Connection {
                id: now.id,
                workspace: now.workspace,
                name: now.name.clone(),
                source: self.source(),
                entity_id: self.entity_id,
                metadata: self.metadata,
                attribute_names: parsed(&self.attribute_names)?,
                weak_algorithms: WeakAlgorithms::with_sha1(self.allow_sha1),
            },
        })
    }
}

/// The connection is on trial from now on. What it was when the first change was made stays what is put back.
pub(crate) fn begin(
    conn: &mut Conn,
    before: &Connection,
    begun_at: i64,
    ends_at: i64,
    by: &Value,
) -> Result<(), StoreError> {
    let id = before.id.to_string();
    let when = (
        connection_trials::begun_at.eq(begun_at),
        connection_trials::ends_at.eq(ends_at),
        connection_trials::begun_by.eq(json(by)?),
    );
    if diesel::update(connection_trials::table.find(&id)).set(when).execute(conn)? == 1 {
        return Ok(());
    }
    let source = before.source.as_ref();
    let row = Row {
        connection_id: id,
        begun_at,
        ends_at,
        begun_by: json(by)?,
        entity_id: before.entity_id.clone(),
        metadata: before.metadata.clone(),
        attribute_names: json(&before.attribute_names)?,
        allow_sha1: before.weak_algorithms.permit_sha1(),
        url: source.map(|source| source.url.clone()),
        certificate: source.and_then(|source| source.certificate.clone()),
        is_private: source.is_some_and(|source| source.is_private),
    };
    diesel::insert_into(connection_trials::table).values(row).execute(conn)?;
    Ok(())
}

type Found = (Row, ConnectionRow);

fn trial(conn: &mut Conn, (row, connection): Found) -> Result<(Trial, Connection), StoreError> {
    let source = metadata::source(conn, &row.connection_id)?;
    let connection = connection.into_connection(source)?;
    Ok((row.trial(&connection)?, connection))
}

pub(crate) fn find(conn: &mut Conn, connection: ConnectionId) -> Result<Option<Trial>, StoreError> {
    let found: Option<Found> = connection_trials::table
        .inner_join(connections::table)
        .filter(connection_trials::connection_id.eq(connection.to_string()))
        .select(Found::as_select())
        .first(conn)
        .optional()?;
    found.map(|found| Ok(trial(conn, found)?.0)).transpose()
}

pub(crate) fn of(conn: &mut Conn, workspace: WorkspaceId) -> Result<Vec<Trial>, StoreError> {
    let found: Vec<Found> = connection_trials::table
        .inner_join(connections::table)
        .filter(connections::workspace_id.eq(workspace.to_string()))
        .order(connection_trials::connection_id)
        .select(Found::as_select())
        .load(conn)?;
    found.into_iter().map(|found| Ok(trial(conn, found)?.0)).collect()
}

pub(crate) fn due(conn: &mut Conn, now: i64, limit: i64) -> Result<Vec<(Trial, Connection)>, StoreError> {
    let found: Vec<Found> = connection_trials::table
        .inner_join(connections::table)
        .filter(connection_trials::ends_at.le(now))
        .order(connection_trials::ends_at)
        .limit(limit)
        .select(Found::as_select())
        .load(conn)?;
    found.into_iter().map(|found| trial(conn, found)).collect()
}

/// Ends that very trial, for whoever comes first.
pub(crate) fn take(conn: &mut Conn, trial: &Trial) -> Result<bool, StoreError> {
    let row = connection_trials::table
        .find(trial.before.id.to_string())
        .filter(connection_trials::begun_at.eq(micros(trial.begun_at)))
        .filter(connection_trials::ends_at.eq(micros(trial.ends_at)));
    Ok(diesel::delete(row).execute(conn)? == 1)
}

/// Ends whatever trial the connection is on, and says whether there was one.
pub(crate) fn remove(conn: &mut Conn, connection: &str) -> Result<bool, StoreError> {
    Ok(diesel::delete(connection_trials::table.find(connection)).execute(conn)? == 1)
}

/// An administrator has signed in. A login that began before the change proves nothing of it, and one that comes after the end
/// is too late though nothing may be put back yet.
pub(crate) fn confirm(conn: &mut Conn, administrator: &Person, login: &UsedLogin) -> Result<(), StoreError> {
    let id = login.connection.to_string();
    let proven = connection_trials::table
        .find(&id)
        .filter(connection_trials::begun_at.le(micros(login.begun_at)))
        .filter(connection_trials::ends_at.gt(micros(login.at)));
    if diesel::delete(proven).execute(conn)? == 0 {
        return Ok(());
    }
    let entity_id: String = connections::table.find(&id).select(connections::entity_id).first(conn)?;
    audit::append(conn, &[login.confirms(administrator, &entity_id)])
}

/// Fetched metadata is also what is put back, where that comes from the same address and is the same identity provider's: it
/// would be out of date otherwise.
pub(crate) fn follow(conn: &mut Conn, fetched: &Connection, metadata: &str) -> Result<(), StoreError> {
    let id = fetched.id.to_string();
    let row: Option<Row> = connection_trials::table.find(&id).select(Row::as_select()).first(conn).optional()?;
    let same = row.filter(|row| row.source() == fetched.source && row.entity_id == fetched.entity_id);
    if same.is_some() {
        let row = connection_trials::table.find(&id);
        diesel::update(row).set(connection_trials::metadata.eq(metadata)).execute(conn)?;
    }
    Ok(())
}

/// Whether another connection of the workspace may be put back to that entity id.
pub(crate) fn reserves(conn: &mut Conn, connection: &Connection) -> Result<bool, StoreError> {
    let reserved = connection_trials::table
        .inner_join(connections::table)
        .filter(connections::workspace_id.eq(connection.workspace.to_string()))
        .filter(connection_trials::entity_id.eq(&connection.entity_id))
        .filter(connection_trials::connection_id.ne(connection.id.to_string()));
    Ok(diesel::select(diesel::dsl::exists(reserved)).get_result(conn)?)
}
