//! Audit entries and outgoing events: what a change tells of itself.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Timestamp;
use crate::collaborator::Person;
use crate::id::{TokenId, WorkspaceId};

/// One entry of the activity audit log, before it is sealed.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// The workspace whose log it is in.
    pub workspace: WorkspaceId,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub kind: EventKind,
    /// Who wrote the fact.
    pub source: Source,
    /// On whose behalf.
    pub actor: Actor,
    /// What it is about.
    pub subject: Subject,
    /// What held before.
    pub before: Option<Value>,
    /// What holds now.
    pub after: Option<Value>,
    /// The request it came with.
    pub request: RequestOrigin,
}

/// A sealed entry as the log prints it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SealedEntry {
    /// Its number in the workspace's chain, from 1.
    pub seq: i64,
    /// When it happened (RFC 3339, microseconds).
    pub at: String,
    /// What happened.
    pub kind: String,
    /// Who wrote the fact.
    pub source: String,
    /// On whose behalf.
    pub actor: Value,
    /// What it is about.
    pub subject: Value,
    /// What held before.
    pub before: Option<Value>,
    /// What holds now.
    pub after: Option<Value>,
    /// The request's id.
    pub request_id: Option<String>,
    /// The client's address.
    pub ip: Option<String>,
    /// The client's user agent.
    pub user_agent: Option<String>,
    /// Its link of the chain: HMAC-SHA-256 over the previous link and the entry, in hexadecimal.
    pub hash: String,
}

/// Something the application behind may want to hear of, in the same transaction as the change.
#[derive(Debug, Clone, PartialEq)]
pub struct OutgoingEvent {
    /// Its kind: the name of the audit entry that it goes with.
    pub kind: EventKind,
    /// When it happened.
    pub at: Timestamp,
    /// Its body.
    pub payload: Value,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)?) => {
        /// Every kind of audit entry.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum EventKind { $($(#[$doc])* $variant),+ }

        impl EventKind {
            /// All of them, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name that the log shows.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// By that name.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

kinds! {
    /// A workspace was made.
    WorkspaceCreated = "workspace.created",
    /// A policy value changed.
    PolicyChanged = "policy.changed",
    /// A role was added to the catalogue.
    RoleAdded = "role.added",
    /// The privileges of a role changed.
    RoleUpdated = "role.updated",
    /// An environment was added.
    EnvironmentAdded = "environment.added",
    /// The attributes, the default role or the maximum age of an environment changed.
    EnvironmentUpdated = "environment.updated",
    /// An environment was removed.
    EnvironmentRemoved = "environment.removed",
    /// A group was added to the catalogue.
    GroupAdded = "group.added",
    /// SCIM renamed a group or changed its members.
    GroupUpdated = "group.updated",
    /// SCIM removed a group, or its members of that origin.
    GroupRemoved = "group.removed",
    /// A name of the provider's was mapped to a group of ours.
    GroupMapped = "group.mapped",
    /// A name of the provider's no longer means a group of ours.
    GroupUnmapped = "group.unmapped",
    /// A SAML connection was made or its metadata replaced.
    ConnectionUpdated = "connection.updated",
    /// A connection's metadata can't be fetched or used any more; the last that could goes on being used.
    ConnectionRefreshFailed = "connection.refresh_failed",
    /// A certificate of an identity provider is about to end.
    CertificateExpiring = "connection.certificate_expiring",
    /// A connection that was changed on trial keeps the change.
    ConnectionConfirmed = "connection.confirmed",
    /// A connection that was changed on trial is as it was before.
    ConnectionRolledBack = "connection.rolled_back",
    /// A SAML connection was removed with its links and tokens.
    ConnectionRemoved = "connection.removed",
    /// A SAML key of the workspace was made and published.
    SamlKeyAdded = "saml_key.added",
    /// A SAML key that stood by became the active one.
    SamlKeyActivated = "saml_key.activated",
    /// A SAML key was removed.
    SamlKeyRemoved = "saml_key.removed",
    /// SCIM was switched on.
    ScimEnabled = "scim.enabled",
    /// SCIM was switched off.
    ScimDisabled = "scim.disabled",
    /// A SCIM token was made or replaced.
    ScimTokenRefreshed = "scim_token.refreshed",
    /// SCIM tokens were revoked.
    ScimTokenRevoked = "scim_token.revoked",
    /// An attribute of people was added to what SCIM takes.
    ScimAttributeAdded = "scim_attribute.added",
    /// An added attribute was taken away; its values are kept.
    ScimAttributeRemoved = "scim_attribute.removed",
    /// The owner's password was set anew.
    OwnerPasswordReset = "owner.password_reset",
    /// The owner's second factor was set up or taken away.
    OwnerSecondFactorChanged = "owner.second_factor_changed",
    /// Somebody signed in to the console.
    ConsoleSignedIn = "console.signed_in",
    /// A sign-in to the console was refused.
    ConsoleSignInRefused = "console.sign_in_refused",
    /// A session of the console ended.
    ConsoleSessionEnded = "console.session_ended",
    /// Entries that were older than the log keeps them were removed.
    AuditPruned = "audit.pruned",
    /// SCIM or a login made a person.
    CollaboratorProvisioned = "collaborator.provisioned",
    /// A profile, name or address changed.
    CollaboratorUpdated = "collaborator.updated",
    /// Access ended: by `active: false`, `DELETE`, or a hold.
    CollaboratorDeactivated = "collaborator.deactivated",
    /// Access returned.
    CollaboratorReactivated = "collaborator.reactivated",
    /// An administrator removed the person.
    CollaboratorRemoved = "collaborator.removed",
    /// An administrator decided through which connection somebody signs in.
    CollaboratorLinked = "collaborator.linked",
    /// A predecessor's SAML links were dropped because the name belongs to somebody new.
    CollaboratorUnlinked = "collaborator.unlinked",
    /// An invitation was handed to the mail server.
    InvitationSent = "invitation.sent",
    /// An invitation could not be sent, and is not tried again.
    InvitationFailed = "invitation.failed",
    /// An invitation was accepted.
    InvitationAccepted = "invitation.accepted",
    /// Roles or groups in force changed.
    AccessChanged = "access.changed",
    /// A sync would have left the workspace without an administrator: the last one keeps the role.
    AdministratorKept = "administrator.kept",
    /// A role value names no role.
    RoleUnresolved = "role.unresolved",
    /// A group value names no group.
    GroupUnresolved = "group.unresolved",
    /// A login succeeded.
    LoginSucceeded = "login.succeeded",
    /// A login failed; `after.check` names the check.
    LoginFailed = "login.failed",
    /// A login was tested, which signs nobody in; `after.result` says how it ended.
    LoginTested = "login.tested",
    /// Sessions ended.
    SessionEnded = "session.ended",
    /// The identity provider has signed somebody out everywhere, whose logout began here.
    LogoutCompleted = "logout.completed",
    /// The identity provider has not signed somebody out everywhere.
    LogoutPartial = "logout.partial",
    /// A message of single logout was refused; `after.check` names the check.
    LogoutFailed = "logout.failed",
}

impl EventKind {
    /// Whether it tells that somebody is kept out from then on: such an entry says how many sessions that ended.
    pub fn ends_access(self) -> bool {
        matches!(self, Self::CollaboratorDeactivated | Self::CollaboratorRemoved)
    }

    /// Whether it tells of sessions that may have ended: such an entry says how many.
    pub fn ends_sessions(self) -> bool {
        self.ends_access() || matches!(self, Self::CollaboratorLinked | Self::SessionEnded)
    }

    /// What it is about: the part of its name in front of the dot, which it has in common with its like.
    pub fn family(self) -> &'static str {
        self.as_str().split_once('.').map_or(self.as_str(), |(family, _)| family)
    }
}

/// Who wrote a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The identity provider, over SCIM.
    ScimAutoSync,
    /// The identity provider, by an assertion.
    SamlAutoSync,
    /// An administrator.
    Manual,
    /// Bootstrap, defaults, expiry.
    System,
}

impl Source {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::ScimAutoSync, Self::SamlAutoSync, Self::Manual, Self::System];

    /// The name that the log shows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ScimAutoSync => "scim_auto_sync",
            Self::SamlAutoSync => "saml_auto_sync",
            Self::Manual => "manual",
            Self::System => "system",
        }
    }
}

/// On whose behalf something happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Actor {
    /// A SCIM token.
    ScimToken {
        /// Its id.
        id: TokenId,
        /// Its name.
        name: String,
    },
    /// An assertion of a connection's identity provider.
    Assertion {
        /// The provider's entity id.
        issuer: Option<String>,
        /// The assertion's id.
        id: Option<String>,
    },
    /// A request or response of single logout by a connection's identity provider.
    LogoutMessage {
        /// The provider's entity id.
        issuer: Option<String>,
        /// The message's id.
        id: Option<String>,
    },
    /// The person themselves.
    Collaborator {
        /// Their inner id.
        id: String,
    },
    /// A collaborator who administers the workspace, in the console.
    Administrator {
        /// Their inner id.
        id: String,
        /// Their `userName` at that time.
        name: String,
    },
    /// The owner of the workspace, in the console.
    Owner {
        /// The owner's e-mail address.
        name: String,
    },
    /// Somebody at the command line of the gateway's machine.
    CommandLine {
        /// The operating system's user, where known.
        name: Option<String>,
    },
    /// Gatehouse itself.
    System,
}

/// What an entry is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// `collaborator`, `workspace`, `connection`, `saml_key`, `scim_token`, `scim_attribute`, `role`, `group`, `owner`, `login`,
    /// `logout`, `environment`, `console_session`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its id, where it has one.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
}

impl Subject {
    /// A person.
    pub fn person(person: &Person) -> Self {
        Self { kind: "collaborator", id: Some(person.id.to_string()), name: Some(person.user_name.to_string()) }
    }

    /// Anything that has a name.
    pub fn named(kind: &'static str, name: &str) -> Self {
        Self { kind, id: None, name: Some(name.to_owned()) }
    }
}

/// The request that a change came with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestOrigin {
    /// The request's id.
    pub request_id: Option<String>,
    /// The client's address.
    pub ip: Option<String>,
    /// The client's user agent.
    pub user_agent: Option<String>,
}
