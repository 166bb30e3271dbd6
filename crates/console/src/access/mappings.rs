//! What the identity provider's names of groups mean.

use std::collections::BTreeSet;

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use actix_web::{HttpResponse, web};
use administration::groups;
use askama::Template;
use serde::Deserialize;
use store::{Store, StoreError};

use super::{Tab, with_query};
use crate::attempt::{Mending, Wrong, attempt};
use crate::error::ConsoleError;
use crate::form::Posted;
use crate::page::{Notice, Place, Shell, page, page_to_mend, tell};
use crate::session::ConsoleSession;

const HERE: &str = "/access/mappings";
/// Names on a page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "access/mappings.html")]
struct ListPage {
    shell: Shell,
    tab: Tab,
    mappings: Vec<Mapping>,
    first: Option<String>,
    next: Option<String>,
    form: MappingForm,
    wrong: Mending,
}

/// A name of the provider's, and the group that it means.
struct Mapping {
    provider_name: String,
    group: String,
    /// A group may be renamed or removed by SCIM.
    is_there: bool,
}

/// From which name on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct After {
    after: String,
}

/// A mapping as it is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MappingForm {
    name: String,
    group: String,
}

/// The list, with the form for a further one.
pub(crate) async fn list(
    session: ConsoleSession,
    site: web::Data<Site>,
    web::Query(from): web::Query<After>,
) -> Result<HttpResponse, ConsoleError> {
    page(&list_page(&site, &session, from, MappingForm::default(), None).await?)
}

/// Lets a name mean a group.
pub(crate) async fn add(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    Posted(form): Posted<MappingForm>,
) -> Result<HttpResponse, ConsoleError> {
    let (name, group) = (form.name.trim().to_owned(), form.group.trim().to_owned());
    let text = format!("{name} means {group} from everybody\u{2019}s next login on.");
    match attempt(&site, &session, &client, move |acting| groups::map(acting, &name, &group)).await? {
        Ok(()) => tell(&site, &session, HERE, Notice::done(text)).await,
        Err(wrong) => page_to_mend(&list_page(&site, &session, After::default(), form, Some(wrong)).await?),
    }
}

/// Lets a name mean nothing any more.
pub(crate) async fn remove(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    Posted(form): Posted<MappingForm>,
) -> Result<HttpResponse, ConsoleError> {
    let text = format!("{} means no group from everybody\u{2019}s next login on.", form.name);
    attempt(&site, &session, &client, move |acting| groups::unmap(acting, &form.name)).await??;
    tell(&site, &session, HERE, Notice::done(text)).await
}

async fn list_page(
    site: &Site,
    session: &ConsoleSession,
    from: After,
    form: MappingForm,
    wrong: Option<Wrong>,
) -> Result<ListPage, ConsoleError> {
    let shell = Shell::new(session, Place::Access, "Group mapping");
    let here = shell.path(HERE);
    let first = (!from.after.is_empty()).then(|| here.clone());
    let (mappings, has_more) = {
        let (store, session) = (site.store.clone(), session.clone());
        blocking(move || find(&store, &session, &from.after)).await?
    };
    let last = mappings.last().filter(|_| has_more);
    let next = last.map(|last| with_query(&here, &[("after", &last.provider_name)]));
    Ok(ListPage { shell, tab: Tab::Mappings, mappings, first, next, form, wrong: Mending(wrong) })
}

/// Those of a page, and whether there are more.
fn find(store: &Store, session: &ConsoleSession, after: &str) -> Result<(Vec<Mapping>, bool), StoreError> {
    let (workspace, limit) = (session.workspace().id, i64::try_from(PAGE + 1).unwrap_or(i64::MAX));
    let mut found = store.group_mappings(workspace, Some(after), limit)?;
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let names: BTreeSet<String> = found.iter().map(|(_, group)| group.to_string()).collect();
    let known = store.catalogue(workspace, &names)?;
    let mapping = |(provider_name, group): (String, domain::environment::GroupName)| Mapping {
        is_there: known.find_group(group.as_str()).is_some(),
        provider_name,
        group: group.to_string(),
    };
    Ok((found.into_iter().map(mapping).collect(), has_more))
}
