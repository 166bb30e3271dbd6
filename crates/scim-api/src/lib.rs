//! The SCIM door: users are made, changed and deactivated here (RFC 7643, RFC 7644).

mod auth;
mod body;
pub mod discovery;
pub mod document;
pub mod error;
pub mod filter;
pub mod patch;
pub mod path;
pub mod projection;
mod query;
mod resource;
mod response;
mod routes;
pub mod schema;
mod users;

pub use routes::configure;
