//! The request log: what the identity provider asked for, and the sentence that each refusal got.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use actix_web::{HttpResponse, web};
use administration::people;
use askama::Template;
use serde::Deserialize;
use store::{RequestFilter, ScimRequest, StoreError};
use url::form_urlencoded::byte_serialize;

use super::Tab;
use crate::access::with_query;
use crate::error::ConsoleError;
use crate::page::{Place, Shell, machine, page, shown_exactly};
use crate::session::ConsoleSession;

const HERE: &str = "/scim/requests";
/// Requests on a page.
const PAGE: usize = 25;
/// Characters of a body in the list; a request's own page has all that is kept.
const EXCERPT: usize = 800;

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const CLIENTS: [&str; 4] = ["okta", "entra", "onelogin", "generic"];

#[derive(Template)]
#[template(path = "scim/requests.html")]
struct ListPage {
    shell: Shell,
    tab: Tab,
    search: Search,
    requests: Vec<Shown>,
    first: Option<String>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "scim/request.html")]
struct RequestPage {
    shell: Shell,
    tab: Tab,
    one: Shown,
}

/// A request as pages show it.
struct Shown {
    number: i64,
    request: ScimRequest,
}

impl Shown {
    fn at(&self) -> (String, String) {
        (shown_exactly(&self.request.at), machine(&self.request.at))
    }

    fn class(&self) -> &'static str {
        match self.request.status {
            ..400 if self.request.refusal.is_none() => "good",
            ..400 => "warn",
            _ => "bad",
        }
    }

    fn millis(&self) -> String {
        let tenths = self.request.micros / 100;
        format!("{}.{} ms", tenths / 10, tenths % 10)
    }

    /// The beginning of the body, and whether there is more.
    fn excerpt(&self) -> Option<(String, bool)> {
        let body = self.request.body.as_ref()?;
        Some((body.chars().take(EXCERPT).collect(), body.chars().nth(EXCERPT).is_some()))
    }

    /// The body, laid out where it is JSON.
    fn body(&self) -> Option<String> {
        let body = self.request.body.as_ref()?;
        let parsed: Result<serde_json::Value, _> = serde_json::from_str(body);
        Some(parsed.and_then(|value| serde_json::to_string_pretty(&value)).unwrap_or_else(|_| body.clone()))
    }
}

/// Which requests, and from which one on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Search {
    q: String,
    method: String,
    client: String,
    refused: String,
    before: Option<i64>,
}

impl Search {
    fn methods(&self) -> [&'static str; 5] {
        METHODS
    }

    fn clients(&self) -> [&'static str; 4] {
        CLIENTS
    }

    fn is_for_refused(&self) -> bool {
        self.refused == "1"
    }

    fn is_for_all(&self) -> bool {
        self.q.trim().is_empty() && self.method.is_empty() && self.client.is_empty() && !self.is_for_refused()
    }

    fn from(&self, path: &str, before: Option<i64>) -> String {
        let before = before.map(|number| number.to_string()).unwrap_or_default();
        let refused = if self.is_for_refused() { "1" } else { "" };
        let pairs = [("q", self.q.trim()), ("method", &self.method), ("client", &self.client), ("refused", refused)];
        with_query(path, &[&pairs[..], &[("before", before.as_str())]].concat())
    }

    fn filter(&self, texts: Vec<String>) -> RequestFilter {
        let chosen = |text: &str, known: &[&str]| known.contains(&text).then(|| text.to_owned());
        RequestFilter {
            refused: self.is_for_refused(),
            method: chosen(&self.method, &METHODS),
            client: chosen(&self.client, &CLIENTS),
            texts,
        }
    }
}

/// The requests.
pub(crate) async fn list(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    web::Query(search): web::Query<Search>,
) -> Result<HttpResponse, ConsoleError> {
    let mut found = find(&site, &session, &client, &search).await?;
    let shell = Shell::new(&session, Place::Scim, "SCIM request log");
    let path = shell.path(HERE);
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| has_more).map(|(number, _)| search.from(&path, Some(*number)));
    let first = search.before.map(|_| search.from(&path, None));
    let requests = found.into_iter().map(|(number, request)| Shown { number, request }).collect();
    page(&ListPage { shell, tab: Tab::Requests, search, requests, first, next })
}

/// What is looked for is looked for as it stands in addresses, too; somebody's name finds what was asked about their id.
async fn find(
    site: &Site,
    session: &ConsoleSession,
    client: &Client,
    search: &Search,
) -> Result<Vec<(i64, ScimRequest)>, StoreError> {
    let (acting, search) = (session.acting(site, client), search.clone());
    blocking(move || {
        let text = search.q.trim();
        let mut texts = Vec::new();
        if !text.is_empty() {
            let person = people::get(&acting, text).ok();
            texts.extend([text.to_owned(), byte_serialize(text.as_bytes()).collect()]);
            texts.extend(person.map(|person| person.scim_id.to_string()));
            texts.dedup();
        }
        acting.store.scim_request_page(acting.workspace.id, &search.filter(texts), search.before, PAGE as i64 + 1)
    })
    .await
}

/// One of them, whole.
pub(crate) async fn show(
    session: ConsoleSession,
    site: web::Data<Site>,
    names: web::Path<(String, String)>,
) -> Result<HttpResponse, ConsoleError> {
    let number = names.1.parse::<i64>().map_err(|_| ConsoleError::NotFound)?;
    let (store, workspace) = (site.store.clone(), session.workspace().id);
    let request = blocking(move || store.find_scim_request(workspace, number)).await?;
    let request = request.ok_or(ConsoleError::NotFound)?;
    let shell = Shell::new(&session, Place::Scim, "SCIM request");
    page(&RequestPage { shell, tab: Tab::Requests, one: Shown { number, request } })
}
