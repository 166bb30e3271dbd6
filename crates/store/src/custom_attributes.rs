//! Attributes of people that a workspace adds to what SCIM takes.

use domain::audit::AuditEntry;
use domain::custom_attribute::{CustomAttribute, CustomAttributes};
use domain::id::WorkspaceId;

use crate::Store;
use crate::backend::{read, write};
use crate::error::StoreError;
use crate::record::micros;

impl Store {
    /// Those in force, in the order in which they were added.
    pub fn custom_attributes(&self, workspace: WorkspaceId) -> Result<CustomAttributes, StoreError> {
        read!(self, |q, conn| q::custom_attributes::in_force(conn, workspace))
    }

    /// Puts one in force. Where it was before, the values that people have of it are shown again.
    pub fn add_custom_attribute(&self, attribute: CustomAttribute, entry: AuditEntry) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            q::custom_attributes::add(conn, entry.workspace, &attribute, micros(entry.at))?;
            q::audit::append(conn, &[entry])
        })
    }

    /// Takes one out of force. The values that people have of it are kept and no longer shown.
    pub fn remove_custom_attribute(&self, attribute: CustomAttribute, entry: AuditEntry) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            q::custom_attributes::remove(conn, entry.workspace, &attribute, micros(entry.at))?;
            q::audit::append(conn, &[entry])
        })
    }
}
