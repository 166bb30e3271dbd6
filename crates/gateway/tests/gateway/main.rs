//! The whole gateway over HTTP, sentence by sentence: a real server on a free port, a clock that stands still, a real
//! identity provider's signatures. What is marked so runs against SQLite and against PostgreSQL, each in a fresh
//! database.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests only")]

#[path = "../common/mod.rs"]
mod common;
#[macro_use]
mod gate;

mod access;
mod access_tokens;
mod administrators;
mod bad_posts;
mod console;
mod cookies;
mod custom_attributes;
mod deactivation;
mod encrypted;
mod environments;
mod forms;
mod idp_initiated;
mod invitations;
mod newcomers;
mod nodes;
mod one_time;
mod providers;
mod races;
mod rates;
mod recycled_names;
mod requests;
mod retention;
mod scim;
mod scim_auth;
mod scim_bodies;
mod scim_http;
mod seeds;
mod sessions;
mod sign_in;
mod single_logout;
mod test_logins;
mod tracer;
mod trials;
mod workspaces;
