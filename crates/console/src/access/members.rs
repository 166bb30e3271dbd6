//! One group: who is in it, and who says so. What a sync says is shown; what was said by hand can be taken back.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use actix_web::{HttpResponse, web};
use administration::{Acting, AdministrationError, groups, people};
use askama::Template;
use domain::access::Origin;
use domain::collaborator::Person;
use domain::group::Group;
use domain::id::{GroupId, PersonId};
use domain::people_search::PeopleSearch;
use serde::Deserialize;
use store::{MemberCounts, PeopleOrder, PeoplePage, StoreError, Turn};

use super::groups::by_origin;
use super::{Tab, with_query};
use crate::attempt::{Mending, Wrong, attempt};
use crate::error::ConsoleError;
use crate::figures::at_least;
use crate::form::Posted;
use crate::page::{Notice, Place, Shell, machine, page, page_to_mend, shown, tell};
use crate::session::ConsoleSession;

/// People on a page.
const PAGE: usize = 50;
/// Nobody counts further.
const COUNTED: usize = 10_000;

#[derive(Template)]
#[template(path = "access/group.html")]
struct GroupPage {
    shell: Shell,
    tab: Tab,
    group: Group,
    /// For people and for machines.
    made: (String, String),
    people: String,
    by: [String; 3],
    search: Search,
    members: Vec<Member>,
    before: Option<String>,
    after: Option<String>,
    form: MemberForm,
    wrong: Mending,
}

/// Somebody in the group.
struct Member {
    id: PersonId,
    display_name: String,
    user_name: String,
    status: &'static str,
    /// Who says so, and since when, for people and for machines.
    said: Vec<(&'static str, String, String)>,
    is_by_hand: bool,
}

/// Who is looked for in the group, and where the page begins or ends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Search {
    q: String,
    turn: String,
    key: Option<String>,
    at: i64,
}

/// Who is to be in the group, or no more.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MemberForm {
    /// A `userName` or an id.
    user: String,
}

type Path = web::Path<(String, String)>;

/// The group with its people.
pub(crate) async fn list(
    session: ConsoleSession,
    site: web::Data<Site>,
    path: Path,
    web::Query(search): web::Query<Search>,
) -> Result<HttpResponse, ConsoleError> {
    page(&group_page(&site, &session, id(path)?, search, MemberForm::default(), None).await?)
}

/// Puts somebody into it by hand.
pub(crate) async fn add(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    path: Path,
    Posted(form): Posted<MemberForm>,
) -> Result<HttpResponse, ConsoleError> {
    let (group, user) = (id(path)?, form.user.trim().to_owned());
    match attempt(&site, &session, &client, move |acting| set(acting, group, &user, true)).await? {
        Ok(Some(text)) => tell(&site, &session, &address(group), Notice::done(text)).await,
        Ok(None) => Err(ConsoleError::NotFound),
        Err(wrong) => page_to_mend(&group_page(&site, &session, group, Search::default(), form, Some(wrong)).await?),
    }
}

/// Takes back that somebody was put into it by hand.
pub(crate) async fn remove(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    path: Path,
    Posted(form): Posted<MemberForm>,
) -> Result<HttpResponse, ConsoleError> {
    let group = id(path)?;
    let done = attempt(&site, &session, &client, move |acting| set(acting, group, &form.user, false)).await??;
    let text = done.ok_or(ConsoleError::NotFound)?;
    tell(&site, &session, &address(group), Notice::done(text)).await
}

/// In a sentence what came of it; none where there is no such group.
fn set(acting: &Acting, group: GroupId, user: &str, member: bool) -> Result<Option<String>, AdministrationError> {
    let Some(group) = acting.store.find_group_by_id(acting.workspace.id, group)? else { return Ok(None) };
    let person = people::get(acting, user)?;
    let person = groups::set_member(acting, &group, person.id, member)?.person;
    let still = person.access.groups.iter().find(|known| known.name == group.name);
    let others: Vec<&str> =
        still.iter().flat_map(|known| known.origins.keys()).map(|origin| origin_name(*origin)).collect();
    let (name, group) = (person.display_name(), &group.name);
    Ok(Some(match (member, others.is_empty()) {
        (true, _) => format!("{name} is in {group} by hand: no sync takes that back."),
        (false, true) => format!("{name} is not in {group} any more."),
        (false, false) => {
            let say = if others.len() > 1 { "say" } else { "says" };
            format!("{name} is still in {group}: {} {say} so.", others.join(" and "))
        }
    }))
}

fn id(path: Path) -> Result<GroupId, ConsoleError> {
    GroupId::parse(&path.1).ok_or(ConsoleError::NotFound)
}

fn address(group: GroupId) -> String {
    format!("/access/groups/{group}")
}

fn origin_name(origin: Origin) -> &'static str {
    match origin {
        Origin::Saml => "SAML",
        Origin::Scim => "SCIM",
        Origin::Manual => "by hand",
    }
}

impl Search {
    fn turn(&self) -> Turn {
        let place = || store::Place { key: self.key.clone(), ordinal: self.at };
        match self.turn.as_str() {
            "after" => Turn::After(place()),
            "before" => Turn::Before(place()),
            _ => Turn::Begin,
        }
    }

    fn to(&self, here: &str, turn: &str, place: &store::Place) -> String {
        let (key, at) = (place.key.clone().unwrap_or_default(), place.ordinal.to_string());
        with_query(here, &[("q", &self.q), ("turn", turn), ("key", &key), ("at", &at)])
    }
}

async fn group_page(
    site: &Site,
    session: &ConsoleSession,
    id: GroupId,
    search: Search,
    form: MemberForm,
    wrong: Option<Wrong>,
) -> Result<GroupPage, ConsoleError> {
    let found = {
        let (site, session, search) = (site.clone(), session.clone(), search.clone());
        blocking(move || find(&site, &session, id, &search)).await?
    };
    let (group, counts, people) = found.ok_or(ConsoleError::NotFound)?;
    let shell = Shell::new(session, Place::Access, format!("Group {}", group.name));
    let here = shell.path(&address(id));
    Ok(GroupPage {
        shell,
        tab: Tab::Groups,
        people: at_least(counts.people, counts.is_all),
        by: by_origin(&counts),
        before: people.before.as_ref().map(|place| search.to(&here, "before", place)),
        after: people.after.as_ref().map(|place| search.to(&here, "after", place)),
        members: people.people.iter().map(|person| member(person, &group)).collect(),
        made: (shown(&group.created_at), machine(&group.created_at)),
        group,
        search,
        form,
        wrong: Mending(wrong),
    })
}

type Found = Option<(Group, MemberCounts, PeoplePage)>;

fn find(site: &Site, session: &ConsoleSession, id: GroupId, search: &Search) -> Result<Found, StoreError> {
    let workspace = session.workspace().id;
    let Some(group) = site.store.find_group_by_id(workspace, id)? else { return Ok(None) };
    let looked_for =
        PeopleSearch { text: search.q.clone(), group: Some(group.name.clone()), ..PeopleSearch::default() };
    let people = site.store.find_people(workspace, &looked_for, PeopleOrder::UserName, &search.turn(), PAGE)?;
    let counts = site.store.count_members(group.id, COUNTED)?;
    Ok(Some((group, counts, people)))
}

fn member(person: &Person, group: &Group) -> Member {
    let membership = person.access.groups.iter().find(|known| known.name == group.name);
    let origins = membership.iter().flat_map(|membership| &membership.origins);
    let said = origins.map(|(origin, since)| (origin_name(*origin), shown(since), machine(since)));
    Member {
        id: person.id,
        display_name: person.display_name(),
        user_name: person.user_name.to_string(),
        status: person.status().as_str(),
        said: said.collect(),
        is_by_hand: membership.is_some_and(|membership| membership.origins.contains_key(&Origin::Manual)),
    }
}
