//! The vocabulary, rules and decisions of Gatehouse: what a person may do, why, and what a command changes.
//!
//! Nothing here reads a clock, draws randomness, or knows HTTP, XML or SQL. Every write about people starts in
//! [`decide`](decide::decide) and is carried out by the store's `commit`.

pub mod access;
pub mod audit;
pub mod clock;
pub mod collaborator;
pub mod command;
pub mod connection;
pub mod custom_attribute;
pub mod decide;
pub mod environment;
pub mod explain;
pub mod facet;
pub mod facts;
pub mod group;
pub mod id;
pub mod link_health;
pub mod logout;
pub mod name_id;
pub mod order;
pub mod people_search;
pub mod policy;
pub mod predicate;
pub mod preview;
pub mod role;
pub mod schema_urn;
pub mod search;
pub mod text;
pub mod workspace;
