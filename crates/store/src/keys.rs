//! Signing keys, encrypted at rest under the master key.

use domain::clock::Timestamp;
use domain::id::{KeyId, WorkspaceId};
use secrecy::{ExposeSecret, SecretSlice};

use crate::Store;
use crate::backend::{read, write};
use crate::error::StoreError;
use crate::record::micros;

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPurpose {
    /// Signs access tokens (Ed25519).
    AccessToken,
    /// Signs SAML requests of a workspace (RSA).
    SamlRequest,
}

impl KeyPurpose {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::SamlRequest => "saml_request",
        }
    }
}

/// A key, decrypted.
#[derive(Debug, Clone)]
pub struct StoredKey {
    /// Its id.
    pub id: KeyId,
    /// The public part: a raw public key or a certificate, as its purpose has it.
    pub public: Vec<u8>,
    /// The private part (PKCS #8, DER).
    pub secret: SecretSlice<u8>,
}

/// A key to be stored.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Its id.
    pub id: KeyId,
    /// The public part.
    pub public: Vec<u8>,
    /// The private part (PKCS #8, DER).
    pub secret: SecretSlice<u8>,
}

pub(crate) struct SealedKey {
    pub(crate) id: KeyId,
    pub(crate) public: Vec<u8>,
    pub(crate) sealed: Vec<u8>,
}

impl Store {
    /// Every key of a purpose, the oldest first.
    pub fn keys(&self, purpose: KeyPurpose, workspace: Option<WorkspaceId>) -> Result<Vec<StoredKey>, StoreError> {
        let sealed = read!(self, |q, conn| q::keys::find(conn, purpose, workspace))?;
        sealed
            .into_iter()
            .map(|key| {
                let secret = self.vault.open(&place(purpose, key.id), &key.sealed)?;
                Ok(StoredKey { id: key.id, public: key.public, secret: secret.into() })
            })
            .collect()
    }

    /// Stores a new key.
    pub fn add_key(
        &self,
        purpose: KeyPurpose,
        workspace: Option<WorkspaceId>,
        key: &NewKey,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = self.seal_key(purpose, key)?;
        write!(self, |q, conn| q::keys::insert(conn, purpose, workspace, &key, micros(now)))
    }

    pub(crate) fn seal_key(&self, purpose: KeyPurpose, key: &NewKey) -> Result<SealedKey, StoreError> {
        let sealed = self.vault.seal(&place(purpose, key.id), key.secret.expose_secret())?;
        Ok(SealedKey { id: key.id, public: key.public.clone(), sealed })
    }
}

fn place(purpose: KeyPurpose, id: KeyId) -> String {
    format!("{}/{id}", purpose.as_str())
}
