use domain::predicate::{AttributePath, Comparison, Operand, Predicate};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::schema::{ENTERPRISE_URN, Registry, USER_URN, WORKATO_ROLE_URN};

fn compiled(text: &str) -> Result<Compiled, ScimError> {
    compile(&Filter::parse(text)?, Registry::default().user())
}

fn predicate(text: &str) -> Predicate {
    compiled(text).unwrap_or_else(|error| panic!("{text}: {error}")).predicate
}

fn refusal(text: &str) -> String {
    let error = compiled(text).expect_err(text);
    assert_eq!(error.scim_type(), Some("invalidFilter"), "{text}");
    error.detail().to_owned()
}

fn equal(path: &str, operand: Operand) -> Predicate {
    Predicate::Compare(AttributePath::new(path), Comparison::Equal, operand)
}

fn present(path: &str) -> Predicate {
    Predicate::Present(AttributePath::new(path))
}

fn folded(text: &str) -> Operand {
    Operand::Folded(text.to_owned())
}

fn holds(filter: &str, resource: Value) -> bool {
    matches(&predicate(filter), resource.as_object().unwrap())
}

#[test]
fn a_user_name_is_compared_by_its_fold_and_an_id_as_it_is() {
    assert_eq!(predicate("userName eq \"Ann@Acme.test\""), equal("username", folded("Ann@Acme.test")));
    assert_eq!(predicate("id eq \"aB\""), equal("id", Operand::Exact("aB".to_owned())));
    assert_eq!(predicate("externalId eq \"aB\""), equal("externalid", Operand::Exact("aB".to_owned())));
}

#[test]
fn operators_and_names_are_read_in_any_case() {
    assert_eq!(predicate("USERNAME Eq \"a\" AND Active PR"), predicate("userName eq \"a\" and active pr"));
}

#[test]
fn not_binds_tighter_than_and_and_that_tighter_than_or() {
    let filter = Filter::parse("not (title pr) and active eq true or id pr").unwrap();
    assert_eq!(filter.to_string(), "not (title pr) and active eq true or id pr");
    let Filter::Or(parts) = filter else { panic!("or is at the top") };
    assert!(
        matches!(parts.as_slice(), [Filter::And(both), Filter::Present(_)] if matches!(both.as_slice(), [Filter::Not(_), _]))
    );
}

#[test]
fn parentheses_change_what_belongs_together() {
    let filter = Filter::parse("active eq true and ( id pr or title pr )").unwrap();
    assert_eq!(filter.to_string(), "active eq true and (id pr or title pr)");
}

#[test]
fn a_complex_attribute_is_compared_by_its_value() {
    let wanted = equal("emails.value", folded("a@b"));
    assert_eq!(predicate("emails eq \"a@b\""), wanted);
    assert_eq!(predicate("emails.value eq \"a@b\""), wanted);
    assert_eq!(predicate(&format!("{USER_URN}:emails.VALUE eq \"a@b\"")), wanted);
    assert!(refusal("name eq \"Ann\"").contains("givenName"));
    assert!(refusal("addresses co \"Berlin\"").contains("locality"));
}

#[test]
fn a_complex_attribute_is_present_if_a_sub_attribute_is() {
    let Predicate::Or(parts) = predicate("emails pr") else { panic!("a choice") };
    assert!(parts.contains(&present("emails.value")) && parts.contains(&present("emails.primary")));
}

#[test]
fn extension_attributes_are_named_by_their_urn() {
    let role = format!("{WORKATO_ROLE_URN}:workato_role_dev eq \"Admin\"");
    let path = format!("{WORKATO_ROLE_URN}:workato_role");
    assert_eq!(predicate(&role), equal(&path, Operand::Exact("Admin".to_owned())));
    let department = format!("{}:Department eq \"Tours\"", ENTERPRISE_URN.to_uppercase());
    assert_eq!(predicate(&department), equal(&format!("{ENTERPRISE_URN}:department"), folded("Tours")));
    assert!(refusal("department eq \"Tours\"").contains(&format!("{ENTERPRISE_URN}:department")));
}

#[test]
fn not_equal_is_the_opposite_of_equal() {
    assert_eq!(predicate("title ne \"x\""), Predicate::Not(Box::new(equal("title", folded("x")))));
    assert_eq!(predicate("title eq null"), Predicate::Not(Box::new(present("title"))));
    assert_eq!(predicate("title ne null"), present("title"));
}

#[test]
fn booleans_may_be_quoted() {
    for text in ["active eq true", "active eq True", "active eq \"true\"", "active eq \"TRUE\""] {
        assert_eq!(predicate(text), equal("active", Operand::Boolean(true)), "{text}");
    }
    assert_eq!(predicate("emails.primary eq \"true\""), equal("emails.primary", Operand::Boolean(true)));
}

#[test]
fn moments_are_compared_as_moments() {
    let Predicate::Compare(path, Comparison::Greater, Operand::Moment(at)) =
        predicate("meta.lastModified gt \"2011-05-13T06:42:34+02:00\"")
    else {
        panic!("a comparison of moments")
    };
    assert_eq!((path.as_str(), at.to_rfc3339().as_str()), ("meta.lastmodified", "2011-05-13T04:42:34+00:00"));
}

#[test]
fn a_comparison_that_the_type_does_not_have_is_refused() {
    for text in [
        "active gt true",
        "active co \"tr\"",
        "active eq \"yes\"",
        "active eq 1",
        "userName eq 1",
        "userName eq true",
        "userName gt null",
        "meta.created co \"2011\"",
        "meta.created eq \"yesterday\"",
        "x509Certificates.value gt \"AAAA\"",
    ] {
        refusal(text);
    }
    predicate("userName gt \"a\"");
}

#[test]
fn what_is_unknown_or_not_to_be_searched_is_refused_by_name() {
    assert!(refusal("nope eq \"x\"").contains("\"nope\""));
    assert!(refusal("urn:x:y:nope pr").contains("urn:x:y:nope"));
    assert!(refusal("emails.nope pr").contains("emails.nope"));
    assert!(refusal(&format!("{ENTERPRISE_URN} pr")).contains("schema"));
    for text in ["password eq \"x\"", "groups.type eq \"direct\"", "groups[type eq \"direct\"]", "groups.$ref pr"] {
        refusal(text);
    }
}

#[test]
fn strings_are_json_strings() {
    assert_eq!(predicate(r#"title eq "a \"b\" \\ \u00e9\n""#), equal("title", folded("a \"b\" \\ é\n")));
    assert_eq!(predicate("title eq \"a)] and b\""), equal("title", folded("a)] and b")));
    for text in ["title eq \"a", "title eq \"a\\\"", r#"title eq "\x""#, r#"title eq "\ud800""#, "title eq 'a'"] {
        refusal(text);
    }
}

#[test]
fn a_word_without_quotes_is_taken_for_the_external_id_alone() {
    let taken = compiled("externalId eq jyoung").unwrap();
    assert_eq!(taken.predicate, equal("externalid", Operand::Exact("jyoung".to_owned())));
    assert_eq!(taken.tolerated.len(), 1);
    assert_eq!(predicate("externalId eq 4711"), equal("externalid", Operand::Exact("4711".to_owned())));
    refusal("externalId sw jyoung");
    refusal("userName eq jyoung");
}

#[test]
fn manager_is_taken_without_its_urn() {
    let taken = compiled("manager eq \"26118915\"").unwrap();
    assert_eq!(
        taken.predicate,
        equal(&format!("{ENTERPRISE_URN}:manager.value"), Operand::Exact("26118915".to_owned()))
    );
    assert_eq!(taken.tolerated.len(), 2);
}

#[test]
fn a_value_path_is_met_by_one_value_as_a_whole() {
    let wanted = Predicate::Element(
        AttributePath::new("emails"),
        Box::new(Predicate::And(vec![
            equal("type", folded("work")),
            Predicate::Compare(AttributePath::new("value"), Comparison::Contains, folded("@x")),
        ])),
    );
    assert_eq!(predicate("emails[type eq \"work\" and value co \"@x\"]"), wanted);
    assert_eq!(predicate(&format!("{USER_URN}:EMAILS[Type eq \"work\" and value co \"@x\"]")), wanted);
    assert_eq!(predicate("emails[type eq \"work\"].value co \"@x\""), wanted);
    let ann = json!({"emails": [{"value": "a@x", "type": "home"}, {"value": "a@y", "type": "work"}]});
    assert!(holds("emails[type eq \"work\" and value ew \"@y\"]", ann.clone()));
    assert!(!holds("emails[type eq \"work\" and value ew \"@x\"]", ann.clone()));
    assert!(holds("emails[not (type eq \"work\")] and not (emails[primary pr])", ann));
    assert!(holds("name[givenName eq \"ann\"]", json!({"name": {"givenName": "Ann"}})));
}

#[test]
fn a_value_path_is_refused_where_there_is_nothing_in_brackets_to_name() {
    for text in ["emails[nope eq \"x\"]", "userName[value eq \"x\"]", "schemas[value pr]", "nope[value pr]"] {
        refusal(text);
    }
    assert!(refusal("emails[emails.value pr]").contains("it has value, display"));
}

#[test]
fn what_the_type_of_a_resource_settles_is_settled() {
    let (always, never) = (Predicate::And(Vec::new()), Predicate::Or(Vec::new()));
    for text in ["meta.resourceType eq \"User\"", "schemas pr", "meta.version pr", "meta.location ne null"] {
        assert_eq!(predicate(text), always, "{text}");
    }
    assert_eq!(predicate(&format!("schemas eq \"{}\"", USER_URN.to_uppercase())), always);
    assert_eq!(predicate("meta.resourceType eq \"user\""), never);
    assert_eq!(predicate("meta.resourceType sw \"Us\""), always);
    assert!(holds("meta.resourceType ne \"Group\"", json!({})));
    for text in ["meta.version eq \"1\"", "meta.location co \"x\"", "meta.resourceType eq 1", "schemas co \"urn\""] {
        refusal(text);
    }
    assert!(refusal("schemas eq \"urn:x\"").contains("/Schemas"));
}

#[test]
fn a_person_has_an_extension_who_has_an_attribute_of_it() {
    let filter = format!("schemas eq \"{ENTERPRISE_URN}\"");
    assert!(holds(&filter, json!({ENTERPRISE_URN: {"manager": {"value": "7"}}})));
    assert!(!holds(&filter, json!({"userName": "ann"})));
}

#[test]
fn members_and_groups_are_found_by_id() {
    let registry = Registry::default();
    let on_groups = |text: &str| compile(&Filter::parse(text).unwrap(), registry.group());
    let wanted = equal("members.value", Operand::Exact("7".to_owned()));
    let taken = on_groups("members eq \"7\"").unwrap();
    assert_eq!((taken.predicate, taken.tolerated.len()), (wanted.clone(), 1));
    assert_eq!(on_groups("members.value eq \"7\"").unwrap().predicate, wanted);
    assert_eq!(on_groups("displayName sw \"a\" and members pr").unwrap().tolerated.len(), 0);
    assert!(on_groups("userName pr").is_err() && on_groups("members.display pr").is_err());
    assert_eq!(predicate("groups.value eq \"7\""), equal("groups.value", Operand::Exact("7".to_owned())));
    assert_eq!(predicate("groups[display eq \"Ops\"]"), {
        Predicate::Element(AttributePath::new("groups"), Box::new(equal("display", folded("Ops"))))
    });
}

#[test]
fn in_a_search_over_all_types_an_attribute_is_absent_from_the_types_that_lack_it() {
    let registry = Registry::default();
    let types: Vec<&crate::schema::ResourceType> = registry.resource_types().collect();
    let across = |text: &str| -> Result<Vec<Predicate>, ScimError> {
        let compiled = compile_across(&Filter::parse(text)?, &types)?;
        Ok(compiled.into_iter().map(|one| one.predicate).collect())
    };
    let never = Predicate::Or(Vec::new());
    let found = across("userName eq \"ann\"").unwrap();
    assert_eq!(found, [equal("username", folded("ann")), never.clone(), never.clone()]);
    let found = across("members[value eq \"7\"] or manager eq \"7\"").unwrap();
    assert!(matches!(&found[2], Predicate::Or(parts) if *parts == [never.clone(), never.clone()]));
    assert_eq!(across("meta.resourceType eq \"Group\"").unwrap()[1], Predicate::And(Vec::new()));
    for text in ["nope pr", "department pr", "userName gt 1", "schemas eq \"urn:x\""] {
        assert_eq!(across(text).unwrap_err().scim_type(), Some("invalidFilter"), "{text}");
    }
    assert_eq!(across(&format!("schemas eq \"{USER_URN}\"")).unwrap()[1], never);
}

#[test]
fn a_fault_is_told_with_its_byte() {
    assert!(refusal("userName eq").contains("byte 11"));
    assert!(refusal("userName is \"x\"").contains("byte 9"));
    assert!(refusal("id pr id pr").contains("byte 6"));
    for text in [
        "",
        " ",
        "and",
        "(id pr",
        "id pr)",
        "not id pr",
        "id pr and",
        "id",
        "()",
        "\u{e9} pr",
        "eq \"x\"",
        "[id pr]",
        "id[",
        "a[b[c pr]]",
    ] {
        refusal(text);
    }
}

#[test]
fn nesting_and_length_have_limits() {
    let nested = |depth: usize| format!("{}id pr{}", "(".repeat(depth), ")".repeat(depth));
    predicate(&nested(MAX_DEPTH));
    assert!(refusal(&nested(MAX_DEPTH + 1)).contains("levels"));
    refusal(&"(".repeat(MAX_LENGTH));
    refusal(&"not (".repeat(800));
    refusal(&format!("title eq \"{}\"", "x".repeat(MAX_LENGTH)));
}

/// A page of `name pr or name pr or …` costs more in the database than in the sending: there is a limit to it.
#[test]
fn conditions_are_counted() {
    let joined = |count: usize| vec!["active eq true"; count].join(" or ");
    predicate(&joined(MAX_CONDITIONS));
    assert!(refusal(&joined(MAX_CONDITIONS + 1)).contains("more than 200 conditions"));
}

#[test]
fn a_predicate_is_evaluated_over_json() {
    let ann = json!({
        "userName": "Ann@Acme.test", "active": true, "title": "",
        "emails": [{"value": "ann@acme.test", "type": "work", "primary": true}, {"value": "x@home.test", "type": "home"}],
        "meta": {"created": "2011-05-13T04:42:34Z"},
        WORKATO_ROLE_URN: {"workato_role": "Admin"},
    });
    let role = |value: &str| format!("{WORKATO_ROLE_URN}:workato_role eq \"{value}\"");
    for text in [
        "userName eq \"ANN@ACME.TEST\"",
        "userName sw \"ann\"",
        "userName ew \".TEST\"",
        "emails co \"home\"",
        "emails.type eq \"WORK\" and emails.type eq \"home\"",
        "emails.type ne \"other\"",
        "not (title pr)",
        "emails pr",
        "meta.created ge \"2011-05-13T04:42:34Z\"",
        "meta.created lt \"2011-05-13T04:42:35Z\"",
        "active ne false",
        &role("Admin"),
        "nickName ne \"x\"",
        "nickName eq null",
        "userName gt \"ANM\"",
    ] {
        assert!(holds(text, ann.clone()), "{text}");
    }
    for text in [
        "id pr",
        "title pr",
        "nickName eq \"x\"",
        "active eq false",
        "emails.value eq \"ann\"",
        &role("admin"),
        "name pr",
    ] {
        assert!(!holds(text, ann.clone()), "{text}");
    }
}

fn literals() -> impl Strategy<Value = Literal> {
    prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::Boolean),
        any::<i64>().prop_map(|number| Literal::Number(number.into())),
        any::<String>().prop_map(Literal::String),
        "[b-eg-mo-s][a-z0-9@.-]{0,8}".prop_map(Literal::Bare),
    ]
}

fn paths() -> impl Strategy<Value = AttrPath> {
    let name =
        prop_oneof!["[a-z][A-Za-z0-9_-]{0,6}(\\.[a-z]{1,4})?", Just("urn:ietf:params:scim:2.0:User:a.b".to_owned())];
    name.prop_filter("not is a word of the grammar", |name| name != "not")
        .prop_map(|name| AttrPath::new(&name).unwrap())
}

fn comparisons() -> impl Strategy<Value = Filter> {
    let operator = (0..Operator::ALL.len()).prop_map(|index| Operator::ALL[index].1);
    prop_oneof![
        paths().prop_map(Filter::Present),
        (paths(), operator, literals()).prop_map(|(path, operator, literal)| Filter::Compare(path, operator, literal)),
    ]
}

fn joined(inner: impl Strategy<Value = Filter> + Clone) -> impl Strategy<Value = Filter> {
    prop_oneof![
        proptest::collection::vec(inner.clone(), 2..4).prop_map(Filter::And),
        proptest::collection::vec(inner.clone(), 2..4).prop_map(Filter::Or),
        inner.prop_map(|inner| Filter::Not(Box::new(inner))),
    ]
}

fn filters() -> impl Strategy<Value = Filter> {
    let in_brackets = comparisons().prop_recursive(2, 6, 3, joined);
    let value_path = (paths(), in_brackets).prop_map(|(path, inner)| Filter::ValuePath(path, Box::new(inner)));
    prop_oneof![3 => comparisons(), 1 => value_path].prop_recursive(4, 24, 3, joined)
}

proptest! {
    #[test]
    fn a_printed_filter_reads_the_same(filter in filters()) {
        let text = filter.to_string();
        prop_assume!(text.len() <= MAX_LENGTH);
        prop_assert_eq!(Filter::parse(&text).unwrap(), filter);
    }

    #[test]
    fn no_text_makes_the_parser_fall(text in any::<String>()) {
        let _ = compiled(&text);
    }

    #[test]
    fn no_heap_of_words_makes_the_parser_fall(
        words in proptest::collection::vec(prop_oneof![
            Just("("), Just(")"), Just("["), Just("]"), Just("and"), Just("or"), Just("not"), Just("eq"), Just("pr"), Just("\""),
            Just("emails"), Just("userName"), Just("\"x\""), Just("true"), Just("].value"), Just("\\"), Just("é"), Just("."),
        ], 0..24),
        spaced in any::<bool>(),
    ) {
        let _ = compiled(&words.join(if spaced { " " } else { "" }));
    }
}
