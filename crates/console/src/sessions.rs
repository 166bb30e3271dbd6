//! Who is signed in to the console, and the end of it.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use actix_web::{HttpResponse, web};
use askama::Template;
use domain::audit::{EventKind, Subject};
use serde::Deserialize;
use serde_json::json;
use store::{Holder, LiveConsoleSession, StoreError};

use crate::error::ConsoleError;
use crate::form::Posted;
use crate::page::{Notice, Place, Shell, machine, page, see_other, shown, tell};
use crate::session::{self, ConsoleSession};

#[derive(Template)]
#[template(path = "sessions.html")]
struct SessionsPage {
    shell: Shell,
    sessions: Vec<Shown>,
}

/// A session as the list has it.
struct Shown {
    /// What a form names it by: enough of its hash to tell it from all others, and nothing to sign in with.
    key: String,
    is_this: bool,
    name: String,
    detail: String,
    begun: (String, String),
    seen: (String, String),
    expires: (String, String),
    ip: String,
    user_agent: String,
}

/// The live sessions of the workspace's console.
pub(crate) async fn list(session: ConsoleSession, site: web::Data<Site>) -> Result<HttpResponse, ConsoleError> {
    let sessions = {
        let (site, workspace) = (site.clone(), session.workspace().id);
        blocking(move || site.store.console_sessions(workspace, site.now())).await?
    };
    let sessions = sessions.into_iter().map(|live| describe(live, session.id())).collect();
    page(&SessionsPage { shell: Shell::new(&session, Place::Sessions, "Sessions"), sessions })
}

fn describe(live: LiveConsoleSession, this: &str) -> Shown {
    let (name, detail) = match &live.holder {
        Holder::Administrator(person) => (person.display_name(), person.user_name.to_string()),
        Holder::Owner(owner) => (owner.name(), "Owner".to_owned()),
    };
    let both = |at| (shown(at), machine(at));
    Shown {
        is_this: live.id == this,
        name,
        detail,
        begun: both(&live.begun_at),
        seen: both(&live.seen_at),
        expires: both(&live.expires_at),
        ip: live.ip.unwrap_or_default(),
        user_agent: live.user_agent.unwrap_or_default(),
        key: live.id,
    }
}

#[derive(Deserialize)]
pub(crate) struct EndForm {
    session: String,
}

/// Ends one.
pub(crate) async fn end(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    Posted(form): Posted<EndForm>,
) -> Result<HttpResponse, ConsoleError> {
    let ended = finish(&site, &session, &client, form.session.clone()).await?;
    if form.session == session.id() {
        return Ok(signed_out(&site));
    }
    let notice = match ended {
        true => Notice::done("The session is ended."),
        false => Notice::trouble("The session was over already."),
    };
    tell(&site, &session, "/sessions", notice).await
}

/// Ends the session at hand.
pub(crate) async fn sign_out(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
) -> Result<HttpResponse, ConsoleError> {
    finish(&site, &session, &client, session.id().to_owned()).await?;
    Ok(signed_out(&site))
}

async fn finish(site: &Site, session: &ConsoleSession, client: &Client, ended: String) -> Result<bool, StoreError> {
    let after = json!({ "reason": if ended == session.id() { "signed out" } else { "ended by an administrator" } });
    let subject = Subject::named("console_session", &session.name());
    let entry = session.entry((site, client), EventKind::ConsoleSessionEnded, subject, (None, Some(after)));
    let store = site.store.clone();
    blocking(move || store.end_console_session(ended, entry)).await
}

fn signed_out(site: &Site) -> HttpResponse {
    let mut response = see_other("/console/");
    // Nothing in it but our own characters: it is always a valid header.
    let _ = response.add_cookie(&session::removal(&site.base_url));
    response
}
