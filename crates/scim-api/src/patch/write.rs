//! One operation on a document.

use serde_json::{Map, Value};

use super::elements::{self, Selection};
use super::{Op, PatchOperation, pathless};
use crate::document::notes::Notes;
use crate::document::value::{coerce, put, within};
use crate::error::{ScimError, quoted};
use crate::path::Path;
use crate::schema::{Attribute, Located, Mutability, ResourceType, Schema, Target};

/// A document that is being written. A refusal leaves it half written: whoever drives it throws it away then.
pub(super) struct Writer<'r> {
    pub(super) resource: &'r ResourceType,
    pub(super) document: Map<String, Value>,
    pub(super) notes: Notes,
}

/// What is done with the value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change<'v> {
    Add(&'v Value),
    Replace(&'v Value),
    Remove(Option<&'v Value>),
}

impl Writer<'_> {
    pub(super) fn perform(&mut self, operation: &PatchOperation) -> Result<(), ScimError> {
        let change = Change::of(operation)?;
        match (&operation.path, change) {
            (Some(path), change) => self.at_path(path, change),
            (None, Change::Add(value)) => self.members(value, Change::Add),
            (None, Change::Replace(value)) => self.members(value, Change::Replace),
            (None, Change::Remove(_)) => Err(pathless_remove()),
        }
    }

    fn members<'v>(&mut self, value: &'v Value, change: fn(&'v Value) -> Change<'v>) -> Result<(), ScimError> {
        let named = pathless::named(value, self.resource, &mut self.notes)?;
        named.iter().try_for_each(|(path, value)| self.at_path(path, change(value)))
    }

    fn at_path(&mut self, path: &Path, change: Change<'_>) -> Result<(), ScimError> {
        let resource = self.resource;
        match find(resource, path.attribute.as_str(), &mut self.notes) {
            Some(Target::Attribute(located)) => self.at_attribute(path, located, change),
            Some(_) if path.filter.is_some() => Err(not_multi_valued(path)),
            Some(Target::Extension(schema)) => self.at_extension(schema, change),
            Some(Target::Core) => self.at_core(change),
            None => Err(unknown_path(resource, path.attribute.as_str())),
        }
    }

    fn at_core(&mut self, change: Change<'_>) -> Result<(), ScimError> {
        match change {
            Change::Add(value) => self.members(value, Change::Add),
            Change::Replace(value) => self.members(value, Change::Replace),
            Change::Remove(_) => {
                Err(ScimError::Mutability("The core schema cannot be removed: name an attribute.".to_owned()))
            }
        }
    }

    fn at_extension(&mut self, schema: &Schema, change: Change<'_>) -> Result<(), ScimError> {
        let qualified = |value: &Value| match value {
            Value::Object(members) => Ok(Value::Object(
                members.iter().map(|(name, value)| (format!("{}:{name}", schema.id), value.clone())).collect(),
            )),
            _ => {
                Err(ScimError::InvalidValue(format!("The value of {} must be an object of its attributes.", schema.id)))
            }
        };
        match change {
            Change::Add(Value::Null) => Ok(()),
            Change::Replace(Value::Null) | Change::Remove(_) => {
                self.document.shift_remove(schema.id.as_ref());
                Ok(())
            }
            Change::Add(Value::Object(members)) | Change::Replace(Value::Object(members)) if members.is_empty() => {
                Ok(())
            }
            Change::Add(value) => self.at_core(Change::Add(&qualified(value)?)),
            Change::Replace(value) => self.at_core(Change::Replace(&qualified(value)?)),
        }
    }

    fn at_attribute(&mut self, path: &Path, located: Located<'_>, change: Change<'_>) -> Result<(), ScimError> {
        let located = go_deeper(path, located)?;
        if is_read_only(located.attribute) || is_read_only(located.leaf()) {
            return Err(read_only(&located));
        }
        if located.attribute.mutability == Mutability::WriteOnly {
            return self.drop_value(&located, change);
        }
        if located.attribute.multi_valued {
            return self.multi_valued(path, located, change);
        }
        if path.filter.is_some() {
            return Err(not_multi_valued(path));
        }
        let assigned = match change {
            Change::Add(value) | Change::Replace(value) => coerce_given(&located, value, &mut self.notes)?,
            Change::Remove(_) => None,
        };
        match (assigned, change) {
            (Some(value), _) => {
                within(&mut self.document, located.extension, |container| put(container, &located, value));
                Ok(())
            }
            (None, Change::Add(_)) => Ok(()),
            (None, _) => self.unassign(&located),
        }
    }

    /// A password is taken and thrown away, if it is one.
    fn drop_value(&mut self, located: &Located<'_>, change: Change<'_>) -> Result<(), ScimError> {
        if let Change::Add(value) | Change::Replace(value) = change {
            coerce(located.leaf(), value, &located.path(), &mut self.notes)?;
        }
        Ok(())
    }

    fn multi_valued(&mut self, path: &Path, located: Located<'_>, change: Change<'_>) -> Result<(), ScimError> {
        let selection = Selection::new(path, located)?;
        let name = located.attribute.name.as_ref();
        let notes = &mut self.notes;
        within(&mut self.document, located.extension, |container| {
            let mut values = match container.get_mut(name).map(Value::take) {
                Some(Value::Array(values)) => values,
                _ => Vec::new(),
            };
            match change {
                Change::Add(value) => elements::add(&mut values, &selection, value, notes)?,
                Change::Replace(value) => elements::replace(&mut values, &selection, value, notes)?,
                Change::Remove(value) => elements::remove(&mut values, &selection, value, notes)?,
            }
            match values.is_empty() {
                true => container.shift_remove(name),
                false => container.insert(name.to_owned(), Value::Array(values)),
            };
            Ok(())
        })
    }

    /// RFC 7644 §3.5.2.2: to remove a required attribute fails with `mutability`.
    fn unassign(&mut self, located: &Located<'_>) -> Result<(), ScimError> {
        let leaf = located.leaf();
        if leaf.required || leaf.never_unassigned {
            return Err(cannot_be_removed(located));
        }
        within(&mut self.document, located.extension, |container| {
            let name = located.attribute.name.as_ref();
            match located.sub_attribute {
                None => container.shift_remove(name),
                Some(sub) => container
                    .get_mut(name)
                    .and_then(Value::as_object_mut)
                    .and_then(|members| members.shift_remove(sub.name.as_ref())),
            }
        });
        Ok(())
    }
}

impl<'v> Change<'v> {
    /// RFC 7644 §3.5.2.1: an add "MUST contain a "value" member"; a replace is nothing without one either.
    pub(super) fn of(operation: &'v PatchOperation) -> Result<Self, ScimError> {
        let missing = || ScimError::InvalidValue("The operation has no \"value\": send one, or use remove.".to_owned());
        let value = operation.value.as_ref();
        Ok(match operation.op {
            Op::Add => Self::Add(value.ok_or_else(missing)?),
            Op::Replace => Self::Replace(value.ok_or_else(missing)?),
            Op::Remove => Self::Remove(value),
        })
    }
}

/// The value in the form of its attribute. An object in which nothing is known is refused: to take it for "no value"
/// would remove what the client meant to change.
pub(super) fn coerce_given(
    located: &Located<'_>,
    value: &Value,
    notes: &mut Notes,
) -> Result<Option<Value>, ScimError> {
    let coerced = coerce(located.leaf(), value, &located.path(), notes)?;
    let says_something = match value {
        Value::Object(members) => members.values().any(|value| !value.is_null()),
        _ => false,
    };
    if coerced.is_none() && says_something {
        let message = format!("The value of {} has no attribute that can be written.", located.path());
        return Err(ScimError::InvalidValue(message));
    }
    Ok(coerced)
}

/// What a name means, `manager` without its URN included.
pub(super) fn find<'r>(resource: &'r ResourceType, name: &str, notes: &mut Notes) -> Option<Target<'r>> {
    resource.find(name).or_else(|| {
        let located = resource.find_manager(name)?;
        notes.add(format!("{name}: taken without its URN"));
        Some(Target::Attribute(located))
    })
}

/// The sub-attribute behind the brackets of a path.
pub(super) fn go_deeper<'r>(path: &Path, located: Located<'r>) -> Result<Located<'r>, ScimError> {
    match (&path.filter, &path.sub_attribute) {
        (Some(_), _) if located.sub_attribute.is_some() => Err(not_multi_valued(path)),
        (_, None) => Ok(located),
        (_, Some(name)) => {
            located.attribute.find_sub_attribute(name).map(|sub| located.with_sub_attribute(sub)).ok_or_else(|| {
                ScimError::InvalidPath(format!("{} has no sub-attribute {}.", located.path(), quoted(name)))
            })
        }
    }
}

pub(super) fn is_read_only(attribute: &Attribute) -> bool {
    attribute.mutability == Mutability::ReadOnly
}

/// RFC 7644 §3.5.2.2: "If "path" is unspecified, the operation fails with … "noTarget"."
pub(super) fn pathless_remove() -> ScimError {
    ScimError::NoTarget("A remove needs a path, such as displayName or emails[type eq \"work\"].".to_owned())
}

pub(super) fn read_only(located: &Located<'_>) -> ScimError {
    ScimError::Mutability(format!("{} is read-only: leave it out of the request.", located.path()))
}

pub(super) fn cannot_be_removed(located: &Located<'_>) -> ScimError {
    ScimError::Mutability(format!("{} cannot be removed: replace it with another value.", located.path()))
}

pub(super) fn not_multi_valued(path: &Path) -> ScimError {
    let message = format!("{} has no values to choose from: leave out the brackets.", path.attribute);
    ScimError::InvalidPath(message)
}

pub(super) fn unknown_path(resource: &ResourceType, name: &str) -> ScimError {
    let hint = match resource.find_in_extensions(name) {
        Some(located) => format!("write {}", located.path()),
        None => "/Schemas lists the attributes that exist".to_owned(),
    };
    ScimError::InvalidPath(format!("There is no attribute {}: {hint}.", quoted(name)))
}
