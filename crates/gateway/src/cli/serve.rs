use std::net::TcpListener;

use ::web::{Site, random};
use anyhow::{Context, Result, bail};
use clap::Args;
use console::SetUp;
use secrecy::ExposeSecret;

use crate::clock::SystemClock;
use crate::config::{Overrides, Settings};
use crate::{app, output, telemetry};

/// `gatehouse serve`
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
}

impl Serve {
    pub(super) fn overrides(&self) -> Overrides {
        self.listen.clone().map(|listen| ("server.listen", listen)).into_iter().collect()
    }

    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        telemetry::start(&settings.log)?;
        let store = settings.open_store_to_serve()?;
        if settings.database.migrate {
            store.migrate()?;
        } else if !store.pending_migrations()?.is_empty() {
            bail!("the database is not at this version: run `gatehouse migrate` first");
        }
        let site = app::site(store, SystemClock::shared(), settings.server.base_url()?, &settings.server)?;
        let listener = bind(&settings.server.listen)?;
        let set_up = open_set_up(&site)?;
        tracing::info!(listen = settings.server.listen, base_url = %site.base_url, "serving");
        actix_web::rt::System::new()
            .block_on(async { app::serve(site, listener, settings, set_up)?.run().await.context("the server failed") })
    }
}

/// While there is no workspace, whoever reads this terminal may make the first one. The token is printed and never logged.
fn open_set_up(site: &Site) -> Result<SetUp> {
    if site.store.has_workspaces()? {
        return Ok(SetUp::closed());
    }
    let token = random::secret()?;
    output::line("There is no workspace yet. Open this address to make the first one; it works until there is one:")?;
    output::line(format!("  {}/console/_set-up?token={}", site.base_url, token.expose_secret()))?;
    Ok(SetUp::by(&token))
}

/// Binds an address with a sentence that says which.
pub(super) fn bind(address: &str) -> Result<TcpListener> {
    TcpListener::bind(address).with_context(|| format!("can't listen on {address}"))
}
