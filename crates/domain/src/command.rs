//! What can be asked of a person's state, whatever the door.

use std::collections::BTreeMap;

use crate::access::Origin;
use crate::audit::{Actor, RequestOrigin, Source};
use crate::clock::Timestamp;
use crate::collaborator::{Profile, UserName};
use crate::custom_attribute::CustomAttributes;
use crate::environment::GroupName;
use crate::facts::{AssertedFacts, AssertedProfile, Pin};
use crate::id::{ConnectionId, PersonId, ScimId};
use crate::name_id::Qualifiers;

/// A command about one person.
#[derive(Debug, Clone)]
pub enum Command {
    /// SCIM `POST`: makes a person, or brings back a deleted one.
    Provision(NewIds, ScimUser),
    /// SCIM `PUT` or `PATCH`: what the person's resource is to be.
    Replace(ScimUser),
    /// SCIM `DELETE`.
    Delete,
    /// A verified assertion wants to sign in.
    Login(Box<LoginAttempt>),
    /// The person asks for access by the link in an invitation, the number of which it carries.
    AcceptInvitation(i64),
    /// The person, or an administrator, asks for the invitation once more.
    ResendInvitation,
    /// An administrator sets an environment role by hand.
    SetRole {
        /// The environment's name.
        environment: String,
        /// The role's name.
        role: String,
        /// Keeps syncs from overwriting it for a while.
        pin: Option<Pin>,
    },
    /// Access may have changed by itself: a pin is over, a login is too long ago, or the workspace is another than it was.
    Reconsider,
    /// SCIM or an administrator puts the person into a group or takes them out: the membership of that origin, and no
    /// other (§3.6).
    SetMembership {
        /// The group.
        group: GroupName,
        /// Whose word it is.
        origin: Origin,
        /// Whether the person is to be a member.
        member: bool,
    },
    /// An administrator deactivates: a hold that only an administrator lifts.
    Hold,
    /// An administrator lifts the hold, and takes back a removal.
    Activate,
    /// An administrator removes.
    Remove,
    /// An administrator decides through which connection the person signs in, and by which NameID; where none is given, by
    /// the name that the next login finds them by. Former links end.
    Link {
        /// The connection.
        connection: ConnectionId,
        /// The NameID, exactly.
        name_id: Option<String>,
    },
    /// An administrator ends every session.
    EndSessions,
}

/// Ids for a person to be made, drawn where randomness is at hand.
#[derive(Debug, Clone, Copy)]
pub struct NewIds {
    /// The inner id.
    pub person: PersonId,
    /// The SCIM id for a person who is brought back; a new person's SCIM id equals the inner id.
    pub scim: ScimId,
}

/// A SCIM `User` as it is to be, read-only attributes left out.
#[derive(Debug, Clone, PartialEq)]
pub struct ScimUser {
    /// `userName`.
    pub user_name: UserName,
    /// `externalId`.
    pub external_id: Option<String>,
    /// `active`; left out means unchanged (true for a new person).
    pub active: Option<bool>,
    /// The role extension; left out means unchanged.
    pub roles: Option<BTreeMap<String, String>>,
    /// Everything else.
    pub profile: Profile,
    /// The added attributes that the client knew: it says nothing about others.
    pub custom_attributes: CustomAttributes,
}

/// A login by a verified assertion.
#[derive(Debug, Clone)]
pub struct LoginAttempt {
    /// Through which connection.
    pub connection: ConnectionId,
    /// The NameID, exactly.
    pub name_id: String,
    /// What stands beside it: single logout has to name it so.
    pub name_id_qualifiers: Qualifiers,
    /// Whether the NameID is worth remembering (a transient one is not).
    pub linkable: bool,
    /// The name to find an unlinked person by: `workato_email`, else the NameID.
    pub login_name: UserName,
    /// What the assertion says of the person.
    pub profile: AssertedProfile,
    /// What it says of access; its time is set by the decision.
    pub facts: AssertedFacts,
    /// The login request it answers; none where it is unsolicited.
    pub request: Option<String>,
    /// When that request was sent, or when the unsolicited response came.
    pub begun_at: Timestamp,
    /// Its id, used once.
    pub assertion: String,
    /// Until when the id has to be remembered.
    pub remember_until: Timestamp,
    /// The hash of the session's secret.
    pub session: String,
    /// The hash of the id of the browser that signs in.
    pub browser: String,
    /// The provider's `SessionIndex`.
    pub session_index: Option<String>,
    /// The provider's bound on the session.
    pub session_not_on_or_after: Option<Timestamp>,
    /// The inner id of a person who is made by this login (JIT).
    pub new_person: PersonId,
}

/// When, by whom and with which request a command comes.
#[derive(Debug, Clone)]
pub struct Context {
    /// The present moment.
    pub now: Timestamp,
    /// On whose behalf.
    pub actor: Actor,
    /// The request.
    pub request: RequestOrigin,
    /// The connection that it comes through, of a SCIM token or an assertion; none for anybody else.
    pub connection: Option<ConnectionId>,
}

impl Context {
    /// The source that entries carry.
    pub fn source(&self) -> Source {
        match self.actor {
            Actor::ScimToken { .. } => Source::ScimAutoSync,
            Actor::Assertion { .. } | Actor::LogoutMessage { .. } => Source::SamlAutoSync,
            Actor::CommandLine { .. }
            | Actor::Collaborator { .. }
            | Actor::Administrator { .. }
            | Actor::Owner { .. } => Source::Manual,
            Actor::System => Source::System,
        }
    }
}
