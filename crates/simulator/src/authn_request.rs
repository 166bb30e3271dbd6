//! Reads `AuthnRequest`s of the Redirect and the POST binding.

use std::io::Read;

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::read::DeflateDecoder;
use roxmltree::{Document, Node};

const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// Far more than any request needs; a message that inflates beyond is no request.
const LIMIT: usize = 64 * 1024;

/// A request to sign somebody in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthnRequest {
    /// `ID`, repeated in the answer's `InResponseTo`.
    pub id: String,
    /// Where the service provider wants the answer, if it says so.
    pub acs_url: Option<String>,
    /// The service provider's entity id, if it says so.
    pub issuer: Option<String>,
    /// Whether a person who is signed in is to be asked again.
    pub force_authn: bool,
    /// How the service provider wants people to sign in: one of these, where there are any.
    pub authn_contexts: Vec<String>,
}

/// Why a request is not answered.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AuthnRequestError {
    /// The parameter is missing.
    #[error("The request carries no SAMLRequest.")]
    Missing,
    /// The parameter is not base64.
    #[error("SAMLRequest is not base64.")]
    NotBase64,
    /// The decoded bytes don't inflate (SAML Bindings §3.4.4.1).
    #[error("SAMLRequest is not a DEFLATE stream.")]
    NotDeflated,
    /// The message is longer than 64 KiB.
    #[error("SAMLRequest is longer than 64 KiB.")]
    TooLong,
    /// The message is no XML without a document type.
    #[error("SAMLRequest is not well-formed XML: {0}")]
    NotXml(String),
    /// The root element is another one.
    #[error("SAMLRequest is not an AuthnRequest of SAML 2.0.")]
    NotAuthnRequest,
    /// There is no `ID`.
    #[error("The AuthnRequest has no ID.")]
    NoId,
    /// The answer would go elsewhere.
    #[error(
        "The AuthnRequest asks for an answer to {asked}, but this application's single sign-on URL is {configured}."
    )]
    OtherAcs {
        /// `AssertionConsumerServiceURL` of the request.
        asked: String,
        /// The address the simulator was set up with.
        configured: String,
    },
    /// The request is another service provider's.
    #[error("The AuthnRequest was issued by {asked}, but this application's audience is {configured}.")]
    OtherIssuer {
        /// `Issuer` of the request.
        asked: String,
        /// The entity id the simulator was set up with.
        configured: String,
    },
}

/// The XML of `SAMLRequest` in a query (Redirect binding): base64 of a DEFLATE stream.
pub(crate) fn decode_redirect(saml_request: &str) -> Result<String, AuthnRequestError> {
    let compressed = decode_base64(saml_request)?;
    let mut xml = Vec::new();
    let limit = u64::try_from(LIMIT).unwrap_or(u64::MAX);
    DeflateDecoder::new(compressed.as_slice())
        .take(limit.saturating_add(1))
        .read_to_end(&mut xml)
        .map_err(|_| AuthnRequestError::NotDeflated)?;
    text(xml)
}

/// The XML of `SAMLRequest` in a form (POST binding): base64.
pub(crate) fn decode_post(saml_request: &str) -> Result<String, AuthnRequestError> {
    text(decode_base64(saml_request)?)
}

/// The value of `SAMLRequest` in a form.
pub(crate) fn encode_post(xml: &str) -> String {
    STANDARD.encode(xml)
}

impl AuthnRequest {
    /// Reads the parameter `SAMLRequest` of the Redirect binding.
    ///
    /// # Errors
    /// Where it is no `AuthnRequest` with an id.
    pub fn from_redirect(saml_request: &str) -> Result<Self, AuthnRequestError> {
        Self::parse(&decode_redirect(saml_request)?)
    }

    /// Reads a request.
    ///
    /// # Errors
    /// Where the text is no `AuthnRequest` with an id.
    pub fn parse(xml: &str) -> Result<Self, AuthnRequestError> {
        let document = Document::parse(xml).map_err(|error| AuthnRequestError::NotXml(error.to_string()))?;
        let root = document.root_element();
        if !root.has_tag_name((PROTOCOL, "AuthnRequest")) || root.attribute("Version") != Some("2.0") {
            return Err(AuthnRequestError::NotAuthnRequest);
        }
        let id = root.attribute("ID").filter(|id| !id.is_empty()).ok_or(AuthnRequestError::NoId)?;
        let issuer = root.children().find(|child| child.has_tag_name((ASSERTION, "Issuer")));
        Ok(Self {
            id: id.to_owned(),
            acs_url: root.attribute("AssertionConsumerServiceURL").map(str::to_owned),
            issuer: issuer.and_then(|issuer: Node<'_, '_>| issuer.text()).map(|text| text.trim().to_owned()),
            force_authn: matches!(root.attribute("ForceAuthn"), Some("true" | "1")),
            authn_contexts: authn_contexts(root),
        })
    }

    /// Refuses a request that is not this application's. SAML Core §3.4.1: both names are optional.
    ///
    /// # Errors
    /// Where the request names another address or another issuer.
    pub fn check(&self, acs_url: &str, audience: &str) -> Result<(), AuthnRequestError> {
        if let Some(asked) = self.acs_url.as_deref().filter(|asked| *asked != acs_url) {
            return Err(AuthnRequestError::OtherAcs { asked: asked.to_owned(), configured: acs_url.to_owned() });
        }
        if let Some(asked) = self.issuer.as_deref().filter(|asked| *asked != audience) {
            return Err(AuthnRequestError::OtherIssuer { asked: asked.to_owned(), configured: audience.to_owned() });
        }
        Ok(())
    }
}

fn authn_contexts(request: Node<'_, '_>) -> Vec<String> {
    let classes = request.descendants().filter(|node| node.has_tag_name((ASSERTION, "AuthnContextClassRef")));
    classes.filter_map(|class| class.text()).map(|text| text.trim().to_owned()).collect()
}

fn decode_base64(text: &str) -> Result<Vec<u8>, AuthnRequestError> {
    let compact: String = text.chars().filter(|character| !character.is_ascii_whitespace()).collect();
    match compact.as_str() {
        "" => Err(AuthnRequestError::Missing),
        compact => STANDARD.decode(compact).map_err(|_| AuthnRequestError::NotBase64),
    }
}

fn text(bytes: Vec<u8>) -> Result<String, AuthnRequestError> {
    if bytes.len() > LIMIT {
        return Err(AuthnRequestError::TooLong);
    }
    String::from_utf8(bytes).map_err(|error| AuthnRequestError::NotXml(error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::DeflateEncoder};

    use super::*;

    const REQUEST: &str = concat!(
        r#"<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" "#,
        r#"AssertionConsumerServiceURL="https://gate.test/acs" ForceAuthn="true"><saml:Issuer "#,
        r#"xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"> https://gate.test/metadata </saml:Issuer></samlp:AuthnRequest>"#,
    );

    fn deflated(bytes: &[u8]) -> String {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        STANDARD.encode(encoder.finish().unwrap())
    }

    #[test]
    fn a_request_is_read_from_either_binding() {
        let request = AuthnRequest::from_redirect(&deflated(REQUEST.as_bytes())).unwrap();
        assert_eq!(request, AuthnRequest::parse(&decode_post(&encode_post(REQUEST)).unwrap()).unwrap());
        assert_eq!(request.id, "_1");
        assert!(request.force_authn);
        assert_eq!(request.check("https://gate.test/acs", "https://gate.test/metadata"), Ok(()));
    }

    #[test]
    fn a_deflate_bomb_stops_at_the_limit() {
        assert_eq!(decode_redirect(&deflated(&vec![b' '; 50_000_000])), Err(AuthnRequestError::TooLong));
    }

    #[test]
    fn an_answer_goes_to_the_configured_address_only() {
        let request = AuthnRequest::parse(REQUEST).unwrap();
        let refusal = request.check("https://gate.test/other", "https://gate.test/metadata").unwrap_err();
        assert!(matches!(refusal, AuthnRequestError::OtherAcs { .. }));
        let refusal = request.check("https://gate.test/acs", "https://other.test").unwrap_err();
        assert!(matches!(refusal, AuthnRequestError::OtherIssuer { .. }));
    }

    #[test]
    fn what_is_no_request_is_refused() {
        let parse = |xml: &str| AuthnRequest::parse(xml).unwrap_err();
        assert_eq!(decode_redirect(""), Err(AuthnRequestError::Missing));
        assert_eq!(decode_redirect("%%%"), Err(AuthnRequestError::NotBase64));
        assert_eq!(decode_redirect("bm90IGRlZmxhdGVk"), Err(AuthnRequestError::NotDeflated));
        assert_eq!(parse("<AuthnRequest ID='_1' Version='2.0'/>"), AuthnRequestError::NotAuthnRequest);
        assert_eq!(parse(&REQUEST.replace(" ID=\"_1\"", "")), AuthnRequestError::NoId);
        assert!(matches!(parse(&format!("<!DOCTYPE x>{REQUEST}")), AuthnRequestError::NotXml(_)));
    }
}
