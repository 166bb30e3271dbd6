//! Tokens: a new one is shown once, and what becomes of the old one is chosen with it.

use ::web::Site;
use ::web::client::Client;
use actix_web::{HttpResponse, web};
use administration::scim;
use askama::Template;
use domain::policy::Span;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::overview::overview_page;
use super::{HERE, Tab};
use crate::attempt::{Wrong, attempt};
use crate::error::ConsoleError;
use crate::form::Posted;
use crate::page::{Notice, Place, Shell, page, page_to_mend, tell};
use crate::session::ConsoleSession;

/// How long the old token may go on, and how it is said.
pub(super) const OVERLAPS: [(&str, &str); 4] =
    [("1h", "1 hour longer"), ("1d", "1 day longer"), ("7d", "7 days longer"), ("30d", "30 days longer")];
/// After how long the new one may end by itself.
pub(super) const ENDS: [(&str, &str); 3] = [("30d", "in 30 days"), ("90d", "in 90 days"), ("365d", "in a year")];

#[derive(Template)]
#[template(path = "scim/token.html")]
struct TokenPage {
    shell: Shell,
    tab: Tab,
    token: SecretString,
    base_url: String,
    overlap: Option<&'static str>,
}

impl TokenPage {
    fn secret(&self) -> &str {
        self.token.expose_secret()
    }
}

/// What is wished of a new token.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TokenForm {
    /// The name of the identity provider; empty where there is one alone, or none.
    pub(super) idp: String,
    /// Empty where the old one fails at once.
    pub(super) overlap: String,
    /// Empty where it does not end.
    pub(super) ends: String,
}

impl TokenForm {
    pub(super) fn overlaps(&self) -> [(&'static str, &'static str); 4] {
        OVERLAPS
    }

    pub(super) fn all_ends(&self) -> [(&'static str, &'static str); 3] {
        ENDS
    }
}

/// Makes one, and shows it.
pub(crate) async fn make(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    Posted(form): Posted<TokenForm>,
) -> Result<HttpResponse, ConsoleError> {
    let (Ok(overlap), Ok(ends)) = (span(&form.overlap), span(&form.ends)) else {
        let wrong = Wrong::new("", "choose one of the lengths that are offered");
        return page_to_mend(&overview_page(&site, &session, &client, form, Some(wrong)).await?);
    };
    let idp = form.idp.clone();
    let made = attempt(&site, &session, &client, move |acting| {
        let mut connections = acting.store.connections(acting.workspace.id)?;
        let is_chosen = connections.len() > 1 || !idp.is_empty();
        connections.retain(|connection| !is_chosen || connection.name.as_str() == idp);
        match connections.pop() {
            // A token of no provider could write about everybody's people.
            None if is_chosen => Ok(None),
            connection => scim::refresh_token(acting, connection.as_ref(), overlap, ends).map(Some),
        }
    });
    let token = made.await??.ok_or(ConsoleError::NotFound)?;
    let overlap = OVERLAPS.iter().find(|(length, _)| *length == form.overlap).map(|(_, said)| *said);
    let shell = Shell::new(&session, Place::Scim, "New token");
    page(&TokenPage { shell, tab: Tab::Overview, token, base_url: site.base_url.scim(), overlap })
}

fn span(text: &str) -> Result<Option<Span>, String> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
}

/// Which token.
#[derive(Deserialize)]
pub(crate) struct RevokeForm {
    #[serde(default)]
    token: String,
}

/// Ends one.
pub(crate) async fn revoke(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    Posted(form): Posted<RevokeForm>,
) -> Result<HttpResponse, ConsoleError> {
    let done = attempt(&site, &session, &client, move |acting| scim::revoke_token(acting, &form.token));
    let notice = match done.await? {
        Ok(()) => Notice::done("The token is revoked, and fails from now on."),
        Err(wrong) => Notice::trouble(wrong.why),
    };
    tell(&site, &session, HERE, notice).await
}
