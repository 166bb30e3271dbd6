//! Between the domain's people and SCIM's resources.

pub(crate) mod group;
pub(crate) mod role;
pub(crate) mod user;
