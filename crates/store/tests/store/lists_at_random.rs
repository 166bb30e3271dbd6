//! Random lists of random people: in any order, by index and by cursor, each is the list that a plain sort gives.

use domain::collaborator::Person;
use domain::command::Command;
use domain::order::{moment, moment_key, number_key};
use domain::predicate::{AttributePath, Form, Predicate};
use domain::text::fold;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use store::{Page, Position, Sort};

use crate::acme::{Acme, draw};
use crate::search_at_random::{ADDED, holds, settle, some_predicate, some_user, values};

const CASES: u32 = 48;

on_both_databases! {
    fn pages_by_index_and_by_cursor_make_up_the_sorted_list(db: &Database) {
        db.store().migrate().unwrap();
        let mut runner = TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
        let lists = prop::collection::vec((some_sort(), prop::option::of(some_predicate()), 1..4_i64), 1..12);
        let cases = (prop::collection::vec(some_user(), 0..7), lists);
        let outcome = runner.run(&cases, |(users, lists)| {
            let acme = Acme::called(&format!("acme-{}", draw().as_u128()), db.store());
            let people = settle(&acme, users);
            for (sort, predicate, size) in lists {
                let list = List { acme: &acme, sort, predicate, size };
                let expected = list.expected(&people);
                prop_assert_eq!(&list.by_index(), &expected, "{:?}", list.sort);
                prop_assert_eq!(&list.by_cursor(|_| ()), &expected, "{:?}", list.sort);
            }
            Ok(())
        });
        outcome.unwrap();
    }

    fn a_cursor_loses_nobody_and_shows_nobody_twice_while_those_who_were_shown_are_deleted(db: &Database) {
        db.store().migrate().unwrap();
        let mut runner = TestRunner::new(Config { cases: CASES / 2, failure_persistence: None, ..Config::default() });
        let cases = (prop::collection::vec(some_user(), 1..7), some_sort(), 1..3_i64);
        let outcome = runner.run(&cases, |(users, sort, size)| {
            let acme = Acme::called(&format!("acme-{}", draw().as_u128()), db.store());
            let people = settle(&acme, users);
            let list = List { acme: &acme, sort, predicate: None, size };
            let seen = list.by_cursor(|shown| {
                for person in shown {
                    acme.command(person.id, &Command::Delete).unwrap();
                }
            });
            prop_assert_eq!(seen, list.expected(&people), "{:?}", list.sort);
            Ok(())
        });
        outcome.unwrap();
    }
}

struct List<'a> {
    acme: &'a Acme,
    sort: Option<Sort>,
    predicate: Option<Predicate>,
    size: i64,
}

impl List<'_> {
    fn page(&self, position: &Position) -> Page {
        let (sort, predicate) = (self.sort.as_ref(), self.predicate.as_ref());
        self.acme.store.list_people(self.acme.workspace.id, predicate, sort, position, self.size).unwrap()
    }

    fn by_index(&self) -> Vec<Person> {
        let mut all = Vec::new();
        loop {
            let page = self.page(&Position::Offset(all.len() as i64));
            if page.people.is_empty() {
                assert_eq!(page.total, all.len() as i64);
                return all;
            }
            all.extend(page.people);
        }
    }

    fn by_cursor(&self, between: impl Fn(&[Person])) -> Vec<Person> {
        let (mut all, mut position) = (Vec::new(), Position::Offset(0));
        loop {
            let page = self.page(&position);
            assert_eq!(page.people.len(), page.places.len());
            let Some(last) = page.places.last() else { return all };
            position = Position::After(last.clone());
            between(&page.people);
            all.extend(page.people);
        }
    }

    /// Those who match, in the order in which they came, then sorted so that equal ones keep it; descending is that backwards.
    fn expected(&self, people: &[Person]) -> Vec<Person> {
        let matching = people.iter().filter(|person| self.predicate.as_ref().is_none_or(|it| holds(it, person)));
        let mut matching: Vec<Person> = matching.cloned().collect();
        if let Some(sort) = &self.sort {
            // `None` is greater than any key.
            matching.sort_by_key(|person| key(sort, person).map_or((1, String::new()), |key| (0, key)));
            if sort.descending {
                matching.reverse();
            }
        }
        matching
    }
}

/// What somebody is sorted by.
fn key(sort: &Sort, person: &Person) -> Option<String> {
    match sort.path.as_str() {
        "id" => Some(person.scim_id.to_string()),
        "active" => Some(person.lifecycle.is_active().to_string()),
        "meta.created" => Some(moment_key(person.created_at)),
        "meta.lastmodified" => Some(moment_key(person.modified_at)),
        "emails.value" => {
            let emails = person.profile.0["emails"].as_array().unwrap();
            let main = emails.iter().find(|email| email["primary"] == true).or(emails.first())?;
            Some(form(sort.form, main["value"].as_str().unwrap()))
        }
        path if path.ends_with(":values") => {
            let first = person.profile.0.get(ADDED)?["values"].as_array()?.first()?.clone();
            match (sort.form, first) {
                (Form::Number, Value::Number(number)) => Some(number_key(&number)),
                (Form::Moment, Value::String(text)) => moment(&text).map(moment_key),
                _ => None,
            }
        }
        path => values(person, path).first().map(|value| form(sort.form, value)),
    }
}

/// A text without regard to case is sorted by its first 128 characters.
fn form(form: Form, value: &str) -> String {
    if form == Form::Exact { value.to_owned() } else { fold(value).chars().take(128).collect() }
}

fn some_sort() -> impl Strategy<Value = Option<Sort>> {
    let folded = ["userName", "displayName", "name.familyName", "emails.value", "title", "unknown"];
    let exact = ["externalId", "displayName", "emails.value"];
    let added = AttributePath::new(&format!("{ADDED}:values"));
    let columns = ["id", "active", "meta.created", "meta.lastModified"];
    let all = [(Form::Folded, &folded[..]), (Form::Exact, &exact[..]), (Form::Folded, &columns[..])];
    let mut choices: Vec<(Form, AttributePath)> = vec![(Form::Number, added.clone()), (Form::Moment, added)];
    choices.extend(all.iter().flat_map(|(form, paths)| paths.iter().map(|path| (*form, AttributePath::new(path)))));
    let sorts = (prop::sample::select(choices), any::<bool>()).prop_map(|((form, path), descending)| Sort {
        path,
        form,
        descending,
    });
    prop::option::weighted(0.9, sorts)
}
