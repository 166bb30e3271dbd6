//! What of a resource is sent: the registry's `returned`, and what the client asked for (RFC 7644 §3.9).

use serde_json::{Map, Value};

use crate::schema::{Located, ResourceType, Returned, Target};

/// The parameters `attributes` and `excludedAttributes` of a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Projection {
    wanted: Option<Vec<String>>,
    unwanted: Vec<String>,
}

impl Projection {
    /// Takes names as they were sent, one by one. Where `attributes` is none, everything that is returned by default is
    /// wanted. Names that are not in the registry select nothing.
    pub fn new<'n>(
        attributes: Option<impl IntoIterator<Item = &'n str>>,
        excluded: impl IntoIterator<Item = &'n str>,
        resource: &ResourceType,
    ) -> Self {
        let canonical = |name: &'n str| canonical_name(resource, name.trim());
        Self {
            wanted: attributes.map(|names| names.into_iter().filter_map(canonical).collect()),
            unwanted: excluded.into_iter().filter_map(canonical).collect(),
        }
    }

    /// Takes the query parameters, which separate names by commas. An empty `attributes` is none.
    pub fn from_query(attributes: Option<&str>, excluded: Option<&str>, resource: &ResourceType) -> Self {
        let attributes = attributes.filter(|list| !list.trim().is_empty()).map(|list| list.split(','));
        Self::new(attributes, excluded.into_iter().flat_map(|list| list.split(',')), resource)
    }

    /// Whether any part of an attribute is sent, so that it has to be loaded at all.
    pub fn wants(&self, name: &str, resource: &ResourceType) -> bool {
        match resource.find(name) {
            Some(Target::Attribute(located)) => self.sends(&located),
            Some(Target::Core | Target::Extension(_)) | None => false,
        }
    }

    /// The part of a resource that is sent.
    pub fn apply(&self, resource_json: &Map<String, Value>, resource: &ResourceType) -> Map<String, Value> {
        let sent = resource_json.iter().filter_map(|(name, value)| {
            let value = match resource.find(name)? {
                Target::Attribute(located) => self.attribute(located, value)?,
                Target::Extension(schema) => {
                    let members = value.as_object()?.iter().filter_map(|(name, value)| {
                        let attribute = schema.find_attribute(name)?;
                        let located = Located { extension: Some(schema), attribute, sub_attribute: None };
                        Some((name.clone(), self.attribute(located, value)?))
                    });
                    Value::Object(members.collect())
                }
                Target::Core => return None,
            };
            (!is_empty_object(&value)).then(|| (name.clone(), value))
        });
        let mut sent: Map<String, Value> = sent.collect();
        leave_out_absent_schemas(&mut sent, resource);
        sent
    }

    fn attribute(&self, located: Located<'_>, value: &Value) -> Option<Value> {
        if !self.sends(&located) {
            return None;
        }
        match value {
            Value::Object(members) => Some(Value::Object(self.sub_attributes(located, members))),
            Value::Array(values) => {
                let sent = values.iter().map(|value| match value {
                    Value::Object(members) => Value::Object(self.sub_attributes(located, members)),
                    simple => simple.clone(),
                });
                Some(Value::Array(sent.filter(|value| !is_empty_object(value)).collect()))
            }
            simple => Some(simple.clone()),
        }
    }

    fn sub_attributes(&self, located: Located<'_>, members: &Map<String, Value>) -> Map<String, Value> {
        let sent = members.iter().filter(|(name, _)| {
            let sub = located.attribute.find_sub_attribute(name);
            sub.is_some_and(|sub| self.sends(&located.with_sub_attribute(sub)))
        });
        sent.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// RFC 7643 §7, `returned`: always wins over what was asked for, never over everything; request needs to be named.
    fn sends(&self, located: &Located<'_>) -> bool {
        match located.leaf().returned {
            Returned::Always => true,
            Returned::Never => false,
            Returned::Request => self.wanted.as_ref().is_some_and(|wanted| is_named(wanted, located)),
            Returned::Default => {
                let wanted = self.wanted.as_ref().is_none_or(|wanted| is_named(wanted, located));
                wanted && !excludes(&self.unwanted, located)
            }
        }
    }
}

/// RFC 7643 §3: `schemas` tells of "the attributes present in the current JSON structure", so not of an extension that was
/// left out.
fn leave_out_absent_schemas(sent: &mut Map<String, Value>, resource: &ResourceType) {
    let is_absent = |urn: &Value, sent: &Map<String, Value>| {
        resource.extensions.iter().any(|schema| *urn == *schema.id && !sent.contains_key(schema.id.as_ref()))
    };
    let Some(Value::Array(mut urns)) = sent.get_mut("schemas").map(Value::take) else { return };
    urns.retain(|urn| !is_absent(urn, sent));
    sent.insert("schemas".to_owned(), Value::Array(urns));
}

/// Whether a list names the attribute itself, the schema or attribute it belongs to, or one of its sub-attributes.
fn is_named(names: &[String], located: &Located<'_>) -> bool {
    let path = located.path();
    let holds_a_named_one = |name: &String| name.strip_prefix(&path).is_some_and(|rest| rest.starts_with('.'));
    excludes(names, located) || names.iter().any(holds_a_named_one)
}

/// Whether a list names the attribute as a whole: itself, its parent, or its schema.
fn excludes(names: &[String], located: &Located<'_>) -> bool {
    if names.is_empty() {
        return false;
    }
    let parent = Located { sub_attribute: None, ..*located };
    let (path, parent) = (located.path(), parent.path());
    let schema = located.extension.map_or(CORE, |schema| schema.id.as_ref());
    names.iter().any(|name| *name == path || *name == parent || *name == schema)
}

/// Stands for the whole core schema, which its URN names.
const CORE: &str = "";

fn canonical_name(resource: &ResourceType, name: &str) -> Option<String> {
    match resource.find(name)? {
        Target::Attribute(located) => Some(located.path()),
        Target::Extension(schema) => Some(schema.id.to_string()),
        Target::Core => Some(CORE.to_owned()),
    }
}

fn is_empty_object(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::{ENTERPRISE_URN, Registry, USER_URN, WORKATO_ROLE_URN};

    fn ann() -> Value {
        json!({
            "schemas": [USER_URN], "id": "1", "userName": "ann", "password": "secret", "name": {"givenName": "Ann", "familyName": "Lee"},
            "emails": [{"value": "a@x", "type": "work"}, {"type": "home"}],
            ENTERPRISE_URN: {"department": "Tours", "manager": {"value": "2", "displayName": "Bob"}},
            WORKATO_ROLE_URN: {"workato_role": "Admin"},
            "meta": {"resourceType": "User", "version": "W/\"1\""},
        })
    }

    fn sent(attributes: Option<&str>, excluded: Option<&str>) -> Value {
        let registry = Registry::default();
        let projection = Projection::from_query(attributes, excluded, registry.user());
        Value::Object(projection.apply(ann().as_object().unwrap(), registry.user()))
    }

    fn only(attributes: &str) -> Value {
        sent(Some(attributes), None)
    }

    #[test]
    fn everything_but_the_password_is_sent_by_default() {
        let mut wanted = ann();
        wanted.as_object_mut().unwrap().shift_remove("password");
        assert_eq!(sent(None, None), wanted);
        assert_eq!(sent(Some(""), Some("")), wanted);
    }

    #[test]
    fn what_is_not_sent_need_not_be_loaded() {
        let registry = Registry::default();
        let wants = |attributes: Option<&str>, excluded: Option<&str>| {
            Projection::from_query(attributes, excluded, registry.group()).wants("members", registry.group())
        };
        assert!(wants(None, None) && wants(Some("members.value"), None) && wants(None, Some("members.display")));
        assert!(!wants(Some("displayName"), None) && !wants(None, Some("MEMBERS")));
    }

    #[test]
    fn only_what_was_asked_for_and_what_is_always_sent() {
        assert_eq!(only("USERNAME"), json!({"schemas": [USER_URN], "id": "1", "userName": "ann"}));
        assert_eq!(only("password,nope"), json!({"schemas": [USER_URN], "id": "1"}));
        assert_eq!(only(&format!("{USER_URN}:name"))["name"], ann()["name"]);
    }

    #[test]
    fn the_urn_of_the_core_schema_names_all_that_stands_at_the_top() {
        let core = only(USER_URN);
        assert_eq!((&core["userName"], &core["emails"]), (&ann()["userName"], &ann()["emails"]));
        assert!(core.get(ENTERPRISE_URN).is_none() && core.get("password").is_none());
        let rest = sent(None, Some(USER_URN));
        assert!(rest.get("userName").is_none() && rest.get(ENTERPRISE_URN).is_some());
    }

    #[test]
    fn a_schema_of_which_nothing_is_sent_is_not_named() {
        let registry = Registry::default();
        let mut ann = ann();
        ann["schemas"] = json!([USER_URN, ENTERPRISE_URN, WORKATO_ROLE_URN]);
        let schemas = |attributes: &str| {
            let projection = Projection::from_query(Some(attributes), None, registry.user());
            projection.apply(ann.as_object().unwrap(), registry.user())["schemas"].clone()
        };
        assert_eq!(schemas("userName"), json!([USER_URN]));
        assert_eq!(schemas(&format!("{ENTERPRISE_URN}:department")), json!([USER_URN, ENTERPRISE_URN]));
        assert_eq!(schemas(""), ann["schemas"]);
    }

    #[test]
    fn sub_attributes_are_chosen_in_every_value() {
        assert_eq!(only("emails.value, name.givenName")["emails"], json!([{"value": "a@x"}]));
        assert_eq!(only("emails.value,name.givenName")["name"], json!({"givenName": "Ann"}));
    }

    #[test]
    fn extensions_are_chosen_as_a_whole_or_by_attribute() {
        assert_eq!(only(ENTERPRISE_URN)[ENTERPRISE_URN], ann()[ENTERPRISE_URN]);
        assert_eq!(
            only(&format!("{ENTERPRISE_URN}:manager.value"))[ENTERPRISE_URN],
            json!({"manager": {"value": "2"}})
        );
        let role = only(&format!("{WORKATO_ROLE_URN}:workato_role_dev"));
        assert_eq!(role[WORKATO_ROLE_URN], json!({"workato_role": "Admin"}));
        assert_eq!(role.get(ENTERPRISE_URN), None);
    }

    #[test]
    fn what_is_excluded_is_not_sent_unless_it_always_is() {
        let less = sent(None, Some(&format!("id,emails.type,NAME,meta,{ENTERPRISE_URN}")));
        assert_eq!(less["id"], "1");
        assert_eq!(less["emails"], json!([{"value": "a@x"}]));
        assert!(less.get("name").is_none() && less.get("meta").is_none() && less.get(ENTERPRISE_URN).is_none());
    }

    #[test]
    fn what_is_asked_for_and_excluded_is_not_sent() {
        assert_eq!(sent(Some("name"), Some("name.familyName"))["name"], json!({"givenName": "Ann"}));
    }
}
