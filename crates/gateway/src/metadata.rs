//! An identity provider's metadata, from a file or an address: what is fetched, how often, and what is done with it.

mod reach;
pub mod refresh;

use std::io::Read;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use domain::clock::Timestamp;
use saml_acs::{IdentityProvider, MetadataError, SigningCertificate, choose, signed_by, valid_until};
use store::MetadataSource;
use ureq::tls::{TlsConfig, TlsProvider};
use ureq::unversioned::resolver::{DefaultResolver, Resolver};
use ureq::unversioned::transport::DefaultConnector;

pub(crate) use reach::Reach;
use reach::{Guard, is_refused_itself};

/// More than any single identity provider's metadata takes.
const LIMIT: u64 = 1 << 20;
const TIMEOUT: Duration = Duration::from_secs(10);
/// Some providers move their metadata once, none moves it on and on.
const MOST_REDIRECTS: u32 = 3;

/// Whether the text is an address rather than a file.
fn is_url(file_or_url: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| file_or_url.starts_with(scheme))
}

/// Metadata to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// The file or address.
    pub(crate) from: &'a str,
    /// Where it leads.
    pub(crate) reach: Reach,
    /// Whose it is to be; where nobody is named, that of the only identity provider in it.
    pub(crate) entity_id: Option<&'a str>,
    /// Which certificate has to sign it (DER, base64).
    pub(crate) certificate: Option<&'a str>,
}

impl Wanted<'_> {
    /// Reads and checks it: without a signing certificate it is refused, because it could prove nothing, and so is what is
    /// no longer valid.
    pub(crate) fn get(&self, now: Timestamp) -> Result<(String, IdentityProvider)> {
        let text = read(self.from, self.reach)?;
        let checked = || -> Result<_, MetadataError> {
            let text = match self.certificate {
                Some(certificate) => signed_by(&text, &SigningCertificate::from_base64(certificate)?)?,
                None => text,
            };
            let chosen = choose(&text, self.entity_id)?;
            if let Some(end) = valid_until(&chosen)?.filter(|end| *end <= now) {
                return Err(MetadataError::Expired(end));
            }
            let provider = IdentityProvider::from_metadata(&chosen)?;
            Ok((chosen, provider))
        };
        checked().with_context(|| format!("the metadata at {} can't be used", self.from))
    }
}

/// What an operator has typed. A host in a private network is theirs to name; whoever else names one, as by a redirect, is
/// refused.
pub(crate) fn get_typed(
    file_or_url: &str,
    entity_id: Option<&str>,
    certificate: Option<String>,
    now: Timestamp,
) -> Result<(String, IdentityProvider, Option<MetadataSource>)> {
    let wanted = Wanted { from: file_or_url, reach: Reach::Public, entity_id, certificate: certificate.as_deref() };
    let (is_private, found) = match wanted.get(now) {
        Err(error) if is_refused_itself(file_or_url, &error) => {
            (true, Wanted { reach: Reach::TypedHost, ..wanted }.get(now))
        }
        found => (false, found),
    };
    let (text, provider) = found?;
    let source = MetadataSource { url: file_or_url.to_owned(), certificate, is_private };
    Ok((text, provider, is_url(file_or_url).then_some(source)))
}

/// The text of a file or at an address.
fn read(file_or_url: &str, reach: Reach) -> Result<String> {
    let text = if is_url(file_or_url) { fetch(file_or_url, reach) } else { read_file(file_or_url) };
    text.with_context(|| format!("can't read the metadata at {file_or_url}"))
}

fn read_file(path: &str) -> Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(LIMIT + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LIMIT {
        bail!("it is larger than {LIMIT} bytes");
    }
    Ok(text)
}

fn fetch(url: &str, reach: Reach) -> Result<String> {
    fetch_within(url, Guard::new(url, reach, DefaultResolver::default()))
}

fn fetch_within(url: &str, guard: impl Resolver) -> Result<String> {
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
    Ok(response.body_mut().with_config().limit(LIMIT).read_to_string()?)
}
