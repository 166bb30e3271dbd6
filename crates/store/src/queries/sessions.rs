use diesel::prelude::*;
use domain::collaborator::Person;
use domain::decide::NewSession;
use domain::id::{ConnectionId, PersonId, WorkspaceId};

use super::{Conn, catalogue, people, workspaces};
use crate::error::StoreError;
use crate::record::{id, micros, timestamp};
use crate::schema::sessions;
use crate::sessions::LiveSession;

/// The session with its person, if it has not ended: by time, by epoch, or with the person's access.
pub(crate) fn find_live(conn: &mut Conn, session: &str, now: i64) -> Result<Option<LiveSession>, StoreError> {
    let row: Option<(String, String, i64, i64, i64)> = sessions::table
        .find(session)
        .filter(sessions::expires_at.gt(now))
        .select((
            sessions::workspace_id,
            sessions::person_id,
            sessions::epoch,
            sessions::authenticated_at,
            sessions::expires_at,
        ))
        .first(conn)
        .optional()?;
    let Some((workspace, person, epoch, authenticated_at, expires_at)) = row else { return Ok(None) };
    let workspace = workspaces::find(conn, id(WorkspaceId::parse, &workspace)?)?;
    let Some(workspace) = workspace else { return Ok(None) };
    let person = people::find(conn, workspace.id, id(PersonId::parse, &person)?)?;
    let Some(person) = person.filter(|p| p.epoch == epoch && p.lifecycle.is_active()) else { return Ok(None) };
    let roles = catalogue::roles(conn, workspace.id)?;
    Ok(Some(LiveSession {
        id: session.to_owned(),
        workspace,
        roles,
        person,
        authenticated_at: timestamp(authenticated_at)?,
        expires_at: timestamp(expires_at)?,
    }))
}

/// Begins a session. A browser has one at a time, so the one that it had ends, in whichever workspace; whose that was,
/// where it was still alive. Two logins at once are told apart by the unique index.
pub(crate) fn begin(
    conn: &mut Conn,
    workspace: WorkspaceId,
    connection: ConnectionId,
    session: &NewSession,
) -> Result<Option<Person>, StoreError> {
    let former = end_in_browser(conn, &session.browser, micros(session.authenticated_at))?;
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(&session.id),
            sessions::workspace_id.eq(workspace.to_string()),
            sessions::person_id.eq(session.person.to_string()),
            sessions::browser.eq(&session.browser),
            sessions::epoch.eq(session.epoch),
            sessions::connection_id.eq(connection.to_string()),
            sessions::name_id.eq(&session.name_id),
            sessions::session_index.eq(&session.session_index),
            sessions::authenticated_at.eq(micros(session.authenticated_at)),
            sessions::expires_at.eq(micros(session.expires_at)),
        ))
        .execute(conn)?;
    Ok(former)
}

fn end_in_browser(conn: &mut Conn, browser: &str, now: i64) -> Result<Option<Person>, StoreError> {
    let theirs = sessions::table.filter(sessions::browser.eq(browser)).select(sessions::id);
    let Some(former) = theirs.first::<String>(conn).optional()? else { return Ok(None) };
    let live = find_live(conn, &former, now)?;
    let ended = delete(conn, &former)?;
    Ok(live.filter(|_| ended).map(|live| live.person))
}

pub(crate) fn delete(conn: &mut Conn, session: &str) -> Result<bool, StoreError> {
    Ok(diesel::delete(sessions::table.find(session)).execute(conn)? == 1)
}

pub(crate) fn forget_expired(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    diesel::delete(sessions::table.filter(sessions::expires_at.le(now))).execute(conn)?;
    Ok(())
}
