//! A login as a list of steps, from the posted form to the session.

use ::web::Site;
use ::web::client::Client;
use ::web::random;
use ::web::session::SessionSecret;
use domain::audit::Actor;
use domain::clock::Timestamp;
use domain::command::Context;
use domain::id::PersonId;
use domain::workspace::Workspace;
use store::{Committed, Connection, LoginRequest};

use super::decision::{Drawn, decided};
use super::held::Held;
use super::{Form, Outcome, SignedIn};
use crate::browser::{BrowserId, Cookies};
use crate::demands::{Demands, is_bounced};
use crate::door::{Door, Verified, get_connections, get_workspace};
use crate::message::SamlResponse;
use crate::refusal::LoginError;
use crate::relay_state::ReturnTo;
use crate::settings::Settings;
use crate::verify::VerifiedAssertion;

/// One login under way.
pub(super) struct Login {
    pub(super) site: Site,
    pub(super) settings: Settings,
    pub(super) client: Client,
    pub(super) cookies: Cookies,
    /// Whether another site's page posted the response.
    pub(super) cross_origin: bool,
    /// When the response came.
    pub(super) came_at: Timestamp,
}

/// How far a login has come that fails.
#[derive(Clone, Copy, Default)]
pub(super) struct Seen<'a> {
    pub(super) form: Option<&'a Form>,
    pub(super) verified: Option<&'a Verified>,
    /// Whether it is a test that this browser began.
    pub(super) is_test: bool,
}

/// What becomes of a login that is accepted, drawn before it is decided.
struct Session {
    secret: SessionSecret,
    /// The hash of the browser's id.
    browser: String,
    /// The login request that it answers.
    request: Option<String>,
    /// When the login began.
    begun_at: Timestamp,
}

impl Login {
    pub(super) fn run(&self, handle: &str, form: Result<Form, LoginError>) -> Result<Outcome, LoginError> {
        let workspace = get_workspace(&self.site.store, handle)?;
        let form = form.inspect_err(|error| self.record_failure(&workspace, Seen::default(), error))?;
        let seen = Seen { form: Some(&form), ..Seen::default() };
        if let Some(again) = self.test_again(&workspace, &form)? {
            return Ok(Outcome::Again(again));
        }
        let verified = match self.verified(&workspace, &form) {
            Ok(verified) => verified,
            Err(error) => return self.refuse(&workspace, seen, error),
        };
        let seen = Seen { verified: Some(&verified), ..seen };
        let accepted = self.accept(&workspace, &verified, &form);
        let outcome = accepted.or_else(|error| self.refuse(&workspace, seen, error))?;
        self.record_passing(&workspace, &verified, &outcome);
        Ok(outcome)
    }

    /// A refusal is told to the log and the tracer, and then to the browser: of a test, by the page that shows it.
    fn refuse(&self, workspace: &Workspace, seen: Seen<'_>, error: LoginError) -> Result<Outcome, LoginError> {
        let seen = Seen { is_test: self.is_test_of_this_browser(workspace, &seen), ..seen };
        self.record_failure(workspace, seen, &error);
        match error {
            LoginError::Refused { .. } if seen.is_test => Ok(Outcome::Tested(self.shown_test(workspace, None))),
            error => Err(error),
        }
    }

    fn verified(&self, workspace: &Workspace, form: &Form) -> Result<Verified, LoginError> {
        let message = SamlResponse::from_form_field(&form.saml_response, &self.settings.limits)?;
        Door::of(&self.site, self.settings, workspace).verified(&message)
    }

    fn accept(&self, workspace: &Workspace, verified: &Verified, form: &Form) -> Result<Outcome, LoginError> {
        let Verified { connection, provider, assertion, .. } = verified;
        let request = assertion.in_response_to().map(|id| self.outstanding(workspace, connection, id)).transpose()?;
        let (policy, tolerance) = (&workspace.policy, self.settings.tolerance);
        let is_thrown_away = request.is_none() && is_bounced(policy, assertion, tolerance)?;
        if self.lacks_cookies(request.as_ref(), form) {
            return self.again(workspace, Some(provider), form).map(Outcome::Again);
        }
        if is_thrown_away {
            return self.bounce(workspace, connection, form);
        }
        if let Some(request) = &request {
            self.begun_here(request)?;
            Demands::of(policy, Some(request.issued_at), tolerance).check(assertion)?;
            if request.is_test {
                return self.test(workspace, verified, &request.id).map(Outcome::Tested);
            }
        }
        let to = self.return_to(workspace, request.as_ref(), form);
        let (browser, kept) = self.browser(request.as_ref())?;
        let secret = SessionSecret::generate()?;
        let begun_at = request.as_ref().map_or(self.came_at, |request| request.issued_at);
        let session = Session { secret, browser, request: request.map(|request| request.id), begun_at };
        let committed = self.commit(workspace, connection, assertion, &session)?;
        self.warn_of_sha1(workspace, assertion);
        self.record_login(workspace, verified, &committed);
        let Some(begun) = committed.session else {
            return Ok(Outcome::Held(Held::of(&self.site, &committed.person)));
        };
        let Session { secret, request: request_id, .. } = session;
        Ok(Outcome::SignedIn(SignedIn { to, secret, expires_at: begun.expires_at, request_id, browser: kept }))
    }

    /// The request that is answered, sent to this connection.
    fn outstanding(
        &self,
        workspace: &Workspace,
        connection: &Connection,
        id: &str,
    ) -> Result<LoginRequest, LoginError> {
        let found = self.site.store.find_login_request(workspace.id, id, self.site.now())?;
        found
            .filter(|request| request.connection == connection.id)
            .ok_or_else(|| LoginError::refused("in_response_to", "InResponseTo names no outstanding request of ours"))
    }

    /// Only the browser that began a login ends it. Otherwise a stranger could post a response of their own into somebody's
    /// browser and have them work in the stranger's account (login CSRF).
    pub(super) fn begun_here(&self, request: &LoginRequest) -> Result<(), LoginError> {
        match self.cookies.secret_for(&request.id, &self.site.base_url) {
            Some(secret) if secret == request.secret => Ok(()),
            _ => Err(LoginError::refused("browser", "the request was begun by another browser")),
        }
    }

    /// The hash of the browser's id, and the id itself where there is a cookie to be written anew. What the browser sends
    /// along comes first: of two tabs that began at once each got an id, and one of the two was kept.
    fn browser(&self, request: Option<&LoginRequest>) -> Result<(String, Option<BrowserId>), LoginError> {
        match (self.cookies.browser(&self.site.base_url), request) {
            (Some(browser), _) => Ok((browser.hash(), Some(browser))),
            (None, Some(request)) => Ok((request.browser.clone(), None)),
            (None, None) => {
                let browser = BrowserId::generate()?;
                Ok((browser.hash(), Some(browser)))
            }
        }
    }

    /// Throws the unsolicited assertion away and begins a login of our own, once.
    fn bounce(&self, workspace: &Workspace, connection: &Connection, form: &Form) -> Result<Outcome, LoginError> {
        if self.cookies.was_bounced(&self.site.base_url) {
            let detail = "the identity provider answered our own request with an unsolicited response";
            return Err(LoginError::refused("unsolicited", detail));
        }
        let login = self.site.base_url.saml_login(&workspace.handle);
        let wish = form.relay_state.as_deref().and_then(ReturnTo::path);
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if get_connections(&self.site.store, workspace.id)?.len() > 1 {
            query.append_pair("idp", connection.name.as_str());
        }
        query.extend_pairs(wish.as_ref().map(|to| ("return_to", to.as_str())));
        let query = query.finish();
        Ok(Outcome::Bounced(if query.is_empty() { login } else { format!("{login}?{query}") }))
    }

    /// An invalid RelayState leads to the start page; the login succeeds all the same.
    fn return_to(&self, workspace: &Workspace, request: Option<&LoginRequest>, form: &Form) -> ReturnTo {
        let start = &workspace.policy.start_url;
        let relayed = form.relay_state.as_deref();
        let wish = match request {
            Some(request) if relayed == Some(request.relay_state.as_str()) => {
                request.return_to.as_deref().and_then(ReturnTo::path)
            }
            Some(_) => None,
            None => relayed.and_then(|text| ReturnTo::relay_state(text, &self.site.base_url, start)),
        };
        wish.unwrap_or_else(|| ReturnTo::start(start))
    }

    /// Facts, access, audit and session, with request and assertion used up: all or nothing. Of a held login only these two
    /// are.
    fn commit(
        &self,
        workspace: &Workspace,
        connection: &Connection,
        assertion: &VerifiedAssertion,
        session: &Session,
    ) -> Result<Committed, LoginError> {
        let drawn = Drawn {
            session: session.secret.hash(),
            browser: session.browser.clone(),
            request: session.request.clone(),
            begun_at: session.begun_at,
            new_person: PersonId::new(random::new_id(self.site.now())?),
        };
        let context = self.context(connection, assertion);
        let store = &self.site.store;
        store.decide_and_commit(|store| decided(store, workspace, connection, assertion, &drawn, &context))
    }

    /// Whoever permitted SHA-1 is reminded of it by each login that needs the permission.
    pub(super) fn warn_of_sha1(&self, workspace: &Workspace, assertion: &VerifiedAssertion) {
        if assertion.rests_on_sha1() {
            let (request, workspace, issuer) =
                (self.client.request_id(), workspace.handle.as_str(), assertion.issuer());
            tracing::warn!(
                request,
                workspace,
                issuer,
                "login rests on SHA-1: have the identity provider sign with SHA-256"
            );
        }
    }

    pub(super) fn context(&self, connection: &Connection, assertion: &VerifiedAssertion) -> Context {
        let actor = Actor::Assertion {
            issuer: Some(assertion.issuer().to_owned()),
            id: Some(assertion.assertion_id().to_owned()),
        };
        let connection = Some(connection.id);
        Context { now: self.site.now(), actor, request: self.client.0.clone(), connection }
    }
}
