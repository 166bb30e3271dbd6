//! What is done about several people at once: asked once more, and told of each who could not be helped.

use std::collections::BTreeMap;

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use actix_web::{HttpResponse, web};
use administration::{Acting, AdministrationError, groups};
use askama::Template;
use domain::collaborator::Person;
use domain::id::{PersonId, WorkspaceId};
use serde::Deserialize;
use store::{CommandError, Committed, Holder, Store, StoreError};

use super::actions::Action;
use super::badge;
use super::list::cut;
use super::looked_for::LookedFor;
use crate::attempt::attempt;
use crate::error::{ConsoleError, sentence};
use crate::form::Posted;
use crate::page::{Notice, Place, Shell, page, tell};
use crate::session::ConsoleSession;

/// People in one go: as many as a page of the list has.
const MOST: usize = 50;
/// Names in a sentence; the others are counted.
const NAMED: usize = 5;
const JOIN: &str = "join";
const LONGEST: usize = 80;
const OFFERED_GROUPS: i64 = 100;

/// Something that is done about many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Many {
    Each(Action),
    /// Into a group, by hand.
    Join,
}

impl Many {
    fn find(key: &str) -> Option<Self> {
        if key == JOIN { Some(Self::Join) } else { Action::find(key).map(Self::Each) }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Each(action) => action.key(),
            Self::Join => JOIN,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Each(action) => action.name(),
            Self::Join => "Put into a group",
        }
    }

    fn consequence(self) -> &'static str {
        match self {
            Self::Each(action) => action.consequence(),
            Self::Join => {
                "Each of them is a member by hand: no sync takes them out again. What assertions and SCIM say stays as it is."
            }
        }
    }

    fn is_grave(self) -> bool {
        matches!(self, Self::Each(action) if action.is_grave())
    }

    /// Behind a number of people.
    fn done(self) -> &'static str {
        match self {
            Self::Each(Action::Deactivate) => "deactivated, and their sessions ended",
            Self::Each(Action::Activate) => "let in again",
            Self::Each(Action::Remove) => "removed, and their sessions ended",
            Self::Each(Action::EndSessions) => "signed out everywhere",
            Self::Each(Action::Invite) => "sent the invitation again",
            Self::Join => "put into the group",
        }
    }
}

#[derive(Template)]
#[template(path = "people/bulk.html")]
struct BulkPage {
    shell: Shell,
    many: Many,
    people: Vec<Meant>,
    /// So many were ticked that some are left out.
    is_too_many: bool,
    is_among_them: bool,
    groups: Vec<String>,
    back: String,
    to_list: String,
}

struct Meant {
    id: PersonId,
    name: String,
    user_name: String,
    badge: (&'static str, &'static str),
}

/// Asks once more, with everybody whom it means.
pub(crate) async fn confirm(
    session: ConsoleSession,
    site: web::Data<Site>,
    web::Query(pairs): web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, ConsoleError> {
    let first = |name: &str| pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    let many = Many::find(first("action")).ok_or(ConsoleError::NotFound)?;
    let back = LookedFor::read(first("back")).query();
    let ticked: Vec<String> =
        pairs.iter().filter(|(name, _)| name == "person").map(|(_, value)| value.clone()).collect();
    if ticked.is_empty() {
        return tell(&site, &session, &to_list(&back), Notice::trouble("Tick the people first whom it is about."))
            .await;
    }
    let (store, workspace) = (site.store.clone(), session.workspace().id);
    let found = blocking(move || {
        let people = find(&store, workspace, &ticked)?;
        let groups = if many == Many::Join { store.group_names(workspace, OFFERED_GROUPS)? } else { Vec::new() };
        Ok::<_, StoreError>((people, groups, ticked.len() > MOST))
    });
    let (people, groups, is_too_many) = found.await?;
    let title = format!("{}: {}", many.name(), of_people(people.len()));
    let shell = Shell::new(&session, Place::People, title);
    page(&BulkPage {
        is_among_them: people.iter().any(|person| is_holder(&session, person)),
        people: people.iter().map(meant).collect(),
        to_list: shell.path(&to_list(&back)),
        shell,
        many,
        is_too_many,
        groups,
        back,
    })
}

fn meant(person: &Person) -> Meant {
    Meant {
        id: person.id,
        name: cut(&person.display_name(), LONGEST),
        user_name: cut(person.user_name.as_str(), LONGEST),
        badge: badge(person),
    }
}

fn is_holder(session: &ConsoleSession, person: &Person) -> bool {
    matches!(session.holder(), Holder::Administrator(holder) if holder.id == person.id)
}

fn of_people(number: usize) -> String {
    if number == 1 { "1 person".to_owned() } else { format!("{number} people") }
}

fn to_list(back: &str) -> String {
    if back.is_empty() { "/people".to_owned() } else { format!("/people?{back}") }
}

/// Those of the workspace among the ids, once each.
fn find(store: &Store, workspace: WorkspaceId, ids: &[String]) -> Result<Vec<Person>, StoreError> {
    let mut people: Vec<Person> = Vec::new();
    for id in ids.iter().filter_map(|id| PersonId::parse(id)).take(MOST) {
        if people.iter().all(|known| known.id != id) {
            people.extend(store.find_person(workspace, id)?);
        }
    }
    Ok(people)
}

#[derive(Deserialize)]
pub(crate) struct BulkForm {
    #[serde(default)]
    action: String,
    #[serde(default)]
    person: Vec<String>,
    #[serde(default)]
    group: String,
    #[serde(default)]
    back: String,
}

/// Does it, person by person: one who is refused keeps nobody else from it.
pub(crate) async fn act(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    Posted(form): Posted<BulkForm>,
) -> Result<HttpResponse, ConsoleError> {
    let many = Many::find(&form.action).ok_or(ConsoleError::NotFound)?;
    let (ids, name) = (form.person, form.group.trim().to_owned());
    let work = move |acting: &Acting| -> Result<Outcome, AdministrationError> {
        let people = find(&acting.store, acting.workspace.id, &ids)?;
        match many {
            Many::Each(action) => each(&people, |person| acting.command(person.id, &action.command())),
            Many::Join => {
                let group = groups::get(acting, &name)?;
                each(&people, |person| groups::set_member(acting, &group, person.id, true))
            }
        }
    };
    let notice = match attempt(&site, &session, &client, work).await? {
        Ok(outcome) => outcome.notice(many),
        Err(wrong) => Notice::trouble(wrong.why),
    };
    tell(&site, &session, &to_list(&LookedFor::read(&form.back).query()), notice).await
}

fn each(
    people: &[Person],
    work: impl Fn(&Person) -> Result<Committed, AdministrationError>,
) -> Result<Outcome, AdministrationError> {
    let mut outcome = Outcome::default();
    people.iter().try_for_each(|person| outcome.note(person, work(person)))?;
    Ok(outcome)
}

/// What came of it.
#[derive(Debug, Default)]
struct Outcome {
    done: usize,
    unchanged: usize,
    /// By the reason, whose.
    refused: BTreeMap<String, Vec<String>>,
}

impl Outcome {
    /// The database's trouble ends it; what the rules refuse is told at the end.
    fn note(
        &mut self,
        person: &Person,
        done: Result<Committed, AdministrationError>,
    ) -> Result<(), AdministrationError> {
        match done {
            Ok(committed) if committed.changed => self.done += 1,
            Ok(_) => self.unchanged += 1,
            Err(AdministrationError::Command(CommandError::Refused(refusal))) => {
                let names = self.refused.entry(sentence(&refusal.to_string())).or_default();
                names.push(cut(&person.display_name(), LONGEST));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn notice(&self, many: Many) -> Notice {
        let mut told = Vec::new();
        if self.done > 0 || self.refused.is_empty() && self.unchanged == 0 {
            told.push(format!("{} {} {}.", of_people(self.done), are(self.done), many.done()));
        }
        if self.unchanged > 0 {
            told.push(format!("Nothing had to be changed for {}.", of_people(self.unchanged)));
        }
        told.extend(self.refused.iter().map(|(why, names)| format!("Not done for {}: {why}", named(names))));
        let text = told.join(" ");
        if self.refused.is_empty() { Notice::done(text) } else { Notice::trouble(text) }
    }
}

fn are(number: usize) -> &'static str {
    if number == 1 { "is" } else { "are" }
}

/// Some names, and how many more.
fn named(names: &[String]) -> String {
    let some = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => some,
        more => format!("{some} and {more} more"),
    }
}
