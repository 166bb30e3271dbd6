//! A message as a redirect brings it, with the signature over its query.

use std::io::Read;

use flate2::bufread::DeflateDecoder;
use percent_encoding::percent_decode_str;

use super::{LogoutKind, from_base64};
use crate::error::VerifyError;
use crate::xml_guard::Limits;

/// A query of the HTTP-Redirect binding (bindings 3.4.4.1). Nothing about it is verified.
pub struct RedirectMessage {
    kind: LogoutKind,
    xml: Vec<u8>,
    relay_state: Option<String>,
    signed: String,
    algorithm: Option<String>,
    signature: Option<Vec<u8>>,
}

const DEFLATE: &str = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE";
const PARAMETERS: [&str; 6] = ["SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature", "SAMLEncoding"];

impl RedirectMessage {
    /// Reads the query as it was sent. Each parameter that counts may come once, under its plain name: what is verified and what
    /// is read must be the same.
    ///
    /// # Errors
    /// A query with two meanings, or a message that is no DEFLATE stream within the limits.
    pub fn from_query(query: &str, limits: &Limits) -> Result<Self, VerifyError> {
        let query = Query::read(query)?;
        let (kind, message) = match (query.find("SAMLRequest"), query.find("SAMLResponse")) {
            (Some(message), None) => (LogoutKind::Request, message),
            (None, Some(message)) => (LogoutKind::Response, message),
            _ => return Err(VerifyError::Query("it has not exactly one message")),
        };
        if query.find("SAMLEncoding").map(decoded).transpose()?.is_some_and(|encoding| encoding != DEFLATE) {
            return Err(VerifyError::Query("its SAMLEncoding is not DEFLATE"));
        }
        let text = |name| query.find(name).map(decoded).transpose();
        let signature = text("Signature")?.map(|value| from_base64(&value, limits)).transpose()?;
        Ok(Self {
            kind,
            xml: inflated(&from_base64(&decoded(message)?, limits)?, limits)?,
            relay_state: text("RelayState")?,
            signed: query.signed(kind),
            algorithm: text("SigAlg")?,
            signature,
        })
    }

    /// Whether it asks or answers.
    #[must_use]
    pub fn kind(&self) -> LogoutKind {
        self.kind
    }

    /// What the sender wants back.
    #[must_use]
    pub fn relay_state(&self) -> Option<&str> {
        self.relay_state.as_deref()
    }

    pub(crate) fn xml(&self) -> &[u8] {
        &self.xml
    }

    /// The bytes that its signature is over, as they were sent.
    pub(crate) fn signed(&self) -> &[u8] {
        self.signed.as_bytes()
    }

    /// Algorithm and value of the signature; none where it lacks either.
    pub(crate) fn signature(&self) -> Option<(&str, &[u8])> {
        self.algorithm.as_deref().zip(self.signature.as_deref())
    }
}

/// The parameters that count, each with its value as it was sent.
struct Query<'a>(Vec<(&'static str, &'a str)>);

impl<'a> Query<'a> {
    fn read(query: &'a str) -> Result<Self, VerifyError> {
        let mut found: Vec<(&'static str, &'a str)> = Vec::new();
        for pair in query.split('&') {
            let (sent, value) = pair.split_once('=').unwrap_or((pair, ""));
            let meant = decoded(sent)?;
            let Some(name) = PARAMETERS.into_iter().find(|name| *name == meant) else { continue };
            if sent != name {
                return Err(VerifyError::Query("a parameter's name is escaped"));
            }
            if found.iter().any(|(known, _)| *known == name) {
                return Err(VerifyError::Query("a parameter comes twice"));
            }
            found.push((name, value));
        }
        Ok(Self(found))
    }

    fn find(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// Bindings 3.4.4.1: message, RelayState where there is one, algorithm, in this order, each as it was sent.
    fn signed(&self, kind: LogoutKind) -> String {
        let names = [kind.parameter(), "RelayState", "SigAlg"];
        let parts = names.into_iter().filter_map(|name| self.find(name).map(|value| format!("{name}={value}")));
        parts.collect::<Vec<_>>().join("&")
    }
}

fn decoded(value: &str) -> Result<String, VerifyError> {
    let spaced = value.replace('+', " ");
    let text = percent_decode_str(&spaced).decode_utf8();
    text.map(std::borrow::Cow::into_owned).map_err(|_| VerifyError::Query("a parameter is not UTF-8"))
}

/// Stops at the limit, however much is packed into the stream, and wants the stream to be all there is.
fn inflated(packed: &[u8], limits: &Limits) -> Result<Vec<u8>, VerifyError> {
    let mut decoder = DeflateDecoder::new(packed);
    let mut xml = Vec::new();
    let most = u64::try_from(limits.bytes).unwrap_or(u64::MAX).saturating_add(1);
    decoder.by_ref().take(most).read_to_end(&mut xml).map_err(|_| VerifyError::Deflate)?;
    if xml.len() > limits.bytes {
        return Err(VerifyError::TooLarge { limit: limits.bytes });
    }
    if decoder.into_inner().is_empty() { Ok(xml) } else { Err(VerifyError::Deflate) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use flate2::Compression;
    use flate2::write::DeflateEncoder;

    use super::*;

    fn packed(xml: &[u8]) -> String {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(xml).unwrap();
        STANDARD.encode(encoder.finish().unwrap()).replace('+', "%2B").replace('/', "%2f").replace('=', "%3D")
    }

    fn read(query: &str) -> Result<RedirectMessage, VerifyError> {
        RedirectMessage::from_query(query, &Limits::default())
    }

    fn refused(query: &str) -> &'static str {
        read(query).err().unwrap().check()
    }

    #[test]
    fn what_is_signed_is_in_the_order_of_the_binding_and_as_it_was_sent() {
        let message = packed(b"<a/>");
        let query = format!("x=1&Signature=AAAA&SigAlg=urn%3aa&RelayState=a%20b+c&SAMLRequest={message}&y");
        let read = read(&query).unwrap();
        let signed = format!("SAMLRequest={message}&RelayState=a%20b+c&SigAlg=urn%3aa");
        assert_eq!(read.signed(), signed.as_bytes());
        assert_eq!((read.xml(), read.relay_state()), (b"<a/>".as_slice(), Some("a b c")));
        assert_eq!(read.signature(), Some(("urn:a", [0, 0, 0].as_slice())));
    }

    /// The verifier would take one of the two, and the reader the other.
    #[test]
    fn a_query_with_two_meanings_is_refused() {
        let message = packed(b"<a/>");
        for query in [
            format!("SAMLRequest={message}&SAMLRequest={message}"),
            format!("SAMLRequest={message}&SAMLResponse={message}"),
            format!("SAMLRequest={message}&RelayState=a&RelayState=b"),
            format!("SAMLRequest={message}&SAML%52equest={message}"),
            format!("SAML%52equest={message}"),
            format!("SAMLRequest={message}&Relay%53tate=b"),
            format!("SAMLRequest={message}&SAMLEncoding=urn:other"),
            format!("SAMLRequest={message}&RelayState=%ff"),
            "RelayState=a".to_owned(),
            String::new(),
        ] {
            assert_eq!(refused(&query), "query", "{query}");
        }
    }

    /// A few kilobytes of a query unpack to gigabytes.
    #[test]
    fn a_deflate_bomb_stops_at_the_limit() {
        assert_eq!(refused(&format!("SAMLRequest={}", packed(&vec![b' '; 50_000_000]))), "too_large");
    }

    #[test]
    fn what_is_no_whole_stream_is_refused() {
        assert_eq!(refused("SAMLRequest=PGEvPg"), "base64");
        assert_eq!(refused("SAMLRequest=////"), "deflate");
        let mut behind =
            STANDARD.decode(packed(b"<a/>").replace("%2B", "+").replace("%2f", "/").replace("%3D", "=")).unwrap();
        behind.push(0);
        assert_eq!(refused(&format!("SAMLRequest={}", STANDARD.encode(&behind).replace('+', "%2B"))), "deflate");
    }
}
