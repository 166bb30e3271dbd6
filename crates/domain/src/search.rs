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
    /// 0 for the value that sorting goes by: the primary one, else the first (RFC 7644 §3.4.2.3).
    pub rank: i32,
    /// As it was sent.
    pub exact: String,
    /// Folded, for attributes that are not case-exact.
    pub folded: String,
}

/// Every searchable value of a person.
pub fn search_attributes(person: &Person) -> Vec<SearchAttribute> {
    let mut found = Found::default();
    if let Some(external_id) = &person.external_id {
        found.push("externalId", external_id.clone());
    }
    for (name, value) in &person.profile.0 {
        match value {
            Value::Object(extension) if name.contains(':') => found.collect_object(&format!("{name}:"), extension),
            _ => found.collect(name, value),
        }
    }
    for (attribute, stated) in &person.facts.provisioned.roles {
        found.push(&format!("{ROLE_EXTENSION}:{attribute}"), stated.value.clone());
    }
    found.all
}

/// What was found so far, and in which value of a multi-valued attribute the search is.
#[derive(Default)]
struct Found {
    all: Vec<SearchAttribute>,
    element: i32,
    rank: i32,
}

impl Found {
    fn collect(&mut self, path: &str, value: &Value) {
        match value {
            Value::Null => {}
            Value::String(text) => self.push(path, text.clone()),
            Value::Bool(flag) => self.push(path, flag.to_string()),
            Value::Number(number) => self.push(path, number.to_string()),
            Value::Array(values) => self.collect_values(path, values),
            Value::Object(object) => self.collect_object(&format!("{path}."), object),
        }
    }

    fn collect_values(&mut self, path: &str, values: &[Value]) {
        let is_primary = |value: &Value| value.get("primary") == Some(&Value::Bool(true));
        let first = values.iter().position(is_primary).unwrap_or(0);
        for (at, value) in values.iter().enumerate() {
            self.element = i32::try_from(at).unwrap_or(i32::MAX);
            self.rank = i32::from(at != first);
            self.collect(path, value);
        }
        (self.element, self.rank) = (0, 0);
    }

    fn collect_object(&mut self, prefix: &str, object: &Map<String, Value>) {
        for (name, value) in object {
            self.collect(&format!("{prefix}{name}"), value);
        }
    }

    fn push(&mut self, path: &str, exact: String) {
        let (element, rank, folded) = (self.element, self.rank, text::fold(&exact));
        self.all.push(SearchAttribute { path: AttributePath::new(path), element, rank, exact, folded });
    }
}
