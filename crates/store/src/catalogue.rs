//! Environments, roles and groups of a workspace.

use std::collections::BTreeSet;

use domain::audit::AuditEntry;
use domain::environment::{Catalogue, Environment, GroupName, RoleName};
use domain::group::Group;
use domain::id::WorkspaceId;

use crate::Store;
use crate::backend::{read, write};
use crate::error::StoreError;
use crate::record::micros;

impl Store {
    /// Environments and roles, and those groups that exist among the candidate names.
    pub fn catalogue(&self, workspace: WorkspaceId, candidates: &BTreeSet<String>) -> Result<Catalogue, StoreError> {
        read!(self, |q, conn| q::catalogue::load(conn, workspace, candidates))
    }

    /// The environments, in the workspace's order.
    pub fn environments(&self, workspace: WorkspaceId) -> Result<Vec<Environment>, StoreError> {
        read!(self, |q, conn| q::catalogue::environments(conn, workspace))
    }

    /// Adds a role.
    pub fn add_role(&self, role: RoleName, entry: AuditEntry) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            q::catalogue::insert_role(conn, entry.workspace, &role, micros(entry.at))?;
            q::audit::append(conn, &[entry])
        })
    }

    /// Adds a group.
    pub fn add_group(&self, group: Group, entry: AuditEntry) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            q::groups::insert(conn, &group)?;
            q::audit::append(conn, &[entry])
        })
    }

    /// Maps a name of the provider's to a group of ours.
    pub fn map_group(&self, provider_name: String, group: GroupName, entry: AuditEntry) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            q::catalogue::map_group(conn, entry.workspace, &provider_name, &group)?;
            q::audit::append(conn, &[entry])
        })
    }
}
