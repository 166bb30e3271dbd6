//! `collaborator …`, `explain` and `owner …`, beside a running server.

use domain::clock::Clock;
use gateway::clock::SystemClock;
use serde_json::{Value, json};

use crate::acme::acme;
use crate::common::mail_server::read_when_there;
use crate::common::program::Machine;
use crate::common::provider::role;
use crate::common::scim::{user, with};

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

#[test]
fn a_pinned_role_outlasts_syncs_and_gives_way_by_itself() {
    let (machine, workspace) = acme();
    let _serving = machine.serve();
    let id = workspace.scim().provision("ann@acme.test");
    let mut browser = workspace.browser();
    workspace.sign_in_with(&mut browser, "ann@acme.test", vec![role("Member")]);
    let set = ["collaborator", "set-role", "--workspace", "acme", "ann@acme.test", "dev", "No access"];
    let until = (SystemClock.now() + chrono::Duration::seconds(4)).to_rfc3339();
    let told = machine.ok(&[&set[..], &["--pin-until", &until, "--reason", "an audit"]].concat());
    assert!(told.contains("whatever syncs say until"), "{told}");
    let extension = json!({ "workato_role": "Environment manager" });
    workspace.scim().patch(&id, "urn:ietf:params:scim:schemas:workato:1.0:WorkatoRole", extension).expect(200);
    let shown = explain(&machine, "ann@acme.test");
    let dev = &shown["environments"]["dev"];
    assert_eq!((&dev["role"], &dev["rule"]), (&json!("No access"), &json!("an administrator pinned the role")));
    assert_eq!(dev["inputs"]["manual"]["pin"]["reason"], "an audit");
    read_when_there(|| {
        (explain(&machine, "ann@acme.test")["environments"]["dev"]["role"] == "Environment manager").then_some(())
    });
    let changes = ["audit", "list", "--workspace", "acme", "--kind", "access.changed", "--source", "system", "--json"];
    assert_eq!(machine.json_lines(&changes).len(), 1);
    let missing = machine.run(&[&set[..], &["--pin-until", &until]].concat());
    assert_eq!(missing.code, Some(2), "{missing:?}");
    let over = machine.fails(&[&set[..], &["--pin-until", &until, "--reason", "late"]].concat());
    assert!(over.contains("a pin ends in the future"), "{over}");
}

#[test]
fn explain_answers_for_a_moment_that_is_over() {
    let (machine, workspace) = acme();
    let _serving = machine.serve();
    let before = SystemClock.now().to_rfc3339();
    workspace.scim().provision("ann@acme.test");
    workspace.sign_in_with(&mut workspace.browser(), "ann@acme.test", vec![role("Environment manager")]);
    let between = SystemClock.now().to_rfc3339();
    machine.ok(&["collaborator", "set-role", "--workspace", "acme", "ann@acme.test", "dev", "No access"]);
    machine.ok(&["collaborator", "deactivate", "--workspace", "acme", "ann@acme.test"]);
    let then = machine.json(&["explain", "--workspace", "acme", "ann@acme.test", "--at", &between, "--json"]);
    assert_eq!(
        (&then["status"], &then["environments"]["dev"]["role"]),
        (&json!("active"), &json!("Environment manager"))
    );
    assert_eq!(explain(&machine, "ann@acme.test")["status"], "deactivated");
    let why = machine.fails(&["explain", "--workspace", "acme", "ann@acme.test", "--at", &before]);
    assert!(why.contains("nothing is known of ann@acme.test at"), "{why}");
    assert_eq!(machine.run(&["explain", "--workspace", "acme", "ann@acme.test", "--at", "yesterday"]).code, Some(2));
}

#[test]
fn who_awaits_the_first_login_is_told_what_it_is_going_to_give() {
    let (machine, workspace) = acme();
    let _serving = machine.serve();
    let extension = json!({ "workato_role_prod": "Environment manager" });
    let ann = with(user("ann@acme.test"), "urn:ietf:params:scim:schemas:workato:1.0:WorkatoRole", extension);
    workspace.scim().make(&ann);
    let shown = explain(&machine, "ann@acme.test");
    assert_eq!((&shown["environments"]["prod"]["role"], &shown["awaiting_first_login"]), (&json!(null), &json!(true)));
    assert_eq!(shown["predicted"]["prod"]["role"], "Environment manager");
    assert_eq!(shown["predicted"]["dev"]["role"], "Member");
    let told = machine.ok(&["explain", "--workspace", "acme", "ann@acme.test"]);
    assert!(told.contains("prod   Environment manager    after the first login"), "{told}");
    workspace.sign_in(&mut workspace.browser(), "ann@acme.test");
    assert_eq!(explain(&machine, "ann@acme.test")["predicted"], json!(null));
}
