//! The Assertion Consumer Service: `POST /saml/{workspace}/acs`, the login as a list of steps.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use ::web::random;
use ::web::session::SessionSecret;
use actix_web::cookie::Cookie;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::access::group_candidates;
use domain::audit::{Actor, AuditEntry, EventKind, Source, Subject};
use domain::clock::{Timestamp, to_micros};
use domain::command::{Command, Context, LoginAttempt};
use domain::decide::{State, decide};
use domain::id::PersonId;
use domain::policy::IdpInitiated;
use domain::workspace::Workspace;
use serde::Deserialize;
use serde_json::json;
use store::{Connection, LoginRequest};

use crate::attributes;
use crate::browser::{self, Cookies};
use crate::door::{get_connection, get_workspace};
use crate::message::SamlResponse;
use crate::refusal::LoginError;
use crate::relay_state::ReturnTo;
use crate::verify::{Expectations, VerifiedAssertion, verify};
use crate::xml_guard::Limits;

/// NameIDs of this format are new at every login: no link is worth keeping (SAML core §8.3.8).
const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";

/// The form of the HTTP-POST binding (SAML bindings §3.5.4).
#[derive(Deserialize)]
pub(crate) struct Form {
    #[serde(rename = "SAMLResponse")]
    saml_response: String,
    #[serde(rename = "RelayState")]
    relay_state: Option<String>,
}

/// Takes a response and answers with a session, a login of our own, or a refusal.
pub(crate) async fn consume(
    request: HttpRequest,
    site: web::Data<Site>,
    client: Client,
    handle: web::Path<String>,
    form: Result<web::Form<Form>, actix_web::Error>,
) -> HttpResponse {
    let form = form.map(web::Form::into_inner);
    let form = form.map_err(|_| LoginError::refused("form", "the body is no form with one readable SAMLResponse"));
    let cookies = Cookies::of(&request);
    let was_bounced = cookies.was_bounced(&site.base_url);
    let login = Login { site: site.as_ref().clone(), client: client.clone(), cookies };
    match blocking(move || login.run(&handle, form)).await {
        Ok(Outcome::SignedIn(signed_in)) => signed_in.respond(&site),
        Ok(Outcome::Bounced(location)) => see_other(&location, vec![browser::bounced(&site.base_url)]),
        Err(error) => {
            let mut page = error.page(&client);
            if was_bounced {
                // A loop ends here; the next click on the tile begins anew. A cookie that can't be cleared runs out.
                let _ = page.add_cookie(&browser::unbounced(&site.base_url));
            }
            page
        }
    }
}

enum Outcome {
    SignedIn(SignedIn),
    Bounced(String),
}

struct SignedIn {
    to: ReturnTo,
    secret: SessionSecret,
    expires_at: Timestamp,
    request_id: Option<String>,
}

impl SignedIn {
    fn respond(&self, site: &Site) -> HttpResponse {
        let mut cookies =
            vec![self.secret.cookie(&site.base_url, site.now(), self.expires_at), browser::unbounced(&site.base_url)];
        cookies.extend(self.request_id.as_deref().map(|id| browser::removal(id, &site.base_url)));
        see_other(self.to.as_str(), cookies)
    }
}

fn see_other(location: &str, cookies: Vec<Cookie<'static>>) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, location)).insert_header((header::CACHE_CONTROL, "no-store"));
    for cookie in cookies {
        response.cookie(cookie);
    }
    response.finish()
}

/// One login under way.
struct Login {
    site: Site,
    client: Client,
    cookies: Cookies,
}

impl Login {
    fn run(&self, handle: &str, form: Result<Form, LoginError>) -> Result<Outcome, LoginError> {
        let workspace = get_workspace(&self.site.store, handle)?;
        let refused = |error: &LoginError| self.record_failure(&workspace, None, error);
        let form = form.inspect_err(refused)?;
        let (connection, assertion) = self.verified(&workspace, &form).inspect_err(refused)?;
        self.accept(&workspace, &connection, &assertion, &form)
            .inspect_err(|error| self.record_failure(&workspace, Some(&assertion), error))
    }

    /// Guard, signature and claims: nothing is remembered of a response that fails here, so a forged one burns nothing.
    fn verified(&self, workspace: &Workspace, form: &Form) -> Result<(Connection, VerifiedAssertion), LoginError> {
        let (connection, provider) = get_connection(&self.site.store, workspace.id)?;
        let base_url = &self.site.base_url;
        let (entity_id, acs_url) = (base_url.saml_metadata(&workspace.handle), base_url.saml_acs(&workspace.handle));
        let message = SamlResponse::from_form_field(&form.saml_response, &Limits::default())?;
        let expectations = Expectations::new(&provider, &entity_id, &acs_url, self.site.now());
        Ok((connection, verify(&message, &expectations)?))
    }

    fn accept(
        &self,
        workspace: &Workspace,
        connection: &Connection,
        assertion: &VerifiedAssertion,
        form: &Form,
    ) -> Result<Outcome, LoginError> {
        let request = match assertion.in_response_to() {
            Some(id) => Some(self.outstanding(workspace, connection, id)?),
            None => match workspace.policy.idp_initiated {
                IdpInitiated::Allow => None,
                IdpInitiated::Bounce => return self.bounce(workspace, form),
                IdpInitiated::Refuse => return Err(unsolicited("the policy idp_initiated is refuse")),
            },
        };
        let to = self.return_to(workspace, request.as_ref(), form);
        let presented = self.cookies.session(&self.site.base_url);
        let (request_id, former) = request.map(|request| (request.id, request.former_session)).unzip();
        let secret = SessionSecret::generate().map_err(|error| LoginError::Failed(error.to_string()))?;
        let expires_at = self.commit(workspace, connection, assertion, request_id.clone(), &secret)?;
        if let Some(former) = former.flatten().or(presented) {
            // The login is done: that an earlier session lives on until its end must not undo it.
            if let Err(error) = self.end_former(&former) {
                tracing::error!(request = self.client.request_id(), ?error, "a former session can't be ended");
            }
        }
        Ok(Outcome::SignedIn(SignedIn { to, secret, expires_at, request_id }))
    }

    /// The request that is answered: begun here, by this browser, for this connection. Without that, a stranger could
    /// post a response of their own into somebody's browser and have them work in the stranger's account (login CSRF).
    fn outstanding(
        &self,
        workspace: &Workspace,
        connection: &Connection,
        id: &str,
    ) -> Result<LoginRequest, LoginError> {
        let found = self.site.store.find_login_request(workspace.id, id, self.site.now())?;
        let request = found.filter(|request| request.connection == connection.id).ok_or_else(|| {
            LoginError::refused("in_response_to", "InResponseTo names no outstanding request of ours")
        })?;
        if self.cookies.secret_for(id, &self.site.base_url).as_ref() != Some(&request.browser) {
            return Err(LoginError::refused("browser", "the request was begun by another browser"));
        }
        Ok(request)
    }

    /// One application session per browser: the one that it had ends, in whichever workspace (product rules §5). The
    /// browser does not send its cookie across sites, so the request remembers it.
    fn end_former(&self, former: &str) -> Result<(), LoginError> {
        let Some(live) = self.site.store.find_live_session(former, self.site.now())? else { return Ok(()) };
        let entry = AuditEntry {
            workspace: live.workspace.id,
            at: self.site.now(),
            kind: EventKind::SessionEnded,
            source: Source::System,
            actor: Actor::Collaborator { id: live.person.id.to_string() },
            subject: Subject::person(&live.person),
            before: None,
            after: Some(json!({ "reason": "another login in the same browser" })),
            request: self.client.0.clone(),
        };
        self.site.store.end_session(live.id, entry)?;
        Ok(())
    }

    /// Throws the unsolicited assertion away and begins a login of our own, once.
    fn bounce(&self, workspace: &Workspace, form: &Form) -> Result<Outcome, LoginError> {
        if self.cookies.was_bounced(&self.site.base_url) {
            return Err(unsolicited("the identity provider answered our own request with an unsolicited response"));
        }
        let login = self.site.base_url.saml_login(&workspace.handle);
        let wish = form.relay_state.as_deref().and_then(ReturnTo::path);
        let query = wish.map(|to| {
            url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", to.as_str()).finish()
        });
        Ok(Outcome::Bounced(query.map_or(login.clone(), |query| format!("{login}?{query}"))))
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

    /// Facts, access, audit and session, with request and assertion used up: all or nothing.
    fn commit(
        &self,
        workspace: &Workspace,
        connection: &Connection,
        assertion: &VerifiedAssertion,
        request: Option<String>,
        secret: &SessionSecret,
    ) -> Result<Timestamp, LoginError> {
        let login_name = attributes::login_name(assertion)?;
        let now = self.site.now();
        let new_person = random::new_id(now).map_err(|error| LoginError::Failed(error.to_string()))?;
        let committed = self.site.store.decide_and_commit(|store| {
            let environments = store.environments(workspace.id)?;
            let facts = attributes::facts(assertion, connection.id, &environments, now);
            let catalogue = store.catalogue(workspace.id, &group_candidates(&facts.groups, &workspace.policy))?;
            let subject = store.login_subject(workspace.id, connection.id, assertion.name_id(), &login_name)?;
            let state = State {
                workspace,
                catalogue: &catalogue,
                person: subject.person,
                namesakes: Vec::new(),
                name_ids: subject.name_ids,
            };
            let attempt = LoginAttempt {
                connection: connection.id,
                name_id: assertion.name_id().to_owned(),
                linkable: assertion.name_id_format() != Some(TRANSIENT),
                login_name: login_name.clone(),
                profile: attributes::profile(assertion),
                facts,
                request: request.clone(),
                assertion: assertion.assertion_id().to_owned(),
                remember_until: assertion.not_on_or_after(),
                session: secret.hash(),
                session_index: assertion.session_index().map(str::to_owned),
                session_not_on_or_after: assertion.session_not_on_or_after().map(to_micros),
                new_person: PersonId::new(new_person),
            };
            Ok::<_, LoginError>(decide(state, Command::Login(Box::new(attempt)), &self.context(assertion))?)
        })?;
        let session = committed.session.ok_or_else(|| LoginError::Failed("the login made no session".to_owned()))?;
        Ok(session.expires_at)
    }

    fn context(&self, assertion: &VerifiedAssertion) -> Context {
        let actor = Actor::Assertion {
            issuer: Some(assertion.issuer().to_owned()),
            id: Some(assertion.assertion_id().to_owned()),
        };
        Context { now: self.site.now(), actor, request: self.client.0.clone() }
    }

    /// The audit log names the check that failed. A failure to write that down must not let anybody in, so it is logged
    /// and the refusal stands.
    fn record_failure(&self, workspace: &Workspace, assertion: Option<&VerifiedAssertion>, error: &LoginError) {
        let LoginError::Refused { check, detail, .. } = error else { return };
        let entry = AuditEntry {
            workspace: workspace.id,
            at: self.site.now(),
            kind: EventKind::LoginFailed,
            source: Source::SamlAutoSync,
            actor: Actor::Assertion {
                issuer: assertion.map(|a| a.issuer().to_owned()),
                id: assertion.map(|a| a.assertion_id().to_owned()),
            },
            subject: self.subject(workspace, assertion),
            before: None,
            after: Some(json!({ "check": check, "detail": detail })),
            request: self.client.0.clone(),
        };
        let (request, workspace) = (self.client.request_id(), workspace.handle.as_str());
        tracing::warn!(request, workspace, check, detail, "login refused");
        if let Err(error) = self.site.store.append_audit(vec![entry]) {
            tracing::error!(request, cause = %error, "a failed login can't be recorded");
        }
    }

    /// The person whom a verified assertion means, where there is one.
    fn subject(&self, workspace: &Workspace, assertion: Option<&VerifiedAssertion>) -> Subject {
        let unknown = Subject { kind: "login", id: None, name: assertion.map(|a| a.name_id().to_owned()) };
        let Some(assertion) = assertion else { return unknown };
        let Ok(name) = attributes::login_name(assertion) else { return unknown };
        let connection = self.site.store.find_connection(workspace.id).ok().flatten();
        let found = connection.and_then(|connection| {
            self.site.store.login_subject(workspace.id, connection.id, assertion.name_id(), &name).ok()
        });
        found.and_then(|found| found.person).map_or(unknown, |person| Subject::person(&person))
    }
}

fn unsolicited(detail: &str) -> LoginError {
    LoginError::refused("unsolicited", detail)
}
