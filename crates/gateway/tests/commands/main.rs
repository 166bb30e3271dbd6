//! The program as an operator has it: commands in a shell, a server beside them, exit codes and what is printed.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests only")]

#[path = "../common/mod.rs"]
mod common;

mod acme;
mod attributes;
mod audit;
mod catalogue;
mod doctor;
mod identity_provider;
mod init;
mod keys;
mod metadata;
mod passwords;
mod people;
mod policy;
mod request_log;
mod saml_keys;
mod serving;
mod tracer;
mod usage;
