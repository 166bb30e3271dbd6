//! A workspace in memory: it plays the store, so that tests read like the story of a person.
#![allow(dead_code, unused_imports, unreachable_pub, reason = "each test binary uses its own part of this")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests only")]

mod assertion;
pub mod chance;
mod scim;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration};
use domain::access::{AccessInForce, EnvironmentAccess, Origin};
use domain::audit::{Actor, EventKind, RequestOrigin};
use domain::clock::Timestamp;
use domain::collaborator::{Person, Status, UserName};
use domain::command::{Command, Context, NewIds, ScimUser};
use domain::decide::{Change, LinkWrite, Refusal, State, Write, decide};
use domain::environment::{Catalogue, Environment, EnvironmentEdit, Environments, GroupName, RoleName, SYSTEM_ROLES};
use domain::facts::Pin;
use domain::id::{ConnectionId, PersonId, ScimId, TokenId, WorkspaceId};
use domain::policy::{Invitations, Jit, Policy};
use domain::workspace::{Workspace, WorkspaceHandle};
use uuid::Uuid;

pub use assertion::{Assertion, assertion};
pub use scim::{NewUser, user};

/// One workspace with its people, links and clock.
#[derive(Debug, Clone)]
pub struct World {
    pub workspace: Workspace,
    pub catalogue: Catalogue,
    pub people: Vec<Person>,
    pub links: BTreeMap<(ConnectionId, String), PersonId>,
    /// Every SCIM id that was ever given out.
    pub scim_ids: BTreeSet<ScimId>,
    /// The connection of the SCIM token in use.
    pub scim_connection: ConnectionId,
    /// What the last command that was not refused changed.
    pub last: Option<Change>,
    clock: Timestamp,
    drawn: u128,
}

impl World {
    /// The policy of a new workspace with SCIM (`jit = known`); custom roles Admin, Analyst, Operator; a few groups.
    pub fn new() -> Self {
        let clock = moment("2026-01-05T08:00:00Z");
        let workspace = Workspace {
            id: WorkspaceId::new(Uuid::from_u128(1)),
            handle: WorkspaceHandle::new("acme").unwrap(),
            name: "Acme".to_owned(),
            policy: Policy { invitations: Invitations::SsoAccepts, ..Policy::new(Jit::Known) },
            policy_version: 1,
            scim_enabled: true,
            created_at: clock,
        };
        let roles = SYSTEM_ROLES.into_iter().chain(["Admin", "Analyst", "Operator"]);
        let groups = ["Finance", "Operations", "Sales", "Research, Development"];
        let catalogue = Catalogue {
            has_several_administrators: false,
            environments: Environment::defaults(),
            roles: roles.map(role).collect(),
            groups: groups.map(group).to_vec(),
            mappings: BTreeMap::from([("okta-fin".to_owned(), group("Finance"))]),
        };
        let (people, links, scim_ids) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
        let scim_connection = connection();
        Self { workspace, catalogue, people, links, scim_ids, scim_connection, last: None, clock, drawn: 100 }
    }

    /// With another policy value.
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.set_policy(key, value);
        self
    }

    /// Changes the policy from now on.
    pub fn set_policy(&mut self, key: &str, value: &str) {
        let authority = self.workspace.policy.role_authority;
        self.workspace.policy.set(key, value).unwrap();
        self.workspace.policy_version += 1;
        if self.workspace.policy.role_authority != authority {
            self.settle_all();
        }
    }

    pub fn now(&self) -> Timestamp {
        self.clock
    }

    /// Another machine's clock may be behind.
    pub fn turn_back_the_clock(&mut self) {
        self.clock -= Duration::hours(1);
    }

    /// SCIM `POST`. A living person of the name makes it fail, as the database's index does.
    pub fn post(&mut self, user: impl Into<ScimUser>) -> PersonId {
        self.try_post(user).unwrap().expect("a living person has this name")
    }

    /// SCIM `POST`; `None` is the conflict with a living person of the name.
    pub fn try_post(&mut self, user: impl Into<ScimUser>) -> Result<Option<PersonId>, Refusal> {
        let user = user.into();
        if self.find_living(&user.user_name).is_some() {
            return Ok(None);
        }
        let namesakes = self.deleted_namesakes(&user.user_name);
        let ids = NewIds { person: PersonId::new(self.draw()), scim: ScimId::new(self.draw()) };
        let change = self.run(None, namesakes, Vec::new(), Command::Provision(ids, user), scim_token())?;
        Ok(Some(change))
    }

    /// SCIM `PUT` or `PATCH`.
    pub fn put(&mut self, person: PersonId, user: impl Into<ScimUser>) -> Result<PersonId, Refusal> {
        let (user, person) = (user.into(), self.person(person).clone());
        let namesakes = self.deleted_namesakes(&user.user_name);
        self.run(Some(person), namesakes, Vec::new(), Command::Replace(user), scim_token())
    }

    /// SCIM `DELETE`.
    pub fn delete(&mut self, person: PersonId) -> Result<PersonId, Refusal> {
        self.about(person, Command::Delete, scim_token())
    }

    /// A login: by the link of its NameID, else by its name, else by nobody.
    pub fn login(&mut self, assertion: Assertion) -> Result<PersonId, Refusal> {
        let attempt = assertion.attempt(self.clock, PersonId::new(self.draw()));
        let linked = self.links.get(&(attempt.connection, attempt.name_id.clone())).copied();
        let person = match linked {
            Some(id) => Some(self.person(id).clone()),
            None => self
                .find_living(&attempt.login_name)
                .or_else(|| self.deleted_namesakes(&attempt.login_name).into_iter().next()),
        };
        let of_person = |id: &PersonId| person.as_ref().is_some_and(|person| person.id == *id);
        let on_connection =
            self.links.iter().filter(|((connection, _), id)| *connection == attempt.connection && of_person(id));
        let name_ids = on_connection.map(|((_, name_id), _)| name_id.clone()).collect();
        self.run(person, Vec::new(), name_ids, Command::Login(Box::new(attempt)), provider())
    }

    /// The person presses the button behind the link of that number.
    pub fn accept(&mut self, person: PersonId, number: i64) -> Result<PersonId, Refusal> {
        let actor = Actor::Collaborator { id: person.to_string() };
        self.about(person, Command::AcceptInvitation(number), actor)
    }

    pub fn resend(&mut self, person: PersonId) -> Result<PersonId, Refusal> {
        self.about(person, Command::ResendInvitation, administrator())
    }

    /// Where the last command had an invitation sent, and its number.
    pub fn invited(&self) -> Option<(&str, i64)> {
        self.last().invitation.as_ref().map(|open| (open.to.as_str(), open.number))
    }

    pub fn wait(&mut self, time: Duration) {
        self.clock += time;
    }

    pub fn set_role(&mut self, person: PersonId, environment: &str, role: &str) -> Result<PersonId, Refusal> {
        let (environment, role) = (environment.to_owned(), role.to_owned());
        self.about(person, Command::SetRole { environment, role, pin: None }, administrator())
    }

    /// The same, pinned for a while.
    pub fn pin(&mut self, person: PersonId, environment: &str, role: &str, pin: Pin) -> Result<PersonId, Refusal> {
        let (environment, role) = (environment.to_owned(), role.to_owned());
        self.about(person, Command::SetRole { environment, role, pin: Some(pin) }, administrator())
    }

    /// What the worker does when a moment has come.
    pub fn reconsider(&mut self, person: PersonId) -> PersonId {
        self.about(person, Command::Reconsider, Actor::System).unwrap()
    }

    /// What the worker does as soon as a moment has come.
    pub fn settle_due(&mut self) {
        let due: Vec<PersonId> = self.people.iter().filter(|p| p.is_due(self.clock)).map(|p| p.id).collect();
        due.into_iter().for_each(|id| drop(self.reconsider(id).to_string()));
    }

    /// What follows a change of the workspace: everybody is looked at.
    pub fn settle_all(&mut self) {
        let all: Vec<PersonId> = self.people.iter().filter(|p| !p.lifecycle.is_deleted()).map(|p| p.id).collect();
        all.into_iter().for_each(|id| drop(self.reconsider(id).to_string()));
    }

    /// An administrator edits the environments.
    pub fn edit_environments(&mut self, edit: impl FnOnce(&mut Environments)) {
        let mut environments = Environments::new(self.catalogue.environments.clone());
        edit(&mut environments);
        self.catalogue.environments = environments.into_list();
        self.workspace.policy_version += 1;
        self.settle_all();
    }

    pub fn set_max_age(&mut self, environment: &str, max_age: Option<&str>) {
        let max_age = Some(max_age.map(|text| text.parse().unwrap()));
        self.edit_environments(|all| {
            all.change(environment, EnvironmentEdit { max_age, ..Default::default() }).unwrap()
        });
    }

    /// An administrator puts somebody into a group, or takes them out.
    pub fn join(&mut self, person: PersonId, name: &str, member: bool) -> Result<PersonId, Refusal> {
        let command = Command::SetMembership { group: group(name), origin: Origin::Manual, member };
        self.about(person, command, administrator())
    }

    /// SCIM puts somebody into a group, or takes them out.
    pub fn set_membership(&mut self, person: PersonId, name: &str, member: bool) -> Result<PersonId, Refusal> {
        self.about(person, Command::SetMembership { group: group(name), origin: Origin::Scim, member }, scim_token())
    }

    /// An administrator says through which identity provider somebody signs in.
    pub fn link(&mut self, person: PersonId, connection: ConnectionId, name_id: Option<&str>) -> PersonId {
        let name_id = name_id.map(str::to_owned);
        self.about(person, Command::Link { connection, name_id }, administrator()).unwrap()
    }

    pub fn hold(&mut self, person: PersonId) -> PersonId {
        self.about(person, Command::Hold, administrator()).unwrap()
    }

    pub fn activate(&mut self, person: PersonId) -> PersonId {
        self.about(person, Command::Activate, administrator()).unwrap()
    }

    pub fn remove(&mut self, person: PersonId) -> PersonId {
        self.about(person, Command::Remove, administrator()).unwrap()
    }

    pub fn end_sessions(&mut self, person: PersonId) -> PersonId {
        self.about(person, Command::EndSessions, administrator()).unwrap()
    }

    /// The person as stored.
    pub fn person(&self, id: PersonId) -> &Person {
        self.people.iter().find(|person| person.id == id).unwrap()
    }

    pub fn status(&self, id: PersonId) -> Status {
        self.person(id).status()
    }

    /// The role in force, `-` where there is none.
    pub fn role(&self, id: PersonId, environment: &str) -> String {
        let AccessInForce { roles, .. } = self.person(id).access_in_force(self.clock);
        let found = roles.into_iter().find(|(name, _)| name.as_str() == environment);
        found.and_then(|(_, role)| role).map_or_else(|| "-".to_owned(), |role| role.to_string())
    }

    /// The groups in force.
    pub fn groups(&self, id: PersonId) -> Vec<String> {
        self.person(id).access_in_force(self.clock).groups.iter().map(ToString::to_string).collect()
    }

    /// The decision about one environment.
    pub fn decision(&self, id: PersonId, environment: &str) -> &EnvironmentAccess {
        self.person(id).access.environments.iter().find(|e| e.environment.as_str() == environment).unwrap()
    }

    /// The kinds of the audit entries that the last command wrote.
    pub fn told(&self) -> Vec<&'static str> {
        self.last().audit.iter().map(|entry| entry.kind.as_str()).collect()
    }

    pub fn was_told(&self, kind: EventKind) -> bool {
        self.last().audit.iter().any(|entry| entry.kind == kind)
    }

    pub fn last(&self) -> &Change {
        self.last.as_ref().unwrap()
    }

    /// Whether the session that a login began is still good: its epoch is the person's.
    pub fn is_alive(&self, login: &Change) -> bool {
        let session = login.login.as_ref().unwrap().session.as_ref().unwrap();
        let person = self.person(session.person);
        session.epoch == person.epoch && matches!(person.status(), Status::Active | Status::Invited)
    }

    /// The NameIDs that are linked to the person.
    pub fn name_ids(&self, id: PersonId) -> Vec<&str> {
        self.links.iter().filter(|(_, person)| **person == id).map(|((_, name_id), _)| name_id.as_str()).collect()
    }

    pub fn find_living(&self, name: &UserName) -> Option<Person> {
        self.people.iter().find(|p| !p.lifecycle.is_deleted() && p.user_name.fold() == name.fold()).cloned()
    }

    /// Latest first.
    pub fn deleted_namesakes(&self, name: &UserName) -> Vec<Person> {
        let deleted = self.people.iter().filter(|p| p.lifecycle.is_deleted() && p.user_name.fold() == name.fold());
        let mut deleted: Vec<Person> = deleted.cloned().collect();
        deleted.sort_by_key(|person| std::cmp::Reverse(person.updated_at));
        deleted
    }

    fn about(&mut self, id: PersonId, command: Command, actor: Actor) -> Result<PersonId, Refusal> {
        let person = Some(self.person(id).clone());
        self.run(person, Vec::new(), Vec::new(), command, actor)
    }

    fn run(
        &mut self,
        person: Option<Person>,
        namesakes: Vec<Person>,
        name_ids: Vec<String>,
        command: Command,
        actor: Actor,
    ) -> Result<PersonId, Refusal> {
        self.clock += Duration::minutes(1);
        let connection = match (&command, &actor) {
            (Command::Login(attempt), _) => Some(attempt.connection),
            (_, Actor::ScimToken { .. }) => Some(self.scim_connection),
            _ => None,
        };
        let context = Context { now: self.clock, actor, request: RequestOrigin::default(), connection };
        self.catalogue.has_several_administrators =
            self.people.iter().filter(|person| person.administers()).count() > 1;
        let state = State { workspace: &self.workspace, catalogue: &self.catalogue, person, namesakes, name_ids };
        let change = decide(state, command, &context)?;
        Ok(self.commit(change))
    }

    /// What the store does with a change, all or nothing.
    fn commit(&mut self, change: Change) -> PersonId {
        let id = change.person.id;
        let row = self.people.iter().position(|person| person.id == id);
        match (change.write, row) {
            (Write::Insert, None) => self.people.push(change.person.clone()),
            (Write::Update { version, epoch }, Some(row)) => {
                assert_eq!((self.people[row].version, self.people[row].epoch), (version, epoch));
                self.people[row] = change.person.clone();
            }
            (Write::Nothing, Some(_)) => {}
            (write, row) => panic!("{write:?} of row {row:?}"),
        }
        for link in &change.links {
            match link.clone() {
                LinkWrite::Add { connection, name_id, person } => {
                    self.links.insert((connection, name_id), person);
                }
                LinkWrite::DropAll(person) => self.links.retain(|_, linked| *linked != person),
            }
        }
        for group in &change.groups {
            assert!(!self.catalogue.groups.contains(&group.name), "{} is made twice", group.name);
            self.catalogue.groups.push(group.name.clone());
        }
        self.scim_ids.insert(change.person.scim_id);
        self.last = Some(change);
        id
    }

    fn draw(&mut self) -> Uuid {
        self.drawn += 1;
        Uuid::from_u128(self.drawn)
    }
}

pub fn moment(text: &str) -> Timestamp {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

pub fn role(name: &str) -> RoleName {
    RoleName::new(name).unwrap()
}

pub fn group(name: &str) -> GroupName {
    GroupName::new(name).unwrap()
}

pub fn connection() -> ConnectionId {
    ConnectionId::new(Uuid::from_u128(2))
}

fn scim_token() -> Actor {
    Actor::ScimToken { id: TokenId::new(Uuid::from_u128(3)), name: "Okta".to_owned() }
}

fn provider() -> Actor {
    Actor::Assertion { issuer: Some("https://okta.test/acme".to_owned()), id: Some("_a1".to_owned()) }
}

fn administrator() -> Actor {
    Actor::CommandLine { name: Some("root".to_owned()) }
}
