//! Environments, roles and groups of a workspace.

use std::collections::BTreeSet;

use domain::audit::AuditEntry;
use domain::environment::{Catalogue, Environment, Environments, GroupName};
use domain::group::Group;
use domain::id::WorkspaceId;
use domain::role::Role;

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

    /// Replaces the environments by compare-and-set on the policy's version, of which they are a part: everybody's access is
    /// to be decided anew.
    pub fn set_environments(
        &self,
        environments: Environments,
        expected_version: i64,
        entry: AuditEntry,
    ) -> Result<(), StoreError> {
        let environments = environments.into_list();
        write!(self, |q, conn| {
            q::workspaces::raise_policy_version(conn, entry.workspace, expected_version)?;
            q::workspaces::replace_environments(conn, entry.workspace, &environments)?;
            q::people::make_all_due(conn, entry.workspace, micros(entry.at))?;
            q::audit::append(conn, &[entry])
        })
    }

    /// The roles with their privileges, the oldest first.
    pub fn roles(&self, workspace: WorkspaceId) -> Result<Vec<Role>, StoreError> {
        read!(self, |q, conn| q::catalogue::roles(conn, workspace))
    }

    /// Adds a role: where somebody was given one of that name, it is known from now on.
    pub fn add_role(&self, role: Role, entry: AuditEntry) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            q::catalogue::insert_role(conn, entry.workspace, &role, micros(entry.at))?;
            q::people::make_all_due(conn, entry.workspace, micros(entry.at))?;
            q::audit::append(conn, &[entry])
        })
    }

    /// Replaces the privileges of a role.
    pub fn set_role(&self, role: Role, entry: AuditEntry) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            q::catalogue::update_role(conn, entry.workspace, &role)?;
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

    /// What names of the provider's mean, in the order of those names: up to so many after that name.
    pub fn group_mappings(
        &self,
        workspace: WorkspaceId,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<(String, GroupName)>, StoreError> {
        read!(self, |q, conn| q::catalogue::mappings(conn, workspace, after, limit))
    }

    /// The group that a name of the provider's means.
    pub fn find_group_mapping(
        &self,
        workspace: WorkspaceId,
        provider_name: &str,
    ) -> Result<Option<GroupName>, StoreError> {
        read!(self, |q, conn| q::catalogue::find_mapping(conn, workspace, provider_name))
    }

    /// Lets a name of the provider's mean no group of ours any more.
    pub fn unmap_group(&self, provider_name: String, entry: AuditEntry) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            if q::catalogue::unmap_group(conn, entry.workspace, &provider_name)? {
                q::audit::append(conn, &[entry])?;
            }
            Ok(())
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
