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
        let Self::ResetPassword(reset) = self;
        let session = Session::open(settings, &reset.within)?;
        let password = password::generate()?;
        let entry = session.entry(EventKind::OwnerPasswordReset, Subject::named("owner", "owner"), None, None);
        let email = session.store.set_owner_password(session.workspace.id, password::hash(&password)?, entry)?;
        if reset.json {
            return output::json(&json!({ "owner_email": email, "owner_password": password.expose_secret() }));
        }
        output::line(format!("{email}  {}", password.expose_secret()))
    }
}
