//! `scim attribute`: what a workspace adds to the attributes of its people.

use serde_json::{Value, json};

use crate::acme::acme;
use crate::common::program::Machine;
use crate::common::scim::{user, with};

const URN: &str = "urn:acme:scim:1.0:Person";

fn attribute<'a>(verb: &'a str, rest: &[&'a str]) -> Vec<&'a str> {
    [&["scim", "attribute", verb, "--workspace", "acme"], rest].concat()
}

fn listed(machine: &Machine) -> Vec<Value> {
    machine.json_lines(&attribute("list", &["--json"]))
}

#[test]
fn an_attribute_is_added_and_removed_while_the_server_runs() {
    let (machine, workspace) = acme();
    let _serving = machine.serve();
    assert_eq!(machine.ok(&attribute("list", &[])), "");
    assert_eq!(machine.ok(&attribute("add", &[URN, "level", "--type", "integer"])), "");
    let scim = workspace.scim();
    let made = scim.create(&with(user("ann@acme.test"), URN, json!({ "level": 7 }))).expect(201).json();
    let path = format!("/Users/{}", made["id"].as_str().unwrap());
    assert_eq!(made[URN], json!({ "level": 7 }));
    machine.ok(&attribute("remove", &[URN, "LEVEL"]));
    assert_eq!(scim.get(&path).expect(200).json().get(URN), None);
    assert_eq!(listed(&machine), Vec::<Value>::new());
    machine.ok(&attribute("add", &[URN, "level", "--type", "integer"]));
    assert_eq!(scim.get(&path).expect(200).json()[URN], json!({ "level": 7 }), "nothing is lost");
}

#[test]
fn attributes_are_listed_as_they_are_published() {
    let (machine, _) = acme();
    let level = json!({ "schema": URN, "name": "level", "type": "integer", "multiValued": false, "caseExact": false });
    let badges = json!({ "schema": URN, "name": "badges", "type": "string", "multiValued": true, "caseExact": true });
    assert_eq!(machine.json(&attribute("add", &[URN, "level", "--type", "integer", "--json"])), level);
    let add = ["--multi-valued", "--case-exact", "--json", URN, "badges"];
    assert_eq!(machine.json(&attribute("add", &add)), badges);
    assert_eq!(listed(&machine), [level.clone(), badges]);
    let lines = format!("{URN}:level  integer\n{URN}:badges  string, multi-valued, case-exact\n");
    assert_eq!(machine.ok(&attribute("list", &[])), lines);
    assert_eq!(machine.json(&attribute("remove", &[URN, "level", "--json"])), level);
}

#[test]
fn a_change_of_attributes_is_audited_with_what_held_before_and_after() {
    let (machine, _) = acme();
    machine.ok(&attribute("add", &[URN, "level", "--type", "integer"]));
    machine.ok(&attribute("remove", &[URN, "level"]));
    let told = |kind| machine.json_lines(&["audit", "list", "--workspace", "acme", "--kind", kind, "--json"]);
    let level = json!({ "schema": URN, "name": "level", "type": "integer", "multiValued": false, "caseExact": false });
    let (added, removed) = (told("scim_attribute.added"), told("scim_attribute.removed"));
    assert_eq!((&added[0]["before"], &added[0]["after"]), (&Value::Null, &level));
    assert_eq!((&removed[0]["before"], &removed[0]["after"]), (&level, &Value::Null));
    assert_eq!(added[0]["subject"], json!({ "type": "scim_attribute", "id": null, "name": format!("{URN}:level") }));
    assert_eq!((&added[0]["source"], &added[0]["actor"]["type"]), (&json!("manual"), &json!("command_line")));
}

#[test]
fn what_cannot_be_added_is_refused_with_the_reason() {
    let (machine, _) = acme();
    machine.ok(&attribute("add", &[URN, "level"]));
    for (rest, reason) in [
        (&[URN, "level"][..], "there is an attribute urn:acme:scim:1.0:Person:level already"),
        (&[URN, "Level"], "case makes no difference"),
        (&["urn:acme:scim:1.0", "x"], "above or below urn:acme:scim:1.0:Person"),
        (&["urn:ietf:params:scim:schemas:core:2.0:User", "x"], "there already"),
        (&["acme", "x"], "named by a URN"),
        (&[URN, "1x"], "begins with a letter"),
        (&[URN, "x", "--type", "boolean", "--case-exact"], "leave out --case-exact"),
    ] {
        let sentence = machine.fails(&attribute("add", rest));
        assert!(sentence.contains(reason), "{rest:?}: {sentence}");
    }
    let wrong_type = machine.run(&attribute("add", &[URN, "x", "--type", "text"]));
    assert_eq!(wrong_type.code, Some(2));
    assert!(wrong_type.stderr.contains("dateTime"), "{wrong_type:?}");
    assert!(machine.fails(&attribute("remove", &[URN, "x"])).contains("scim attribute list"));
    assert_eq!(listed(&machine).len(), 1);
}
