//! The SAML identity provider: its names, its metadata, its responses.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};

use crate::{
    assertion::{ResponseParameters, signed_response},
    random::alphanumeric,
    sign::{SigningError, SigningKey},
    xml::Escaped,
};

/// An identity provider of Okta's kind: one application, one key, one self-signed certificate.
#[derive(Clone)]
pub struct IdentityProvider {
    external_key: String,
    base_url: String,
    pub(crate) signing_key: SigningKey,
    single_logout: Vec<&'static str>,
}

impl IdentityProvider {
    /// Makes an identity provider with a fresh RSA-2048 key; `base_url` is where browsers reach the simulator.
    ///
    /// # Errors
    /// Where OpenSSL makes no key.
    pub fn generate(base_url: &str, now: DateTime<Utc>) -> Result<Self, SigningError> {
        Ok(Self {
            external_key: format!("exk{}", alphanumeric(17)?),
            base_url: base_url.trim_end_matches('/').to_owned(),
            signing_key: SigningKey::generate(now)?,
            single_logout: Vec::new(),
        })
    }

    /// The same identity provider with another key, as after a rotation.
    ///
    /// # Errors
    /// Where OpenSSL makes no key.
    pub fn with_new_key(&self, now: DateTime<Utc>) -> Result<Self, SigningError> {
        Ok(Self { signing_key: SigningKey::generate(now)?, ..self.clone() })
    }

    /// `http://www.okta.com/exk…`: a name, not an address.
    #[must_use]
    pub fn entity_id(&self) -> String {
        format!("http://www.okta.com/{}", self.external_key)
    }

    /// Where `AuthnRequest`s go, by the Redirect and by the POST binding.
    #[must_use]
    pub fn sso_url(&self) -> String {
        format!("{}{}", self.base_url, self.sso_path())
    }

    /// The path of [`Self::sso_url`].
    #[must_use]
    pub fn sso_path(&self) -> String {
        format!("/app/gatehouse/{}/sso/saml", self.external_key)
    }

    /// The same with single logout switched on, by these bindings (`HTTP-Redirect`, `HTTP-POST`).
    #[must_use]
    pub fn with_single_logout(mut self, bindings: &[&'static str]) -> Self {
        self.single_logout = bindings.to_vec();
        self
    }

    /// Whether it takes part in single logout.
    #[must_use]
    pub fn has_single_logout(&self) -> bool {
        !self.single_logout.is_empty()
    }

    /// Where messages of single logout go.
    #[must_use]
    pub fn slo_url(&self) -> String {
        format!("{}{}", self.base_url, self.slo_path())
    }

    /// The path of [`Self::slo_url`].
    #[must_use]
    pub fn slo_path(&self) -> String {
        format!("/app/gatehouse/{}/slo/saml", self.external_key)
    }

    fn single_logout_services(&self) -> String {
        let service = |binding: &&str| {
            format!(
                r#"<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:{binding}" Location="{}"/>"#,
                Escaped(&self.slo_url())
            )
        };
        self.single_logout.iter().map(service).collect()
    }

    /// The signing certificate in DER.
    #[must_use]
    pub fn certificate_der(&self) -> &[u8] {
        self.signing_key.certificate_der()
    }

    /// The metadata as Okta publishes it.
    #[must_use]
    pub fn metadata(&self) -> String {
        format!(
            concat!(
                r#"<?xml version="1.0" encoding="UTF-8"?><md:EntityDescriptor entityID="{entity_id}" "#,
                r#"xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"><md:IDPSSODescriptor WantAuthnRequestsSigned="false" "#,
                r#"protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing">"#,
                r#"<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>{certificate}"#,
                r#"</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>{single_logout}"#,
                r#"<md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat>"#,
                r#"<md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified</md:NameIDFormat>"#,
                r#"<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{sso_url}"/>"#,
                r#"<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{sso_url}"/>"#,
                r#"</md:IDPSSODescriptor></md:EntityDescriptor>"#,
            ),
            entity_id = Escaped(&self.entity_id()),
            certificate = self.signing_key.certificate_base64(),
            sso_url = Escaped(&self.sso_url()),
            single_logout = self.single_logout_services(),
        )
    }

    /// A response as XML.
    ///
    /// # Errors
    /// Where xmlsec does not sign.
    pub fn response(&self, parameters: &ResponseParameters) -> Result<String, SigningError> {
        signed_response(&self.signing_key, &self.entity_id(), parameters)
    }

    /// A response as the form field `SAMLResponse` of the POST binding carries it.
    ///
    /// # Errors
    /// Where xmlsec does not sign.
    pub fn response_base64(&self, parameters: &ResponseParameters) -> Result<String, SigningError> {
        self.response(parameters).map(|xml| STANDARD.encode(xml))
    }
}

#[cfg(test)]
mod tests {
    use roxmltree::{Document, Node};
    use samael::{
        crypto::{CertificateDer, Crypto, CryptoProvider, ReduceMode},
        metadata::EntityDescriptor,
    };

    use super::*;
    use crate::assertion::{SamlAttribute, Signed};

    const ACS: &str = "https://gate.acme.test/saml/acme/acs";

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_341_600, 0).unwrap()
    }

    fn identity_provider() -> IdentityProvider {
        IdentityProvider::generate("http://127.0.0.1:8081/", now()).unwrap()
    }

    fn parameters() -> ResponseParameters {
        ResponseParameters::new(ACS, "https://gate.acme.test/saml/acme/metadata", "ann@acme.test", now())
            .unwrap()
            .answering("_request-1")
            .with_attributes(vec![
                SamlAttribute::new("workato_role", &["Environment admin"]),
                SamlAttribute::new("workato_user_groups", &["R&D <\"all\">", "Büro"]),
            ])
    }

    fn verified(idp: &IdentityProvider, xml: &str) -> Result<String, samael::crypto::CryptoError> {
        let certificate = CertificateDer::from(idp.certificate_der().to_vec());
        Crypto::reduce_xml_to_signed(xml, &[certificate], ReduceMode::PreDigest)
    }

    fn count(document: &Document<'_>, name: &str) -> usize {
        document.descendants().filter(|node| node.tag_name().name() == name).count()
    }

    fn texts(document: &Document<'_>, name: &str) -> Vec<String> {
        let named = document.descendants().filter(|node| node.tag_name().name() == name);
        named.map(|node| node.text().unwrap_or_default().to_owned()).collect()
    }

    fn get<'a>(document: &'a Document<'a>, name: &str) -> Node<'a, 'a> {
        document.descendants().find(|node| node.tag_name().name() == name).unwrap()
    }

    #[test]
    fn both_signatures_verify_and_values_arrive_unchanged() {
        let idp = identity_provider();
        let xml = idp.response(&parameters()).unwrap();
        let signed = verified(&idp, &xml).unwrap();
        let document = Document::parse(&signed).unwrap();
        assert_eq!(document.root_element().tag_name().name(), "Response");
        assert_eq!(texts(&document, "AttributeValue"), ["Environment admin", "R&D <\"all\">", "Büro"]);
        assert_eq!(count(&Document::parse(&xml).unwrap(), "Signature"), 2);
    }

    #[test]
    fn the_assertion_alone_verifies_once_taken_out_of_the_response() {
        let idp = identity_provider();
        let xml = idp.response(&parameters()).unwrap();
        let start = xml.find("<saml2:Assertion").unwrap();
        let end = xml.find("</saml2p:Response>").unwrap();
        assert!(verified(&idp, &xml[start..end]).unwrap().contains("ann@acme.test"));
    }

    #[test]
    fn a_changed_byte_breaks_the_signature() {
        let idp = identity_provider();
        let xml = idp.response(&parameters()).unwrap().replace("ann@acme.test", "eve@acme.test");
        assert!(verified(&idp, &xml).is_err());
    }

    #[test]
    fn each_part_may_be_left_unsigned() {
        let idp = identity_provider();
        for (signed, signatures) in [(Signed::Response, 1), (Signed::Assertion, 1), (Signed::Nothing, 0)] {
            let xml = idp.response(&ResponseParameters { signed, ..parameters() }).unwrap();
            assert_eq!(count(&Document::parse(&xml).unwrap(), "Signature"), signatures, "{signed:?}");
            assert_eq!(verified(&idp, &xml).is_ok(), signatures > 0, "{signed:?}");
        }
    }

    #[test]
    fn the_response_has_the_times_and_addresses_of_okta() {
        let idp = identity_provider();
        let xml = idp.response(&parameters()).unwrap();
        let document = Document::parse(&xml).unwrap();
        let confirmation = get(&document, "SubjectConfirmationData");
        assert_eq!(document.root_element().attribute("Destination"), Some(ACS));
        assert_eq!(document.root_element().attribute("InResponseTo"), Some("_request-1"));
        assert_eq!(confirmation.attribute("Recipient"), Some(ACS));
        assert_eq!(confirmation.attribute("InResponseTo"), Some("_request-1"));
        assert_eq!(confirmation.attribute("NotOnOrAfter"), Some("2026-11-22T10:05:00.000Z"));
        assert_eq!(get(&document, "Conditions").attribute("NotBefore"), Some("2026-11-22T09:55:00.000Z"));
        assert_eq!(get(&document, "AuthnStatement").attribute("SessionIndex"), Some("_request-1"));
        assert_eq!(texts(&document, "Issuer"), [idp.entity_id(), idp.entity_id()]);
    }

    #[test]
    fn an_unsolicited_response_names_no_request_and_an_empty_statement_is_left_out() {
        let idp = identity_provider();
        let parameters = ResponseParameters::new(ACS, "audience", "ann@acme.test", now()).unwrap();
        let xml = idp.response(&parameters).unwrap();
        assert!(!xml.contains("InResponseTo") && !xml.contains("AttributeStatement"));
        assert!(verified(&idp, &xml).is_ok());
    }

    #[test]
    fn the_metadata_is_read_by_samael() {
        let idp = identity_provider();
        let metadata: EntityDescriptor = idp.metadata().parse().unwrap();
        assert_eq!(metadata.entity_id.as_deref(), Some(idp.entity_id().as_str()));
        let descriptor = &metadata.idp_sso_descriptors.as_ref().unwrap()[0];
        assert_eq!(descriptor.want_authn_requests_signed, Some(false));
        assert_eq!(descriptor.name_id_formats.len(), 2);
        let locations: Vec<_> = descriptor.single_sign_on_services.iter().map(|sso| sso.location.as_str()).collect();
        assert_eq!(locations, [idp.sso_url(), idp.sso_url()]);
        assert!(idp.sso_url().starts_with("http://127.0.0.1:8081/app/gatehouse/exk"));
    }

    #[test]
    fn samael_signs_ann_in_with_the_metadata_and_the_response() {
        let idp = identity_provider();
        let service_provider = samael::service_provider::ServiceProviderBuilder::default()
            .entity_id(parameters().audience)
            .acs_url(ACS.to_owned())
            .idp_metadata(idp.metadata().parse::<EntityDescriptor>().unwrap())
            .max_issue_delay(chrono::Duration::days(36_500))
            .max_clock_skew(chrono::Duration::days(36_500))
            .build()
            .unwrap();
        let response = idp.response_base64(&parameters()).unwrap();
        let assertion = service_provider.parse_base64_response(&response, Some(&["_request-1"])).unwrap();
        assert_eq!(assertion.subject.unwrap().name_id.unwrap().value, "ann@acme.test");
    }
}
