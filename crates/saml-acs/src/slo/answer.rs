//! The response to an identity provider's request.

use ::web::random;
use domain::workspace::Workspace;

use super::sent::Sent;
use super::steps::{Authentic, Logout};
use crate::authn_request::request_id;
use crate::error::VerifyError;
use crate::keys::get_request_key;
use crate::logout_document::{AnswerStatus, Content, LogoutDocument};
use crate::refusal::LoginError;

impl Logout {
    /// Signed, by the binding that the metadata offers. None where they offer none: then the person gets a page of ours.
    pub(super) fn answer(
        &self,
        workspace: &Workspace,
        authentic: &Authentic,
        status: AnswerStatus,
        relay_state: Option<&str>,
    ) -> Result<Option<Sent>, LoginError> {
        let Some(service) = authentic.provider.single_logout() else { return Ok(None) };
        let key = get_request_key(&self.site.store, workspace.id)?;
        let document = LogoutDocument {
            id: &request_id(random::bytes()?),
            issue_instant: self.site.now(),
            destination: &service.response_url,
            issuer: &self.site.base_url.saml_metadata(&workspace.handle),
            content: Content::Response { in_response_to: authentic.message.id(), status },
        };
        // Bindings 3.4.3: RelayState comes back as it was sent.
        Ok(Some(Sent::by(service.binding, &document, relay_state, &key)?))
    }
}

impl AnswerStatus {
    pub(super) fn for_refusal(error: &VerifyError) -> Self {
        match error {
            VerifyError::Version { .. } => Self::VersionMismatch,
            _ => Self::Requester,
        }
    }
}
