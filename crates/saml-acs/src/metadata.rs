//! What an identity provider has to know about us: our metadata (section 2.4.4). Written here, because no crate writes what an
//! `EncryptionMethod` holds.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use samael::signature::Signature;
use samael::traits::ToXml;

use crate::connection::Binding;
use crate::enveloped_signature;
use crate::keys::RequestKey;
use crate::service_provider::{ServiceProvider, WriteError};
use crate::tree::{ENCRYPTION_1_1, METADATA, PROTOCOL, SIGNATURE, escaped};
use crate::xml_guard::{CONTENT_CIPHERS, RSA_OAEP, RSA_OAEP_MGF1P};

/// Our metadata.
pub(crate) struct Metadata<'a> {
    pub(crate) service_provider: &'a ServiceProvider,
    /// The workspace's name.
    pub(crate) service_name: &'a str,
    /// In DER, the active one first.
    pub(crate) signing_certificates: Vec<Vec<u8>>,
    /// In DER, the active one first.
    pub(crate) encryption_certificates: Vec<Vec<u8>>,
    /// `Name`s of attributes that are read.
    pub(crate) requested_attributes: Vec<String>,
}

const NAME_FORMAT: &str = "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified";
const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

impl Metadata<'_> {
    /// As it is.
    pub(crate) fn xml(&self) -> String {
        self.written("", "")
    }

    /// Under an ID and with a signature over it (section 3).
    pub(crate) fn signed_xml(&self, id: &str, key: &RequestKey) -> Result<String, WriteError> {
        let id_attribute = format!(" ID=\"{id}\"");
        enveloped_signature::signed(id, 0, key, |signature| {
            let write = |signature: &Signature| signature.to_string().map_err(|error| WriteError(error.to_string()));
            let signature = signature.as_ref().map(write).transpose()?.unwrap_or_default();
            Ok(self.written(&id_attribute, &signature))
        })
    }

    fn written(&self, id: &str, signature: &str) -> String {
        format!(
            "<md:EntityDescriptor xmlns:md=\"{METADATA}\"{id} entityID=\"{}\">{signature}{}</md:EntityDescriptor>",
            escaped(&self.service_provider.entity_id),
            self.role()
        )
    }

    /// Section 2.4.4: the parts in the schema's order.
    fn role(&self) -> String {
        let signs = self.service_provider.signs_requests;
        let parts = [
            self.signing_certificates.iter().map(|certificate| key_descriptor("signing", certificate, "")).collect(),
            self.encryption_keys(),
            self.single_logout_services(),
            self.name_id_formats(),
            self.assertion_consumer_service(),
            self.attribute_consuming_service(),
        ];
        format!(
            "<md:SPSSODescriptor AuthnRequestsSigned=\"{signs}\" WantAssertionsSigned=\"true\" \
             protocolSupportEnumeration=\"{PROTOCOL}\">{}</md:SPSSODescriptor>",
            parts.concat()
        )
    }

    fn encryption_keys(&self) -> String {
        let methods = encryption_methods();
        self.encryption_certificates
            .iter()
            .map(|certificate| key_descriptor("encryption", certificate, &methods))
            .collect()
    }

    fn name_id_formats(&self) -> String {
        let formats = self.service_provider.name_id_formats();
        formats.map(|format| format!("<md:NameIDFormat>{format}</md:NameIDFormat>")).collect()
    }

    /// One address takes both bindings, requests and responses.
    fn single_logout_services(&self) -> String {
        let service = |binding: Binding| {
            let (binding, location) = (binding.uri(), escaped(&self.service_provider.slo_url));
            format!("<md:SingleLogoutService Binding=\"{binding}\" Location=\"{location}\"/>")
        };
        [Binding::HttpRedirect, Binding::HttpPost].map(service).concat()
    }

    /// Profiles 4.1.2: a response comes by HTTP-POST.
    fn assertion_consumer_service(&self) -> String {
        format!(
            "<md:AssertionConsumerService Binding=\"{}\" Location=\"{}\" index=\"0\" isDefault=\"true\"/>",
            Binding::HttpPost.uri(),
            escaped(&self.service_provider.acs_url)
        )
    }

    /// Section 2.4.4.1. Some identity providers send nothing but what is asked for, so everything that is read is named.
    fn attribute_consuming_service(&self) -> String {
        let requested =
            |name: &String| format!("<md:RequestedAttribute Name=\"{}\" NameFormat=\"{NAME_FORMAT}\"/>", escaped(name));
        format!(
            "<md:AttributeConsumingService index=\"0\" isDefault=\"true\"><md:ServiceName xml:lang=\"en\">{}\
             </md:ServiceName>{}</md:AttributeConsumingService>",
            escaped(self.service_name),
            self.requested_attributes.iter().map(requested).collect::<String>()
        )
    }
}

/// Section 2.4.1.1.
fn key_descriptor(used: &str, certificate: &[u8], methods: &str) -> String {
    format!(
        "<md:KeyDescriptor use=\"{used}\"><ds:KeyInfo xmlns:ds=\"{SIGNATURE}\"><ds:X509Data><ds:X509Certificate>{}\
         </ds:X509Certificate></ds:X509Data></ds:KeyInfo>{methods}</md:KeyDescriptor>",
        STANDARD.encode(certificate)
    )
}

/// What we decrypt, the best first: those who encrypt take the first that they know.
fn encryption_methods() -> String {
    let method = |algorithm: &str, parameters: &str| {
        format!("<md:EncryptionMethod Algorithm=\"{algorithm}\">{parameters}</md:EncryptionMethod>")
    };
    let digest = |algorithm| format!("<ds:DigestMethod xmlns:ds=\"{SIGNATURE}\" Algorithm=\"{algorithm}\"/>");
    let mask = format!("<xenc11:MGF xmlns:xenc11=\"{ENCRYPTION_1_1}\" Algorithm=\"{ENCRYPTION_1_1}mgf1sha256\"/>");
    let contents = CONTENT_CIPHERS.iter().map(|(algorithm, _)| method(algorithm, ""));
    let keys = [method(RSA_OAEP, &(digest(SHA256) + &mask)), method(RSA_OAEP_MGF1P, &digest(SHA1))];
    contents.chain(keys).collect()
}

#[cfg(test)]
mod tests;
