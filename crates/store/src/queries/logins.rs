use diesel::prelude::*;
use domain::id::{ConnectionId, PersonId, WorkspaceId};

use super::{Conn, people};
use crate::error::StoreError;
use crate::logins::{LoginRequest, LoginSubject};
use crate::record::{digest, id, micros, timestamp};
use crate::schema::{consumed_assertions, login_requests, saml_links};

pub(crate) fn insert_request(conn: &mut Conn, request: &LoginRequest) -> Result<(), StoreError> {
    diesel::insert_into(login_requests::table)
        .values((
            login_requests::id.eq(&request.id),
            login_requests::workspace_id.eq(request.workspace.to_string()),
            login_requests::connection_id.eq(request.connection.to_string()),
            login_requests::browser.eq(&request.browser),
            login_requests::relay_state.eq(&request.relay_state),
            login_requests::return_to.eq(&request.return_to),
            login_requests::expires_at.eq(micros(request.expires_at)),
        ))
        .execute(conn)?;
    Ok(())
}

pub(crate) fn find_request(
    conn: &mut Conn,
    workspace: WorkspaceId,
    request: &str,
    now: i64,
) -> Result<Option<LoginRequest>, StoreError> {
    let row: Option<(String, String, String, Option<String>, i64)> = login_requests::table
        .find(request)
        .filter(login_requests::workspace_id.eq(workspace.to_string()))
        .filter(login_requests::expires_at.gt(now))
        .select((
            login_requests::connection_id,
            login_requests::browser,
            login_requests::relay_state,
            login_requests::return_to,
            login_requests::expires_at,
        ))
        .first(conn)
        .optional()?;
    row.map(|(connection, browser, relay_state, return_to, expires_at)| {
        Ok(LoginRequest {
            id: request.to_owned(),
            workspace,
            connection: id(ConnectionId::parse, &connection)?,
            browser,
            relay_state,
            return_to,
            expires_at: timestamp(expires_at)?,
        })
    })
    .transpose()
}

/// Whom a login means: by (connection, NameID), else by name.
pub(crate) fn subject(
    conn: &mut Conn,
    workspace: WorkspaceId,
    connection: ConnectionId,
    name_id: &str,
    login_name: &domain::collaborator::UserName,
) -> Result<LoginSubject, StoreError> {
    let linked: Option<String> = saml_links::table
        .find((connection.to_string(), digest(name_id)))
        .select(saml_links::person_id)
        .first(conn)
        .optional()?;
    let person = match linked {
        Some(person) => people::find(conn, workspace, id(PersonId::parse, &person)?)?,
        None => people::find_by_name(conn, workspace, login_name)?,
    };
    let name_ids = match &person {
        Some(person) => saml_links::table
            .filter(saml_links::person_id.eq(person.id.to_string()))
            .filter(saml_links::connection_id.eq(connection.to_string()))
            .select(saml_links::name_id)
            .load(conn)?,
        None => Vec::new(),
    };
    Ok(LoginSubject { person, name_ids })
}

/// Forgets what can no longer be used.
pub(crate) fn forget_expired(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    diesel::delete(login_requests::table.filter(login_requests::expires_at.le(now))).execute(conn)?;
    diesel::delete(consumed_assertions::table.filter(consumed_assertions::expires_at.le(now))).execute(conn)?;
    Ok(())
}
