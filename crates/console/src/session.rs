//! Who is signed in to the console.

use std::future::{Ready, ready};

use ::web::Site;
use ::web::base_url::BaseUrl;
use ::web::client::Client;
use ::web::csrf::CsrfToken;
use ::web::random::{self, NoRandomness};
use ::web::session::with_attributes;
use actix_web::cookie::Cookie as HttpCookie;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use administration::Acting;
use domain::audit::{Actor, AuditEntry, EventKind, Subject};
use domain::command::Context;
use domain::workspace::Workspace;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use store::{Holder, LiveConsoleSession};

use crate::error::ConsoleError;
use crate::page::Notice;

/// The secret in a browser's cookie. Before the sign-in it proves that a form comes from a page of ours; a sign-in replaces it.
#[derive(Clone)]
pub(crate) struct Cookie(SecretString);

impl Cookie {
    pub(crate) fn generate() -> Result<Self, NoRandomness> {
        random::secret().map(Self)
    }

    pub(crate) fn secret(&self) -> &SecretString {
        &self.0
    }

    /// What the store keeps.
    pub(crate) fn hash(&self) -> String {
        random::hash(&self.0)
    }

    /// As the browser is given it; it forgets it when it is closed.
    pub(crate) fn to_http(&self, base_url: &BaseUrl) -> HttpCookie<'static> {
        with_attributes(HttpCookie::new(cookie_name(base_url), self.0.expose_secret().to_owned()), base_url)
    }
}

/// A cookie that removes it.
pub(crate) fn removal(base_url: &BaseUrl) -> HttpCookie<'static> {
    let mut cookie = with_attributes(HttpCookie::new(cookie_name(base_url), ""), base_url);
    cookie.make_removal();
    cookie
}

/// The cookie of a request.
pub(crate) fn presented(request: &HttpRequest, base_url: &BaseUrl) -> Option<Cookie> {
    request.cookie(cookie_name(base_url)).map(|cookie| Cookie(cookie.value().to_owned().into()))
}

/// `__Host-`: no other host or path may set it (RFC 6265bis §4.1.3). Browsers want HTTPS for that.
fn cookie_name(base_url: &BaseUrl) -> &'static str {
    if base_url.is_https() { "__Host-gatehouse-console" } else { "gatehouse-console" }
}

/// A visitor who may not be signed in.
#[derive(Clone)]
pub(crate) struct Visitor(pub(crate) Option<Cookie>);

/// Somebody who is signed in and may use the route at hand. Only the gate makes one.
#[derive(Clone)]
pub(crate) struct ConsoleSession {
    live: LiveConsoleSession,
    csrf: CsrfToken,
}

impl ConsoleSession {
    pub(crate) fn new(live: LiveConsoleSession, cookie: &Cookie) -> Self {
        Self { live, csrf: CsrfToken::of(cookie.secret()) }
    }

    pub(crate) fn id(&self) -> &str {
        &self.live.id
    }

    pub(crate) fn workspace(&self) -> &Workspace {
        &self.live.workspace
    }

    pub(crate) fn handle(&self) -> &str {
        self.live.workspace.handle.as_str()
    }

    /// An address within the workspace's console: `/people` and the like.
    pub(crate) fn path(&self, below: &str) -> String {
        format!("/console/{}{below}", self.handle())
    }

    pub(crate) fn holder(&self) -> &Holder {
        &self.live.holder
    }

    pub(crate) fn is_owner(&self) -> bool {
        matches!(self.live.holder, Holder::Owner(_))
    }

    /// An owner without a second factor can do nothing but set one up.
    pub(crate) fn lacks_second_factor(&self) -> bool {
        matches!(&self.live.holder, Holder::Owner(owner) if !owner.has_second_factor)
    }

    /// The name to show.
    pub(crate) fn name(&self) -> String {
        match &self.live.holder {
            Holder::Administrator(person) => person.display_name(),
            Holder::Owner(owner) => owner.name(),
        }
    }

    pub(crate) fn csrf(&self) -> &CsrfToken {
        &self.csrf
    }

    /// What happened last and was not told yet.
    pub(crate) fn notice(&self) -> Option<Notice> {
        self.live.notice.as_deref().and_then(Notice::read)
    }

    /// As whom the audit log knows them.
    pub(crate) fn actor(&self) -> Actor {
        match &self.live.holder {
            Holder::Administrator(person) => {
                Actor::Administrator { id: person.id.to_string(), name: person.user_name.to_string() }
            }
            Holder::Owner(owner) => Actor::Owner { name: owner.email.clone() },
        }
    }

    /// When, by whom and with which request a command comes.
    pub(crate) fn context(&self, site: &Site, client: &Client) -> Context {
        Context { now: site.now(), actor: self.actor(), request: client.0.clone(), connection: None }
    }

    /// At work in the workspace, as it was when the request began.
    pub(crate) fn acting(&self, site: &Site, client: &Client) -> Acting {
        let (store, workspace) = (site.store.clone(), self.workspace().clone());
        Acting { store, workspace, context: self.context(site, client) }
    }

    /// An audit entry of something that they do now.
    pub(crate) fn entry(
        &self,
        (site, client): (&Site, &Client),
        kind: EventKind,
        subject: Subject,
        (before, after): (Option<Value>, Option<Value>),
    ) -> AuditEntry {
        let context = self.context(site, client);
        AuditEntry {
            workspace: self.live.workspace.id,
            at: context.now,
            kind,
            source: context.source(),
            actor: context.actor,
            subject,
            before,
            after,
            request: context.request,
        }
    }
}

impl FromRequest for ConsoleSession {
    type Error = ConsoleError;
    type Future = Ready<Result<Self, ConsoleError>>;

    /// A route that the gate does not guard has none: it fails, and nothing is done.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or(ConsoleError::Unavailable))
    }
}

impl FromRequest for Visitor {
    type Error = ConsoleError;
    type Future = Ready<Result<Self, ConsoleError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or(ConsoleError::Unavailable))
    }
}
