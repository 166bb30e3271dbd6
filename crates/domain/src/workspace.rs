//! A workspace: the tenant that everything belongs to.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::WorkspaceId;
use crate::policy::Policy;

/// A workspace as one decision sees it.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// Its handle in addresses.
    pub handle: WorkspaceHandle,
    /// Its name for people.
    pub name: String,
    /// Its policy.
    pub policy: Policy,
    /// Counts policy changes; each evaluation records the version it used.
    pub policy_version: i64,
    /// Whether SCIM is switched on.
    pub scim_enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// 1 to 20 of `a-z0-9-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorkspaceHandle(String);

/// The text is no workspace handle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a workspace handle has 1 to 20 of the characters a-z, 0-9 and -")]
pub struct InvalidHandle;

impl WorkspaceHandle {
    /// Checks and wraps a handle.
    pub fn new(handle: &str) -> Result<Self, InvalidHandle> {
        let fits = (1..=20).contains(&handle.len());
        let clean = handle.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits && clean { Ok(Self(handle.to_owned())) } else { Err(InvalidHandle) }
    }

    /// The handle.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WorkspaceHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
