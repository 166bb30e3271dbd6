//! A workspace's own RSA keys: one signs its requests and metadata, one decrypts what is encrypted for it. While a key is changed
//! there are two, and both are published.

use chrono::{DateTime, Utc};
use domain::audit::{Actor, AuditEntry, EventKind, RequestOrigin, Source, Subject};
use domain::clock::Timestamp;
use domain::id::{KeyId, WorkspaceId};
use domain::workspace::{Workspace, WorkspaceHandle};
use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::{X509, X509Name};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use store::{KeyPurpose, KeyStanding, NewKey, Store, StoreError, StoredKey, Unique};
use web::random::{self, NoRandomness};

use crate::connection::{CertificateFacts, MetadataError, SigningCertificate};
use crate::decrypt::DecryptionKey;
use crate::refusal::LoginError;

/// How long the certificate of a key says that it is good for.
const CERTIFICATE_DAYS: i64 = 3_650;

/// What a key is used for, in the words of metadata (section 2.4.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// Signs requests and metadata. The active key does; both are published.
    Signing,
    /// Decrypts assertions. Both keys do, and both are published, the active one first.
    Encryption,
}

impl KeyUse {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Signing, Self::Encryption];

    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Signing => "signing",
            Self::Encryption => "encryption",
        }
    }

    /// Where the store has its keys.
    #[must_use]
    pub fn purpose(self) -> KeyPurpose {
        match self {
            Self::Signing => KeyPurpose::SamlRequest,
            Self::Encryption => KeyPurpose::SamlDecryption,
        }
    }
}

/// A key can't be made or read.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The key store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// OpenSSL.
    #[error("a SAML key can't be used: {0}")]
    Key(#[from] ErrorStack),
    /// A certificate of ours.
    #[error("a certificate of ours can't be read: {0}")]
    Certificate(#[from] MetadataError),
    /// No id for a new key.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// The RSA key that signs a workspace's requests and metadata, with the certificate that its metadata shows.
#[derive(Clone)]
pub struct RequestKey {
    /// The certificate.
    pub certificate: X509,
    /// Its key.
    pub key: PKey<Private>,
}

/// Makes a key with a self-signed certificate for the metadata.
pub fn new_key(handle: &WorkspaceHandle, id: KeyId, now: Timestamp) -> Result<NewKey, KeyError> {
    let key = PKey::from_rsa(Rsa::generate(2048)?)?;
    let certificate = self_signed(&key, handle, now)?;
    Ok(NewKey { id, public: certificate.to_der()?, secret: key.private_key_to_pkcs8()?.into() })
}

/// The workspace's keys for a use, the active one first. A workspace that was made before there were keys for it gets one.
pub fn get_keys(
    store: &Store,
    workspace: &Workspace,
    used: KeyUse,
    now: Timestamp,
) -> Result<Vec<StoredKey>, KeyError> {
    let keys = store.keys(used.purpose(), Some(workspace.id))?;
    if !keys.is_empty() {
        return Ok(keys);
    }
    let first = new_key(&workspace.handle, KeyId::new(random::new_id(now)?), now)?;
    let entry = first_key_entry(workspace, used, &first, now)?;
    match store.add_workspace_key(used.purpose(), &first, KeyStanding::Active, entry) {
        // Somebody else was first, so that there is one.
        Ok(()) | Err(StoreError::Taken(Unique::Key)) => Ok(store.keys(used.purpose(), Some(workspace.id))?),
        Err(error) => Err(error.into()),
    }
}

/// What a key's certificate says.
pub fn certificate_facts(certificate: &[u8]) -> Result<CertificateFacts, KeyError> {
    Ok(SigningCertificate::from_der(certificate)?.facts()?)
}

/// The key as an entry's subject.
#[must_use]
pub fn key_subject(id: KeyId, facts: &CertificateFacts) -> Subject {
    Subject { kind: "saml_key", id: Some(id.to_string()), name: Some(facts.sha256_fingerprint.clone()) }
}

/// What the audit log says of a key.
#[must_use]
pub fn audited_key(used: KeyUse, standing: KeyStanding, facts: &CertificateFacts) -> Value {
    json!({ "use": used.as_str(), "standing": standing.as_str(), "not_after": shown(facts.not_after) })
}

/// The certificate and key that sign this workspace's requests and metadata.
pub(crate) fn find_request_key(store: &Store, workspace: WorkspaceId) -> Result<Option<RequestKey>, KeyError> {
    let keys = store.keys(KeyPurpose::SamlRequest, Some(workspace))?;
    let read = |stored: &StoredKey| -> Result<_, KeyError> {
        let key = PKey::private_key_from_pkcs8(stored.secret.expose_secret())?;
        Ok(RequestKey { certificate: X509::from_der(&stored.public)?, key })
    };
    keys.first().map(read).transpose()
}

/// The same, where something has to be signed.
pub(crate) fn get_request_key(store: &Store, workspace: WorkspaceId) -> Result<RequestKey, LoginError> {
    let missing = || LoginError::Failed("the workspace has no key to sign with".to_owned());
    find_request_key(store, workspace)?.ok_or_else(missing)
}

/// The keys that assertions of this workspace may be encrypted for.
pub(crate) fn decryption_keys(store: &Store, workspace: WorkspaceId) -> Result<Vec<DecryptionKey>, KeyError> {
    let keys = store.keys(KeyPurpose::SamlDecryption, Some(workspace))?;
    keys.iter().map(|stored| Ok(DecryptionKey::from_pkcs8(stored.secret.expose_secret())?)).collect()
}

fn first_key_entry(workspace: &Workspace, used: KeyUse, key: &NewKey, now: Timestamp) -> Result<AuditEntry, KeyError> {
    let facts = certificate_facts(&key.public)?;
    Ok(AuditEntry {
        workspace: workspace.id,
        at: now,
        kind: EventKind::SamlKeyAdded,
        source: Source::System,
        actor: Actor::System,
        subject: key_subject(key.id, &facts),
        before: None,
        after: Some(audited_key(used, KeyStanding::Active, &facts)),
        request: RequestOrigin::default(),
    })
}

fn shown(moment: DateTime<Utc>) -> String {
    moment.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn self_signed(key: &PKey<Private>, handle: &WorkspaceHandle, now: Timestamp) -> Result<X509, ErrorStack> {
    let mut name = X509Name::builder()?;
    name.append_entry_by_text("CN", &format!("Gatehouse {handle}"))?;
    let name = name.build();
    let begin = now.timestamp();
    let end = begin + CERTIFICATE_DAYS * 86_400;
    let mut serial = BigNum::new()?;
    serial.rand(127, MsbOption::ONE, false)?;
    let mut certificate = X509::builder()?;
    certificate.set_version(2)?;
    certificate.set_serial_number(serial.to_asn1_integer()?.as_ref())?;
    certificate.set_subject_name(&name)?;
    certificate.set_issuer_name(&name)?;
    certificate.set_not_before(Asn1Time::from_unix(begin)?.as_ref())?;
    certificate.set_not_after(Asn1Time::from_unix(end)?.as_ref())?;
    certificate.set_pubkey(key)?;
    certificate.sign(key, MessageDigest::sha256())?;
    Ok(certificate.build())
}
