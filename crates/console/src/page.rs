//! What every page of a workspace has around it, and how pages are answered.

use ::web::Site;
use ::web::blocking::blocking;
use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use askama::Template;
use domain::clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::assets;
use crate::error::ConsoleError;
use crate::session::ConsoleSession;

/// Where in the console a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Home,
    People,
    Access,
    Connections,
    Scim,
    Audit,
    Guide,
    Sessions,
    Account,
}

/// The places of the main menu, in order: below which address each is, and what it is called.
const MENU: [(Place, &str, &str); 7] = [
    (Place::Home, "", "Home"),
    (Place::People, "/people", "People"),
    (Place::Access, "/access", "Access"),
    (Place::Connections, "/connections", "Connections"),
    (Place::Scim, "/scim", "SCIM"),
    (Place::Audit, "/audit", "Activity"),
    (Place::Guide, "/guide", "Set-up guide"),
];

/// What is around a page.
pub(crate) struct Shell {
    pub(crate) title: String,
    pub(crate) place: Place,
    pub(crate) session: ConsoleSession,
}

impl Shell {
    pub(crate) fn new(session: &ConsoleSession, place: Place, title: impl Into<String>) -> Self {
        Self { title: title.into(), place, session: session.clone() }
    }

    /// The main menu: address, name, and whether the page is there.
    pub(crate) fn menu(&self) -> impl Iterator<Item = (String, &'static str, bool)> {
        MENU.iter().map(|(place, below, name)| (self.session.path(below), *name, *place == self.place))
    }

    pub(crate) fn is_at(&self, place: Place) -> bool {
        self.place == place
    }

    pub(crate) fn path(&self, below: &str) -> String {
        self.session.path(below)
    }

    pub(crate) fn csrf(&self) -> &str {
        self.session.csrf().as_str()
    }

    pub(crate) fn stylesheet(&self) -> &'static str {
        assets::stylesheet()
    }

    pub(crate) fn script(&self) -> &'static str {
        assets::script()
    }
}

/// What is told once, on the page after a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notice {
    /// Whether it went well.
    pub(crate) good: bool,
    /// In a sentence or two.
    pub(crate) text: String,
}

impl Notice {
    pub(crate) fn done(text: impl Into<String>) -> Self {
        Self { good: true, text: text.into() }
    }

    pub(crate) fn trouble(text: impl Into<String>) -> Self {
        Self { good: false, text: text.into() }
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// A page, as it is.
pub(crate) fn page(template: &impl Template) -> Result<HttpResponse, ConsoleError> {
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(template.render()?))
}

/// A form's page once more, with what was wrong in it.
pub(crate) fn page_to_mend(template: &impl Template) -> Result<HttpResponse, ConsoleError> {
    Ok(HttpResponse::UnprocessableEntity().content_type("text/html; charset=utf-8").body(template.render()?))
}

/// Leads on after a change, to a page that tells of it.
pub(crate) async fn tell(
    site: &Site,
    session: &ConsoleSession,
    below: &str,
    notice: Notice,
) -> Result<HttpResponse, ConsoleError> {
    let (store, id, to) = (site.store.clone(), session.id().to_owned(), session.path(below));
    let text = serde_json::to_string(&notice).unwrap_or_default();
    blocking(move || store.put_console_notice(id, Some(text))).await?;
    Ok(see_other(&to))
}

/// Leads on.
pub(crate) fn see_other(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, to)).finish()
}

/// A moment as pages show it, in UTC to the minute.
pub(crate) fn shown(at: &Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// A moment in a log, to the second.
pub(crate) fn shown_exactly(at: &Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A moment for machines, as `<time datetime>` has it.
pub(crate) fn machine(at: &Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
