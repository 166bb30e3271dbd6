//! On or off, with what it takes; the address and the tokens for the identity provider; and the attributes that are added.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use actix_web::{HttpResponse, web};
use administration::{Acting, scim};
use askama::Template;
use domain::clock::Timestamp;
use domain::custom_attribute::CustomAttribute;
use domain::workspace::Workspace;
use store::{Connection, ScimToken, StoreError};

use super::{HERE, Tab};
use crate::attempt::{Mending, Wrong, attempt};
use crate::error::ConsoleError;
use crate::page::{Notice, Place, Shell, machine, page, shown, tell};
use crate::scim::tokens::TokenForm;
use crate::session::ConsoleSession;

/// So many days before it ends the last token asks for attention.
const SOON: i64 = 30;

#[derive(Template)]
#[template(path = "scim/overview.html")]
pub(super) struct OverviewPage {
    shell: Shell,
    tab: Tab,
    workspace: Workspace,
    base_url: String,
    connections: Vec<Connection>,
    tokens: Vec<Token>,
    attributes: Vec<CustomAttribute>,
    form: TokenForm,
    wrong: Mending,
}

/// A token as the list has it.
struct Token {
    token: ScimToken,
    idp: Option<String>,
    used: Option<(String, String)>,
    ends: Option<(String, String)>,
    is_in_force: bool,
    days_left: Option<i64>,
}

impl Token {
    fn of(token: ScimToken, connections: &[Connection], now: Timestamp) -> Self {
        let both = |at: Timestamp| (shown(&at), machine(&at));
        let idp = connections.iter().find(|connection| Some(connection.id) == token.connection);
        Self {
            idp: idp.map(|connection| connection.name.to_string()),
            used: token.last_used_at.map(both),
            ends: token.expires_at.map(both),
            is_in_force: token.is_in_force(now),
            days_left: token.expires_at.map(|end| (end - now).num_days()),
            token,
        }
    }

    /// The class of its badge, and the word in it.
    fn state(&self) -> (&'static str, &'static str) {
        match self.days_left {
            _ if !self.is_in_force => ("bad", "ended"),
            Some(..SOON) => ("warn", "ends soon"),
            _ => ("good", "in force"),
        }
    }
}

impl OverviewPage {
    fn has_capability(&self) -> bool {
        self.workspace.policy.advanced_security.0
    }

    fn can_be_enabled(&self) -> bool {
        self.has_capability() && !self.connections.is_empty()
    }

    fn has_token_in_force(&self) -> bool {
        self.tokens.iter().any(|token| token.is_in_force)
    }
}

pub(crate) async fn show(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
) -> Result<HttpResponse, ConsoleError> {
    page(&overview_page(&site, &session, &client, TokenForm::default(), None).await?)
}

/// Switches it on.
pub(crate) async fn enable(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
) -> Result<HttpResponse, ConsoleError> {
    switch(&site, &session, &client, scim::enable, "SCIM is on. Whoever was here before is here again.").await
}

/// Switches it off.
pub(crate) async fn disable(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
) -> Result<HttpResponse, ConsoleError> {
    switch(&site, &session, &client, scim::disable, "SCIM is off. People and tokens are kept.").await
}

async fn switch(
    site: &Site,
    session: &ConsoleSession,
    client: &Client,
    work: impl FnOnce(&Acting) -> Result<(), administration::AdministrationError> + Send + 'static,
    done: &str,
) -> Result<HttpResponse, ConsoleError> {
    let notice = match attempt(site, session, client, work).await? {
        Ok(()) => Notice::done(done),
        Err(wrong) => Notice::trouble(wrong.why),
    };
    tell(site, session, HERE, notice).await
}

pub(super) async fn overview_page(
    site: &Site,
    session: &ConsoleSession,
    client: &Client,
    form: TokenForm,
    wrong: Option<Wrong>,
) -> Result<OverviewPage, ConsoleError> {
    let shell = Shell::new(session, Place::Scim, "Provisioning (SCIM)");
    let base_url = site.base_url.scim();
    let acting = session.acting(site, client);
    blocking(move || {
        let Acting { store, workspace, .. } = &acting;
        let connections = store.connections(workspace.id)?;
        let tokens = store.scim_tokens(workspace.id)?.into_iter();
        let attributes = store.custom_attributes(workspace.id)?;
        Ok::<_, StoreError>(OverviewPage {
            shell,
            tab: Tab::Overview,
            workspace: workspace.clone(),
            base_url,
            tokens: tokens.map(|token| Token::of(token, &connections, acting.now())).collect(),
            connections,
            attributes: attributes.iter().cloned().collect(),
            form,
            wrong: Mending(wrong),
        })
    })
    .await
    .map_err(ConsoleError::from)
}
