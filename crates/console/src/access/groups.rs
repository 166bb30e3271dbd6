//! Collaborator groups, with how many people are in each and who says so.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use actix_web::{HttpResponse, web};
use administration::groups;
use askama::Template;
use domain::access::Origin;
use domain::environment::ALL_COLLABORATORS;
use domain::group::Group;
use domain::predicate::{AttributePath, Comparison, Form, Operand, Predicate};
use serde::Deserialize;
use store::{MemberCounts, Position, Sort, Store, StoreError};

use super::{Tab, with_query};
use crate::attempt::{Mending, Wrong, attempt};
use crate::error::ConsoleError;
use crate::figures::at_least;
use crate::form::Posted;
use crate::page::{Notice, Place, Shell, page, page_to_mend, tell};
use crate::session::ConsoleSession;

const HERE: &str = "/access/groups";
/// Groups on a page.
const PAGE: usize = 25;
/// The list counts no further; a group's own page does.
const COUNTED: usize = 1_000;

#[derive(Template)]
#[template(path = "access/groups.html")]
struct ListPage {
    shell: Shell,
    tab: Tab,
    search: Search,
    total: String,
    groups: Vec<Shown>,
    /// The system group is shown before all others.
    has_everybody: bool,
    first: Option<String>,
    next: Option<String>,
    form: GroupForm,
    wrong: Mending,
}

/// A group as the list has it.
struct Shown {
    group: Group,
    people: String,
    /// By SAML, by SCIM, by hand.
    by: [String; 3],
}

/// What is looked for, and from which place on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Search {
    q: String,
    key: String,
    at: Option<i64>,
}

/// A group as it is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct GroupForm {
    name: String,
}

/// The list, with the form for a further one.
pub(crate) async fn list(
    session: ConsoleSession,
    site: web::Data<Site>,
    web::Query(search): web::Query<Search>,
) -> Result<HttpResponse, ConsoleError> {
    page(&list_page(&site, &session, search, GroupForm::default(), None).await?)
}

/// Adds one.
pub(crate) async fn add(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    Posted(form): Posted<GroupForm>,
) -> Result<HttpResponse, ConsoleError> {
    let name = form.name.trim().to_owned();
    match attempt(&site, &session, &client, move |acting| groups::add(acting, &name)).await? {
        Ok(group) => {
            let notice = Notice::done(format!("The group {} is added. Nobody is in it yet.", group.name));
            tell(&site, &session, &format!("{HERE}/{}", group.id), notice).await
        }
        Err(wrong) => page_to_mend(&list_page(&site, &session, Search::default(), form, Some(wrong)).await?),
    }
}

impl Search {
    fn predicate(&self) -> Option<Predicate> {
        let text = self.q.trim();
        let name = AttributePath::new("displayName");
        let contains = || Predicate::Compare(name, Comparison::Contains, Operand::Folded(text.to_owned()));
        (!text.is_empty()).then(contains)
    }

    fn position(&self) -> Position {
        match self.at {
            Some(ordinal) => Position::After(store::Place { key: Some(self.key.clone()), ordinal }),
            None => Position::Offset(0),
        }
    }
}

async fn list_page(
    site: &Site,
    session: &ConsoleSession,
    search: Search,
    form: GroupForm,
    wrong: Option<Wrong>,
) -> Result<ListPage, ConsoleError> {
    let shell = Shell::new(session, Place::Access, "Groups");
    let found = {
        let (store, session, search) = (site.store.clone(), session.clone(), search.clone());
        blocking(move || find(&store, &session, &search)).await?
    };
    let (total, groups, last) = found;
    let here = shell.path(HERE);
    let next = last.map(|last| {
        let (key, at) = (last.key.unwrap_or_default(), last.ordinal.to_string());
        with_query(&here, &[("q", &search.q), ("key", &key), ("at", &at)])
    });
    let first = search.at.map(|_| with_query(&here, &[("q", &search.q)]));
    let has_everybody = search.at.is_none() && search.q.trim().is_empty();
    let (tab, wrong) = (Tab::Groups, Mending(wrong));
    Ok(ListPage { shell, tab, total, groups, has_everybody, first, next, search, form, wrong })
}

type Found = (String, Vec<Shown>, Option<store::Place>);

/// How many there are, those of this page, and the place of the last one where there are more.
fn find(store: &Store, session: &ConsoleSession, search: &Search) -> Result<Found, StoreError> {
    let sort = Sort { path: AttributePath::new("displayName"), form: Form::Folded, descending: false };
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let (workspace, predicate) = (session.workspace().id, search.predicate());
    let mut page = store.list_groups(workspace, predicate.as_ref(), Some(&sort), &search.position(), limit)?;
    let has_more = page.groups.len() > PAGE;
    page.groups.truncate(PAGE);
    page.places.truncate(PAGE);
    let shown = page.groups.into_iter().map(|group| {
        let counts = store.count_members(group.id, COUNTED)?;
        Ok(Shown { people: at_least(counts.people, counts.is_all), by: by_origin(&counts), group })
    });
    let shown = shown.collect::<Result<_, StoreError>>()?;
    Ok((at_least(page.total, true), shown, page.places.pop().filter(|_| has_more)))
}

/// How many by SAML, by SCIM and by hand.
pub(super) fn by_origin(counts: &MemberCounts) -> [String; 3] {
    [Origin::Saml, Origin::Scim, Origin::Manual].map(|origin| {
        let number = counts.by_origin.get(&origin).copied().unwrap_or_default();
        at_least(number, counts.is_all || number == 0)
    })
}
