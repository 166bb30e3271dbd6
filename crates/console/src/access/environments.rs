//! The environments: where a role applies, and by which attributes it comes.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use actix_web::{HttpResponse, web};
use administration::{Acting, AdministrationError, Settling, environments, roles};
use askama::Template;
use domain::environment::{ADMINISTERED_IN, Environment, EnvironmentEdit, Place as InOrder};
use domain::policy::Span;
use serde::Deserialize;
use store::StoreError;

use super::Tab;
use crate::attempt::{Mending, Wrong, attempt, settled};
use crate::error::ConsoleError;
use crate::form::Posted;
use crate::page::{Notice, Place, Shell, page, page_to_mend, tell};
use crate::session::ConsoleSession;

const HERE: &str = "/access/environments";

#[derive(Template)]
#[template(path = "access/environments.html")]
struct ListPage {
    shell: Shell,
    tab: Tab,
    fields: Fields,
}

#[derive(Template)]
#[template(path = "access/environment.html")]
struct OnePage {
    shell: Shell,
    tab: Tab,
    name: String,
    can_go: bool,
    fields: Fields,
}

/// The fields of an environment, with what there is to choose from.
struct Fields {
    form: EnvironmentForm,
    is_new: bool,
    environments: Vec<Environment>,
    roles: Vec<String>,
    wrong: Mending,
}

impl Fields {
    fn is_before(&self, other: &Environment) -> bool {
        self.form.place.strip_prefix("before:") == Some(other.name.as_str())
    }
}

/// An environment as it is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct EnvironmentForm {
    name: String,
    /// Names with white space between them.
    scim_attributes: String,
    saml_attributes: String,
    default_role: String,
    max_age: String,
    /// Empty where it stays, `last`, or `before:` with a name.
    place: String,
    /// The version of the policy, of which the environments are a part, that was looked at.
    version: Option<i64>,
}

/// What was typed, as far as it can be read without looking anything up.
struct Wanted {
    name: String,
    default_role: String,
    edit: EnvironmentEdit,
    place: String,
    seen: Option<i64>,
}

/// The list, with the form for a further one.
pub(crate) async fn list(session: ConsoleSession, site: web::Data<Site>) -> Result<HttpResponse, ConsoleError> {
    let form = EnvironmentForm { default_role: "Member".to_owned(), place: "last".to_owned(), ..Default::default() };
    page(&list_page(&site, &session, form, None).await?)
}

/// Adds one.
pub(crate) async fn add(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    Posted(form): Posted<EnvironmentForm>,
) -> Result<HttpResponse, ConsoleError> {
    let done = match form.read(true) {
        Ok(wanted) => attempt(&site, &session, &client, move |acting| wanted.add(acting)).await?,
        Err(wrong) => Err(wrong),
    };
    match done {
        Ok(settling) => {
            let text = format!("The environment {} is added.{}", form.name, settled(settling));
            tell(&site, &session, HERE, Notice::done(text)).await
        }
        Err(wrong) => page_to_mend(&list_page(&site, &session, form, Some(wrong)).await?),
    }
}

/// One, to be changed.
pub(crate) async fn show(
    session: ConsoleSession,
    site: web::Data<Site>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ConsoleError> {
    let (_, name) = path.into_inner();
    page(&one_page(&site, &session, name, None).await?)
}

/// Changes one.
pub(crate) async fn set(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    path: web::Path<(String, String)>,
    Posted(form): Posted<EnvironmentForm>,
) -> Result<HttpResponse, ConsoleError> {
    let (_, name) = path.into_inner();
    let form = EnvironmentForm { name: name.clone(), ..form };
    let done = match form.read(false) {
        Ok(wanted) => attempt(&site, &session, &client, move |acting| wanted.set(acting)).await?,
        Err(wrong) => Err(wrong),
    };
    match done {
        Ok(settling) => {
            let text = format!("The environment {name} is saved.{}", settled(settling));
            tell(&site, &session, HERE, Notice::done(text)).await
        }
        Err(wrong) => page_to_mend(&one_page(&site, &session, name, Some((form, wrong))).await?),
    }
}

/// Removes one with everybody's role in it.
pub(crate) async fn remove(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ConsoleError> {
    let (_, name) = path.into_inner();
    let text = format!("The environment {name} is removed, with everybody\u{2019}s role in it.");
    let removed = attempt(&site, &session, &client, move |acting| {
        environments::remove(acting, &name)?;
        acting.begin_to_settle()
    });
    let settling = removed.await??;
    tell(&site, &session, HERE, Notice::done(text + &settled(settling))).await
}

impl Wanted {
    fn add(&self, acting: &Acting) -> Result<Settling, AdministrationError> {
        environments::add(acting, &self.name, &self.edit(acting)?, self.place().unwrap_or(InOrder::Last))?;
        acting.begin_to_settle()
    }

    fn set(&self, acting: &Acting) -> Result<Settling, AdministrationError> {
        environments::set(acting, &self.name, &self.edit(acting)?, self.place(), self.seen)?;
        acting.begin_to_settle()
    }

    fn edit(&self, acting: &Acting) -> Result<EnvironmentEdit, AdministrationError> {
        let default_role = Some(roles::get_name(acting, &self.default_role)?);
        Ok(EnvironmentEdit { default_role, ..self.edit.clone() })
    }

    fn place(&self) -> Option<InOrder<'_>> {
        match self.place.strip_prefix("before:") {
            Some(other) => Some(InOrder::Before(other)),
            None => (self.place == "last").then_some(InOrder::Last),
        }
    }
}

impl EnvironmentForm {
    fn of(environment: &Environment) -> Self {
        Self {
            name: environment.name.to_string(),
            scim_attributes: environment.scim_attributes.join("\n"),
            saml_attributes: environment.saml_attributes.join("\n"),
            default_role: environment.default_role.to_string(),
            max_age: environment.max_age.map(|age| age.to_string()).unwrap_or_default(),
            place: String::new(),
            version: None,
        }
    }

    /// A new environment has attributes by its name where none are typed.
    fn read(&self, is_new: bool) -> Result<Wanted, Wrong> {
        let names = |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
        let attributes = |text: &str| Some(names(text)).filter(|names| !is_new || !names.is_empty());
        let max_age = match self.max_age.trim() {
            "" => None,
            text => Some(text.parse::<Span>().map_err(|why| Wrong::new("max_age", &why))?),
        };
        let edit = EnvironmentEdit {
            scim_attributes: attributes(&self.scim_attributes),
            saml_attributes: attributes(&self.saml_attributes),
            default_role: None,
            max_age: Some(max_age),
        };
        let (name, place) = (self.name.trim().to_owned(), self.place.clone());
        Ok(Wanted { name, default_role: self.default_role.clone(), edit, place, seen: self.version })
    }
}

async fn list_page(
    site: &Site,
    session: &ConsoleSession,
    form: EnvironmentForm,
    wrong: Option<Wrong>,
) -> Result<ListPage, ConsoleError> {
    let (environments, roles) = catalogue(site, session).await?;
    let shell = Shell::new(session, Place::Access, "Environments");
    let fields = Fields { form, is_new: true, environments, roles, wrong: Mending(wrong) };
    Ok(ListPage { shell, tab: Tab::Environments, fields })
}

async fn one_page(
    site: &Site,
    session: &ConsoleSession,
    name: String,
    typed: Option<(EnvironmentForm, Wrong)>,
) -> Result<OnePage, ConsoleError> {
    let (environments, roles) = catalogue(site, session).await?;
    let known = environments.iter().find(|known| known.name.as_str() == name).ok_or(ConsoleError::NotFound)?;
    let (form, wrong) = match typed {
        Some((form, wrong)) => (form, Some(wrong)),
        None => (EnvironmentForm::of(known), None),
    };
    let shell = Shell::new(session, Place::Access, format!("Environment {name}"));
    let can_go = name != ADMINISTERED_IN;
    let fields = Fields { form, is_new: false, environments, roles, wrong: Mending(wrong) };
    Ok(OnePage { shell, tab: Tab::Environments, name, can_go, fields })
}

/// The environments, and the names of the roles.
async fn catalogue(site: &Site, session: &ConsoleSession) -> Result<(Vec<Environment>, Vec<String>), StoreError> {
    let (store, workspace) = (site.store.clone(), session.workspace().id);
    blocking(move || {
        let roles = store.roles(workspace)?.into_iter().map(|role| role.name.to_string()).collect();
        Ok((store.environments(workspace)?, roles))
    })
    .await
}
