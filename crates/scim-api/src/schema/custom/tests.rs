use serde_json::{Map, Value, json};

use super::super::{ENTERPRISE_URN, Registry, RoleAttribute, WORKATO_ROLE_URN};
use super::*;
use crate::document::UserDocument;
use crate::error::ScimError;
use crate::filter::{Filter, compile, matches};
use crate::patch::{PatchRequest, apply};
use crate::projection::Projection;

const URN: &str = "urn:acme:scim:1.0:Person";

fn attribute(schema: &str, name: &str, kind: CustomKind) -> CustomAttribute {
    CustomAttribute::new(schema, name, Shape { kind, multi_valued: false, case_exact: false }).unwrap()
}

fn list(schema: &str, name: &str, kind: CustomKind) -> CustomAttribute {
    let case_exact = kind == CustomKind::String;
    CustomAttribute::new(schema, name, Shape { kind, multi_valued: true, case_exact }).unwrap()
}

/// One attribute of each type, and lists.
fn acme() -> Registry {
    let attributes = [
        list(URN, "badges", CustomKind::String),
        attribute(URN, "onCall", CustomKind::Boolean),
        attribute(URN, "level", CustomKind::Integer),
        list(URN, "rates", CustomKind::Decimal),
        attribute(URN, "since", CustomKind::DateTime),
        attribute(URN, "desk", CustomKind::Reference),
        list("urn:acme:scim:1.0:Car", "plates", CustomKind::String),
    ];
    Registry::new(&[RoleAttribute::new("role", &[])], attributes.into_iter().collect())
}

fn ann() -> Value {
    json!({"userName": "ann", URN: {
        "badges": ["A", "b"], "onCall": true, "level": 7, "rates": [1.5, 20],
        "since": "2011-05-13T06:42:34+02:00", "desk": "https://map.acme.test/desks/4",
    }})
}

#[test]
fn attributes_with_one_urn_stand_in_one_schema() {
    let registry = acme();
    let urns: Vec<&str> = registry.user().extensions.iter().map(|schema| schema.id.as_ref()).collect();
    assert_eq!(urns, [ENTERPRISE_URN, WORKATO_ROLE_URN, URN, "urn:acme:scim:1.0:Car"]);
    let person = registry.schemas().find(|schema| schema.id == URN).unwrap();
    assert_eq!((person.name.as_ref(), person.attributes.len()), ("Person", 6));
    assert!(person.find_attribute("BADGES").unwrap().case_exact);
    assert!(registry.user().find("URN:acme:scim:1.0:Car:plates").is_some());
}

fn parsed(values: Value) -> Result<Map<String, Value>, ScimError> {
    let body = json!({"userName": "ann", URN: values});
    UserDocument::parse(&body, acme().user()).map(|parsed| parsed.to_document())
}

#[test]
fn values_of_every_type_come_back_as_they_were_sent() {
    let registry = acme();
    let document = UserDocument::parse(&ann(), registry.user()).unwrap().to_document();
    assert_eq!(Value::Object(document), ann());
    let lenient = json!({"BADGES": "A", "onCall": "True", "level": null, "nope": 1});
    assert_eq!(parsed(lenient).unwrap()[URN], json!({"badges": ["A"], "onCall": true}));
}

#[test]
fn a_value_of_another_type_is_refused_and_the_sentence_says_which_is_wanted() {
    for (name, value, wanted) in [
        ("badges", json!([7]), "a string"),
        ("onCall", json!("perhaps"), "true or false"),
        ("onCall", json!(1), "true or false"),
        ("level", json!("7"), "a number without a fraction"),
        ("level", json!(7.5), "a number without a fraction"),
        ("rates", json!(["1.5"]), "a number"),
        ("since", json!("yesterday"), "a moment"),
        ("since", json!(2011), "a moment"),
        ("desk", json!(4), "a string with a URI"),
        ("level", json!([7]), "a number without a fraction"),
        ("level", json!({"value": 7}), "a number without a fraction"),
    ] {
        let error = parsed(json!({name: value})).expect_err(name);
        assert_eq!(error.scim_type(), Some("invalidValue"), "{name}");
        assert!(error.detail().contains(&format!("{URN}:{name} must be {wanted}")), "{}", error.detail());
    }
}

fn patched(operation: Value) -> Result<Value, ScimError> {
    let request = PatchRequest::parse(&json!({"Operations": [operation]})).unwrap();
    let patched = apply(ann().as_object().unwrap(), &request, acme().user())?;
    Ok(patched.document.get(URN).cloned().unwrap_or_default())
}

#[test]
fn every_type_is_patched_by_its_urn() {
    let at = |name: &str| format!("{URN}:{name}");
    for (operation, name, becomes) in [
        (json!({"op": "add", "path": at("badges"), "value": "c"}), "badges", json!(["A", "b", "c"])),
        (json!({"op": "Remove", "path": at("badges"), "value": ["A"]}), "badges", json!(["b"])),
        (json!({"op": "replace", "path": at("onCall"), "value": "False"}), "onCall", json!(false)),
        (json!({"op": "replace", "path": at("LEVEL"), "value": -8}), "level", json!(-8)),
        (json!({"op": "add", "path": at("rates"), "value": [20, 0.25]}), "rates", json!([1.5, 20, 0.25])),
        (json!({"op": "remove", "path": at("rates"), "value": [1.5]}), "rates", json!([20])),
        (
            json!({"op": "add", "path": at("since"), "value": "2012-01-01T00:00:00Z"}),
            "since",
            json!("2012-01-01T00:00:00Z"),
        ),
        (json!({"op": "remove", "path": at("desk")}), "desk", json!(null)),
    ] {
        assert_eq!(patched(operation.clone()).unwrap()[name], becomes, "{operation}");
    }
    for (operation, refusal) in [
        (json!({"op": "replace", "path": at("level"), "value": "8"}), "invalidValue"),
        (json!({"op": "replace", "path": at("since"), "value": "soon"}), "invalidValue"),
        (json!({"op": "replace", "path": at("nope"), "value": 1}), "invalidPath"),
        (json!({"op": "replace", "path": "level", "value": 8}), "invalidPath"),
        (json!({"op": "remove", "path": format!("{URN}:badges[value eq \"A\"]")}), "invalidFilter"),
    ] {
        assert_eq!(patched(operation.clone()).unwrap_err().scim_type(), Some(refusal), "{operation}");
    }
}

#[test]
fn keys_of_a_value_without_a_path_name_attributes_by_their_urn() {
    let named = json!({"op": "replace", "value": {format!("{URN}:badges"): ["c"], format!("{URN}:onCall"): "False"}});
    let by_key = patched(named).unwrap();
    assert_eq!((&by_key["badges"], &by_key["onCall"], &by_key["level"]), (&json!(["c"]), &json!(false), &json!(7)));
    let nested = patched(json!({"op": "add", "value": {URN: {"level": 9}}})).unwrap();
    assert_eq!((&nested["level"], &nested["badges"]), (&json!(9), &json!(["A", "b"])));
    let whole = patched(json!({"op": "replace", "path": URN, "value": {"level": 9}})).unwrap();
    assert_eq!((&whole["level"], &whole["onCall"]), (&json!(9), &json!(true)));
    assert_eq!(patched(json!({"op": "remove", "path": URN})).unwrap(), Value::Null);
}

#[test]
fn filters_have_the_operators_of_the_type_and_no_others() {
    let registry = acme();
    let compiled =
        |text: &str| compile(&Filter::parse(&text.replace('@', &format!("{URN}:"))).unwrap(), registry.user());
    let holds = |text: &str| matches(&compiled(text).unwrap().predicate, ann().as_object().unwrap());
    for text in [
        "@badges eq \"A\" and @badges co \"b\" and not (@badges eq \"B\") and @badges lt \"B\"",
        "@onCall eq true and @onCall ne false and @onCall eq \"True\"",
        "@level eq 7 and @level eq 7.0 and @level gt -1 and @level ge 7 and @level lt 10 and @level le 7 and @level ne 8",
        "@rates eq 20 and @rates gt 19.99 and @rates lt 1.51 and @rates le 1.5e0 and not (@rates gt 2e+1)",
        "@since eq \"2011-05-13T04:42:34Z\" and @since gt \"2011-05-13T06:00:00+02:00\" and @since le \"2012-01-01T00:00:00\"",
        "@desk sw \"https://map\" and @desk ew \"/4\" and not (@desk eq \"HTTPS://map.acme.test/desks/4\")",
        "@badges pr and @onCall pr and @level pr and @rates pr and @since pr and @desk pr",
        "@level ne null and not (@level eq null) and schemas eq \"urn:acme:scim:1.0:Person\"",
    ] {
        assert!(holds(text), "{text}");
    }
    for text in [
        "@onCall gt true",
        "@onCall co \"t\"",
        "@level co 7",
        "@level sw \"7\"",
        "@level eq \"7\"",
        "@level gt true",
        "@rates ew 5",
        "@since co \"2011\"",
        "@since gt 2011",
        "@since eq \"soon\"",
        "@desk eq 4",
        "@badges[value eq \"A\"]",
        "@nope pr",
        "level gt 5",
    ] {
        assert_eq!(compiled(text).unwrap_err().scim_type(), Some("invalidFilter"), "{text}");
    }
    assert!(compiled("badges pr").unwrap_err().detail().contains(&format!("{URN}:badges")));
}

#[test]
fn an_added_attribute_is_projected_by_its_urn() {
    let registry = acme();
    let sent = |attributes: Option<&str>, excluded: Option<&str>| {
        let projection = Projection::from_query(attributes, excluded, registry.user());
        projection.apply(ann().as_object().unwrap(), registry.user())
    };
    let level = sent(Some(&format!("{URN}:LEVEL")), None);
    assert_eq!(Value::Object(level), json!({URN: {"level": 7}}));
    assert_eq!(sent(Some(URN), None)[URN], ann()[URN]);
    assert_eq!(sent(None, Some(&format!("{URN}:level")))[URN].get("level"), None);
    assert_eq!(sent(None, Some(URN)).get(URN), None);
}
