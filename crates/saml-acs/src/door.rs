//! What both ends of a login need: the workspace, its identity provider, and ourselves as a service provider.

use ::web::Site;
use domain::clock::Timestamp;
use domain::id::WorkspaceId;
use domain::policy::{ExpiredCertificates, Policy, SamlSignRequests};
use domain::workspace::{Workspace, WorkspaceHandle};
use store::{Connection, Store};

use crate::connection::IdentityProvider;
use crate::message::SamlResponse;
use crate::refusal::LoginError;
use crate::service_provider::ServiceProvider;
use crate::verify::Claim;
use crate::xml_guard::Limits;

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

/// The connection whose response it claims to be, and its identity provider with the keys that count. The claim only chooses
/// whose keys have to prove it.
pub(crate) fn sender_of(
    store: &Store,
    workspace: &Workspace,
    message: &SamlResponse,
    limits: &Limits,
    now: Timestamp,
) -> Result<(Connection, IdentityProvider), LoginError> {
    let mut connections = get_connections(store, workspace.id)?;
    if connections.len() > 1 {
        let claim = Claim::of(message.xml(), limits)?;
        let request = claim.in_response_to.map(|id| store.find_login_request(workspace.id, &id, now)).transpose()?;
        connections.retain(|connection| match (&claim.issuer, request.iter().flatten().next()) {
            (Some(issuer), _) => connection.entity_id == *issuer,
            // The envelope need not have an issuer: then the request that it answers tells.
            (None, Some(request)) => connection.id == request.connection,
            (None, None) => false,
        });
    }
    let nobody = || LoginError::refused("issuer", "no identity provider of this workspace has this name");
    let connection = connections.pop().ok_or_else(nobody)?;
    let provider = provider_of(&connection)?;
    if workspace.policy.expired_certificates == ExpiredCertificates::Accept {
        return Ok((connection, provider));
    }
    // What is no XML is told as that.
    Claim::of(message.xml(), limits)?;
    let ended = || LoginError::refused("certificate_expired", "every certificate of the identity provider has ended");
    Ok((connection, provider.without_expired(now).ok_or_else(ended)?))
}

/// The identity provider of that name, or the only one: for words about a failed login, never for a decision.
pub(crate) fn named_provider(store: &Store, workspace: &Workspace, issuer: Option<&str>) -> Option<IdentityProvider> {
    let connections = get_connections(store, workspace.id).ok()?;
    let named = connections.iter().find(|connection| Some(connection.entity_id.as_str()) == issuer);
    let only = connections.first().filter(|_| connections.len() == 1);
    named.or(only).and_then(|connection| provider_of(connection).ok())
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
