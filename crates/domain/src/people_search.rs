//! How administrators look for people.

use crate::collaborator::Status;
use crate::environment::{ALL_COLLABORATORS, EnvironmentName, GroupName, RoleName};
use crate::facet::{DELETED, Facet};
use crate::predicate::{AttributePath, Comparison, Operand, Predicate};

/// Beginnings of these attributes are found, without regard to case.
const BEGINNINGS: [&str; 5] = ["username", "displayname", "emails.value", "name.familyname", "name.givenname"];

/// Whom to show. Everything that is said has to hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PeopleSearch {
    /// How the `userName`, the display name, the family or given name or an e-mail address begins, or all of an
    /// `externalId`. White space around it does not count.
    pub text: String,
    /// Where they stand.
    pub status: Option<Standing>,
    /// By environment, the role: the one in force, or where the people asked for are kept out, the one kept aside.
    pub roles: Vec<(EnvironmentName, RoleName)>,
    /// The group that they are in, whoever says so.
    pub group: Option<GroupName>,
    /// Other facets with their values.
    pub facets: Vec<(Facet, String)>,
}

/// Where the people stand who are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In this status.
    Is(Status),
    /// Deleted by SCIM: nobody sees them unless they are asked for.
    Deleted,
}

impl PeopleSearch {
    /// As one condition.
    pub fn predicate(&self) -> Predicate {
        Predicate::And(self.conditions())
    }

    /// Conditions all of which have to hold.
    pub fn conditions(&self) -> Vec<Predicate> {
        let text = self.text.trim();
        let mut all: Vec<Predicate> = (!text.is_empty()).then(|| begins(text)).into_iter().collect();
        all.extend(self.status.map(|status| Facet::Status.is(status.as_str())));
        all.extend(self.roles.iter().map(|(environment, role)| self.role(environment).is(role.as_str())));
        // Everybody is in that one, without a row that says so.
        all.extend(self.group.as_ref().filter(|group| group.as_str() != ALL_COLLABORATORS).map(in_group));
        all.extend(self.facets.iter().map(|(facet, value)| facet.is(value)));
        all
    }

    /// Whether people whom SCIM deleted are asked for, instead of the living.
    pub fn is_of_deleted(&self) -> bool {
        self.status == Some(Standing::Deleted)
    }

    fn role(&self, environment: &EnvironmentName) -> Facet {
        match self.status {
            Some(Standing::Is(Status::Deactivated | Status::Removed)) => Facet::KeptRole(environment.clone()),
            _ => Facet::Role(environment.clone()),
        }
    }
}

impl Standing {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Is(status) => status.as_str(),
            Self::Deleted => DELETED,
        }
    }

    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Is(Status::Invited),
        Self::Is(Status::Active),
        Self::Is(Status::Deactivated),
        Self::Is(Status::Removed),
        Self::Deleted,
    ];

    /// The one of that word.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.as_str() == word)
    }
}

fn begins(text: &str) -> Predicate {
    let begins =
        |path| Predicate::Compare(AttributePath::new(path), Comparison::StartsWith, Operand::Folded(text.to_owned()));
    let external_id =
        Predicate::Compare(AttributePath::new("externalId"), Comparison::Equal, Operand::Exact(text.to_owned()));
    Predicate::Or(BEGINNINGS.map(begins).into_iter().chain([external_id]).collect())
}

fn in_group(group: &GroupName) -> Predicate {
    Predicate::Compare(AttributePath::of_groups(), Comparison::Equal, Operand::Exact(group.to_string()))
}
