//! Roles and groups.

use serde_json::json;

use crate::acme::acme;

#[test]
fn a_role_is_added_once() {
    let (machine, _) = acme();
    let add = ["role", "add", "--workspace", "acme", "Analyst"];
    assert_eq!(machine.ok(&add), "");
    assert_eq!(machine.fails(&add), "there is a role Analyst already");
    assert_eq!(machine.fails(&["role", "add", "--workspace", "acme", "Member"]), "there is a role Member already");
    machine.ok(&["role", "add", "--workspace", "acme", "analyst"]);
    let added = machine.json_lines(&["audit", "list", "--workspace", "acme", "--kind", "role.added", "--json"]);
    let names: Vec<_> = added.iter().map(|entry| entry["after"]["name"].clone()).collect();
    assert_eq!(names, ["Analyst", "analyst"]);
    assert_eq!(added[0]["actor"], json!({ "type": "command_line", "name": "operator" }));
    assert_eq!(added[0]["source"], "manual");
}

#[test]
fn a_group_is_added_once_and_the_system_group_never() {
    let (machine, _) = acme();
    let add = ["group", "add", "--workspace", "acme", "Finance"];
    machine.ok(&add);
    assert_eq!(machine.fails(&add), "there is a group Finance already");
    assert!(machine.fails(&["group", "add", "--workspace", "acme", "All collaborators"]).contains("system group"));
    machine.ok(&["group", "map", "--workspace", "acme", "okta-finance", "Finance"]);
    machine.fails(&["group", "map", "--workspace", "acme", "okta-sales", "Sales"]);
}

#[test]
fn names_that_nobody_could_tell_apart_are_refused() {
    let (machine, _) = acme();
    for name in ["", " ", " Analyst", "Ana\nlyst", &"x".repeat(257)] {
        machine.fails(&["role", "add", "--workspace", "acme", name]);
        machine.fails(&["group", "add", "--workspace", "acme", name]);
    }
    assert!(machine.fails(&["role", "add", "--workspace", "globex", "Analyst"]).contains("no workspace globex"));
}
