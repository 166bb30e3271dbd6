//! Roles with what the application behind lets their holders do.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::environment::{RoleName, SYSTEM_ROLES};

/// The most privileges that a role has: they travel in every access token.
const MOST: usize = 64;

/// An environment role of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: RoleName,
    /// What its holders may do. System roles have none of their own: the application knows them by name.
    pub privileges: Privileges,
}

impl Role {
    /// One without privileges of its own.
    pub fn named(name: RoleName) -> Self {
        Self { name, privileges: Privileges::default() }
    }

    /// Whether every workspace has it.
    pub fn is_system(&self) -> bool {
        SYSTEM_ROLES.contains(&self.name.as_str())
    }
}

/// The privileges of one role, in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Privileges(BTreeSet<Privilege>);

impl Privileges {
    /// Takes a set of privileges.
    ///
    /// # Errors
    /// Where there are more than a token can carry.
    pub fn new(privileges: impl IntoIterator<Item = Privilege>) -> Result<Self, TooManyPrivileges> {
        let all: BTreeSet<Privilege> = privileges.into_iter().collect();
        if all.len() > MOST { Err(TooManyPrivileges) } else { Ok(Self(all)) }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Privileges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(|privilege| privilege.0.as_str()).collect();
        f.write_str(&names.join(", "))
    }
}

/// A role has at most [`MOST`] privileges.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a role has at most {MOST} privileges")]
pub struct TooManyPrivileges;

/// The name of something that the application lets people do, such as `recipes.run`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Privilege(String);

impl FromStr for Privilege {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let begins = text.starts_with(|first: char| first.is_ascii_lowercase());
        let clean = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._:-".contains(&b));
        if begins && clean && text.len() <= 64 {
            Ok(Self(text.to_owned()))
        } else {
            Err("a privilege is up to 64 of a-z, 0-9 and . _ : - beginning with a letter, such as recipes.run"
                .to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_privilege_is_a_plain_name() {
        for good in ["recipes.run", "a", "audit:read", "jobs.re-run_2"] {
            assert!(good.parse::<Privilege>().is_ok(), "{good}");
        }
        for bad in ["", "Recipes", "1a", ".a", "a b", "a,b", "\u{e9}", &"a".repeat(65)] {
            assert!(bad.parse::<Privilege>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_role_has_no_more_privileges_than_a_token_can_carry() {
        let many = |count: usize| (0..count).map(|n| format!("p{n}").parse().unwrap());
        assert!(Privileges::new(many(MOST)).is_ok());
        assert_eq!(Privileges::new(many(MOST + 1)), Err(TooManyPrivileges));
    }
}
