use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::Bool;
use domain::id::WorkspaceId;

use super::Conn;
use super::text::position;
use crate::error::StoreError;
use crate::record::{micros, timestamp};
use crate::schema::scim_requests;
use crate::scim_requests::{RequestFilter, ScimRequest};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = scim_requests, check_for_backend(diesel::pg::Pg, diesel::sqlite::Sqlite))]
struct Row {
    workspace_id: String,
    at: i64,
    request_id: Option<String>,
    client: String,
    method: String,
    path: String,
    status: i32,
    micros: i64,
    body: Option<String>,
    refusal: Option<String>,
}

pub(crate) fn append(conn: &mut Conn, requests: &[ScimRequest], keep: i64) -> Result<(), StoreError> {
    for request in requests {
        let row = Row {
            workspace_id: request.workspace.to_string(),
            at: micros(request.at),
            request_id: request.request_id.clone(),
            client: request.client.clone(),
            method: request.method.clone(),
            path: request.path.clone(),
            status: request.status,
            micros: request.micros,
            body: request.body.clone(),
            refusal: request.refusal.clone(),
        };
        diesel::insert_into(scim_requests::table).values(row).execute(conn)?;
    }
    let workspaces: BTreeSet<WorkspaceId> = requests.iter().map(|request| request.workspace).collect();
    workspaces.into_iter().try_for_each(|workspace| forget(conn, workspace, keep))
}

fn forget(conn: &mut Conn, workspace: WorkspaceId, keep: i64) -> Result<(), StoreError> {
    let mine = scim_requests::workspace_id.eq(workspace.to_string());
    let oldest_kept: Option<i64> = scim_requests::table
        .filter(mine.clone())
        .order(scim_requests::ordinal.desc())
        .offset(keep)
        .select(scim_requests::ordinal)
        .first(conn)
        .optional()?;
    if let Some(ordinal) = oldest_kept {
        diesel::delete(scim_requests::table.filter(mine).filter(scim_requests::ordinal.le(ordinal))).execute(conn)?;
    }
    Ok(())
}

/// Those before a number, newest first.
pub(crate) fn page(
    conn: &mut Conn,
    workspace: WorkspaceId,
    filter: &RequestFilter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<(i64, ScimRequest)>, StoreError> {
    let mut query = scim_requests::table.filter(scim_requests::workspace_id.eq(workspace.to_string())).into_boxed();
    if let Some(before) = before {
        query = query.filter(scim_requests::ordinal.lt(before));
    }
    if filter.refused {
        query = query.filter(scim_requests::refusal.is_not_null());
    }
    if let Some(method) = &filter.method {
        query = query.filter(scim_requests::method.eq(method));
    }
    if let Some(client) = &filter.client {
        query = query.filter(scim_requests::client.eq(client));
    }
    if let Some(holds) = holds(&filter.texts) {
        query = query.filter(holds);
    }
    let rows: Vec<(i64, Row)> = query
        .order(scim_requests::ordinal.desc())
        .limit(limit)
        .select((scim_requests::ordinal, Row::as_select()))
        .load(conn)?;
    rows.into_iter().map(|(number, row)| Ok((number, row.request(workspace)?))).collect()
}

type Condition = Box<dyn BoxableExpression<scim_requests::table, <Conn as Connection>::Backend, SqlType = Bool>>;

/// Whether any of the texts stands in path, body or refusal; what is not there holds nothing.
fn holds(texts: &[String]) -> Option<Condition> {
    let mut any: Option<Condition> = None;
    for text in texts {
        let one = position(scim_requests::path, text.clone())
            .gt(0)
            .or(position(scim_requests::body.assume_not_null(), text.clone()).gt(0))
            .or(position(scim_requests::refusal.assume_not_null(), text.clone()).gt(0));
        any = Some(match any {
            Some(before) => Box::new(before.or(one)),
            None => Box::new(one),
        });
    }
    any
}

pub(crate) fn find(conn: &mut Conn, workspace: WorkspaceId, number: i64) -> Result<Option<ScimRequest>, StoreError> {
    let row: Option<Row> = scim_requests::table
        .find(number)
        .filter(scim_requests::workspace_id.eq(workspace.to_string()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(|row| row.request(workspace)).transpose()
}

/// The latest of that request id, if it is still kept.
pub(crate) fn find_by_request_id(
    conn: &mut Conn,
    workspace: WorkspaceId,
    request: &str,
) -> Result<Option<ScimRequest>, StoreError> {
    let row: Option<Row> = scim_requests::table
        .filter(scim_requests::workspace_id.eq(workspace.to_string()))
        .filter(scim_requests::request_id.eq(request))
        .order(scim_requests::ordinal.desc())
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(|row| row.request(workspace)).transpose()
}

impl Row {
    fn request(self, workspace: WorkspaceId) -> Result<ScimRequest, StoreError> {
        Ok(ScimRequest {
            workspace,
            at: timestamp(self.at)?,
            request_id: self.request_id,
            client: self.client,
            method: self.method,
            path: self.path,
            status: self.status,
            micros: self.micros,
            body: self.body,
            refusal: self.refusal,
        })
    }
}
