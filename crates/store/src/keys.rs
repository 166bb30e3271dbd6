//! Signing and decryption keys, encrypted at rest under the master key.

use domain::audit::AuditEntry;
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
    /// Signs SAML requests and metadata of a workspace (RSA).
    SamlRequest,
    /// Decrypts assertions that are encrypted for a workspace (RSA).
    SamlDecryption,
}

impl KeyPurpose {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::SamlRequest => "saml_request",
            Self::SamlDecryption => "saml_decryption",
        }
    }
}

/// A workspace has one key of a purpose in each standing, the second while it changes keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStanding {
    /// The one that is used.
    Active,
    /// Published beside it: to become active, or until nobody relies on it any more.
    Standby,
}

impl KeyStanding {
    /// The name that is stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Standby => "standby",
        }
    }

    pub(crate) fn parse(text: &str) -> Result<Self, StoreError> {
        let known = [Self::Active, Self::Standby].into_iter().find(|standing| standing.as_str() == text);
        known.ok_or_else(|| StoreError::Corrupt(format!("a key stands {text:?}")))
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
    /// Whether it is used.
    pub standing: KeyStanding,
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
    pub(crate) standing: KeyStanding,
}

impl Store {
    /// Every key of a purpose: of a workspace the active one first, else the oldest first.
    pub fn keys(&self, purpose: KeyPurpose, workspace: Option<WorkspaceId>) -> Result<Vec<StoredKey>, StoreError> {
        let sealed = read!(self, |q, conn| q::keys::find(conn, purpose, workspace))?;
        sealed
            .into_iter()
            .map(|key| {
                let secret = self.vault.open(&place(purpose, key.id), &key.sealed)?;
                Ok(StoredKey { id: key.id, public: key.public, secret: secret.into(), standing: key.standing })
            })
            .collect()
    }

    /// Stores a new key, which is active.
    ///
    /// # Errors
    /// [`StoreError::Taken`] where the workspace has one.
    pub fn add_key(
        &self,
        purpose: KeyPurpose,
        workspace: Option<WorkspaceId>,
        key: &NewKey,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = self.seal_key(purpose, key, KeyStanding::Active)?;
        write!(self, |q, conn| q::keys::insert(conn, purpose, workspace, &key, micros(now)))
    }

    /// Stores a workspace's key with what the log tells of it.
    ///
    /// # Errors
    /// [`StoreError::Taken`] where the workspace has one in this standing.
    pub fn add_workspace_key(
        &self,
        purpose: KeyPurpose,
        key: &NewKey,
        standing: KeyStanding,
        entry: AuditEntry,
    ) -> Result<(), StoreError> {
        let key = self.seal_key(purpose, key, standing)?;
        write!(self, |q, conn| {
            q::keys::insert(conn, purpose, Some(entry.workspace), &key, micros(entry.at))?;
            q::audit::append(conn, &[entry])
        })
    }

    /// The key that stands by becomes the active one, and the other way round.
    ///
    /// # Errors
    /// [`StoreError::NoSuchKey`] where it does not stand by.
    pub fn activate_key(&self, purpose: KeyPurpose, id: KeyId, entry: AuditEntry) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            q::keys::exchange(conn, purpose, entry.workspace, id)?;
            q::audit::append(conn, &[entry])
        })
    }

    /// Removes a key that stands by, for ever.
    ///
    /// # Errors
    /// [`StoreError::NoSuchKey`] where it does not stand by.
    pub fn remove_key(&self, purpose: KeyPurpose, id: KeyId, entry: AuditEntry) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            q::keys::remove_standby(conn, purpose, entry.workspace, id)?;
            q::audit::append(conn, &[entry])
        })
    }

    /// Removes the active key, for ever; the one that stands by takes its place.
    ///
    /// # Errors
    /// [`StoreError::NoSuchKey`] where it is not active, or nothing stands by.
    pub fn replace_key(&self, purpose: KeyPurpose, id: KeyId, entry: AuditEntry) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            q::keys::replace_active(conn, purpose, entry.workspace, id)?;
            q::audit::append(conn, &[entry])
        })
    }

    pub(crate) fn seal_key(
        &self,
        purpose: KeyPurpose,
        key: &NewKey,
        standing: KeyStanding,
    ) -> Result<SealedKey, StoreError> {
        let sealed = self.vault.seal(&place(purpose, key.id), key.secret.expose_secret())?;
        Ok(SealedKey { id: key.id, public: key.public.clone(), sealed, standing })
    }
}

fn place(purpose: KeyPurpose, id: KeyId) -> String {
    format!("{}/{id}", purpose.as_str())
}
