//! Values, checked against their attribute and brought into its form.

use std::collections::{BTreeMap, HashSet};

use domain::order::moment;
use serde_json::{Map, Value};

use super::notes::Notes;
use crate::error::ScimError;
use crate::filter::boolean_text;
use crate::schema::{Attribute, Kind, Located, Schema};

/// The value in the form of its attribute; none where it is unassigned (RFC 7643 §2.5: null and the empty list are).
/// `at` is the attribute's name for sentences.
pub(crate) fn coerce(
    attribute: &Attribute,
    value: &Value,
    at: &str,
    notes: &mut Notes,
) -> Result<Option<Value>, ScimError> {
    if !attribute.multi_valued {
        return coerce_one(attribute, value, at, notes);
    }
    let values = match value {
        Value::Array(values) => values.as_slice(),
        Value::Object(_) => {
            notes.add(format!("{at}: one object was taken for a list of one"));
            std::slice::from_ref(value)
        }
        Value::Null => return Ok(None),
        // A complex value that is no object has no list to stand in either.
        other if attribute.kind == Kind::Complex => return Err(wrong_type(at, "a list", other)),
        _ => {
            notes.add(format!("{at}: one value was taken for a list of one"));
            std::slice::from_ref(value)
        }
    };
    if values.len() > attribute.most_values {
        let message = format!("{at} has {} values and may have {}.", values.len(), attribute.most_values);
        return Err(ScimError::InvalidValue(message));
    }
    let mut kept = Vec::with_capacity(values.len());
    for value in values {
        kept.extend(coerce_one(attribute, value, at, notes)?);
    }
    check_primary(&kept, at)?;
    Ok(Some(kept).filter(|kept| !kept.is_empty()).map(Value::Array))
}

/// RFC 7643 §2.4: "The primary attribute value 'true' MUST appear no more than once."
fn check_primary(values: &[Value], at: &str) -> Result<(), ScimError> {
    if values.iter().filter(|value| is_primary(value)).count() > 1 {
        return Err(ScimError::InvalidValue(format!("{at} has more than one value with \"primary\":true: mark one.")));
    }
    Ok(())
}

/// RFC 7643 §2.4: one combination of type and value is not returned more than once. What is given twice is kept once.
pub(crate) fn keep_distinct(value: Value, at: &str, notes: &mut Notes) -> Value {
    let Value::Array(values) = value else { return value };
    let (before, mut seen) = (values.len(), HashSet::with_capacity(values.len()));
    let distinct: Vec<Value> = values.into_iter().filter(|value| seen.insert(sorted(value))).collect();
    if distinct.len() < before {
        notes.add(format!("{at}: a value that was given twice was kept once"));
    }
    Value::Array(distinct)
}

/// A text that is the same for two values with the same sub-attributes.
fn sorted(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<&String, String> =
                members.iter().map(|(name, value)| (name, sorted(value))).collect();
            format!("{members:?}")
        }
        other => other.to_string(),
    }
}

/// Whether a value of a multi-valued attribute is the preferred one.
pub(crate) fn is_primary(value: &Value) -> bool {
    value.get("primary") == Some(&Value::Bool(true))
}

/// Works on the attributes of an extension, or for none on those of the resource itself.
pub(crate) fn within<T>(
    document: &mut Map<String, Value>,
    extension: Option<&Schema>,
    work: impl FnOnce(&mut Map<String, Value>) -> T,
) -> T {
    match extension {
        Some(schema) => within_object(document, &schema.id, work),
        None => work(document),
    }
}

/// Sets an attribute, or a sub-attribute of a singular one. The sub-attributes of an object that is there stay where the
/// value does not name them.
pub(crate) fn put(container: &mut Map<String, Value>, located: &Located<'_>, value: Value) {
    let name = located.attribute.name.as_ref();
    match (located.sub_attribute, value) {
        (Some(sub), value) => within_object(container, name, |members| members.insert(sub.name.to_string(), value)),
        (None, Value::Object(new)) => within_object(container, name, |members| {
            members.extend(new);
            None
        }),
        (None, value) => container.insert(name.to_owned(), value),
    };
}

fn within_object<T>(
    members: &mut Map<String, Value>,
    name: &str,
    work: impl FnOnce(&mut Map<String, Value>) -> T,
) -> T {
    let slot = members.entry(name).or_insert(Value::Null);
    let mut inner = match slot.take() {
        Value::Object(inner) => inner,
        _ => Map::new(),
    };
    let result = work(&mut inner);
    *slot = Value::Object(inner);
    result
}

fn coerce_one(attribute: &Attribute, value: &Value, at: &str, notes: &mut Notes) -> Result<Option<Value>, ScimError> {
    match (attribute.kind, value) {
        (_, Value::Null) => Ok(None),
        (Kind::Complex, _) => coerce_complex(attribute, value, at, notes),
        (Kind::Boolean, Value::Bool(_)) => Ok(Some(value.clone())),
        (Kind::Boolean, Value::String(text)) => coerce_boolean(text, at, notes).map(Some),
        (Kind::Integer, Value::Number(number)) if number.is_i64() => Ok(Some(value.clone())),
        (Kind::Decimal, Value::Number(_)) => Ok(Some(value.clone())),
        (Kind::String | Kind::Reference | Kind::Binary | Kind::DateTime, Value::String(text)) => {
            check_text(attribute, text, at)?;
            Ok(keep_text(attribute, text, at, notes))
        }
        _ => Err(wrong_type(at, expectation(attribute.kind), value)),
    }
}

fn coerce_complex(
    attribute: &Attribute,
    value: &Value,
    at: &str,
    notes: &mut Notes,
) -> Result<Option<Value>, ScimError> {
    let members = match value {
        Value::Object(members) => members,
        Value::Array(values) if !attribute.multi_valued => return coerce_listed(attribute, values, at, notes),
        // Whoever has no manager gets an empty one from some clients.
        Value::String(text) if !attribute.multi_valued && text.is_empty() => {
            notes.add(format!("{at}: an empty string was taken for no value"));
            return Ok(None);
        }
        // Entra sends `manager` as the plain id.
        Value::String(_) if !attribute.multi_valued && attribute.find_sub_attribute("value").is_some() => {
            notes.add(format!("{at}: a string was taken for its value"));
            &Map::from_iter([("value".to_owned(), value.clone())])
        }
        other => return Err(wrong_type(at, expectation(Kind::Complex), other)),
    };
    let mut kept = Map::new();
    for (name, value) in members {
        let Some(sub) = attribute.find_sub_attribute(name) else {
            notes.unknown(&format!("{at}.{name}"));
            continue;
        };
        keep_sub_attribute(&mut kept, sub, value, &format!("{at}.{}", sub.name), notes)?;
    }
    Ok(Some(kept).filter(|kept| !kept.is_empty()).map(Value::Object))
}

fn keep_sub_attribute(
    kept: &mut Map<String, Value>,
    sub: &Attribute,
    value: &Value,
    at: &str,
    notes: &mut Notes,
) -> Result<(), ScimError> {
    let coerced = if sub.is_kept() { coerce(sub, value, at, notes)? } else { None };
    match coerced.and_then(|value| kept.insert(sub.name.to_string(), value)) {
        Some(_) => Err(ScimError::InvalidSyntax(format!("{at} is given twice in one value: send it once."))),
        None => Ok(()),
    }
}

/// Some clients send a singular complex attribute as a list of one.
fn coerce_listed(
    attribute: &Attribute,
    values: &[Value],
    at: &str,
    notes: &mut Notes,
) -> Result<Option<Value>, ScimError> {
    match values {
        [] => Ok(None),
        [Value::Array(_)] => Err(wrong_type(at, expectation(Kind::Complex), &Value::Array(Vec::new()))),
        [only] => {
            notes.add(format!("{at}: a list of one was taken for its value"));
            coerce_one(attribute, only, at, notes)
        }
        _ => Err(ScimError::InvalidValue(format!("{at} has one value, but {} were sent.", values.len()))),
    }
}

fn coerce_boolean(text: &str, at: &str, notes: &mut Notes) -> Result<Value, ScimError> {
    let value = boolean_text(text)
        .ok_or_else(|| ScimError::InvalidValue(format!("The value of {at} must be {}.", expectation(Kind::Boolean))))?;
    notes.add(format!("{at}: a string was taken for a boolean"));
    Ok(Value::Bool(value))
}

fn check_text(attribute: &Attribute, text: &str, at: &str) -> Result<(), ScimError> {
    let longest = attribute.longest;
    if text.len() > longest {
        return Err(ScimError::InvalidValue(format!("{at} has {} bytes and may have {longest}.", text.len())));
    }
    if text.contains('\0') {
        return Err(ScimError::InvalidValue(format!("{at} contains the character U+0000, which cannot be stored.")));
    }
    if attribute.one_line && text.contains(char::is_control) {
        return Err(ScimError::InvalidValue(format!("{at} contains a line break or another control character.")));
    }
    let fits = match attribute.kind {
        Kind::Binary => text.chars().all(|c| c.is_ascii_alphanumeric() || "+/-_=\r\n".contains(c)),
        Kind::DateTime => moment(text).is_some(),
        _ => true,
    };
    if fits {
        Ok(())
    } else {
        Err(ScimError::InvalidValue(format!("The value of {at} must be {}.", expectation(attribute.kind))))
    }
}

/// Clients that have no `externalId` for somebody send an empty one; an identifier that everybody shares is none.
fn keep_text(attribute: &Attribute, text: &str, at: &str, notes: &mut Notes) -> Option<Value> {
    if text.is_empty() && attribute.name == "externalId" {
        notes.add(format!("{at}: an empty string was taken for no value"));
        return None;
    }
    Some(Value::from(text))
}

fn expectation(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "a string",
        Kind::Boolean => "true or false",
        Kind::Decimal => "a number",
        Kind::Integer => "a number without a fraction",
        Kind::DateTime => "a moment such as \"2011-05-13T04:42:34Z\"",
        Kind::Reference => "a string with a URI",
        Kind::Binary => "a string of Base64",
        Kind::Complex => "an object of sub-attributes",
    }
}

fn wrong_type(at: &str, wanted: &str, sent: &Value) -> ScimError {
    let sent = match sent {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    ScimError::InvalidValue(format!("The value of {at} must be {wanted}, but {sent} was sent."))
}
