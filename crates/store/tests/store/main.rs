//! The store, sentence by sentence. Every test runs against SQLite and against PostgreSQL, each in a fresh database.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr, reason = "tests only")]

#[macro_use]
mod database;
mod acme;
mod users;

mod audit;
mod audit_pages;
mod audit_standing;
mod commit;
mod custom_attributes;
mod decide_and_commit;
mod facets;
mod groups;
mod groups_at_random;
mod history;
mod keys;
mod lists_at_random;
mod login_races;
mod login_traces;
mod logins;
mod logouts;
mod mails;
mod metadata;
mod migrations;
mod names;
mod paging;
mod people_search;
mod retention;
mod scim_requests;
mod search;
mod search_at_random;
mod sessions;
mod settings;
mod sqlite;
mod tokens;
mod trials;
