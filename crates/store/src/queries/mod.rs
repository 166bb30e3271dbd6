//! The queries, compiled once for each database. `super::Conn` is the connection, `super::text` its text functions,
//! `super::lock` its locks.

pub(crate) mod audit;
pub(crate) mod audit_chain;
pub(crate) mod audit_counts;
pub(crate) mod audit_retention;
pub(crate) mod audit_search;
pub(crate) mod catalogue;
pub(crate) mod commit;
pub(crate) mod connections;
pub(crate) mod console_sessions;
pub(crate) mod custom_attributes;
pub(crate) mod facets;
pub(crate) mod group_search;
pub(crate) mod groups;
pub(crate) mod keys;
pub(crate) mod login_traces;
pub(crate) mod logins;
pub(crate) mod logouts;
pub(crate) mod mails;
pub(crate) mod memberships;
pub(crate) mod metadata;
pub(crate) mod order;
pub(crate) mod owners;
pub(crate) mod people;
pub(crate) mod people_search;
pub(crate) mod saml_links;
pub(crate) mod scim_requests;
pub(crate) mod search;
pub(crate) mod sessions;
pub(crate) mod tokens;
pub(crate) mod trials;
pub(crate) mod workspaces;

use super::{Conn, NOW, lock, text};
