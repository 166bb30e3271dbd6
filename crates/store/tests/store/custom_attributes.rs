//! Attributes that a workspace adds to its people.

use std::sync::Barrier;
use std::thread;

use domain::audit::EventKind;
use domain::command::Command;
use domain::custom_attribute::{CustomAttribute, CustomAttributeError, CustomKind, MOST_CUSTOM_ATTRIBUTES, Shape};
use domain::predicate::{AttributePath, Comparison, Form, Operand, Predicate};
use serde_json::{Value, json};
use store::{Position, Sort, StoreError};

use crate::acme::{Acme, moment};
use crate::users::{same, user};

const URN: &str = "urn:acme:scim:1.0:Person";

fn attribute(name: &str, kind: CustomKind) -> CustomAttribute {
    CustomAttribute::new(URN, name, Shape { kind, multi_valued: false, case_exact: false }).unwrap()
}

fn add(acme: &Acme, attribute: CustomAttribute) -> Result<(), StoreError> {
    acme.store.add_custom_attribute(attribute, acme.entry(EventKind::ScimAttributeAdded, URN))
}

fn remove(acme: &Acme, attribute: &CustomAttribute) -> Result<(), StoreError> {
    acme.store.remove_custom_attribute(attribute.clone(), acme.entry(EventKind::ScimAttributeRemoved, URN))
}

fn in_force(acme: &Acme) -> Vec<CustomAttribute> {
    acme.store.custom_attributes(acme.workspace.id).unwrap().iter().cloned().collect()
}

#[track_caller]
fn expect_refusal(outcome: Result<(), StoreError>, wanted: &CustomAttributeError) {
    match outcome {
        Err(StoreError::CustomAttribute(refusal)) => assert_eq!(refusal, *wanted),
        other => panic!("{other:?}"),
    }
}

/// Somebody with these values below the URN.
fn post(acme: &Acme, name: &str, values: Value) -> domain::collaborator::Person {
    acme.post(user(name).attribute(URN, values)).unwrap()
}

fn found(acme: &Acme, name: &str, comparison: Comparison, operand: Operand) -> Vec<String> {
    let predicate = Predicate::Compare(AttributePath::new(&format!("{URN}:{name}")), comparison, operand);
    let page = acme.store.list_people(acme.workspace.id, Some(&predicate), None, &Position::Offset(0), 10).unwrap();
    page.people.iter().map(|person| person.user_name.to_string()).collect()
}

on_both_databases! {
    fn added_attributes_are_read_back_as_they_were_given_in_their_order(db: &Database) {
        let acme = Acme::on(db);
        assert_eq!(in_force(&acme), []);
        let list = Shape { kind: CustomKind::String, multi_valued: true, case_exact: true };
        let badges = CustomAttribute::new("urn:acme:scim:1.0:Access", "badges", list).unwrap();
        let added = [
            attribute("since", CustomKind::DateTime), badges, attribute("desk", CustomKind::Reference),
            attribute("level", CustomKind::Integer),
        ];
        for one in &added {
            acme.pass(chrono::Duration::seconds(1));
            add(&acme, one.clone()).unwrap();
        }
        assert_eq!(in_force(&acme), added);
        let globex = Acme::called("globex", &acme.store);
        assert_eq!(in_force(&globex), []);
        add(&globex, added[0].clone()).unwrap();
        assert_eq!(acme.store.seal().unwrap(), 5);
    }

    fn what_is_refused_writes_nothing(db: &Database) {
        let acme = Acme::on(db);
        let level = attribute("level", CustomKind::Integer);
        add(&acme, level.clone()).unwrap();
        expect_refusal(add(&acme, level.clone()), &CustomAttributeError::Exists(level.clone()));
        let other_case = CustomAttributeError::OtherCase(format!("{URN}:level"));
        expect_refusal(add(&acme, attribute("LEVEL", CustomKind::Integer)), &other_case);
        assert!(matches!(remove(&acme, &attribute("badge", CustomKind::String)), Err(StoreError::NoSuchAttribute(_))));
        remove(&acme, &level).unwrap();
        assert!(matches!(remove(&acme, &level), Err(StoreError::NoSuchAttribute(_))));
        assert_eq!(acme.store.seal().unwrap(), 2);
    }

    fn a_removed_attribute_keeps_its_values_and_its_type_while_anybody_has_one(db: &Database) {
        let acme = Acme::on(db);
        let (number, text) = (attribute("level", CustomKind::Integer), attribute("level", CustomKind::String));
        add(&acme, number.clone()).unwrap();
        let ann = post(&acme, "ann", json!({ "level": 7 }));
        let bob = post(&acme, "bob", json!({ "level": 8 }));
        remove(&acme, &number).unwrap();
        assert_eq!(in_force(&acme), []);
        assert_eq!(acme.person(ann.id).profile.0[URN], json!({ "level": 7 }));
        let refusal = CustomAttributeError::ValuesOf(number.shape());
        expect_refusal(add(&acme, text.clone()), &refusal);
        add(&acme, number.clone()).unwrap();
        assert_eq!(found(&acme, "level", Comparison::Equal, Operand::Number(7.into())), ["ann"]);
        acme.command(ann.id, &Command::Delete).unwrap();
        remove(&acme, &number).unwrap();
        expect_refusal(add(&acme, text.clone()), &refusal);
        acme.command(bob.id, &Command::Delete).unwrap();
        add(&acme, text.clone()).unwrap();
        assert_eq!(in_force(&acme), [text]);
    }

    fn of_many_who_add_at_once_none_goes_beyond_the_limit(db: &Database) {
        let acme = Acme::on(db);
        for nth in 2..MOST_CUSTOM_ATTRIBUTES {
            add(&acme, attribute(&format!("x{nth}"), CustomKind::String)).unwrap();
        }
        let start = Barrier::new(8);
        let done = thread::scope(|scope| {
            let adding: Vec<_> = (0..8)
                .map(|nth| {
                    let (acme, start) = (&acme, &start);
                    scope.spawn(move || {
                        start.wait();
                        add(acme, attribute(&format!("y{}", nth / 2), CustomKind::String)).is_ok()
                    })
                })
                .collect();
            adding.into_iter().map(|one| one.join().unwrap()).filter(|done| *done).count()
        });
        assert_eq!((done, in_force(&acme).len()), (2, MOST_CUSTOM_ATTRIBUTES));
    }

    fn numbers_are_compared_as_numbers(db: &Database) {
        let acme = Acme::on(db);
        for (name, level) in [("ten", json!(10)), ("nine", json!(9)), ("minus", json!(-2.5)), ("big", json!(9_007_199_254_740_993_i64))] {
            post(&acme, name, json!({ "level": level }));
        }
        post(&acme, "text", json!({ "level": "9" }));
        let level = |comparison, json: &str| found(&acme, "level", comparison, Operand::Number(json.parse().unwrap()));
        assert_eq!(level(Comparison::Equal, "9.0"), ["nine"]);
        assert_eq!(level(Comparison::Greater, "9"), ["ten", "big"]);
        assert_eq!(level(Comparison::GreaterOrEqual, "9"), ["ten", "nine", "big"]);
        assert_eq!(level(Comparison::Less, "-2"), ["minus"]);
        assert_eq!(level(Comparison::LessOrEqual, "-2.5"), ["minus"]);
        assert_eq!(level(Comparison::Equal, "9007199254740992"), [""; 0], "to the last digit");
    }

    fn moments_are_compared_as_moments(db: &Database) {
        let acme = Acme::on(db);
        for (name, since) in [("early", "2011-05-13T06:42:34+02:00"), ("late", "2011-05-13T05:00:00Z"), ("none", "soon")] {
            post(&acme, name, json!({ "since": since }));
        }
        let since = |comparison, at: &str| found(&acme, "since", comparison, Operand::Moment(moment(at)));
        assert_eq!(since(Comparison::Equal, "2011-05-13T04:42:34Z"), ["early"]);
        assert_eq!(since(Comparison::Greater, "2011-05-13T06:42:34+02:00"), ["late"]);
        assert_eq!(since(Comparison::Less, "2011-05-13T05:00:00.000000001Z"), ["early", "late"]);
    }

    fn a_list_is_sorted_by_what_values_mean(db: &Database) {
        let acme = Acme::on(db);
        for (name, level, since) in [
            ("a", json!(10), "2011-05-13T06:42:34+02:00"),
            ("b", json!(9.5), "2011-05-13T05:00:00Z"),
            ("c", json!(-1), "2011-05-12T23:00:00-09:00"),
        ] {
            post(&acme, name, json!({ "level": level, "since": since }));
        }
        acme.post(user("none")).unwrap();
        let sorted = |name: &str, form, descending| {
            let sort = Sort { path: AttributePath::new(&format!("{URN}:{name}")), form, descending };
            let page = acme.store.list_people(acme.workspace.id, None, Some(&sort), &Position::Offset(0), 10).unwrap();
            page.people.iter().map(|person| person.user_name.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(sorted("level", Form::Number, false), ["c", "b", "a", "none"]);
        assert_eq!(sorted("level", Form::Number, true), ["none", "a", "b", "c"]);
        assert_eq!(sorted("since", Form::Moment, false), ["a", "b", "c", "none"]);
        assert_eq!(sorted("since", Form::Moment, true), ["none", "c", "b", "a"]);
    }

    fn a_changed_value_is_found_by_what_it_is_now(db: &Database) {
        let acme = Acme::on(db);
        add(&acme, attribute("level", CustomKind::Integer)).unwrap();
        let ann = post(&acme, "ann", json!({ "level": 7 }));
        let known = acme.store.custom_attributes(acme.workspace.id).unwrap();
        acme.put(ann.id, same(&ann).attribute(URN, json!({ "level": 8 })).knowing(&known)).unwrap();
        assert_eq!(found(&acme, "level", Comparison::Equal, Operand::Number(7.into())), [""; 0]);
        assert_eq!(found(&acme, "level", Comparison::Equal, Operand::Number(8.into())), ["ann"]);
    }
}
