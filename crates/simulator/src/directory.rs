//! The people Okta knows, in memory.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{assertion::SamlAttribute, people::sample_people, provisioning::Outcome};

/// Role names to choose from: the system roles of a workspace, in the spelling that identity providers send.
pub const ROLE_NAMES: [&str; 4] = ["Environment admin", "Environment manager", "Member", "NoAccess"];

/// Group names to choose from; the workspace of a demonstration should have the same.
pub const GROUP_NAMES: [&str; 5] = ["Finance", "Operations", "Engineering", "Support", "All collaborators"];

/// Somebody in Okta's directory who is assigned to the application.
#[derive(Debug, Clone)]
pub struct Person {
    /// Names the person in addresses and element ids of the pages; never changes.
    pub key: String,
    /// Okta's own id, `00u…`, 20 characters.
    pub external_id: String,
    /// The user name over SCIM and the `NameID` over SAML: an e-mail address.
    pub user_name: String,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Whether Okta lets the person in.
    pub status: PersonStatus,
    /// Sent as `workato_email` where set; Okta's default is to leave it to the `NameID`.
    pub workato_email: Option<String>,
    /// The role attributes.
    pub roles: EnvironmentRoles,
    /// Whether the roles are pushed over SCIM too, in the `WorkatoRole` extension.
    pub roles_over_scim: bool,
    /// Whether the assertion is encrypted for the gateway.
    pub encrypted: bool,
    /// The values of `workato_user_groups`.
    pub groups: Vec<String>,
    /// The id the gateway gave the person over SCIM.
    pub scim_id: Option<String>,
    /// How the last push over SCIM ended.
    pub last_outcome: Option<Outcome>,
}

/// Whether Okta lets a person in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonStatus {
    /// May sign in.
    Active,
    /// Okta would not sign the person in.
    Deactivated,
}

/// The role of each environment; `None` is not sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnvironmentRoles {
    /// `workato_role`.
    pub dev: Option<String>,
    /// `workato_role_test`.
    pub test: Option<String>,
    /// `workato_role_prod`.
    pub prod: Option<String>,
}

/// Everybody, in a stable order.
#[derive(Debug)]
pub struct Directory {
    people: Mutex<Vec<Person>>,
}

impl Directory {
    /// Acme's six people.
    #[must_use]
    pub fn sample() -> Self {
        Self { people: Mutex::new(sample_people()) }
    }

    /// Everybody.
    #[must_use]
    pub fn people(&self) -> Vec<Person> {
        self.lock().clone()
    }

    /// The person of this key.
    #[must_use]
    pub fn find_person(&self, key: &str) -> Option<Person> {
        self.lock().iter().find(|person| person.key == key).cloned()
    }

    /// Changes one person and returns the result; `None` where there is no such person.
    pub fn update(&self, key: &str, change: impl FnOnce(&mut Person)) -> Option<Person> {
        let mut people = self.lock();
        let person = people.iter_mut().find(|person| person.key == key)?;
        change(person);
        Some(person.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Person>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Person {
    /// Given and family name.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name).trim().to_owned()
    }

    /// Whether Okta lets the person in.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == PersonStatus::Active
    }

    /// The attribute statement of a login. As with Okta, an attribute without a value is left out altogether.
    #[must_use]
    pub fn saml_attributes(&self) -> Vec<SamlAttribute> {
        let one = |value: &Option<String>| value.iter().cloned().collect::<Vec<_>>();
        [
            ("workato_email", one(&self.workato_email)),
            ("workato_full_name", vec![self.full_name()]),
            ("workato_role", one(&self.roles.dev)),
            ("workato_role_test", one(&self.roles.test)),
            ("workato_role_prod", one(&self.roles.prod)),
            ("workato_user_groups", self.groups.clone()),
        ]
        .into_iter()
        .map(|(name, values)| SamlAttribute { name: name.to_owned(), values: without_empty(values) })
        .filter(|attribute| !attribute.values.is_empty())
        .collect()
    }
}

fn without_empty(values: Vec<String>) -> Vec<String> {
    values.into_iter().filter(|value| !value.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(person: &Person) -> Vec<String> {
        person.saml_attributes().into_iter().map(|attribute| attribute.name).collect()
    }

    #[test]
    fn ann_sends_a_role_for_each_environment_and_two_groups() {
        let ann = Directory::sample().find_person("ann").unwrap();
        let attributes = ann.saml_attributes();
        assert_eq!(attributes[0], SamlAttribute::new("workato_full_name", &["Ann Lee"]));
        assert_eq!(attributes[1], SamlAttribute::new("workato_role", &["Environment admin"]));
        assert_eq!(attributes[3], SamlAttribute::new("workato_role_prod", &["NoAccess"]));
        assert_eq!(attributes[4], SamlAttribute::new("workato_user_groups", &["Finance", "Operations"]));
    }

    #[test]
    fn an_attribute_without_a_value_is_left_out() {
        let mut ann = Directory::sample().find_person("ann").unwrap();
        ann.roles.test = Some(String::new());
        ann.roles.prod = None;
        ann.groups.clear();
        assert_eq!(names(&ann), ["workato_full_name", "workato_role"]);
    }

    #[test]
    fn everybody_has_a_key_of_their_own_and_an_okta_id_of_twenty_characters() {
        let people = Directory::sample().people();
        assert_eq!(people.len(), 6);
        for person in &people {
            assert_eq!(person.external_id.len(), 20, "{}", person.key);
            assert!(person.external_id.starts_with("00u"));
            assert_eq!(person.user_name.split('@').next(), Some(person.key.as_str()));
            assert_eq!(people.iter().filter(|other| other.key == person.key).count(), 1);
        }
    }

    #[test]
    fn the_cast_covers_the_cases_worth_showing() {
        let people = Directory::sample().people();
        let is_known = |role: &Option<String>| role.as_deref().is_none_or(|role| ROLE_NAMES.contains(&role));
        assert!(people.iter().any(|person| person.groups.is_empty()));
        assert!(people.iter().any(|person| person.groups.iter().any(|group| group == "All collaborators")));
        assert!(people.iter().any(|person| !is_known(&person.roles.dev)));
        assert!(people.iter().any(|person| !person.full_name().is_ascii()));
    }
}
