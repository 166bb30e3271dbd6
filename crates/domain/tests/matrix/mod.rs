//! The tables of the access matrix, one file each.
#![allow(clippy::unwrap_used, reason = "tests only")]

pub(crate) mod environments;
pub(crate) mod groups;
pub(crate) mod roles;
pub(crate) mod standing;
mod table;
