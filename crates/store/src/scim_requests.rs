//! The SCIM request log: the latest requests of each workspace, bounded and sanitised.

use std::sync::Arc;

use domain::clock::Timestamp;
use domain::id::WorkspaceId;
use serde::Serialize;

use crate::Store;
use crate::backend::{read, write};
use crate::error::StoreError;

/// One SCIM request, without credentials or passwords.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScimRequest {
    /// The workspace that the token named.
    #[serde(skip)]
    pub workspace: WorkspaceId,
    /// When it was answered.
    pub at: Timestamp,
    /// Its id.
    pub request_id: Option<String>,
    /// Which client it seems to be: `okta`, `entra` …
    pub client: String,
    /// The method.
    pub method: String,
    /// Path and query below the base URL.
    pub path: String,
    /// The status of the answer.
    pub status: i32,
    /// How long it took, in microseconds.
    pub micros: i64,
    /// The body, passwords masked, cut to a few thousand characters.
    pub body: Option<String>,
    /// For a refusal the sentence that was sent.
    pub refusal: Option<String>,
}

/// Which requests to list.
#[derive(Debug, Clone, Default)]
pub struct RequestFilter {
    /// Only those that were refused, in whole or in part.
    pub refused: bool,
    /// Of this method, as it was sent.
    pub method: Option<String>,
    /// Of this client.
    pub client: Option<String>,
    /// With any of these in path, body or refusal, exactly as it was sent.
    pub texts: Vec<String>,
}

impl Store {
    /// Appends requests and forgets all but the latest `keep` of each workspace.
    pub fn append_scim_requests(&self, requests: Arc<[ScimRequest]>, keep: i64) -> Result<(), StoreError> {
        write!(self, |q, conn| q::scim_requests::append(conn, &requests, keep))
    }

    /// The request of that id, if it is still kept.
    pub fn find_scim_request_by_id(&self, workspace: WorkspaceId, id: &str) -> Result<Option<ScimRequest>, StoreError> {
        read!(self, |q, conn| q::scim_requests::find_by_request_id(conn, workspace, id))
    }

    /// The latest requests of a workspace, oldest first.
    pub fn scim_requests(&self, workspace: WorkspaceId, limit: i64) -> Result<Vec<ScimRequest>, StoreError> {
        let latest = self.scim_request_page(workspace, &RequestFilter::default(), None, limit)?;
        Ok(latest.into_iter().rev().map(|(_, request)| request).collect())
    }

    /// The latest requests before the one of that number, newest first, each with its number.
    pub fn scim_request_page(
        &self,
        workspace: WorkspaceId,
        filter: &RequestFilter,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<(i64, ScimRequest)>, StoreError> {
        read!(self, |q, conn| q::scim_requests::page(conn, workspace, filter, before, limit))
    }

    /// The request of that number, if it is still kept.
    pub fn find_scim_request(&self, workspace: WorkspaceId, number: i64) -> Result<Option<ScimRequest>, StoreError> {
        read!(self, |q, conn| q::scim_requests::find(conn, workspace, number))
    }
}
