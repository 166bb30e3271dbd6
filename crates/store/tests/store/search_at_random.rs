//! Random predicates over random people: SQL finds whom a plain reading of the predicate finds.

use chrono::Duration;
use domain::clock::Timestamp;
use domain::collaborator::Person;
use domain::command::Command;
use domain::order::moment;
use domain::predicate::{AttributePath, Comparison, Operand, Predicate};
use domain::text::fold;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Number, Value, json};
use store::Position;

use crate::acme::{Acme, draw};
use crate::users::{NewUser, same, user};

const ROLE: &str = "urn:ietf:params:scim:schemas:workato:1.0:WorkatoRole";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub(crate) const ADDED: &str = "urn:acme:scim:1.0:Person";
const CASES: u32 = 48;

on_both_databases! {
    fn whom_sql_finds_a_plain_reading_finds(db: &Database) {
        db.store().migrate().unwrap();
        let mut runner = TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
        let cases = (prop::collection::vec(some_user(), 0..6), prop::collection::vec(some_predicate(), 1..24));
        let outcome = runner.run(&cases, |(users, predicates)| {
            let acme = Acme::called(&format!("acme-{}", draw().as_u128()), db.store());
            let people = settle(&acme, users);
            for predicate in &predicates {
                let page = acme.store.list_people(acme.workspace.id, Some(predicate), None, &Position::Offset(0), 100).unwrap();
                let expected: Vec<&Person> = people.iter().filter(|person| holds(predicate, person)).collect();
                prop_assert_eq!(page.total, expected.len() as i64, "{:?}", predicate);
                prop_assert_eq!(page.people.iter().collect::<Vec<_>>(), expected, "{:?}", predicate);
            }
            Ok(())
        });
        outcome.unwrap();
    }
}

/// A user to make, and what becomes of them.
#[derive(Debug, Clone)]
pub(crate) struct SomeUser {
    name: String,
    user: NewUser,
    fate: Fate,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Stays,
    IsChanged,
    IsDeleted,
}

/// Makes the users a second apart; gives the living, in the order they came.
pub(crate) fn settle(acme: &Acme, users: Vec<SomeUser>) -> Vec<Person> {
    let mut people = Vec::new();
    for (number, SomeUser { name, user, fate }) in users.into_iter().enumerate() {
        let person = acme.post(user.named(&format!("{name}.{number}"))).unwrap();
        acme.pass(Duration::seconds(1));
        match fate {
            Fate::Stays => people.push(person),
            Fate::IsChanged => {
                people.push(acme.put(person.id, same(&person).attribute("title", json!("a"))).unwrap().person);
            }
            Fate::IsDeleted => {
                acme.command(person.id, &Command::Delete).unwrap();
            }
        }
    }
    people
}

/// Few letters, so that values meet; among them those that fold, compose, or are magic to LIKE.
pub(crate) fn some_text() -> impl Strategy<Value = String> {
    let letter = prop::sample::select(vec![
        "a",
        "A",
        "b",
        "s",
        "S",
        "\u{df}",
        "k",
        "\u{212a}",
        "e",
        "e\u{301}",
        "\u{c9}",
        "\u{1f600}",
        "%",
        "_",
        "\\",
        "'",
        "-",
        " ",
        "*",
        "0",
    ]);
    let short = prop::collection::vec(letter, 0..4).prop_map(|letters| letters.concat());
    // Around the length of the indexed beginning of a value.
    let long = (126_usize..131, "[ab]?").prop_map(|(length, end)| "a".repeat(length) + &end);
    prop_oneof![8 => short, 1 => long]
}

pub(crate) fn some_user() -> impl Strategy<Value = SomeUser> {
    let optional = || prop::option::weighted(0.6, some_text());
    let emails = prop::collection::vec((some_text(), any::<bool>()), 0..3);
    let fates = prop_oneof![4 => Just(Fate::Stays), 1 => Just(Fate::IsChanged), 1 => Just(Fate::IsDeleted)];
    let texts = (some_text(), optional(), optional(), optional(), optional(), optional());
    let added = prop::collection::vec(
        prop_oneof![some_number().prop_map(Value::Number), some_time().prop_map(Value::from)],
        0..3,
    );
    (texts, emails, any::<Option<bool>>(), fates, added).prop_map(|(texts, emails, active, fate, added)| {
        let (name, external_id, display_name, family_name, role, department) = texts;
        let emails: Vec<Value> =
            emails.iter().map(|(value, main)| json!({ "value": value, "primary": main })).collect();
        let mut made = user("x").attribute("emails", json!(emails));
        made = external_id.iter().fold(made, |made, id| made.external_id(id));
        made = display_name.iter().fold(made, |made, name| made.display_name(name));
        made = family_name.iter().fold(made, |made, name| made.attribute("name", json!({ "familyName": name })));
        made = role.iter().fold(made, |made, role| made.role("workato_role", role));
        made = department.iter().fold(made, |made, d| made.attribute(ENTERPRISE, json!({ "department": d })));
        if !added.is_empty() {
            made = made.attribute(ADDED, json!({ "values": added }));
        }
        made = active.iter().fold(made, |made, active| made.active(*active));
        SomeUser { name, user: made, fate }
    })
}

/// Numbers that are equal though written differently, near each other, far apart, and beyond what a real holds.
fn some_number() -> impl Strategy<Value = Number> {
    let texts = ["0", "-0.0", "1", "1.0", "1.5", "2", "10", "-1", "-1.5", "-10", "1e3", "1000", "1e-3"];
    let large = ["9007199254740992", "9007199254740993", "1e300", "-1e300"];
    prop::sample::select([&texts[..], &large[..]].concat()).prop_map(|text| text.parse().unwrap())
}

/// Moments with offsets and fractions, equal and not, and what only looks like one.
fn some_time() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "2026-01-05T08:00:00Z",
        "2026-01-05T09:00:00+01:00",
        "2026-01-05T08:00:00",
        "2026-01-05T08:00:00.000000001Z",
        "1969-12-31T23:59:59.5Z",
        "2026-01-05",
        "0001-01-01T00:00:00+01:00",
    ])
}

pub(crate) fn some_predicate() -> impl Strategy<Value = Predicate> {
    let comparisons = prop::sample::select(vec![
        Comparison::Equal,
        Comparison::Contains,
        Comparison::StartsWith,
        Comparison::EndsWith,
        Comparison::Greater,
        Comparison::GreaterOrEqual,
        Comparison::Less,
        Comparison::LessOrEqual,
    ]);
    let orders = prop::sample::select(vec![
        Comparison::Equal,
        Comparison::Greater,
        Comparison::GreaterOrEqual,
        Comparison::Less,
        Comparison::LessOrEqual,
    ]);
    let (orders2, orders3) = (orders.clone(), orders.clone());
    let operands = (some_text(), any::<bool>())
        .prop_map(|(text, exact)| if exact { Operand::Exact(text) } else { Operand::Folded(text) });
    let leaf = prop_oneof![
        6 => (text_paths(), comparisons, operands).prop_map(|(path, how, what)| Predicate::Compare(path, how, what)),
        2 => all_paths().prop_map(Predicate::Present),
        2 => some_element(),
        1 => any::<bool>().prop_map(compare_active),
        1 => (moment_paths(), orders, 0..4_i64).prop_map(|(path, how, second)| {
            Predicate::Compare(path, how, Operand::Moment(some_moment(second)))
        }),
        2 => (orders2, some_number()).prop_map(|(how, number)| compare_added(how, Operand::Number(number))),
        2 => (orders3, some_time()).prop_filter_map("a moment", |(how, text)| {
            Some(compare_added(how, Operand::Moment(moment(text)?)))
        }),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Predicate::And),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Predicate::Or),
            inner.prop_map(|inner| Predicate::Not(Box::new(inner))),
        ]
    })
}

/// A condition on one e-mail.
fn some_element() -> impl Strategy<Value = Predicate> {
    let comparisons = prop::sample::select(vec![Comparison::Equal, Comparison::Contains, Comparison::Less]);
    let leaf = prop_oneof![
        3 => (comparisons, some_text(), any::<bool>()).prop_map(|(how, text, exact)| {
            let operand = if exact { Operand::Exact(text) } else { Operand::Folded(text) };
            Predicate::Compare(AttributePath::new("value"), how, operand)
        }),
        2 => any::<bool>().prop_map(|main| {
            Predicate::Compare(AttributePath::new("primary"), Comparison::Equal, Operand::Boolean(main))
        }),
        1 => prop::sample::select(vec!["value", "primary", "type"])
            .prop_map(|path| Predicate::Present(AttributePath::new(path))),
    ];
    let inner = leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Predicate::And),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Predicate::Or),
            inner.prop_map(|inner| Predicate::Not(Box::new(inner))),
        ]
    });
    inner.prop_map(|inner| Predicate::Element(AttributePath::new("emails"), Box::new(inner)))
}

fn compare_added(how: Comparison, what: Operand) -> Predicate {
    Predicate::Compare(AttributePath::new(&format!("{ADDED}:values")), how, what)
}

fn compare_active(wanted: bool) -> Predicate {
    Predicate::Compare(AttributePath::new("active"), Comparison::Equal, Operand::Boolean(wanted))
}

/// The clock of a new workspace starts here.
fn some_moment(second: i64) -> Timestamp {
    crate::acme::moment("2026-01-05T08:00:00.000001Z") + Duration::seconds(second)
}

fn text_paths() -> impl Strategy<Value = AttributePath> {
    let department = format!("{ENTERPRISE}:department");
    let role = format!("{ROLE}:workato_role");
    let paths = ["userName", "externalId", "displayName", "name.familyName", "emails.value", &role, &department];
    prop::sample::select(paths.map(AttributePath::new).to_vec())
}

fn moment_paths() -> impl Strategy<Value = AttributePath> {
    prop::sample::select(["meta.created", "meta.lastModified"].map(AttributePath::new).to_vec())
}

fn all_paths() -> impl Strategy<Value = AttributePath> {
    let others = ["id", "active", "emails", "name", "title", "unknown"].map(AttributePath::new).to_vec();
    prop_oneof![text_paths(), moment_paths(), prop::sample::select(others)]
}

/// The plain reading of a predicate.
pub(crate) fn holds(predicate: &Predicate, person: &Person) -> bool {
    match predicate {
        Predicate::And(all) => all.iter().all(|part| holds(part, person)),
        Predicate::Or(any) => any.iter().any(|part| holds(part, person)),
        Predicate::Not(inner) => !holds(inner, person),
        Predicate::Element(path, inner) => {
            assert_eq!(path.as_str(), "emails");
            let emails = person.profile.0["emails"].as_array().unwrap();
            emails.iter().any(|email| holds_of_email(inner, email))
        }
        Predicate::Present(path) => match path.as_str() {
            "id" | "active" | "meta.created" | "meta.lastmodified" => true,
            path => values(person, path).iter().any(|value| !value.is_empty()),
        },
        Predicate::Compare(path, how, Operand::Boolean(wanted)) => {
            assert_eq!((path.as_str(), *how), ("active", Comparison::Equal));
            person.lifecycle.is_active() == *wanted
        }
        Predicate::Compare(path, how, Operand::Number(wanted)) => {
            assert!(path.as_str().ends_with(":values"));
            added(person).iter().filter_map(Value::as_number).any(|number| compares_numbers(number, *how, wanted))
        }
        Predicate::Compare(path, how, Operand::Moment(wanted)) if path.as_str().ends_with(":values") => {
            let moments = added(person).into_iter().filter_map(|value| moment(value.as_str()?));
            moments.into_iter().any(|at| compares(&at, *how, wanted))
        }
        Predicate::Compare(path, how, Operand::Moment(wanted)) => {
            let at = if path.as_str() == "meta.created" { person.created_at } else { person.modified_at };
            compares(&at, *how, wanted)
        }
        Predicate::Compare(path, how, Operand::Exact(wanted)) if path.as_str() != "username" => {
            values(person, path.as_str()).iter().any(|value| compares_text(value, *how, wanted))
        }
        // `userName` is always compared by its fold.
        Predicate::Compare(path, how, Operand::Exact(wanted) | Operand::Folded(wanted)) => {
            values(person, path.as_str()).iter().any(|value| compares_text(&fold(value), *how, &fold(wanted)))
        }
    }
}

fn holds_of_email(predicate: &Predicate, email: &Value) -> bool {
    let text = |path: &AttributePath| match email.get(path.as_str()) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(value) => Some(value.to_string()),
        None => None,
    };
    match predicate {
        Predicate::And(all) => all.iter().all(|part| holds_of_email(part, email)),
        Predicate::Or(any) => any.iter().any(|part| holds_of_email(part, email)),
        Predicate::Not(inner) => !holds_of_email(inner, email),
        Predicate::Present(path) => text(path).is_some_and(|value| !value.is_empty()),
        Predicate::Compare(path, how, Operand::Exact(wanted)) => {
            text(path).is_some_and(|value| compares_text(&value, *how, wanted))
        }
        Predicate::Compare(path, how, Operand::Folded(wanted)) => {
            text(path).is_some_and(|value| compares_text(&fold(&value), *how, &fold(wanted)))
        }
        Predicate::Compare(path, how, Operand::Boolean(wanted)) => {
            text(path).is_some_and(|value| compares_text(&value, *how, &wanted.to_string()))
        }
        Predicate::Compare(_, _, Operand::Number(_) | Operand::Moment(_)) | Predicate::Element(..) => {
            panic!("not made here")
        }
    }
}

fn added(person: &Person) -> Vec<Value> {
    let added = person.profile.0.get(ADDED).and_then(|added| added["values"].as_array());
    added.cloned().unwrap_or_default()
}

/// Two integers as integers, all else as reals, which hold the other numbers that are made here exactly.
fn compares_numbers(number: &Number, how: Comparison, wanted: &Number) -> bool {
    match (number.as_i64(), wanted.as_i64()) {
        (Some(number), Some(wanted)) => compares(&number, how, &wanted),
        _ => compares(&number.as_f64(), how, &wanted.as_f64()),
    }
}

pub(crate) fn values(person: &Person, path: &str) -> Vec<String> {
    let profile = &person.profile.0;
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let one = match path {
        "username" => Some(person.user_name.to_string()),
        "externalid" => person.external_id.clone(),
        "displayname" => text(profile.get("displayName")),
        "title" => text(profile.get("title")),
        "name" | "name.familyname" => text(profile.get("name").map(|name| &name["familyName"])),
        path if path == format!("{ENTERPRISE}:department").to_lowercase() => {
            text(profile.get(ENTERPRISE).map(|extension| &extension["department"]))
        }
        path if path == format!("{ROLE}:workato_role").to_lowercase() => {
            person.facts.provisioned.roles.get("workato_role").map(|stated| stated.value.clone())
        }
        // Each e-mail has a `primary`, so that the whole attribute is present even where its value is empty.
        "emails" => return profile["emails"].as_array().unwrap().iter().map(|email| email.to_string()).collect(),
        "emails.value" => {
            let emails = profile["emails"].as_array().unwrap();
            return emails.iter().filter_map(|email| text(email.get("value"))).collect();
        }
        _ => None,
    };
    one.into_iter().collect()
}

pub(crate) fn compares_text(value: &str, how: Comparison, wanted: &str) -> bool {
    match how {
        Comparison::Contains => value.contains(wanted),
        Comparison::StartsWith => value.starts_with(wanted),
        Comparison::EndsWith => value.ends_with(wanted),
        order => compares(value, order, wanted),
    }
}

pub(crate) fn compares<T: PartialOrd + ?Sized>(value: &T, how: Comparison, wanted: &T) -> bool {
    match how {
        Comparison::Equal => value == wanted,
        Comparison::Greater => value > wanted,
        Comparison::GreaterOrEqual => value >= wanted,
        Comparison::Less => value < wanted,
        Comparison::LessOrEqual => value <= wanted,
        Comparison::Contains | Comparison::StartsWith | Comparison::EndsWith => false,
    }
}
