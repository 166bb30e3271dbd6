//! The break-glass account.

use domain::audit::{EventKind, Subject};
use secrecy::SecretString;
use serde_json::json;
use web::password;

use crate::acting::Acting;
use crate::error::AdministrationError;

/// A password that is shown once.
#[derive(Debug)]
pub struct NewPassword {
    /// The owner's e-mail address.
    pub email: String,
    /// The password.
    pub password: SecretString,
}

/// Gives the owner a new password and ends the owner's sessions.
pub fn reset_password(acting: &Acting) -> Result<NewPassword, AdministrationError> {
    let password = password::generate()?;
    let entry = acting.entry(EventKind::OwnerPasswordReset, Subject::named("owner", "owner"), None, None);
    let email = acting.store.set_owner_password(acting.workspace.id, password::hash(&password)?, entry)?;
    Ok(NewPassword { email, password })
}

/// Takes the owner's second factor away: the next sign-in sets up another one.
pub fn reset_second_factor(acting: &Acting) -> Result<(), AdministrationError> {
    let after = json!({ "second_factor": "taken away" });
    let subject = Subject::named("owner", "owner");
    let entry = acting.entry(EventKind::OwnerSecondFactorChanged, subject, None, Some(after));
    Ok(acting.store.set_owner_second_factor(acting.workspace.id, None, entry)?)
}
