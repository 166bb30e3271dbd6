//! References to what other operations of the same request make (RFC 7644 §3.7.2): `bulkId:` and a name stand where an id
//! would. They are looked for where ids are: in members, in managers, and in paths that name them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{BulkAction, BulkMethod, BulkTarget, BulkTargetId};
use crate::error::{ScimError, quoted};
use crate::patch::PATCH_OP_URN;

/// Ids of the resources that a request has made so far, by the bulkId of the operation that made them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BulkIds(BTreeMap<String, String>);

impl BulkIds {
    /// An operation has made a resource.
    pub fn insert(&mut self, bulk_id: &str, id: &str) {
        self.0.insert(bulk_id.to_owned(), id.to_owned());
    }

    /// The body with ids in the place of references.
    ///
    /// # Errors
    /// 409 where the operation that was to make the resource has failed (RFC 7644 §3.7.1).
    pub fn resolve(&self, method: BulkMethod, data: &Value) -> Result<Value, ScimError> {
        let mut missing = None;
        let mut resolved = data.clone();
        each_reference(method, &mut resolved, &mut |bulk_id| {
            let id = self.0.get(bulk_id).cloned();
            if id.is_none() {
                missing = Some(not_made(bulk_id));
            }
            id
        });
        missing.map_or(Ok(resolved), Err)
    }

    /// The id of the resource that an operation is about; none for a POST.
    ///
    /// # Errors
    /// As [`BulkIds::resolve`].
    pub fn target_id<'i>(&'i self, target: &'i BulkTarget) -> Result<Option<&'i str>, ScimError> {
        match &target.id {
            None => Ok(None),
            Some(BulkTargetId::Known(id)) => Ok(Some(id)),
            Some(BulkTargetId::Reference(bulk_id)) => {
                self.0.get(bulk_id).map(|id| Some(id.as_str())).ok_or_else(|| not_made(bulk_id))
            }
        }
    }
}

/// The bulkId in a text that stands for an id.
pub(super) fn referred(text: &str) -> Option<&str> {
    text.strip_prefix("bulkId:").filter(|bulk_id| !bulk_id.is_empty())
}

/// The bulkIds to which the body of an action refers.
pub(super) fn references(action: &BulkAction) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if let Some(mut data) = action.data.clone() {
        each_reference(action.method, &mut data, &mut |bulk_id| {
            found.insert(bulk_id.to_owned());
            None
        });
    }
    found
}

/// The body of a POST without those references, and the body of the PATCH that brings them in afterwards. Of a list only
/// the values that refer are taken out.
pub(super) fn take_out(data: &Value, unmade: &BTreeSet<String>) -> (Value, Value) {
    let mut rest = data.clone();
    let mut operations = Vec::new();
    if let Some(members) = rest.as_object_mut() {
        take_out_of(members, "", unmade, &mut operations);
        for (name, value) in members.iter_mut().filter(|(name, _)| is_extension(name)) {
            let prefix = format!("{name}:");
            value.as_object_mut().into_iter().for_each(|inner| take_out_of(inner, &prefix, unmade, &mut operations));
        }
    }
    (rest, json!({"schemas": [PATCH_OP_URN], "Operations": operations}))
}

fn take_out_of(members: &mut Map<String, Value>, prefix: &str, unmade: &BTreeSet<String>, operations: &mut Vec<Value>) {
    members.retain(|name, value| {
        if !is_reference_attribute(name) {
            return true;
        }
        let (taken, kept) = part(value.take(), unmade);
        if let Some(taken) = taken {
            operations.push(json!({"op": "add", "path": format!("{prefix}{name}"), "value": taken}));
        }
        let stays = kept.is_some();
        *value = kept.unwrap_or_default();
        stays
    });
}

/// What of a value refers to what is not made yet, and what does not.
fn part(value: Value, unmade: &BTreeSet<String>) -> (Option<Value>, Option<Value>) {
    match value {
        Value::Array(values) if values.iter().any(|value| refers_to(value, unmade)) => {
            let (taken, kept): (Vec<Value>, Vec<Value>) =
                values.into_iter().partition(|value| refers_to(value, unmade));
            (Some(Value::Array(taken)), Some(kept).filter(|kept| !kept.is_empty()).map(Value::Array))
        }
        one if refers_to(&one, unmade) => (Some(one), None),
        other => (None, Some(other)),
    }
}

fn refers_to(value: &Value, unmade: &BTreeSet<String>) -> bool {
    let mut found = false;
    substitute(&mut value.clone(), &mut |bulk_id| {
        found |= unmade.contains(bulk_id);
        None
    });
    found
}

/// Shows every reference in a body, and puts in its place what is given for it.
fn each_reference(method: BulkMethod, data: &mut Value, visit: &mut dyn FnMut(&str) -> Option<String>) {
    let Some(members) = data.as_object_mut() else { return };
    if method != BulkMethod::Patch {
        return in_attributes(members, visit);
    }
    let operations = members.iter_mut().filter(|(name, _)| name.eq_ignore_ascii_case("Operations"));
    let operations = operations.flat_map(|(_, list)| list.as_array_mut().into_iter().flatten());
    operations.filter_map(Value::as_object_mut).for_each(|operation| in_patch_operation(operation, visit));
}

fn in_patch_operation(operation: &mut Map<String, Value>, visit: &mut dyn FnMut(&str) -> Option<String>) {
    let path = operation.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case("path")).map(|(_, path)| path);
    let names_ids = path.and_then(|path| in_path(path, visit));
    let value = operation.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case("value")).map(|(_, value)| value);
    match (names_ids, value) {
        (Some(()), Some(value)) => substitute(value, visit),
        (None, Some(Value::Object(members))) => in_attributes(members, visit),
        _ => {}
    }
}

/// `members[value eq "bulkId:x"]`; some where the path is about ids.
fn in_path(path: &mut Value, visit: &mut dyn FnMut(&str) -> Option<String>) -> Option<()> {
    let text = path.as_str().filter(|text| is_reference_attribute(text))?;
    let parts = text.split('"').zip([false, true].into_iter().cycle());
    let parts = parts.map(|(part, is_quoted)| match referred(part).filter(|_| is_quoted).and_then(&mut *visit) {
        Some(id) => id,
        None => part.to_owned(),
    });
    *path = Value::String(parts.collect::<Vec<_>>().join("\""));
    Some(())
}

fn in_attributes(members: &mut Map<String, Value>, visit: &mut dyn FnMut(&str) -> Option<String>) {
    for (name, value) in members {
        match value {
            value if is_reference_attribute(name) => substitute(value, visit),
            Value::Object(extension) if is_extension(name) => {
                let attributes = extension.iter_mut().filter(|(name, _)| is_reference_attribute(name));
                attributes.for_each(|(_, value)| substitute(value, visit));
            }
            _ => {}
        }
    }
}

/// The value of an attribute that holds ids: a text, an object with a `value`, or a list of those.
fn substitute(value: &mut Value, visit: &mut dyn FnMut(&str) -> Option<String>) {
    match value {
        Value::String(text) => {
            if let Some(id) = referred(text).and_then(visit) {
                *text = id;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| substitute(value, visit)),
        Value::Object(members) => {
            let values = members.iter_mut().filter(|(name, _)| name.eq_ignore_ascii_case("value"));
            values.for_each(|(_, value)| substitute(value, visit));
        }
        _ => {}
    }
}

/// `members` and `manager`, also with a URN before, and with a filter or a sub-attribute behind.
fn is_reference_attribute(name: &str) -> bool {
    let unfiltered = name.split('[').next().unwrap_or_default();
    let unqualified = unfiltered.rsplit(':').next().unwrap_or_default();
    let attribute = unqualified.split('.').next().unwrap_or_default();
    ["members", "manager"].iter().any(|known| attribute.eq_ignore_ascii_case(known))
}

fn is_extension(name: &str) -> bool {
    name.contains(':') && !is_reference_attribute(name)
}

fn not_made(bulk_id: &str) -> ScimError {
    let bulk_id = quoted(bulk_id);
    ScimError::Conflict(format!("The operation with the bulkId {bulk_id} has failed, so there is nothing to refer to."))
}
