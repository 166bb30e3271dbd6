//! A workspace in the database under test, with the commands that doors send.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Duration};
use domain::audit::{Actor, AuditEntry, EventKind, RequestOrigin, Source, Subject};
use domain::clock::{Clock, FixedClock, Timestamp};
use domain::collaborator::{Person, UserName};
use domain::command::{Command, Context, LoginAttempt, NewIds, ScimUser};
use domain::connection::{AttributeNames, ConnectionName, WeakAlgorithms};
use domain::decide::{Change, Refusal, State, decide};
use domain::environment::{Environment, GroupName, RoleName, SYSTEM_ROLES};
use domain::facts::{AssertedFacts, AssertedProfile, GroupsClaim};
use domain::group::{Group, GroupChange, GroupCommand, decide_group};
use domain::id::{ConnectionId, GroupId, PersonId, ScimId, TokenId, WorkspaceId};
use domain::name_id::Qualifiers;
use domain::policy::{Invitations, Jit, Policy};
use domain::role::Role;
use domain::workspace::{Workspace, WorkspaceHandle};
use store::{Committed, Connection, LoginRequest, NewWorkspace, Owner, Store, StoreError};
use uuid::Uuid;

use crate::database::Database;

/// One workspace with its connection and its clock.
pub(crate) struct Acme {
    pub(crate) store: Store,
    pub(crate) workspace: Workspace,
    pub(crate) connection: ConnectionId,
    clock: FixedClock,
}

/// Why a command did nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl Acme {
    /// The first workspace of an empty database.
    pub(crate) fn on(db: &Database) -> Self {
        db.store().migrate().unwrap();
        Self::called("acme", db.store())
    }

    /// One more workspace. Whoever is unknown may sign in, so that logins can make people.
    pub(crate) fn called(handle: &str, store: &Store) -> Self {
        let clock = FixedClock::at(moment("2026-01-05T08:00:00.000001Z"));
        let new = new_workspace(handle, clock.now());
        let connection = new.connection.as_ref().unwrap().id;
        let workspace = new.workspace.clone();
        store.create_workspace(new).unwrap();
        Self { store: store.clone(), workspace, connection, clock }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// The person as stored.
    pub(crate) fn person(&self, id: PersonId) -> Person {
        self.store.find_person(self.workspace.id, id).unwrap().unwrap()
    }

    /// SCIM `POST`.
    pub(crate) fn post(&self, user: impl Into<ScimUser>) -> Result<Person, Failure> {
        Ok(self.store.commit(self.post_change(user)?)?.person)
    }

    /// What a `POST` decides, not yet committed.
    pub(crate) fn post_change(&self, user: impl Into<ScimUser>) -> Result<Change, Failure> {
        let user = user.into();
        let namesakes = self.store.namesakes(self.workspace.id, &user.user_name)?;
        let ids = NewIds { person: PersonId::new(draw()), scim: ScimId::new(draw()) };
        self.decide(None, namesakes, Vec::new(), Command::Provision(ids, user), scim_token())
    }

    /// What a SCIM command about a person decides, not yet committed.
    pub(crate) fn change(&self, id: PersonId, command: Command) -> Result<Change, Failure> {
        self.change_of(self.person(id), command)
    }

    /// The same from a state that was loaded before.
    pub(crate) fn change_of(&self, person: Person, command: Command) -> Result<Change, Failure> {
        self.decide(Some(person), Vec::new(), Vec::new(), command, scim_token())
    }

    /// A SCIM command about a person.
    pub(crate) fn command(&self, id: PersonId, command: &Command) -> Result<Committed, Failure> {
        self.store.decide_and_commit(|_| self.change(id, command.clone()))
    }

    /// SCIM `PUT`.
    pub(crate) fn put(&self, id: PersonId, user: impl Into<ScimUser>) -> Result<Committed, Failure> {
        self.command(id, &Command::Replace(user.into()))
    }

    /// A login that is begun here and comes back.
    pub(crate) fn begin_login(&self, name_id: &str) -> Login {
        let number = draw().simple().to_string();
        let login = Login::unsolicited(name_id);
        let request = LoginRequest {
            id: format!("_request{number}"),
            workspace: self.workspace.id,
            connection: self.connection,
            secret: format!("secret{number}"),
            browser: login.browser.clone(),
            relay_state: format!("relay{number}"),
            return_to: Some("/reports".to_owned()),
            issued_at: self.now(),
            expires_at: self.now() + Duration::minutes(10),
            is_test: false,
        };
        self.store.add_login_request(request.clone()).unwrap();
        Login { request: Some(request.id), ..login }
    }

    /// What a login decides, not yet committed: each post draws its own session.
    pub(crate) fn login_change(&self, login: &Login) -> Result<Change, Failure> {
        let attempt = login.attempt(self.connection, self.now());
        let subject =
            self.store.login_subject(self.workspace.id, self.connection, &attempt.name_id, &attempt.login_name)?;
        self.decide(subject.person, Vec::new(), subject.name_ids, Command::Login(Box::new(attempt)), provider())
    }

    /// Signs in; gives the session's hash.
    pub(crate) fn sign_in(&self, login: &Login) -> Result<String, Failure> {
        let mut session = String::new();
        self.store.decide_and_commit(|_| {
            let change = self.login_change(login)?;
            session = session_of(&change);
            Ok::<_, Failure>(change)
        })?;
        Ok(session)
    }

    pub(crate) fn is_live(&self, session: &str) -> bool {
        self.store.find_live_session(session, self.now()).unwrap().is_some()
    }

    /// A group that an administrator makes, not yet committed.
    pub(crate) fn new_group(&self, name: &str) -> Group {
        Group::new(self.workspace.id, GroupId::new(draw()), GroupName::new(name).unwrap(), false, self.now())
    }

    /// SCIM `POST` of a group.
    pub(crate) fn post_group(&self, name: &str, members: &[PersonId]) -> Result<Group, Failure> {
        let id = GroupId::new(draw());
        self.store.decide_and_commit_group(|_| {
            let members = members.iter().map(|id| self.person(*id)).collect();
            let name = GroupName::new(name).unwrap();
            self.group_change(None, GroupCommand::Create { id, name, external_id: None, members })
        })
    }

    /// SCIM `PATCH` of a group, decided anew each time.
    pub(crate) fn change_group(&self, group: &Group, command: impl Fn() -> GroupCommand) -> Result<Group, Failure> {
        self.store.decide_and_commit_group(|store| {
            self.group_change(store.find_group(self.workspace.id, group.scim_id)?, command())
        })
    }

    /// What a command about a group decides, not yet committed.
    pub(crate) fn group_change(&self, group: Option<Group>, command: GroupCommand) -> Result<GroupChange, Failure> {
        let context =
            Context { now: self.now(), actor: scim_token(), request: RequestOrigin::default(), connection: None };
        Ok(decide_group(&self.workspace, group, command, &context)?)
    }

    /// A second identity provider.
    pub(crate) fn add_connection(&self, name: &str) -> ConnectionId {
        let id = ConnectionId::new(draw());
        let connection = Connection {
            id,
            workspace: self.workspace.id,
            name: name.parse().unwrap(),
            attribute_names: AttributeNames::default(),
            entity_id: format!("https://{name}.test/"),
            metadata: "<EntityDescriptor/>".to_owned(),
            source: None,
            weak_algorithms: WeakAlgorithms::default(),
        };
        self.store.put_connection(connection, self.entry(EventKind::ConnectionUpdated, name)).unwrap();
        id
    }

    /// An audit entry that tells of no person.
    pub(crate) fn entry(&self, kind: EventKind, subject: &str) -> AuditEntry {
        AuditEntry {
            workspace: self.workspace.id,
            at: self.now(),
            kind,
            source: Source::Manual,
            actor: Actor::CommandLine { name: Some("root".to_owned()) },
            subject: Subject { kind: "login", id: Some(subject.to_owned()), name: None },
            before: Some(serde_json::json!({ "a": 1 })),
            after: Some(serde_json::json!({ "a": 2 })),
            request: RequestOrigin {
                request_id: Some("r1".to_owned()),
                ip: Some("192.0.2.1".to_owned()),
                user_agent: Some("curl".to_owned()),
            },
        }
    }

    fn decide(
        &self,
        person: Option<Person>,
        namesakes: Vec<Person>,
        name_ids: Vec<String>,
        command: Command,
        actor: Actor,
    ) -> Result<Change, Failure> {
        let context = Context { now: self.now(), actor, request: RequestOrigin::default(), connection: None };
        let asserted = match &command {
            Command::Login(attempt) => match &attempt.facts.groups {
                GroupsClaim::Values(groups) => groups.iter().cloned().collect(),
                _ => BTreeSet::new(),
            },
            _ => BTreeSet::new(),
        };
        let catalogue = self.store.catalogue(self.workspace.id, &asserted)?;
        let state = State { workspace: &self.workspace, catalogue: &catalogue, person, namesakes, name_ids };
        Ok(decide(state, command, &context)?)
    }
}

/// A login as the identity provider posts it.
#[derive(Debug, Clone)]
pub(crate) struct Login {
    pub(crate) name_id: String,
    pub(crate) request: Option<String>,
    pub(crate) browser: String,
    pub(crate) assertion: String,
    pub(crate) role: Option<String>,
    pub(crate) groups: GroupsClaim,
}

impl Login {
    /// A login that nobody here asked for.
    pub(crate) fn unsolicited(name_id: &str) -> Self {
        let (browser, assertion) = (format!("browser{}", draw().simple()), format!("_assertion{}", draw().simple()));
        Self { name_id: name_id.to_owned(), request: None, browser, assertion, role: None, groups: GroupsClaim::Absent }
    }

    /// The same request answered by another assertion.
    pub(crate) fn with_another_assertion(&self) -> Self {
        Self { request: self.request.clone(), ..Self::unsolicited(&self.name_id) }
    }

    /// In the browser of that other login.
    pub(crate) fn in_the_browser_of(mut self, other: &Self) -> Self {
        self.browser.clone_from(&other.browser);
        self
    }

    pub(crate) fn role(mut self, role: &str) -> Self {
        self.role = Some(role.to_owned());
        self
    }

    /// Asserts these groups.
    pub(crate) fn groups<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        self.groups = GroupsClaim::Values(names.into_iter().map(str::to_owned).collect());
        self
    }

    fn attempt(&self, connection: ConnectionId, now: Timestamp) -> LoginAttempt {
        let roles = self.role.iter().map(|role| ("workato_role".to_owned(), vec![role.clone()]));
        let facts =
            AssertedFacts { at: now, connection, roles: BTreeMap::from_iter(roles), groups: self.groups.clone() };
        LoginAttempt {
            connection,
            name_id: self.name_id.clone(),
            name_id_qualifiers: Qualifiers::default(),
            linkable: true,
            login_name: UserName::new(&self.name_id).unwrap(),
            profile: AssertedProfile::default(),
            facts,
            request: self.request.clone(),
            begun_at: now,
            assertion: self.assertion.clone(),
            remember_until: now + Duration::minutes(5),
            session: format!("session{}", draw().simple()),
            browser: self.browser.clone(),
            session_index: Some("_index".to_owned()),
            session_not_on_or_after: None,
            new_person: PersonId::new(draw()),
        }
    }
}

/// The hash of the session that a login begins.
pub(crate) fn session_of(login: &Change) -> String {
    login.login.as_ref().unwrap().session.as_ref().unwrap().id.clone()
}

/// A workspace that is not made yet.
pub(crate) fn new_workspace(handle: &str, now: Timestamp) -> NewWorkspace {
    let workspace = Workspace {
        id: WorkspaceId::new(draw()),
        handle: WorkspaceHandle::new(handle).unwrap(),
        name: "Acme".to_owned(),
        policy: Policy { invitations: Invitations::SsoAccepts, ..Policy::new(Jit::Everyone) },
        policy_version: 1,
        scim_enabled: true,
        created_at: now,
    };
    let connection = Connection {
        id: ConnectionId::new(draw()),
        workspace: workspace.id,
        name: ConnectionName::default(),
        attribute_names: AttributeNames::default(),
        entity_id: "https://okta.test/acme".to_owned(),
        metadata: "<EntityDescriptor/>".to_owned(),
        source: None,
        weak_algorithms: WeakAlgorithms::default(),
    };
    let owner = Owner {
        email: "owner@acme.test".to_owned(),
        given_name: "Olga".to_owned(),
        family_name: "Owner".to_owned(),
        password_hash: "$argon2id$".to_owned(),
    };
    let roles =
        SYSTEM_ROLES.into_iter().chain(["Admin", "Analyst"]).map(|name| Role::named(RoleName::new(name).unwrap()));
    NewWorkspace {
        environments: Environment::defaults(),
        roles: roles.collect(),
        owner,
        connection: Some(connection),
        token: None,
        request_key: None,
        decryption_key: None,
        audit: Vec::new(),
        workspace,
    }
}

/// An id that nobody else has.
pub(crate) fn draw() -> Uuid {
    static DRAWN: AtomicU32 = AtomicU32::new(1);
    Uuid::from_u128(DRAWN.fetch_add(1, Ordering::Relaxed).into())
}

pub(crate) fn moment(text: &str) -> Timestamp {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn scim_token() -> Actor {
    Actor::ScimToken { id: TokenId::new(Uuid::from_u128(3)), name: "Okta".to_owned() }
}

fn provider() -> Actor {
    Actor::Assertion { issuer: Some("https://okta.test/acme".to_owned()), id: Some("_a1".to_owned()) }
}
