//! The administrators' console: pages made on the server, which work without a script and better with a little of one.

mod account;
mod assets;
mod enter;
mod error;
mod form;
mod gate;
mod home;
mod page;
mod routes;
mod session;
mod sessions;
mod sign_in;

pub use routes::{Privilege, ROUTES, Route, configure};
