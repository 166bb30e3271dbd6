//! A whole resource in canonical form.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value};

use super::notes::Notes;
use super::value::{coerce, keep_distinct, put, within};
use crate::error::{ScimError, quoted};
use crate::schema::{Attribute, Located, Mutability, ResourceType, Schema, Target};

/// A resource in which every name is spelled as the registry spells it, every value has its attribute's type, extensions
/// stand under their URN, and nothing stands there that is unassigned, unknown, read-only or write-only.
#[derive(Debug, Clone, PartialEq)]
pub struct Canonical {
    /// The resource.
    pub document: Map<String, Value>,
    /// What was dropped or taken although the RFC does not have it.
    pub tolerated: Vec<String>,
    /// URNs of the extensions that were in the body, also where they had no value.
    pub mentioned: BTreeSet<String>,
}

/// Brings a resource into canonical form. Doing so twice changes nothing.
///
/// # Errors
/// `invalidSyntax` where an attribute is given twice or an extension is no object; `invalidValue` where a value does not
/// fit or a required one is missing.
pub fn canonicalize(body: &Map<String, Value>, resource: &ResourceType) -> Result<Canonical, ScimError> {
    let mut reader = Reader {
        resource,
        document: Map::new(),
        notes: Notes::default(),
        mentioned: BTreeSet::new(),
        given: HashSet::new(),
    };
    body.iter().try_for_each(|(name, value)| reader.member(name, value))?;
    reader.check_required()?;
    Ok(Canonical { document: reader.document, tolerated: reader.notes.into_list(), mentioned: reader.mentioned })
}

struct Reader<'r> {
    resource: &'r ResourceType,
    document: Map<String, Value>,
    notes: Notes,
    mentioned: BTreeSet<String>,
    given: HashSet<String>,
}

impl Reader<'_> {
    fn member(&mut self, name: &str, value: &Value) -> Result<(), ScimError> {
        match self.resource.find(name) {
            Some(Target::Attribute(located)) => self.attribute(name, located, value),
            Some(Target::Extension(schema)) => self.extension(schema, value),
            Some(Target::Core) => self.unknown(name),
            None => match self.resource.find_manager(name) {
                Some(located) => {
                    self.notes.add(format!("{name}: taken without its URN"));
                    self.attribute(name, located, value)
                }
                None => self.unknown(name),
            },
        }
    }

    fn unknown(&mut self, name: &str) -> Result<(), ScimError> {
        self.notes.unknown(name);
        Ok(())
    }

    fn extension(&mut self, schema: &Schema, value: &Value) -> Result<(), ScimError> {
        self.give(schema.id.to_string(), &schema.id)?;
        self.mentioned.insert(schema.id.to_string());
        let members = match value {
            Value::Object(members) => members,
            Value::Null => return Ok(()),
            _ => {
                let message = format!("{} must be an object of that schema's attributes.", schema.id);
                return Err(ScimError::InvalidValue(message));
            }
        };
        members.iter().try_for_each(|(name, value)| self.member(&format!("{}:{name}", schema.id), value))
    }

    fn attribute(&mut self, name: &str, located: Located<'_>, value: &Value) -> Result<(), ScimError> {
        if let Some(schema) = located.extension {
            self.mentioned.insert(schema.id.to_string());
        }
        let path = located.path();
        self.give(path.clone(), name)?;
        // RFC 7644 §3.3: attributes whose mutability is readOnly "SHALL be ignored".
        if !(located.attribute.is_kept() && located.leaf().is_kept()) {
            return self.dropped(&located, value);
        }
        if located.sub_attribute.is_some() && located.attribute.multi_valued {
            self.notes.unknown(name);
            return Ok(());
        }
        if let Some(value) = coerce(located.leaf(), value, &path, &mut self.notes)? {
            let value = keep_distinct(value, &path, &mut self.notes);
            within(&mut self.document, located.extension, |container| put(container, &located, value));
        }
        Ok(())
    }

    /// What is said of the resource without being kept: passwords are checked, and so is what the body says that it is.
    fn dropped(&mut self, located: &Located<'_>, value: &Value) -> Result<(), ScimError> {
        let attribute = located.attribute;
        if attribute.name == "schemas" {
            return check_schemas(coerce(attribute, value, "schemas", &mut self.notes)?, self.resource);
        }
        if attribute.mutability == Mutability::WriteOnly {
            coerce(attribute, value, &attribute.name, &mut self.notes)?;
        }
        Ok(())
    }

    /// RFC 7643 §2.1: names are case-insensitive, so `userName` beside `username` says one thing twice.
    fn give(&mut self, path: String, sent_as: &str) -> Result<(), ScimError> {
        if self.given.insert(path) {
            return Ok(());
        }
        let message = format!("The attribute {} is given twice: send it once.", quoted(sent_as));
        Err(ScimError::InvalidSyntax(message))
    }

    fn check_required(&self) -> Result<(), ScimError> {
        let mut required = self.resource.core.attributes.iter().filter(|attribute| attribute.required);
        required.try_for_each(|attribute| check_assigned(attribute, self.document.get(attribute.name.as_ref())))
    }
}

/// RFC 7643 §3: `schemas` says what a body is. Further URNs may stand there, as Entra sends one with each group, and a
/// client that says nothing is taken at the endpoint's word; but a body that says that it is something else is refused.
fn check_schemas(said: Option<Value>, resource: &ResourceType) -> Result<(), ScimError> {
    let Some(Value::Array(urns)) = said else { return Ok(()) };
    let is_ours = |urn: &Value| {
        urn.as_str().is_some_and(|urn| resource.schemas().any(|schema| schema.id.eq_ignore_ascii_case(urn)))
    };
    if urns.iter().any(is_ours) {
        return Ok(());
    }
    Err(ScimError::InvalidSyntax(format!(
        "The body says by its schemas that it is no {}: send [\"{}\"] and the URNs of the extensions in it.",
        resource.name, resource.core.id
    )))
}

/// RFC 7643 §4.1.1: "Each User MUST include a non-empty userName value."
fn check_assigned(attribute: &Attribute, value: Option<&Value>) -> Result<(), ScimError> {
    match value {
        Some(Value::String(text)) if text.is_empty() => {
            Err(ScimError::InvalidValue(format!("{} must not be empty.", attribute.name)))
        }
        Some(_) => Ok(()),
        None => Err(ScimError::InvalidValue(format!("{} is required: send it with a value.", attribute.name))),
    }
}
