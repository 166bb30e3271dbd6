//! SCIM filters (RFC 7644 §3.4.2.2): read into a tree, checked against the registry, and turned into a typed
//! [`Predicate`](domain::predicate::Predicate) that the store makes SQL of and PATCH evaluates in memory.

mod compile;
mod evaluate;
mod named;
pub(crate) mod parser;
mod settled;

use std::fmt;

pub use compile::{Compiled, compile, compile_across, compile_for_values};
pub use evaluate::matches;
pub(crate) use named::boolean_text;
use serde_json::Number;

use crate::error::ScimError;
use crate::path::AttrPath;
use parser::Parser;

/// The longest filter or path, in bytes.
pub const MAX_LENGTH: usize = 4096;
/// How deep parentheses and brackets may be nested.
pub const MAX_DEPTH: usize = 50;
/// The most conditions of a filter: each is a look into the store, and their number is what a long query costs.
pub const MAX_CONDITIONS: usize = 200;

/// A filter as it was written.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// `attribute pr`
    Present(AttrPath),
    /// `attribute operator literal`
    Compare(AttrPath, Operator, Literal),
    /// Two or more, joined by `and`.
    And(Vec<Filter>),
    /// Two or more, joined by `or`.
    Or(Vec<Filter>),
    /// `not (…)`
    Not(Box<Filter>),
    /// `attribute[…]`: one value of the attribute meets the whole condition.
    ValuePath(AttrPath, Box<Filter>),
}

/// A comparison operator (RFC 7644 §3.4.2.2, table 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Greater than.
    Gt,
    /// Greater than or equal to.
    Ge,
    /// Less than.
    Lt,
    /// Less than or equal to.
    Le,
}

/// The right-hand side of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A JSON number.
    Number(Number),
    /// A JSON string.
    String(String),
    /// A word without quotes, as Entra sends it for `externalId`; no other attribute takes one.
    Bare(String),
}

impl Filter {
    /// Reads a filter. Every fault is `invalidFilter` with the byte at which it was met.
    pub fn parse(text: &str) -> Result<Self, ScimError> {
        let read = Parser::new(text).and_then(|mut parser| parser.whole_filter());
        read.map_err(|fault| ScimError::InvalidFilter(fault.sentence("filter")))
    }

    /// `or` within `and`, and anything joined within itself, keeps its parentheses, so that reading it again gives the same.
    fn fmt_joined(parts: &[Filter], word: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                write!(formatter, " {word} ")?;
            }
            match part {
                Filter::Or(_) => write!(formatter, "({part})")?,
                Filter::And(_) if word == "and" => write!(formatter, "({part})")?,
                _ => write!(formatter, "{part}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Present(path) => write!(formatter, "{path} pr"),
            Self::Compare(path, operator, literal) => write!(formatter, "{path} {operator} {literal}"),
            Self::And(parts) => Self::fmt_joined(parts, "and", formatter),
            Self::Or(parts) => Self::fmt_joined(parts, "or", formatter),
            Self::Not(inner) => write!(formatter, "not ({inner})"),
            Self::ValuePath(path, inner) => write!(formatter, "{path}[{inner}]"),
        }
    }
}

impl Operator {
    const ALL: [(&'static str, Self); 9] = [
        ("eq", Self::Eq),
        ("ne", Self::Ne),
        ("co", Self::Co),
        ("sw", Self::Sw),
        ("ew", Self::Ew),
        ("gt", Self::Gt),
        ("ge", Self::Ge),
        ("lt", Self::Lt),
        ("le", Self::Le),
    ];

    /// The operator of this name, in any case (RFC 7644 §3.4.2.2: "Attribute names and attribute operators used in
    /// filters are case insensitive.").
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, operator)| *operator)
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(_, operator)| operator == self).map_or("", |(name, _)| name);
        formatter.write_str(name)
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => formatter.write_str("null"),
            Self::Boolean(value) => write!(formatter, "{value}"),
            Self::Number(value) => write!(formatter, "{value}"),
            Self::String(value) => write!(formatter, "{}", serde_json::Value::from(value.as_str())),
            Self::Bare(word) => formatter.write_str(word),
        }
    }
}

#[cfg(test)]
mod tests;
