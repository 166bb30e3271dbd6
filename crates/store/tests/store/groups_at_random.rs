//! Random predicates over random groups, and over people by their groups: SQL finds what a plain reading finds.

use chrono::Duration;
use domain::collaborator::Person;
use domain::group::{Group, GroupCommand};
use domain::predicate::{AttributePath, Comparison, Form, Operand, Predicate};
use domain::text::fold;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use store::{Position, Sort};

use crate::acme::{Acme, draw};
use crate::search_at_random::{compares_text, settle, some_text, some_user};

const CASES: u32 = 48;

on_both_databases! {
    fn which_groups_and_whose_sql_finds_a_plain_reading_finds(db: &Database) {
        db.store().migrate().unwrap();
        let mut runner = TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
        let groups = prop::collection::vec(some_group(), 0..5);
        let predicates = prop::collection::vec(some_predicate(), 1..16);
        let cases = (prop::collection::vec(some_user(), 0..4), groups, predicates, some_sort());
        let outcome = runner.run(&cases, |(users, groups, predicates, sort)| {
            let acme = Acme::called(&format!("acme-{}", draw().as_u128()), db.store());
            let people = settle(&acme, users);
            let world = World { groups: make(&acme, groups, &people), people };
            for predicate in predicates.iter().map(|predicate| world.with_ids(predicate)) {
                let page = acme.store.list_people(acme.workspace.id, Some(&predicate), None, &Position::Offset(0), 9);
                let found: Vec<_> = page.unwrap().people.into_iter().map(|person| person.id).collect();
                let whose = world.people.iter().filter(|person| world.holds_of_person(&predicate, person));
                prop_assert_eq!(found, whose.map(|person| person.id).collect::<Vec<_>>(), "{:?}", predicate);
                let expected = world.groups.iter().filter(|group| world.holds(&predicate, group)).cloned();
                prop_assert_eq!(by_cursor(&acme, &predicate, sort.as_ref()), sorted(expected.collect(), sort.as_ref()));
            }
            Ok(())
        });
        outcome.unwrap();
    }
}

/// The groups that there are, each with its members, and the people in the order they came.
struct World {
    groups: Vec<Made>,
    people: Vec<Person>,
}

#[derive(Debug, Clone, PartialEq)]
struct Made {
    group: Group,
    members: Vec<Person>,
}

type SomeGroup = (String, Option<String>, Vec<bool>);

fn some_group() -> impl Strategy<Value = SomeGroup> {
    (some_text(), prop::option::of(some_text()), prop::collection::vec(any::<bool>(), 4))
}

fn make(acme: &Acme, groups: Vec<SomeGroup>, people: &[Person]) -> Vec<Made> {
    let make = |(number, (name, external_id, chosen)): (usize, SomeGroup)| {
        let members: Vec<Person> =
            people.iter().zip(chosen).filter(|(_, is)| *is).map(|(one, _)| one.clone()).collect();
        let ids: Vec<_> = members.iter().map(|member| member.id).collect();
        let group = acme.post_group(&format!("g{name}.{number}"), &ids).unwrap();
        acme.pass(Duration::seconds(1));
        let with_id = || GroupCommand::Update {
            name: None,
            external_id: external_id.clone().map(Some),
            add: Vec::new(),
            remove: Vec::new(),
        };
        Made { group: acme.change_group(&group, with_id).unwrap(), members }
    };
    groups.into_iter().enumerate().map(make).collect()
}

fn by_cursor(acme: &Acme, predicate: &Predicate, sort: Option<&Sort>) -> Vec<Group> {
    let (mut all, mut position) = (Vec::new(), Position::Offset(0));
    loop {
        let page = acme.store.list_groups(acme.workspace.id, Some(predicate), sort, &position, 2).unwrap();
        let Some(last) = page.places.last() else {
            assert_eq!(page.total, all.len() as i64);
            return all;
        };
        position = Position::After(last.clone());
        all.extend(page.groups);
    }
}

fn sorted(made: Vec<Made>, sort: Option<&Sort>) -> Vec<Group> {
    let mut groups: Vec<Group> = made.into_iter().map(|made| made.group).collect();
    let Some(sort) = sort else { return groups };
    let key = |group: &Group| match sort.path.as_str() {
        "displayname" => (0, fold(group.name.as_str())),
        "id" => (0, group.scim_id.to_string()),
        "externalid" => group.external_id.clone().map_or((1, String::new()), |id| (0, id)),
        _ => (0, group.created_at.to_rfc3339()),
    };
    groups.sort_by_key(key);
    if sort.descending {
        groups.reverse();
    }
    groups
}

fn some_sort() -> impl Strategy<Value = Option<Sort>> {
    let paths = ["displayName", "externalId", "id", "meta.created"].map(AttributePath::new).to_vec();
    let sort = (prop::sample::select(paths), any::<bool>()).prop_map(|(path, descending)| Sort {
        path,
        form: Form::Folded,
        descending,
    });
    prop::option::of(sort)
}

/// `#0` stands for the id of the first person, or of the first group.
fn some_predicate() -> impl Strategy<Value = Predicate> {
    let of_group = (prop::sample::select(vec!["displayName", "externalId"]), some_comparison(), some_text())
        .prop_map(|(path, how, text)| Predicate::Compare(AttributePath::new(path), how, operand(path, text)));
    let parts = vec!["members.value", "members.display", "groups.value", "groups.display"];
    let of_part = (prop::sample::select(parts), some_comparison(), some_part())
        .prop_map(|(path, how, text)| Predicate::Compare(AttributePath::new(path), how, operand(path, text)));
    let present =
        prop::sample::select(vec!["externalId", "members", "groups", "members.value", "groups.display", "id"])
            .prop_map(|path| Predicate::Present(AttributePath::new(path)));
    let element = (prop::sample::select(vec!["members", "groups"]), some_element())
        .prop_map(|(path, inner)| Predicate::Element(AttributePath::new(path), Box::new(inner)));
    nested(prop_oneof![2 => of_group, 2 => of_part, 1 => present, 3 => element])
}

fn some_element() -> impl Strategy<Value = Predicate> {
    let compare = (prop::sample::select(vec!["value", "display"]), some_comparison(), some_part())
        .prop_map(|(path, how, text)| Predicate::Compare(AttributePath::new(path), how, operand(path, text)));
    let present =
        prop::sample::select(vec!["value", "display"]).prop_map(|path| Predicate::Present(AttributePath::new(path)));
    nested(prop_oneof![4 => compare, 1 => present])
}

fn nested(leaf: impl Strategy<Value = Predicate> + 'static) -> impl Strategy<Value = Predicate> {
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Predicate::And),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Predicate::Or),
            inner.prop_map(|inner| Predicate::Not(Box::new(inner))),
        ]
    })
}

fn some_comparison() -> impl Strategy<Value = Comparison> {
    use Comparison::{Contains, EndsWith, Equal, Greater, LessOrEqual, StartsWith};
    prop::sample::select(vec![Equal, Contains, StartsWith, EndsWith, Greater, LessOrEqual])
}

fn some_part() -> impl Strategy<Value = String> {
    prop_oneof![2 => (0..5_usize).prop_map(|number| format!("#{number}")), 1 => some_text()]
}

/// Ids and external ids are compared as they are.
fn operand(path: &str, text: String) -> Operand {
    if path.ends_with("value") || path == "externalId" { Operand::Exact(text) } else { Operand::Folded(text) }
}

impl World {
    /// The predicate with the ids and names that are meant.
    fn with_ids(&self, predicate: &Predicate) -> Predicate {
        self.resolved(predicate, "")
    }

    fn resolved(&self, predicate: &Predicate, outer: &str) -> Predicate {
        let all = |parts: &[Predicate]| parts.iter().map(|part| self.resolved(part, outer)).collect();
        match predicate {
            Predicate::And(parts) => Predicate::And(all(parts)),
            Predicate::Or(parts) => Predicate::Or(all(parts)),
            Predicate::Not(inner) => Predicate::Not(Box::new(self.resolved(inner, outer))),
            Predicate::Element(path, inner) => {
                Predicate::Element(path.clone(), Box::new(self.resolved(inner, path.as_str())))
            }
            Predicate::Present(_) => predicate.clone(),
            Predicate::Compare(path, how, operand) => {
                let whole = format!("{outer}{}", path.as_str());
                let resolve = |text: &String| self.meant(&whole, text);
                let operand = match operand {
                    Operand::Exact(text) => Operand::Exact(resolve(text)),
                    Operand::Folded(text) => Operand::Folded(resolve(text)),
                    other => other.clone(),
                };
                Predicate::Compare(path.clone(), *how, operand)
            }
        }
    }

    fn meant(&self, path: &str, text: &str) -> String {
        let Some(number) = text.strip_prefix('#').and_then(|number| number.parse::<usize>().ok()) else {
            return text.to_owned();
        };
        let (person, made) = (self.people.get(number), self.groups.get(number));
        let meant = match (path.starts_with("members"), path.ends_with("value")) {
            (true, true) => person.map(|person| person.scim_id.to_string()),
            (true, false) => person.map(|person| person.user_name.to_string()),
            (false, true) => made.map(|made| made.group.scim_id.to_string()),
            (false, false) => made.map(|made| made.group.name.to_string()),
        };
        meant.unwrap_or_else(|| text.to_owned())
    }

    /// The plain reading for a group. It has no attribute `groups`.
    fn holds(&self, predicate: &Predicate, made: &Made) -> bool {
        let members = || made.members.iter().map(|person| (person.scim_id.to_string(), person.user_name.to_string()));
        reads(
            predicate,
            &|path| match path {
                "displayname" => vec![made.group.name.to_string()],
                "externalid" => made.group.external_id.iter().cloned().collect(),
                "id" => vec![made.group.scim_id.to_string()],
                _ => Vec::new(),
            },
            "members",
            &members().collect::<Vec<_>>(),
        )
    }

    /// The plain reading for a person.
    fn holds_of_person(&self, predicate: &Predicate, person: &Person) -> bool {
        let theirs = self.groups.iter().filter(|made| made.members.iter().any(|member| member.id == person.id));
        let groups: Vec<_> = theirs.map(|made| (made.group.scim_id.to_string(), made.group.name.to_string())).collect();
        reads(
            predicate,
            &|path| match path {
                "displayname" => crate::search_at_random::values(person, path),
                "externalid" => person.external_id.iter().cloned().collect(),
                "id" => vec![person.scim_id.to_string()],
                _ => Vec::new(),
            },
            "groups",
            &groups,
        )
    }
}

/// A predicate read over single attributes and one attribute that has several values with `value` and `display`.
fn reads(
    predicate: &Predicate,
    single: &dyn Fn(&str) -> Vec<String>,
    several: &str,
    values: &[(String, String)],
) -> bool {
    let all = |path: &AttributePath| match path.as_str().strip_prefix(several) {
        Some("") => values.iter().map(|(value, _)| value.clone()).collect(),
        Some(".value") => values.iter().map(|(value, _)| value.clone()).collect(),
        Some(".display") => values.iter().map(|(_, display)| display.clone()).collect(),
        _ => single(path.as_str()),
    };
    match predicate {
        Predicate::And(parts) => parts.iter().all(|part| reads(part, single, several, values)),
        Predicate::Or(parts) => parts.iter().any(|part| reads(part, single, several, values)),
        Predicate::Not(inner) => !reads(inner, single, several, values),
        Predicate::Present(path) => all(path).iter().any(|value| !value.is_empty()),
        Predicate::Compare(path, how, operand) => all(path).iter().any(|value| compares(value, *how, operand)),
        Predicate::Element(path, inner) => {
            path.as_str() == several && values.iter().any(|one| reads(inner, &|part| part_of(one, part), "none", &[]))
        }
    }
}

fn part_of((value, display): &(String, String), part: &str) -> Vec<String> {
    vec![if part == "value" { value.clone() } else { display.clone() }]
}

fn compares(value: &str, how: Comparison, operand: &Operand) -> bool {
    match operand {
        Operand::Exact(wanted) => compares_text(value, how, wanted),
        Operand::Folded(wanted) => compares_text(&fold(value), how, &fold(wanted)),
        other => panic!("not made here: {other:?}"),
    }
}
