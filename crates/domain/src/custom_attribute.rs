//! Attributes of people that a workspace adds to what SCIM takes, below extension URNs of its own.

mod set;

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
pub use set::{CustomAttributes, MOST_CUSTOM_ATTRIBUTES};

use crate::predicate::AttributePath;
use crate::schema_urn;

/// The longest URN, in bytes: with the name it is indexed.
const LONGEST_URN: usize = 200;
/// The longest name, in bytes.
const LONGEST_NAME: usize = 100;

/// An attribute that a workspace adds. If you hold one, its URN and its name can be published and filtered by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomAttribute {
    schema: String,
    name: String,
    #[serde(flatten)]
    shape: Shape,
}

/// What the values of an added attribute are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shape {
    /// Their type.
    #[serde(rename = "type")]
    pub kind: CustomKind,
    /// Whether there may be several.
    pub multi_valued: bool,
    /// Whether case counts where strings are compared.
    pub case_exact: bool,
}

/// The type of an added attribute's values (RFC 7643 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum CustomKind {
    /// A string.
    String,
    /// `true` or `false`.
    Boolean,
    /// A number without a fraction.
    Integer,
    /// A number.
    Decimal,
    /// A moment as RFC 3339 writes it.
    DateTime,
    /// A URI.
    Reference,
}

/// Why an attribute can't be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CustomAttributeError {
    /// No URN, or one with characters that names in filters can't have.
    #[error(
        "an extension is named by a URN of at most {LONGEST_URN} characters, such as urn:example:params:scim:schemas:1.0:User"
    )]
    Urn,
    /// The URN of a schema that every workspace has, or one too near to it.
    #[error("this URN is, or is above or below, that of a schema that is there already ({0}): choose another")]
    Reserved(&'static str),
    /// Not a name of RFC 7643 §2.1.
    #[error(
        "an attribute's name begins with a letter and goes on with letters, digits, - and _, up to {LONGEST_NAME} in all"
    )]
    Name,
    /// Case for what is no string.
    #[error("only strings are compared with regard to case or without: leave out --case-exact for the type {0}")]
    CaseExact(CustomKind),
    /// It is in force.
    #[error("there is an attribute {0} already")]
    Exists(CustomAttribute),
    /// It differs only in case from what there is or was.
    #[error("this workspace writes it {0}: case makes no difference to SCIM, so write it alike")]
    OtherCase(String),
    /// Its URN lies within another added one.
    #[error("its URN is above or below {0}, so that names could be read in two ways: choose another")]
    Nested(String),
    /// There are as many as a workspace may have.
    #[error("a workspace has at most {MOST_CUSTOM_ATTRIBUTES} added attributes: remove one first")]
    TooMany,
    /// People still have values of another shape from before.
    #[error(
        "people have values from the time when it was {0}: add it so again, or let the identity provider clear them first"
    )]
    ValuesOf(Shape),
}

impl CustomAttribute {
    /// Checks what can be checked without regard to other attributes.
    pub fn new(schema: &str, name: &str, shape: Shape) -> Result<Self, CustomAttributeError> {
        check_urn(schema)?;
        check_name(name)?;
        if shape.case_exact && !matches!(shape.kind, CustomKind::String | CustomKind::Reference) {
            return Err(CustomAttributeError::CaseExact(shape.kind));
        }
        // RFC 7643 §2.3.7: references are case exact.
        let case_exact = shape.case_exact || shape.kind == CustomKind::Reference;
        Ok(Self { schema: schema.to_owned(), name: name.to_owned(), shape: Shape { case_exact, ..shape } })
    }

    /// The URN of its schema.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// Its name below that URN.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its values are like.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// By what filters name it and values are searched.
    pub fn path(&self) -> AttributePath {
        AttributePath::new(&self.to_string())
    }

    /// Whether two can stand side by side in one registry.
    fn check_beside(&self, known: &Self) -> Result<(), CustomAttributeError> {
        if self.schema == known.schema {
            let is_other_case = self.name != known.name && self.name.eq_ignore_ascii_case(&known.name);
            return if is_other_case { Err(CustomAttributeError::OtherCase(known.to_string())) } else { Ok(()) };
        }
        if self.schema.eq_ignore_ascii_case(&known.schema) {
            return Err(CustomAttributeError::OtherCase(known.schema.clone()));
        }
        match overlap(&self.schema, &known.schema) {
            true => Err(CustomAttributeError::Nested(known.schema.clone())),
            false => Ok(()),
        }
    }
}

/// `URN:name`, as filters and paths write it (RFC 7644 §3.10).
impl fmt::Display for CustomAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.schema, self.name)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let several = if self.multi_valued { ", multi-valued" } else { "" };
        let exact = if self.case_exact { ", case-exact" } else { "" };
        write!(f, "{}{several}{exact}", self.kind)
    }
}

impl CustomKind {
    const ALL: [Self; 6] = [Self::String, Self::Boolean, Self::Integer, Self::Decimal, Self::DateTime, Self::Reference];

    /// The name that schemas have for it (RFC 7643 §7).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::DateTime => "dateTime",
            Self::Reference => "reference",
        }
    }
}

impl fmt::Display for CustomKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for CustomKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| format!("it is one of {}", Self::ALL.map(Self::as_str).join(", ")))
    }
}

fn check_urn(urn: &str) -> Result<(), CustomAttributeError> {
    // RFC 8141 §2: `urn:`, a namespace and a specific part.
    let mut parts = urn.split(':');
    let begins_well = parts.next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("urn"));
    let reads_well = urn.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:".contains(c));
    if !begins_well || !reads_well || urn.len() > LONGEST_URN || parts.clone().count() < 2 || parts.any(str::is_empty) {
        return Err(CustomAttributeError::Urn);
    }
    match schema_urn::ALL.into_iter().find(|known| overlap(urn, known)) {
        Some(known) => Err(CustomAttributeError::Reserved(known)),
        None => Ok(()),
    }
}

/// Whether one URN is the other, or the beginning of it: `URN:name` could be read in two ways then.
fn overlap(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let head = long.get(..short.len()).is_some_and(|head| head.eq_ignore_ascii_case(short));
    head && long.get(short.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

fn check_name(name: &str) -> Result<(), CustomAttributeError> {
    let begins_well = name.starts_with(|first: char| first.is_ascii_alphabetic());
    let reads_well = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if begins_well && reads_well && name.len() <= LONGEST_NAME { Ok(()) } else { Err(CustomAttributeError::Name) }
}

#[cfg(test)]
mod tests;
