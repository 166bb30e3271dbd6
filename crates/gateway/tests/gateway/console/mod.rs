//! The console over HTTP: what it refuses, and what its pages do.

mod access;
mod audit;
mod connections;
mod home;
mod people;
mod person;
mod scim;
mod security;
mod set_up;
mod sign_in;
pub(crate) mod visit;
