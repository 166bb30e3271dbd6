//! What all doors share while the gateway runs.

use std::net::IpAddr;
use std::sync::Arc;

use domain::clock::{Clock, Timestamp};
use store::Store;

use crate::access_token::AccessTokens;
use crate::base_url::BaseUrl;
use crate::limit::Limits;

/// The store, the clock, the address and the signing key of one running gateway. Cheap to clone.
#[derive(Clone)]
pub struct Site {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The address that the outside knows.
    pub base_url: BaseUrl,
    /// Signs and publishes access tokens.
    pub access_tokens: Arc<AccessTokens>,
    /// Proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Arc<[IpAddr]>,
    /// How often one client may ask.
    pub limits: Arc<Limits>,
}

impl Site {
    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
