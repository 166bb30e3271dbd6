//! Between the domain's people and SCIM's resources.

pub(crate) mod user;
