//! The whole: an identity provider, its people, its SCIM client and its pages.

use std::{net::TcpListener, sync::Arc};

use actix_web::dev::Server;
use chrono::{DateTime, Utc};
use secrecy::SecretString;

use crate::{
    directory::Directory,
    identity_provider::IdentityProvider,
    provisioning::{Assignment, Provisioning},
    scim_client::ScimClient,
    scim_error::ScimError,
    server,
};

/// Tells the time; injected, so that tests decide what it is.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Where the gateway is, as browsers and Okta's servers reach it.
#[derive(Clone)]
pub struct Settings {
    /// The gateway's address that starts a login.
    pub login_url: String,
    /// The gateway's Assertion Consumer Service.
    pub acs_url: String,
    /// The gateway's single logout service.
    pub slo_url: String,
    /// The gateway's entity id.
    pub audience: String,
    /// The gateway's page that tells who is signed in.
    pub session_url: String,
    /// The gateway's SCIM service, e.g. `http://127.0.0.1:8080/scim/v2`.
    pub scim_base_url: String,
    /// The bearer token of that service.
    pub scim_token: SecretString,
    /// The time.
    pub clock: Clock,
}

/// Plays Okta for one workspace of a gateway.
pub struct Simulator {
    pub(crate) identity_provider: IdentityProvider,
    pub(crate) settings: Settings,
    pub(crate) provisioning: Provisioning,
}

impl Simulator {
    /// A simulator with Acme's six people, none of them assigned yet.
    #[must_use]
    pub fn new(identity_provider: IdentityProvider, settings: Settings) -> Self {
        let clock = Arc::clone(&settings.clock);
        let client = ScimClient::new(&settings.scim_base_url, settings.scim_token.clone(), Arc::clone(&clock));
        let provisioning = Provisioning::new(Directory::sample(), client, clock);
        Self { identity_provider, settings, provisioning }
    }

    /// The people.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        self.provisioning.directory()
    }

    /// Tests the connector, then assigns everybody over SCIM, in the directory's order. Blocks.
    ///
    /// # Errors
    /// At the first refusal.
    pub fn provision_everyone(&self) -> Result<Vec<Assignment>, ScimError> {
        self.provisioning.client().test_connector()?;
        self.directory().people().iter().map(|person| self.provisioning.assign(&person.key)).collect()
    }

    /// Serves pages and single sign-on on a listener that is bound already. The server installs no signal handlers:
    /// who runs it stops it by its handle.
    ///
    /// # Errors
    /// Where the listener can't be used.
    pub fn serve(self, listener: TcpListener) -> std::io::Result<Server> {
        server::serve(self, listener)
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.settings.clock)()
    }
}
