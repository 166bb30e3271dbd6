//! A predicate over JSON in memory: what PATCH selects values by, and what the SQL of the store must agree with.

use domain::order::{moment, number_key};
use domain::predicate::{AttributePath, Comparison, Operand, Predicate};
use domain::text::fold;
use serde_json::{Map, Value};

/// Whether the predicate holds for a resource, or for one value of a multi-valued attribute. Like SQL it knows only what is
/// there: a comparison with an attribute that is absent does not hold.
pub fn matches(predicate: &Predicate, resource: &Map<String, Value>) -> bool {
    match predicate {
        Predicate::Present(path) => values_at(resource, path).into_iter().any(is_present),
        Predicate::Compare(path, comparison, operand) => {
            values_at(resource, path).into_iter().any(|value| compares(value, *comparison, operand))
        }
        Predicate::And(parts) => parts.iter().all(|part| matches(part, resource)),
        Predicate::Or(parts) => parts.iter().any(|part| matches(part, resource)),
        Predicate::Not(inner) => !matches(inner, resource),
        Predicate::Element(path, inner) => {
            values_at(resource, path).into_iter().any(|value| value.as_object().is_some_and(|one| matches(inner, one)))
        }
    }
}

/// RFC 7644 §3.4.2.2: `pr` holds where the attribute "has a non-empty or non-null value".
fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

pub(super) fn compares(value: &Value, comparison: Comparison, operand: &Operand) -> bool {
    match (operand, value) {
        (Operand::Folded(wanted), Value::String(text)) => compares_text(&fold(text), comparison, &fold(wanted)),
        (Operand::Exact(wanted), Value::String(text)) => compares_text(text, comparison, wanted),
        (Operand::Boolean(wanted), Value::Bool(flag)) => comparison == Comparison::Equal && flag == wanted,
        (Operand::Number(wanted), Value::Number(number)) => {
            compares_order(&number_key(number), comparison, &number_key(wanted))
        }
        (Operand::Moment(wanted), Value::String(text)) => {
            moment(text).is_some_and(|at| compares_order(&at, comparison, wanted))
        }
        _ => false,
    }
}

fn compares_text(text: &str, comparison: Comparison, wanted: &str) -> bool {
    match comparison {
        Comparison::Contains => text.contains(wanted),
        Comparison::StartsWith => text.starts_with(wanted),
        Comparison::EndsWith => text.ends_with(wanted),
        _ => compares_order(text, comparison, wanted),
    }
}

fn compares_order<T: Ord + ?Sized>(left: &T, comparison: Comparison, right: &T) -> bool {
    match comparison {
        Comparison::Equal => left == right,
        Comparison::Greater => left > right,
        Comparison::GreaterOrEqual => left >= right,
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Contains | Comparison::StartsWith | Comparison::EndsWith => false,
    }
}

/// The values at a folded path; of a multi-valued attribute all of them.
fn values_at<'v>(resource: &'v Map<String, Value>, path: &AttributePath) -> Vec<&'v Value> {
    let (container, name) = container_of(resource, path.as_str());
    let (name, sub_name) = name.split_once('.').map_or((name, None), |(name, sub)| (name, Some(sub)));
    let found = container.and_then(|members| member(members, name));
    let values = found.map_or(&[][..], |value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice));
    match sub_name {
        None => values.iter().collect(),
        Some(sub) => values.iter().filter_map(|value| member(value.as_object()?, sub)).collect(),
    }
}

/// Where the attribute stands, and its name there: below an extension's URN, or at the top.
fn container_of<'v, 'p>(resource: &'v Map<String, Value>, path: &'p str) -> (Option<&'v Map<String, Value>>, &'p str) {
    if !path.contains(':') {
        return (Some(resource), path);
    }
    let below = resource.iter().find_map(|(key, value)| {
        let name = path.strip_prefix(key.to_lowercase().as_str())?.strip_prefix(':')?;
        Some((value.as_object(), name))
    });
    below.unwrap_or((None, path))
}

fn member<'v>(members: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}
