//! One change, one transaction.

use diesel::dsl::{case_when, not};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use domain::collaborator::Person;
use domain::decide::{Change, LinkWrite, NewSession, UsedLogin, Write};
use domain::id::WorkspaceId;
use domain::search::search_attributes;
use serde_json::{Map, Value};

use super::people::Row;
use super::{
    Conn, audit, catalogue, facets, logins, logouts, mails, memberships, people, sessions, trials, workspaces,
};
use crate::error::StoreError;
use crate::people::prefix;
use crate::record::{digest, micros};
use crate::schema::{collaborators, login_requests, saml_links, search_attributes as attributes, workspace_counters};

/// Writes everything that a decision says, or nothing.
pub(crate) fn commit(conn: &mut Conn, change: &Change) -> Result<(), StoreError> {
    if let Some(login) = &change.login {
        consume(conn, login)?;
    }
    for group in &change.groups {
        catalogue::ensure_group(conn, group)?;
    }
    keep_administrator(conn, change)?;
    write_person(conn, change)?;
    if change.is_remembered && change.write != Write::Nothing {
        people::remember(conn, &change.person)?;
    }
    write_links(conn, change)?;
    memberships::write(conn, change.workspace, &change.person.id.to_string(), &change.memberships)?;
    mails::enqueue(conn, change)?;
    tell(conn, change)?;
    if let Some(login) = &change.login {
        begin_session(conn, change.workspace, login)?;
        if login.session.is_some() && change.person.administers() {
            trials::confirm(conn, &change.person, login)?;
        }
    }
    audit::enqueue(conn, change.workspace, &change.events)
}

/// An entry that tells of ended sessions says how many: those that were alive until the person's row was written.
fn tell(conn: &mut Conn, change: &Change) -> Result<(), StoreError> {
    let mut entries = change.audit.clone();
    if let Some(entry) = entries.iter_mut().find(|entry| entry.kind.ends_sessions()) {
        let ended = match change.write {
            Write::Update { epoch, .. } if epoch != change.person.epoch => {
                sessions::count_live(conn, &change.person.id.to_string(), epoch, micros(entry.at))?
            }
            _ => 0,
        };
        let after = entry.after.get_or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(after) = after {
            after.insert("sessions_ended".to_owned(), ended.into());
        }
    }
    audit::append(conn, &entries)
}

/// Request and assertion are used up here, in the transaction that makes the session: of parallel posts one wins.
fn consume(conn: &mut Conn, login: &UsedLogin) -> Result<(), StoreError> {
    if let Some(request) = &login.request {
        let live = login_requests::table
            .find(request)
            .filter(login_requests::connection_id.eq(login.connection.to_string()))
            .filter(login_requests::expires_at.gt(micros(login.at)));
        if diesel::delete(live).execute(conn)? != 1 {
            return Err(StoreError::AlreadyUsed);
        }
    }
    logins::use_once(conn, login.connection, &login.assertion, login.remember_until)
}

/// The same for a test, which begins no session: it fails where the login would.
pub(crate) fn use_up(conn: &mut Conn, login: &UsedLogin) -> Result<(), StoreError> {
    consume(conn, login)?;
    login.session.as_ref().map_or(Ok(()), |session| refuse_shut_out(conn, login, session))
}

fn refuse_shut_out(conn: &mut Conn, login: &UsedLogin, session: &NewSession) -> Result<(), StoreError> {
    match &session.session_index {
        Some(index) if logouts::is_shut_out(conn, login.connection, &session.name_id.value, index)? => {
            Err(StoreError::ProviderSessionOver)
        }
        _ => Ok(()),
    }
}

fn begin_session(conn: &mut Conn, workspace: WorkspaceId, login: &UsedLogin) -> Result<(), StoreError> {
    let Some(session) = &login.session else { return Ok(()) };
    refuse_shut_out(conn, login, session)?;
    match sessions::begin(conn, workspace, login.connection, session)? {
        Some(former) => audit::append(conn, &[login.replaces(session, &former)]),
        None => Ok(()),
    }
}

/// Of two syncs that would each demote one of the last two administrators, one waits here for the other, finds nobody left,
/// and is decided anew.
fn keep_administrator(conn: &mut Conn, change: &Change) -> Result<(), StoreError> {
    if !change.takes_administration {
        return Ok(());
    }
    workspaces::lock(conn, change.workspace)?;
    match people::has_administrator_besides(conn, change.workspace, &change.person.id.to_string())? {
        true => Ok(()),
        false => Err(StoreError::Conflict),
    }
}

fn write_person(conn: &mut Conn, change: &Change) -> Result<(), StoreError> {
    let person = &change.person;
    let due_at = person.due_at().map(micros);
    match change.write {
        Write::Nothing => Ok(()),
        Write::Insert => {
            let ordinal = count(conn, change.workspace, 1, 1)?;
            let row = (Row::of(person, ordinal)?, collaborators::due_at.eq(due_at));
            diesel::insert_into(collaborators::table).values(row).execute(conn)?;
            index(conn, person, ordinal)?;
            facets::write(conn, person, ordinal)
        }
        Write::Update { version, epoch } => {
            let key = || collaborators::table.find(person.id.to_string());
            let (was_deleted, ordinal, revision): (bool, i64, i64) =
                key().select((collaborators::deleted, collaborators::ordinal, collaborators::revision)).first(conn)?;
            let place = place(conn, person, was_deleted, ordinal)?;
            let row = key().filter(collaborators::version.eq(version)).filter(collaborators::epoch.eq(epoch));
            // Only whoever decides anew under the workspace as it has become takes the mark off.
            let next = case_when(collaborators::marked_at.is_null(), due_at.into_sql::<Nullable<BigInt>>())
                .otherwise(collaborators::due_at);
            let values = (Row::of(person, place)?, collaborators::due_at.eq(next));
            if diesel::update(row).set(values).execute(conn)? != 1 {
                return Err(StoreError::Conflict);
            }
            if (revision, ordinal) != (person.revision, place) {
                index(conn, person, place)?;
            }
            facets::write(conn, person, place)
        }
    }
}

/// The person's place in lists: who is brought back comes last, as a new person would.
fn place(conn: &mut Conn, person: &Person, was_deleted: bool, ordinal: i64) -> Result<i64, StoreError> {
    match (was_deleted, person.lifecycle.is_deleted()) {
        (true, false) => count(conn, person.workspace, 1, 1),
        (false, true) => count(conn, person.workspace, 0, -1).map(|_| ordinal),
        _ => Ok(ordinal),
    }
}

fn count(conn: &mut Conn, workspace: WorkspaceId, ordinals: i64, people: i64) -> Result<i64, StoreError> {
    Ok(diesel::update(workspace_counters::table.find(workspace.to_string()))
        .set((
            workspace_counters::last_ordinal.eq(workspace_counters::last_ordinal + ordinals),
            workspace_counters::people.eq(workspace_counters::people + people),
        ))
        .returning(workspace_counters::last_ordinal)
        .get_result(conn)?)
}

fn index(conn: &mut Conn, person: &Person, ordinal: i64) -> Result<(), StoreError> {
    let id = person.id.to_string();
    let theirs = attributes::table.filter(attributes::person_id.eq(id.clone()));
    diesel::delete(theirs.filter(not(facets::is_internal()))).execute(conn)?;
    let rows: Vec<_> = search_attributes(person)
        .into_iter()
        .map(|found| {
            (
                attributes::workspace_id.eq(person.workspace.to_string()),
                attributes::person_id.eq(id.clone()),
                attributes::path.eq(found.path.as_str().to_owned()),
                attributes::element.eq(found.element),
                attributes::rank.eq(found.rank),
                attributes::prefix.eq(prefix(&found.folded)),
                attributes::folded.eq(found.folded),
                attributes::exact.eq(found.exact),
                attributes::ordinal.eq(ordinal),
            )
        })
        .collect();
    for chunk in rows.chunks(100) {
        diesel::insert_into(attributes::table).values(chunk.to_vec()).on_conflict_do_nothing().execute(conn)?;
    }
    Ok(())
}

fn write_links(conn: &mut Conn, change: &Change) -> Result<(), StoreError> {
    for link in &change.links {
        match link {
            LinkWrite::DropAll(person) => {
                let theirs = saml_links::person_id.eq(person.to_string());
                diesel::delete(saml_links::table.filter(theirs)).execute(conn)?;
            }
            LinkWrite::Add { connection, name_id, person } => {
                diesel::insert_into(saml_links::table)
                    .values((
                        saml_links::connection_id.eq(connection.to_string()),
                        saml_links::name_id_key.eq(digest(name_id)),
                        saml_links::name_id.eq(name_id),
                        saml_links::person_id.eq(person.to_string()),
                        saml_links::created_at.eq(micros(change.person.updated_at)),
                    ))
                    .execute(conn)?;
            }
        }
    }
    Ok(())
}
