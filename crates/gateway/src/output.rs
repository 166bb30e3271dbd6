//! What commands print: results on standard output, one clear line on standard error when something fails.

use std::io::{self, Write};

use anyhow::{Context, Result};
use serde::Serialize;

/// Prints a line. A reader that has gone away (`| head`) is no failure.
pub fn line(text: impl std::fmt::Display) -> Result<()> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        done => done.context("can't write to standard output"),
    }
}

/// Prints one JSON object on one line.
pub fn json(value: &impl Serialize) -> Result<()> {
    line(serde_json::to_string(value)?)
}

/// Says something that is no result, on standard error.
pub fn remark(text: impl std::fmt::Display) {
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(io::stderr(), "{text}");
}

/// One line with the error and its causes.
pub fn complain(error: &anyhow::Error) {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    remark(format!("gatehouse: {}", causes.join(": ").replace('\n', " ")));
}
