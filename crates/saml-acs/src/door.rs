//! What both ends of a login need: the workspace, its identity provider, and ourselves as a service provider.

use ::web::Site;
use ::web::base_url::BaseUrl;
use domain::clock::Timestamp;
use domain::id::WorkspaceId;
use domain::policy::{ExpiredCertificates, Policy, SamlSignRequests};
use domain::workspace::{Workspace, WorkspaceHandle};
use store::{Connection, Store};

use crate::connection::IdentityProvider;
use crate::keys::decryption_keys;
use crate::message::SamlResponse;
use crate::refusal::LoginError;
use crate::service_provider::ServiceProvider;
use crate::settings::Settings;
use crate::tracer::{Circumstances, Diagnosis, Fault, Glance};
use crate::verify::{Claim, Expectations, VerifiedAssertion, verify};

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

/// What a message is measured by: the workspace that it came to, and when.
#[derive(Clone, Copy)]
pub(crate) struct Door<'a> {
    pub(crate) store: &'a Store,
    pub(crate) base_url: &'a BaseUrl,
    pub(crate) settings: Settings,
    pub(crate) workspace: &'a Workspace,
    pub(crate) now: Timestamp,
}

/// A response that passed every check of its own, with the connection that it came through.
pub(crate) struct Verified {
    pub(crate) connection: Connection,
    pub(crate) provider: IdentityProvider,
    pub(crate) assertion: VerifiedAssertion,
    pub(crate) encrypted: bool,
}

impl<'a> Door<'a> {
    pub(crate) fn of(site: &'a Site, settings: Settings, workspace: &'a Workspace) -> Self {
        Self { store: &site.store, base_url: &site.base_url, settings, workspace, now: site.now() }
    }

    /// Guard, signature and claims of a response: nothing is remembered of one that fails here, so a forged one burns nothing.
    pub(crate) fn verified(&self, message: &SamlResponse) -> Result<Verified, LoginError> {
        let handle = &self.workspace.handle;
        let (entity_id, acs_url) = (self.base_url.saml_metadata(handle), self.base_url.saml_acs(handle));
        let Settings { limits, tolerance, longest_age, .. } = self.settings;
        let (connection, provider) = self.sender_of(message.xml())?;
        let encrypted = message.may_be_encrypted();
        let keys = if encrypted { decryption_keys(self.store, self.workspace.id)? } else { Vec::new() };
        let weak_algorithms = connection.weak_algorithms;
        let expectations = Expectations::new(&provider, &entity_id, &acs_url, self.now);
        let expectations = Expectations { tolerance, longest_age, limits, weak_algorithms, ..expectations };
        let assertion = verify(message, &Expectations { decryption_keys: &keys, ..expectations })?;
        Ok(Verified { connection, provider, assertion, encrypted })
    }

    /// The connection whose message it claims to be, of a login or of a logout, and its identity provider with the keys that
    /// count. The claim only chooses whose keys have to prove it.
    pub(crate) fn sender_of(&self, xml: &[u8]) -> Result<(Connection, IdentityProvider), LoginError> {
        let connection = self.connection_of(xml)?;
        let provider = provider_of(&connection)?;
        if self.workspace.policy.expired_certificates == ExpiredCertificates::Accept {
            return Ok((connection, provider));
        }
        // What is no XML is told as that.
        Claim::of(xml, &self.settings.limits)?;
        let ended =
            || LoginError::refused("certificate_expired", "every certificate of the identity provider has ended");
        Ok((connection, provider.without_expired(self.now).ok_or_else(ended)?))
    }

    /// Why a response failed, by what it is measured by. Where its connection is not known, the one that it names is taken.
    pub(crate) fn diagnose(&self, fault: &Fault, glance: &Glance, known: Option<&IdentityProvider>) -> Diagnosis {
        let named = || named_provider(self.store, self.workspace, glance.issuer.as_deref());
        let other = known.is_none().then(named).flatten();
        let handle = &self.workspace.handle;
        let circumstances = Circumstances {
            workspace: handle.as_str(),
            identity_provider: known.or(other.as_ref()),
            sp_entity_id: &self.base_url.saml_metadata(handle),
            acs_url: &self.base_url.saml_acs(handle),
            login_url: &self.base_url.saml_login(handle),
            now: self.now,
            tolerance: self.settings.tolerance,
            longest_age: self.settings.longest_age,
            limits: self.settings.limits,
        };
        fault.diagnose(&circumstances, glance)
    }

    fn connection_of(&self, xml: &[u8]) -> Result<Connection, LoginError> {
        let mut connections = get_connections(self.store, self.workspace.id)?;
        if connections.len() > 1 {
            let Claim { issuer, in_response_to } = Claim::of(xml, &self.settings.limits)?;
            let find = |id: String| self.store.find_login_request(self.workspace.id, &id, self.now);
            let request = in_response_to.filter(|_| issuer.is_none()).map(find).transpose()?.flatten();
            connections.retain(|connection| match (&issuer, &request) {
                (Some(issuer), _) => connection.entity_id == *issuer,
                // The envelope of a response need not have an issuer: then the request that it answers tells.
                (None, Some(request)) => connection.id == request.connection,
                (None, None) => false,
            });
        }
        let nobody = || LoginError::refused("issuer", "no identity provider of this workspace has this name");
        connections.pop().ok_or_else(nobody)
    }
}

/// The identity provider of that name, or the only one: for words about a failed login, never for a decision.
fn named_provider(store: &Store, workspace: &Workspace, issuer: Option<&str>) -> Option<IdentityProvider> {
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
