//! A typed search condition over people. SCIM filters and administrators' searches become one of these;
//! the store turns it into SQL, so no caller ever loads people to filter them.

use chrono::{DateTime, Utc};
use serde_json::Number;

/// The path of a searchable attribute in lower case: `username`, `emails.value`, or for an extension its URN, a colon and
/// the name: `urn:ietf:params:scim:schemas:workato:1.0:workatorole:workato_role` (RFC 7644 §3.10).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttributePath(String);

impl AttributePath {
    /// Folds the path: attribute names and URNs are case-insensitive (RFC 7643 §2.1).
    pub fn new(path: &str) -> Self {
        Self(path.to_lowercase())
    }

    /// The folded path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where Gatehouse keeps something of its own: no attribute's name begins with a `#`.
    pub(crate) fn internal(name: &str) -> Self {
        Self(format!("#{name}"))
    }

    /// The names of the groups that a person is in, whoever says so.
    pub fn of_groups() -> Self {
        Self::internal("group")
    }

    /// Whether Gatehouse keeps something of its own there.
    pub fn is_internal(&self) -> bool {
        self.0.starts_with('#')
    }

    /// Where the attribute's numbers are searched, each as its [`number_key`](crate::order::number_key). No name has a `#`.
    pub fn of_numbers(&self) -> Self {
        Self(format!("{}#number", self.0))
    }

    /// Where what reads as a moment is searched, each as its [`moment_key`](crate::order::moment_key).
    pub fn of_moments(&self) -> Self {
        Self(format!("{}#moment", self.0))
    }
}

/// In which form the values of an attribute are compared and sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As texts without regard to case.
    Folded,
    /// As texts, as they are.
    Exact,
    /// As numbers.
    Number,
    /// As moments.
    Moment,
}

/// How a value is compared with a stored one (RFC 7644 §3.4.2.2, table 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `eq`
    Equal,
    /// `co`
    Contains,
    /// `sw`
    StartsWith,
    /// `ew`
    EndsWith,
    /// `gt`
    Greater,
    /// `ge`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `le`
    LessOrEqual,
}

/// The value on the right-hand side.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A string compared without regard to case (`caseExact: false`).
    Folded(String),
    /// A string compared as it is (`caseExact: true`).
    Exact(String),
    /// `true` or `false`.
    Boolean(bool),
    /// A number.
    Number(Number),
    /// A moment.
    Moment(DateTime<Utc>),
}

/// A search condition. `ne` is `Not(Compare(Equal))`: it holds for people without the attribute as well.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// `pr`: the attribute has a value.
    Present(AttributePath),
    /// Some value of the attribute compares so.
    Compare(AttributePath, Comparison, Operand),
    /// All hold; none given holds always.
    And(Vec<Predicate>),
    /// At least one holds.
    Or(Vec<Predicate>),
    /// It does not hold.
    Not(Box<Predicate>),
    /// One value of a multi-valued attribute meets all of it: `emails[type eq "work" and value ew "@acme.test"]`. The
    /// paths inside are those of sub-attributes.
    Element(AttributePath, Box<Predicate>),
}

impl Predicate {
    /// The same condition with its paths under other names.
    #[must_use]
    pub fn renamed(&self, name: &impl Fn(&AttributePath) -> AttributePath) -> Self {
        let all = |parts: &[Self]| parts.iter().map(|part| part.renamed(name)).collect();
        match self {
            Self::Present(path) => Self::Present(name(path)),
            Self::Compare(path, comparison, operand) => Self::Compare(name(path), *comparison, operand.clone()),
            Self::And(parts) => Self::And(all(parts)),
            Self::Or(parts) => Self::Or(all(parts)),
            Self::Not(inner) => Self::Not(Box::new(inner.renamed(name))),
            Self::Element(path, inner) => Self::Element(name(path), inner.clone()),
        }
    }
}
