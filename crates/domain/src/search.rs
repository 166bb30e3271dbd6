//! What can be searched of a person beyond the columns: each SCIM value with its path.

use serde_json::{Map, Value};

use crate::collaborator::Person;
use crate::predicate::AttributePath;
use crate::text;

/// The extension that carries environment roles over SCIM.
pub const ROLE_EXTENSION: &str = "urn:ietf:params:scim:schemas:workato:1.0:WorkatoRole";

/// One searchable value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchAttribute {
    /// Its path.
    pub path: AttributePath,
    /// Which value of a multi-valued attribute it belongs to, from 0.
    pub element: i32,
    /// As it was sent.
    pub exact: String,
    /// Folded, for attributes that are not case-exact.
    pub folded: String,
}

/// Every searchable value of a person.
pub fn search_attributes(person: &Person) -> Vec<SearchAttribute> {
    let mut found = Vec::new();
    for (name, value) in &person.profile.0 {
        match value {
            Value::Object(extension) if name.contains(':') => {
                collect_object(&format!("{name}:"), extension, 0, &mut found)
            }
            _ => collect(name, value, 0, &mut found),
        }
    }
    for (attribute, stated) in &person.facts.provisioned.roles {
        push(&format!("{ROLE_EXTENSION}:{attribute}"), 0, stated.value.clone(), &mut found);
    }
    found
}

fn collect(path: &str, value: &Value, element: i32, found: &mut Vec<SearchAttribute>) {
    match value {
        Value::Null => {}
        Value::String(text) => push(path, element, text.clone(), found),
        Value::Bool(flag) => push(path, element, flag.to_string(), found),
        Value::Number(number) => push(path, element, number.to_string(), found),
        Value::Array(values) => {
            for (value, element) in values.iter().zip(0..) {
                collect(path, value, element, found);
            }
        }
        Value::Object(object) => collect_object(&format!("{path}."), object, element, found),
    }
}

fn collect_object(prefix: &str, object: &Map<String, Value>, element: i32, found: &mut Vec<SearchAttribute>) {
    for (name, value) in object {
        collect(&format!("{prefix}{name}"), value, element, found);
    }
}

fn push(path: &str, element: i32, exact: String, found: &mut Vec<SearchAttribute>) {
    found.push(SearchAttribute { path: AttributePath::new(path), element, folded: text::fold(&exact), exact });
}
