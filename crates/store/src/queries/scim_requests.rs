use std::collections::BTreeSet;

use diesel::prelude::*;
use domain::id::WorkspaceId;

use super::Conn;
use crate::error::StoreError;
use crate::record::{micros, timestamp};
use crate::schema::scim_requests;
use crate::scim_requests::ScimRequest;

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

pub(crate) fn latest(conn: &mut Conn, workspace: WorkspaceId, limit: i64) -> Result<Vec<ScimRequest>, StoreError> {
    let mut rows: Vec<Row> = scim_requests::table
        .filter(scim_requests::workspace_id.eq(workspace.to_string()))
        .order(scim_requests::ordinal.desc())
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    rows.reverse();
    rows.into_iter()
        .map(|row| {
            Ok(ScimRequest {
                workspace,
                at: timestamp(row.at)?,
                request_id: row.request_id,
                client: row.client,
                method: row.method,
                path: row.path,
                status: row.status,
                micros: row.micros,
                body: row.body,
                refusal: row.refusal,
            })
        })
        .collect()
}
