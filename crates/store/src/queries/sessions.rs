use diesel::prelude::*;
use domain::audit::{AuditEntry, EventKind, SealedEntry, Subject};
use domain::collaborator::Person;
use domain::decide::NewSession;
use domain::id::{ConnectionId, PersonId, WorkspaceId};
use domain::logout::ProviderLogout;
use domain::name_id::{NameId, Qualifiers};
use domain::order::moment;
use serde_json::json;

use super::{Conn, audit, catalogue, people, workspaces};
use crate::error::StoreError;
use crate::record::{id, micros, timestamp};
use crate::schema::sessions;
use crate::sessions::{LiveSession, PersonSession, ProviderSession};

/// The most sessions of a person that are shown.
const SHOWN: i64 = 100;

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(diesel::pg::Pg, diesel::sqlite::Sqlite))]
struct Row {
    id: String,
    workspace_id: String,
    person_id: String,
    epoch: i64,
    connection_id: String,
    name_id: String,
    session_index: Option<String>,
    authenticated_at: i64,
    expires_at: i64,
    name_id_format: Option<String>,
    name_qualifier: Option<String>,
    sp_name_qualifier: Option<String>,
}

impl Row {
    fn provider(self) -> Result<ProviderSession, StoreError> {
        let qualifiers = Qualifiers {
            format: self.name_id_format,
            name_qualifier: self.name_qualifier,
            sp_name_qualifier: self.sp_name_qualifier,
        };
        Ok(ProviderSession {
            connection: id(ConnectionId::parse, &self.connection_id)?,
            name_id: NameId { value: self.name_id, qualifiers },
            session_index: self.session_index,
        })
    }
}

impl Row {
    /// With the address and the browser of the login by which it began.
    fn shown(self, logins: &[SealedEntry]) -> Result<PersonSession, StoreError> {
        let (authenticated_at, expires_at) = (timestamp(self.authenticated_at)?, timestamp(self.expires_at)?);
        let id = self.id.clone();
        let provider = self.provider()?;
        let began = |login: &&SealedEntry| {
            let after = login.after.as_ref();
            let said = |key: &str| after.and_then(|after| after.get(key)?.as_str());
            let until = said("expires_at").and_then(moment);
            until == Some(expires_at) && said("name_id") == Some(provider.name_id.value.as_str())
        };
        let login = logins.iter().find(began);
        let (ip, user_agent) = (login.and_then(|l| l.ip.clone()), login.and_then(|l| l.user_agent.clone()));
        Ok(PersonSession { id, provider, authenticated_at, expires_at, ip, user_agent })
    }
}

/// The session with its person, if it has not ended: by time, by epoch, or with the person's access.
pub(crate) fn find_live(conn: &mut Conn, session: &str, now: i64) -> Result<Option<LiveSession>, StoreError> {
    let live = sessions::table.find(session).filter(sessions::expires_at.gt(now));
    let Some(row) = live.select(Row::as_select()).first(conn).optional()? else { return Ok(None) };
    let workspace = workspaces::find(conn, id(WorkspaceId::parse, &row.workspace_id)?)?;
    let Some(workspace) = workspace else { return Ok(None) };
    let person = people::find(conn, workspace.id, id(PersonId::parse, &row.person_id)?)?;
    let Some(person) = person.filter(|p| p.epoch == row.epoch && p.lifecycle.is_active()) else { return Ok(None) };
    let roles = catalogue::roles(conn, workspace.id)?;
    Ok(Some(LiveSession {
        id: session.to_owned(),
        workspace,
        roles,
        person,
        authenticated_at: timestamp(row.authenticated_at)?,
        expires_at: timestamp(row.expires_at)?,
        provider: row.provider()?,
    }))
}

/// The live sessions of a person, the latest first, each with where its login came from.
pub(crate) fn of_person(conn: &mut Conn, person: &Person, now: i64) -> Result<Vec<PersonSession>, StoreError> {
    if !person.lifecycle.is_active() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = sessions::table
        .filter(sessions::person_id.eq(person.id.to_string()))
        .filter(sessions::epoch.eq(person.epoch))
        .filter(sessions::expires_at.gt(now))
        .order(sessions::authenticated_at.desc())
        .limit(SHOWN)
        .select(Row::as_select())
        .load(conn)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let logins = audit::logins_of(conn, person.workspace, person.id, SHOWN)?;
    rows.into_iter().map(|row| row.shown(&logins)).collect()
}

/// Removes a session of that person; tells whether it was there.
pub(crate) fn delete_of(
    conn: &mut Conn,
    workspace: WorkspaceId,
    person: PersonId,
    session: &str,
) -> Result<bool, StoreError> {
    let theirs = sessions::table
        .find(session)
        .filter(sessions::workspace_id.eq(workspace.to_string()))
        .filter(sessions::person_id.eq(person.to_string()));
    Ok(diesel::delete(theirs).execute(conn)? == 1)
}

/// How many sessions of that epoch the person has.
pub(super) fn count_live(conn: &mut Conn, person: &str, epoch: i64, now: i64) -> Result<i64, StoreError> {
    let live = sessions::table
        .filter(sessions::person_id.eq(person.to_owned()))
        .filter(sessions::epoch.eq(epoch))
        .filter(sessions::expires_at.gt(now));
    Ok(live.count().get_result(conn)?)
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
            sessions::name_id.eq(&session.name_id.value),
            sessions::name_id_format.eq(&session.name_id.qualifiers.format),
            sessions::name_qualifier.eq(&session.name_id.qualifiers.name_qualifier),
            sessions::sp_name_qualifier.eq(&session.name_id.qualifiers.sp_name_qualifier),
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

/// The sessions that an identity provider's logout means, also those that are over.
pub(crate) fn of_name(conn: &mut Conn, logout: &ProviderLogout) -> Result<Vec<String>, StoreError> {
    let rows: Vec<Row> = sessions::table
        .filter(sessions::connection_id.eq(logout.connection.to_string()))
        .filter(sessions::name_id.eq(&logout.name_id.value))
        .select(Row::as_select())
        .load(conn)?;
    let mut meant = Vec::new();
    for row in rows {
        let session = row.id.clone();
        let provider = row.provider()?;
        if logout.means(&provider.name_id, provider.session_index.as_deref()) {
            meant.push(session);
        }
    }
    Ok(meant)
}

/// Whose sessions end when a connection is removed, one entry each.
pub(crate) fn ended_by_removal(
    conn: &mut Conn,
    connection: ConnectionId,
    removal: &AuditEntry,
) -> Result<Vec<AuditEntry>, StoreError> {
    let theirs = sessions::table.filter(sessions::connection_id.eq(connection.to_string()));
    let theirs: Vec<String> = theirs.select(sessions::id).load(conn)?;
    let mut entries = Vec::new();
    for session in theirs {
        let live = find_live(conn, &session, micros(removal.at))?;
        entries.extend(live.map(|live| AuditEntry {
            kind: EventKind::SessionEnded,
            subject: Subject::person(&live.person),
            before: None,
            after: Some(json!({ "reason": "identity provider removed" })),
            ..removal.clone()
        }));
    }
    Ok(entries)
}

pub(crate) fn delete(conn: &mut Conn, session: &str) -> Result<bool, StoreError> {
    Ok(diesel::delete(sessions::table.find(session)).execute(conn)? == 1)
}

pub(crate) fn forget_expired(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    diesel::delete(sessions::table.filter(sessions::expires_at.le(now))).execute(conn)?;
    Ok(())
}
