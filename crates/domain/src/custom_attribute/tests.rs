use serde_json::{Value, json};

use super::*;
use crate::collaborator::Profile;

const URN: &str = "urn:acme:scim:1.0:Person";

fn shape(kind: CustomKind) -> Shape {
    Shape { kind, multi_valued: false, case_exact: false }
}

fn string(schema: &str, name: &str) -> CustomAttribute {
    CustomAttribute::new(schema, name, shape(CustomKind::String)).unwrap()
}

fn all(attributes: &[CustomAttribute]) -> CustomAttributes {
    attributes.iter().cloned().collect()
}

#[test]
fn an_urn_that_would_hide_a_known_attribute_is_refused() {
    let refused = |urn: &str| CustomAttribute::new(urn, "x", shape(CustomKind::String)).unwrap_err();
    for (urn, known) in [
        (schema_urn::USER.to_uppercase(), schema_urn::USER),
        (format!("{}:name", schema_urn::USER), schema_urn::USER),
        // With the name User it would be the core schema itself.
        ("urn:ietf:params:scim:schemas:core:2.0".to_owned(), schema_urn::USER),
        (schema_urn::WORKATO_ROLE.to_owned(), schema_urn::WORKATO_ROLE),
    ] {
        assert_eq!(refused(&urn), CustomAttributeError::Reserved(known), "{urn}");
    }
    for urn in ["", "urn:", "urn:x", "urn:x:", "urn::x", "http://x", "urn:a:b c", "urn:a:b\"c", "urn:a:b#c"] {
        assert_eq!(refused(urn), CustomAttributeError::Urn, "{urn}");
    }
    assert_eq!(refused(&format!("urn:a:{}", "x".repeat(195))), CustomAttributeError::Urn);
    assert_eq!(string(&format!("urn:a:{}", "x".repeat(194)), "x").name(), "x");
    // Okta and Entra name their own extensions so.
    assert_eq!(string("urn:ietf:params:scim:schemas:extension:acme:2.0:User", "x").name(), "x");
}

#[test]
fn a_name_is_one_that_a_filter_can_name() {
    for name in ["", "1x", "a.b", "a b", "é", "$ref", "a:b", "a#b", &"x".repeat(101)] {
        let refused = CustomAttribute::new(URN, name, shape(CustomKind::String)).unwrap_err();
        assert_eq!(refused, CustomAttributeError::Name, "{name}");
    }
    assert_eq!(string(URN, &"x".repeat(100)).name().len(), 100);
}

#[test]
fn case_counts_for_strings_if_wanted_and_for_references_always() {
    let exact = |kind| CustomAttribute::new(URN, "x", Shape { case_exact: true, ..shape(kind) });
    assert!(exact(CustomKind::String).unwrap().shape().case_exact);
    assert_eq!(exact(CustomKind::Integer).unwrap_err(), CustomAttributeError::CaseExact(CustomKind::Integer));
    assert!(CustomAttribute::new(URN, "x", shape(CustomKind::Reference)).unwrap().shape().case_exact);
}

#[test]
fn a_type_is_read_as_it_is_written() {
    assert!(CustomKind::ALL.into_iter().all(|kind| kind.as_str().parse() == Ok(kind)));
    assert_eq!(json!(CustomKind::ALL), json!(CustomKind::ALL.map(CustomKind::as_str)));
    assert!("text".parse::<CustomKind>().unwrap_err().contains("dateTime"));
}

#[test]
fn an_attribute_is_added_once_in_one_spelling() {
    let known = all(&[string(URN, "badge")]);
    let refused = |new: CustomAttribute| known.check_addition(&[], &new, false).unwrap_err();
    assert_eq!(refused(string(URN, "badge")).to_string(), format!("there is an attribute {URN}:badge already"));
    assert_eq!(refused(string(URN, "Badge")), CustomAttributeError::OtherCase(format!("{URN}:badge")));
    assert_eq!(refused(string(&URN.to_lowercase(), "level")), CustomAttributeError::OtherCase(URN.to_owned()));
    known.check_addition(&[], &string(URN, "level"), false).unwrap();
}

/// `urn:acme:scim:1.0:Person:car` could be the attribute `car` or the schema of that URN.
#[test]
fn no_urn_lies_within_another() {
    let known = all(&[string(URN, "badge")]);
    for urn in [format!("{URN}:car"), "urn:acme:scim:1.0".to_owned()] {
        let refused = known.check_addition(&[], &string(&urn, "x"), false).unwrap_err();
        assert_eq!(refused, CustomAttributeError::Nested(URN.to_owned()), "{urn}");
    }
    known.check_addition(&[], &string("urn:acme:scim:1.0:Person2", "x"), false).unwrap();
}

#[test]
fn there_is_a_limit_on_their_number() {
    let many: Vec<_> = (0..MOST_CUSTOM_ATTRIBUTES).map(|nth| string(URN, &format!("x{nth}"))).collect();
    assert_eq!(all(&many).check_addition(&[], &string(URN, "y"), false), Err(CustomAttributeError::TooMany));
    all(&many[1..]).check_addition(&many[..1], &string(URN, "y"), false).unwrap();
}

#[test]
fn a_removed_attribute_comes_back_as_it_was_unless_nobody_has_a_value() {
    let removed = [string(URN, "level")];
    let again = |kind, multi_valued, case_exact, has_values| {
        let new = CustomAttribute::new(URN, "level", Shape { kind, multi_valued, case_exact }).unwrap();
        CustomAttributes::default().check_addition(&removed, &new, has_values)
    };
    again(CustomKind::String, false, false, true).unwrap();
    again(CustomKind::String, false, true, true).unwrap();
    let refused = Err(CustomAttributeError::ValuesOf(shape(CustomKind::String)));
    assert_eq!(again(CustomKind::Integer, false, false, true), refused);
    assert_eq!(again(CustomKind::String, true, false, true), refused);
    again(CustomKind::Integer, true, false, false).unwrap();
}

fn profile(value: Value) -> Profile {
    match value {
        Value::Object(members) => Profile(members),
        _ => Profile::default(),
    }
}

#[test]
fn values_of_removed_attributes_are_hidden_and_survive_what_a_client_writes() {
    let known = all(&[string(URN, "badge")]);
    let enterprise = json!({"department": "Tours"});
    let stored = profile(json!({
        "title": "Guide",
        schema_urn::ENTERPRISE: enterprise,
        URN: {"badge": "A", "level": "7"},
        "urn:acme:scim:1.0:Car": {"plates": ["X"]},
    }));
    let visible = known.visible(&stored);
    assert_eq!(visible, profile(json!({"title": "Guide", schema_urn::ENTERPRISE: enterprise, URN: {"badge": "A"}})));
    assert_eq!(known.replacing(&stored, visible), stored);
    let cleared = known.replacing(&stored, profile(json!({"title": "Chief"})));
    assert_eq!(
        cleared,
        profile(json!({"title": "Chief", URN: {"level": "7"}, "urn:acme:scim:1.0:Car": {"plates": ["X"]}}))
    );
    let changed = known.replacing(&stored, profile(json!({URN: {"badge": "B"}})));
    assert_eq!(changed.0[URN], json!({"badge": "B", "level": "7"}));
}
