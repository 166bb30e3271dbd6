//! The environments of a workspace as an administrator edits them.

use std::collections::BTreeSet;

use super::{ADMINISTERED_IN, Environment, EnvironmentName, RoleName};
use crate::policy::Span;

/// The most environments of a workspace.
const MOST: usize = 32;
/// The most names that one environment's role travels under, on each side.
const MOST_ATTRIBUTES: usize = 8;
/// The longest name of a SAML attribute, in characters: URIs are usual there.
const LONGEST_SAML_NAME: usize = 256;
/// The longest name of a SCIM attribute, in characters.
const LONGEST_SCIM_NAME: usize = 100;

/// The environments of a workspace in their order. No two share a name, or an attribute by which their roles come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environments(Vec<Environment>);

/// Only what is to change of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EnvironmentEdit {
    /// The SCIM attributes, the canonical one first.
    pub scim_attributes: Option<Vec<String>>,
    /// The SAML attributes.
    pub saml_attributes: Option<Vec<String>>,
    /// The default role.
    pub default_role: Option<RoleName>,
    /// The maximum age of roles that assertions give, or none any more.
    pub max_age: Option<Option<Span>>,
}

/// Where in the order of the environments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// Before this one.
    Before(&'a str),
    /// After all others.
    Last,
}

/// Why an edit is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentError {
    /// Not the name of an environment.
    #[error("an environment's name is 1 to 32 of a-z, 0-9, - and _, beginning with a letter")]
    Name,
    /// There is one of that name.
    #[error("there is an environment {0} already")]
    Taken(String),
    /// There is none of that name.
    #[error("there is no environment {0}; there are {1}")]
    Unknown(String, String),
    /// The administration of the workspace goes by it.
    #[error("{ADMINISTERED_IN} can't be removed: its administrators administer the workspace")]
    Needed,
    /// Too many.
    #[error("a workspace has at most {MOST} environments")]
    TooMany,
    /// Not a SCIM attribute's name (RFC 7643 §2.1).
    #[error(
        "{0:?} is no SCIM attribute: a name begins with a letter and goes on with letters, digits, - and _, up to {LONGEST_SCIM_NAME} in all"
    )]
    ScimAttribute(String),
    /// Not a SAML attribute's name.
    #[error("{0:?} is no SAML attribute: a name is 1 to {LONGEST_SAML_NAME} visible characters")]
    SamlAttribute(String),
    /// No name.
    #[error("the role of an environment comes by at least one attribute on each side")]
    NoAttribute,
    /// Too many names.
    #[error("the role of an environment comes by at most {MOST_ATTRIBUTES} attributes on each side")]
    TooManyAttributes,
    /// Two environments can't share an attribute.
    #[error("the attribute {0} is another environment's, or named twice")]
    AttributeTaken(String),
}

impl Environments {
    /// Those that a workspace has.
    pub fn new(environments: Vec<Environment>) -> Self {
        Self(environments)
    }

    /// In their order.
    pub fn into_list(self) -> Vec<Environment> {
        self.0
    }

    /// Adds one. Unless told otherwise its roles come by `workato_role_` and its name.
    pub fn add(&mut self, name: &str, edit: EnvironmentEdit, place: Place<'_>) -> Result<(), EnvironmentError> {
        if !is_name(name) {
            return Err(EnvironmentError::Name);
        }
        if self.0.iter().any(|known| known.name.as_str() == name) {
            return Err(EnvironmentError::Taken(name.to_owned()));
        }
        let at = self.index(place)?;
        let usual = vec![format!("workato_role_{}", name.replace('-', "_"))];
        let environment = Environment {
            name: EnvironmentName::new(name).map_err(|_| EnvironmentError::Name)?,
            scim_attributes: usual.clone(),
            saml_attributes: usual,
            default_role: RoleName::member(),
            max_age: None,
        };
        self.0.insert(at, edit.apply(environment));
        self.check()
    }

    /// Changes one.
    pub fn change(&mut self, name: &str, edit: EnvironmentEdit) -> Result<(), EnvironmentError> {
        let at = self.position(name)?;
        if let Some(environment) = self.0.get_mut(at) {
            *environment = edit.apply(environment.clone());
        }
        self.check()
    }

    /// Moves one; before itself is where it is.
    pub fn put(&mut self, name: &str, place: Place<'_>) -> Result<(), EnvironmentError> {
        let from = self.position(name)?;
        let to = self.index(place)?;
        // What stands behind it moves up.
        let to = if from < to { to - 1 } else { to };
        let moved = self.0.remove(from);
        self.0.insert(to, moved);
        Ok(())
    }

    /// Removes one: nobody has a role there any more.
    pub fn remove(&mut self, name: &str) -> Result<(), EnvironmentError> {
        let at = self.position(name)?;
        if name == ADMINISTERED_IN {
            return Err(EnvironmentError::Needed);
        }
        self.0.remove(at);
        Ok(())
    }

    /// At which place the one of that name is, from 1.
    pub fn place_of(&self, name: &str) -> Result<usize, EnvironmentError> {
        Ok(self.position(name)? + 1)
    }

    /// The one of that name.
    pub fn get(&self, name: &str) -> Result<&Environment, EnvironmentError> {
        let found = self.0.iter().find(|known| known.name.as_str() == name);
        found.ok_or_else(|| {
            let names: Vec<&str> = self.0.iter().map(|known| known.name.as_str()).collect();
            EnvironmentError::Unknown(name.to_owned(), names.join(", "))
        })
    }

    fn position(&self, name: &str) -> Result<usize, EnvironmentError> {
        let wanted = self.get(name)?;
        Ok(self.0.iter().take_while(|known| known.name != wanted.name).count())
    }

    fn index(&self, place: Place<'_>) -> Result<usize, EnvironmentError> {
        match place {
            Place::Before(other) => self.position(other),
            Place::Last => Ok(self.0.len()),
        }
    }

    fn check(&self) -> Result<(), EnvironmentError> {
        if self.0.len() > MOST {
            return Err(EnvironmentError::TooMany);
        }
        // RFC 7643 §2.1: the names of SCIM attributes have no case.
        let scim = self.0.iter().map(|e| &e.scim_attributes);
        check_attributes(scim, is_scim_name, EnvironmentError::ScimAttribute, str::to_ascii_lowercase)?;
        let saml = self.0.iter().map(|e| &e.saml_attributes);
        check_attributes(saml, is_saml_name, EnvironmentError::SamlAttribute, str::to_owned)
    }
}

impl EnvironmentEdit {
    fn apply(self, to: Environment) -> Environment {
        Environment {
            name: to.name,
            scim_attributes: self.scim_attributes.unwrap_or(to.scim_attributes),
            saml_attributes: self.saml_attributes.unwrap_or(to.saml_attributes),
            default_role: self.default_role.unwrap_or(to.default_role),
            max_age: self.max_age.unwrap_or(to.max_age),
        }
    }
}

fn check_attributes<'a>(
    of_environments: impl Iterator<Item = &'a Vec<String>>,
    is_fit: fn(&str) -> bool,
    unfit: fn(String) -> EnvironmentError,
    key: fn(&str) -> String,
) -> Result<(), EnvironmentError> {
    let mut known = BTreeSet::new();
    for attributes in of_environments {
        if attributes.is_empty() {
            return Err(EnvironmentError::NoAttribute);
        }
        if attributes.len() > MOST_ATTRIBUTES {
            return Err(EnvironmentError::TooManyAttributes);
        }
        for name in attributes {
            if !is_fit(name) {
                return Err(unfit(name.clone()));
            }
            if !known.insert(key(name)) {
                return Err(EnvironmentError::AttributeTaken(name.clone()));
            }
        }
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    let clean = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
    clean && name.len() <= 32 && name.starts_with(|first: char| first.is_ascii_lowercase())
}

fn is_scim_name(name: &str) -> bool {
    let clean = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    clean && name.len() <= LONGEST_SCIM_NAME && name.starts_with(|first: char| first.is_ascii_alphabetic())
}

fn is_saml_name(name: &str) -> bool {
    let hidden = |c: char| c.is_control() || c.is_whitespace();
    (1..=LONGEST_SAML_NAME).contains(&name.chars().count()) && !name.contains(hidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defaults() -> Environments {
        Environments::new(Environment::defaults())
    }

    fn names(environments: &Environments) -> Vec<&str> {
        environments.0.iter().map(|environment| environment.name.as_str()).collect()
    }

    fn scim(names: &[&str]) -> EnvironmentEdit {
        let names = names.iter().map(|&name| name.to_owned()).collect();
        EnvironmentEdit { scim_attributes: Some(names), ..EnvironmentEdit::default() }
    }

    fn saml(name: &str) -> EnvironmentEdit {
        EnvironmentEdit { saml_attributes: Some(vec![name.to_owned()]), ..EnvironmentEdit::default() }
    }

    #[test]
    fn one_is_added_where_it_is_wanted_and_has_attributes_of_its_own() {
        let mut environments = defaults();
        environments.add("qa-eu", EnvironmentEdit::default(), Place::Before("prod")).unwrap();
        environments.add("edge", EnvironmentEdit::default(), Place::Last).unwrap();
        assert_eq!(names(&environments), ["dev", "test", "qa-eu", "prod", "edge"]);
        let added = environments.get("qa-eu").unwrap();
        assert_eq!(
            (added.scim_attributes.as_slice(), added.default_role.as_str()),
            (&["workato_role_qa_eu".to_owned()][..], "Member")
        );
    }

    #[test]
    fn one_is_moved_before_another_or_to_the_end() {
        let moved = |name: &str, place| {
            let mut environments = defaults();
            environments.put(name, place).unwrap();
            names(&environments).join(" ")
        };
        assert_eq!(moved("prod", Place::Before("dev")), "prod dev test");
        assert_eq!(moved("dev", Place::Before("prod")), "test dev prod");
        assert_eq!(moved("dev", Place::Last), "test prod dev");
        for place in [Place::Before("test"), Place::Before("prod")] {
            assert_eq!(moved("test", place), "dev test prod");
        }
        assert!(defaults().put("dev", Place::Before("qa")).is_err() && defaults().put("qa", Place::Last).is_err());
    }

    #[test]
    fn no_two_share_a_name_or_an_attribute() {
        let mut environments = defaults();
        let taken = |name: &str| EnvironmentError::AttributeTaken(name.to_owned());
        assert_eq!(
            environments.add("prod", EnvironmentEdit::default(), Place::Last),
            Err(EnvironmentError::Taken("prod".to_owned()))
        );
        // RFC 7643 §2.1: the names of SCIM attributes have no case, so WORKATO_ROLE is workato_role.
        assert_eq!(defaults().change("prod", scim(&["WORKATO_ROLE"])), Err(taken("WORKATO_ROLE")));
        assert_eq!(defaults().change("prod", scim(&["a", "A"])), Err(taken("A")));
        assert_eq!(defaults().change("prod", saml("workato_role")), Err(taken("workato_role")));
        assert!(defaults().change("prod", saml("Workato_role")).is_ok());
    }

    #[test]
    fn names_that_could_not_travel_are_refused() {
        for name in ["", "QA", "1a", "a b", "a=b", "a,b", &"a".repeat(33)] {
            assert_eq!(
                defaults().add(name, EnvironmentEdit::default(), Place::Last),
                Err(EnvironmentError::Name),
                "{name}"
            );
        }
        for name in ["", "1a", "a.b", "a:b", "a b", &"a".repeat(101)] {
            assert_eq!(defaults().change("prod", scim(&[name])), Err(EnvironmentError::ScimAttribute(name.to_owned())));
        }
        for name in ["", " a", "a\n", &"a".repeat(257)] {
            assert_eq!(defaults().change("prod", saml(name)), Err(EnvironmentError::SamlAttribute(name.to_owned())));
        }
        assert!(defaults().change("prod", saml("https://acme.test/claims/role-prod")).is_ok());
        assert_eq!(defaults().change("prod", scim(&[])), Err(EnvironmentError::NoAttribute));
        assert_eq!(
            defaults().change("prod", scim(&["a", "b", "c", "d", "e", "f", "g", "h", "i"])),
            Err(EnvironmentError::TooManyAttributes)
        );
    }

    #[test]
    fn dev_stays_and_what_is_not_there_is_told_with_what_is() {
        assert_eq!(defaults().remove("dev"), Err(EnvironmentError::Needed));
        let error = defaults().remove("qa").unwrap_err();
        assert_eq!(error.to_string(), "there is no environment qa; there are dev, test, prod");
        let mut environments = defaults();
        environments.remove("test").unwrap();
        assert_eq!(names(&environments), ["dev", "prod"]);
    }

    #[test]
    fn there_is_an_end_to_their_number() {
        let mut environments = defaults();
        let added = (0..30)
            .map(|n| environments.add(&format!("e{n}"), EnvironmentEdit::default(), Place::Last))
            .last()
            .unwrap();
        assert_eq!(added, Err(EnvironmentError::TooMany));
    }
}
