//! An identity provider as its pages show it.

use domain::clock::Timestamp;
use saml_acs::IdentityProvider;
use serde_json::Value;
use store::{Connection, MetadataStatus, Store, StoreError, Trial};

use super::certificate::Certificate;
use crate::page::{machine, shown};

/// What is known of one.
pub(crate) struct Provider {
    pub(crate) connection: Connection,
    /// None where what is stored can't be read.
    pub(crate) known: Option<Known>,
    pub(crate) fetched: Option<Fetched>,
    pub(crate) trial: Option<OnTrial>,
}

/// What its metadata say.
pub(crate) struct Known {
    /// Binding and address.
    pub(crate) sign_on: Vec<(&'static str, String)>,
    pub(crate) logout: Option<(&'static str, String)>,
    pub(crate) wants_signed_requests: bool,
    pub(crate) certificates: Vec<Certificate>,
}

/// How fetching its metadata goes.
pub(crate) struct Fetched {
    pub(crate) last: (String, String),
    pub(crate) next: (String, String),
    /// How often it failed since, and why at last.
    pub(crate) trouble: Option<(i64, String)>,
}

/// A change that is on trial.
pub(crate) struct OnTrial {
    pub(crate) ends: (String, String),
    /// How long it goes on, in words.
    pub(crate) left: String,
    pub(crate) begun: (String, String),
    pub(crate) by: String,
    /// The entity id that is put back.
    pub(crate) before: String,
}

impl Provider {
    pub(crate) fn of(store: &Store, connection: Connection, now: Timestamp) -> Result<Self, StoreError> {
        let known = IdentityProvider::from_metadata(&connection.metadata).ok();
        Ok(Self {
            known: known.map(|provider| Known::of(&provider, now)),
            fetched: store.metadata_status(connection.id)?.map(Fetched::of),
            trial: store.find_trial(connection.id)?.map(|trial| OnTrial::of(&trial, now)),
            connection,
        })
    }

    pub(crate) fn name(&self) -> &str {
        self.connection.name.as_str()
    }

    pub(crate) fn permits_sha1(&self) -> bool {
        self.connection.weak_algorithms.permit_sha1()
    }

    pub(crate) fn url(&self) -> Option<&str> {
        self.connection.source.as_ref().map(|source| source.url.as_str())
    }

    pub(crate) fn attributes(&self) -> Vec<(String, &str)> {
        self.connection.attribute_names.entries().into_iter().collect()
    }

    /// The certificate that lasts longest: the one that counts.
    pub(crate) fn lasting(&self) -> Option<&Certificate> {
        self.known.as_ref()?.certificates.iter().max_by_key(|certificate| certificate.days_left)
    }
}

impl Known {
    fn of(provider: &IdentityProvider, now: Timestamp) -> Self {
        let facts = provider.signing_certificates().iter().filter_map(|certificate| certificate.facts().ok());
        Self {
            sign_on: provider.single_sign_on().map(|(binding, url)| (binding.name(), url.to_string())).collect(),
            logout: provider.single_logout().map(|service| (service.binding.name(), service.url.to_string())),
            wants_signed_requests: provider.wants_authn_requests_signed(),
            certificates: facts.map(|facts| Certificate::at(now, facts)).collect(),
        }
    }
}

impl Fetched {
    fn of(status: MetadataStatus) -> Self {
        let both = |at: Timestamp| (shown(&at), machine(&at));
        let failures = status.failures;
        Self {
            last: both(status.refreshed_at),
            next: both(status.due_at),
            trouble: status.trouble.map(|trouble| (failures, trouble)),
        }
    }
}

impl OnTrial {
    fn of(trial: &Trial, now: Timestamp) -> Self {
        let seconds = (trial.ends_at - now).num_seconds().max(0);
        Self {
            ends: (trial.ends_at.format("%H:%M:%S UTC").to_string(), machine(&trial.ends_at)),
            left: time_left(seconds),
            begun: (shown(&trial.begun_at), machine(&trial.begun_at)),
            by: who(&trial.begun_by),
            before: trial.before.entity_id.clone(),
        }
    }
}

/// Whoever acted, as the audit log has them.
fn who(actor: &Value) -> String {
    let name = actor.get("name").and_then(Value::as_str);
    name.unwrap_or("somebody at the command line").to_owned()
}

fn time_left(seconds: i64) -> String {
    match seconds {
        0 => "no time".to_owned(),
        ..60 => "less than a minute".to_owned(),
        60..120 => "1 minute".to_owned(),
        120..7_200 => format!("{} minutes", seconds / 60),
        _ => format!("{} hours", seconds / 3_600),
    }
}
