//! What one request does to the store, in one blocking task: the same for a request of its own and for one inside a bulk.

use ::web::Site;
use ::web::random;
use domain::command::Context;
use domain::workspace::Workspace;

use crate::auth::ScimClient;
use crate::client_profile::ClientProfile;
use crate::error::ScimError;
use crate::schema::Registry;

/// Everything that a blocking task needs to know of its request.
pub(crate) struct Work {
    pub(crate) site: Site,
    pub(crate) workspace: Workspace,
    pub(crate) registry: Registry,
    pub(crate) profile: ClientProfile,
    pub(crate) context: Context,
}

impl Work {
    pub(crate) fn of(client: &ScimClient) -> Self {
        Self {
            site: client.site().clone(),
            workspace: client.workspace().clone(),
            registry: client.registry().clone(),
            profile: client.profile(),
            context: client.context(),
        }
    }

    /// Logs what was taken although the RFC does not have it: names, never values.
    pub(crate) fn log_tolerated(&self, tolerated: &[String]) {
        if !tolerated.is_empty() {
            let (request, workspace) = (self.context.request.request_id.as_deref(), self.workspace.handle.as_str());
            let client = self.profile.as_str();
            tracing::info!(request, workspace, client, ?tolerated, "SCIM: taken in spite of the RFC, or left aside");
        }
    }

    pub(crate) fn fresh_id(&self) -> Result<uuid::Uuid, ScimError> {
        random::new_id(self.context.now).map_err(|error| {
            tracing::error!(cause = %error, "a SCIM request can't be answered");
            ScimError::Internal
        })
    }
}
