use diesel::prelude::*;
use domain::collaborator::Person;
use domain::id::{ConnectionId, PersonId, WorkspaceId};
use domain::logout::ProviderLogout;

use super::{Conn, audit, console_sessions, lock, logins, people, sessions};
use crate::error::StoreError;
use crate::logouts::LogoutRequest;
use crate::record::{digest, id, micros, timestamp};
use crate::schema::{ended_provider_sessions, logout_requests};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = logout_requests, check_for_backend(diesel::pg::Pg, diesel::sqlite::Sqlite))]
struct Row {
    id: String,
    workspace_id: String,
    connection_id: String,
    person_id: String,
    secret: String,
    expires_at: i64,
}

pub(crate) fn insert_request(conn: &mut Conn, request: LogoutRequest) -> Result<(), StoreError> {
    let row = Row {
        id: request.id,
        workspace_id: request.workspace.to_string(),
        connection_id: request.connection.to_string(),
        person_id: request.person.to_string(),
        secret: request.secret,
        expires_at: micros(request.expires_at),
    };
    diesel::insert_into(logout_requests::table).values(row).execute(conn)?;
    Ok(())
}

pub(crate) fn find_request(
    conn: &mut Conn,
    workspace: WorkspaceId,
    request: &str,
    now: i64,
) -> Result<Option<(LogoutRequest, Person)>, StoreError> {
    let row: Option<Row> = logout_requests::table
        .find(request)
        .filter(logout_requests::workspace_id.eq(workspace.to_string()))
        .filter(logout_requests::expires_at.gt(now))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let request = LogoutRequest {
        connection: id(ConnectionId::parse, &row.connection_id)?,
        person: id(PersonId::parse, &row.person_id)?,
        expires_at: timestamp(row.expires_at)?,
        id: row.id,
        secret: row.secret,
        workspace,
    };
    let person = people::find(conn, workspace, request.person)?;
    Ok(person.map(|person| (request, person)))
}

/// Of two answers to one request one is written down.
pub(crate) fn delete_request(conn: &mut Conn, request: &str) -> Result<(), StoreError> {
    match diesel::delete(logout_requests::table.find(request)).execute(conn)? {
        1 => Ok(()),
        _ => Err(StoreError::AlreadyUsed),
    }
}

/// Ends what the request means, once, and shuts out the assertions of sessions that it names.
pub(crate) fn end(conn: &mut Conn, logout: &ProviderLogout) -> Result<usize, StoreError> {
    // A login that is being written is waited for, and the next one waits: none slips through between the two.
    lock::connection(conn, &logout.connection.to_string())?;
    logins::use_once(conn, logout.connection, &logout.id, logout.remember_until)?;
    for index in &logout.session_indexes {
        shut_out(conn, logout, index)?;
    }
    let mut entries = Vec::new();
    for session in sessions::of_name(conn, logout)? {
        let live = sessions::find_live(conn, &session, micros(logout.at))?;
        sessions::delete(conn, &session)?;
        console_sessions::end_resting_on(conn, &session)?;
        entries.extend(live.map(|live| logout.ends(&live.person)));
    }
    audit::append(conn, &entries)?;
    Ok(entries.len())
}

/// SAML core §3.7.3.1: the request counts also for an assertion that comes after it.
fn shut_out(conn: &mut Conn, logout: &ProviderLogout, index: &str) -> Result<(), StoreError> {
    diesel::insert_into(ended_provider_sessions::table)
        .values((
            ended_provider_sessions::connection_id.eq(logout.connection.to_string()),
            ended_provider_sessions::session_key.eq(session_key(&logout.name_id.value, index)),
            ended_provider_sessions::expires_at.eq(micros(logout.remember_until)),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}

/// Whether the identity provider has ended that session already.
pub(crate) fn is_shut_out(
    conn: &mut Conn,
    connection: ConnectionId,
    name_id: &str,
    index: &str,
) -> Result<bool, StoreError> {
    let key = (connection.to_string(), session_key(name_id, index));
    Ok(diesel::select(diesel::dsl::exists(ended_provider_sessions::table.find(key))).get_result(conn)?)
}

/// The length tells where the name ends.
fn session_key(name_id: &str, index: &str) -> String {
    digest(&format!("{}:{name_id}{index}", name_id.len()))
}

pub(crate) fn forget_expired(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    diesel::delete(logout_requests::table.filter(logout_requests::expires_at.le(now))).execute(conn)?;
    let over = ended_provider_sessions::table.filter(ended_provider_sessions::expires_at.le(now));
    diesel::delete(over).execute(conn)?;
    Ok(())
}
