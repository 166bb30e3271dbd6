//! The console in a real browser: a headless Chromium, the demo's gateway, and its simulator in the part of Okta. Every page is
//! looked at by axe-core, on a narrow and on a wide screen, light and dark.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests only")]

#[path = "../common/mod.rs"]
mod common;
#[macro_use]
mod desk;

mod access;
mod activity;
mod connections;
mod from_nothing;
mod people;
mod person;
mod scim;
mod signing_in;
