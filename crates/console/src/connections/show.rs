//! One identity provider: what is known of it, and what can be done at once.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use actix_web::{HttpResponse, web};
use administration::metadata::{Outcome, refresh};
use administration::trials;
use askama::Template;

use super::provider::Provider;
use super::{Tab, address, get};
use crate::access::with_query;
use crate::attempt::attempt;
use crate::error::{ConsoleError, sentence};
use crate::page::{Notice, Place, Shell, page, tell};
use crate::session::ConsoleSession;

#[derive(Template)]
#[template(path = "connections/show.html")]
struct ProviderPage {
    shell: Shell,
    tab: Tab,
    provider: Provider,
    /// Where a test begins, and a login that confirms.
    test: String,
    login: String,
}

impl ProviderPage {
    fn here(&self, below: &str) -> String {
        self.shell.path(&format!("{}{below}", address(self.provider.name())))
    }
}

pub(crate) async fn show(
    session: ConsoleSession,
    site: web::Data<Site>,
    names: web::Path<(String, String)>,
) -> Result<HttpResponse, ConsoleError> {
    let connection = get(&site, &session, &names.1).await?;
    let provider = {
        let site = site.clone();
        blocking(move || Provider::of(&site.store, connection, site.now())).await?
    };
    let name = provider.name();
    let begin = site.base_url.saml_login(&session.workspace().handle);
    let test = with_query(&begin, &[("idp", name), ("test", "1")]);
    let login = with_query(&begin, &[("idp", name), ("return_to", &session.path(&address(name)))]);
    let shell = Shell::new(&session, Place::Connections, format!("Identity provider {name}"));
    page(&ProviderPage { shell, tab: Tab::Providers, provider, test, login })
}

/// Fetches its metadata now.
pub(crate) async fn fetch(
    session: ConsoleSession,
    site: web::Data<Site>,
    names: web::Path<(String, String)>,
) -> Result<HttpResponse, ConsoleError> {
    let connection = get(&site, &session, &names.1).await?;
    let here = address(connection.name.as_str());
    if connection.source.is_none() {
        let notice = Notice::trouble("The metadata came from a file: there is no address to fetch them from.");
        return tell(&site, &session, &here, notice).await;
    }
    let outcome = {
        let site = site.clone();
        blocking(move || refresh(&site.store, connection, site.now())).await?
    };
    let notice = match outcome {
        Outcome::Unchanged => Notice::done("The metadata are as they were."),
        Outcome::Changed => Notice::done("The metadata have changed, and are in force."),
        Outcome::Failed(why) => Notice::trouble(format!("{} The former metadata stay in force.", sentence(&why))),
        Outcome::Overtaken => {
            Notice::trouble("The connection was changed while its metadata were fetched, and nothing was written.")
        }
    };
    tell(&site, &session, &here, notice).await
}

/// Ends a trial by putting back what was there before.
pub(crate) async fn roll_back(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    names: web::Path<(String, String)>,
) -> Result<HttpResponse, ConsoleError> {
    let connection = get(&site, &session, &names.1).await?;
    let here = address(connection.name.as_str());
    let done = attempt(&site, &session, &client, move |acting| trials::roll_back(acting, &connection));
    let notice = match done.await? {
        Ok(before) => Notice::done(format!("It is as it was before the trial: {} signs in here.", before.entity_id)),
        Err(wrong) => Notice::trouble(wrong.why),
    };
    tell(&site, &session, &here, notice).await
}
