use diesel::prelude::*;
use domain::clock::Timestamp;
use domain::id::{ConnectionId, PersonId, WorkspaceId};

use super::{Conn, people};
use crate::error::{StoreError, Unique};
use crate::logins::{LoginRequest, LoginSubject};
use crate::record::{digest, id, micros, timestamp};
use crate::schema::{consumed_assertions, login_requests, saml_links};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = login_requests, check_for_backend(diesel::pg::Pg, diesel::sqlite::Sqlite))]
struct Row {
    id: String,
    workspace_id: String,
    connection_id: String,
    secret: String,
    browser: String,
    relay_state: String,
    return_to: Option<String>,
    issued_at: i64,
    expires_at: i64,
    is_test: bool,
}

pub(crate) fn insert_request(conn: &mut Conn, request: LoginRequest) -> Result<(), StoreError> {
    let row = Row {
        id: request.id,
        workspace_id: request.workspace.to_string(),
        connection_id: request.connection.to_string(),
        secret: request.secret,
        browser: request.browser,
        relay_state: request.relay_state,
        return_to: request.return_to,
        issued_at: micros(request.issued_at),
        expires_at: micros(request.expires_at),
        is_test: request.is_test,
    };
    diesel::insert_into(login_requests::table).values(row).execute(conn)?;
    Ok(())
}

pub(crate) fn find_request(
    conn: &mut Conn,
    workspace: WorkspaceId,
    request: &str,
    now: i64,
) -> Result<Option<LoginRequest>, StoreError> {
    let row: Option<Row> = login_requests::table
        .find(request)
        .filter(login_requests::workspace_id.eq(workspace.to_string()))
        .filter(login_requests::expires_at.gt(now))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(|row| {
        Ok(LoginRequest {
            id: row.id,
            workspace,
            connection: id(ConnectionId::parse, &row.connection_id)?,
            secret: row.secret,
            browser: row.browser,
            relay_state: row.relay_state,
            return_to: row.return_to,
            issued_at: timestamp(row.issued_at)?,
            expires_at: timestamp(row.expires_at)?,
            is_test: row.is_test,
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

/// Remembers the id of a message of the identity provider's: another one of that id is a copy. Ids may be long, so that they
/// are remembered by their hash.
pub(crate) fn use_once(
    conn: &mut Conn,
    connection: ConnectionId,
    message: &str,
    until: Timestamp,
) -> Result<(), StoreError> {
    let remembered = diesel::insert_into(consumed_assertions::table)
        .values((
            consumed_assertions::connection_id.eq(connection.to_string()),
            consumed_assertions::assertion.eq(digest(message)),
            consumed_assertions::expires_at.eq(micros(until)),
        ))
        .execute(conn);
    match remembered.map_err(StoreError::from) {
        Err(StoreError::Taken(Unique::Assertion)) => Err(StoreError::AlreadyUsed),
        other => other.map(drop),
    }
}

/// Forgets what can no longer be used.
pub(crate) fn forget_expired(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    diesel::delete(login_requests::table.filter(login_requests::expires_at.le(now))).execute(conn)?;
    diesel::delete(consumed_assertions::table.filter(consumed_assertions::expires_at.le(now))).execute(conn)?;
    Ok(())
}
