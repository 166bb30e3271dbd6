use diesel::prelude::*;
use domain::id::{PersonId, WorkspaceId};
use domain::text::fold;

use super::Conn;
use crate::error::StoreError;
use crate::login_traces::{LoginTrace, TraceFilter, TraceStanding};
use crate::record::{digest, id, json, micros, parsed, timestamp};
use crate::schema::login_attempts;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = login_attempts, check_for_backend(diesel::pg::Pg, diesel::sqlite::Sqlite))]
struct Row {
    workspace_id: String,
    at: i64,
    reference: String,
    standing: String,
    ended: String,
    failed_check: Option<String>,
    person_id: Option<String>,
    name: Option<String>,
    name_key: Option<String>,
    story: Option<String>,
}

pub(crate) fn append(conn: &mut Conn, trace: &LoginTrace, keep: i64) -> Result<(), StoreError> {
    let row = Row {
        workspace_id: trace.workspace.to_string(),
        at: micros(trace.at),
        reference: trace.reference.clone(),
        standing: trace.standing.as_str().to_owned(),
        ended: json(&trace.end)?,
        failed_check: trace.failed_check.clone(),
        person_id: trace.person.map(|person| person.to_string()),
        name: trace.name.clone(),
        name_key: trace.name.as_deref().map(name_key),
        story: trace.story.as_ref().map(json).transpose()?,
    };
    diesel::insert_into(login_attempts::table).values(row).execute(conn)?;
    forget(conn, trace.workspace, trace.standing, keep)
}

fn forget(conn: &mut Conn, workspace: WorkspaceId, standing: TraceStanding, keep: i64) -> Result<(), StoreError> {
    let alike =
        login_attempts::workspace_id.eq(workspace.to_string()).and(login_attempts::standing.eq(standing.as_str()));
    let oldest_kept: Option<i64> = login_attempts::table
        .filter(alike.clone())
        .order(login_attempts::ordinal.desc())
        .offset(keep)
        .select(login_attempts::ordinal)
        .first(conn)
        .optional()?;
    if let Some(ordinal) = oldest_kept {
        diesel::delete(login_attempts::table.filter(alike).filter(login_attempts::ordinal.le(ordinal)))
            .execute(conn)?;
    }
    Ok(())
}

/// Those before a number, newest first.
pub(crate) fn page(
    conn: &mut Conn,
    workspace: WorkspaceId,
    filter: &TraceFilter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<(i64, LoginTrace)>, StoreError> {
    let mut query = login_attempts::table.filter(login_attempts::workspace_id.eq(workspace.to_string())).into_boxed();
    if let Some(before) = before {
        query = query.filter(login_attempts::ordinal.lt(before));
    }
    if filter.failed {
        query = query.filter(login_attempts::failed_check.is_not_null());
    }
    let person = filter.person.map(|person| person.to_string());
    let name = filter.name.as_deref().map(name_key);
    if person.is_some() || name.is_some() {
        // A comparison with NULL is never true, so that what is not asked for finds nothing.
        query = query.filter(login_attempts::person_id.eq(person).or(login_attempts::name_key.eq(name)));
    }
    let rows: Vec<(i64, Row)> = query
        .order(login_attempts::ordinal.desc())
        .limit(limit)
        .select((login_attempts::ordinal, Row::as_select()))
        .load(conn)?;
    rows.into_iter().map(|(number, row)| Ok((number, trace(workspace, row)?))).collect()
}

pub(crate) fn find(conn: &mut Conn, workspace: WorkspaceId, reference: &str) -> Result<Option<LoginTrace>, StoreError> {
    let row: Option<Row> = login_attempts::table
        .filter(login_attempts::workspace_id.eq(workspace.to_string()))
        .filter(login_attempts::reference.eq(reference))
        .order(login_attempts::ordinal.desc())
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(|row| trace(workspace, row)).transpose()
}

pub(crate) fn forget_personal(conn: &mut Conn, workspace: WorkspaceId, before: i64) -> Result<usize, StoreError> {
    let told = login_attempts::story.is_not_null().or(login_attempts::name.is_not_null());
    let old = login_attempts::table
        .filter(login_attempts::workspace_id.eq(workspace.to_string()))
        .filter(login_attempts::at.lt(before))
        .filter(told);
    let nothing: Option<&str> = None;
    let forgotten = diesel::update(old)
        .set((
            login_attempts::person_id.eq(nothing),
            login_attempts::name.eq(nothing),
            login_attempts::name_key.eq(nothing),
            login_attempts::story.eq(nothing),
        ))
        .execute(conn)?;
    Ok(forgotten)
}

/// Names are compared as `userName`s are; a NameID may be longer than an index takes.
fn name_key(name: &str) -> String {
    digest(&fold(name))
}

fn trace(workspace: WorkspaceId, row: Row) -> Result<LoginTrace, StoreError> {
    Ok(LoginTrace {
        workspace,
        at: timestamp(row.at)?,
        reference: row.reference,
        standing: TraceStanding::parse(&row.standing)?,
        end: parsed(&row.ended)?,
        failed_check: row.failed_check,
        person: row.person_id.map(|person| id(PersonId::parse, &person)).transpose()?,
        name: row.name,
        story: row.story.as_deref().map(parsed).transpose()?,
    })
}
