//! The beginning of a login: `GET /saml/{workspace}/login`.

use ::web::Site;
use ::web::action_page::{Action, ActionPage};
use ::web::blocking::blocking;
use ::web::client::Client;
use ::web::form_page::FormPage;
use ::web::random;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::Duration;
use domain::policy::{Policy, SamlRequestBinding};
use domain::workspace::Workspace;
use serde::Deserialize;
use store::{Connection, LoginRequest};
use url::Url;

use crate::authn_request::{AuthnRequest, request_id};
use crate::browser::{BrowserId, BrowserSecret, Cookies, LOGIN_MINUTES};
use crate::connection::{Binding, IdentityProvider};
use crate::door::{get_connections, get_workspace, provider_of, service_provider};
use crate::keys::find_request_key;
use crate::refusal::LoginError;
use crate::relay_state::ReturnTo;

#[derive(Default, Deserialize)]
pub(crate) struct Query {
    return_to: Option<String>,
    /// The name of the identity provider, of several.
    idp: Option<String>,
    /// `1` for a test, which signs nobody in.
    test: Option<String>,
}

impl Query {
    fn is_test(&self) -> bool {
        self.test.as_deref() == Some("1")
    }
}

/// Sends the browser to the identity provider with a request that only this browser can answer.
pub(crate) async fn begin(
    request: HttpRequest,
    site: web::Data<Site>,
    client: Client,
    handle: web::Path<String>,
    query: Option<web::Query<Query>>,
) -> HttpResponse {
    let wish = query.map(web::Query::into_inner).unwrap_or_default();
    let browser = Cookies::of(&request).browser(&site.base_url);
    let begun = {
        let site = site.clone();
        blocking(move || start(&site, &handle, &wish, browser))
    };
    match begun.await {
        Ok(Begun::Sent(request)) => request.respond(&site),
        Ok(Begun::Choice(links)) => choose(&links),
        Err(error) => error.page(&client),
    }
}

/// What a login begins with.
enum Begun {
    Sent(Request),
    /// One link for each identity provider.
    Choice(Vec<(String, String)>),
}

struct Request {
    sent: Sent,
    request_id: String,
    secret: BrowserSecret,
    browser: BrowserId,
}

/// How the request travels.
enum Sent {
    Redirect(Url),
    Post { to: Url, saml_request: String, relay_state: String },
}

impl Request {
    fn respond(&self, site: &Site) -> HttpResponse {
        let cookies = [self.secret.cookie(&self.request_id, &site.base_url), self.browser.cookie(&site.base_url)];
        let mut response = match &self.sent {
            Sent::Redirect(location) => HttpResponse::Found()
                .insert_header((header::LOCATION, location.as_str()))
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .finish(),
            Sent::Post { to, saml_request, relay_state } => post(to, saml_request, relay_state),
        };
        for cookie in &cookies {
            // Nothing in them but our own characters: they are always valid headers.
            let _ = response.add_cookie(cookie);
        }
        response
    }
}

/// Bindings 3.5.4: a form that the browser sends on.
fn post(to: &Url, saml_request: &str, relay_state: &str) -> HttpResponse {
    let page = FormPage {
        title: "One moment",
        message: "Your browser is taking you to your identity provider to sign in.",
        reference: None,
        action: to,
        fields: &[("SAMLRequest", saml_request), ("RelayState", relay_state)],
        button: "Continue",
        onwards: &[],
    };
    page.respond_with(HttpResponse::Ok())
}

/// Whoever has several identity providers says which one is theirs.
fn choose(links: &[(String, String)]) -> HttpResponse {
    let page = ActionPage {
        title: "Sign in",
        message: "Choose where you have an account.",
        reference: None,
        action: Action::Links(links),
    };
    page.respond_with(HttpResponse::Ok())
}

fn start(site: &Site, handle: &str, wish: &Query, browser: Option<BrowserId>) -> Result<Begun, LoginError> {
    let workspace = get_workspace(&site.store, handle)?;
    let mut connections = get_connections(&site.store, workspace.id)?;
    if let Some(name) = &wish.idp {
        connections.retain(|connection| connection.name.as_str() == name);
    }
    match connections.as_slice() {
        [] => Err(LoginError::NotSetUp("This workspace has no identity provider of this name.")),
        [connection] => ask(site, &workspace, connection, wish, browser).map(Begun::Sent),
        several => {
            Ok(Begun::Choice(several.iter().map(|connection| link(site, &workspace, connection, wish)).collect()))
        }
    }
}

/// Where a login at this identity provider begins, and its name.
fn link(site: &Site, workspace: &Workspace, connection: &Connection, wish: &Query) -> (String, String) {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("idp", connection.name.as_str());
    query.extend_pairs(wish.return_to.as_ref().map(|to| ("return_to", to)));
    query.extend_pairs(wish.is_test().then_some(("test", "1")));
    (format!("{}?{}", site.base_url.saml_login(&workspace.handle), query.finish()), connection.name.to_string())
}

fn ask(
    site: &Site,
    workspace: &Workspace,
    connection: &Connection,
    wish: &Query,
    browser: Option<BrowserId>,
) -> Result<Request, LoginError> {
    let provider = provider_of(connection)?;
    let (secret, now) = (BrowserSecret::generate()?, site.now());
    let browser = browser.map_or_else(BrowserId::generate, Ok)?;
    let (id, is_test) = (request_id(random::bytes()?), wish.is_test());
    // A test is known by what comes back even of a response that can't be read.
    let relay_state = if is_test { id.clone() } else { hex::encode(random::bytes::<16>()?) };
    let request = LoginRequest {
        id,
        workspace: workspace.id,
        connection: connection.id,
        secret: secret.hash(),
        browser: browser.hash(),
        relay_state,
        return_to: wish.return_to.as_deref().and_then(ReturnTo::path).map(|to| to.as_str().to_owned()),
        issued_at: now,
        expires_at: now + Duration::minutes(LOGIN_MINUTES),
        is_test,
    };
    let sent = send(site, workspace, &provider, &request)?;
    let request_id = request.id.clone();
    site.store.add_login_request(request)?;
    Ok(Request { sent, request_id, secret, browser })
}

/// The request as the policy and the identity provider's metadata want it.
fn send(
    site: &Site,
    workspace: &Workspace,
    provider: &IdentityProvider,
    request: &LoginRequest,
) -> Result<Sent, LoginError> {
    let (binding, destination) = destination(&workspace.policy, provider)?;
    let key = find_request_key(&site.store, workspace.id)?;
    let service_provider = service_provider(site, workspace, Some(provider));
    let signing_key = key.as_ref().filter(|_| service_provider.signs_requests);
    if service_provider.signs_requests && signing_key.is_none() {
        return Err(LoginError::Failed("the workspace has no key to sign requests with".to_owned()));
    }
    let message = AuthnRequest {
        id: &request.id,
        issue_instant: request.issued_at,
        service_provider: &service_provider,
        destination,
        relay_state: Some(&request.relay_state),
        policy: &workspace.policy,
        signing_key,
    };
    Ok(match binding {
        Binding::HttpRedirect => Sent::Redirect(message.redirect_url()?),
        Binding::HttpPost => Sent::Post {
            to: destination.clone(),
            saml_request: message.form_field()?,
            relay_state: request.relay_state.clone(),
        },
    })
}

/// Where the request goes, and how.
fn destination<'a>(policy: &Policy, provider: &'a IdentityProvider) -> Result<(Binding, &'a Url), LoginError> {
    let by = |binding| provider.single_sign_on_url(binding).map(|url| (binding, url));
    let (found, missing) = match policy.saml_request_binding {
        SamlRequestBinding::Metadata => (
            by(Binding::HttpRedirect).or_else(|| by(Binding::HttpPost)),
            "The identity provider's metadata has no sign-on address.",
        ),
        SamlRequestBinding::Redirect => (
            by(Binding::HttpRedirect),
            "The policy saml_request_binding is redirect, but the identity provider's metadata has no sign-on address for \
             the HTTP-Redirect binding.",
        ),
        SamlRequestBinding::Post => (
            by(Binding::HttpPost),
            "The policy saml_request_binding is post, but the identity provider's metadata has no sign-on address for the \
             HTTP-POST binding.",
        ),
    };
    found.ok_or(LoginError::NotSetUp(missing))
}
