//! The operations whose path is `members`.

use std::collections::BTreeSet;

use domain::predicate::{Comparison, Operand, Predicate};
use domain::text::fold;
use serde_json::{Value, json};

use super::super::write::Change;
use super::GroupOperation;
use crate::document::group::member_ids;
use crate::document::notes::Notes;
use crate::error::{ScimError, quoted};
use crate::filter::{Filter, compile_for_values};
use crate::path::Path;
use crate::schema::{Attribute, Located};

/// What an operation does to the members; none where it names nobody to add.
pub(super) fn operation(
    path: &Path,
    located: &Located<'_>,
    change: Change<'_>,
    notes: &mut Notes,
) -> Result<Option<GroupOperation>, ScimError> {
    let members = located.attribute;
    match (&path.filter, located.sub_attribute, change) {
        (None, None, Change::Add(value)) => Ok(Some(member_ids(members, &list(value), notes)?).and_then(addition)),
        (None, None, Change::Replace(value)) => replacement(member_ids(members, &list(value), notes)?).map(Some),
        (None, None, Change::Remove(None | Some(Value::Null))) => Ok(Some(GroupOperation::RemoveAllMembers)),
        (None, None, Change::Remove(Some(value))) => {
            // Entra names whom to remove in the value, where RFC 7644 §3.5.2.2 has none.
            notes.add("members: a remove named them in its value".to_owned());
            removal(member_ids(members, &without_kind(value), notes)?).map(Some)
        }
        (Some(filter), None, Change::Remove(_)) => removal_by(filter, path, members).map(Some),
        (None, Some(sub), Change::Add(value)) if sub.name == "value" => {
            notes.add("members.value: taken for members".to_owned());
            Ok(addition(member_ids(members, &from_ids(value), notes)?))
        }
        (None, Some(sub), Change::Remove(Some(value))) if sub.name == "value" => {
            notes.add("members.value: taken for members".to_owned());
            removal(member_ids(members, &from_ids(value), notes)?).map(Some)
        }
        _ => Err(immutable()),
    }
}

fn addition(ids: Vec<String>) -> Option<GroupOperation> {
    if ids.is_empty() { None } else { Some(GroupOperation::AddMembers(ids)) }
}

fn replacement(ids: Vec<String>) -> Result<GroupOperation, ScimError> {
    Ok(if ids.is_empty() { GroupOperation::RemoveAllMembers } else { GroupOperation::ReplaceMembers(ids) })
}

/// An empty list could mean nobody or everybody: only one of them can be taken back.
fn removal(ids: Vec<String>) -> Result<GroupOperation, ScimError> {
    if ids.is_empty() {
        let message = "The value names no member: name them, or leave it out to remove all.";
        return Err(ScimError::InvalidValue(message.to_owned()));
    }
    Ok(GroupOperation::RemoveMembers(ids))
}

fn removal_by(filter: &Filter, path: &Path, members: &Attribute) -> Result<GroupOperation, ScimError> {
    match chosen(&compile_for_values(filter, members)?, path)? {
        Chosen::All => Ok(GroupOperation::RemoveAllMembers),
        Chosen::Only(ids) if ids.is_empty() => {
            Err(ScimError::NoTarget(format!("{} can select no member.", quoted(&path.to_string()))))
        }
        Chosen::Only(ids) => Ok(GroupOperation::RemoveMembers(ids.into_iter().collect())),
    }
}

/// Whom a filter chooses, as far as it can be said without reading the members.
enum Chosen {
    All,
    Only(BTreeSet<String>),
}

fn chosen(predicate: &Predicate, path: &Path) -> Result<Chosen, ScimError> {
    match predicate {
        Predicate::Compare(name, Comparison::Equal, Operand::Exact(id)) if name.as_str() == "value" => {
            Ok(Chosen::Only(BTreeSet::from([id.clone()])))
        }
        // Every member is a person.
        Predicate::Compare(name, Comparison::Equal, Operand::Folded(kind)) if name.as_str() == "type" => {
            Ok(if fold(kind) == "user" { Chosen::All } else { Chosen::Only(BTreeSet::new()) })
        }
        Predicate::Present(name) if ["value", "type"].contains(&name.as_str()) => Ok(Chosen::All),
        Predicate::Or(parts) => {
            parts.iter().try_fold(Chosen::Only(BTreeSet::new()), |sum, part| Ok(sum.or(chosen(part, path)?)))
        }
        Predicate::And(parts) => parts.iter().try_fold(Chosen::All, |rest, part| Ok(rest.and(chosen(part, path)?))),
        _ => {
            let path = quoted(&path.to_string());
            Err(ScimError::InvalidFilter(format!(
                "Members are chosen by id: send members[value eq \"…\"], not {path}."
            )))
        }
    }
}

impl Chosen {
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Only(mut ids), Self::Only(others)) => {
                ids.extend(others);
                Self::Only(ids)
            }
            _ => Self::All,
        }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, chosen) | (chosen, Self::All) => chosen,
            (Self::Only(ids), Self::Only(others)) => Self::Only(ids.intersection(&others).cloned().collect()),
        }
    }
}

/// One object alone is a list of one (RFC 7644 §3.5.2.1 shows both).
fn list(value: &Value) -> Value {
    match value {
        Value::Object(_) => Value::Array(vec![value.clone()]),
        other => other.clone(),
    }
}

/// Members to remove by their ids alone: a group that was never taken as a member may be named all the same.
fn without_kind(value: &Value) -> Value {
    let mut values = list(value);
    let objects = values.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut);
    objects.for_each(|member| {
        member.retain(|name, _| !["type", "$ref"].iter().any(|kind| name.eq_ignore_ascii_case(kind)));
    });
    values
}

fn from_ids(value: &Value) -> Value {
    match value {
        Value::Array(ids) => ids.iter().map(|id| json!({"value": id})).collect(),
        id => json!([{"value": id}]),
    }
}

/// RFC 7643 §8.7.1: the sub-attributes of a member are immutable.
fn immutable() -> ScimError {
    ScimError::Mutability("A member cannot be changed: remove it from members, and add another.".to_owned())
}
