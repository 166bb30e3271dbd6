//! The break-glass account of a workspace: password and second factor.

use domain::audit::AuditEntry;
use domain::id::WorkspaceId;
use secrecy::{ExposeSecret, SecretSlice};

use crate::Store;
use crate::backend::{read, write};
use crate::error::StoreError;
use crate::record::micros;

/// The owner as a sign-in sees them.
#[derive(Debug, Clone)]
pub struct OwnerAccount {
    /// E-mail address.
    pub email: String,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// The password's argon2id hash (PHC string).
    pub password_hash: String,
    /// Raised to end every session.
    pub epoch: i64,
    /// Whether there is a second factor.
    pub has_second_factor: bool,
}

impl OwnerAccount {
    /// The name to show.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }
}

impl Store {
    /// The owner of a workspace.
    pub fn owner(&self, workspace: WorkspaceId) -> Result<OwnerAccount, StoreError> {
        read!(self, |q, conn| q::owners::get(conn, workspace))
    }

    /// Sets the owner's password and ends the owner's sessions; gives the owner's e-mail address.
    pub fn set_owner_password(
        &self,
        workspace: WorkspaceId,
        password_hash: String,
        entry: AuditEntry,
    ) -> Result<String, StoreError> {
        write!(self, |q, conn| {
            let email = q::owners::set_password(conn, workspace, &password_hash, micros(entry.at))?;
            q::audit::append(conn, &[entry])?;
            Ok(email)
        })
    }

    /// The secret of the owner's second factor.
    pub fn owner_second_factor(&self, workspace: WorkspaceId) -> Result<Option<SecretSlice<u8>>, StoreError> {
        let sealed = read!(self, |q, conn| q::owners::second_factor(conn, workspace))?;
        sealed.map(|sealed| self.vault.open(&place(workspace), &sealed).map(SecretSlice::from)).transpose()
    }

    /// Sets up the owner's second factor, whose step was used to prove it, or takes it away. Sessions go on.
    pub fn set_owner_second_factor(
        &self,
        workspace: WorkspaceId,
        factor: Option<(SecretSlice<u8>, i64)>,
        entry: AuditEntry,
    ) -> Result<(), StoreError> {
        let seal = |(secret, step): (SecretSlice<u8>, i64)| {
            Ok::<_, StoreError>((self.vault.seal(&place(workspace), secret.expose_secret())?, step))
        };
        let factor = factor.map(seal).transpose()?;
        write!(self, |q, conn| {
            q::owners::set_second_factor(conn, workspace, factor.as_ref())?;
            q::audit::append(conn, &[entry])
        })
    }

    /// Uses up a step of the owner's second factor; false where it, or a later one, was used before (RFC 6238 §5.2).
    pub fn use_owner_step(&self, workspace: WorkspaceId, step: i64) -> Result<bool, StoreError> {
        write!(self, |q, conn| q::owners::use_step(conn, workspace, step))
    }
}

/// One owner's secret is worth nothing as another's.
fn place(workspace: WorkspaceId) -> String {
    format!("owner totp {workspace}")
}
