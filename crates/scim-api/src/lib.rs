//! scim-api
