//! What another policy would do to somebody's access, decided as it would be and never written.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::access::AccessInForce;
use crate::audit::{Actor, RequestOrigin};
use crate::clock::Timestamp;
use crate::collaborator::Person;
use crate::command::{Command, Context, LoginAttempt};
use crate::decide::{Refusal, State, decide};
use crate::environment::Catalogue;
use crate::facts::{AssertedFacts, AssertedProfile, GroupsClaim};
use crate::id::ConnectionId;
use crate::name_id::Qualifiers;
use crate::workspace::Workspace;

/// What a command would come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// This is in force then.
    Access(AccessInForce),
    /// It is refused.
    Refused(Refusal),
}

/// An outcome that would be another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differs {
    /// Under the present policy.
    pub before: Outcome,
    /// Under the other one.
    pub after: Outcome,
}

/// What would be different for one person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preview {
    /// As soon as the policy is in force.
    pub at_once: Option<Differs>,
    /// At the next login, if the identity provider sends what it sent last; of somebody who never signed in, if it says nothing
    /// of roles and groups.
    pub at_next_login: Option<Differs>,
}

/// Two policies of one workspace, to be compared.
#[derive(Debug, Clone, Copy)]
pub struct Comparison<'a> {
    /// The workspace as it is.
    pub present: &'a Workspace,
    /// As it would be.
    pub proposed: &'a Workspace,
    /// Environments and roles, and the groups that anybody's values could mean under either policy.
    pub catalogue: &'a Catalogue,
    /// When.
    pub now: Timestamp,
}

impl Comparison<'_> {
    /// For one person.
    pub fn of(&self, person: &Person) -> Preview {
        let is_settled = self.proposed.policy.listens_to_others_than(&self.present.policy);
        Preview {
            at_once: is_settled.then(|| self.differs(person, &Command::Reconsider, Actor::System)).flatten(),
            at_next_login: self.differs(
                person,
                &Command::Login(Box::new(self.next_login(person))),
                identity_provider(),
            ),
        }
    }

    fn differs(&self, person: &Person, command: &Command, actor: Actor) -> Option<Differs> {
        let context = Context { now: self.now, actor, request: RequestOrigin::default(), connection: None };
        let outcome = |workspace| self.outcome(person, command, workspace, &context);
        let (before, after) = (outcome(self.present), outcome(self.proposed));
        let same = match (&before, &after) {
            (Outcome::Access(before), Outcome::Access(after)) => before.grants_the_same(after),
            (Outcome::Refused(_), Outcome::Refused(_)) => true,
            _ => false,
        };
        (!same).then_some(Differs { before, after })
    }

    fn outcome(&self, person: &Person, command: &Command, workspace: &Workspace, context: &Context) -> Outcome {
        let name_ids = match command {
            Command::Login(attempt) => vec![attempt.name_id.clone()],
            _ => Vec::new(),
        };
        let (catalogue, namesakes) = (self.catalogue, Vec::new());
        let state = State { workspace, catalogue, person: Some(person.clone()), namesakes, name_ids };
        match decide(state, command.clone(), context) {
            Ok(change) => Outcome::Access(change.person.access_in_force(self.now)),
            Err(refusal) => Outcome::Refused(refusal),
        }
    }

    fn next_login(&self, person: &Person) -> LoginAttempt {
        let now = self.now;
        let last = person.facts.asserted.as_ref();
        let connection = person.lifecycle.connection.or(last.map(|said| said.connection));
        let connection = connection.unwrap_or(ConnectionId::new(Uuid::nil()));
        let silent = AssertedFacts { at: now, connection, roles: BTreeMap::new(), groups: GroupsClaim::Absent };
        LoginAttempt {
            connection,
            name_id: person.user_name.as_str().to_owned(),
            name_id_qualifiers: Qualifiers::default(),
            linkable: true,
            login_name: person.user_name.clone(),
            profile: AssertedProfile::default(),
            facts: last.map_or(silent, |said| AssertedFacts { at: now, ..said.clone() }),
            request: None,
            begun_at: now,
            assertion: String::new(),
            remember_until: now,
            session: String::new(),
            browser: String::new(),
            session_index: None,
            session_not_on_or_after: None,
            new_person: person.id,
        }
    }
}

/// On whose behalf a login is: what a sync may not do, it does not do here either.
fn identity_provider() -> Actor {
    Actor::Assertion { issuer: None, id: None }
}
