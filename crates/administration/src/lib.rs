//! What an administrator does to a workspace, whatever the door: the rules of each change, and its entry in the audit log. The
//! command line and the web console put words around it.

mod acting;
pub mod audit_export;
pub mod connections;
pub mod custom_attributes;
pub mod environments;
mod error;
pub mod groups;
pub mod keys;
pub mod metadata;
pub mod owner;
pub mod people;
pub mod policy;
pub mod roles;
pub mod scim;
pub mod trials;
pub mod workspace;

pub use acting::{Acting, Settling};
pub use error::{AdministrationError, ScimPrerequisite, with_causes};
