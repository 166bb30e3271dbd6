//! One person: who they are, what they may do and why, and everything that can be done about it.

use std::collections::BTreeSet;

use ::web::Site;
use ::web::blocking::blocking;
use actix_web::{HttpResponse, web};
use askama::Template;
use domain::access::{EffectiveAccess, EnvironmentAccess, Input, InputState, Membership, Origin};
use domain::clock::{Timestamp, to_micros};
use domain::collaborator::{Person, Status};
use domain::environment::{Environment, RoleName};
use domain::explain::predict;
use domain::id::ConnectionId;
use domain::link_health::{LinkHealth, link_health};
use domain::order::moment;
use serde::Deserialize;
use store::{PersonMail, PersonSession};

use super::facts::{Link, Row};
use super::story::{self, Told};
use super::{badge, facts, get, source_name};
use crate::error::ConsoleError;
use crate::page::{Place, Shell, machine, page, shown};
use crate::session::ConsoleSession;

/// Groups whose names are offered; any other is typed.
const OFFERED_GROUPS: i64 = 200;

#[derive(Template)]
#[template(path = "people/person.html")]
struct PersonPage {
    shell: Shell,
    person: Person,
    badge: (&'static str, &'static str),
    /// The past moment that is shown; none for the present.
    at: Option<(String, String)>,
    at_text: String,
    unknown_past: bool,
    access: Vec<Access>,
    predicted: Vec<(String, String)>,
    groups: Vec<Group>,
    group_remarks: Vec<String>,
    health: LinkHealth,
    facts: Vec<Row>,
    links: Vec<Link>,
    connections: Vec<String>,
    sessions: Vec<Session>,
    mails: Vec<Mail>,
    timeline: Vec<Told>,
    latest: Vec<Told>,
    roles: Vec<RoleName>,
    environments: Vec<Environment>,
    all_groups: Vec<String>,
    has_receipt: bool,
}

/// The role of one environment, and why.
struct Access {
    environment: String,
    role: Option<String>,
    is_kept: bool,
    rule: String,
    source: &'static str,
    since: Option<(String, String)>,
    until: Option<(String, String)>,
    pin: Option<(String, String)>,
    inputs: Vec<(&'static str, String)>,
    notes: Vec<String>,
}

struct Group {
    name: String,
    origins: Vec<(&'static str, String, String)>,
    is_by_hand: bool,
}

struct Session {
    id: String,
    since: (String, String),
    until: (String, String),
    connection: String,
    index: String,
    ip: String,
    user_agent: String,
}

struct Mail {
    attempts: i32,
    due: (String, String),
    trouble: String,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    at: Option<String>,
}

/// The page; with `at` as things were then.
pub(crate) async fn show(
    session: ConsoleSession,
    site: web::Data<Site>,
    path: web::Path<(String, String)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, ConsoleError> {
    let made = blocking(move || PersonPage::of(&site, &session, &path.1, asked.into_inner().at));
    page(&made.await?)
}

impl PersonPage {
    fn of(site: &Site, session: &ConsoleSession, id: &str, asked: Option<String>) -> Result<Self, ConsoleError> {
        let (store, workspace, now) = (&site.store, session.workspace(), site.now());
        let person = get(store, session, id)?;
        let at_text = asked.unwrap_or_default();
        let at = read_moment(&at_text).filter(|at| *at < now);
        let then = at.map(|at| store.person_at(workspace.id, person.id, at)).transpose()?.flatten();
        let unknown_past = !at_text.is_empty() && then.is_none();
        let shown_person = then.as_ref().unwrap_or(&person);
        let moment = at.filter(|_| then.is_some()).unwrap_or(now);
        let connections = store.connections(workspace.id)?;
        let catalogue = store.catalogue(workspace.id, &BTreeSet::new())?;
        let predicted = then.is_none().then(|| predict(&person, workspace, &catalogue, now)).flatten();
        let named = |connection: ConnectionId| {
            connections
                .iter()
                .find(|known| known.id == connection)
                .map_or("-".to_owned(), |known| known.name.to_string())
        };
        let sessions = store.sessions_of(&person, now)?;
        Ok(Self {
            shell: Shell::new(session, Place::People, person.display_name()),
            badge: badge(shown_person),
            at: then.is_some().then(|| both(moment)),
            at_text,
            unknown_past,
            access: access(shown_person, moment),
            predicted: predicted.iter().flat_map(prediction).collect(),
            groups: shown_person.access.groups.iter().map(group).collect(),
            group_remarks: remarks(&shown_person.access),
            health: link_health(&person),
            facts: facts::rows(&person),
            links: store.saml_links(person.id)?.into_iter().map(|link| Link::of(link, &named)).collect(),
            connections: connections.iter().map(|connection| connection.name.to_string()).collect(),
            sessions: sessions.into_iter().map(|live| session_row(live, &named)).collect(),
            mails: store.mails_of(person.id)?.into_iter().map(mail).collect(),
            timeline: story::timeline(store, &person)?,
            latest: story::latest(store, &person)?,
            roles: catalogue.roles.clone(),
            environments: catalogue.environments.clone(),
            all_groups: store.group_names(workspace.id, OFFERED_GROUPS)?,
            has_receipt: store.receipt(workspace.id, person.id, None)?.is_some(),
            person,
        })
    }

    fn to(&self, below: &str) -> String {
        self.shell.path(&format!("/people/{}{below}", self.person.id))
    }

    fn user_name(&self) -> &str {
        self.person.user_name.as_str()
    }

    fn address(&self) -> &str {
        self.person.address().unwrap_or("-")
    }

    fn is_kept_out(&self) -> bool {
        matches!(self.person.status(), Status::Deactivated | Status::Removed)
    }

    fn is_deleted(&self) -> bool {
        self.person.lifecycle.is_deleted()
    }

    /// Whether an administrator's word keeps the person out, which another one can take back.
    fn can_be_activated(&self) -> bool {
        let lifecycle = &self.person.lifecycle;
        !self.is_deleted() && (lifecycle.hold.is_some() || lifecycle.removed.is_some())
    }

    fn is_invited(&self) -> bool {
        self.person.status() == Status::Invited
    }
}

/// A moment as a form sends it: a day, a day with a time in UTC, or RFC 3339.
fn read_moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let whole = match text.len() {
        10 => format!("{text}T23:59:59Z"),
        16 => format!("{text}:00Z"),
        _ => text.to_owned(),
    };
    moment(&whole).map(to_micros)
}

fn both(at: Timestamp) -> (String, String) {
    (shown(&at), machine(&at))
}

fn access(person: &Person, now: Timestamp) -> Vec<Access> {
    let kept_out = matches!(person.status(), Status::Deactivated | Status::Removed);
    let of = |access: &EnvironmentAccess| {
        let suspended = access.is_suspended(now);
        let pin = person.facts.manual.pins.get(&access.environment);
        Access {
            environment: access.environment.to_string(),
            role: access.role.as_ref().map(ToString::to_string),
            is_kept: kept_out || suspended,
            rule: if suspended {
                "too long after the login: suspended until the next one".to_owned()
            } else {
                words(&access.rule)
            },
            source: access.source.map_or("", source_name),
            since: access.since.map(both),
            until: access.in_force_until.map(both),
            pin: pin.map(|pin| (shown(&pin.until), pin.reason.clone())),
            inputs: inputs(access),
            notes: access.notes.clone(),
        }
    };
    person.access.environments.iter().map(of).collect()
}

/// The words by which a value is stored and printed everywhere.
fn words(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn inputs(access: &EnvironmentAccess) -> Vec<(&'static str, String)> {
    let previous = access.inputs.previous.as_ref().map_or("none".to_owned(), ToString::to_string);
    vec![
        ("The last login", input(&access.inputs.saml)),
        ("SCIM", input(&access.inputs.scim)),
        ("An administrator", input(&access.inputs.manual)),
        ("The role before", previous),
        ("The default", access.inputs.default.to_string()),
    ]
}

fn input(input: &Input) -> String {
    let value = input.value.as_deref().unwrap_or_default();
    let at = input.at.map(|at| format!(", {}", shown(&at))).unwrap_or_default();
    match input.state {
        InputState::Absent => "said nothing".to_owned(),
        InputState::Empty => format!("an empty value{at}"),
        InputState::Present => format!("{value}{at}"),
        InputState::Unknown => format!("“{value}”, which is no role here{at}"),
        InputState::Stale => format!("{value}, too long ago{at}"),
    }
}

fn prediction(access: &EffectiveAccess) -> Vec<(String, String)> {
    let of = |one: &EnvironmentAccess| {
        (one.environment.to_string(), one.role.as_ref().map_or("-".to_owned(), ToString::to_string))
    };
    access.environments.iter().map(of).collect()
}

fn group(membership: &Membership) -> Group {
    let name = |origin: Origin| match origin {
        Origin::Saml => "SAML",
        Origin::Scim => "SCIM",
        Origin::Manual => "by hand",
    };
    let origins = membership.origins.iter().map(|(origin, since)| (name(*origin), shown(since), machine(since)));
    Group {
        name: membership.name.to_string(),
        origins: origins.collect(),
        is_by_hand: membership.origins.contains_key(&Origin::Manual),
    }
}

fn remarks(access: &EffectiveAccess) -> Vec<String> {
    let ignored = access.ignored_groups.iter().map(|group| format!("{}: ignored, {}", group.name, group.reason));
    ignored.chain(access.group_notes.iter().cloned()).collect()
}

fn session_row(live: PersonSession, named: &impl Fn(ConnectionId) -> String) -> Session {
    Session {
        since: both(live.authenticated_at),
        until: both(live.expires_at),
        connection: named(live.provider.connection),
        index: live.provider.session_index.unwrap_or_default(),
        ip: live.ip.unwrap_or_default(),
        user_agent: live.user_agent.unwrap_or_default(),
        id: live.id,
    }
}

fn mail(mail: PersonMail) -> Mail {
    Mail { attempts: mail.attempts, due: both(mail.due_at), trouble: mail.trouble.unwrap_or_default() }
}
