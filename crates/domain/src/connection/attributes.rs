//! The names of the SAML attributes by which one identity provider tells what we read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::environment::{Environment, EnvironmentName};

const EMAIL: &str = "workato_email";
const FULL_NAME: &str = "workato_full_name";
const GIVEN_NAME: [&str; 4] = ["workato_first_name", "firstName", "first_name", "givenName"];
const FAMILY_NAME: [&str; 4] = ["workato_last_name", "lastName", "last_name", "surname"];
const GROUPS: &str = "workato_user_groups";

/// What stands before an environment's name in [`AttributeNames::set`].
const ROLE: &str = "role.";
/// The longest name, in characters: URIs are usual.
const LONGEST: usize = 256;

/// Names that differ from the usual ones. One that is not set is that of the workspace, which for most providers fits.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AttributeNames {
    email: Option<String>,
    full_name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    groups: Option<String>,
    roles: BTreeMap<EnvironmentName, String>,
}

impl AttributeNames {
    /// Sets the name of one attribute: `email`, `full_name`, `given_name`, `family_name`, `groups`, or `role.` and an
    /// environment. An empty name sets it back to the usual one.
    pub fn set(&mut self, what: &str, name: &str, environments: &[Environment]) -> Result<(), String> {
        if name.chars().count() > LONGEST || name.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(format!("a SAML attribute's name has up to {LONGEST} visible characters"));
        }
        let name = Some(name.to_owned()).filter(|name| !name.is_empty());
        match what {
            "email" => self.email = name,
            "full_name" => self.full_name = name,
            "given_name" => self.given_name = name,
            "family_name" => self.family_name = name,
            "groups" => self.groups = name,
            _ => {
                let known = environments.iter().map(|environment| &environment.name);
                let environment = known.clone().find(|known| what.strip_prefix(ROLE) == Some(known.as_str()));
                let Some(environment) = environment else {
                    let roles: Vec<String> = known.map(|environment| format!("{ROLE}{environment}")).collect();
                    let roles = roles.join(", ");
                    return Err(format!(
                        "there is no {what}: it is email, full_name, given_name, family_name, groups, {roles}"
                    ));
                };
                match name {
                    Some(name) => drop(self.roles.insert(environment.clone(), name)),
                    None => drop(self.roles.remove(environment)),
                }
            }
        }
        Ok(())
    }

    /// Those that carry the e-mail address.
    pub fn email(&self) -> Vec<&str> {
        self.email.as_deref().map_or(vec![EMAIL], |name| vec![name])
    }

    /// Those that carry the full name.
    pub fn full_name(&self) -> Vec<&str> {
        self.full_name.as_deref().map_or(vec![FULL_NAME], |name| vec![name])
    }

    /// Those that carry the given name.
    pub fn given_name(&self) -> Vec<&str> {
        self.given_name.as_deref().map_or(GIVEN_NAME.to_vec(), |name| vec![name])
    }

    /// Those that carry the family name.
    pub fn family_name(&self) -> Vec<&str> {
        self.family_name.as_deref().map_or(FAMILY_NAME.to_vec(), |name| vec![name])
    }

    /// The one that carries the groups.
    pub fn groups(&self) -> &str {
        self.groups.as_deref().unwrap_or(GROUPS)
    }

    /// Those that carry the role of an environment, each with the name under which the merge knows it.
    pub fn roles<'a>(&'a self, environment: &'a Environment) -> Vec<(&'a str, &'a str)> {
        let usual = environment.saml_attributes.iter().map(|name| (name.as_str(), name.as_str()));
        match (self.roles.get(&environment.name), environment.saml_attributes.first()) {
            (Some(name), Some(known_as)) => vec![(name, known_as)],
            _ => usual.collect(),
        }
    }

    /// What is set, as [`set`](Self::set) takes it.
    pub fn entries(&self) -> BTreeMap<String, &str> {
        let single = [
            ("email", &self.email),
            ("full_name", &self.full_name),
            ("given_name", &self.given_name),
            ("family_name", &self.family_name),
            ("groups", &self.groups),
        ];
        let single = single.into_iter().filter_map(|(what, name)| Some((what.to_owned(), name.as_deref()?)));
        let roles = self.roles.iter().map(|(environment, name)| (format!("{ROLE}{environment}"), name.as_str()));
        single.chain(roles).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_replaces_the_usual_names_and_can_be_set_back() {
        let environments = Environment::defaults();
        let mut names = AttributeNames::default();
        names.set("groups", "memberOf", &environments).unwrap();
        names.set("role.dev", "https://acme.test/role", &environments).unwrap();
        assert_eq!(names.groups(), "memberOf");
        assert_eq!(names.roles(&environments[0]), [("https://acme.test/role", "workato_role")]);
        assert_eq!(names.roles(&environments[1]), [("workato_role_test", "workato_role_test")]);
        let entries: Vec<_> = names.entries().into_iter().collect();
        assert_eq!(entries, [("groups".to_owned(), "memberOf"), ("role.dev".to_owned(), "https://acme.test/role")]);
        names.set("groups", "", &environments).unwrap();
        names.set("role.dev", "", &environments).unwrap();
        assert_eq!(names, AttributeNames::default());
    }

    #[test]
    fn a_wrong_name_is_told_with_the_right_ones() {
        let mut names = AttributeNames::default();
        let error = names.set("role.qa", "x", &Environment::defaults()).unwrap_err();
        assert!(error.ends_with("groups, role.dev, role.test, role.prod"), "{error}");
        assert!(names.set("email", "a b", &[]).is_err());
    }
}
