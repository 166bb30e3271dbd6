//! A message of the identity provider as a list of steps.

use ::web::Site;
use ::web::client::Client;
use domain::audit::{Actor, AuditEntry, EventKind, Source, Subject};
use domain::clock::to_micros;
use domain::collaborator::Person;
use domain::logout::ProviderLogout;
use domain::workspace::Workspace;
use serde_json::json;
use store::{Connection, StoreError};

use super::Outcome;
use super::arrival::Arrived;
use crate::browser::Cookies;
use crate::connection::IdentityProvider;
use crate::door::{Door, get_workspace};
use crate::logout_document::AnswerStatus;
use crate::message::LogoutKind;
use crate::refusal::LoginError;
use crate::settings::Settings;
use crate::verify::{AuthenticLogout, LogoutExpectations, LogoutOutcome, LogoutRequest, LogoutResponse, authenticate};

/// One message that has come.
pub(super) struct Logout {
    pub(super) site: Site,
    pub(super) settings: Settings,
    pub(super) client: Client,
    pub(super) cookies: Cookies,
    /// The hash of the session that the browser names, where it sent its cookie along.
    pub(super) session: Option<String>,
}

/// A message that the connection's identity provider has signed, for us.
pub(super) struct Authentic {
    pub(super) connection: Connection,
    pub(super) provider: IdentityProvider,
    pub(super) message: AuthenticLogout,
}

impl Logout {
    pub(super) fn run(&self, handle: &str, arrived: Result<Arrived, LoginError>) -> Result<Outcome, LoginError> {
        let workspace = get_workspace(&self.site.store, handle)?;
        let refused = |error: &LoginError| self.record_failure(&workspace, None, error);
        let arrived = arrived.inspect_err(refused)?;
        let authentic = self.authentic(&workspace, &arrived).inspect_err(refused)?;
        self.warn_of_sha1(&workspace, &authentic);
        match arrived.message.kind() {
            LogoutKind::Request => self.follow(&workspace, &authentic, arrived.relay_state.as_deref()),
            LogoutKind::Response => self
                .finish(&workspace, &authentic)
                .inspect_err(|error| self.record_failure(&workspace, Some(&authentic), error)),
        }
    }

    /// Nothing is done, remembered or answered of a message that fails here.
    fn authentic(&self, workspace: &Workspace, arrived: &Arrived) -> Result<Authentic, LoginError> {
        let (connection, provider) = Door::of(&self.site, self.settings, workspace).sender_of(arrived.message.xml())?;
        let slo_url = self.site.base_url.saml_slo(&workspace.handle);
        let Settings { limits, tolerance, longest_age, .. } = self.settings;
        let weak_algorithms = connection.weak_algorithms;
        let expectations = LogoutExpectations::new(&provider, &slo_url, self.site.now());
        let expectations = LogoutExpectations { limits, tolerance, longest_age, weak_algorithms, ..expectations };
        let message = authenticate(&arrived.message, &expectations)?;
        Ok(Authentic { connection, provider, message })
    }

    /// A request of the identity provider's. It is answered also where it is refused (profiles 4.4.3.4): its sender is known.
    fn follow(
        &self,
        workspace: &Workspace,
        authentic: &Authentic,
        relay_state: Option<&str>,
    ) -> Result<Outcome, LoginError> {
        let status = match authentic.message.request() {
            Ok(request) => self.end_sessions(workspace, authentic, request).map(|()| AnswerStatus::Success)?,
            Err(error) => {
                let status = AnswerStatus::for_refusal(&error);
                self.record_failure(workspace, Some(authentic), &error.into());
                status
            }
        };
        let sent = self.answer(workspace, authentic, status, relay_state)?;
        Ok(Outcome::Answered { sent, is_over: self.is_over()? })
    }

    /// One transaction. A copy of a request ends nothing, and is answered as the request was: the sessions that it meant are
    /// over.
    fn end_sessions(
        &self,
        workspace: &Workspace,
        authentic: &Authentic,
        request: LogoutRequest,
    ) -> Result<(), LoginError> {
        let logout = ProviderLogout {
            connection: authentic.connection.id,
            identity_provider: authentic.provider.entity_id().to_owned(),
            service_provider: self.site.base_url.saml_metadata(&workspace.handle),
            id: request.id,
            remember_until: to_micros(request.remember_until),
            name_id: request.name_id,
            session_indexes: request.session_indexes,
            at: self.site.now(),
            from: self.client.0.clone(),
        };
        let (request, workspace) = (self.client.request_id(), workspace.handle.as_str());
        match self.site.store.end_provider_sessions(logout) {
            Ok(sessions) => tracing::info!(request, workspace, sessions, "the identity provider ended sessions"),
            Err(StoreError::AlreadyUsed) => {
                tracing::info!(request, workspace, "a copy of a logout request ended nothing")
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Whether the session that the browser names has ended. Somebody else's, which the message did not mean, goes on.
    fn is_over(&self) -> Result<bool, LoginError> {
        let Some(session) = &self.session else { return Ok(false) };
        Ok(self.site.store.find_live_session(session, self.site.now())?.is_none())
    }

    /// The answer to a request of ours. It ends no session, because that is over since the request: what it tells is written
    /// down, and shown to the person.
    fn finish(&self, workspace: &Workspace, authentic: &Authentic) -> Result<Outcome, LoginError> {
        let LogoutResponse { in_response_to, outcome } = authentic.message.response()?;
        let (request, person) = self
            .site
            .store
            .find_logout_request(workspace.id, &in_response_to, self.site.now())?
            .filter(|(request, _)| request.connection == authentic.connection.id)
            .ok_or_else(|| LoginError::refused("in_response_to", "InResponseTo names no outstanding logout of ours"))?;
        // Otherwise a stranger's browser could be shown that it is signed out, while it is not.
        if self.cookies.logout_secret(&request.id, &self.site.base_url).as_ref() != Some(&request.secret) {
            return Err(LoginError::refused("browser", "the logout was begun by another browser"));
        }
        let entry = self.told(&person, authentic, &request.id, &outcome);
        self.site.store.finish_logout(request.id.clone(), entry)?;
        Ok(Outcome::SignedOut { request_id: request.id, everywhere: outcome == LogoutOutcome::Everywhere })
    }

    fn told(&self, person: &Person, authentic: &Authentic, request: &str, outcome: &LogoutOutcome) -> AuditEntry {
        let (kind, after) = match outcome {
            LogoutOutcome::Everywhere => (EventKind::LogoutCompleted, json!({ "request": request })),
            LogoutOutcome::Partial(status) => {
                (EventKind::LogoutPartial, json!({ "request": request, "status": status }))
            }
        };
        AuditEntry {
            workspace: person.workspace,
            at: self.site.now(),
            kind,
            source: Source::SamlAutoSync,
            actor: authentic.actor(),
            subject: Subject::person(person),
            before: None,
            after: Some(after),
            request: self.client.0.clone(),
        }
    }

    fn warn_of_sha1(&self, workspace: &Workspace, authentic: &Authentic) {
        if authentic.message.rests_on_sha1() {
            let (request, workspace) = (self.client.request_id(), workspace.handle.as_str());
            tracing::warn!(request, workspace, "logout rests on SHA-1: have the identity provider sign with SHA-256");
        }
    }
}

impl Authentic {
    /// On whose behalf its entries are.
    pub(super) fn actor(&self) -> Actor {
        let issuer = Some(self.provider.entity_id().to_owned());
        Actor::LogoutMessage { issuer, id: Some(self.message.id().to_owned()) }
    }
}
