//! Whether what SCIM and SAML say of a person fits together.

use std::fmt;

use crate::access::{EnvironmentAccess, Input, InputState};
use crate::collaborator::Person;
use crate::environment::{EnvironmentName, usual_spelling};
use crate::text::fold;

/// How the two sides of a person fit together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkHealth {
    /// SCIM manages the person, a login has come, and nothing that both said differs.
    Linked,
    /// SCIM manages the person, and no login has come.
    ScimOnly,
    /// SCIM does not manage the person: they came by a login.
    SamlOnly,
    /// SCIM manages the person, a login has come, and this differs.
    Mismatched(Vec<Mismatch>),
}

/// What SCIM and the last accepted assertion said differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mismatch {
    /// The role of an environment about which both speak.
    Role {
        /// Which environment.
        environment: EnvironmentName,
        /// SCIM's value, as sent.
        scim: String,
        /// The assertion's, as sent; several are joined by `", "`.
        saml: String,
    },
    /// The e-mail address.
    Address {
        /// SCIM's: the primary e-mail address, else the first, else the `userName`.
        scim: String,
        /// The assertion's, which is none of SCIM's.
        saml: String,
    },
}

/// Compares what SCIM says of a person with what the last accepted assertion said.
///
/// * A role differs where both have a value for an environment, and the values are not two spellings of one role. Whom
///   the policy listens to makes no difference. An empty value is none.
/// * The assertion's address is its e-mail attribute, else the name that it finds people by where that has an `@`. It
///   differs where it is neither the `userName` nor one of the e-mail addresses, by the fold that SCIM compares them by.
///   SCIM has to have an address to differ from.
/// * Names to show are spelt differently everywhere and never count; nor do groups, where both sides add to each other.
pub fn link_health(person: &Person) -> LinkHealth {
    if !person.lifecycle.is_managed() {
        return LinkHealth::SamlOnly;
    }
    if person.facts.asserted.is_none() {
        return LinkHealth::ScimOnly;
    }
    let roles = person.access.environments.iter().filter_map(role_mismatch);
    let found: Vec<Mismatch> = roles.chain(address_mismatch(person)).collect();
    if found.is_empty() { LinkHealth::Linked } else { LinkHealth::Mismatched(found) }
}

impl LinkHealth {
    /// The word by which people are filtered.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Linked => "linked",
            Self::ScimOnly => "scim_only",
            Self::SamlOnly => "saml_only",
            Self::Mismatched(_) => "mismatched",
        }
    }

    /// All words.
    pub const WORDS: [&str; 4] = ["linked", "scim_only", "saml_only", "mismatched"];

    /// What differs; nothing where nothing does.
    pub fn mismatches(&self) -> &[Mismatch] {
        match self {
            Self::Mismatched(found) => found,
            Self::Linked | Self::ScimOnly | Self::SamlOnly => &[],
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role { environment, scim, saml } => {
                write!(f, "The role in {environment}: SCIM says {scim}, the last login said {saml}")
            }
            Self::Address { scim, saml } => {
                write!(f, "The address: SCIM says {scim}, the last login said {saml}")
            }
        }
    }
}

fn role_mismatch(access: &EnvironmentAccess) -> Option<Mismatch> {
    let (scim, saml) = (said(&access.inputs.scim)?, said(&access.inputs.saml)?);
    let differs = usual_spelling(scim) != usual_spelling(saml);
    differs.then(|| Mismatch::Role {
        environment: access.environment.clone(),
        scim: scim.to_owned(),
        saml: saml.to_owned(),
    })
}

fn said(input: &Input) -> Option<&str> {
    match input.state {
        InputState::Absent | InputState::Empty => None,
        InputState::Present | InputState::Unknown | InputState::Stale => input.value.as_deref(),
    }
}

fn address_mismatch(person: &Person) -> Option<Mismatch> {
    let identity = person.facts.identity.as_ref()?;
    let saml = identity.profile.email.as_deref().or_else(|| address(&identity.login_name))?;
    let user_name = address(person.user_name.as_str());
    let scim = person.profile.primary_email().or(user_name)?;
    let known = person.profile.emails().chain(user_name).any(|known| fold(known) == fold(saml));
    (!known).then(|| Mismatch::Address { scim: scim.to_owned(), saml: saml.to_owned() })
}

fn address(text: &str) -> Option<&str> {
    text.contains('@').then_some(text)
}
