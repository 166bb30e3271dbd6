use diesel::prelude::*;
use domain::clock::Timestamp;
use domain::id::{PersonId, WorkspaceId};
use domain::workspace::Workspace;

use super::{Conn, owners, people, workspaces};
use crate::console_sessions::{Holder, LiveConsoleSession, NewConsoleSession};
use crate::error::StoreError;
use crate::record::{id, micros, timestamp};
use crate::schema::console_sessions;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = console_sessions, check_for_backend(diesel::pg::Pg, diesel::sqlite::Sqlite))]
struct Row {
    id: String,
    workspace_id: String,
    person_id: Option<String>,
    epoch: i64,
    application_session: Option<String>,
    begun_at: i64,
    seen_at: i64,
    expires_at: i64,
    ip: Option<String>,
    user_agent: Option<String>,
    notice: Option<String>,
}

pub(crate) fn insert(conn: &mut Conn, session: &NewConsoleSession) -> Result<(), StoreError> {
    let row = Row {
        id: session.id.clone(),
        workspace_id: session.workspace.to_string(),
        person_id: session.person.map(|person| person.to_string()),
        epoch: session.epoch,
        application_session: session.application_session.clone(),
        begun_at: micros(session.begun_at),
        seen_at: micros(session.begun_at),
        expires_at: micros(session.expires_at),
        ip: session.from.ip.clone(),
        user_agent: session.from.user_agent.clone(),
        notice: None,
    };
    diesel::insert_into(console_sessions::table).values(row).execute(conn)?;
    Ok(())
}

pub(crate) fn find_live(
    conn: &mut Conn,
    session: &str,
    now: Timestamp,
) -> Result<Option<LiveConsoleSession>, StoreError> {
    let row = console_sessions::table.find(session).select(Row::as_select()).first(conn).optional()?;
    let Some(row) = row else { return Ok(None) };
    match workspaces::find(conn, id(WorkspaceId::parse, &row.workspace_id)?)? {
        Some(workspace) => alive(conn, workspace, row, now),
        None => Ok(None),
    }
}

pub(crate) fn live(
    conn: &mut Conn,
    workspace: WorkspaceId,
    now: Timestamp,
) -> Result<Vec<LiveConsoleSession>, StoreError> {
    let Some(found) = workspaces::find(conn, workspace)? else { return Ok(Vec::new()) };
    let rows: Vec<Row> = console_sessions::table
        .filter(console_sessions::workspace_id.eq(workspace.to_string()))
        .filter(console_sessions::expires_at.gt(micros(now)))
        .order(console_sessions::begun_at.desc())
        .select(Row::as_select())
        .load(conn)?;
    let mut live = Vec::new();
    for row in rows {
        live.extend(alive(conn, found.clone(), row, now)?);
    }
    Ok(live)
}

/// The session, unless it has ended: by time, by idleness, by epoch, or because its holder administers no longer.
fn alive(
    conn: &mut Conn,
    workspace: Workspace,
    row: Row,
    now: Timestamp,
) -> Result<Option<LiveConsoleSession>, StoreError> {
    let seen_at = timestamp(row.seen_at)?;
    let idle_since = now - workspace.policy.console_idle_timeout.duration();
    if row.expires_at <= micros(now) || seen_at <= idle_since {
        return Ok(None);
    }
    let Some(holder) = holder(conn, workspace.id, &row)? else { return Ok(None) };
    Ok(Some(LiveConsoleSession {
        workspace,
        holder,
        begun_at: timestamp(row.begun_at)?,
        seen_at,
        expires_at: timestamp(row.expires_at)?,
        id: row.id,
        ip: row.ip,
        user_agent: row.user_agent,
        notice: row.notice,
    }))
}

fn holder(conn: &mut Conn, workspace: WorkspaceId, row: &Row) -> Result<Option<Holder>, StoreError> {
    let Some(person) = &row.person_id else {
        let owner = owners::get(conn, workspace)?;
        return Ok((owner.epoch == row.epoch).then_some(Holder::Owner(owner)));
    };
    let person = people::find(conn, workspace, id(PersonId::parse, person)?)?;
    let person = person.filter(|person| person.epoch == row.epoch && person.administers());
    Ok(person.map(Box::new).map(Holder::Administrator))
}

pub(crate) fn touch(conn: &mut Conn, session: &str, now: i64) -> Result<(), StoreError> {
    let earlier = console_sessions::table.find(session).filter(console_sessions::seen_at.lt(now));
    diesel::update(earlier).set(console_sessions::seen_at.eq(now)).execute(conn)?;
    Ok(())
}

pub(crate) fn put_notice(conn: &mut Conn, session: &str, notice: Option<&str>) -> Result<(), StoreError> {
    let row = console_sessions::table.find(session);
    diesel::update(row).set(console_sessions::notice.eq(notice)).execute(conn)?;
    Ok(())
}

pub(crate) fn delete(conn: &mut Conn, workspace: WorkspaceId, session: &str) -> Result<bool, StoreError> {
    let row = console_sessions::table.find(session).filter(console_sessions::workspace_id.eq(workspace.to_string()));
    Ok(diesel::delete(row).execute(conn)? == 1)
}

/// The identity provider has ended the login that it rests on.
pub(crate) fn end_resting_on(conn: &mut Conn, application_session: &str) -> Result<(), StoreError> {
    let row = console_sessions::table.filter(console_sessions::application_session.eq(application_session));
    diesel::delete(row).execute(conn)?;
    Ok(())
}

pub(crate) fn forget_expired(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    diesel::delete(console_sessions::table.filter(console_sessions::expires_at.le(now))).execute(conn)?;
    Ok(())
}
