use administration::connections::{self, audited};
use administration::metadata::{Outcome, refresh};
use administration::trials;
use anyhow::{Result, bail};
use clap::Args;
use store::Connection;

use crate::cli::listing::Listing;
use crate::cli::session::{InWorkspace, OfProvider};
use crate::config::Settings;
use crate::output;

/// `gatehouse saml idp remove`
#[derive(Debug, Args)]
pub(in crate::cli) struct Remove {
    #[command(flatten)]
    within: InWorkspace,
    #[command(flatten)]
    idp: OfProvider,
}

/// `gatehouse saml idp rollback`
#[derive(Debug, Args)]
pub(in crate::cli) struct Rollback {
    #[command(flatten)]
    within: InWorkspace,
    #[command(flatten)]
    idp: OfProvider,
}

impl Rollback {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        let acting = self.within.open(settings)?;
        let before = trials::roll_back(&acting, &self.idp.get(&acting)?)?;
        output::line(format!("{} is as it was: {} signs in here.", before.name, before.entity_id))
    }
}

/// `gatehouse saml idp refresh`
#[derive(Debug, Args)]
pub(in crate::cli) struct Refresh {
    #[command(flatten)]
    within: InWorkspace,
    #[command(flatten)]
    idp: OfProvider,
}

impl Refresh {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        let acting = self.within.open(settings)?;
        let connection = self.idp.get(&acting)?;
        let name = connection.name.clone();
        if connection.source.is_none() {
            bail!(
                "the metadata of {name} came from a file: give an address by `gatehouse saml idp set --metadata URL`"
            );
        }
        match refresh(&acting.store, connection, acting.now())? {
            Outcome::Unchanged => output::line(format!("The metadata of {name} is as it was.")),
            Outcome::Changed => output::line(format!("The metadata of {name} has changed and is in force.")),
            Outcome::Failed(trouble) => bail!("{trouble}; the former metadata stays in force"),
            Outcome::Overtaken => {
                bail!("{name} was changed or removed while its metadata was fetched, and nothing was written")
            }
        }
    }
}

/// `gatehouse saml idp list`
pub(super) fn list(listing: Listing, settings: &Settings) -> Result<()> {
    let text = |connection: &Connection| format!("{:<20} {}", connection.name.as_str(), connection.entity_id);
    listing.run(settings, |acting| Ok(acting.store.connections(acting.workspace.id)?), (audited, text))
}

impl Remove {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        let acting = self.within.open(settings)?;
        let connection = self.idp.get(&acting)?;
        connections::remove(&acting, &connection)?;
        output::line(format!("{} signs in here no more.", connection.entity_id))
    }
}
