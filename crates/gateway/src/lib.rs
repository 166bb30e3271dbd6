//! The only binary: command line, configuration, wiring, background work.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod output;
pub mod telemetry;
mod worker;
