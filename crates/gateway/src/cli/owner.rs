use administration::owner::{self, NewPassword};
use anyhow::Result;
use clap::{Args, Subcommand};
use secrecy::ExposeSecret;
use serde_json::json;

use super::session::InWorkspace;
use crate::config::Settings;
use crate::output;

/// `gatehouse owner …`
#[derive(Debug, Subcommand)]
pub(super) enum Owner {
    /// Print a new password once and end the owner's sessions
    ResetPassword(Reset),
    /// Take the owner's second factor away: the next sign-in to the console sets up another one
    ResetSecondFactor(InWorkspaceArgs),
}

#[derive(Debug, Args)]
pub(super) struct InWorkspaceArgs {
    #[command(flatten)]
    within: InWorkspace,
}

#[derive(Debug, Args)]
pub(super) struct Reset {
    #[command(flatten)]
    within: InWorkspace,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Owner {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        match self {
            Self::ResetPassword(reset) => reset.run(settings),
            Self::ResetSecondFactor(args) => Ok(owner::reset_second_factor(&args.within.open(settings)?)?),
        }
    }
}

impl Reset {
    fn run(self, settings: &Settings) -> Result<()> {
        let acting = self.within.open(settings)?;
        let NewPassword { email, password } = owner::reset_password(&acting)?;
        if self.json {
            return output::json(&json!({ "owner_email": email, "owner_password": password.expose_secret() }));
        }
        output::line(format!("{email}  {}", password.expose_secret()))
    }
}
