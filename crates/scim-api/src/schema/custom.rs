//! Attributes that a workspace adds to its people by configuration, below extension URNs of its own.

use std::sync::Arc;

use super::{Attribute, ENTERPRISE_URN, GROUP_URN, Kind, ROLE_URN, Schema, USER_URN, WORKATO_ROLE_URN};

/// An attribute of `User` that a workspace adds. If you hold one, its URN and its name can be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomAttribute {
    schema: String,
    name: String,
    kind: CustomKind,
    multi_valued: bool,
    case_exact: bool,
}

/// The type of an added attribute's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomKind {
    /// A string.
    String,
    /// `true` or `false`.
    Boolean,
}

/// Why an attribute can't be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CustomAttributeError {
    /// No URN, or one with characters that names in filters can't have.
    #[error("an extension is named by a URN such as urn:example:params:scim:schemas:1.0:User")]
    Urn,
    /// The URN of a schema that exists, or one below it.
    #[error("this URN belongs to a schema that is there already: choose another")]
    Reserved,
    /// Not a name of RFC 7643 §2.1.
    #[error("an attribute's name begins with a letter and goes on with letters, digits, - and _")]
    Name,
}

impl CustomAttribute {
    /// A singular attribute whose strings are compared without regard to case.
    pub fn new(schema: &str, name: &str, kind: CustomKind) -> Result<Self, CustomAttributeError> {
        check_urn(schema)?;
        check_name(name)?;
        Ok(Self { schema: schema.to_owned(), name: name.to_owned(), kind, multi_valued: false, case_exact: false })
    }

    /// The same, as a list.
    pub fn multi_valued(self) -> Self {
        Self { multi_valued: true, ..self }
    }

    /// The same, with strings that are compared as they are.
    pub fn case_exact(self) -> Self {
        Self { case_exact: true, ..self }
    }

    fn to_attribute(&self) -> Attribute {
        let kind = match self.kind {
            CustomKind::String => Kind::String,
            CustomKind::Boolean => Kind::Boolean,
        };
        let attribute = Attribute::new(self.name.clone(), kind, "An attribute that this workspace added.");
        Attribute { multi_valued: self.multi_valued, case_exact: self.case_exact, ..attribute }
    }
}

/// One schema for each URN, in the order in which they are first named. Of two attributes with one name the first counts.
pub(super) fn schemas(attributes: &[CustomAttribute]) -> Vec<Arc<Schema>> {
    let mut schemas: Vec<Schema> = Vec::new();
    for custom in attributes {
        let attribute = custom.to_attribute();
        match schemas.iter_mut().find(|schema| schema.id.eq_ignore_ascii_case(&custom.schema)) {
            Some(schema) if schema.find_attribute(&custom.name).is_some() => {}
            Some(schema) => schema.attributes.push(attribute),
            None => schemas.push(Schema {
                id: custom.schema.clone().into(),
                name: custom.schema.rsplit(':').next().unwrap_or_default().to_owned().into(),
                description: "Attributes that this workspace added to its people.".into(),
                attributes: vec![attribute],
            }),
        }
    }
    schemas.into_iter().map(Arc::new).collect()
}

fn check_urn(urn: &str) -> Result<(), CustomAttributeError> {
    // RFC 8141 §2: `urn:`, a namespace and a specific part.
    let mut parts = urn.split(':');
    let begins_well = parts.next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("urn"));
    let reads_well = urn.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:".contains(c));
    if !begins_well || !reads_well || parts.clone().count() < 2 || parts.any(str::is_empty) {
        return Err(CustomAttributeError::Urn);
    }
    let ours = [USER_URN, GROUP_URN, ENTERPRISE_URN, WORKATO_ROLE_URN, ROLE_URN];
    if ours.iter().any(|known| is_or_is_below(urn, known)) {
        return Err(CustomAttributeError::Reserved);
    }
    Ok(())
}

fn is_or_is_below(urn: &str, known: &str) -> bool {
    let head = urn.get(..known.len()).is_some_and(|head| head.eq_ignore_ascii_case(known));
    head && urn.get(known.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

fn check_name(name: &str) -> Result<(), CustomAttributeError> {
    let begins_well = name.starts_with(|first: char| first.is_ascii_alphabetic());
    let reads_well = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if begins_well && reads_well { Ok(()) } else { Err(CustomAttributeError::Name) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Registry, RoleAttribute};
    use super::*;
    use crate::document::UserDocument;
    use crate::filter::{Filter, compile, matches};
    use crate::patch::{PatchRequest, apply};

    const URN: &str = "urn:acme:scim:1.0:Person";

    #[test]
    fn attributes_with_one_urn_stand_in_one_schema() {
        let attributes = [
            CustomAttribute::new(URN, "badge", CustomKind::String).unwrap().case_exact(),
            CustomAttribute::new(&URN.to_uppercase(), "onCall", CustomKind::Boolean).unwrap(),
            CustomAttribute::new(URN, "BADGE", CustomKind::Boolean).unwrap(),
            CustomAttribute::new("urn:acme:scim:1.0:Car", "plates", CustomKind::String).unwrap().multi_valued(),
        ];
        let registry = Registry::new(&[RoleAttribute::new("role", &[])], &attributes);
        let urns: Vec<&str> = registry.user().extensions.iter().map(|schema| schema.id.as_ref()).collect();
        assert_eq!(urns, [ENTERPRISE_URN, WORKATO_ROLE_URN, URN, "urn:acme:scim:1.0:Car"]);
        let person = registry.schemas().find(|schema| schema.id == URN).unwrap();
        assert_eq!((person.name.as_ref(), person.attributes.len()), ("Person", 2));
        assert!(person.find_attribute("badge").unwrap().case_exact);
        assert!(registry.user().find("URN:acme:scim:1.0:Car:plates").is_some());
    }

    fn with_badges() -> Registry {
        let attributes = [
            CustomAttribute::new(URN, "badges", CustomKind::String).unwrap().multi_valued().case_exact(),
            CustomAttribute::new(URN, "onCall", CustomKind::Boolean).unwrap(),
        ];
        Registry::new(&[RoleAttribute::new("role", &[])], &attributes)
    }

    #[test]
    fn an_added_attribute_is_checked_and_comes_back() {
        let registry = with_badges();
        let body = json!({"userName": "ann", URN: {"BADGES": ["A", "b"], "onCall": "True", "nope": 1}});
        let ann = UserDocument::parse(&body, registry.user()).unwrap();
        assert_eq!(ann.to_document()[URN], json!({"badges": ["A", "b"], "onCall": true}));
        let wrong = json!({"userName": "ann", URN: {"badges": [7]}});
        assert_eq!(UserDocument::parse(&wrong, registry.user()).unwrap_err().scim_type(), Some("invalidValue"));
    }

    #[test]
    fn an_added_attribute_is_patched_by_its_urn() {
        let registry = with_badges();
        let patched = |operation: serde_json::Value| {
            let ann = json!({"userName": "ann", URN: {"badges": ["A", "b"]}});
            let request = PatchRequest::parse(&json!({"Operations": [operation]})).unwrap();
            apply(ann.as_object().unwrap(), &request, registry.user()).unwrap().document[URN].clone()
        };
        let badges = format!("{URN}:badges");
        assert_eq!(patched(json!({"op": "add", "path": badges, "value": "c"})), json!({"badges": ["A", "b", "c"]}));
        assert_eq!(patched(json!({"op": "Remove", "path": badges, "value": ["A"]})), json!({"badges": ["b"]}));
        let named = json!({"op": "replace", "value": {badges: ["c"], format!("{URN}:onCall"): "False"}});
        assert_eq!(patched(named), json!({"badges": ["c"], "onCall": false}));
    }

    #[test]
    fn an_added_attribute_is_found_by_its_urn() {
        let registry = with_badges();
        let compiled = |text: &str| compile(&Filter::parse(text).unwrap(), registry.user());
        let ann = json!({"userName": "ann", URN: {"badges": ["A", "b"], "onCall": true}});
        let holds = |text: &str| matches(&compiled(text).unwrap().predicate, ann.as_object().unwrap());
        assert!(holds(&format!("{URN}:badges eq \"A\" and {URN}:onCall eq true and schemas eq \"{URN}\"")));
        assert!(!holds(&format!("{URN}:badges eq \"B\"")));
        assert!(compiled(&format!("{URN}:badges[value eq \"A\"]")).is_err());
        assert!(compiled("badges pr").unwrap_err().detail().contains(URN));
    }

    #[test]
    fn an_urn_that_would_hide_a_known_attribute_is_refused() {
        let refused = |urn: &str| CustomAttribute::new(urn, "x", CustomKind::String).unwrap_err();
        assert_eq!(refused(&USER_URN.to_uppercase()), CustomAttributeError::Reserved);
        assert_eq!(refused(&format!("{USER_URN}:name")), CustomAttributeError::Reserved);
        for urn in ["", "urn:", "urn:x", "urn:x:", "urn::x", "http://x", "urn:a:b c", "urn:a:b\"c"] {
            assert_eq!(refused(urn), CustomAttributeError::Urn, "{urn}");
        }
    }

    #[test]
    fn a_name_is_one_that_a_filter_can_name() {
        for name in ["", "1x", "a.b", "a b", "é", "$ref", "a:b"] {
            let refused = CustomAttribute::new(URN, name, CustomKind::String).unwrap_err();
            assert_eq!(refused, CustomAttributeError::Name, "{name}");
        }
    }
}
