//! Operations on the values of a multi-valued attribute.

use domain::predicate::Predicate;
use serde_json::{Map, Value};

use super::append::append;
use super::write::coerce_given;
use crate::document::notes::Notes;
use crate::document::value::{coerce, is_primary, keep_distinct};
use crate::error::{ScimError, quoted};
use crate::filter::{Filter, Literal, Operator, compile_for_values, matches};
use crate::path::Path;
use crate::schema::Located;

/// Which values of an attribute a path means.
pub(super) struct Selection<'p> {
    pub(super) located: Located<'p>,
    filter: Option<(&'p Filter, Predicate)>,
    path: &'p Path,
}

impl<'p> Selection<'p> {
    pub(super) fn new(path: &'p Path, located: Located<'p>) -> Result<Self, ScimError> {
        let filter = match &path.filter {
            Some(filter) => Some((filter, compile_for_values(filter, located.attribute)?)),
            None => None,
        };
        Ok(Self { located, filter, path })
    }

    fn selects(&self, value: &Value) -> bool {
        match (&self.filter, value) {
            (Some((_, predicate)), Value::Object(members)) => matches(predicate, members),
            (Some(_), _) => false,
            (None, _) => true,
        }
    }

    fn selects_all(&self) -> bool {
        self.filter.is_none() && self.located.sub_attribute.is_none()
    }

    /// RFC 7644 §3.12, `noTarget`: "when the specified "path" value contains a filter that yields no match".
    fn no_target(&self) -> ScimError {
        let path = quoted(&self.path.to_string());
        ScimError::NoTarget(format!("No value of {} is selected by {path}.", self.located.attribute.name))
    }
}

/// RFC 7644 §3.5.2.1: values are added, or what is said is added to those that are selected.
pub(super) fn add(
    values: &mut Vec<Value>,
    selection: &Selection<'_>,
    value: &Value,
    notes: &mut Notes,
) -> Result<(), ScimError> {
    if selection.selects_all() {
        return append(values, selection, value, notes);
    }
    assign(values, selection, value, |_| true, notes)
}

/// RFC 7644 §3.5.2.3: the values that are selected, or all, are replaced. Of a selected one the sub-attributes that are not
/// specified stay, as the section says of complex attributes: a client that sends the mark alone means to move the mark.
pub(super) fn replace(
    values: &mut Vec<Value>,
    selection: &Selection<'_>,
    value: &Value,
    notes: &mut Notes,
) -> Result<(), ScimError> {
    if !selection.selects_all() {
        return assign(values, selection, value, |new| may_create_on_replace(selection, new), notes);
    }
    let given = Value::Array(given(selection, value, notes)?);
    let distinct = keep_distinct(given, &selection.located.path(), notes);
    *values = distinct.as_array().cloned().unwrap_or_default();
    Ok(())
}

/// RFC 7644 §3.5.2.2: the selected values, or their sub-attribute, are removed. Entra names the values to remove in `value`.
pub(super) fn remove(
    values: &mut Vec<Value>,
    selection: &Selection<'_>,
    value: Option<&Value>,
    notes: &mut Notes,
) -> Result<(), ScimError> {
    if selection.filter.is_some() && !values.iter().any(|value| selection.selects(value)) {
        return Err(selection.no_target());
    }
    if let Some(sub) = selection.located.sub_attribute {
        let selected = values.iter_mut().filter(|value| selection.selects(value)).filter_map(Value::as_object_mut);
        selected.for_each(|members| {
            members.shift_remove(sub.name.as_ref());
        });
        values.retain(|value| value.as_object().is_none_or(|members| !members.is_empty()));
        return Ok(());
    }
    let named = match value {
        Some(value) if selection.selects_all() && !value.is_null() => Some(given(selection, value, notes)?),
        _ => None,
    };
    match named {
        Some(named) => values.retain(|value| !named.iter().any(|named| is_part_of(named, value))),
        None => values.retain(|value| !selection.selects(value)),
    }
    Ok(())
}

/// Sets what the value says in each selected value; creates one where none is selected and the path tells how it looks.
fn assign(
    values: &mut Vec<Value>,
    selection: &Selection<'_>,
    value: &Value,
    may_create: impl FnOnce(&Map<String, Value>) -> bool,
    notes: &mut Notes,
) -> Result<(), ScimError> {
    let new = new_members(selection, value, notes)?;
    let chosen: Vec<bool> = values.iter().map(|value| selection.selects(value)).collect();
    let count = chosen.iter().filter(|chosen| **chosen).count();
    check_choice(selection, count, &new)?;
    if count == 0 {
        let created = template(selection, notes)?.filter(may_create).ok_or_else(|| selection.no_target())?;
        values.push(Value::Object(created.into_iter().chain(new).collect()));
        keep_one_primary(values, |index| index >= chosen.len());
        return Ok(());
    }
    let new = Value::Object(new);
    values.iter_mut().zip(&chosen).filter(|(_, chosen)| **chosen).for_each(|(value, _)| merge(value, &new));
    keep_one_primary(values, |index| chosen.get(index) == Some(&true));
    Ok(())
}

/// Refuses to set the same in several values where the path does not ask for it, or where only one can have it.
fn check_choice(selection: &Selection<'_>, count: usize, new: &Map<String, Value>) -> Result<(), ScimError> {
    let name = &selection.located.attribute.name;
    if count > 1 && selection.filter.is_none() {
        let message = format!("{name} has several values: say which, such as {name}[type eq \"work\"].");
        return Err(ScimError::InvalidPath(message));
    }
    if count > 1 && new.get("primary") == Some(&Value::Bool(true)) {
        let message = format!("{count} values of {name} would become primary, and at most one is: select one.");
        return Err(ScimError::InvalidValue(message));
    }
    Ok(())
}

/// The sub-attributes to set: the one that the path names, or those in the value.
fn new_members(selection: &Selection<'_>, value: &Value, notes: &mut Notes) -> Result<Map<String, Value>, ScimError> {
    let located = &selection.located;
    let missing = || ScimError::InvalidValue(format!("{} needs a value; to clear it, send remove.", located.path()));
    if let Some(sub) = located.sub_attribute {
        let value = coerce_given(located, value, notes)?.ok_or_else(missing)?;
        return Ok(Map::from_iter([(sub.name.to_string(), value)]));
    }
    match given(selection, value, notes)?.as_slice() {
        [Value::Object(members)] => Ok(members.clone()),
        [] => Err(missing()),
        _ => Err(ScimError::InvalidValue(format!("{} selects values: send one object for them.", located.path()))),
    }
}

/// The values of a list; one object alone is a list of one (RFC 7644 §3.5.2.1 shows both).
pub(super) fn given(selection: &Selection<'_>, value: &Value, notes: &mut Notes) -> Result<Vec<Value>, ScimError> {
    let located = Located { sub_attribute: None, ..selection.located };
    let list = match value {
        Value::Object(_) => Value::Array(vec![value.clone()]),
        other => other.clone(),
    };
    let says_something = list.as_array().is_some_and(|values| values.iter().any(|value| !value.is_null()));
    match coerce(located.attribute, &list, &located.path(), notes)? {
        Some(Value::Array(values)) => Ok(values),
        None if says_something => {
            let message = format!("No value of {} has an attribute that can be written.", located.path());
            Err(ScimError::InvalidValue(message))
        }
        _ => Ok(Vec::new()),
    }
}

/// What a value looks like that the filter would select: `type eq "work"` tells, `type ne "work"` does not.
fn template(selection: &Selection<'_>, notes: &mut Notes) -> Result<Option<Map<String, Value>>, ScimError> {
    let Some((filter, _)) = selection.filter.as_ref() else {
        return Ok(Some(Map::new()));
    };
    let parts = match *filter {
        Filter::And(parts) => parts.as_slice(),
        other => std::slice::from_ref(other),
    };
    let mut members = Map::new();
    for part in parts {
        let Filter::Compare(name, Operator::Eq, literal) = part else {
            return Ok(None);
        };
        let Some(sub) = selection.located.attribute.find_sub_attribute(name.as_str()) else {
            return Ok(None);
        };
        let value = match literal {
            Literal::String(text) => Value::from(text.as_str()),
            Literal::Boolean(flag) => Value::Bool(*flag),
            Literal::Null | Literal::Number(_) | Literal::Bare(_) => return Ok(None),
        };
        if let Some(value) = coerce(sub, &value, &selection.path.to_string(), notes)? {
            members.insert(sub.name.to_string(), value);
        }
    }
    Ok(Some(members))
}

/// RFC 7644 §3.5.2.3 wants `noTarget` where a replace selects nothing. Entra replaces `emails[type eq "work"].value` of
/// people who have no such address and means to give them one: so a usual type, or the primary value, is created.
fn may_create_on_replace(selection: &Selection<'_>, template: &Map<String, Value>) -> bool {
    let attribute = selection.located.attribute;
    let is_usual = |name: &String, value: &Value| match attribute.find_sub_attribute(name) {
        Some(sub) if sub.name == "type" => {
            value.as_str().is_some_and(|text| sub.canonical_values.iter().any(|usual| usual.eq_ignore_ascii_case(text)))
        }
        Some(sub) => sub.name == "primary",
        None => false,
    };
    selection.located.sub_attribute.is_some() && template.iter().all(|(name, value)| is_usual(name, value))
}

/// RFC 7644 §3.5.2: an operation that sets `primary` to true "SHALL cause the server to automatically set "primary" to
/// "false" for any other values".
pub(super) fn keep_one_primary(values: &mut [Value], is_new: impl Fn(usize) -> bool) {
    let newest = values.iter().enumerate().rposition(|(index, value)| is_new(index) && is_primary(value));
    let Some(newest) = newest else { return };
    let others = values.iter_mut().enumerate().filter(|(index, value)| *index != newest && is_primary(value));
    for members in others.filter_map(|(_, value)| value.as_object_mut()) {
        members.insert("primary".to_owned(), Value::Bool(false));
    }
}

/// Whether everything that one value says is said by the other.
pub(super) fn is_part_of(named: &Value, value: &Value) -> bool {
    match (named, value) {
        (Value::Object(named), Value::Object(members)) => {
            named.iter().all(|(name, wanted)| members.get(name) == Some(wanted))
        }
        _ => named == value,
    }
}

/// The value says of itself what the other one says.
pub(super) fn merge(value: &mut Value, new: &Value) {
    if let (Value::Object(members), Value::Object(new)) = (value, new) {
        members.extend(new.clone());
    }
}
