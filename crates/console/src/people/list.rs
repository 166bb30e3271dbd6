//! The list of people: found by text and filters, page by page.

use ::web::Site;
use ::web::blocking::blocking;
use actix_web::{HttpResponse, web};
use askama::Template;
use domain::collaborator::{Person, Status};
use domain::environment::Environment;
use domain::id::PersonId;
use domain::link_health::link_health;
use store::{PeoplePage, StoreError};

use super::actions::Action;
use super::badge;
use super::looked_for::{CHOICES, Choice, LookedFor, health_word};
use crate::error::ConsoleError;
use crate::figures::{at_least, grouped};
use crate::page::{Place, Shell, machine, page, shown};
use crate::session::ConsoleSession;

/// People on a page.
const PAGE: usize = 50;
/// Environments that have a column; the page of a person has all.
const COLUMNS: usize = 5;
/// Longer texts are cut: a provider may send very long ones, and a page stays light.
const LONGEST: usize = 80;
const LONGEST_ROLE: usize = 40;
/// Groups whose names are offered, and how many characters all of them may have; any other is typed.
const OFFERED_GROUPS: i64 = 100;
const OFFERED_CHARACTERS: usize = 4_000;

#[derive(Template)]
#[template(path = "people/list.html")]
struct ListPage {
    shell: Shell,
    looked_for: LookedFor,
    environments: Vec<(Environment, String)>,
    roles: Vec<String>,
    groups: Vec<String>,
    people: Vec<Row>,
    count: String,
    /// Who match may stand further on: so far nobody has looked.
    is_cut_off: bool,
    unsettled: Option<String>,
    before: Option<String>,
    after: Option<String>,
}

/// One person.
struct Row {
    id: PersonId,
    name: String,
    user_name: String,
    badge: (&'static str, &'static str),
    is_held: bool,
    health: Option<&'static str>,
    roles: Vec<Cell>,
    last_login: Option<(String, String)>,
}

/// A role in an environment.
struct Cell {
    environment: String,
    role: Option<String>,
    is_kept: bool,
}

/// What is asked of the store.
struct Found {
    page: PeoplePage,
    environments: Vec<Environment>,
    roles: Vec<String>,
    groups: Vec<String>,
    unsettled: i64,
}

pub(crate) async fn show(
    session: ConsoleSession,
    site: web::Data<Site>,
    web::Query(pairs): web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, ConsoleError> {
    let looked_for = LookedFor::of(&pairs);
    let (found, looked_for, site, session) = blocking(move || {
        let found = find(&site, &session, &looked_for)?;
        Ok::<_, StoreError>((found, looked_for, site, session))
    })
    .await?;
    page(&ListPage::of(&session, &site, looked_for, found))
}

fn find(site: &Site, session: &ConsoleSession, looked_for: &LookedFor) -> Result<Found, StoreError> {
    let (store, workspace) = (&site.store, session.workspace().id);
    let environments = store.environments(workspace)?;
    let search = looked_for.search(&environments);
    let unsettled = if looked_for.is_for_everybody() { 0 } else { store.count_due(workspace, site.now())? };
    let mut left = OFFERED_CHARACTERS;
    let groups = store.group_names(workspace, OFFERED_GROUPS)?.into_iter().take_while(|name| {
        let fits = name.len() <= left;
        left = left.saturating_sub(name.len());
        fits
    });
    Ok(Found {
        page: store.find_people(workspace, &search, looked_for.order(), &looked_for.turn(), PAGE)?,
        environments,
        roles: store.roles(workspace)?.into_iter().map(|role| role.name.to_string()).collect(),
        groups: groups.collect(),
        unsettled,
    })
}

impl ListPage {
    fn of(session: &ConsoleSession, site: &Site, looked_for: LookedFor, found: Found) -> Self {
        let shell = Shell::new(session, Place::People, "People");
        let (here, now) = (shell.path("/people"), site.now());
        let PeoplePage { people, before, after, count } = found.page;
        let columns: Vec<&Environment> = found.environments.iter().take(COLUMNS).collect();
        let row = |person: &Person| {
            let is_let_in = matches!(person.status(), Status::Invited | Status::Active);
            let roles = columns.iter().map(|environment| {
                let access = person.access.find(&environment.name);
                Cell {
                    environment: environment.name.to_string(),
                    role: access.and_then(|access| access.role.as_ref()).map(|role| cut(role.as_str(), LONGEST_ROLE)),
                    is_kept: !is_let_in || access.is_some_and(|access| access.is_suspended(now)),
                }
            });
            Row {
                id: person.id,
                name: cut(&person.display_name(), LONGEST),
                user_name: cut(person.user_name.as_str(), LONGEST),
                badge: badge(person),
                is_held: person.lifecycle.hold.is_some(),
                health: if is_let_in { health_word(&link_health(person)) } else { None },
                roles: roles.collect(),
                last_login: person.facts.asserted.as_ref().map(|login| (shown(&login.at), machine(&login.at))),
            }
        };
        Self {
            is_cut_off: after.is_some() && people.len() < PAGE,
            people: people.iter().map(row).collect(),
            count: at_least(count.number, count.is_all),
            unsettled: (found.unsettled > 0).then(|| grouped(found.unsettled)),
            before: before.map(|place| looked_for.to(&here, "before", &place)),
            after: after.map(|place| looked_for.to(&here, "after", &place)),
            environments: chosen(found.environments, &looked_for),
            roles: found.roles,
            groups: found.groups,
            looked_for,
            shell,
        }
    }

    fn choices(&self) -> impl Iterator<Item = &'static Choice> {
        CHOICES.iter()
    }

    fn actions(&self) -> impl Iterator<Item = Action> {
        Action::ALL.into_iter()
    }

    fn columns(&self) -> impl Iterator<Item = &str> {
        self.environments.iter().take(COLUMNS).map(|(environment, _)| environment.name.as_str())
    }
}

/// Each environment with the role that is looked for in it.
fn chosen(environments: Vec<Environment>, looked_for: &LookedFor) -> Vec<(Environment, String)> {
    let each = environments.into_iter().map(|environment| {
        let role = looked_for.role_in(&environment.name).to_owned();
        (environment, role)
    });
    each.collect()
}

/// A text of at most so many characters.
pub(super) fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
