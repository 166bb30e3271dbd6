//! From a bearer token to the workspace that it names (RFC 6750).

use std::future::Future;
use std::pin::Pin;

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use ::web::random;
use actix_web::dev::Payload;
use actix_web::http::header::{ACCEPT, AUTHORIZATION};
use actix_web::{FromRequest, HttpRequest, web};
use domain::audit::Actor;
use domain::command::Context;
use domain::workspace::Workspace;
use store::KnownToken;

use crate::client_profile::ClientProfile;
use crate::error::ScimError;
use crate::negotiation::check_accept;
use crate::request_log;
use crate::schema::{Registry, RoleAttribute};

/// A client with a token that is in force, in a workspace where SCIM is on. If you hold one, that was checked.
pub(crate) struct ScimClient {
    token: KnownToken,
    registry: Registry,
    profile: ClientProfile,
    client: Client,
    site: web::Data<Site>,
}

impl ScimClient {
    pub(crate) fn workspace(&self) -> &Workspace {
        &self.token.workspace
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Whose dialect it speaks.
    pub(crate) fn profile(&self) -> ClientProfile {
        self.profile
    }

    pub(crate) fn site(&self) -> &Site {
        &self.site
    }

    /// When, by whom and with which request a command comes.
    pub(crate) fn context(&self) -> Context {
        let actor = Actor::ScimToken { id: self.token.id, name: self.token.name.clone() };
        let connection = self.token.connection;
        Context { now: self.site.now(), actor, request: self.client.0.clone(), connection }
    }
}

impl FromRequest for ScimClient {
    type Error = ScimError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ScimError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let bearer = bearer(request);
        let site = request.app_data::<web::Data<Site>>().cloned();
        let client = Client::of(request);
        let request = request.clone();
        Box::pin(async move {
            let (site, bearer) = (site.ok_or(ScimError::Internal)?, bearer?);
            let (store, now) = (site.store.clone(), site.now());
            let token = blocking(move || Ok::<_, ScimError>(store.find_scim_token(&bearer, now)?)).await?;
            let Some(token) = token else {
                site.limits.wrong_token(&request)?;
                return Err(unauthorized("The bearer token is not valid: it was replaced, revoked, or never ours."));
            };
            let policy = token.workspace.policy.scim_client;
            let profile = ClientProfile::of(policy, client.0.user_agent.as_deref());
            request_log::note_client(&request, token.workspace.id, profile);
            site.limits.scim(token.id)?;
            check_prerequisites(&token)?;
            check_accept(request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()))?;
            let roles = RoleAttribute::of_environments(&token.environments);
            let registry = Registry::new(&roles, token.custom_attributes.clone());
            Ok(Self { token, registry, profile, client, site })
        })
    }
}

/// The hash of the bearer token.
fn bearer(request: &HttpRequest) -> Result<String, ScimError> {
    let header =
        request.headers().get(AUTHORIZATION).ok_or_else(|| unauthorized("The request has no bearer token."))?;
    let text = header.to_str().map_err(|_| unauthorized("The Authorization header can't be read."))?;
    // RFC 9110 §11.1: the scheme is case-insensitive.
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() => {
            Ok(random::hash(&token.trim().to_owned().into()))
        }
        _ => Err(unauthorized("The Authorization header must be `Bearer` and the SCIM token.")),
    }
}

/// Product rules §2.12: without the capability or a SAML connection there is no SCIM, and the answer says which.
fn check_prerequisites(token: &KnownToken) -> Result<(), ScimError> {
    let workspace = &token.workspace;
    if !workspace.policy.advanced_security.0 {
        return Err(ScimError::Forbidden(
            "The workspace lacks the advanced_security capability that SCIM needs.".into(),
        ));
    }
    if !token.has_connection {
        return Err(ScimError::Forbidden(
            "The workspace has no SAML connection, which SCIM needs: set one up first.".into(),
        ));
    }
    if !workspace.scim_enabled {
        return Err(ScimError::Forbidden("SCIM is switched off in this workspace.".into()));
    }
    Ok(())
}

fn unauthorized(detail: &str) -> ScimError {
    ScimError::Unauthorized(detail.to_owned())
}
