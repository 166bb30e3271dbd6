//! Logins and logouts through identity providers that were not written here: SimpleSAMLphp and pysaml2, as real processes with their
//! own metadata, pages and signatures. `scripts/peers` installs them.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests only")]

#[path = "../common/mod.rs"]
mod common;
#[macro_use]
mod peer;
mod acme;
mod form;
mod visitor;

mod encrypted;
mod in_a_browser;
mod logout;
mod mail;
mod recording;
mod requests;
mod responses;
