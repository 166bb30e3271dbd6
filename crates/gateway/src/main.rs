//! The program `gatehouse`.

use std::process::ExitCode;

use clap::Parser;
use gateway::cli::Cli;
use gateway::output::complain;

fn main() -> ExitCode {
    // A wrong usage ends here, with exit code 2.
    let cli = Cli::parse();
    match cli.run() {
        Ok(code) => code,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}
