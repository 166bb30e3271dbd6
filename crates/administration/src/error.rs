//! Why something is refused or fails. The messages name no door: a door adds what is to be typed or pressed there.

use std::error::Error;

use domain::collaborator::InvalidUserName;
use domain::connection::ConnectionName;
use domain::environment::{ALL_COLLABORATORS, EnvironmentError, GroupName, NameError, RoleName};
use domain::policy::PolicyError;
use domain::role::TooManyPrivileges;
use domain::workspace::{InvalidHandle, WorkspaceHandle};
use saml_acs::KeyError;
use store::{CommandError, StoreError};
use web::access_token::AccessTokenError;
use web::password::HashError;
use web::random::NoRandomness;

use crate::metadata::MetadataFailure;
use crate::trials::{LONGEST, SHORTEST};

/// Why something that an administrator wants is refused or fails.
#[derive(Debug, thiserror::Error)]
pub enum AdministrationError {
    /// Not a name for a role or a group.
    #[error(transparent)]
    Name(#[from] NameError),
    /// There is none of that name.
    #[error("there is no role {0}")]
    NoSuchRole(RoleName),
    /// There is none of that name, and which there are.
    #[error("there is no role {0}; there are {1}")]
    NoneOfTheRoles(String, String),
    /// There is one of that name.
    #[error("there is a role {0} already")]
    RoleTaken(RoleName),
    /// A system role can't be edited.
    #[error("{0} is a system role: the application knows it by name, and it has no privileges of its own")]
    SystemRole(RoleName),
    /// More privileges than a token can carry.
    #[error(transparent)]
    Privileges(#[from] TooManyPrivileges),
    /// An edit of the environments is refused.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// There is none of that name.
    #[error("there is no group {0}")]
    NoSuchGroup(GroupName),
    /// There is one of that name.
    #[error("there is a group {0} already")]
    GroupTaken(GroupName),
    /// The provider's name means nothing here.
    #[error("{0} means no group of ours")]
    NoSuchMapping(String),
    /// The system group can't be added.
    #[error("{ALL_COLLABORATORS} is a system group: it always exists and holds everybody")]
    SystemGroup,
    /// Nobody is so named.
    #[error("there is no {0} in the workspace {1}")]
    NoSuchPerson(String, WorkspaceHandle),
    /// Not a `userName`.
    #[error(transparent)]
    UserName(#[from] InvalidUserName),
    /// One NameID names one person.
    #[error("this NameID names somebody else at {0} already")]
    NameIdTaken(String),
    /// A policy value is refused.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// Another administrator was faster.
    #[error(
        "another administrator has changed the policy in between, and nothing is changed by this: look at it again"
    )]
    PolicyOvertaken,
    /// SCIM can't be switched on.
    #[error(transparent)]
    Scim(#[from] ScimPrerequisite),
    /// There is no token of that id.
    #[error("there is no token {0} in {1}")]
    NoSuchToken(String, WorkspaceHandle),
    /// There is none of that name.
    #[error("there is no identity provider {0}")]
    NoSuchProvider(String),
    /// Nothing is known of the identity provider.
    #[error("a new identity provider needs its metadata")]
    MetadataMissing,
    /// The metadata can't be read or used.
    #[error(transparent)]
    Metadata(#[from] MetadataFailure),
    /// Not what an identity provider sends, or not a name for it.
    #[error("{0}")]
    SamlAttribute(String),
    /// Somebody else was faster.
    #[error("{0} was changed or removed in between, and nothing is changed by this: try again")]
    ConnectionOvertaken(String),
    /// No two of a workspace have the same entity id.
    #[error("another identity provider of this workspace is {0} already")]
    EntityIdTaken(String),
    /// A trial of no sensible length.
    #[error("a trial lasts from {SHORTEST} to {LONGEST}")]
    TrialLength,
    /// A connection that is made has nothing to return to.
    #[error("a new identity provider can't be on trial, because there is nothing to return to: try it by a test login")]
    NothingToReturnTo,
    /// It is not, or no longer.
    #[error("the identity provider {0} is not on trial")]
    NotOnTrial(ConnectionName),
    /// There is no key of that id.
    #[error("the workspace {0} has no key {1}")]
    NoSuchKey(WorkspaceHandle, String),
    /// One key stands by, no more.
    #[error("there are two keys for {0} already: remove one of them first")]
    TwoKeys(&'static str),
    /// A workspace does not go without.
    #[error("this is the only key for {0}: add another first")]
    OnlyKey(&'static str),
    /// The identity provider relies on it.
    #[error("this key signs: add another, have the identity provider read our metadata, and activate that one first")]
    KeySigns,
    /// A SAML key can't be made or read.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Not a handle for a workspace.
    #[error(transparent)]
    Handle(#[from] InvalidHandle),
    /// Handles are unique in a gateway.
    #[error("there is a workspace {0} already: choose another handle")]
    HandleTaken(WorkspaceHandle),
    /// The set-up makes the first one and no other.
    #[error("there is a workspace by now: sign in to it")]
    NotTheFirst,
    /// Not a name for a workspace.
    #[error("a workspace's name has 1 to 256 characters and no control characters")]
    WorkspaceName,
    /// Not the owner's address.
    #[error("{0} is no e-mail address")]
    OwnerEmail(String),
    /// Not the owner's name.
    #[error("the owner has a given and a family name, such as \"Olga Owner\"")]
    OwnerName,
    /// The key that signs access tokens can't be made or read.
    #[error(transparent)]
    AccessToken(#[from] AccessTokenError),
    /// A password can't be hashed.
    #[error(transparent)]
    Password(#[from] HashError),
    /// No secret and no id can be drawn.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// A decision about a person is refused or fails.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What has to be there before SCIM can be switched on (product rules §2.12), and is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScimPrerequisite {
    /// The capability.
    #[error("SCIM needs the capability advanced_security")]
    Capability,
    /// A SAML connection.
    #[error("SCIM needs a SAML connection")]
    Connection,
}

/// An error with what caused it, in one line.
#[must_use]
pub fn with_causes(error: &dyn Error) -> String {
    let (mut told, mut cause) = (error.to_string(), error.source());
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    told
}
