//! Attributes that a workspace adds to its people: taken, kept, given back, found, and hidden when they are removed.

use std::collections::BTreeSet;

use domain::custom_attribute::{CustomKind, Shape};
use serde_json::{Value, json};

use crate::common::answer::Answer;
use crate::common::scim::{Scim, user, with};
use crate::gate::Gate;

const URN: &str = "urn:acme:scim:1.0:Person";

fn one(kind: CustomKind) -> Shape {
    Shape { kind, multi_valued: false, case_exact: false }
}

fn add_all(gate: &Gate) {
    let badges = Shape { kind: CustomKind::String, multi_valued: true, case_exact: true };
    gate.add_attribute(URN, "badges", badges);
    gate.add_attribute(URN, "onCall", one(CustomKind::Boolean));
    gate.add_attribute(URN, "level", one(CustomKind::Integer));
    gate.add_attribute(URN, "rate", one(CustomKind::Decimal));
    gate.add_attribute(URN, "since", one(CustomKind::DateTime));
    gate.add_attribute(URN, "desk", one(CustomKind::Reference));
}

/// Values of all of them.
fn values(level: i64) -> Value {
    json!({
        "badges": ["A", "b"], "onCall": level > 5, "level": level, "rate": 1.5, "since": "2011-05-13T06:42:34+02:00",
        "desk": format!("https://map.acme.test/desks/{level}"),
    })
}

fn create(scim: &Scim, name: &str, level: i64) -> String {
    let made = scim.create(&with(user(name), URN, values(level))).expect(201).json();
    assert_eq!(made[URN], values(level));
    made["id"].as_str().unwrap().to_owned()
}

/// A list with this query; `@` stands for the URN.
fn list(scim: &Scim, query: &[(&str, &str)]) -> Answer {
    let mut written = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in query {
        written.append_pair(name, &value.replace('@', &format!("{URN}:")));
    }
    scim.get(&format!("/Users?{}", written.finish()))
}

/// The first letters of the people in it.
#[track_caller]
fn found(scim: &Scim, query: &[(&str, &str)]) -> String {
    let list = list(scim, query).expect(200).json();
    let people = list["Resources"].as_array().cloned().unwrap_or_default();
    people.iter().map(|person| person["userName"].as_str().unwrap().chars().next().unwrap()).collect()
}

fn patch(scim: &Scim, id: &str, operation: &Value) -> Answer {
    scim.send_json("PATCH", &format!("/Users/{id}"), &json!({ "Operations": [operation] }))
}

on_both_databases! {
    fn values_come_in_by_every_way_and_go_out_again(gate: &Gate) {
        let scim = gate.acme.scim();
        let unknown = scim.create(&with(user("zoe@acme.test"), URN, values(1))).expect(201).json();
        assert_eq!(unknown.get(URN), None, "what nobody added is dropped");
        add_all(gate);
        let id = create(&scim, "ann@acme.test", 7);
        let read = || scim.get(&format!("/Users/{id}")).expect(200).json();
        assert_eq!((read()[URN].clone(), read()["schemas"].as_array().unwrap().contains(&json!(URN))), (values(7), true));

        let qualified = json!({ "userName": "ann@acme.test", "externalId": "okta-ann@acme.test", format!("{URN}:LEVEL"): 8 });
        assert_eq!(scim.put(&id, &qualified).expect(200).json()[URN], json!({ "level": 8 }), "PUT says everything");
        scim.put(&id, &with(user("ann@acme.test"), URN, values(7))).expect(200);

        let at = |name: &str| format!("{URN}:{name}");
        patch(&scim, &id, &json!({ "op": "add", "path": at("badges"), "value": ["c"] })).expect(200);
        patch(&scim, &id, &json!({ "op": "Replace", "value": { at("onCall"): "False", URN: { "rate": 2 } } })).expect(200);
        patch(&scim, &id, &json!({ "op": "remove", "path": at("desk") })).expect(200);
        let shown = read()[URN].clone();
        assert_eq!(shown, json!({
            "badges": ["A", "b", "c"], "onCall": false, "level": 7, "rate": 2, "since": "2011-05-13T06:42:34+02:00",
        }));
        for (name, wrong) in [("level", json!(7.5)), ("since", json!("soon")), ("onCall", json!("perhaps")), ("badges", json!([7]))] {
            let refused = patch(&scim, &id, &json!({ "op": "replace", "path": at(name), "value": wrong })).expect(400).json();
            assert_eq!(refused["scimType"], "invalidValue");
            assert!(refused["detail"].as_str().unwrap().contains(&at(name)), "{refused}");
        }
        assert_eq!(read()[URN], shown);

        let level = scim.get(&format!("/Users/{id}?attributes={}", at("level"))).expect(200).json();
        assert_eq!((&level[URN], level.get("userName")), (&json!({ "level": 7 }), None));
        let less = scim.get(&format!("/Users/{id}?excludedAttributes={},{}", at("badges"), at("since"))).expect(200).json();
        assert_eq!(less[URN], json!({ "onCall": false, "level": 7, "rate": 2 }));
    }

    fn people_are_found_and_sorted_by_what_the_values_mean(gate: &Gate) {
        add_all(gate);
        let scim = gate.acme.scim();
        for (name, level) in [("ann", 10), ("bob", 9), ("cid", -3)] {
            create(&scim, &format!("{name}@acme.test"), level);
        }
        scim.provision("dan@acme.test");
        for (filter, whom) in [
            ("@level eq 9", "b"), ("@level gt 9", "a"), ("@level ge 9.0", "ab"), ("@level lt 9", "c"), ("@level ne 9", "acd"),
            ("@level pr", "abc"), ("@level eq null", "d"), ("@rate eq 1.50", "abc"), ("@rate gt 1.5", ""),
            ("@badges eq \"A\"", "abc"), ("@badges eq \"B\"", ""), ("@badges sw \"b\"", "abc"),
            ("@onCall eq true", "ab"), ("@onCall ne true", "cd"),
            ("@since eq \"2011-05-13T04:42:34Z\"", "abc"), ("@since gt \"2011-05-13T06:00:00+02:00\"", "abc"),
            ("@since lt \"2011-05-13T04:42:34Z\"", ""), ("@desk ew \"/9\"", "b"), ("@desk co \"desks/-\"", "c"),
            ("not (@level gt 9) and (@onCall eq true or userName sw \"d\")", "bd"),
            ("schemas eq \"urn:acme:scim:1.0:Person\"", "abc"),
        ] {
            assert_eq!(found(&scim, &[("filter", filter)]), whom, "{filter}");
        }
        for filter in ["@level co 9", "@level eq \"9\"", "@onCall gt true", "@since eq \"soon\"", "level eq 9", "@nope pr"] {
            assert_eq!(list(&scim, &[("filter", filter)]).expect(400).json()["scimType"], "invalidFilter", "{filter}");
        }
        for (by, ascending, descending) in [("@level", "cbad", "dabc"), ("@desk", "cabd", "dbac"), ("@onCall", "cabd", "dbac")] {
            assert_eq!(found(&scim, &[("sortBy", by)]), ascending, "{by}");
            assert_eq!(found(&scim, &[("sortBy", by), ("sortOrder", "descending")]), descending, "{by}");
        }
    }

    fn a_removed_attribute_hides_its_values_and_an_added_one_shows_them_again(gate: &Gate) {
        add_all(gate);
        let scim = gate.acme.scim();
        let id = create(&scim, "ann@acme.test", 7);
        let read = || scim.get(&format!("/Users/{id}")).expect(200).json();
        gate.remove_attribute(URN, "level");
        assert_eq!(read()[URN].get("level"), None);
        assert_eq!(list(&scim, &[("filter", "@level eq 7")]).expect(400).json()["scimType"], "invalidFilter");
        // Writes by clients who can't see it: an echo, a whole PUT, a PATCH of the extension, one that removes it.
        scim.put(&id, &read()).expect(200);
        scim.put(&id, &user("ann@acme.test")).expect(200);
        assert_eq!((read().get(URN), read()["schemas"].as_array().unwrap().len()), (None, 1));
        patch(&scim, &id, &json!({ "op": "add", "path": URN, "value": { "rate": 2, "level": 9 } })).expect(200);
        patch(&scim, &id, &json!({ "op": "remove", "path": URN })).expect(200);
        patch(&scim, &id, &json!({ "op": "replace", "path": "displayName", "value": "Ann" })).expect(200);
        gate.add_attribute(URN, "level", one(CustomKind::Integer));
        assert_eq!(read()[URN], json!({ "level": 7 }));
        assert_eq!(found(&scim, &[("filter", "@level eq 7")]), "a");
        scim.put(&id, &user("ann@acme.test")).expect(200);
        assert_eq!(read().get(URN), None, "who sees it and leaves it out takes it away");
    }

    fn one_workspace_s_attributes_are_none_of_another_s(gate: &Gate) {
        add_all(gate);
        let (acme, globex) = (gate.acme.scim(), gate.add_workspace("globex").scim());
        let published = |scim: &Scim| {
            let urns = |path: &str, key: &str| -> Vec<Value> {
                let listed = scim.get(path).expect(200).json();
                listed["Resources"].as_array().unwrap().iter().map(|one| one[key].clone()).collect()
            };
            let extensions = urns("/ResourceTypes", "schemaExtensions")[0].to_string();
            (urns("/Schemas", "id").contains(&json!(URN)), extensions.contains(URN))
        };
        assert_eq!((published(&acme), published(&globex)), ((true, true), (false, false)));
        let schema = acme.get(&format!("/Schemas/{URN}")).expect(200).json();
        let attributes = schema["attributes"].as_array().unwrap().iter();
        let types: BTreeSet<_> = attributes.map(|one| one["type"].as_str().unwrap()).collect();
        assert_eq!(types, BTreeSet::from(["string", "boolean", "integer", "decimal", "dateTime", "reference"]));
        globex.get(&format!("/Schemas/{URN}")).expect(404);
        let made = globex.create(&with(user("ann@acme.test"), URN, values(7))).expect(201).json();
        assert_eq!(made.get(URN), None);
        assert_eq!(list(&globex, &[("filter", "@level pr")]).expect(400).json()["scimType"], "invalidFilter");
    }
}
