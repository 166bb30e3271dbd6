//! The SCIM door: users are made, changed and deactivated here (RFC 7643, RFC 7644).

mod auth;
mod body;
pub mod bulk;
mod bulk_endpoint;
pub mod client_profile;
mod condition;
pub mod discovery;
mod discovery_endpoints;
pub mod document;
pub mod error;
pub mod filter;
mod groups;
pub mod list;
mod listing;
mod message;
pub mod negotiation;
pub mod patch;
pub mod path;
pub mod projection;
mod query;
mod request_log;
mod resource;
mod response;
mod roles;
mod routes;
pub mod schema;
mod users;
mod work;

pub use request_log::RequestLog;
pub use routes::configure;
