use std::net::TcpListener;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::clock::SystemClock;
use crate::config::{Overrides, Settings};
use crate::{app, telemetry};

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
        let store = settings.open_store()?;
        if settings.database.migrate {
            store.migrate()?;
        } else if !store.pending_migrations()?.is_empty() {
            bail!("the database is not at this version: run `gatehouse migrate` first");
        }
        let site = app::site(store, SystemClock::shared(), settings.server.base_url()?, &settings.server)?;
        let listener = bind(&settings.server.listen)?;
        tracing::info!(listen = settings.server.listen, base_url = %site.base_url, "serving");
        actix_web::rt::System::new()
            .block_on(async { app::serve(site, listener, settings)?.run().await.context("the server failed") })
    }
}

/// Binds an address with a sentence that says which.
pub(super) fn bind(address: &str) -> Result<TcpListener> {
    TcpListener::bind(address).with_context(|| format!("can't listen on {address}"))
}
