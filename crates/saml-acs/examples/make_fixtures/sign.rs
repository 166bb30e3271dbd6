//! Signatures of the fixtures: made by xmlsec through samael, then put into the fixture's own text, so that every byte
//! outside the signature stays as the template has it.

use std::error::Error;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Signer};
use openssl::x509::X509;
use samael::crypto::{Crypto, CryptoProvider};

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

pub(crate) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub(crate) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const VALUE: (&str, &str) = ("<ds:SignatureValue>", "</ds:SignatureValue>");
const MORE: &str = "http://www.w3.org/2001/04/xmldsig-more#";

/// How an element is signed. The fields are what identity providers differ in, and what attacks change.
#[derive(Clone)]
pub(crate) struct Signing {
    /// File name of the key below `tests/fixtures/keys`.
    pub(crate) key: &'static str,
    /// Namespace prefix of the signature's elements; empty for a default namespace.
    pub(crate) prefix: &'static str,
    pub(crate) method: String,
    pub(crate) digest: String,
    pub(crate) canonicalization: String,
    /// The `Transform` elements, with `ds:` for the prefix.
    pub(crate) transforms: String,
    /// What `KeyInfo` holds; without one where empty.
    pub(crate) key_info: KeyInfo,
    /// How the finished element is written: by itself it has no white space between its parts.
    pub(crate) layout: fn(String) -> String,
}

#[derive(Clone, Copy)]
pub(crate) enum KeyInfo {
    None,
    Certificate,
    /// As Keycloak and some toolkits write it.
    NameAndCertificate,
    /// With the key itself instead of a certificate.
    KeyValue,
    /// The certificate's issuer and number before it.
    IssuerSerial,
    /// Other people's certificates before the right one.
    Chain,
    /// An address that a verifier might fetch the certificate from.
    RetrievalMethod,
    /// A subject name and a key identifier, but no certificate.
    NamesOnly,
}

impl Signing {
    /// RSA and SHA-256 with the ordinary key, as nearly everybody signs.
    pub(crate) fn usual() -> Self {
        Self {
            key: "rsa",
            prefix: "ds",
            method: format!("{MORE}rsa-sha256"),
            digest: "http://www.w3.org/2001/04/xmlenc#sha256".into(),
            canonicalization: EXCLUSIVE.into(),
            transforms: transform(ENVELOPED) + &transform(EXCLUSIVE),
            key_info: KeyInfo::Certificate,
            layout: |element| element,
        }
    }

    /// As Okta signs: `xs` is canonicalised inclusively, because `xsi:type` values use it.
    pub(crate) fn okta() -> Self {
        Self { transforms: transform(ENVELOPED) + &inclusive("xs"), ..Self::usual() }
    }

    pub(crate) fn key(self, key: &'static str) -> Self {
        Self { key, ..self }
    }

    pub(crate) fn prefix(self, prefix: &'static str) -> Self {
        Self { prefix, ..self }
    }

    pub(crate) fn method(self, name: &str) -> Self {
        Self { method: format!("{MORE}{name}"), ..self }
    }

    pub(crate) fn digest(self, digest: &str) -> Self {
        Self { digest: digest.into(), ..self }
    }

    pub(crate) fn canonicalization(self, algorithm: &str) -> Self {
        Self { canonicalization: algorithm.into(), ..self }
    }

    pub(crate) fn transforms(self, transforms: String) -> Self {
        Self { transforms, ..self }
    }

    pub(crate) fn key_info(self, key_info: KeyInfo) -> Self {
        Self { key_info, ..self }
    }

    pub(crate) fn layout(self, layout: fn(String) -> String) -> Self {
        Self { layout, ..self }
    }

    /// The signature of the element with this ID. Its `SignedInfo` is canonical as it stands.
    fn element(&self, id: &str, digest_value: &str, signature_value: &str) -> Result<String> {
        let Self { method, digest, canonicalization, transforms, .. } = self;
        let key_info = self.key_info_element()?;
        let element = format!(
            "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo>\
             <ds:CanonicalizationMethod Algorithm=\"{canonicalization}\"></ds:CanonicalizationMethod>\
             <ds:SignatureMethod Algorithm=\"{method}\"></ds:SignatureMethod>\
             <ds:Reference URI=\"#{id}\"><ds:Transforms>{transforms}</ds:Transforms>\
             <ds:DigestMethod Algorithm=\"{digest}\"></ds:DigestMethod><ds:DigestValue>{digest_value}</ds:DigestValue>\
             </ds:Reference></ds:SignedInfo><ds:SignatureValue>{signature_value}</ds:SignatureValue>{key_info}\
             </ds:Signature>"
        );
        Ok((self.layout)(match self.prefix {
            "" => element.replace("xmlns:ds=", "xmlns=").replace("<ds:", "<").replace("</ds:", "</"),
            prefix => element.replace("xmlns:ds=", &format!("xmlns:{prefix}=")).replace("ds:", &format!("{prefix}:")),
        }))
    }

    fn key_info_element(&self) -> Result<String> {
        let own = x509_certificate(self.key)?;
        let content = match self.key_info {
            KeyInfo::None => return Ok(String::new()),
            KeyInfo::Certificate => format!("<ds:X509Data>{own}</ds:X509Data>"),
            KeyInfo::NameAndCertificate => {
                format!("<ds:KeyName>realm-key</ds:KeyName><ds:X509Data>{own}</ds:X509Data>")
            }
            KeyInfo::KeyValue => rsa_key_value(self.key)?,
            KeyInfo::IssuerSerial => format!(
                "<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>CN=rsa,O=Gatehouse test fixtures</ds:X509IssuerName>\
                 <ds:X509SerialNumber>4711</ds:X509SerialNumber></ds:X509IssuerSerial>{own}</ds:X509Data>"
            ),
            KeyInfo::Chain => {
                format!("<ds:X509Data>{}{}{own}</ds:X509Data>", x509_certificate("attacker")?, x509_certificate("ec")?)
            }
            KeyInfo::RetrievalMethod => "<ds:RetrievalMethod URI=\"http://attacker.test/certificate\" \
                Type=\"http://www.w3.org/2000/09/xmldsig#rawX509Certificate\"></ds:RetrievalMethod>"
                .to_owned(),
            KeyInfo::NamesOnly => "<ds:X509Data><ds:X509SubjectName>CN=rsa</ds:X509SubjectName>\
                <ds:X509SKI>31d97bd7</ds:X509SKI></ds:X509Data>"
                .to_owned(),
        };
        Ok(format!("<ds:KeyInfo>{content}</ds:KeyInfo>"))
    }
}

pub(crate) fn x509_certificate(key: &str) -> Result<String> {
    let certificate = STANDARD.encode(certificate(key)?.to_der()?);
    let lines: Vec<_> = certificate.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    Ok(format!("<ds:X509Certificate>{}</ds:X509Certificate>", lines.join("\n")))
}

fn rsa_key_value(key: &str) -> Result<String> {
    let key = private_key(key)?.rsa()?;
    let (modulus, exponent) = (STANDARD.encode(key.n().to_vec()), STANDARD.encode(key.e().to_vec()));
    Ok(format!(
        "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>{modulus}</ds:Modulus><ds:Exponent>{exponent}</ds:Exponent>\
         </ds:RSAKeyValue></ds:KeyValue>"
    ))
}

pub(crate) fn transform(algorithm: &str) -> String {
    format!("<ds:Transform Algorithm=\"{algorithm}\"></ds:Transform>")
}

/// Exclusive canonicalisation with a list of prefixes that are canonicalised inclusively.
pub(crate) fn inclusive(prefixes: &str) -> String {
    format!(
        "<ds:Transform Algorithm=\"{EXCLUSIVE}\"><ec:InclusiveNamespaces xmlns:ec=\"{EXCLUSIVE}\" \
         PrefixList=\"{prefixes}\"></ec:InclusiveNamespaces></ds:Transform>"
    )
}

/// Both signatures of a template, where nothing is encrypted between them.
pub(crate) fn sign(template: &str, response: Option<&Signing>, assertion: Option<&Signing>) -> Result<String> {
    sign_response(&sign_assertion(template, assertion)?, response)
}

/// Fills the place `{{assertion-signature}}` of a template, or leaves it out. It comes first: the other signature covers it.
pub(crate) fn sign_assertion(template: &str, signing: Option<&Signing>) -> Result<String> {
    signed(template, "{{assertion-signature}}", "Assertion", signing)
}

/// The same of `{{response-signature}}`, when the assertion is signed, and perhaps encrypted.
pub(crate) fn sign_response(template: &str, signing: Option<&Signing>) -> Result<String> {
    signed(template, "{{response-signature}}", "Response", signing)
}

fn signed(template: &str, place: &str, element: &str, signing: Option<&Signing>) -> Result<String> {
    let Some(signing) = signing else { return Ok(template.replace(place, "")) };
    let unsigned = |xml: &str| xml.replace("{{response-signature}}", "").replace("{{assertion-signature}}", "");
    let id = id_of(&unsigned(template), element)?;
    let prepared = unsigned(&template.replace(place, &signing.element(&id, "", "")?));
    let signed = Crypto::sign_xml(prepared, &private_key(signing.key)?.private_key_to_der()?)?;
    let (digest, signature) = values(&signed, &id)?;
    Ok(template.replace(place, &signing.element(&id, &digest, &signature)?))
}

/// Ways in which a key can sign that the method does not name.
#[derive(Clone, Copy)]
pub(crate) enum Raw {
    /// PSS padding.
    Pss,
    /// Another hash than the method's.
    Sha512,
    /// The hash alone, without the name of its algorithm.
    Bare,
}

/// Signs the first `SignedInfo` anew after an attack has changed it; what it refers to stays as it was digested.
pub(crate) fn reseal(xml: &str, key: &str) -> Result<String> {
    let key = private_key(key)?;
    let value =
        Signer::new(MessageDigest::sha256(), &key)?.sign_oneshot_to_vec(canonical_signed_info(xml)?.as_bytes())?;
    replace_between(xml, VALUE.0, VALUE.1, &STANDARD.encode(value))
}

/// Signs the first `SignedInfo` with the certificate's public bytes as an HMAC key.
pub(crate) fn seal_by_hmac(xml: &str, key: &str) -> Result<String> {
    let public = PKey::hmac(&certificate(key)?.to_der()?)?;
    let value =
        Signer::new(MessageDigest::sha256(), &public)?.sign_oneshot_to_vec(canonical_signed_info(xml)?.as_bytes())?;
    replace_between(xml, VALUE.0, VALUE.1, &STANDARD.encode(value))
}

/// Signs the first `SignedInfo` in a way that its method does not name.
pub(crate) fn sign_raw(xml: &str, key: &str, how: Raw) -> Result<String> {
    let (text, key) = (canonical_signed_info(xml)?, private_key(key)?);
    let mut signer = Signer::new(MessageDigest::sha256(), &key)?;
    let value = match how {
        Raw::Pss => {
            // Without salt the value is the same at each run.
            signer.set_rsa_padding(Padding::PKCS1_PSS)?;
            signer.set_rsa_pss_saltlen(RsaPssSaltlen::custom(0))?;
            signer.sign_oneshot_to_vec(text.as_bytes())?
        }
        Raw::Sha512 => Signer::new(MessageDigest::sha512(), &key)?.sign_oneshot_to_vec(text.as_bytes())?,
        Raw::Bare => {
            let mut value = vec![0; key.size()];
            let hash = openssl::hash::hash(MessageDigest::sha256(), text.as_bytes())?;
            key.rsa()?.private_encrypt(&hash, &mut value, Padding::PKCS1)?;
            value
        }
    };
    replace_between(xml, VALUE.0, VALUE.1, &STANDARD.encode(value))
}

/// The signature value of the first signature, as bytes.
pub(crate) fn signature_value(xml: &str) -> Result<Vec<u8>> {
    let (_, rest) = xml.split_once(VALUE.0).ok_or("no SignatureValue")?;
    let (value, _) = rest.split_once(VALUE.1).ok_or("no end of SignatureValue")?;
    Ok(STANDARD.decode(value.replace('\n', ""))?)
}

/// Exclusive canonicalisation of the first `SignedInfo`, which stands there in canonical form but for its namespace.
fn canonical_signed_info(xml: &str) -> Result<String> {
    let (_, rest) = xml.split_once("<ds:SignedInfo>").ok_or("no SignedInfo")?;
    let (signed_info, _) = rest.split_once("</ds:SignedInfo>").ok_or("no end of SignedInfo")?;
    Ok(format!("<ds:SignedInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{signed_info}</ds:SignedInfo>"))
}

/// Puts something else between the first `start` and the `end` behind it.
pub(crate) fn replace_between(xml: &str, start: &str, end: &str, content: &str) -> Result<String> {
    let (before, rest) = xml.split_once(start).ok_or_else(|| format!("no {start}"))?;
    let (_, behind) = rest.split_once(end).ok_or_else(|| format!("no {end}"))?;
    Ok(format!("{before}{start}{content}{end}{behind}"))
}

pub(crate) fn certificate(key: &str) -> Result<X509> {
    Ok(X509::from_pem(&std::fs::read(fixtures().join(format!("keys/{key}.crt.pem")))?)?)
}

pub(crate) fn fixtures() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures"))
}

fn private_key(key: &str) -> Result<PKey<Private>> {
    Ok(PKey::private_key_from_pem(&std::fs::read(fixtures().join(format!("keys/{key}.key.pem")))?)?)
}

fn id_of(xml: &str, name: &str) -> Result<String> {
    let document = roxmltree::Document::parse(xml)?;
    let element = document.descendants().find(|node| node.tag_name().name() == name);
    let id = element.and_then(|element| element.attribute("ID")).ok_or_else(|| format!("{name} has no ID"))?;
    Ok(id.to_owned())
}

fn values(signed: &str, id: &str) -> Result<(String, String)> {
    let document = roxmltree::Document::parse(signed)?;
    let reference =
        document.descendants().find(|node| node.attribute("URI") == Some(&format!("#{id}"))).ok_or("no reference")?;
    let signature = reference.ancestors().nth(2).ok_or("no signature")?;
    let text = |name: &str| {
        let value = signature.descendants().find(|node| node.tag_name().name() == name);
        value.and_then(|node| node.text()).unwrap_or_default().to_owned()
    };
    Ok((text("DigestValue"), text("SignatureValue")))
}
