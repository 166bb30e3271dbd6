//! How our own messages travel: bindings, sections 3.4 and 3.5.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::keys::RequestKey;
use crate::service_provider::WriteError;

/// A message for the query of a redirect, without a signature inside (bindings 3.4.4.1).
pub(crate) struct Outgoing<'a> {
    /// `SAMLRequest` or `SAMLResponse`.
    pub(crate) parameter: &'static str,
    pub(crate) xml: &'a str,
    pub(crate) relay_state: Option<&'a str>,
}

/// RFC 3986, section 2.3: what needs no escape.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
pub(crate) const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

impl Outgoing<'_> {
    /// The address that the browser is sent to, signed where there is a key. Query parameters that the destination has are kept.
    pub(crate) fn redirect_url(&self, destination: &Url, key: Option<&RequestKey>) -> Result<Url, WriteError> {
        let mut query = format!("{}={}", self.parameter, escaped(&STANDARD.encode(deflated(self.xml)?)));
        if let Some(relay_state) = self.relay_state {
            query.push_str(&format!("&RelayState={}", escaped(relay_state)));
        }
        if let Some(key) = key {
            query.push_str(&format!("&SigAlg={}", escaped(RSA_SHA256)));
            let signature = signature(&key.key, query.as_bytes())?;
            query.push_str(&format!("&Signature={}", escaped(&signature)));
        }
        let mut url = destination.clone();
        let kept = url.query().filter(|kept| !kept.is_empty()).map(|kept| format!("{kept}&"));
        url.set_query(Some(&(kept.unwrap_or_default() + &query)));
        url.set_fragment(None);
        Ok(url)
    }
}

/// RSA with SHA-256, in base64. In the Redirect binding it covers the query string as it is sent (bindings 3.4.4.1).
pub(crate) fn signature(key: &PKey<Private>, over: &[u8]) -> Result<String, WriteError> {
    let sign = || Signer::new(MessageDigest::sha256(), key)?.sign_oneshot_to_vec(over);
    sign().map(|signature| STANDARD.encode(signature)).map_err(|error| WriteError(error.to_string()))
}

/// Bindings 3.4.4.1: raw deflate.
fn deflated(xml: &str) -> Result<Vec<u8>, WriteError> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(xml.as_bytes()).and_then(|()| encoder.finish());
    written.map_err(|error| WriteError(error.to_string()))
}

fn escaped(value: &str) -> String {
    utf8_percent_encode(value, ESCAPED).to_string()
}
