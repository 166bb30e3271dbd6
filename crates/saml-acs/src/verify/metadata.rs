use domain::connection::WeakAlgorithms;

use super::{as_seen, parsed_anew, signature};
use crate::connection::SigningCertificate;
use crate::error::VerifyError;
use crate::tree::METADATA;
use crate::xml_guard::{self, Limits, MessageText};

/// What a certificate has signed of metadata (section 3): the whole document, without its signature. The same gate and the same
/// check as for responses stand before it.
pub(crate) fn signed_metadata(xml: &str, certificate: &SigningCertificate) -> Result<String, VerifyError> {
    let limits = Limits::default();
    let text = MessageText::decode(xml.as_bytes(), &limits)?;
    let document = xml_guard::parse(&text, &limits)?;
    let root = document.root_element();
    if root.tag_name().namespace() != Some(METADATA) {
        return Err(VerifyError::NotAResponse(root.tag_name().name().into()));
    }
    let shape = xml_guard::signature_of(root, WeakAlgorithms::Refused)?.ok_or(VerifyError::Unsigned)?;
    let signed = signature::signed_by(text.body(), [&shape], std::slice::from_ref(certificate))?;
    as_seen(&parsed_anew(&signed)?, root, &shape)?;
    Ok(signed)
}

#[cfg(test)]
mod tests {
    use openssl::pkey::PKey;
    use openssl::x509::X509;
    use samael::traits::ToXml;

    use super::*;
    use crate::connection::{IdentityProvider, MetadataError, choose, signed_by};
    use crate::enveloped_signature;
    use crate::keys::RequestKey;
    use crate::service_provider::WriteError;

    const KEYS: [(&str, &str); 2] = [
        (include_str!("../../tests/fixtures/keys/sp.crt.pem"), include_str!("../../tests/fixtures/keys/sp.key.pem")),
        (
            include_str!("../../tests/fixtures/keys/sp-next.crt.pem"),
            include_str!("../../tests/fixtures/keys/sp-next.key.pem"),
        ),
    ];

    fn certificate(of: usize) -> SigningCertificate {
        SigningCertificate::from_file(KEYS[of].0.as_bytes()).unwrap()
    }

    /// Okta's metadata, signed by one of the keys.
    fn signed(by: usize) -> String {
        let okta =
            include_str!("../../tests/fixtures/metadata/okta.xml").replacen(" entityID=", " ID=\"_m1\" entityID=", 1);
        let (certificate, key) = KEYS[by];
        let key = RequestKey {
            certificate: X509::from_pem(certificate.as_bytes()).unwrap(),
            key: PKey::private_key_from_pem(key.as_bytes()).unwrap(),
        };
        let position = okta.find('>').unwrap() + 1;
        let write = |signature: Option<samael::signature::Signature>| {
            let signature = signature.map(|signature| signature.to_string().unwrap()).unwrap_or_default();
            Ok::<_, WriteError>([&okta[..position], &signature, &okta[position..]].concat())
        };
        enveloped_signature::signed("_m1", 0, &key, write).unwrap()
    }

    fn refused(xml: &str) -> String {
        match signed_by(xml, &certificate(0)) {
            Err(MetadataError::Signature(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_the_given_certificate_signed_is_read() {
        let read = signed_by(&signed(0), &certificate(0)).unwrap();
        let provider = IdentityProvider::from_metadata(&choose(&read, None).unwrap()).unwrap();
        assert_eq!(provider.entity_id(), "http://www.okta.com/exk1acme0gatehouse");
    }

    /// Whoever stands between the gateway and the address, or holds it, puts a key of their own into the metadata.
    #[test]
    fn what_another_key_signed_or_nobody_is_refused() {
        assert!(refused(&signed(1)).contains("no signing certificate"));
        assert!(refused(include_str!("../../tests/fixtures/metadata/okta.xml")).contains("signed"));
        let changed = signed(0).replacen("https://", "https://evil.test/?", 1);
        assert!(refused(&changed).contains("changed after it was signed"));
    }

    /// The signed metadata inside forged ones: its signature holds, but not over the root.
    #[test]
    fn signed_metadata_inside_a_forged_document_is_refused() {
        let inner = signed(0);
        let forged = inner.replace("_m1", "_m2").replacen("entityID=\"", "entityID=\"https://evil.test/", 1);
        let (start, end) = (forged.find("<ds:Signature").unwrap(), forged.find("</ds:Signature>").unwrap() + 15);
        let bare = [&forged[..start], &forged[end..]].concat();
        let around =
            format!("<md:EntitiesDescriptor xmlns:md=\"{METADATA}\" ID=\"_m3\">{bare}{inner}</md:EntitiesDescriptor>");
        assert!(refused(&around).contains("signed"));
        let moved = inner.replacen("ID=\"_m1\"", "ID=\"_m9\"", 1);
        assert!(refused(&moved).contains("instead of its parent"));
    }
}
