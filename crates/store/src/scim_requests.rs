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

impl Store {
    /// Appends requests and forgets all but the latest `keep` of each workspace.
    pub fn append_scim_requests(&self, requests: Arc<[ScimRequest]>, keep: i64) -> Result<(), StoreError> {
        write!(self, |q, conn| q::scim_requests::append(conn, &requests, keep))
    }

    /// The latest requests of a workspace, oldest first.
    pub fn scim_requests(&self, workspace: WorkspaceId, limit: i64) -> Result<Vec<ScimRequest>, StoreError> {
        read!(self, |q, conn| q::scim_requests::latest(conn, workspace, limit))
    }
}
