//! The way in through the identity provider: a login that has just been completed opens a session of the console, once, if the
//! collaborator administers the workspace.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use ::web::session as application;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::Duration;
use domain::audit::{Actor, AuditEntry, EventKind, Source, Subject};
use domain::clock::Timestamp;
use domain::workspace::Workspace;
use serde::Deserialize;
use serde_json::json;
use store::{LiveSession, NewConsoleSession, StoreError};
use url::form_urlencoded::Serializer;

use crate::error::ConsoleError;
use crate::page::see_other;
use crate::session::Cookie;
use crate::sign_in::{enter_address, get_workspace, return_to};

/// How fresh the login has to be: a session of the application that was stolen or left open opens nothing here.
const FRESH: Duration = Duration::minutes(5);

#[derive(Deserialize)]
pub(crate) struct Onwards {
    return_to: Option<String>,
}

pub(crate) async fn through_saml(
    request: HttpRequest,
    site: web::Data<Site>,
    client: Client,
    handle: web::Path<String>,
    onwards: web::Query<Onwards>,
) -> Result<HttpResponse, ConsoleError> {
    let presented = application::presented(&request, &site.base_url);
    let wish = onwards.into_inner().return_to;
    let entered = {
        let site = site.clone();
        blocking(move || {
            let workspace = get_workspace(&site, &handle)?;
            let to = return_to(&workspace, wish);
            let live = application::find(&site, presented.as_deref())?;
            let entered = open(&site, &workspace, live, &client)?;
            Ok::<_, ConsoleError>((workspace, to, entered))
        })
    };
    let (workspace, to, entered) = entered.await?;
    let Some(cookie) = entered else { return Ok(see_other(&login_address(&site, &workspace, &to))) };
    let mut response = see_other(&to);
    // Nothing in it but our own characters: it is always a valid header.
    let _ = response.add_cookie(&cookie.to_http(&site.base_url));
    Ok(response)
}

/// Where a login begins that leads back here.
fn login_address(site: &Site, workspace: &Workspace, to: &str) -> String {
    let query = Serializer::new(String::new()).append_pair("return_to", &enter_address(workspace, to)).finish();
    format!("{}?{query}", site.base_url.saml_login(&workspace.handle))
}

/// The cookie of the session that begins; none where a fresh login is needed.
fn open(
    site: &Site,
    workspace: &Workspace,
    live: Option<LiveSession>,
    client: &Client,
) -> Result<Option<Cookie>, ConsoleError> {
    let now = site.now();
    let is_fresh = |live: &LiveSession| live.workspace.id == workspace.id && now - live.authenticated_at < FRESH;
    let Some(live) = live.filter(is_fresh) else { return Ok(None) };
    if !live.person.administers() {
        let refused = json!({ "check": "administers" });
        site.store.append_audit(vec![entry(&live, EventKind::ConsoleSignInRefused, refused, now, client)])?;
        return Err(ConsoleError::NotAnAdministrator);
    }
    let cookie = Cookie::generate()?;
    let session = NewConsoleSession {
        id: cookie.hash(),
        workspace: workspace.id,
        person: Some(live.person.id),
        epoch: live.person.epoch,
        application_session: Some(live.id.clone()),
        begun_at: now,
        expires_at: now + workspace.policy.console_session_lifetime.duration(),
        from: client.0.clone(),
    };
    let signed_in = entry(&live, EventKind::ConsoleSignedIn, json!({ "by": "saml" }), now, client);
    match site.store.begin_console_session(session, signed_in) {
        Ok(()) => Ok(Some(cookie)),
        // This login has opened a session before.
        Err(StoreError::Taken(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn entry(live: &LiveSession, kind: EventKind, after: serde_json::Value, now: Timestamp, client: &Client) -> AuditEntry {
    AuditEntry {
        workspace: live.workspace.id,
        at: now,
        kind,
        source: Source::Manual,
        actor: Actor::Collaborator { id: live.person.id.to_string() },
        subject: Subject::person(&live.person),
        before: None,
        after: Some(after),
        request: client.0.clone(),
    }
}
