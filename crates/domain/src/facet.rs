//! What administrators filter people by. It is kept beside what SCIM searches, under paths that no SCIM filter reaches:
//! they begin with `#`, with which no attribute's name begins (RFC 7643 §2.1).

use crate::collaborator::{Person, ProviderState, Status};
use crate::environment::{EnvironmentName, RoleName};
use crate::link_health::link_health;
use crate::predicate::{AttributePath, Comparison, Operand, Predicate};

/// One thing that people are filtered by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Facet {
    /// Where the person stands: a [`Status`], or [`DELETED`]. Everybody has one, and the deleted have no other facet.
    Status,
    /// The role that is in force in an environment: that of people who are let in.
    Role(EnvironmentName),
    /// The role that is kept aside there: that of people who are kept out, or whose login is too long ago for it.
    KeptRole(EnvironmentName),
    /// Who manages the person: [`BY_SCIM`], or [`BY_SAML`] for somebody who came by a login alone.
    Source,
    /// Whether a login was ever accepted: [`SEEN`] or [`NEVER`].
    Login,
    /// How SCIM and SAML fit together, for people who are let in: the word of a
    /// [`LinkHealth`](crate::link_health::LinkHealth).
    Health,
    /// [`HELD`] where an administrator's hold keeps the person out; nobody else has one.
    Hold,
}

/// The status of people whom SCIM deleted.
pub const DELETED: &str = "deleted";
/// SCIM manages the person.
pub const BY_SCIM: &str = "scim";
/// Logins alone brought the person.
pub const BY_SAML: &str = "saml";
/// A login was accepted.
pub const SEEN: &str = "seen";
/// None was.
pub const NEVER: &str = "never";
/// An administrator holds the person.
pub const HELD: &str = "held";

impl Facet {
    /// Where its values are searched.
    pub fn path(&self) -> AttributePath {
        match self {
            Self::Status => AttributePath::internal("status"),
            Self::Role(environment) => AttributePath::internal(&format!("role:{environment}")),
            Self::KeptRole(environment) => AttributePath::internal(&format!("kept:{environment}")),
            Self::Source => AttributePath::internal("source"),
            Self::Login => AttributePath::internal("login"),
            Self::Health => AttributePath::internal("health"),
            Self::Hold => AttributePath::internal("hold"),
        }
    }

    /// That it has this value.
    pub fn is(&self, value: &str) -> Predicate {
        Predicate::Compare(self.path(), Comparison::Equal, Operand::Exact(value.to_owned()))
    }
}

/// The facets of a person as of when they were last written, each with its value.
pub fn facets(person: &Person) -> Vec<(Facet, String)> {
    if person.lifecycle.is_deleted() {
        return vec![(Facet::Status, DELETED.to_owned())];
    }
    let is_let_in = matches!(person.status(), Status::Invited | Status::Active);
    let mut all = vec![
        (Facet::Status, person.status().as_str().to_owned()),
        (Facet::Source, source(person).to_owned()),
        (Facet::Login, login(person).to_owned()),
    ];
    all.extend(is_let_in.then(|| (Facet::Health, link_health(person).as_str().to_owned())));
    all.extend(person.lifecycle.hold.map(|_| (Facet::Hold, HELD.to_owned())));
    all.extend(roles(person, is_let_in));
    all
}

fn source(person: &Person) -> &'static str {
    match person.lifecycle.provider {
        ProviderState::Unmanaged => BY_SAML,
        ProviderState::Active(_) | ProviderState::Deactivated(_) | ProviderState::Deleted(_) => BY_SCIM,
    }
}

fn login(person: &Person) -> &'static str {
    if person.facts.asserted.is_some() { SEEN } else { NEVER }
}

fn roles(person: &Person, is_let_in: bool) -> impl Iterator<Item = (Facet, String)> {
    let facet = move |environment: &EnvironmentName, in_force| match in_force {
        true => Facet::Role(environment.clone()),
        false => Facet::KeptRole(environment.clone()),
    };
    person.access.environments.iter().filter_map(move |access| {
        let role: &RoleName = access.role.as_ref()?;
        let in_force = is_let_in && !access.is_suspended(person.updated_at);
        Some((facet(&access.environment, in_force), role.to_string()))
    })
}
