//! The signing key, its certificate, and XML signatures as Okta makes them.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use openssl::{
    asn1::Asn1Time,
    bn::{BigNum, MsbOption},
    error::ErrorStack,
    hash::MessageDigest,
    pkey::{PKey, Private},
    rsa::Rsa,
    sign::Signer,
    x509::{X509, X509Name},
};
use samael::crypto::{Crypto, CryptoError, CryptoProvider};

const DAY: i64 = 86_400;
const TEN_YEARS: i64 = 3_650 * DAY;
const XML_DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

/// Why something could not be signed, or a key not be made.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// OpenSSL made no key, certificate or random bytes.
    #[error("OpenSSL: {0}")]
    OpenSsl(#[from] ErrorStack),
    /// xmlsec did not sign the document.
    #[error("xmlsec: {0}")]
    Xmlsec(#[from] CryptoError),
}

/// Okta's setting "Signature Algorithm" together with "Digest Algorithm".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureHash {
    /// Okta's default.
    Sha256,
    /// For old applications: no service provider should accept this.
    Sha1,
}

impl SignatureHash {
    /// The URIs of the signature method for RSA keys, and of the digest method.
    fn methods(self) -> (&'static str, &'static str) {
        match self {
            Self::Sha256 => {
                ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256")
            }
            Self::Sha1 => ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", "http://www.w3.org/2000/09/xmldsig#sha1"),
        }
    }
}

/// An RSA-2048 key and its self-signed certificate.
#[derive(Clone)]
pub(crate) struct SigningKey {
    private_key_der: Vec<u8>,
    certificate_der: Vec<u8>,
}

impl SigningKey {
    /// Makes a key, and a certificate that is valid from a day before `now` for ten years.
    pub(crate) fn generate(now: DateTime<Utc>) -> Result<Self, ErrorStack> {
        let key = PKey::from_rsa(Rsa::generate(2048)?)?;
        let certificate = self_signed(&key, now)?;
        Ok(Self { private_key_der: key.private_key_to_der()?, certificate_der: certificate.to_der()? })
    }

    /// The certificate in DER.
    pub(crate) fn certificate_der(&self) -> &[u8] {
        &self.certificate_der
    }

    /// The certificate in base64, wrapped at 64 characters as in Okta's messages and metadata.
    pub(crate) fn certificate_base64(&self) -> String {
        let base64 = STANDARD.encode(&self.certificate_der);
        let characters: Vec<char> = base64.chars().collect();
        characters.chunks(64).map(|line| line.iter().collect::<String>()).collect::<Vec<_>>().join("\n")
    }

    /// An empty signature over the element with this id, to be placed right after its issuer.
    ///
    /// SAML Core §5.4: enveloped, exclusive canonicalisation. Okta names `xs` in `InclusiveNamespaces`, because the
    /// prefix is used in attribute values only (`xsi:type="xs:string"`), where canonicalisation does not see it.
    pub(crate) fn signature_template(&self, reference_id: &str, hash: SignatureHash) -> String {
        let (signature_method, digest_method) = hash.methods();
        format!(
            concat!(
                r#"<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>"#,
                r#"<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>"#,
                r#"<ds:SignatureMethod Algorithm="{signature_method}"/>"#,
                r##"<ds:Reference URI="#{id}"><ds:Transforms>"##,
                r#"<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>"#,
                r#"<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#">"#,
                r#"<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xs"/>"#,
                r#"</ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="{digest_method}"/>"#,
                r#"<ds:DigestValue></ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue></ds:SignatureValue>"#,
                r#"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"#,
                r#"</ds:Signature>"#,
            ),
            id = crate::xml::Escaped(reference_id),
            certificate = self.certificate_base64(),
            signature_method = signature_method,
            digest_method = digest_method,
        )
    }

    /// The signature of these bytes by RSA and SHA-256.
    pub(crate) fn sign_bytes(&self, bytes: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        let key = PKey::private_key_from_der(&self.private_key_der)?;
        Signer::new(MessageDigest::sha256(), &key)?.sign_oneshot_to_vec(bytes)
    }

    /// Fills in the document's first signature template and returns the document without its XML declaration.
    pub(crate) fn sign(&self, unsigned: &str) -> Result<String, CryptoError> {
        let signed = Crypto::sign_xml(format!("{XML_DECLARATION}{unsigned}"), &self.private_key_der)?;
        let root = signed.strip_prefix(XML_DECLARATION).unwrap_or(&signed);
        Ok(root.trim().to_owned())
    }
}

fn self_signed(key: &PKey<Private>, now: DateTime<Utc>) -> Result<X509, ErrorStack> {
    let name = subject()?;
    let mut serial = BigNum::new()?;
    serial.rand(127, MsbOption::MAYBE_ZERO, false)?;
    let mut builder = X509::builder()?;
    builder.set_version(2)?;
    builder.set_serial_number(serial.to_asn1_integer()?.as_ref())?;
    builder.set_subject_name(&name)?;
    builder.set_issuer_name(&name)?;
    builder.set_not_before(Asn1Time::from_unix(now.timestamp() - DAY)?.as_ref())?;
    builder.set_not_after(Asn1Time::from_unix(now.timestamp() + TEN_YEARS)?.as_ref())?;
    builder.set_pubkey(key)?;
    builder.sign(key, MessageDigest::sha256())?;
    Ok(builder.build())
}

fn subject() -> Result<X509Name, ErrorStack> {
    let mut name = X509Name::builder()?;
    name.append_entry_by_text("O", "Okta simulator")?;
    name.append_entry_by_text("OU", "SSOProvider")?;
    name.append_entry_by_text("CN", "gatehouse-demo")?;
    Ok(name.build())
}
