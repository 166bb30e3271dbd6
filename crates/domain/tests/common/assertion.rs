//! Assertions to sign in with.

use std::collections::BTreeMap;

use chrono::Duration;
use domain::clock::Timestamp;
use domain::collaborator::UserName;
use domain::command::LoginAttempt;
use domain::facts::{AssertedFacts, AssertedProfile, GroupsClaim};
use domain::id::{ConnectionId, PersonId};
use domain::name_id::Qualifiers;

use super::connection;

/// An assertion that says nothing but a NameID.
pub fn assertion(name_id: &str) -> Assertion {
    Assertion {
        name_id: name_id.to_owned(),
        email: None,
        linkable: true,
        roles: BTreeMap::new(),
        groups: GroupsClaim::Absent,
        full_name: None,
        connection: connection(),
    }
}

/// An assertion in the making.
#[derive(Debug, Clone)]
pub struct Assertion {
    name_id: String,
    email: Option<String>,
    linkable: bool,
    roles: BTreeMap<String, Vec<String>>,
    groups: GroupsClaim,
    full_name: Option<String>,
    connection: ConnectionId,
}

impl Assertion {
    /// `workato_email`: the name to find an unlinked person by.
    pub fn email(mut self, email: &str) -> Self {
        self.email = Some(email.to_owned());
        self
    }

    /// With a NameID that is not worth remembering.
    pub fn transient(mut self) -> Self {
        self.linkable = false;
        self
    }

    /// One more value of a role attribute.
    pub fn role(mut self, attribute: &str, value: &str) -> Self {
        self.roles.entry(attribute.to_owned()).or_default().push(value.to_owned());
        self
    }

    pub fn groups<const N: usize>(self, names: [&str; N]) -> Self {
        self.claim(GroupsClaim::Values(names.map(str::to_owned).to_vec()))
    }

    pub fn claim(mut self, groups: GroupsClaim) -> Self {
        self.groups = groups;
        self
    }

    pub fn full_name(mut self, name: &str) -> Self {
        self.full_name = Some(name.to_owned());
        self
    }

    /// By another identity provider.
    pub fn through(mut self, connection: ConnectionId) -> Self {
        self.connection = connection;
        self
    }

    pub fn attempt(self, now: Timestamp, new_person: PersonId) -> LoginAttempt {
        LoginAttempt {
            connection: self.connection,
            linkable: self.linkable,
            login_name: UserName::new(self.email.as_deref().unwrap_or(&self.name_id)).unwrap(),
            profile: AssertedProfile { email: self.email, full_name: self.full_name, ..AssertedProfile::default() },
            facts: AssertedFacts { at: now, connection: self.connection, roles: self.roles, groups: self.groups },
            request: Some(format!("_request{}", new_person.uuid().simple())),
            begun_at: now,
            assertion: format!("_assertion{}", new_person.uuid().simple()),
            remember_until: now + Duration::minutes(5),
            session: format!("session{}", new_person.uuid().simple()),
            browser: format!("browser{}", new_person.uuid().simple()),
            session_index: None,
            session_not_on_or_after: None,
            new_person,
            name_id: self.name_id,
            name_id_qualifiers: Qualifiers::default(),
        }
    }
}
