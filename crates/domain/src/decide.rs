//! The one place where a command about a person becomes a change: pure, whatever the door.

mod administer;
mod draft;
mod invitation;
mod login;
mod membership;
mod provision;

use serde_json::json;

use crate::access::Origin;
use crate::audit::{Actor, AuditEntry, EventKind, OutgoingEvent, RequestOrigin, Source, Subject};
use crate::clock::Timestamp;
use crate::collaborator::{Invitation, Person};
use crate::command::{Command, Context};
use crate::environment::{Catalogue, GroupName};
use crate::group::Group;
use crate::id::{ConnectionId, PersonId, WorkspaceId};
use crate::name_id::NameId;
use crate::workspace::Workspace;

/// Decides what a command changes, or refuses it. Nothing is written here: the store's `commit` does that, all or nothing.
pub fn decide(state: State<'_>, command: Command, context: &Context) -> Result<Change, Refusal> {
    match command {
        Command::Provision(ids, user) => provision::create(state, ids, user, context),
        Command::Replace(user) => provision::replace(state, user, context),
        Command::Delete => provision::delete(state, context),
        Command::Login(attempt) => login::sign_in(state, *attempt, context),
        Command::AcceptInvitation(number) => invitation::accept(state, number, context),
        Command::ResendInvitation => invitation::resend(state, context),
        Command::SetRole { environment, role, pin } => administer::set_role(state, &environment, &role, pin, context),
        Command::Reconsider => administer::reconsider(state, context),
        Command::SetMembership { group, origin, member } => membership::set(state, &group, origin, member, context),
        Command::Hold => administer::hold(state, context),
        Command::Activate => administer::activate(state, context),
        Command::Remove => administer::remove(state, context),
        Command::Link { connection, name_id } => administer::link(state, connection, name_id, context),
        Command::EndSessions => administer::end_sessions(state, context),
    }
}

/// What one decision needs to know, never a whole group or workspace.
#[derive(Debug, Clone)]
pub struct State<'a> {
    /// The workspace with its policy.
    pub workspace: &'a Workspace,
    /// Environments, roles, and the groups that this command could mean.
    pub catalogue: &'a Catalogue,
    /// The person, where there is one.
    pub person: Option<Person>,
    /// Deleted people of the same `userName`, latest first (for [`Command::Provision`], and for a [`Command::Replace`]
    /// that gives a new `userName`).
    pub namesakes: Vec<Person>,
    /// The NameIDs by which the person is linked on the login's connection (for [`Command::Login`]).
    pub name_ids: Vec<String>,
}

/// Everything that one decision writes, in one transaction.
#[derive(Debug, Clone)]
pub struct Change {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The person as they are from now on.
    pub person: Person,
    /// How the person's row is written.
    pub write: Write,
    /// Links of NameIDs to people.
    pub links: Vec<LinkWrite>,
    /// Groups that come into being (`unknown_group = create`).
    pub groups: Vec<Group>,
    /// Memberships that begin or end.
    pub memberships: Vec<MembershipWrite>,
    /// The login that this change uses up.
    pub login: Option<UsedLogin>,
    /// The invitation that is to be sent.
    pub invitation: Option<Invitation>,
    /// Whether where the person stands, or what they may do, is to be remembered as it is from now on.
    pub is_remembered: bool,
    /// Whether a sync takes the administration of the workspace from the person: somebody else has to have it at the moment
    /// of the commit (§3.8).
    pub takes_administration: bool,
    /// Audit entries, in order.
    pub audit: Vec<AuditEntry>,
    /// Events for the outbox, in order.
    pub events: Vec<OutgoingEvent>,
}

/// How a person's row is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// A new row; a living person of the same name makes it fail.
    Insert,
    /// The row that still has this version and epoch; another one makes it fail.
    Update {
        /// `WHERE version = ?`
        version: i64,
        /// `AND epoch = ?`
        epoch: i64,
    },
    /// Nothing to write: the command asked for what already holds.
    Nothing,
}

/// A change to the links between NameIDs and people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkWrite {
    /// From now on this NameID names this person.
    Add {
        /// The connection.
        connection: ConnectionId,
        /// The NameID, exactly.
        name_id: String,
        /// The person.
        person: PersonId,
    },
    /// No NameID names this person any more.
    DropAll(PersonId),
}

/// A membership of one origin that begins or ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipWrite {
    /// The group, by the name that it had when this was decided.
    pub group: GroupName,
    /// Who says so.
    pub origin: Origin,
    /// Since when; none where it ends.
    pub since: Option<Timestamp>,
}

/// A login with what it uses up, once only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedLogin {
    /// The outstanding request; none where the assertion was unsolicited.
    pub request: Option<String>,
    /// When that request was sent, or when the unsolicited response came: it tells nothing of a connection that was changed
    /// since.
    pub begun_at: Timestamp,
    /// The connection.
    pub connection: ConnectionId,
    /// The assertion's id.
    pub assertion: String,
    /// Until when it has to be remembered.
    pub remember_until: Timestamp,
    /// When it came.
    pub at: Timestamp,
    /// The session that begins; none where the login is held until the person is verified.
    pub session: Option<NewSession>,
    /// The request that it came with.
    pub from: RequestOrigin,
}

impl UsedLogin {
    /// The entry of the connection that keeps what was changed on trial, because this login of an administrator went through
    /// it.
    pub fn confirms(&self, administrator: &Person, entity_id: &str) -> AuditEntry {
        AuditEntry {
            workspace: administrator.workspace,
            at: self.at,
            kind: EventKind::ConnectionConfirmed,
            source: Source::System,
            actor: Actor::Collaborator { id: administrator.id.to_string() },
            subject: Subject::named("connection", entity_id),
            before: None,
            after: Some(json!({ "reason": "an administrator signed in", "user": administrator.user_name.as_str() })),
            request: self.from.clone(),
        }
    }

    /// The entry of the session that the browser had before: it has one at a time (§5).
    pub fn replaces(&self, session: &NewSession, former: &Person) -> AuditEntry {
        AuditEntry {
            workspace: former.workspace,
            at: session.authenticated_at,
            kind: EventKind::SessionEnded,
            source: Source::System,
            actor: Actor::Collaborator { id: former.id.to_string() },
            subject: Subject::person(former),
            before: None,
            after: Some(json!({ "reason": "another login in the same browser" })),
            request: self.from.clone(),
        }
    }
}

/// A session to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// The hash of its secret.
    pub id: String,
    /// Whose.
    pub person: PersonId,
    /// The hash of the id of the browser that it is in.
    pub browser: String,
    /// The person's epoch at the login.
    pub epoch: i64,
    /// The NameID, for logout.
    pub name_id: NameId,
    /// The provider's index, for logout.
    pub session_index: Option<String>,
    /// When it begins.
    pub authenticated_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// Why a command is refused. Nothing is written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such person.
    #[error("there is no such person here")]
    NotFound,
    /// A SCIM write of `active: true` while an administrator holds the person (§2.7).
    #[error("an administrator of the workspace has deactivated this person; only an administrator can lift that")]
    Held,
    /// A login by somebody whom the identity provider has deactivated (§2.8).
    #[error("the identity provider has deactivated this person")]
    DeactivatedByProvider,
    /// A login by somebody whom an administrator has deactivated (§2.7).
    #[error("an administrator has deactivated this person")]
    DeactivatedByAdministrator,
    /// A login by somebody unknown, where the policy lets in none (§2.11).
    #[error("nobody here has this name, and the policy jit = {0} does not let newcomers in")]
    NotProvisioned(crate::policy::Jit),
    /// A login whose name matches only by a wider fold than is safe (§2.10).
    #[error("the name {0} is only similar to the userName {1}: an administrator has to link them")]
    NameOnlySimilar(String, String),
    /// A login that names somebody who is linked to another NameID of the connection.
    #[error("{0} is linked to another NameID: an administrator has to relink")]
    LinkedToAnother(String),
    /// A login or a SCIM write by another identity provider than the one whose person it is.
    #[error(
        "{0} is provisioned by, or signs in through, another identity provider: an administrator has to link them anew"
    )]
    AnotherProvider(String),
    /// A login with an unknown role, under `unknown_role = refuse_login`.
    #[error("the role for {environment} is not known here: {value}")]
    UnknownRole {
        /// The environment.
        environment: String,
        /// The value.
        value: String,
    },
    /// The link in an invitation was used, or the person has a later invitation, or none any more.
    #[error("the invitation was used, taken back, or replaced by a later one")]
    InvitationOver,
    /// The link in an invitation has expired.
    #[error("the invitation expired at {0}")]
    InvitationExpired(Timestamp),
    /// The last invitation is too young to be sent again.
    #[error("an invitation was sent to {to}: it can be sent again at {at}")]
    InvitedJustNow {
        /// Where to.
        to: String,
        /// From when on.
        at: Timestamp,
    },
    /// Nobody waits for an invitation.
    #[error("this person needs no invitation: they are {0}")]
    NotInvited(&'static str),
    /// There is no address to send an invitation to.
    #[error("neither the e-mail addresses of this person nor the userName is an address that mail can be sent to")]
    NoAddress,
    /// An administrator pins a role until a moment that is over.
    #[error("a pin ends in the future, and {0} is over")]
    PinIsOver(Timestamp),
    /// An administrator pins a role without a reason.
    #[error("a pin needs a reason of 1 to 500 characters")]
    PinWithoutReason,
    /// An administrator named an environment that does not exist.
    #[error("there is no environment {0}; there are {1}")]
    NoSuchEnvironment(String, String),
    /// An administrator named a role that does not exist.
    #[error("there is no role {0}; there are {1}")]
    NoSuchRole(String, String),
}

impl Refusal {
    /// The name of the check, for the audit log.
    pub fn check(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Held => "held",
            Self::DeactivatedByProvider => "deactivated_by_provider",
            Self::DeactivatedByAdministrator => "deactivated_by_administrator",
            Self::NotProvisioned(_) => "not_provisioned",
            Self::NameOnlySimilar(..) => "name_only_similar",
            Self::LinkedToAnother(_) => "linked_to_another",
            Self::AnotherProvider(_) => "another_provider",
            Self::UnknownRole { .. } => "unknown_role",
            Self::InvitationOver => "invitation_over",
            Self::InvitationExpired(_) => "invitation_expired",
            Self::InvitedJustNow { .. } => "invited_just_now",
            Self::NotInvited(_) => "not_invited",
            Self::NoAddress => "no_address",
            Self::PinIsOver(_) => "pin_is_over",
            Self::PinWithoutReason => "pin_without_reason",
            Self::NoSuchEnvironment(..) => "no_such_environment",
            Self::NoSuchRole(..) => "no_such_role",
        }
    }
}
