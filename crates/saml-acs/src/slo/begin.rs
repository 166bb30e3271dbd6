//! `POST /logout`: the session ends here at once, and then everywhere.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use ::web::page::Page;
use ::web::random;
use ::web::same_origin::is_same_origin;
use ::web::session;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::Duration;
use domain::audit::{Actor, AuditEntry, EventKind, Source, Subject};
use domain::clock::Timestamp;
use domain::id::ConnectionId;
use serde_json::json;
use store::{LiveSession, LogoutRequest, ProviderSession};

use super::sent::Sent;
use super::signed_out;
use crate::authn_request::request_id;
use crate::browser::{self, BrowserSecret};
use crate::connection::{Binding, SingleLogoutService};
use crate::door::{get_connections, provider_of};
use crate::keys::get_request_key;
use crate::logout_document::{Content, LogoutDocument};
use crate::refusal::LoginError;

/// Ends the session. Only our own pages may ask for it.
pub(crate) async fn log_out(request: HttpRequest, site: web::Data<Site>, client: Client) -> HttpResponse {
    if !is_same_origin(&request, &site.base_url) {
        let message = "Signing out has to be asked for by a page of this site.";
        return Page { title: "Not signed out", message, reference: Some(client.request_id()) }
            .respond(StatusCode::FORBIDDEN);
    }
    let caller = Caller::of(&request);
    let presented = session::presented(&request, &site.base_url);
    let ended = {
        let (site, client) = (site.clone(), client.clone());
        blocking(move || end(&site, presented.as_deref(), caller, client))
    };
    match ended.await {
        Ok(onwards) => respond(&site, caller, onwards.as_ref()),
        Err(error) => error.page(&client),
    }
}

/// Who asks: a page that the browser shows, or a script that can't be sent to another site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Caller {
    Browser,
    Script,
}

impl Caller {
    /// Fetch metadata tell, and where a browser sends none, what it accepts.
    fn of(request: &HttpRequest) -> Self {
        let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let navigates = text("sec-fetch-mode").map(|mode| mode == "navigate");
        let accepted = text(header::ACCEPT.as_str()).unwrap_or_default();
        let wants_json = accepted.contains("application/json") && !accepted.contains("text/html");
        if navigates.unwrap_or(!wants_json) { Self::Browser } else { Self::Script }
    }
}

/// What the identity provider is asked.
struct Onwards {
    sent: Sent,
    request: LogoutRequest,
    secret: BrowserSecret,
}

fn respond(site: &Site, caller: Caller, onwards: Option<&Onwards>) -> HttpResponse {
    let mut response = match (caller, onwards.map(|onwards| &onwards.sent)) {
        (Caller::Browser, Some(sent)) => sent.respond(),
        (Caller::Browser, None) => signed_out(true),
        (Caller::Script, sent) => {
            let address = match sent {
                Some(Sent::Redirect(address)) => Some(address.as_str()),
                _ => None,
            };
            let body = json!({ "signed_out": true, "single_logout": address });
            HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(body)
        }
    };
    let request = onwards.map(|onwards| onwards.secret.logout_cookie(&onwards.request.id, &site.base_url));
    for cookie in request.iter().chain([&session::removal_cookie(&site.base_url)]) {
        // Nothing in them but our own characters: they are always valid headers.
        let _ = response.add_cookie(cookie);
    }
    response
}

/// Ends the session, whatever becomes of the rest: nothing here depends on the identity provider.
fn end(site: &Site, presented: Option<&str>, caller: Caller, client: Client) -> Result<Option<Onwards>, LoginError> {
    let Some(live) = session::find(site, presented)? else { return Ok(None) };
    let onwards = onwards(site, &live, caller).unwrap_or_else(|error| {
        let request = client.request_id();
        tracing::warn!(request, cause = ?error, "the identity provider can't be asked to sign somebody out");
        None
    });
    let Some(onwards) = onwards else {
        let entry = entry(site.now(), &live, client, None);
        site.store.end_session(live.id, entry)?;
        return Ok(None);
    };
    let entry = entry(site.now(), &live, client, Some(&onwards.request.id));
    let ended = site.store.begin_logout(live.id, onwards.request.clone(), entry)?;
    Ok(ended.then_some(onwards))
}

/// A request to the identity provider of the session, where the policy and its metadata allow one.
fn onwards(site: &Site, live: &LiveSession, caller: Caller) -> Result<Option<Onwards>, LoginError> {
    if !live.workspace.policy.single_logout.0 {
        return Ok(None);
    }
    let connections = get_connections(&site.store, live.workspace.id)?;
    let Some(connection) = connections.iter().find(|connection| connection.id == live.provider.connection) else {
        return Ok(None);
    };
    let provider = provider_of(connection)?;
    let service = provider.single_logout();
    // A script can go on with an address, but not with a form.
    let Some(service) = service.filter(|service| caller == Caller::Browser || service.binding == Binding::HttpRedirect)
    else {
        return Ok(None);
    };
    ask(site, live, connection.id, service).map(Some)
}

/// The signed request, and what is remembered of it.
fn ask(
    site: &Site,
    live: &LiveSession,
    connection: ConnectionId,
    service: &SingleLogoutService,
) -> Result<Onwards, LoginError> {
    let (secret, now) = (BrowserSecret::generate()?, site.now());
    let request = LogoutRequest {
        id: request_id(random::bytes()?),
        workspace: live.workspace.id,
        connection,
        person: live.person.id,
        secret: secret.hash(),
        expires_at: now + Duration::minutes(browser::LOGIN_MINUTES),
    };
    let ProviderSession { name_id, session_index, .. } = &live.provider;
    let document = LogoutDocument {
        id: &request.id,
        issue_instant: now,
        destination: &service.url,
        issuer: &site.base_url.saml_metadata(&live.workspace.handle),
        content: Content::Request { name_id, session_index: session_index.as_deref() },
    };
    let key = get_request_key(&site.store, live.workspace.id)?;
    let sent = Sent::by(service.binding, &document, None, &key)?;
    Ok(Onwards { sent, request, secret })
}

fn entry(now: Timestamp, live: &LiveSession, client: Client, request: Option<&str>) -> AuditEntry {
    let after = match request {
        Some(request) => json!({ "reason": "logout", "request": request }),
        None => json!({ "reason": "logout" }),
    };
    AuditEntry {
        workspace: live.workspace.id,
        at: now,
        kind: EventKind::SessionEnded,
        source: Source::Manual,
        actor: Actor::Collaborator { id: live.person.id.to_string() },
        subject: Subject::person(&live.person),
        before: None,
        after: Some(after),
        request: client.0,
    }
}
