//! What the test binaries share: an HTTP client that keeps cookies, a SCIM client, and somebody's way through a login.
#![allow(dead_code, reason = "each test binary uses its own part")]

pub(crate) mod answer;
pub(crate) mod browser;
pub(crate) mod chromium;
pub(crate) mod database;
pub(crate) mod identity;
pub(crate) mod logout;
pub(crate) mod mail_server;
pub(crate) mod notice;
pub(crate) mod program;
pub(crate) mod provider;
pub(crate) mod scim;
