//! The login tracer: attempts to sign in, newest first, and each as a timeline. Test logins have an address of their own, to which
//! their browser is led.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use actix_web::{HttpResponse, web};
use administration::people;
use askama::Template;
use saml_acs::tracer::{Attempt, TracedGroup};
use serde::Deserialize;
use store::{LoginTrace, StoreError, TraceFilter};

use super::Tab;
use super::traced::Traced;
use crate::access::with_query;
use crate::error::ConsoleError;
use crate::page::{Place, Shell, page, see_other};
use crate::session::ConsoleSession;

const HERE: &str = "/connections/logins";
const TESTS: &str = "/connections/tests";
/// Attempts on a page.
const PAGE: usize = 25;

#[derive(Template)]
#[template(path = "connections/logins.html")]
struct ListPage {
    shell: Shell,
    tab: Tab,
    search: Search,
    attempts: Vec<Traced>,
    first: Option<String>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "connections/attempt.html")]
struct AttemptPage {
    shell: Shell,
    tab: Tab,
    traced: Traced,
    test: String,
}

impl AttemptPage {
    fn origins(&self, group: &TracedGroup) -> String {
        group.origins.iter().map(|origin| origin.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// Which attempts, and from which one on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Search {
    user: String,
    failed: String,
    before: Option<i64>,
}

impl Search {
    fn is_for_failed(&self) -> bool {
        self.failed == "1"
    }

    fn is_for_all(&self) -> bool {
        self.user.trim().is_empty() && !self.is_for_failed()
    }

    fn from(&self, path: &str, before: Option<i64>) -> String {
        let before = before.map(|number| number.to_string()).unwrap_or_default();
        let failed = if self.is_for_failed() { "1" } else { "" };
        with_query(path, &[("user", self.user.trim()), ("failed", failed), ("before", &before)])
    }
}

/// The attempts.
pub(crate) async fn list(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    web::Query(search): web::Query<Search>,
) -> Result<HttpResponse, ConsoleError> {
    let mut found = find(&site, &session, &client, &search).await?;
    let shell = Shell::new(&session, Place::Connections, "Logins");
    let path = shell.path(HERE);
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| has_more).map(|(number, _)| search.from(&path, Some(*number)));
    let first = search.before.map(|_| search.from(&path, None));
    // One that a later version has written, which knows more, is left out.
    let attempts = found.into_iter().filter_map(|(_, trace)| Attempt::read(trace).ok());
    let attempts = attempts.map(|attempt| Traced { attempt }).collect();
    page(&ListPage { shell, tab: Tab::Logins, search, attempts, first, next })
}

async fn find(
    site: &Site,
    session: &ConsoleSession,
    client: &Client,
    search: &Search,
) -> Result<Vec<(i64, LoginTrace)>, StoreError> {
    let (acting, search) = (session.acting(site, client), search.clone());
    blocking(move || {
        let user = Some(search.user.trim()).filter(|user| !user.is_empty());
        // A NameID that is no userName finds its attempts as well.
        let person = user.and_then(|user| people::get(&acting, user).ok()).map(|person| person.id);
        let filter = TraceFilter { person, name: user.map(str::to_owned), failed: search.is_for_failed() };
        acting.store.login_trace_page(acting.workspace.id, &filter, search.before, PAGE as i64 + 1)
    })
    .await
}

/// One attempt; a test has its own page.
pub(crate) async fn show(
    session: ConsoleSession,
    site: web::Data<Site>,
    names: web::Path<(String, String)>,
) -> Result<HttpResponse, ConsoleError> {
    let traced = get(&site, &session, &names.1).await?;
    if traced.is_test() {
        return Ok(see_other(&session.path(&format!("{TESTS}/{}", traced.reference()))));
    }
    attempt_page(&site, &session, traced, "Login")
}

/// One test.
pub(crate) async fn show_test(
    session: ConsoleSession,
    site: web::Data<Site>,
    names: web::Path<(String, String)>,
) -> Result<HttpResponse, ConsoleError> {
    let traced = get(&site, &session, &names.1).await?;
    if !traced.is_test() {
        return Ok(see_other(&session.path(&format!("{HERE}/{}", traced.reference()))));
    }
    attempt_page(&site, &session, traced, "Test login")
}

fn attempt_page(
    site: &Site,
    session: &ConsoleSession,
    traced: Traced,
    title: &str,
) -> Result<HttpResponse, ConsoleError> {
    let test = with_query(&site.base_url.saml_login(&session.workspace().handle), &[("test", "1")]);
    let shell = Shell::new(session, Place::Connections, title);
    page(&AttemptPage { shell, tab: Tab::Logins, traced, test })
}

async fn get(site: &Site, session: &ConsoleSession, reference: &str) -> Result<Traced, ConsoleError> {
    let (store, workspace, reference) = (site.store.clone(), session.workspace().id, reference.to_owned());
    let trace = blocking(move || store.find_login_trace(workspace, &reference)).await?;
    let attempt = trace.and_then(|trace| Attempt::read(trace).ok()).ok_or(ConsoleError::NotFound)?;
    Ok(Traced { attempt })
}
