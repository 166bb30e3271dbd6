use diesel::dsl::exists;
use diesel::prelude::*;
use domain::id::ConnectionId;

use super::{Conn, connections};
use crate::connections::Connection;
use crate::error::StoreError;
use crate::metadata::{MetadataSource, MetadataStatus};
use crate::record::timestamp;
use crate::schema::{certificate_warnings, metadata_sources};

pub(crate) fn source(conn: &mut Conn, connection: &str) -> Result<Option<MetadataSource>, StoreError> {
    Ok(metadata_sources::table.find(connection).select(MetadataSource::as_select()).first(conn).optional()?)
}

/// Another source begins anew; the same one goes on as it went.
pub(crate) fn put_source(
    conn: &mut Conn,
    connection: &str,
    new: Option<&MetadataSource>,
    now: i64,
) -> Result<(), StoreError> {
    if source(conn, connection)?.as_ref() == new {
        return Ok(());
    }
    remove(conn, connection)?;
    let Some(new) = new else { return Ok(()) };
    diesel::insert_into(metadata_sources::table)
        .values((
            metadata_sources::connection_id.eq(connection),
            metadata_sources::url.eq(&new.url),
            metadata_sources::certificate.eq(&new.certificate),
            metadata_sources::is_private.eq(new.is_private),
            metadata_sources::due_at.eq(now),
            metadata_sources::refreshed_at.eq(now),
            metadata_sources::failures.eq(0),
        ))
        .execute(conn)?;
    Ok(())
}

pub(crate) fn remove(conn: &mut Conn, connection: &str) -> Result<(), StoreError> {
    diesel::delete(metadata_sources::table.find(connection)).execute(conn)?;
    Ok(())
}

pub(crate) fn status(conn: &mut Conn, connection: ConnectionId) -> Result<Option<MetadataStatus>, StoreError> {
    let row: Option<(i64, i64, i64, Option<String>)> = metadata_sources::table
        .find(connection.to_string())
        .select((
            metadata_sources::due_at,
            metadata_sources::refreshed_at,
            metadata_sources::failures,
            metadata_sources::trouble,
        ))
        .first(conn)
        .optional()?;
    row.map(|(due_at, refreshed_at, failures, trouble)| {
        let (due_at, refreshed_at) = (timestamp(due_at)?, timestamp(refreshed_at)?);
        Ok(MetadataStatus { due_at, refreshed_at, failures, trouble })
    })
    .transpose()
}

pub(crate) fn is_any_due(conn: &mut Conn, now: i64) -> Result<bool, StoreError> {
    let due = metadata_sources::table.filter(metadata_sources::due_at.le(now));
    Ok(diesel::select(exists(due)).get_result(conn)?)
}

pub(crate) fn take_due(conn: &mut Conn, now: i64, until: i64) -> Result<Option<Connection>, StoreError> {
    let next: Option<(String, i64)> = metadata_sources::table
        .filter(metadata_sources::due_at.le(now))
        .order(metadata_sources::due_at)
        .select((metadata_sources::connection_id, metadata_sources::due_at))
        .first(conn)
        .optional()?;
    let Some((connection, due_at)) = next else { return Ok(None) };
    let row = metadata_sources::table.find(&connection).filter(metadata_sources::due_at.eq(due_at));
    if diesel::update(row).set(metadata_sources::due_at.eq(until)).execute(conn)? == 0 {
        return Ok(None);
    }
    connections::find(conn, &connection)
}

pub(crate) fn put_refreshed(
    conn: &mut Conn,
    connection: ConnectionId,
    now: i64,
    due_at: i64,
) -> Result<(), StoreError> {
    let well = (
        metadata_sources::due_at.eq(due_at),
        metadata_sources::refreshed_at.eq(now),
        metadata_sources::failures.eq(0),
        metadata_sources::trouble.eq(None::<String>),
    );
    diesel::update(metadata_sources::table.find(connection.to_string())).set(well).execute(conn)?;
    Ok(())
}

pub(crate) fn put_failed(
    conn: &mut Conn,
    connection: ConnectionId,
    due_at: i64,
    trouble: &str,
) -> Result<(), StoreError> {
    let badly = (
        metadata_sources::due_at.eq(due_at),
        metadata_sources::failures.eq(metadata_sources::failures + 1),
        metadata_sources::trouble.eq(trouble),
    );
    diesel::update(metadata_sources::table.find(connection.to_string())).set(badly).execute(conn)?;
    Ok(())
}

pub(crate) fn insert_warning(
    conn: &mut Conn,
    connection: ConnectionId,
    fingerprint: &str,
    days: i64,
) -> Result<bool, StoreError> {
    let inserted = diesel::insert_into(certificate_warnings::table)
        .values((
            certificate_warnings::connection_id.eq(connection.to_string()),
            certificate_warnings::fingerprint.eq(fingerprint),
            certificate_warnings::days.eq(days),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(inserted == 1)
}

/// Forgets the warnings about a connection's certificates.
pub(crate) fn remove_warnings(conn: &mut Conn, connection: &str) -> Result<(), StoreError> {
    let theirs = certificate_warnings::table.filter(certificate_warnings::connection_id.eq(connection));
    diesel::delete(theirs).execute(conn)?;
    Ok(())
}
