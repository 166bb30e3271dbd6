use anyhow::Result;
use clap::{Args, Subcommand};
use domain::audit::{EventKind, Subject};
use secrecy::ExposeSecret;
use serde_json::json;
use web::password;

use super::session::{InWorkspace, Session};
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
            Self::ResetSecondFactor(args) => reset_second_factor(&Session::open(settings, &args.within)?),
        }
    }
}

fn reset_second_factor(session: &Session) -> Result<()> {
    let after = json!({ "second_factor": "taken away" });
    let subject = Subject::named("owner", "owner");
    let entry = session.entry(EventKind::OwnerSecondFactorChanged, subject, None, Some(after));
    Ok(session.store.set_owner_second_factor(session.workspace.id, None, entry)?)
}

impl Reset {
    fn run(self, settings: &Settings) -> Result<()> {
        let session = Session::open(settings, &self.within)?;
        let password = password::generate()?;
        let entry = session.entry(EventKind::OwnerPasswordReset, Subject::named("owner", "owner"), None, None);
        let email = session.store.set_owner_password(session.workspace.id, password::hash(&password)?, entry)?;
        if self.json {
            return output::json(&json!({ "owner_email": email, "owner_password": password.expose_secret() }));
        }
        output::line(format!("{email}  {}", password.expose_secret()))
    }
}
