//! Adding an identity provider, and changing one: for good, or on trial.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use actix_web::{HttpResponse, web};
use administration::connections;
use administration::metadata::Reach;
use askama::Template;
use domain::connection::ConnectionName;
use domain::environment::Environment;
use store::{Connection, StoreError};

use super::form::{AttributeField, ProviderForm, TRIALS};
use super::{HERE, Tab, address, get};
use crate::attempt::{Mending, Wrong, attempt};
use crate::error::ConsoleError;
use crate::form::Posted;
use crate::page::{Notice, Place, Shell, page, page_to_mend, tell};
use crate::session::ConsoleSession;

#[derive(Template)]
#[template(path = "connections/change.html")]
struct ChangePage {
    shell: Shell,
    tab: Tab,
    /// The connection that is changed; none where one is made.
    known: Option<Connection>,
    is_on_trial: bool,
    environments: Vec<Environment>,
    form: ProviderForm,
    wrong: Mending,
}

impl ChangePage {
    /// Where the form goes.
    fn action(&self) -> String {
        match &self.known {
            Some(known) => self.shell.path(&format!("{}/change", address(known.name.as_str()))),
            None => self.shell.path(&format!("{HERE}/new")),
        }
    }

    fn back(&self) -> String {
        self.shell.path(&self.known.as_ref().map_or_else(|| HERE.to_owned(), |known| address(known.name.as_str())))
    }

    fn attributes(&self) -> Vec<AttributeField> {
        self.form.attributes(&self.environments)
    }

    fn trials(&self) -> [(&'static str, &'static str); 5] {
        TRIALS
    }
}

/// The form for a further one.
pub(crate) async fn begin(session: ConsoleSession, site: web::Data<Site>) -> Result<HttpResponse, ConsoleError> {
    let is_first = {
        let (store, workspace) = (site.store.clone(), session.workspace().id);
        blocking(move || store.connections(workspace)).await?.is_empty()
    };
    page(&change_page(&site, &session, None, ProviderForm::empty(is_first), None).await?)
}

/// Adds one.
pub(crate) async fn add(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    Posted(form): Posted<ProviderForm>,
) -> Result<HttpResponse, ConsoleError> {
    let may_reach = reach(&session);
    let done = match form.name.trim().parse::<ConnectionName>() {
        Ok(name) => {
            attempt(&site, &session, &client, {
                let form = form.clone();
                move |acting| connections::add(acting, name, form.edit(None, may_reach, acting.now())?)
            })
            .await?
        }
        Err(why) => Err(Wrong::new("name", &why)),
    };
    match done {
        Ok(made) => {
            let text = format!("{} is added. Try it by a test login before people use it.", made.entity_id);
            tell(&site, &session, &address(made.name.as_str()), Notice::done(text)).await
        }
        Err(wrong) => page_to_mend(&change_page(&site, &session, None, form, Some(wrong)).await?),
    }
}

/// The form of one that is there.
pub(crate) async fn show(
    session: ConsoleSession,
    site: web::Data<Site>,
    names: web::Path<(String, String)>,
) -> Result<HttpResponse, ConsoleError> {
    let known = get(&site, &session, &names.1).await?;
    let form = ProviderForm::of(&known);
    page(&change_page(&site, &session, Some(known), form, None).await?)
}

/// Changes it.
pub(crate) async fn change(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    names: web::Path<(String, String)>,
    Posted(form): Posted<ProviderForm>,
) -> Result<HttpResponse, ConsoleError> {
    let may_reach = reach(&session);
    let known = get(&site, &session, &names.1).await?;
    let done = match form.check_read(&known) {
        Ok(()) => {
            attempt(&site, &session, &client, {
                let (form, known) = (form.clone(), known.clone());
                move |acting| connections::replace(acting, &known, form.edit(Some(&known), may_reach, acting.now())?)
            })
            .await?
        }
        Err(wrong) => Err(wrong),
    };
    match done {
        Ok(_) => {
            let notice = Notice::done(told(&form));
            tell(&site, &session, &address(known.name.as_str()), notice).await
        }
        Err(wrong) => page_to_mend(&change_page(&site, &session, Some(known), form, Some(wrong)).await?),
    }
}

/// The owner runs this gateway and may name a host in its own network; another administrator would make it ask what only it can
/// reach (SSRF).
fn reach(session: &ConsoleSession) -> Reach {
    if session.is_owner() { Reach::TypedHost } else { Reach::Public }
}

fn told(form: &ProviderForm) -> String {
    if form.is_for_good() {
        return "The change is saved for good.".to_owned();
    }
    let length = TRIALS.iter().find(|(length, _)| *length == form.trial).map_or(form.trial.as_str(), |(_, said)| said);
    format!(
        "The change is in force, on trial for {length}. Sign in through it in another window as an Environment admin in dev: \
         without that it is taken back."
    )
}

async fn change_page(
    site: &Site,
    session: &ConsoleSession,
    known: Option<Connection>,
    form: ProviderForm,
    wrong: Option<Wrong>,
) -> Result<ChangePage, ConsoleError> {
    let (environments, is_on_trial) = {
        let (store, workspace) = (site.store.clone(), session.workspace().id);
        let id = known.as_ref().map(|known| known.id);
        blocking(move || {
            let trial = id.map(|id| store.find_trial(id)).transpose()?.flatten();
            Ok::<_, StoreError>((store.environments(workspace)?, trial.is_some()))
        })
        .await?
    };
    let title =
        known.as_ref().map_or_else(|| "Add an identity provider".to_owned(), |one| format!("Change {}", one.name));
    let shell = Shell::new(session, Place::Connections, title);
    Ok(ChangePage { shell, tab: Tab::Providers, known, is_on_trial, environments, form, wrong: Mending(wrong) })
}
