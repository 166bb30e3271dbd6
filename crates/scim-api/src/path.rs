//! Attribute names in filters and the `path` of PATCH operations (RFC 7644 §3.5.2 and §3.10).

use std::fmt;

use crate::error::{ScimError, quoted};
use crate::filter::{Filter, parser::Parser};

/// The production `attrPath`: a name, perhaps with a URN before and a sub-attribute behind it. What it means is for the
/// registry to say, because URNs contain colons and dots themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttrPath(String);

impl AttrPath {
    /// Takes a name whose characters can occur in an attribute name or a URN.
    pub fn new(text: &str) -> Option<Self> {
        let starts_well = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '$');
        let reads_well = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:$/#%+~".contains(c));
        (starts_well && reads_well).then(|| Self(text.to_owned()))
    }

    /// The name as it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AttrPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The `path` of a PATCH operation. RFC 7644 §3.5.2: `PATH = attrPath / valuePath [subAttr]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// The attribute, perhaps with a sub-attribute; or the URN of a whole schema.
    pub attribute: AttrPath,
    /// Which values of a multi-valued attribute are meant.
    pub filter: Option<Filter>,
    /// The sub-attribute of the values that the filter selects.
    pub sub_attribute: Option<String>,
}

impl Path {
    /// Reads a path. A fault between the brackets is `invalidFilter`, any other `invalidPath`: so are brackets that are
    /// never closed.
    pub fn parse(text: &str) -> Result<Self, ScimError> {
        let mut parser = Parser::new(text).map_err(|fault| ScimError::InvalidPath(fault.sentence("path")))?;
        let invalid = || ScimError::InvalidPath(format!("The path {} cannot be read: {EXPECTED}", quoted(text)));
        let attribute = AttrPath::new(parser.word()).ok_or_else(invalid)?;
        let filter = parser.bracketed().map_err(|fault| match text.contains(']') {
            true => ScimError::InvalidFilter(fault.sentence("path")),
            false => ScimError::InvalidPath(fault.sentence("path")),
        })?;
        let rest = parser.word();
        let sub_attribute = match (&filter, rest.strip_prefix('.')) {
            (Some(_), Some(name)) => Some(AttrPath::new(name).ok_or_else(invalid)?.0),
            _ if rest.is_empty() => None,
            _ => return Err(invalid()),
        };
        if !parser.is_at_end() {
            return Err(invalid());
        }
        Ok(Self { attribute, filter, sub_attribute })
    }
}

const EXPECTED: &str = "send an attribute such as displayName, name.givenName, emails[type eq \"work\"].value or \
                        urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department.";

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.attribute)?;
        if let Some(filter) = &self.filter {
            write!(formatter, "[{filter}]")?;
        }
        self.sub_attribute.iter().try_for_each(|name| write!(formatter, ".{name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> &'static str {
        Path::parse(text).unwrap_err().scim_type().unwrap()
    }

    #[test]
    fn a_path_names_an_attribute() {
        for text in [
            "displayName",
            "name.givenName",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
            "members.$ref",
        ] {
            let path = Path::parse(text).unwrap();
            assert_eq!((path.attribute.as_str(), path.filter, path.sub_attribute), (text, None, None));
        }
    }

    #[test]
    fn a_path_may_select_values_and_go_one_deeper() {
        let path = Path::parse("emails[type eq \"work\" and primary eq true].value").unwrap();
        assert_eq!(path.attribute.as_str(), "emails");
        assert_eq!(path.filter.unwrap().to_string(), "type eq \"work\" and primary eq true");
        assert_eq!(path.sub_attribute.as_deref(), Some("value"));
    }

    #[test]
    fn a_malformed_path_is_invalid_path() {
        for text in [
            "",
            " ",
            "1x",
            "a b",
            "emails[type eq \"work\"]value",
            "emails[type eq \"work\"].",
            "emails[type eq \"work\"] x",
            "a\"b",
            "a]",
            "(a)",
            "emails[",
            "emails[type eq \"work\"",
            "emails[type eq \"work",
        ] {
            assert_eq!(refusal(text), "invalidPath", "{text}");
        }
    }

    #[test]
    fn a_fault_between_the_brackets_is_invalid_filter() {
        for text in ["emails[]", "emails[type]", "emails[type eq]", "emails[type eq \"work]", "emails[a[b eq 1]]"] {
            assert_eq!(refusal(text), "invalidFilter", "{text}");
        }
    }
}
