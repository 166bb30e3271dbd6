//! `collaborator …`, `explain` and `owner …`, beside a running server.

use serde_json::{Value, json};

use crate::acme::acme;
use crate::common::program::Machine;
use crate::common::provider::role;

fn explain(machine: &Machine, user: &str) -> Value {
    machine.json(&["explain", "--workspace", "acme", "--json", user])
}

fn collaborator(machine: &Machine, command: &str, user: &str) -> String {
    machine.ok(&["collaborator", command, "--workspace", "acme", user])
}

#[test]
fn a_role_set_by_hand_shows_in_the_session_at_once() {
    let (machine, workspace) = acme();
    let _serving = machine.serve();
    workspace.scim().provision("ann@acme.test");
    let mut browser = workspace.signed_in("ann@acme.test");
    let set = ["collaborator", "set-role", "--workspace", "acme", "ann@acme.test", "prod", "Environment manager"];
    machine.ok(&set);
    assert_eq!(browser.session().unwrap()["roles"]["prod"], "Environment manager");
    let prod = &explain(&machine, "ann@acme.test")["environments"]["prod"];
    assert_eq!((&prod["source"], &prod["rule"]), (&json!("manual"), &json!("an administrator set the role")));

    let wrong = |environment: &str, role: &str| {
        machine.fails(&["collaborator", "set-role", "--workspace", "acme", "ann@acme.test", environment, role])
    };
    assert!(wrong("prod", "Boss").contains("there are Environment admin, Environment manager, Member, No access"));
    assert!(wrong("staging", "Member").contains("there are dev, test, prod"));
}

#[test]
fn somebody_held_is_out_until_an_administrator_lifts_the_hold() {
    let (machine, workspace) = acme();
    let _serving = machine.serve();
    let id = workspace.scim().provision("ann@acme.test");
    let mut browser = workspace.signed_in("ann@acme.test");
    assert_eq!(collaborator(&machine, "deactivate", "ann@acme.test"), "ann@acme.test is now deactivated.\n");
    assert_eq!(collaborator(&machine, "deactivate", &id), "ann@acme.test was already deactivated.\n");
    assert!(browser.session().is_none());
    workspace.scim().patch(&id, "active", json!(true)).expect(403);
    workspace.sign_in(&mut browser, "ann@acme.test").expect(403);
    assert_eq!(collaborator(&machine, "activate", "ann@acme.test"), "ann@acme.test is now active.\n");
    workspace.sign_in(&mut browser, "ann@acme.test").expect(303);
}

#[test]
fn somebody_removed_is_found_and_comes_back_by_a_login() {
    let (machine, workspace) = acme();
    let _serving = machine.serve();
    workspace.scim().provision("ann@acme.test");
    let mut browser = workspace.signed_in("ann@acme.test");
    assert_eq!(collaborator(&machine, "remove", "ann@acme.test"), "ann@acme.test is now removed.\n");
    assert!(browser.session().is_none());
    assert_eq!(explain(&machine, "ann@acme.test")["status"], "removed");
    workspace.sign_in(&mut browser, "ann@acme.test").expect(303);
    assert_eq!(explain(&machine, "ann@acme.test")["status"], "active");
}

#[test]
fn ended_sessions_are_over_and_nothing_else_is() {
    let (machine, workspace) = acme();
    let _serving = machine.serve();
    workspace.scim().provision("ann@acme.test");
    let mut browser = workspace.signed_in("ann@acme.test");
    collaborator(&machine, "end-sessions", "ann@acme.test");
    assert!(browser.session().is_none());
    workspace.sign_in(&mut browser, "ann@acme.test").expect(303);
}

#[test]
fn explain_says_why_in_the_words_of_the_contract() {
    let (machine, workspace) = acme();
    let _serving = machine.serve();
    let id = workspace.scim().provision("ann@acme.test");
    assert_eq!(explain(&machine, "ann@acme.test")["awaiting_first_login"], true);
    let said = vec![role("NoAccess")];
    workspace.sign_in_with(&mut workspace.browser(), "ann@acme.test", said).expect(303);
    let explained = explain(&machine, "Ann@ACME.test");
    assert_eq!(explained["user"]["scim_id"], id);
    assert_eq!((&explained["status"], &explained["awaiting_first_login"]), (&json!("active"), &json!(false)));
    let dev = &explained["environments"]["dev"];
    assert_eq!((&dev["role"], &dev["source"]), (&json!("No access"), &json!("saml_auto_sync")));
    assert_eq!(
        (&dev["inputs"]["saml"]["state"], &dev["inputs"]["saml"]["value"]),
        (&json!("present"), &json!("NoAccess"))
    );
    assert_eq!(dev["inputs"]["scim"]["state"], "absent");
    assert_eq!(explained, explain(&machine, explained["user"]["id"].as_str().unwrap()), "either id names her as well");
    let told = machine.ok(&["explain", "--workspace", "acme", "ann@acme.test"]);
    assert!(told.starts_with("Ann Lee (ann@acme.test): active"), "{told}");
    assert!(machine.fails(&["explain", "--workspace", "acme", "nobody@acme.test"]).contains("no nobody@acme.test"));
}

#[test]
fn whoever_scim_has_deleted_is_still_explained() {
    let (machine, workspace) = acme();
    let _serving = machine.serve();
    let id = workspace.scim().provision("ann@acme.test");
    workspace.scim().delete(&id).expect(204);
    assert_eq!(explain(&machine, "ann@acme.test")["status"], "deactivated");
    assert_eq!(explain(&machine, &id)["status"], "deactivated");
    let told = machine.json_lines(&["audit", "list", "--workspace", "acme", "--user", &id, "--json"]);
    assert_eq!(told.last().unwrap()["kind"], "collaborator.deactivated");
}

#[test]
fn the_owner_gets_a_new_password_each_time() {
    let (machine, _) = acme();
    let reset = || machine.json(&["owner", "reset-password", "--workspace", "acme", "--json"]);
    let (first, second) = (reset(), reset());
    assert_eq!(first["owner_email"], "olga@acme.test");
    assert_ne!(first["owner_password"], second["owner_password"]);
    let printed = machine.ok(&["owner", "reset-password", "--workspace", "acme"]);
    assert!(printed.starts_with("olga@acme.test  "), "{printed}");
    let log = machine.ok(&["audit", "list", "--workspace", "acme", "--json"]);
    assert!(!log.contains(second["owner_password"].as_str().unwrap()));
    assert_eq!(log.matches("owner.password_reset").count(), 3);
}
