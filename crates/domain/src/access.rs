//! The merge: one pure function from facts to effective access, with the reason for each part of it.

mod groups;
mod notes;
mod roles;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::audit::Source;
use crate::clock::Timestamp;
use crate::environment::{ADMINISTERED_IN, ADMINISTRATOR, Catalogue, EnvironmentName, GroupName, RoleName};
use crate::facts::{Facts, Pin};
use crate::policy::Policy;
use crate::role::{Privileges, Role};

pub use groups::group_candidates;

/// Everything that one evaluation looks at. Same inputs, same answer.
#[derive(Debug, Clone, Copy)]
pub struct Evaluation<'a> {
    /// The workspace's policy.
    pub policy: &'a Policy,
    /// Its version, recorded in the result.
    pub policy_version: i64,
    /// Environments, roles, and the groups that the values could mean.
    pub catalogue: &'a Catalogue,
    /// What was said.
    pub facts: &'a Facts,
    /// What held before: "the role stays" needs it.
    pub previous: &'a EffectiveAccess,
    /// The moment of the evaluation.
    pub now: Timestamp,
}

/// Merges what SCIM, the last assertion and administrators said into one answer (product rules §3).
///
/// Each environment is decided by the newest voice that has a say under the policy. Without a voice newer than the one
/// that decided before, the earlier decision stays, so evaluating twice changes nothing.
pub fn effective_access(evaluation: &Evaluation<'_>) -> EffectiveAccess {
    let environments =
        evaluation.catalogue.environments.iter().map(|environment| roles::decide(environment, evaluation)).collect();
    let groups = groups::decide(evaluation);
    EffectiveAccess {
        environments,
        groups: groups.memberships,
        ignored_groups: groups.ignored,
        group_notes: groups.notes,
        groups_decided_at: groups.decided_at,
        evaluated_at: Some(evaluation.now),
        policy_version: evaluation.policy_version,
    }
}

/// A person's access with its reasons, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EffectiveAccess {
    /// In the workspace's order.
    pub environments: Vec<EnvironmentAccess>,
    /// Memberships, by name.
    pub groups: Vec<Membership>,
    /// Values that gave no membership, and why.
    pub ignored_groups: Vec<IgnoredGroup>,
    /// What else is to be said about groups.
    pub group_notes: Vec<String>,
    /// When the groups were last decided; none before the first login.
    pub groups_decided_at: Option<Timestamp>,
    /// When this was evaluated; none where it never was.
    pub evaluated_at: Option<Timestamp>,
    /// The policy it was evaluated by.
    pub policy_version: i64,
}

impl EffectiveAccess {
    /// The decision about one environment.
    pub fn find(&self, environment: &EnvironmentName) -> Option<&EnvironmentAccess> {
        self.environments.iter().find(|access| access.environment == *environment)
    }

    /// The groups that one origin says the person is in.
    pub fn groups_of(&self, origin: Origin) -> impl Iterator<Item = &GroupName> {
        self.groups.iter().filter(move |membership| membership.origins.contains_key(&origin)).map(|m| &m.name)
    }

    /// Whether it gives the administration of the workspace.
    pub fn administers(&self) -> bool {
        let role = self.administration().and_then(|e| e.role.as_ref());
        role.is_some_and(|role| role.as_str() == ADMINISTRATOR)
    }

    /// The decision about the environment that the administration goes by.
    pub(crate) fn administration(&self) -> Option<&EnvironmentAccess> {
        self.environments.iter().find(|e| e.environment.as_str() == ADMINISTERED_IN)
    }

    pub(crate) fn administration_mut(&mut self) -> Option<&mut EnvironmentAccess> {
        self.environments.iter_mut().find(|e| e.environment.as_str() == ADMINISTERED_IN)
    }

    /// Roles and groups without their reasons, as they were when this was evaluated.
    pub fn summary(&self) -> AccessInForce {
        let at = self.evaluated_at.unwrap_or(Timestamp::UNIX_EPOCH);
        AccessInForce::of(self, at)
    }

    /// An environment whose role could not be read from what was sent, where there is one.
    pub fn unresolved(&self) -> Option<&EnvironmentAccess> {
        self.environments.iter().find(|e| matches!(e.rule, Rule::UnknownKeepsRole | Rule::UnknownGivesDefault))
    }

    /// Whether both say the same, whenever and by whichever version of the policy they were evaluated.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let (evaluated_at, policy_version) = (other.evaluated_at, other.policy_version);
        Self { evaluated_at, policy_version, ..self.clone() } == *other
    }

    /// When the next of its roles is suspended.
    pub fn next_suspension(&self) -> Option<Timestamp> {
        let ahead = |at: &Timestamp| self.evaluated_at.is_none_or(|evaluated_at| evaluated_at < *at);
        self.environments.iter().filter_map(|e| e.in_force_until).filter(ahead).min()
    }
}

/// The decision about one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentAccess {
    /// Which one.
    pub environment: EnvironmentName,
    /// The role; none before the first login.
    pub role: Option<RoleName>,
    /// Who gave it.
    pub source: Option<Source>,
    /// Since when the person has this role.
    pub since: Option<Timestamp>,
    /// From when on the role is set aside until the next login; none where it has no such end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force_until: Option<Timestamp>,
    /// The rule that decided.
    pub rule: Rule,
    /// The voice that decided, and when it spoke.
    pub basis: Option<Basis>,
    /// What was looked at.
    pub inputs: Inputs,
    /// What was ignored, and why.
    pub notes: Vec<String>,
}

impl EnvironmentAccess {
    /// The role, unless the login that gave it is too long ago.
    pub fn role_at(&self, now: Timestamp) -> Option<&RoleName> {
        self.role.as_ref().filter(|_| !self.is_suspended(now))
    }

    /// Whether the login that gave the role is too long ago.
    pub fn is_suspended(&self, now: Timestamp) -> bool {
        self.in_force_until.is_some_and(|until| until <= now)
    }
}

/// The voice that decided, ordered by time; at one moment an administrator counts after SCIM, SCIM after a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Basis {
    /// When it spoke.
    pub at: Timestamp,
    /// Which one.
    pub voice: Voice,
}

/// Whose word it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Voice {
    /// Nobody's: the first evaluation under `role_authority = scim`.
    First,
    /// A login.
    Login,
    /// A SCIM write.
    Scim,
    /// An administrator.
    Administrator,
}

/// The rule that decided a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rule {
    /// No login yet.
    #[serde(rename = "awaiting first login")]
    AwaitingFirstLogin,
    /// The assertion's value.
    #[serde(rename = "assertion names the role")]
    AssertionNamesRole,
    /// SCIM's value.
    #[serde(rename = "SCIM names the role")]
    ScimNamesRole,
    /// An administrator's choice.
    #[serde(rename = "an administrator set the role")]
    AdministratorSetRole,
    /// An administrator's choice that no sync overwrites.
    #[serde(rename = "an administrator pinned the role")]
    AdministratorPinnedRole,
    /// A sync would have left the workspace without an administrator.
    #[serde(rename = "the last Environment admin in dev keeps the role")]
    LastAdministratorKeepsRole,
    /// Nobody has an opinion, and there is an earlier role.
    #[serde(rename = "no opinion: the earlier role stays")]
    EarlierRoleStays,
    /// Nobody has an opinion.
    #[serde(rename = "no opinion: the default role")]
    DefaultRole,
    /// The value is unknown, and there is an earlier role.
    #[serde(rename = "unknown value: the earlier role stays")]
    UnknownKeepsRole,
    /// The value is unknown.
    #[serde(rename = "unknown value: the default role")]
    UnknownGivesDefault,
    /// The login that gave it is too long ago. No decision has this rule: an explanation does.
    #[serde(rename = "too long after the login: suspended until the next one")]
    Suspended,
}

impl Rule {
    /// Whether an administrator's choice decided.
    pub(crate) fn is_by_hand(self) -> bool {
        matches!(self, Self::AdministratorSetRole | Self::AdministratorPinnedRole)
    }
}

/// What was looked at for one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// What the last assertion said.
    pub saml: Input,
    /// What SCIM last said.
    pub scim: Input,
    /// What an administrator last set.
    pub manual: Input,
    /// The role that held before the decision.
    pub previous: Option<RoleName>,
    /// The environment's default.
    pub default: RoleName,
}

/// One input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Absent, empty, present, unknown …
    pub state: InputState,
    /// The value as sent; several are joined by `", "`.
    pub value: Option<String>,
    /// When it was said.
    pub at: Option<Timestamp>,
    /// The pin on it; an administrator's choice alone can have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<Pin>,
}

/// How an input stands; each has its own consequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputState {
    /// Nothing was said.
    Absent,
    /// An empty value was sent.
    Empty,
    /// A value that names a role.
    Present,
    /// A value that names none, or several values.
    Unknown,
    /// A value that names a role, but said too long ago (`max_age`).
    Stale,
}

/// A membership and its origins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The group.
    pub name: GroupName,
    /// Who says so, and since when.
    pub origins: BTreeMap<Origin, Timestamp>,
}

impl Membership {
    /// Since when at least one origin has said so.
    pub fn since(&self) -> Option<Timestamp> {
        self.origins.values().min().copied()
    }
}

/// Who says that a person is in a group. A sync touches only its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// An assertion.
    Saml,
    /// A pushed SCIM `Group`.
    Scim,
    /// An administrator.
    Manual,
}

impl Origin {
    /// The name that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Saml => "saml",
            Self::Scim => "scim",
            Self::Manual => "manual",
        }
    }

    /// The origin of that name.
    pub fn find(name: &str) -> Option<Self> {
        [Self::Saml, Self::Scim, Self::Manual].into_iter().find(|origin| origin.as_str() == name)
    }
}

/// A group value that gave no membership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IgnoredGroup {
    /// As sent, trimmed.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// Roles and groups in force, without reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessInForce {
    /// Environment to role; `null` is no access at all.
    #[serde(serialize_with = "ordered_map")]
    pub roles: Vec<(EnvironmentName, Option<RoleName>)>,
    /// Explicit memberships, by name.
    pub groups: BTreeSet<GroupName>,
}

impl AccessInForce {
    /// All that was granted and is not suspended.
    pub fn of(access: &EffectiveAccess, now: Timestamp) -> Self {
        let roles = access.environments.iter().map(|e| (e.environment.clone(), e.role_at(now).cloned())).collect();
        Self { roles, groups: access.groups.iter().map(|m| m.name.clone()).collect() }
    }

    /// What the application lets the person do, by environment, as far as the roles have privileges of their own.
    pub fn privileges(&self, roles: &[Role]) -> BTreeMap<EnvironmentName, Privileges> {
        let of_role =
            |name: &RoleName| roles.iter().find(|role| role.name == *name).map(|role| role.privileges.clone());
        let each =
            self.roles.iter().filter_map(|(environment, role)| Some((environment.clone(), of_role(role.as_ref()?)?)));
        each.filter(|(_, privileges)| !privileges.is_empty()).collect()
    }

    /// Whether both grant the same: an environment without a role makes no difference.
    pub fn grants_the_same(&self, other: &Self) -> bool {
        fn granted(access: &AccessInForce) -> impl Iterator<Item = &(EnvironmentName, Option<RoleName>)> {
            access.roles.iter().filter(|(_, role)| role.is_some())
        }
        self.groups == other.groups && granted(self).eq(granted(other))
    }

    /// Nothing of it.
    pub fn none(access: &EffectiveAccess) -> Self {
        let roles = access.environments.iter().map(|e| (e.environment.clone(), None)).collect();
        Self { roles, groups: BTreeSet::new() }
    }
}

fn ordered_map<S: serde::Serializer>(
    roles: &[(EnvironmentName, Option<RoleName>)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(roles.iter().map(|(environment, role)| (environment, role)))
}
