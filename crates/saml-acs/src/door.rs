//! What both ends of a login need: the workspace, its identity provider, and ourselves as a service provider.

use ::web::Site;
use domain::id::WorkspaceId;
use domain::policy::{Policy, SamlSignRequests};
use domain::workspace::{Workspace, WorkspaceHandle};
use store::{Connection, Store};

use crate::connection::IdentityProvider;
use crate::refusal::LoginError;
use crate::service_provider::ServiceProvider;

/// The workspace of that handle.
pub(crate) fn get_workspace(store: &Store, handle: &str) -> Result<Workspace, LoginError> {
    let handle = WorkspaceHandle::new(handle).ok();
    let found = handle.map(|handle| store.find_workspace(&handle)).transpose()?.flatten();
    found.ok_or(LoginError::NotSetUp("There is no workspace at this address."))
}

/// The workspace's connections, one at least.
pub(crate) fn get_connections(store: &Store, workspace: WorkspaceId) -> Result<Vec<Connection>, LoginError> {
    let connections = store.connections(workspace)?;
    if connections.is_empty() {
        return Err(LoginError::NotSetUp(
            "No identity provider is set up for this workspace. An administrator does that with `gatehouse saml idp set`.",
        ));
    }
    Ok(connections)
}

/// The identity provider of a connection. Its metadata is read again at each use, so that metadata without a key would fail
/// closed here too.
pub(crate) fn provider_of(connection: &Connection) -> Result<IdentityProvider, LoginError> {
    IdentityProvider::from_metadata(&connection.metadata)
        .map_err(|error| LoginError::Failed(format!("the stored metadata can't be used: {error}")))
}

/// Ourselves, as the identity provider of this workspace knows us.
pub(crate) fn service_provider(
    site: &Site,
    workspace: &Workspace,
    provider: Option<&IdentityProvider>,
) -> ServiceProvider {
    ServiceProvider {
        entity_id: site.base_url.saml_metadata(&workspace.handle),
        acs_url: site.base_url.saml_acs(&workspace.handle),
        slo_url: site.base_url.saml_slo(&workspace.handle),
        signs_requests: signs_requests(&workspace.policy, provider),
        name_id_policy: workspace.policy.saml_name_id_policy,
    }
}

fn signs_requests(policy: &Policy, provider: Option<&IdentityProvider>) -> bool {
    match policy.saml_sign_requests {
        SamlSignRequests::Always => true,
        SamlSignRequests::Never => false,
        SamlSignRequests::Metadata => provider.is_some_and(IdentityProvider::wants_authn_requests_signed),
    }
}
