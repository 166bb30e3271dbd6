//! The URNs of the SCIM schemas that every workspace has.

/// The core `User` (RFC 7643 §4.1).
pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The core `Group` (RFC 7643 §4.2).
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// The enterprise extension of `User` (RFC 7643 §4.3).
pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// The extension of `User` that carries environment roles.
pub const WORKATO_ROLE: &str = "urn:ietf:params:scim:schemas:workato:1.0:WorkatoRole";
/// The read-only environment roles.
pub const ROLE: &str = "urn:ietf:params:scim:schemas:gatehouse:1.0:EnvironmentRole";

/// All of them.
pub const ALL: [&str; 5] = [USER, GROUP, ENTERPRISE, WORKATO_ROLE, ROLE];
