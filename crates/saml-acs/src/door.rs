//! What both ends of a login need: the workspace, its identity provider, and ourselves as a service provider.

use ::web::Site;
use domain::id::{KeyId, WorkspaceId};
use domain::policy::{Policy, SamlSignRequests};
use domain::workspace::{Workspace, WorkspaceHandle};
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::{X509, X509Name};
use secrecy::ExposeSecret;
use store::{Connection, KeyPurpose, NewKey, Store, StoreError};

use crate::authn_request::RequestKey;
use crate::connection::IdentityProvider;
use crate::refusal::LoginError;
use crate::service_provider::ServiceProvider;

/// How long the certificate of a request-signing key says that it is good for.
const CERTIFICATE_DAYS: u32 = 3_650;

/// A key for signing requests can't be made or read.
#[derive(Debug, thiserror::Error)]
pub enum RequestKeyError {
    /// The key store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// OpenSSL.
    #[error("the key that signs SAML requests can't be used: {0}")]
    Key(#[from] ErrorStack),
}

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
    key: Option<&RequestKey>,
) -> ServiceProvider {
    ServiceProvider {
        entity_id: site.base_url.saml_metadata(&workspace.handle),
        acs_url: site.base_url.saml_acs(&workspace.handle),
        signs_requests: signs_requests(&workspace.policy, provider),
        signing_certificate: key.map(|key| key.certificate.clone()),
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

/// The certificate and key that sign this workspace's requests.
pub(crate) fn find_request_key(store: &Store, workspace: WorkspaceId) -> Result<Option<RequestKey>, RequestKeyError> {
    let keys = store.keys(KeyPurpose::SamlRequest, Some(workspace))?;
    let read = |stored: &store::StoredKey| -> Result<_, RequestKeyError> {
        let key = PKey::private_key_from_pkcs8(stored.secret.expose_secret())?;
        Ok(RequestKey { certificate: X509::from_der(&stored.public)?, key })
    };
    keys.last().map(read).transpose()
}

/// Makes the key that signs a new workspace's requests, with a self-signed certificate for the metadata.
pub fn new_request_key(workspace: &Workspace, id: KeyId) -> Result<NewKey, RequestKeyError> {
    let key = PKey::from_rsa(Rsa::generate(2048)?)?;
    let certificate = self_signed(&key, workspace)?;
    Ok(NewKey { id, public: certificate.to_der()?, secret: key.private_key_to_pkcs8()?.into() })
}

fn self_signed(key: &PKey<Private>, workspace: &Workspace) -> Result<X509, ErrorStack> {
    let mut name = X509Name::builder()?;
    name.append_entry_by_text("CN", &format!("Gatehouse {}", workspace.handle))?;
    let name = name.build();
    let begin = workspace.created_at.timestamp();
    let end = begin + i64::from(CERTIFICATE_DAYS) * 86_400;
    let mut serial = BigNum::new()?;
    serial.rand(127, openssl::bn::MsbOption::ONE, false)?;
    let mut certificate = X509::builder()?;
    certificate.set_version(2)?;
    certificate.set_serial_number(serial.to_asn1_integer()?.as_ref())?;
    certificate.set_subject_name(&name)?;
    certificate.set_issuer_name(&name)?;
    certificate.set_not_before(Asn1Time::from_unix(begin)?.as_ref())?;
    certificate.set_not_after(Asn1Time::from_unix(end)?.as_ref())?;
    certificate.set_pubkey(key)?;
    certificate.sign(key, MessageDigest::sha256())?;
    Ok(certificate.build())
}
