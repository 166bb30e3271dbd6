use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::schema::{ENTERPRISE_URN, Registry, USER_URN};

fn parsed(body: Value) -> Result<UserDocument, ScimError> {
    UserDocument::parse(&body, Registry::default().user())
}

fn user(members: Value) -> UserDocument {
    let mut body = json!({"userName": "ann"});
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    parsed(body.clone()).unwrap_or_else(|error| panic!("{body}: {error}"))
}

fn refusal(members: Value) -> (&'static str, String) {
    let mut body = json!({"userName": "ann"});
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let error = parsed(body.clone()).expect_err(&body.to_string());
    (error.scim_type().unwrap(), error.detail().to_owned())
}

fn refused_value(members: Value) -> String {
    let (scim_type, detail) = refusal(members);
    assert_eq!(scim_type, "invalidValue", "{detail}");
    detail
}

#[test]
fn what_okta_posts_is_taken() {
    let okta = parsed(json!({
        "schemas": [USER_URN], "userName": "Test.User@okta.local", "name": {"givenName": "Test", "familyName": "User"},
        "emails": [{"primary": true, "value": "test.user@okta.local", "type": "work", "display": "Test"}],
        "displayName": "Test User", "locale": "en-US", "externalId": "00ujl29u0le5T6Aj10h7",
        "groups": [], "password": "1mz050nq", "active": true,
    }))
    .unwrap();
    assert_eq!(okta.user_name, "Test.User@okta.local");
    assert_eq!(okta.external_id.as_deref(), Some("00ujl29u0le5T6Aj10h7"));
    assert_eq!((okta.active, okta.roles, okta.tolerated), (Some(true), None, vec![]));
    assert_eq!(
        Value::Object(okta.profile),
        json!({
            "name": {"givenName": "Test", "familyName": "User"},
            "emails": [{"primary": true, "value": "test.user@okta.local", "type": "work", "display": "Test"}],
            "displayName": "Test User", "locale": "en-US",
        })
    );
}

#[test]
fn names_become_canonical() {
    let user = user(json!({
        "DISPLAYNAME": "Ann", "NAME": {"GIVENNAME": "A"}, "Emails": [{"VALUE": "a@x"}],
        ENTERPRISE_URN.to_uppercase(): {"DEPARTMENT": "Tours"},
    }));
    assert_eq!(
        Value::Object(user.profile),
        json!({"displayName": "Ann", "name": {"givenName": "A"}, "emails": [{"value": "a@x"}], ENTERPRISE_URN: {"department": "Tours"}})
    );
}

#[test]
fn what_only_the_server_writes_and_passwords_are_dropped() {
    let user = user(json!({
        "id": "7", "meta": {"version": "1"}, "groups": [{"value": "g"}], "password": "secret",
        ENTERPRISE_URN: {"manager": {"value": "1", "displayName": "Bob"}},
    }));
    assert_eq!(Value::Object(user.profile), json!({ENTERPRISE_URN: {"manager": {"value": "1"}}}));
    assert_eq!(user.tolerated, Vec::<String>::new());
}

#[test]
fn unknown_attributes_are_dropped_and_named_but_their_values_are_not() {
    let user = user(json!({
        "favouriteColour": "secret", "emails": [{"value": "a@x", "shade": "secret"}],
        "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group": {"x": "secret"},
    }));
    assert_eq!(Value::Object(user.profile), json!({"emails": [{"value": "a@x"}]}));
    assert_eq!(user.tolerated.len(), 3);
    let log = user.tolerated.join(" ");
    assert!(log.contains("favouriteColour") && log.contains("emails.shade") && log.contains("microsoft"));
    assert!(!log.contains("secret"));
}

#[test]
fn null_and_the_empty_list_are_no_value() {
    let user = user(
        json!({"title": null, "roles": [], "emails": [null], "name": {"givenName": null}, "photos": null, "active": null}),
    );
    assert!(user.profile.is_empty() && user.active.is_none() && user.tolerated.is_empty());
}

#[test]
fn an_extension_that_is_left_out_differs_from_one_without_values() {
    assert_eq!(user(json!({})).roles, None);
    assert_eq!(user(json!({WORKATO_ROLE_URN: {}})).roles, Some(BTreeMap::new()));
    assert_eq!(user(json!({WORKATO_ROLE_URN: null})).roles, Some(BTreeMap::new()));
    assert_eq!(user(json!({WORKATO_ROLE_URN: {"workato_role": null}})).roles, Some(BTreeMap::new()));
}

#[test]
fn role_values_stay_as_they_were_sent() {
    let roles = user(
        json!({WORKATO_ROLE_URN: {"workato_role_dev": " Admin ", "WORKATO_ROLE_TEST": "", "workato_role_x": "y"}}),
    );
    let wanted = [("workato_role", " Admin "), ("workato_role_test", "")];
    assert_eq!(roles.roles, Some(wanted.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()));
    assert_eq!(roles.tolerated.len(), 1);
    refused_value(json!({WORKATO_ROLE_URN: {"workato_role": ["a", "b"]}}));
}

#[test]
fn attributes_may_stand_at_the_top_with_their_urn_or_dotted() {
    let flat = user(json!({
        format!("{WORKATO_ROLE_URN}:workato_role"): "Admin", format!("{USER_URN}:title"): "Boss",
        "name.givenName": "A", "name": {"familyName": "L"},
    }));
    assert_eq!(flat.roles.unwrap()["workato_role"], "Admin");
    assert_eq!(Value::Object(flat.profile), json!({"title": "Boss", "name": {"givenName": "A", "familyName": "L"}}));
}

#[test]
fn strings_are_taken_for_booleans() {
    for text in ["True", "true", "TRUE"] {
        assert_eq!(user(json!({"active": text})).active, Some(true));
    }
    assert_eq!(user(json!({"active": "False"})).active, Some(false));
    assert_eq!(user(json!({"emails": [{"value": "a", "primary": "true"}]})).profile["emails"][0]["primary"], true);
    for other in [json!("yes"), json!(1), json!("")] {
        refused_value(json!({"active": other}));
    }
}

#[test]
fn a_manager_may_be_a_plain_id_or_a_list_of_one() {
    for manager in [json!("7"), json!({"value": "7"}), json!([{"value": "7"}]), json!(["7"])] {
        let user = user(json!({ENTERPRISE_URN: {"manager": manager}}));
        assert_eq!(user.profile[ENTERPRISE_URN], json!({"manager": {"value": "7"}}));
    }
    refused_value(json!({ENTERPRISE_URN: {"manager": [{"value": "7"}, {"value": "8"}]}}));
    refused_value(json!({ENTERPRISE_URN: {"manager": [["7"]]}}));
}

#[test]
fn one_object_is_taken_for_a_list_of_one() {
    let user = user(json!({"emails": {"value": "a@x"}}));
    assert_eq!(user.profile["emails"], json!([{"value": "a@x"}]));
    assert_eq!(user.tolerated.len(), 1);
}

#[test]
fn a_value_of_the_wrong_type_is_refused_by_name() {
    for (members, name) in [
        (json!({"displayName": 7}), "displayName"),
        (json!({"displayName": ["x"]}), "displayName"),
        (json!({"name": "Ann"}), "name"),
        (json!({"name": {"givenName": {}}}), "name.givenName"),
        (json!({"emails": "a@x"}), "emails"),
        (json!({"emails": ["a@x"]}), "emails"),
        (json!({"emails": [{"value": 1}]}), "emails.value"),
        (json!({"externalId": true}), "externalId"),
        (json!({"x509Certificates": [{"value": "%%"}]}), "x509Certificates.value"),
    ] {
        let detail = refused_value(members);
        assert!(detail.contains(&format!("The value of {name} must be")), "{detail}");
    }
    for password in [json!(7), json!(["x"]), json!({})] {
        assert!(refused_value(json!({"password": password})).contains("password"));
    }
    for other in [json!("x"), json!(7), json!([{"department": "x"}])] {
        assert!(refused_value(json!({ENTERPRISE_URN: other})).contains(ENTERPRISE_URN));
    }
}

#[test]
fn nobody_is_managed_by_an_empty_text() {
    let user = user(json!({ENTERPRISE_URN: {"manager": ""}}));
    assert!(user.profile.is_empty() && user.tolerated.len() == 1);
}

#[test]
fn a_manager_may_stand_at_the_top_without_its_urn_and_nothing_else_may() {
    let user = user(json!({"manager": "7", "department": "Tours"}));
    assert_eq!(Value::Object(user.profile), json!({ENTERPRISE_URN: {"manager": {"value": "7"}}}));
    assert!(user.tolerated.iter().any(|note| note.contains("without its URN")));
}

#[test]
fn what_is_given_twice_is_kept_once() {
    let twice = json!([{"value": "a", "type": "work"}, {"type": "work", "value": "a"}, {"value": "a", "type": "home"}]);
    let user = user(json!({"emails": twice}));
    assert_eq!(user.profile["emails"], json!([{"value": "a", "type": "work"}, {"value": "a", "type": "home"}]));
    assert_eq!(user.tolerated.len(), 1);
}

#[test]
fn a_body_says_by_its_schemas_what_it_is_or_says_nothing() {
    for schemas in
        [json!([USER_URN]), json!([USER_URN.to_lowercase(), "urn:x"]), json!([ENTERPRISE_URN]), json!([]), json!(null)]
    {
        assert!(user(json!({"schemas": schemas})).tolerated.is_empty());
    }
    assert_eq!(user(json!({"schemas": USER_URN})).tolerated.len(), 1);
    let (kind, told) = refusal(json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"]}));
    assert!(kind == "invalidSyntax" && told.contains(USER_URN), "{told}");
    for wrong in [json!(7), json!([7]), json!({}), json!([[USER_URN]])] {
        refused_value(json!({"schemas": wrong}));
    }
}

#[test]
fn what_ends_up_in_a_header_holds_no_line_break() {
    for members in [json!({"externalId": "a\nb"}), json!({"emails": [{"value": "a@x\r\nBcc: b@x"}]})] {
        assert!(refused_value(members).contains("line break"));
    }
    user(json!({"addresses": [{"formatted": "1 Main St\nHollywood"}], "displayName": "a\tb"}));
}

#[test]
fn at_most_one_value_is_primary() {
    user(json!({"emails": [{"value": "a", "primary": true}, {"value": "b", "primary": false}]}));
    refused_value(json!({"emails": [{"value": "a", "primary": true}, {"value": "b", "primary": "True"}]}));
}

#[test]
fn a_user_name_is_needed_and_kept_as_it_is() {
    assert_eq!(parsed(json!({"userName": " ANN Lee "})).unwrap().user_name, " ANN Lee ");
    for body in [json!({}), json!({"userName": ""}), json!({"userName": null}), json!({"userName": 7})] {
        assert_eq!(parsed(body).unwrap_err().scim_type(), Some("invalidValue"));
    }
    for body in [json!([]), json!("x"), json!(null)] {
        assert_eq!(parsed(body).unwrap_err().scim_type(), Some("invalidSyntax"));
    }
}

#[test]
fn saying_one_thing_twice_is_refused() {
    assert_eq!(refusal(json!({"USERNAME": "bob"})).0, "invalidSyntax");
    assert_eq!(refusal(json!({"name": {"givenName": "a", "GIVENNAME": "b"}})).0, "invalidSyntax");
    let both_names = json!({WORKATO_ROLE_URN: {"workato_role": "a", "workato_role_dev": "b"}});
    assert!(refusal(both_names).1.contains("workato_role_dev"));
}

#[test]
fn sizes_have_limits() {
    user(json!({"title": "x".repeat(MAX_STRING)}));
    refused_value(json!({"title": "x".repeat(MAX_STRING + 1)}));
    refused_value(json!({"title": "a\0b"}));
    assert_eq!(user(json!({"externalId": "x".repeat(1_000)})).external_id.unwrap().len(), 1_000);
    refused_value(json!({"externalId": "x".repeat(1_001)}));
    refused_value(json!({"emails": vec![json!({"value": "a"}); MAX_VALUES + 1]}));
    let many: Map<String, Value> = (0..5000).map(|index| (format!("x{index}"), json!(1))).collect();
    assert_eq!(user(Value::Object(many)).tolerated.len(), 50);
}

#[test]
fn an_empty_external_id_is_none() {
    assert_eq!(user(json!({"externalId": ""})).external_id, None);
}

#[test]
fn a_document_is_made_whole_again() {
    let body = json!({
        "userName": "ann", "externalId": "1", "title": "Boss", ENTERPRISE_URN: {"division": "D"}, "active": false,
        WORKATO_ROLE_URN: {"workato_role": "Admin"},
    });
    assert_eq!(Value::Object(parsed(body.clone()).unwrap().to_document()), body);
}

/// Anything a client may send, with names that are often known.
fn values() -> impl Strategy<Value = Value> {
    let simple = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop_oneof![Just("True".to_owned()), Just(String::new()), "[a-z]{1,3}"].prop_map(Value::from),
    ];
    simple.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            proptest::collection::vec((names(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn names() -> impl Strategy<Value = String> {
    let known = [
        "userName",
        "USERNAME",
        "active",
        "name",
        "givenName",
        "emails",
        "value",
        "type",
        "primary",
        "manager",
        "externalId",
        "id",
        "groups",
        "password",
        "name.givenName",
        "emails.value",
        "department",
        "workato_role",
        "workato_role_dev",
        ENTERPRISE_URN,
        WORKATO_ROLE_URN,
        USER_URN,
        "x",
        "",
    ];
    proptest::sample::select(known.to_vec()).prop_map(str::to_owned)
}

proptest! {
    #[test]
    fn a_canonical_document_stays_as_it_is(members in proptest::collection::vec((names(), values()), 0..6)) {
        let registry = Registry::default();
        let mut body: Map<String, Value> = members.into_iter().collect();
        body.insert("userName".to_owned(), "ann".into());
        if let Ok(first) = canonicalize(&body, registry.user()) {
            let second = canonicalize(&first.document, registry.user()).unwrap();
            prop_assert_eq!(&second.document, &first.document);
            prop_assert_eq!(second.tolerated, Vec::<String>::new());
        }
    }
}
