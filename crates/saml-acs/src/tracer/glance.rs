//! What a refused message says of itself. Nothing of it is verified: it is for a person to compare, and never decides.

use openssl::hash::{MessageDigest, hash};
use roxmltree::{Document, Node};

use crate::connection::fingerprint;
use crate::error::Excerpt;
use crate::message::SamlResponse;
use crate::tree::{self, ASSERTION, PROTOCOL, SIGNATURE};
use crate::xml_guard::{self, Limits, MessageText};

/// What stands in a message that the gate can parse.
#[derive(Debug, Default)]
pub struct Glance {
    /// Whose it says that it is.
    pub(crate) issuer: Option<String>,
    /// Whom it names. Where a signature was found to hold, it names them truly: the gate lets one assertion in.
    pub(crate) name_id: Option<String>,
    /// The SHA-256 fingerprint of the certificate in its signature.
    pub(super) certificate: Option<String>,
    /// The second status code, which says more than the first (SAML core 3.2.2.2).
    pub(super) second_status: Option<String>,
    /// The sentence that comes with it.
    pub(super) status_message: Option<String>,
}

impl Glance {
    /// Nothing where a document type, a size or a broken text would make it dangerous or impossible to parse.
    #[must_use]
    pub fn at(message: &SamlResponse, limits: &Limits) -> Self {
        Self::if_possible(message, limits).unwrap_or_default()
    }

    fn if_possible(message: &SamlResponse, limits: &Limits) -> Option<Self> {
        let text = MessageText::decode(message.xml(), limits).ok()?;
        let document = xml_guard::parse(&text, limits).ok()?;
        let root = document.root_element();
        let status = tree::children(root, PROTOCOL, "Status").next();
        let code = status.and_then(|status| tree::children(status, PROTOCOL, "StatusCode").next());
        let second = code.and_then(|code| tree::children(code, PROTOCOL, "StatusCode").next());
        Some(Self {
            issuer: issuer(root),
            name_id: name_id(root),
            certificate: certificate(&document),
            second_status: second.and_then(|code| tree::attribute(code, "Value")).map(excerpt),
            status_message: status.and_then(|status| text_of(status, PROTOCOL, "StatusMessage")),
        })
    }
}

fn issuer(root: Node<'_, '_>) -> Option<String> {
    let assertion = tree::children(root, ASSERTION, "Assertion").next();
    text_of(root, ASSERTION, "Issuer").or_else(|| text_of(assertion?, ASSERTION, "Issuer"))
}

fn name_id(root: Node<'_, '_>) -> Option<String> {
    let assertion = tree::children(root, ASSERTION, "Assertion").next()?;
    text_of(tree::children(assertion, ASSERTION, "Subject").next()?, ASSERTION, "NameID")
}

fn text_of(parent: Node<'_, '_>, namespace: &'static str, name: &'static str) -> Option<String> {
    let text = tree::children(parent, namespace, name).next().and_then(tree::text)?;
    Some(excerpt(&text)).filter(|text| !text.is_empty())
}

fn certificate(document: &Document<'_>) -> Option<String> {
    use base64::Engine;
    let mut signatures = document.descendants().filter(|node| node.has_tag_name((SIGNATURE, "Signature")));
    let named = signatures
        .find_map(|signature| signature.descendants().find(|node| node.has_tag_name((SIGNATURE, "X509Certificate"))))?;
    let digits: Vec<u8> = tree::text(named)?.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let der = base64::engine::general_purpose::STANDARD.decode(digits).ok()?;
    Some(fingerprint(&hash(MessageDigest::sha256(), &der).ok()?))
}

fn excerpt(text: &str) -> String {
    Excerpt::from(text.trim()).as_str().to_owned()
}
