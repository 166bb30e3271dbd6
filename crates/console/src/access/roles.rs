//! Environment roles, and what the application lets their holders do.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use actix_web::{HttpResponse, web};
use administration::roles;
use askama::Template;
use domain::environment::RoleName;
use domain::role::{Privilege, Privileges, Role};
use serde::Deserialize;
use store::StoreError;

use super::{Tab, with_query};
use crate::attempt::{Mending, Wrong, attempt, settled};
use crate::error::ConsoleError;
use crate::form::Posted;
use crate::page::{Notice, Place, Shell, page, page_to_mend, tell};
use crate::session::ConsoleSession;

const HERE: &str = "/access/roles";

#[derive(Template)]
#[template(path = "access/roles.html")]
struct ListPage {
    shell: Shell,
    tab: Tab,
    roles: Vec<Role>,
    form: RoleForm,
    wrong: Mending,
}

impl ListPage {
    fn address(&self, role: &Role) -> String {
        with_query(&self.shell.path("/access/role"), &[("name", role.name.as_str())])
    }
}

#[derive(Template)]
#[template(path = "access/role.html")]
struct OnePage {
    shell: Shell,
    tab: Tab,
    form: RoleForm,
    wrong: Mending,
}

/// A role as it is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RoleForm {
    name: String,
    /// Names with white space or commas between them.
    privileges: String,
}

/// Which role.
#[derive(Deserialize)]
pub(crate) struct Which {
    #[serde(default)]
    name: String,
}

/// The list, with the form for a further one.
pub(crate) async fn list(session: ConsoleSession, site: web::Data<Site>) -> Result<HttpResponse, ConsoleError> {
    page(&list_page(&site, &session, RoleForm::default(), None).await?)
}

/// Adds one.
pub(crate) async fn add(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    Posted(form): Posted<RoleForm>,
) -> Result<HttpResponse, ConsoleError> {
    let done = match form.read() {
        Ok(role) => {
            let added = attempt(&site, &session, &client, move |acting| {
                roles::add(acting, role)?;
                acting.begin_to_settle()
            });
            added.await?
        }
        Err(wrong) => Err(wrong),
    };
    match done {
        Ok(settling) => {
            let text = format!("The role {} is added.{}", form.name.trim(), settled(settling));
            tell(&site, &session, HERE, Notice::done(text)).await
        }
        Err(wrong) => page_to_mend(&list_page(&site, &session, form, Some(wrong)).await?),
    }
}

/// One that was added, to be changed.
pub(crate) async fn show(
    session: ConsoleSession,
    site: web::Data<Site>,
    which: web::Query<Which>,
) -> Result<HttpResponse, ConsoleError> {
    let roles = all(&site, &session).await?;
    let known = roles.iter().find(|role| role.name.as_str() == which.name && !role.is_system());
    let role = known.ok_or(ConsoleError::NotFound)?;
    let privileges = role.privileges.to_string().replace(", ", "\n");
    page(&one_page(&session, RoleForm { name: role.name.to_string(), privileges }, None))
}

/// Replaces its privileges.
pub(crate) async fn set(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    Posted(form): Posted<RoleForm>,
) -> Result<HttpResponse, ConsoleError> {
    let done = match form.read() {
        Ok(role) => attempt(&site, &session, &client, move |acting| roles::set(acting, role)).await?,
        Err(wrong) => Err(wrong),
    };
    match done {
        Ok(()) => {
            let text =
                format!("The privileges of {} are saved. Sessions and access tokens have them at once.", form.name);
            tell(&site, &session, HERE, Notice::done(text)).await
        }
        Err(wrong) => page_to_mend(&one_page(&session, form, Some(wrong))),
    }
}

impl RoleForm {
    fn read(&self) -> Result<Role, Wrong> {
        let name = RoleName::new(self.name.trim()).map_err(|why| Wrong::new("name", &why.to_string()))?;
        let words = self.privileges.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
        let privileges = words.map(|word| {
            let unfit = |why| Wrong::new("privileges", &format!("\u{201c}{word}\u{201d} can\u{2019}t be one: {why}"));
            word.parse::<Privilege>().map_err(unfit)
        });
        let privileges = Privileges::new(privileges.collect::<Result<Vec<_>, _>>()?);
        let privileges = privileges.map_err(|why| Wrong::new("privileges", &why.to_string()))?;
        Ok(Role { name, privileges })
    }
}

async fn list_page(
    site: &Site,
    session: &ConsoleSession,
    form: RoleForm,
    wrong: Option<Wrong>,
) -> Result<ListPage, ConsoleError> {
    let roles = all(site, session).await?;
    let shell = Shell::new(session, Place::Access, "Roles");
    Ok(ListPage { shell, tab: Tab::Roles, roles, form, wrong: Mending(wrong) })
}

fn one_page(session: &ConsoleSession, form: RoleForm, wrong: Option<Wrong>) -> OnePage {
    let shell = Shell::new(session, Place::Access, format!("Role {}", form.name));
    OnePage { shell, tab: Tab::Roles, form, wrong: Mending(wrong) }
}

async fn all(site: &Site, session: &ConsoleSession) -> Result<Vec<Role>, StoreError> {
    let (store, workspace) = (site.store.clone(), session.workspace().id);
    blocking(move || store.roles(workspace)).await
}
