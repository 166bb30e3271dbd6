//! `saml idp`: the identity provider, and the one weakness that can be permitted.

use serde_json::{Value, json};
use simulator::SignatureHash;

use crate::acme::acme;
use crate::common::program::{Machine, Ran};
use crate::common::provider::Workspace;

const SET: [&str; 7] = ["saml", "idp", "set", "--workspace", "acme", "--metadata", "okta.xml"];

fn allow_sha1(machine: &Machine) -> Ran {
    machine.run(&[&SET[..], &["--allow-sha1"]].concat())
}

/// The status of a login whose signatures rest on SHA-1.
fn login_by_sha1(workspace: &Workspace) -> u16 {
    let mut browser = workspace.browser();
    let begun = workspace.begin(&mut browser);
    let mut response = workspace.response_for("ann@acme.test").answering(&begun.request_id);
    response.hash = SignatureHash::Sha1;
    workspace.post(&mut browser, &workspace.sign(&response), &begun.relay_state).status
}

/// SHA-1 is refused by itself, let in with a warning while it is permitted, and refused again once metadata are set without.
#[test]
fn sha_1_signs_in_while_it_is_permitted_and_each_login_warns() {
    let (machine, workspace) = acme();
    let (serving, log) = machine.serve_logged();
    workspace.scim().provision("ann@acme.test");
    assert_eq!(login_by_sha1(&workspace), 403);
    assert_eq!(last_refusal(&machine), "digest_algorithm");

    let allowed = allow_sha1(&machine);
    assert_eq!(allowed.code, Some(0), "{allowed:?}");
    assert!(allowed.stderr.starts_with("Warning: ") && allowed.stderr.contains("SHA-1"), "{allowed:?}");
    assert_eq!(login_by_sha1(&workspace), 303);
    workspace.signed_in("ann@acme.test");

    let set = machine.run(&SET);
    assert_eq!((set.code, set.stderr.as_str()), (Some(0), ""));
    assert_eq!(login_by_sha1(&workspace), 403);
    assert_eq!(serving.terminate(), Some(0));
    let log = log.join().unwrap();
    assert_eq!(log.matches("login rests on SHA-1").count(), 1, "SHA-256 warns of nothing: {log}");
}

#[test]
fn permission_for_sha_1_is_audited_with_what_held_before_and_after() {
    let (machine, _) = acme();
    allow_sha1(&machine);
    machine.ok(&SET);
    let list = ["audit", "list", "--workspace", "acme", "--kind", "connection.updated", "--json"];
    let told: Vec<_> = machine
        .json_lines(&list)
        .iter()
        .map(|entry| (entry["before"]["sha1_permitted"].clone(), entry["after"]["sha1_permitted"].clone()))
        .collect();
    let (yes, no) = (json!(true), json!(false));
    assert_eq!(told, [(Value::Null, no.clone()), (no.clone(), yes.clone()), (yes, no)]);
}

fn last_refusal(machine: &Machine) -> String {
    let list = ["audit", "list", "--workspace", "acme", "--kind", "login.failed", "--json"];
    machine.json_lines(&list).pop().unwrap()["after"]["check"].as_str().unwrap().to_owned()
}
