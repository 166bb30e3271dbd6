//! What can go wrong in the store.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use domain::custom_attribute::CustomAttributeError;

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else wrote the row since it was read: load again and decide anew.
    #[error("the row was changed by somebody else in between")]
    Conflict,
    /// A unique index refuses.
    #[error("{0} is taken")]
    Taken(Unique),
    /// The login request or the assertion was used before, or the request is over.
    #[error("the login request or the assertion was used before, or has expired")]
    AlreadyUsed,
    /// The identity provider has ended the session that an assertion is of.
    #[error("the identity provider has ended the session that this assertion begins")]
    ProviderSessionOver,
    /// There is no group of that name.
    #[error("there is no group {0}: add it first")]
    NoSuchGroup(String),
    /// An attribute can't be added to those of the workspace.
    #[error(transparent)]
    CustomAttribute(#[from] CustomAttributeError),
    /// No such attribute is in force.
    #[error("there is no added attribute {0}")]
    NoSuchAttribute(String),
    /// The workspace has no such key of this purpose and standing.
    #[error("there is no such key in this standing: it may have changed in between")]
    NoSuchKey,
    /// A list in this order has no such place.
    #[error("the list has no such place")]
    NoSuchPlace,
    /// The write queue is full or no connection came free: try again later.
    #[error("the database is busy")]
    Busy,
    /// The database address can't be used.
    #[error("{0}")]
    Address(String),
    /// The schema is not at this version.
    #[error("{0}")]
    Migration(String),
    /// The head of an audit chain is none that the sealer wrote.
    #[error("the head of the audit chain was not written by the sealer: look at `gatehouse audit verify`")]
    ForgedHead,
    /// Audit entries whose time is over are not what was sealed, or the chain does not begin where the retention left it.
    #[error("the audit chain is not whole, so nothing of it is removed: look at `gatehouse audit verify`")]
    BrokenChain,
    /// What was read makes no sense.
    #[error("the database holds something unreadable: {0}")]
    Corrupt(String),
    /// A key can't be decrypted.
    #[error("a stored key can't be decrypted: is this the master key that the database was made with?")]
    WrongMasterKey,
    /// Anything else that the database reports.
    #[error("database: {0}")]
    Database(String),
}

/// Which uniqueness was hurt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unique {
    /// `userName` within a workspace.
    UserName,
    /// A workspace's handle.
    WorkspaceHandle,
    /// A role's name.
    RoleName,
    /// A group's name.
    GroupName,
    /// A NameID of a connection.
    NameId,
    /// A connection's name within a workspace.
    ConnectionName,
    /// An identity provider within a workspace.
    EntityId,
    /// An assertion of a connection.
    Assertion,
    /// A browser's one session.
    Browser,
    /// A workspace's one key of a purpose and standing.
    Key,
    /// Some other index.
    Other,
}

impl std::fmt::Display for Unique {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::UserName => "the userName",
            Self::WorkspaceHandle => "the workspace handle",
            Self::RoleName => "the role name",
            Self::GroupName => "the group name",
            Self::NameId => "the NameID",
            Self::ConnectionName => "the name of the identity provider",
            Self::EntityId => "the identity provider",
            Self::Assertion => "the assertion",
            Self::Browser => "the browser's session",
            Self::Key => "the place of the key",
            Self::Other => "a unique value",
        })
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match &error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                // PostgreSQL names the constraint, SQLite the columns in its message.
                Self::Taken(which(info.constraint_name().unwrap_or_else(|| info.message())))
            }
            DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Self::Conflict,
            DieselError::DatabaseError(_, info) if info.message().contains("database is locked") => Self::Busy,
            DieselError::DatabaseError(_, info) if info.message().contains("deadlock detected") => Self::Conflict,
            _ => Self::Database(error.to_string()),
        }
    }
}

fn which(name: &str) -> Unique {
    let names = [
        ("collaborators_user_name", Unique::UserName),
        ("collaborators.user_name_key", Unique::UserName),
        ("workspaces_handle", Unique::WorkspaceHandle),
        ("workspaces.handle", Unique::WorkspaceHandle),
        ("collaborator_groups", Unique::GroupName),
        ("roles", Unique::RoleName),
        ("saml_links", Unique::NameId),
        ("connections_name", Unique::ConnectionName),
        ("connections.name", Unique::ConnectionName),
        ("connections_entity_id", Unique::EntityId),
        ("connections.entity_id", Unique::EntityId),
        ("consumed_assertions", Unique::Assertion),
        ("sessions_browser", Unique::Browser),
        ("sessions.browser", Unique::Browser),
        ("stored_keys", Unique::Key),
    ];
    names.iter().find(|(part, _)| name.contains(part)).map_or(Unique::Other, |(_, unique)| *unique)
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Corrupt(error.to_string())
    }
}

impl From<diesel::r2d2::PoolError> for StoreError {
    fn from(_: diesel::r2d2::PoolError) -> Self {
        Self::Busy
    }
}
