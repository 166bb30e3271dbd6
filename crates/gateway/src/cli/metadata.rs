//! Metadata that an operator names by a file or an address.

use std::io::Read;

use administration::metadata::{MOST_BYTES, Metadata, Wanted, check, fetch_typed, is_url};
use anyhow::{Context, Result, bail};
use domain::clock::Timestamp;

/// Reads and checks it.
pub(super) fn get(file_or_url: &str, wanted: Wanted<'_>, now: Timestamp) -> Result<Metadata> {
    if is_url(file_or_url) {
        return Ok(fetch_typed(file_or_url, wanted, now)?);
    }
    let text = read(file_or_url).with_context(|| format!("can't read the metadata at {file_or_url}"))?;
    Ok(check(&text, file_or_url, wanted, now)?)
}

fn read(path: &str) -> Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(MOST_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST_BYTES {
        bail!("it is larger than {MOST_BYTES} bytes");
    }
    Ok(text)
}
