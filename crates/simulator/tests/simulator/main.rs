//! The simulator from outside: what it sends over SCIM, what its pages do.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod gateway;
mod pages;
mod scim_client;
