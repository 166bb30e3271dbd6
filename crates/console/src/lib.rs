//! The administrators' console: pages made on the server, which work without a script and better with a little of one.

mod access;
mod account;
mod assets;
mod attempt;
mod audit;
mod chart;
mod connections;
mod enter;
mod error;
mod figures;
mod form;
mod gate;
mod guide;
mod home;
mod page;
mod people;
mod routes;
mod scim;
mod session;
mod sessions;
mod set_up;
mod sign_in;

pub use routes::{Privilege, ROUTES, Route, Settings, configure};
pub use set_up::SetUp;
