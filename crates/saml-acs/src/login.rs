//! The beginning of a login: `GET /saml/{workspace}/login`.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use ::web::random;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::Duration;
use serde::Deserialize;
use store::LoginRequest;
use url::Url;

use crate::authn_request::{AuthnRequest, request_id};
use crate::browser::{BrowserId, BrowserSecret, Cookies, LOGIN_MINUTES};
use crate::connection::Binding;
use crate::door::{find_request_key, get_connection, get_workspace, service_provider};
use crate::refusal::LoginError;
use crate::relay_state::ReturnTo;

#[derive(Deserialize)]
pub(crate) struct Query {
    return_to: Option<String>,
}

/// Sends the browser to the identity provider with a request that only this browser can answer.
pub(crate) async fn begin(
    request: HttpRequest,
    site: web::Data<Site>,
    client: Client,
    handle: web::Path<String>,
    query: Option<web::Query<Query>>,
) -> HttpResponse {
    let return_to = query.and_then(|query| query.into_inner().return_to);
    let browser = Cookies::of(&request).browser(&site.base_url);
    let begun = {
        let site = site.clone();
        blocking(move || start(&site, &handle, return_to.as_deref(), browser))
    };
    match begun.await {
        Ok(begun) => HttpResponse::Found()
            .insert_header((header::LOCATION, begun.location.as_str()))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .cookie(begun.secret.cookie(&begun.request_id, &site.base_url))
            .cookie(begun.browser.cookie(&site.base_url))
            .finish(),
        Err(error) => error.page(&client),
    }
}

struct Begun {
    location: Url,
    request_id: String,
    secret: BrowserSecret,
    browser: BrowserId,
}

fn start(site: &Site, handle: &str, return_to: Option<&str>, browser: Option<BrowserId>) -> Result<Begun, LoginError> {
    let workspace = get_workspace(&site.store, handle)?;
    let (connection, provider) = get_connection(&site.store, workspace.id)?;
    let destination = provider.single_sign_on_url(Binding::HttpRedirect).ok_or(LoginError::NotSetUp(
        "The identity provider's metadata has no sign-on address for the HTTP-Redirect binding.",
    ))?;
    let failed = |error: &dyn std::fmt::Display| LoginError::Failed(error.to_string());
    let secret = BrowserSecret::generate().map_err(|error| failed(&error))?;
    let browser = browser.map_or_else(BrowserId::generate, Ok).map_err(|error| failed(&error))?;
    let now = site.now();
    let request = LoginRequest {
        id: request_id(random::bytes().map_err(|error| failed(&error))?),
        workspace: workspace.id,
        connection: connection.id,
        secret: secret.hash(),
        browser: browser.hash(),
        relay_state: hex::encode(random::bytes::<16>().map_err(|error| failed(&error))?),
        return_to: return_to.and_then(ReturnTo::path).map(|to| to.as_str().to_owned()),
        issued_at: now,
        expires_at: now + Duration::minutes(LOGIN_MINUTES),
    };
    let signing = if provider.wants_authn_requests_signed() {
        find_request_key(&site.store, workspace.id).map_err(|error| failed(&error))?
    } else {
        None
    };
    let location = AuthnRequest {
        id: &request.id,
        issue_instant: now,
        service_provider: &service_provider(site, &workspace, Some(&provider))?,
        destination,
        relay_state: Some(&request.relay_state),
        signing_key: signing.as_ref().map(|(_, key)| key),
    }
    .redirect_url()
    .map_err(|error| failed(&error))?;
    let request_id = request.id.clone();
    site.store.add_login_request(request)?;
    Ok(Begun { location, request_id, secret, browser })
}
