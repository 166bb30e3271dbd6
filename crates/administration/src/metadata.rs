//! An identity provider's metadata: what is fetched, how often, and what is done with it.

mod reach;
mod refresh;

use std::time::Duration;

use domain::clock::Timestamp;
use saml_acs::{IdentityProvider, MetadataError, SigningCertificate, choose, signed_by, valid_until};
use store::MetadataSource;
use ureq::tls::{TlsConfig, TlsProvider};
use ureq::unversioned::resolver::{DefaultResolver, Resolver};
use ureq::unversioned::transport::DefaultConnector;

pub use reach::Reach;
use reach::{Guard, is_refused_itself};
pub use refresh::{Outcome, refresh, refresh_due, warn_of_certificates};

/// More than any single identity provider's metadata takes, in bytes.
pub const MOST_BYTES: u64 = 1 << 20;
const TIMEOUT: Duration = Duration::from_secs(10);
/// Some providers move their metadata once, none moves it on and on.
const MOST_REDIRECTS: u32 = 3;

/// Metadata that were read and checked.
#[derive(Debug, Clone)]
pub struct Metadata {
    /// Their text.
    pub text: String,
    /// Whose they are.
    pub provider: IdentityProvider,
    /// Where they are fetched from again and again; none where they came as a file.
    pub source: Option<MetadataSource>,
}

/// What metadata have to be.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// Whose they are to be; where nobody is named, those of the only identity provider in it.
    pub entity_id: Option<&'a str>,
    /// Which certificate has to sign them (DER, base64).
    pub certificate: Option<&'a str>,
}

/// Why there are no metadata.
#[derive(Debug, thiserror::Error)]
pub enum MetadataFailure {
    /// Nothing was read.
    #[error("can't read the metadata at {from}")]
    Unreadable {
        /// The address.
        from: String,
        /// Why.
        #[source]
        cause: Box<ureq::Error>,
    },
    /// What was read is refused.
    #[error("the metadata at {from} can't be used")]
    Unusable {
        /// The address, or the name of a file.
        from: String,
        /// Why.
        #[source]
        cause: MetadataError,
    },
    /// An address that is known answers with somebody else's.
    #[error("it describes another identity provider, {0}")]
    AnotherProvider(String),
}

/// Whether the text is an address rather than a file.
#[must_use]
pub fn is_url(file_or_url: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| file_or_url.starts_with(scheme))
}

/// Checks the text of a file: without a signing certificate it is refused, because it could prove nothing, and so is what is no
/// longer valid.
pub fn check(text: &str, from: &str, wanted: Wanted<'_>, now: Timestamp) -> Result<Metadata, MetadataFailure> {
    let checked = || -> Result<_, MetadataError> {
        let signed = match wanted.certificate {
            Some(certificate) => &signed_by(text, &SigningCertificate::from_base64(certificate)?)?,
            None => text,
        };
        let text = choose(signed, wanted.entity_id)?;
        if let Some(end) = valid_until(&text)?.filter(|end| *end <= now) {
            return Err(MetadataError::Expired(end));
        }
        Ok(Metadata { provider: IdentityProvider::from_metadata(&text)?, text, source: None })
    };
    checked().map_err(|cause| MetadataFailure::Unusable { from: from.to_owned(), cause })
}

/// Fetches and checks what is at an address, within reach.
pub fn fetch(url: &str, reach: Reach, wanted: Wanted<'_>, now: Timestamp) -> Result<Metadata, MetadataFailure> {
    let text = fetch_within(url, Guard::new(url, reach, DefaultResolver::default()));
    let text = text.map_err(|cause| MetadataFailure::Unreadable { from: url.to_owned(), cause: Box::new(cause) })?;
    let (certificate, is_private) = (wanted.certificate.map(str::to_owned), reach == Reach::TypedHost);
    let source = MetadataSource { url: url.to_owned(), certificate, is_private };
    Ok(Metadata { source: Some(source), ..check(&text, url, wanted, now)? })
}

/// Fetches what is at an address that an operator of the gateway has typed. A host in a private network is theirs to name; who
/// else names one, as by a redirect, is refused.
pub fn fetch_typed(url: &str, wanted: Wanted<'_>, now: Timestamp) -> Result<Metadata, MetadataFailure> {
    match fetch(url, Reach::Public, wanted, now) {
        Err(MetadataFailure::Unreadable { cause, .. }) if is_refused_itself(url, &cause) => {
            fetch(url, Reach::TypedHost, wanted, now)
        }
        done => done,
    }
}

fn fetch_within(url: &str, guard: impl Resolver) -> Result<String, ureq::Error> {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .max_redirects(MOST_REDIRECTS)
        // What began over TLS does not go on without.
        .https_only(url.starts_with("https://"))
        // A proxy would ask in the gateway's place, wherever it is told to.
        .proxy(None)
        .tls_config(TlsConfig::builder().provider(TlsProvider::NativeTls).build());
    let agent = ureq::Agent::with_parts(config.build(), DefaultConnector::default(), guard);
    let mut response = agent.get(url).call()?;
    response.body_mut().with_config().limit(MOST_BYTES).read_to_string()
}
