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
    let unmap = ["group", "unmap", "--workspace", "acme", "okta-finance"];
    machine.ok(&unmap);
    assert_eq!(machine.fails(&unmap), "okta-finance means no group of ours");
    let told = machine.json_lines(&["audit", "list", "--workspace", "acme", "--kind", "group.unmapped", "--json"]);
    assert_eq!(told[0]["before"], json!({ "provider_name": "okta-finance", "group": "Finance" }));
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

#[test]
fn environments_are_added_changed_listed_and_removed() {
    let (machine, _) = acme();
    let run = |words: &[&'static str]| [&["environment"], words, &["--workspace", "acme"]].concat();
    let ok = |words: &[&'static str]| machine.ok(&run(words));
    let fails = |words: &[&'static str]| machine.fails(&run(words));
    ok(&["add", "qa", "--before", "prod", "--max-age", "8h", "--saml-attribute", "https://acme.test/qa-role"]);
    ok(&["set", "qa", "--default-role", "No access"]);
    let shown = machine.json_lines(&["environment", "list", "--workspace", "acme", "--json"]);
    assert_eq!(shown.iter().map(|e| e["name"].as_str().unwrap()).collect::<Vec<_>>(), ["dev", "test", "qa", "prod"]);
    let qa = json!({
        "name": "qa", "scim_attributes": ["workato_role_qa"], "saml_attributes": ["https://acme.test/qa-role"],
        "default_role": "No access", "max_age": "8h",
    });
    assert_eq!(shown[2], qa);
    assert!(
        machine
            .ok(&["environment", "list", "--workspace", "acme"])
            .contains("qa: default role No access, maximum age 8h")
    );
    assert_eq!(fails(&["add", "qa"]), "there is an environment qa already");
    assert!(fails(&["set", "qa", "--scim-attribute", "workato_role"]).contains("another environment's"));
    assert!(
        fails(&["set", "qa", "--default-role", "Boss"])
            .starts_with("there is no role Boss; there are Environment admin")
    );
    assert!(fails(&["remove", "dev"]).contains("can't be removed"));
    ok(&["set", "qa", "--max-age", "none"]);
    ok(&["remove", "qa"]);
    assert_eq!(fails(&["remove", "qa"]), "there is no environment qa; there are dev, test, prod");
    let told = machine.json_lines(&["audit", "list", "--workspace", "acme", "--json"]);
    let kinds: Vec<_> = told.iter().filter_map(|e| e["kind"].as_str()?.strip_prefix("environment.")).collect();
    assert_eq!(kinds, ["added", "updated", "updated", "removed"]);
    assert_eq!(told.last().unwrap()["before"]["name"], "qa");
}

#[test]
fn custom_roles_have_privileges_and_system_roles_none() {
    let (machine, _) = acme();
    machine.ok(&["role", "add", "--workspace", "acme", "Builder", "--privilege", "recipes.run"]);
    machine.ok(&[
        "role",
        "set",
        "--workspace",
        "acme",
        "Builder",
        "--privilege",
        "recipes.run",
        "--privilege",
        "jobs.read",
    ]);
    let roles = machine.json_lines(&["role", "list", "--workspace", "acme", "--json"]);
    assert_eq!(roles[4], json!({ "name": "Builder", "type": "custom", "privileges": ["jobs.read", "recipes.run"] }));
    assert!(
        machine
            .ok(&["role", "list", "--workspace", "acme"])
            .ends_with("Builder                  jobs.read, recipes.run\n")
    );
    let system = machine.fails(&["role", "set", "--workspace", "acme", "Member", "--privilege", "recipes.run"]);
    assert!(system.starts_with("Member is a system role"));
    assert_eq!(machine.fails(&["role", "set", "--workspace", "acme", "Boss"]), "there is no role Boss");
    let wrong = machine.run(&["role", "add", "--workspace", "acme", "Boss", "--privilege", "Run it"]);
    assert_eq!(wrong.code, Some(2));
}

#[test]
fn somebody_is_put_into_a_group_by_hand_and_taken_out_again() {
    let (machine, acme) = acme();
    let server = machine.serve();
    acme.scim().provision("ann@acme.test");
    machine.ok(&["group", "add", "--workspace", "acme", "Finance"]);
    let member = |word| machine.ok(&["group", word, "--workspace", "acme", "Finance", "ann@acme.test"]);
    assert_eq!(member("join"), "ann@acme.test is in Finance.\n");
    assert_eq!(member("join"), "ann@acme.test already was in Finance by hand.\n");
    assert_eq!(member("leave"), "ann@acme.test is not in Finance.\n");
    let missing = machine.fails(&["group", "join", "--workspace", "acme", "Sales", "ann@acme.test"]);
    assert_eq!(missing, "there is no group Sales");
    drop(server);
}
