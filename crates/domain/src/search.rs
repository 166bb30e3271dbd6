//! What lists are searched and sorted by: each SCIM value of a person with its path.

use serde_json::{Map, Value};

use crate::collaborator::Person;
use crate::order::{moment, moment_key, number_key};
use crate::predicate::AttributePath;
use crate::schema_urn::WORKATO_ROLE;
use crate::text;

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
    found.push("userName", person.user_name.as_str().to_owned());
    if let Some(external_id) = &person.external_id {
        found.push("externalId", external_id.clone());
    }
    // What begins with a `#` is Gatehouse's own: no attribute's name does.
    for (name, value) in person.profile.0.iter().filter(|(name, _)| !name.starts_with('#')) {
        match value {
            Value::Object(extension) if name.contains(':') => found.collect_object(&format!("{name}:"), extension),
            _ => found.collect(name, value),
        }
    }
    for (attribute, stated) in &person.facts.provisioned.roles {
        found.push(&format!("{WORKATO_ROLE}:{attribute}"), stated.value.clone());
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
            Value::String(text) => self.push_text(path, text),
            Value::Bool(flag) => self.push(path, flag.to_string()),
            Value::Number(number) => {
                self.push(path, number.to_string());
                self.push_at(AttributePath::new(path).of_numbers(), number_key(number));
            }
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

    /// What reads as a moment can be compared as one, whatever the attribute's type is now or becomes.
    fn push_text(&mut self, path: &str, text: &str) {
        self.push(path, text.to_owned());
        if let Some(at) = moment(text) {
            self.push_at(AttributePath::new(path).of_moments(), moment_key(at));
        }
    }

    fn push(&mut self, path: &str, exact: String) {
        self.push_at(AttributePath::new(path), exact);
    }

    fn push_at(&mut self, path: AttributePath, exact: String) {
        let (element, rank, folded) = (self.element, self.rank, text::fold(&exact));
        self.all.push(SearchAttribute { path, element, rank, exact, folded });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(name: &str, value: &Value) -> Vec<(String, i32, String)> {
        let mut found = Found::default();
        found.collect(name, value);
        found.all.into_iter().map(|one| (one.path.as_str().to_owned(), one.element, one.exact)).collect()
    }

    #[test]
    fn numbers_and_moments_are_kept_as_they_were_sent_and_by_their_order() {
        let levels = found("urn:acme:1.0:Person:Levels", &json!([7, 1.5]));
        let kept: Vec<(&str, i32)> = levels.iter().map(|(path, element, _)| (path.as_str(), *element)).collect();
        let (plain, ordered) = ("urn:acme:1.0:person:levels", "urn:acme:1.0:person:levels#number");
        assert_eq!(kept, [(plain, 0), (ordered, 0), (plain, 1), (ordered, 1)]);
        assert_eq!((levels[0].2.as_str(), levels[2].2.as_str()), ("7", "1.5"));
        assert!(levels[1].2 > levels[3].2);
        let since = found("since", &json!("2011-05-13T04:42:34Z"));
        assert_eq!((since.len(), since[1].0.as_str()), (2, "since#moment"));
        assert_eq!(found("title", &json!("2011")).len(), 1);
    }
}
