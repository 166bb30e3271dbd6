//! Environments, environment roles and collaborator groups: the catalogue that values are looked up in.

mod set;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::policy::Span;
pub use set::{EnvironmentEdit, EnvironmentError, Environments, Place};

/// The system group that always exists and holds everybody.
pub const ALL_COLLABORATORS: &str = "All collaborators";

/// Whoever has this role in [`ADMINISTERED_IN`] administers the workspace.
pub const ADMINISTRATOR: &str = "Environment admin";
/// The environment whose administrators administer the workspace.
pub const ADMINISTERED_IN: &str = "dev";

/// The environment roles that every workspace has.
pub const SYSTEM_ROLES: [&str; 4] = [ADMINISTRATOR, "Environment manager", "Member", NO_ACCESS];

const NO_ACCESS: &str = "No access";
const NO_ACCESS_COMPACT: &str = "NoAccess";

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The name as it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

names! {
    /// The name of an environment: `dev`, `test`, `prod`.
    EnvironmentName,
    /// The name of a role that the catalogue knows.
    RoleName,
    /// The name of a collaborator group.
    GroupName,
}

/// Why a name of the catalogue is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing but white space.
    #[error("a name can't be blank")]
    Blank,
    /// Another spelling of a system role.
    #[error("NoAccess is another spelling of the system role No access")]
    Reserved,
    /// Over 256 characters, which is the most that Entra ID gives to a group.
    #[error("a name has at most 256 characters")]
    TooLong,
    /// A control character, or white space around it.
    #[error("a name can't hold control characters, nor begin or end with white space")]
    Characters,
}

impl EnvironmentName {
    /// Takes a stored or default name.
    pub fn new(name: &str) -> Result<Self, NameError> {
        check_name(name).map(Self)
    }
}

impl RoleName {
    /// Takes a name for a new custom role.
    pub fn new(name: &str) -> Result<Self, NameError> {
        if name == NO_ACCESS_COMPACT {
            return Err(NameError::Reserved);
        }
        check_name(name).map(Self)
    }

    /// The default role where nobody says anything.
    pub fn member() -> Self {
        Self("Member".to_owned())
    }
}

impl GroupName {
    /// Takes a name for a group.
    pub fn new(name: &str) -> Result<Self, NameError> {
        check_name(name).map(Self)
    }
}

fn check_name(name: &str) -> Result<String, NameError> {
    if name.trim().is_empty() {
        return Err(NameError::Blank);
    }
    if name.chars().count() > 256 {
        return Err(NameError::TooLong);
    }
    if name.chars().any(char::is_control) || name.trim() != name {
        return Err(NameError::Characters);
    }
    Ok(name.to_owned())
}

/// The spelling of a role value that the catalogue has.
pub fn usual_spelling(value: &str) -> &str {
    if value == NO_ACCESS_COMPACT { NO_ACCESS } else { value }
}

/// One environment, with the names of the attributes that carry its role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Its name.
    pub name: EnvironmentName,
    /// SCIM attributes of the `WorkatoRole` extension, aliases included.
    pub scim_attributes: Vec<String>,
    /// SAML attributes, aliases included.
    pub saml_attributes: Vec<String>,
    /// The role of a person about whom nobody says anything.
    pub default_role: RoleName,
    /// How long after a login a role that an assertion gave is in force; none for as long as nobody takes it.
    #[serde(default)]
    pub max_age: Option<Span>,
}

impl Environment {
    /// `dev`, `test` and `prod`, with the attribute names of the real system.
    pub fn defaults() -> Vec<Self> {
        [
            ("dev", &["workato_role", "workato_role_dev"][..]),
            ("test", &["workato_role_test"][..]),
            ("prod", &["workato_role_prod"][..]),
        ]
        .into_iter()
        .map(|(name, attributes)| {
            let attributes: Vec<String> = attributes.iter().map(|&a| a.to_owned()).collect();
            Self {
                name: EnvironmentName(name.to_owned()),
                scim_attributes: attributes.clone(),
                saml_attributes: attributes,
                default_role: RoleName::member(),
                max_age: None,
            }
        })
        .collect()
    }
}

/// What one decision needs of a workspace's catalogue: its environments and roles, and those groups that the values at
/// hand could mean (never all of them).
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// In the workspace's order.
    pub environments: Vec<Environment>,
    /// Every role, system roles included.
    pub roles: Vec<RoleName>,
    /// Those groups that exist among the candidate names.
    pub groups: Vec<GroupName>,
    /// The provider's names to ours, among the candidate names.
    pub mappings: BTreeMap<String, GroupName>,
    /// Whether more than one person administers the workspace.
    pub has_several_administrators: bool,
}

impl Catalogue {
    /// The role that a value names: exactly, never trimmed (`NoAccess` is another spelling of `No access`).
    pub fn find_role(&self, value: &str) -> Option<RoleName> {
        let value = usual_spelling(value);
        self.roles.iter().find(|role| role.as_str() == value).cloned()
    }

    /// The group of exactly that name.
    pub fn find_group(&self, name: &str) -> Option<GroupName> {
        if name == ALL_COLLABORATORS {
            return Some(GroupName(name.to_owned()));
        }
        self.groups.iter().find(|group| group.as_str() == name).cloned()
    }

    /// The environment of that name.
    pub fn find_environment(&self, name: &str) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name.as_str() == name)
    }

    /// The role whose spelling is nearest to an unknown value, for a hint.
    pub fn nearest_role(&self, value: &str) -> Option<&RoleName> {
        let wanted = value.trim().to_lowercase();
        self.roles
            .iter()
            .map(|role| (strsim::jaro_winkler(&role.as_str().to_lowercase(), &wanted), role))
            .filter(|(likeness, _)| *likeness > 0.85)
            .max_by(|(a, _), (b, _)| a.total_cmp(b))
            .map(|(_, role)| role)
    }
}
