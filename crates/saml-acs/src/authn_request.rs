//! The request that starts a login here: SAML core 3.4.1 in the HTTP-Redirect binding.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use samael::schema::{AuthnRequest as Document, Issuer};
use samael::traits::ToXml;
use url::Url;

use crate::connection::Binding;
use crate::service_provider::{ServiceProvider, WriteError};
use crate::tree;

/// A request to the identity provider to sign somebody in and to post the answer to our assertion consumer service.
///
/// It leaves the name's format and the way of signing in to the identity provider: every demand of ours is a login that
/// some identity provider refuses.
pub struct AuthnRequest<'a> {
    /// From [`request_id`]; the answer's `InResponseTo`.
    pub id: &'a str,
    /// When it is sent.
    pub issue_instant: DateTime<Utc>,
    /// Who asks.
    pub service_provider: &'a ServiceProvider,
    /// The identity provider's address for [`Binding::HttpRedirect`].
    pub destination: &'a Url,
    /// Given back with the answer; at most 80 bytes (bindings, section 3.4.3).
    pub relay_state: Option<&'a str>,
    /// An RSA key, where the identity provider wants signed requests.
    pub signing_key: Option<&'a PKey<Private>>,
}

/// A request id of 128 bits. It begins with a letter or `_`, as an `xs:ID` must.
#[must_use]
pub fn request_id(random: [u8; 16]) -> String {
    format!("_{}", hex::encode(random))
}

/// RFC 3986, section 2.3: what needs no escape.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

impl AuthnRequest<'_> {
    /// The address that the browser is sent to. Query parameters that the identity provider's address has are kept.
    ///
    /// # Errors
    /// Where the request can't be written or signed.
    pub fn redirect_url(&self) -> Result<Url, WriteError> {
        let mut query = format!("SAMLRequest={}", escaped(&STANDARD.encode(deflated(&self.xml()?)?)));
        if let Some(relay_state) = self.relay_state {
            query.push_str(&format!("&RelayState={}", escaped(relay_state)));
        }
        if let Some(key) = self.signing_key {
            query.push_str(&format!("&SigAlg={}", escaped(RSA_SHA256)));
            let signature = signature(key, &query)?;
            query.push_str(&format!("&Signature={}", escaped(&signature)));
        }
        let mut url = self.destination.clone();
        let kept = url.query().filter(|kept| !kept.is_empty()).map(|kept| format!("{kept}&"));
        url.set_query(Some(&(kept.unwrap_or_default() + &query)));
        url.set_fragment(None);
        Ok(url)
    }

    fn xml(&self) -> Result<String, WriteError> {
        let issuer = Issuer { value: Some(tree::escaped(&self.service_provider.entity_id)), ..Issuer::default() };
        let document = Document {
            id: self.id.to_owned(),
            version: "2.0".to_owned(),
            issue_instant: self.issue_instant,
            destination: Some(self.destination.to_string()),
            issuer: Some(issuer),
            assertion_consumer_service_url: Some(self.service_provider.acs_url.clone()),
            protocol_binding: Some(Binding::HttpPost.uri().to_owned()),
            ..Document::default()
        };
        document.to_string().map_err(|error| WriteError(error.to_string()))
    }
}

/// Bindings 3.4.4.1: raw deflate.
fn deflated(xml: &str) -> Result<Vec<u8>, WriteError> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(xml.as_bytes()).and_then(|()| encoder.finish());
    written.map_err(|error| WriteError(error.to_string()))
}

/// Bindings 3.4.4.1: the signature covers the query string as it is sent.
fn signature(key: &PKey<Private>, query: &str) -> Result<String, WriteError> {
    let sign = || Signer::new(MessageDigest::sha256(), key)?.sign_oneshot_to_vec(query.as_bytes());
    sign().map(|signature| STANDARD.encode(signature)).map_err(|error| WriteError(error.to_string()))
}

fn escaped(value: &str) -> String {
    utf8_percent_encode(value, ESCAPED).to_string()
}

#[cfg(test)]
mod tests;
