use diesel::prelude::*;
use domain::id::{PersonId, WorkspaceId};

use super::{Conn, people, workspaces};
use crate::error::StoreError;
use crate::record::{id, timestamp};
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
    Ok(Some(LiveSession {
        id: session.to_owned(),
        workspace,
        person,
        authenticated_at: timestamp(authenticated_at)?,
        expires_at: timestamp(expires_at)?,
    }))
}

pub(crate) fn delete(conn: &mut Conn, session: &str) -> Result<bool, StoreError> {
    Ok(diesel::delete(sessions::table.find(session)).execute(conn)? == 1)
}

pub(crate) fn forget_expired(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    diesel::delete(sessions::table.filter(sessions::expires_at.le(now))).execute(conn)?;
    Ok(())
}
