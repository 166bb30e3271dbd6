//! Logins that fail: what the audit log is told, and what the browser is.

use ::web::client::Client;
use ::web::page::Page;
use ::web::random::NoRandomness;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use domain::decide::Refusal;
use store::StoreError;

use crate::demands::Unmet;
use crate::error::VerifyError;
use crate::keys::KeyError;
use crate::service_provider::WriteError;
use crate::tracer::Fault;

/// Why a login did not succeed.
#[derive(Debug)]
pub(crate) enum LoginError {
    /// There is no such workspace, or no identity provider is set up in it.
    NotSetUp(&'static str),
    /// A check failed. `words` is for a verified person only: anybody else learns nothing but a reference id.
    Refused {
        /// Which, and what was found.
        fault: Fault,
        /// The sentence for the person.
        words: Option<&'static str>,
    },
    /// Nothing to do with the login itself.
    Failed(String),
}

impl LoginError {
    /// A failed check of which the browser learns nothing.
    pub(crate) fn refused(check: &'static str, detail: impl Into<String>) -> Self {
        Self::Refused { fault: Fault::Login { check, detail: detail.into() }, words: None }
    }

    /// The page for the browser.
    pub(crate) fn page(&self, client: &Client) -> HttpResponse {
        let reference = Some(client.request_id());
        match self {
            Self::NotSetUp(message) => {
                Page { title: "Nothing here", message, reference }.respond(StatusCode::NOT_FOUND)
            }
            Self::Refused { words, .. } => {
                let message = words.unwrap_or(
                    "Your sign-in could not be completed. Give the reference below to your administrator, who will find the reason under it.",
                );
                Page { title: "Sign-in refused", message, reference }.respond(StatusCode::FORBIDDEN)
            }
            Self::Failed(cause) => {
                let request = client.request_id();
                tracing::error!(request, %cause, "a login can't be answered");
                let message = "The gateway can't answer at the moment. Try again in a few seconds.";
                Page { title: "Try again", message, reference }.respond(StatusCode::SERVICE_UNAVAILABLE)
            }
        }
    }
}

impl From<VerifyError> for LoginError {
    fn from(error: VerifyError) -> Self {
        Self::Refused { fault: Fault::Response(error), words: None }
    }
}

impl From<Unmet> for LoginError {
    fn from(unmet: Unmet) -> Self {
        Self::Refused { fault: Fault::Demand(unmet), words: None }
    }
}

impl From<Refusal> for LoginError {
    fn from(refusal: Refusal) -> Self {
        let words = match refusal {
            Refusal::DeactivatedByProvider => {
                "Your account was deactivated by your identity provider. Ask your administrator to activate it there."
            }
            Refusal::DeactivatedByAdministrator => {
                "Your account was deactivated by an administrator of this workspace. Ask them to activate it."
            }
            Refusal::NotProvisioned(_) => {
                "You are not a collaborator of this workspace yet. Ask your administrator to assign it to you."
            }
            Refusal::NameOnlySimilar(..) | Refusal::LinkedToAnother(_) => {
                "Your name at the identity provider is not linked to your account here. Ask your administrator to link it."
            }
            Refusal::UnknownRole { .. } => {
                "Your identity provider sent a role that this workspace does not have. Ask your administrator to correct it."
            }
            _ => "Your sign-in was refused. Ask your administrator.",
        };
        Self::Refused { fault: Fault::Person(refusal), words: Some(words) }
    }
}

impl From<NoRandomness> for LoginError {
    fn from(error: NoRandomness) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<KeyError> for LoginError {
    fn from(error: KeyError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<WriteError> for LoginError {
    fn from(error: WriteError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<StoreError> for LoginError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::AlreadyUsed => Self::refused("already_used", error.to_string()),
            StoreError::ProviderSessionOver => Self::refused("logged_out", error.to_string()),
            other => Self::Failed(other.to_string()),
        }
    }
}
