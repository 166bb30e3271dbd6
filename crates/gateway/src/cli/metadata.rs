//! An identity provider's metadata, from a file or an address.

use std::io::Read;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use saml_acs::IdentityProvider;

const LIMIT: u64 = 1 << 20;
const TIMEOUT: Duration = Duration::from_secs(10);

/// Reads metadata and checks it: without a signing certificate it is refused, because it could prove nothing.
pub(super) fn read(file_or_url: &str) -> Result<(String, IdentityProvider)> {
    let from_web = ["http://", "https://"].iter().any(|scheme| file_or_url.starts_with(scheme));
    let text = if from_web { fetch(file_or_url) } else { read_file(file_or_url) };
    let text = text.with_context(|| format!("can't read the metadata at {file_or_url}"))?;
    let provider = IdentityProvider::from_metadata(&text)
        .with_context(|| format!("the metadata at {file_or_url} can't be used"))?;
    Ok((text, provider))
}

fn read_file(path: &str) -> Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(LIMIT + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LIMIT {
        bail!("it is larger than {LIMIT} bytes");
    }
    Ok(text)
}

fn fetch(url: &str) -> Result<String> {
    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(TIMEOUT)).build().into();
    let mut response = agent.get(url).call()?;
    Ok(response.body_mut().with_config().limit(LIMIT).read_to_string()?)
}
