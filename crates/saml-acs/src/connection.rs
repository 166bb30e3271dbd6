//! A SAML connection's other side: the identity provider, as its metadata describes it.

mod certificate;
mod choice;
mod single_logout;

use chrono::{DateTime, Utc};
use roxmltree::{Document, Node, ParsingOptions};
use thiserror::Error;
use url::Url;

use crate::tree::{self, METADATA, PROTOCOL, SIGNATURE, collapsed_attribute};
pub(crate) use certificate::fingerprint;
pub use certificate::{CertificateFacts, SigningCertificate};
pub use choice::{choose, signed_by, valid_until};
pub use single_logout::SingleLogoutService;

/// An identity provider that responses can be verified of: it has an entity id and at least one usable signing key.
#[derive(Debug, Clone)]
pub struct IdentityProvider {
    entity_id: String,
    single_sign_on: Vec<(Binding, Url)>,
    single_logout: Vec<SingleLogoutService>,
    signing_certificates: Vec<SigningCertificate>,
    want_authn_requests_signed: bool,
}

/// How a request travels: SAML bindings, sections 3.4 and 3.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// In the query of a redirect.
    HttpRedirect,
    /// In a form that posts itself.
    HttpPost,
}

/// Why metadata is not accepted, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "every variant's message says what it means")]
pub enum MetadataError {
    #[error(
        "the metadata is larger than {} bytes: give the metadata of one identity provider, not of a federation",
        IdentityProvider::MOST_BYTES
    )]
    TooLarge,
    #[error("the metadata is not well-formed XML ({0}): download it again, as a file and not from a browser's view")]
    NotXml(String),
    #[error("this is not SAML metadata but {0}: use the address or file that the identity provider calls metadata")]
    NotMetadata(String),
    #[error("the metadata describes {} identity providers: say by its entity id which one is meant{}", .0.len(), names(.0))]
    NotOneIdentityProvider(Vec<String>),
    #[error("the metadata describes no identity provider {0}{names}", names = names(.1))]
    NotThisIdentityProvider(String, Vec<String>),
    #[error("the metadata was valid only until {0}: have the identity provider publish it anew")]
    Expired(DateTime<Utc>),
    #[error(
        "the metadata is valid until {0:?}, which is no date and time: have the identity provider correct validUntil"
    )]
    ValidUntil(String),
    #[error("the metadata has to be signed by the certificate that was given with its address, and is not: {0}")]
    Signature(String),
    #[error("the metadata has no entityID: ask the identity provider's administrator for complete metadata")]
    EntityIdMissing,
    #[error(
        "the metadata has no signing certificate, so that no login could be verified: \
         switch signing on at the identity provider and download its metadata again"
    )]
    SigningCertificateMissing,
    #[error(
        "the metadata has more than {} signing certificates: remove the retired ones at the identity provider",
        IdentityProvider::MOST_CERTIFICATES
    )]
    TooManyCertificates,
    #[error("a signing certificate can't be read: download the metadata again")]
    UnreadableCertificate,
    #[error("a signing certificate has a key that is not accepted: use RSA of 2048 bits or more, or an elliptic curve")]
    WeakKey,
    #[error("the single sign-on address {0:?} is not an http or https address: correct it at the identity provider")]
    SingleSignOnUrl(String),
    #[error("the metadata has no single sign-on address for the HTTP-Redirect or HTTP-POST binding")]
    SingleSignOnMissing,
}

/// More than a mebibyte of metadata takes.
const MOST_NODES: u32 = 100_000;

impl IdentityProvider {
    /// More than any single identity provider's metadata takes.
    const MOST_BYTES: usize = 1024 * 1024;
    /// Every certificate may be tried on every forged response.
    const MOST_CERTIFICATES: usize = 16;

    /// Reads metadata: an `EntityDescriptor`, or an `EntitiesDescriptor` with exactly one identity provider in it.
    ///
    /// The metadata's own signature is not looked at here, but by [`signed_by`] where it has to be signed.
    ///
    /// # Errors
    /// What is missing or wrong, and what to do about it.
    pub fn from_metadata(xml: &str) -> Result<Self, MetadataError> {
        let document = parse(xml)?;
        let (entity, role) = only_identity_provider(document.root_element())?;
        Ok(Self {
            entity_id: collapsed_attribute(entity, "entityID")
                .filter(|id| !id.is_empty())
                .ok_or(MetadataError::EntityIdMissing)?
                .to_owned(),
            single_sign_on: single_sign_on(role)?,
            single_logout: single_logout::single_logout(role),
            signing_certificates: signing_certificates(role)?,
            want_authn_requests_signed: matches!(
                collapsed_attribute(role, "WantAuthnRequestsSigned"),
                Some("true" | "1")
            ),
        })
    }

    /// Its name, which every response must be issued under.
    #[must_use]
    pub fn entity_id(&self) -> &str {
        &self.entity_id
    }

    /// Where requests of this binding go.
    #[must_use]
    pub fn single_sign_on_url(&self, binding: Binding) -> Option<&Url> {
        self.single_sign_on().find(|(offered, _)| *offered == binding).map(|(_, url)| url)
    }

    /// Every address for requests, in the order of the metadata; there is at least one.
    pub fn single_sign_on(&self) -> impl Iterator<Item = (Binding, &Url)> {
        self.single_sign_on.iter().map(|(binding, url)| (*binding, url))
    }

    /// Where messages of single logout go, by redirect where it takes them so: that works in frames as well, in which some
    /// identity providers sign people out.
    #[must_use]
    pub fn single_logout(&self) -> Option<&SingleLogoutService> {
        let by = |binding| self.single_logout.iter().find(move |service| service.binding == binding);
        by(Binding::HttpRedirect).or_else(|| by(Binding::HttpPost))
    }

    /// Every certificate that may have signed a response; never empty.
    #[must_use]
    pub fn signing_certificates(&self) -> &[SigningCertificate] {
        &self.signing_certificates
    }

    /// The same without certificates whose time is over, if any is left.
    #[must_use]
    pub fn without_expired(mut self, now: DateTime<Utc>) -> Option<Self> {
        self.signing_certificates.retain(|certificate| certificate.facts().is_ok_and(|facts| now < facts.not_after));
        (!self.signing_certificates.is_empty()).then_some(self)
    }

    /// Whether it accepts signed requests only.
    #[must_use]
    pub fn wants_authn_requests_signed(&self) -> bool {
        self.want_authn_requests_signed
    }
}

fn parse(xml: &str) -> Result<Document<'_>, MetadataError> {
    if xml.len() > IdentityProvider::MOST_BYTES {
        return Err(MetadataError::TooLarge);
    }
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(xml, options).map_err(|error| MetadataError::NotXml(error.to_string()))
}

/// The entity and its `IDPSSODescriptor` for SAML 2.0 (metadata, section 2.4.3).
fn only_identity_provider<'a, 'input>(
    root: Node<'a, 'input>,
) -> Result<(Node<'a, 'input>, Node<'a, 'input>), MetadataError> {
    let found = identity_providers(root)?;
    match found.as_slice() {
        [only] => Ok(*only),
        several => {
            Err(MetadataError::NotOneIdentityProvider(several.iter().map(|(entity, _)| name(*entity)).collect()))
        }
    }
}

/// Each entity with its `IDPSSODescriptor` for SAML 2.0.
fn identity_providers<'a, 'input>(
    root: Node<'a, 'input>,
) -> Result<Vec<(Node<'a, 'input>, Node<'a, 'input>)>, MetadataError> {
    let is_metadata =
        ["EntityDescriptor", "EntitiesDescriptor"].iter().any(|name| root.has_tag_name((METADATA, *name)));
    if !is_metadata {
        return Err(MetadataError::NotMetadata(root.tag_name().name().chars().take(80).collect()));
    }
    let entities = root.descendants().filter(|node| node.has_tag_name((METADATA, "EntityDescriptor")));
    let roles = entities
        .flat_map(|entity| tree::children(entity, METADATA, "IDPSSODescriptor").map(move |role| (entity, role)));
    Ok(roles.filter(|(_, role)| speaks_saml_2(*role)).collect())
}

fn name(entity: Node<'_, '_>) -> String {
    collapsed_attribute(entity, "entityID").unwrap_or_default().chars().take(200).collect()
}

/// A few of them, for whoever has to choose.
fn names(entities: &[String]) -> String {
    const SHOWN: usize = 5;
    if entities.is_empty() {
        return String::new();
    }
    let more = if entities.len() > SHOWN { ", …" } else { "" };
    let shown: Vec<&str> = entities.iter().take(SHOWN).map(String::as_str).collect();
    format!(" ({}{more})", shown.join(", "))
}

fn speaks_saml_2(role: Node<'_, '_>) -> bool {
    let protocols = tree::attribute(role, "protocolSupportEnumeration").unwrap_or_default();
    protocols.split_ascii_whitespace().any(|protocol| protocol == PROTOCOL)
}

fn single_sign_on(role: Node<'_, '_>) -> Result<Vec<(Binding, Url)>, MetadataError> {
    let services = tree::children(role, METADATA, "SingleSignOnService");
    let known =
        services.filter_map(|service| Some((Binding::from_uri(collapsed_attribute(service, "Binding")?)?, service)));
    let found: Vec<_> =
        known.map(|(binding, service)| location(service).map(|url| (binding, url))).collect::<Result<_, _>>()?;
    if found.is_empty() { Err(MetadataError::SingleSignOnMissing) } else { Ok(found) }
}

/// A browser is sent there, so nothing but a web address will do: no `javascript:`, no `data:`.
fn location(service: Node<'_, '_>) -> Result<Url, MetadataError> {
    let text = collapsed_attribute(service, "Location").unwrap_or_default();
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.ok_or_else(|| MetadataError::SingleSignOnUrl(text.chars().take(200).collect()))
}

/// Metadata, section 2.4.1.1: a key without a `use` serves both purposes.
fn signing_certificates(role: Node<'_, '_>) -> Result<Vec<SigningCertificate>, MetadataError> {
    let signs = |key: &Node<'_, '_>| matches!(collapsed_attribute(*key, "use"), None | Some("signing"));
    let keys = tree::children(role, METADATA, "KeyDescriptor").filter(signs);
    let texts = keys.flat_map(|key| key.descendants()).filter(|node| node.has_tag_name((SIGNATURE, "X509Certificate")));
    let mut found: Vec<SigningCertificate> = Vec::new();
    for text in texts.filter_map(tree::text) {
        let certificate = SigningCertificate::from_base64(&text)?;
        if !found.iter().any(|known| known.x509() == certificate.x509()) {
            found.push(certificate);
        }
        if found.len() > IdentityProvider::MOST_CERTIFICATES {
            return Err(MetadataError::TooManyCertificates);
        }
    }
    if found.is_empty() { Err(MetadataError::SigningCertificateMissing) } else { Ok(found) }
}

impl Binding {
    /// The name that metadata and requests use.
    #[must_use]
    pub fn uri(self) -> &'static str {
        match self {
            Self::HttpRedirect => "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
            Self::HttpPost => "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
        }
    }

    /// The name by which people know it, which is the end of its URI.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::HttpRedirect => "HTTP-Redirect",
            Self::HttpPost => "HTTP-POST",
        }
    }

    fn from_uri(uri: &str) -> Option<Self> {
        [Self::HttpRedirect, Self::HttpPost].into_iter().find(|binding| binding.uri() == uri)
    }
}

#[cfg(test)]
mod tests;
