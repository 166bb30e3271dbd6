//! A certificate of an identity provider: the key that signs, and what an administrator wants to know of it.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{Id, PKey, PKeyRef, Public};
use openssl::x509::{X509, X509NameRef};

use super::MetadataError;
use crate::xml_guard::KeyKind;

/// A certificate whose key signs. SAML takes it as a container for the key: its names and dates mean nothing here.
#[derive(Clone)]
pub struct SigningCertificate {
    certificate: X509,
    key: PKey<Public>,
    key_kind: KeyKind,
}

/// What a certificate says, for people: nothing of it is checked at a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFacts {
    /// Whose it says that it is, such as `CN=okta, O=Acme`.
    pub subject: String,
    /// The SHA-256 of the whole certificate, as other tools show it: `A1:B2:…`.
    pub sha256_fingerprint: String,
    /// `RSA` or `EC`.
    pub key_kind: &'static str,
    /// Bits of the key.
    pub key_bits: u32,
    /// When it says that it ends.
    pub not_after: DateTime<Utc>,
}

impl CertificateFacts {
    /// How many whole days it has left. Rounded down, so that what ended an hour ago has -1 and not 0.
    #[must_use]
    pub fn days_left(&self, now: DateTime<Utc>) -> i64 {
        (self.not_after - now).num_seconds().div_euclid(86_400)
    }
}

impl SigningCertificate {
    /// The certificate as openssl knows it, for its names, dates and fingerprint.
    #[must_use]
    pub fn x509(&self) -> &X509 {
        &self.certificate
    }

    /// What it says.
    ///
    /// # Errors
    /// Where OpenSSL can't read a part of it that no login needs.
    pub fn facts(&self) -> Result<CertificateFacts, ErrorStack> {
        let digest = self.certificate.digest(MessageDigest::sha256())?;
        Ok(CertificateFacts {
            subject: shown(self.certificate.subject_name()),
            sha256_fingerprint: fingerprint(&digest),
            key_kind: self.key_kind.name(),
            key_bits: self.key.bits(),
            not_after: moment(self.certificate.not_after())?,
        })
    }

    /// Reads one from a file, in PEM or DER.
    ///
    /// # Errors
    /// Where it can't be read, or its key is weak.
    pub fn from_file(bytes: &[u8]) -> Result<Self, MetadataError> {
        match X509::from_pem(bytes).and_then(|certificate| certificate.to_der()) {
            Ok(der) => Self::from_der(&der),
            Err(_) => Self::from_der(bytes),
        }
    }

    /// In DER and base64, as it is stored.
    ///
    /// # Errors
    /// Where OpenSSL can't write it.
    pub fn to_base64(&self) -> Result<String, ErrorStack> {
        Ok(STANDARD.encode(self.certificate.to_der()?))
    }

    pub(crate) fn key(&self) -> &PKeyRef<Public> {
        &self.key
    }

    pub(crate) fn key_kind(&self) -> KeyKind {
        self.key_kind
    }

    /// Reads one as metadata has it.
    ///
    /// # Errors
    /// Where it can't be read, or its key is weak.
    pub fn from_base64(text: &str) -> Result<Self, MetadataError> {
        let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let der = STANDARD.decode(digits).map_err(|_| MetadataError::UnreadableCertificate)?;
        Self::from_der(&der)
    }

    pub(crate) fn from_der(der: &[u8]) -> Result<Self, MetadataError> {
        let certificate = X509::from_der(der).map_err(|_| MetadataError::UnreadableCertificate)?;
        let key = certificate.public_key().map_err(|_| MetadataError::UnreadableCertificate)?;
        let key_kind = match key.id() {
            Id::RSA if key.bits() >= 2048 => KeyKind::Rsa,
            Id::EC => KeyKind::Ec,
            _ => return Err(MetadataError::WeakKey),
        };
        Ok(Self { certificate, key, key_kind })
    }
}

impl fmt::Debug for SigningCertificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningCertificate({:?}, {:?})", self.key_kind, self.certificate.subject_name())
    }
}

impl KeyKind {
    fn name(self) -> &'static str {
        match self {
            Self::Rsa => "RSA",
            Self::Ec => "EC",
        }
    }
}

/// A digest as other tools show it: `A1:B2:…`.
pub(crate) fn fingerprint(digest: &[u8]) -> String {
    let pairs: Vec<_> = digest.iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

/// The most particular name first. What would move a terminal's cursor is replaced.
fn shown(name: &X509NameRef) -> String {
    let parts = name.entries().map(|entry| {
        let value = entry.data().to_string().unwrap_or_default().replace(char::is_control, "\u{fffd}");
        format!("{}={value}", entry.object().nid().short_name().unwrap_or("?"))
    });
    let mut parts: Vec<_> = parts.collect();
    parts.reverse();
    parts.join(", ")
}

fn moment(time: &Asn1TimeRef) -> Result<DateTime<Utc>, ErrorStack> {
    let since_1970 = Asn1Time::from_unix(0)?.diff(time)?;
    let seconds = i64::from(since_1970.days) * 86_400 + i64::from(since_1970.secs);
    Ok(DateTime::from_timestamp(seconds, 0).unwrap_or_default())
}
