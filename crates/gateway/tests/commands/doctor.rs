//! `doctor`: what is wrong, and what to do about it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::acme::{acme, init};
use crate::common::program::Machine;

/// What is found that is not as it should be: area, state, the beginning of what is said.
fn complaints(machine: &Machine) -> Vec<(String, String, String)> {
    let ran = machine.run(&["doctor", "--json"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let text = |found: &Value, key: &str| found[key].as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap();
    let wrong: Vec<_> = findings.iter().filter(|found| found["state"] != "ok").collect();
    assert!(wrong.iter().all(|found| found["remedy"].is_string()), "{report}");
    assert_eq!(ran.code == Some(1), report["state"] == "trouble", "{ran:?}");
    wrong.iter().map(|found| (text(found, "area"), text(found, "state"), text(found, "finding"))).collect()
}

fn only(machine: &Machine) -> (String, String, String) {
    let found = complaints(machine);
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

#[test]
fn a_new_workspace_lacks_only_mail_and_then_nothing() {
    let machine = Machine::new();
    init(&machine);
    let (area, state, finding) = only(&machine);
    assert_eq!((area.as_str(), state.as_str()), ("mail", "warning"));
    assert_eq!(finding, "mail.url is not set: 0 invitation(s) wait to be sent");
    let told = machine.ok(&["doctor"]);
    assert!(told.contains("\nwarning  mail          mail.url is not set"), "{told}");
    assert!(told.contains("\nok       SAML          acme: default (http://www.okta.com/"), "{told}");
    let mails = machine.path("mails");
    fs::create_dir(&mails).unwrap();
    let machine = machine.with("GATEHOUSE_MAIL__URL", &format!("file://{}", mails.display()));
    assert_eq!(complaints(&machine), []);
    assert_eq!(fs::read_dir(&mails).unwrap().count(), 0, "trying leaves nothing behind");
}

#[test]
fn whatever_keeps_it_from_working_is_named_with_a_remedy() {
    let machine = Machine::new();
    assert!(only(&machine).2.contains("there is no database"));
    let (machine, acme) = acme();
    let server = machine.serve();
    acme.scim().provision("ann@acme.test");
    assert_eq!(only(&machine).2, "mail.url is not set: 1 invitation(s) wait to be sent");
    drop(server);
    machine.ok(&["scim", "token", "revoke", "--workspace", "acme"]);
    machine.ok(&["saml", "idp", "set", "--workspace", "acme", "--allow-sha1"]);
    let key = machine.path("gatehouse.db.master-key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let found = complaints(&machine);
    for part in ["no token is in force", "SHA-1", "others may read the master key"] {
        assert!(found.iter().any(|(_, _, finding)| finding.contains(part)), "{part}: {found:?}");
    }
    let machine = machine.with("GATEHOUSE_MAIL__URL", "smtp://127.0.0.1:1");
    assert!(complaints(&machine).iter().any(|(area, state, _)| area == "mail" && state == "trouble"));
    let machine = machine.with("GATEHOUSE_SECRETS__MASTER_KEY", &"ab".repeat(32));
    assert!(complaints(&machine).iter().any(|(area, state, _)| area == "keys" && state == "trouble"));
}
