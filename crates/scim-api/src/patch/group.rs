//! PATCH of a group, as operations on the set of its members: the members that are there are never read, so adding one
//! costs the same in a group of ten and of ten thousand.

mod change;
mod members;

pub use change::{GroupChange, MemberChange};
use serde_json::Value;

use super::write::{
    Change, cannot_be_removed, coerce_given, go_deeper, is_read_only, not_multi_valued, pathless_remove, read_only,
    unknown_path,
};
use super::{PatchOperation, PatchRequest, pathless, request};
use crate::document::notes::Notes;
use crate::error::ScimError;
use crate::path::Path;
use crate::schema::{Located, ResourceType, Target};

/// What a PATCH does to a group, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupPatch {
    /// The operations. There may be none: an empty list added is nothing.
    pub operations: Vec<GroupOperation>,
    /// What was dropped or taken although the RFC does not have it. Names only, never values.
    pub tolerated: Vec<String>,
}

/// One thing that is done to a group. Ids are as they were sent, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupOperation {
    /// It gets another `displayName`; never an empty one.
    Rename(String),
    /// It gets another `externalId`, or none.
    SetExternalId(Option<String>),
    /// These become members; those who are stay so.
    AddMembers(Vec<String>),
    /// These are members no longer; those who are not may be named.
    RemoveMembers(Vec<String>),
    /// The members are these and no others.
    ReplaceMembers(Vec<String>),
    /// There are no members.
    RemoveAllMembers,
}

impl GroupPatch {
    /// Reads what the operations mean for a group: all of them, or none.
    ///
    /// # Errors
    /// `invalidPath`, `invalidFilter`, `noTarget`, `mutability`, `invalidValue` or `invalidSyntax`, with the number of the
    /// operation where there are several.
    pub fn parse(request: &PatchRequest, group: &ResourceType) -> Result<Self, ScimError> {
        let mut reader = Reader { group, notes: Notes::default(), operations: Vec::new() };
        for (index, operation) in request.operations.iter().enumerate() {
            reader.perform(operation).map_err(|error| request::in_operation(error, index, request.operations.len()))?;
        }
        Ok(Self { operations: reader.operations, tolerated: reader.notes.into_list() })
    }
}

struct Reader<'r> {
    group: &'r ResourceType,
    notes: Notes,
    operations: Vec<GroupOperation>,
}

impl Reader<'_> {
    fn perform(&mut self, operation: &PatchOperation) -> Result<(), ScimError> {
        let change = Change::of(operation)?;
        match &operation.path {
            Some(path) => self.at_path(path, change),
            None => self.at_core(change, pathless_remove),
        }
    }

    fn at_path(&mut self, path: &Path, change: Change<'_>) -> Result<(), ScimError> {
        let group = self.group;
        match group.find(path.attribute.as_str()) {
            Some(Target::Attribute(located)) => self.at_attribute(path, located, change),
            Some(_) if path.filter.is_some() => Err(not_multi_valued(path)),
            Some(_) => self.at_core(change, || {
                ScimError::Mutability("The core schema cannot be removed: name an attribute.".to_owned())
            }),
            None => Err(unknown_path(group, path.attribute.as_str())),
        }
    }

    /// The value names the attributes.
    fn at_core(&mut self, change: Change<'_>, removal: fn() -> ScimError) -> Result<(), ScimError> {
        let (value, again): (_, fn(_) -> _) = match change {
            Change::Add(value) => (value, Change::Add),
            Change::Replace(value) => (value, Change::Replace),
            Change::Remove(_) => return Err(removal()),
        };
        let named = pathless::named(value, self.group, &mut self.notes)?;
        named.iter().try_for_each(|(path, value)| self.at_path(path, again(value)))
    }

    fn at_attribute(&mut self, path: &Path, located: Located<'_>, change: Change<'_>) -> Result<(), ScimError> {
        let located = go_deeper(path, located)?;
        if is_read_only(located.attribute) || is_read_only(located.leaf()) {
            return Err(read_only(&located));
        }
        if located.attribute.multi_valued {
            self.operations.extend(members::operation(path, &located, change, &mut self.notes)?);
            return Ok(());
        }
        if path.filter.is_some() {
            return Err(not_multi_valued(path));
        }
        let assigned = match change {
            Change::Add(value) | Change::Replace(value) => coerce_given(&located, value, &mut self.notes)?,
            Change::Remove(_) => None,
        };
        self.operations.extend(assignment(&located, assigned, change)?);
        Ok(())
    }
}

fn assignment(
    located: &Located<'_>,
    assigned: Option<Value>,
    change: Change<'_>,
) -> Result<Option<GroupOperation>, ScimError> {
    match (located.attribute.name.as_ref(), assigned, change) {
        ("displayName", Some(Value::String(name)), _) if name.is_empty() => {
            Err(ScimError::InvalidValue("displayName must not be empty.".to_owned()))
        }
        ("displayName", Some(Value::String(name)), _) => Ok(Some(GroupOperation::Rename(name))),
        ("externalId", Some(Value::String(id)), _) => Ok(Some(GroupOperation::SetExternalId(Some(id)))),
        (_, None, Change::Add(_)) => Ok(None),
        ("externalId", None, _) => Ok(Some(GroupOperation::SetExternalId(None))),
        // RFC 7644 §3.5.2.2: to remove a required attribute fails with `mutability`.
        _ => Err(cannot_be_removed(located)),
    }
}

#[cfg(test)]
mod tests;
