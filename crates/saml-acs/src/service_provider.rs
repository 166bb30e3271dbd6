//! Our own side of a connection.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::policy::SamlNameIdPolicy;
use openssl::x509::X509;
use samael::key_info::{KeyInfo, X509Data};
use samael::metadata::{EntityDescriptor, IndexedEndpoint, KeyDescriptor, NameIdFormat, SpSsoDescriptor};
use samael::traits::ToXml;
use thiserror::Error;

use crate::connection::Binding;
use crate::tree::PROTOCOL;

/// Gatehouse as an identity provider sees it.
#[derive(Clone)]
pub struct ServiceProvider {
    /// Its entity id, which is the address of its metadata.
    pub entity_id: String,
    /// Its assertion consumer service.
    pub acs_url: String,
    /// The certificate whose key signs our requests, where there is one.
    pub signing_certificate: Option<X509>,
    /// Whether it does.
    pub signs_requests: bool,
    /// What kind of name its requests ask for.
    pub name_id_policy: SamlNameIdPolicy,
}

/// The kind of name that a policy asks for (SAML core 8.3).
pub(crate) fn name_id_format(policy: SamlNameIdPolicy) -> Option<&'static str> {
    let format = match policy {
        SamlNameIdPolicy::Omitted => return None,
        SamlNameIdPolicy::Unspecified => NameIdFormat::UnspecifiedNameIDFormat,
        SamlNameIdPolicy::EmailAddress => NameIdFormat::EmailAddressNameIDFormat,
        SamlNameIdPolicy::Persistent => NameIdFormat::PersistentNameIDFormat,
    };
    Some(format.value())
}

/// XML that could not be written.
#[derive(Debug, Error)]
#[error("a SAML document can't be written: {0}")]
pub struct WriteError(pub(crate) String);

impl ServiceProvider {
    /// The metadata (section 2.4.4) to give to the identity provider. It offers no encryption key, because encrypted
    /// assertions are not read.
    ///
    /// # Errors
    /// Where the certificate can't be encoded.
    pub fn metadata(&self) -> Result<String, WriteError> {
        let descriptor = EntityDescriptor {
            entity_id: Some(self.entity_id.clone()),
            sp_sso_descriptors: Some(vec![self.role()?]),
            ..EntityDescriptor::default()
        };
        descriptor.to_string().map_err(|error| WriteError(error.to_string()))
    }

    fn role(&self) -> Result<SpSsoDescriptor, WriteError> {
        Ok(SpSsoDescriptor {
            protocol_support_enumeration: Some(PROTOCOL.to_owned()),
            authn_requests_signed: Some(self.signs_requests),
            want_assertions_signed: Some(true),
            key_descriptors: self.signing_certificate.as_ref().map(signing_key).transpose()?,
            name_id_formats: Some(self.name_id_formats()),
            assertion_consumer_services: vec![IndexedEndpoint {
                binding: Binding::HttpPost.uri().to_owned(),
                location: self.acs_url.clone(),
                index: 0,
                is_default: Some(true),
                ..IndexedEndpoint::default()
            }],
            ..SpSsoDescriptor::default()
        })
    }

    /// The wanted one first, which some identity providers take.
    fn name_id_formats(&self) -> Vec<String> {
        let usual = [SamlNameIdPolicy::Unspecified, SamlNameIdPolicy::EmailAddress];
        let others = usual.into_iter().filter(|policy| *policy != self.name_id_policy);
        let formats = std::iter::once(self.name_id_policy).chain(others).filter_map(name_id_format);
        formats.map(str::to_owned).collect()
    }
}

fn signing_key(certificate: &X509) -> Result<Vec<KeyDescriptor>, WriteError> {
    let der = certificate.to_der().map_err(|error| WriteError(error.to_string()))?;
    let x509_data = Some(X509Data { certificates: vec![STANDARD.encode(der)] });
    let key_info = KeyInfo { id: None, x509_data };
    Ok(vec![KeyDescriptor { key_use: Some("signing".to_owned()), key_info, encryption_methods: None }])
}

#[cfg(test)]
mod tests {
    use roxmltree::{Document, Node};

    use super::*;
    use crate::tree::{METADATA, SIGNATURE, children, only_child, text};

    fn metadata(signing_certificate: Option<X509>) -> String {
        let entity_id = "https://gatehouse.example.test/saml/acme/metadata?a=\"1\"&b=<2>".to_owned();
        let acs_url = "https://gatehouse.example.test/saml/acme/acs?a&b".to_owned();
        let signs_requests = signing_certificate.is_some();
        let name_id_policy = SamlNameIdPolicy::Omitted;
        ServiceProvider { entity_id, acs_url, signing_certificate, signs_requests, name_id_policy }.metadata().unwrap()
    }

    fn role<'a, 'input>(document: &'a Document<'input>) -> Node<'a, 'input> {
        only_child(document.root_element(), METADATA, "SPSSODescriptor").unwrap().unwrap()
    }

    #[test]
    fn metadata_says_where_and_how_we_are_answered() {
        let xml = metadata(None);
        let document = Document::parse(&xml).unwrap();
        let role = role(&document);
        assert_eq!(
            document.root_element().attribute("entityID"),
            Some("https://gatehouse.example.test/saml/acme/metadata?a=\"1\"&b=<2>")
        );
        assert_eq!(role.attribute("WantAssertionsSigned"), Some("true"));
        assert_eq!(role.attribute("AuthnRequestsSigned"), Some("false"));
        let service = only_child(role, METADATA, "AssertionConsumerService").unwrap().unwrap();
        assert_eq!(service.attribute("Binding"), Some(Binding::HttpPost.uri()));
        assert_eq!(service.attribute("Location"), Some("https://gatehouse.example.test/saml/acme/acs?a&b"));
        let formats: Vec<_> = children(role, METADATA, "NameIDFormat").filter_map(text).collect();
        assert_eq!(
            formats,
            [
                "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
                "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
            ]
        );
        assert_eq!(children(role, METADATA, "KeyDescriptor").count(), 0);
    }

    #[test]
    fn the_only_key_in_the_metadata_is_for_signing() {
        let certificate = X509::from_pem(include_bytes!("../tests/fixtures/keys/rsa.crt.pem")).unwrap();
        let xml = metadata(Some(certificate.clone()));
        let document = Document::parse(&xml).unwrap();
        let key = only_child(role(&document), METADATA, "KeyDescriptor").unwrap().unwrap();
        assert_eq!(key.attribute("use"), Some("signing"));
        let value =
            key.descendants().find(|node| node.has_tag_name((SIGNATURE, "X509Certificate"))).and_then(text).unwrap();
        assert_eq!(STANDARD.decode(value).unwrap(), certificate.to_der().unwrap());
        assert_eq!(role(&document).attribute("AuthnRequestsSigned"), Some("true"));
    }
}
