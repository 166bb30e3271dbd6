//! What was said about a person, by whom and when: the inputs of the merge.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::environment::{EnvironmentName, RoleName};
use crate::id::ConnectionId;

/// Everything said about one person's access.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// What SCIM last said.
    pub provisioned: ProvisionedFacts,
    /// What the last accepted assertion said; none before the first login.
    pub asserted: Option<AssertedFacts>,
    /// Who the person is in that assertion's words. Nothing is decided by it: administrators see it beside SCIM's.
    #[serde(default)]
    pub identity: Option<AssertedIdentity>,
    /// What administrators said.
    pub manual: ManualFacts,
}

/// A value and since when it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated<T> {
    /// What was said.
    pub value: T,
    /// When it was first said; saying the same again does not move it.
    pub at: Timestamp,
}

/// Role values as SCIM sent them, by attribute name; an absent attribute is no opinion.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ProvisionedFacts {
    /// Attribute name to value.
    pub roles: BTreeMap<String, Stated<String>>,
}

/// What one verified assertion said about access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssertedFacts {
    /// When it was accepted.
    pub at: Timestamp,
    /// Through which connection.
    pub connection: ConnectionId,
    /// Role attributes with all their values; an absent attribute has no entry.
    pub roles: BTreeMap<String, Vec<String>>,
    /// The group attribute.
    pub groups: GroupsClaim,
}

/// What an assertion said about groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupsClaim {
    /// No such attribute.
    Absent,
    /// The attribute, but no value in it.
    Empty,
    /// Values, as sent.
    Values(Vec<String>),
    /// Entra's `groups.link`: there were too many to send. No information, never "no groups".
    Overage,
}

/// Who somebody is, in the words of one verified assertion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssertedIdentity {
    /// The NameID.
    pub name_id: String,
    /// The name by which somebody who is not linked is found.
    pub login_name: String,
    /// The rest.
    pub profile: AssertedProfile,
}

/// What an assertion says of a person's profile.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AssertedProfile {
    /// E-mail address.
    pub email: Option<String>,
    /// Full name.
    pub full_name: Option<String>,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
}

/// What administrators set by hand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ManualFacts {
    /// Environment to role.
    pub roles: BTreeMap<EnvironmentName, Stated<RoleName>>,
    /// Those roles that no sync overwrites for a while (§3.7).
    #[serde(default)]
    pub pins: BTreeMap<EnvironmentName, Pin>,
}

/// Until when a role set by hand stays, whatever syncs say, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// From then on syncs count again.
    pub until: Timestamp,
    /// The administrator's reason.
    pub reason: String,
}

impl ProvisionedFacts {
    /// Takes the values that SCIM now has. A value equal to the known one keeps its time, so that an echo is no write.
    pub fn replace(&mut self, values: &BTreeMap<String, String>, now: Timestamp) {
        let earlier = std::mem::take(&mut self.roles);
        self.roles = values
            .iter()
            .map(|(attribute, value)| {
                let stated = match earlier.get(attribute) {
                    Some(known) if known.value == *value => known.clone(),
                    _ => Stated { value: value.clone(), at: now },
                };
                (attribute.clone(), stated)
            })
            .collect();
    }

    /// The values as SCIM sent them.
    pub fn values(&self) -> BTreeMap<String, String> {
        self.roles.iter().map(|(attribute, stated)| (attribute.clone(), stated.value.clone())).collect()
    }
}
