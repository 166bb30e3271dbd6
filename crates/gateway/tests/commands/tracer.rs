//! `saml trace`: what an administrator is told about a login that failed.

use std::fs;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::acme::acme;
use crate::common::answer::Answer;
use crate::common::program::Machine;
use crate::common::provider::{Workspace, role};

fn trace(machine: &Machine, options: &[&str]) -> Vec<Value> {
    machine.json_lines(&[&["saml", "trace", "--workspace", "acme", "--json"], options].concat())
}

/// A response that is meant for another service.
fn misdirected(workspace: &Workspace) -> Answer {
    let mut browser = workspace.browser();
    let begun = workspace.begin(&mut browser);
    let mut response = workspace.response_for("ann@acme.test").answering(&begun.request_id);
    response.audience = "https://elsewhere.test/".to_owned();
    workspace.post(&mut browser, &workspace.sign(&response), &begun.relay_state)
}

/// Logins that are let in are written beside their answer.
fn wait_for(machine: &Machine, logins: usize) -> Vec<Value> {
    for _ in 0..100 {
        let traced = trace(machine, &[]);
        if traced.len() >= logins {
            return traced;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("there are no {logins} logins")
}

#[test]
fn the_reference_of_the_page_leads_to_the_check_and_the_fix() {
    let (machine, workspace) = acme();
    let _serving = machine.serve();
    workspace.scim().provision("ann@acme.test");
    let answer = misdirected(&workspace).expect(403);
    let reference = answer.reference();
    let told = &trace(&machine, &[reference])[0];
    let audience = format!("{}/saml/acme/metadata", machine.base_url());
    for (key, value) in [
        ("reference", json!(reference)),
        ("outcome", json!("refused")),
        ("check", json!("audience")),
        ("stage", json!("assertion")),
        ("proven", json!(true)),
        ("issuer", json!(workspace.provider.entity_id())),
        ("found", json!("https://elsewhere.test/")),
        ("expected", json!(audience)),
        ("user", json!({ "id": null, "name": "ann@acme.test" })),
        ("access", Value::Null),
        ("forgotten", json!(false)),
    ] {
        assert_eq!(told[key], value, "{key}: {told}");
    }
    let fix = told["fix"].as_str().unwrap();
    assert!(fix.ends_with(&format!("in Okta, set “Audience URI (SP Entity ID)” to {audience}.")), "{fix}");
    let checks = told["checks"].as_array().unwrap();
    let result = |name: &str| &checks.iter().find(|check| check["check"] == name).unwrap()["result"];
    assert_eq!(result("signature_invalid"), "passed");
    assert_eq!(result("audience"), "failed");
    assert_eq!(result("recipient"), "not_reached");

    let text = machine.ok(&["saml", "trace", "--workspace", "acme", reference]);
    for line in [
        format!("Login {reference} at "),
        "\n  person    ann@acme.test\n".to_owned(),
        format!("\n  issuer    {}\n", workspace.provider.entity_id()),
        "The gate\n  ✓ doctype                        There is no document type\n".to_owned(),
        "  ✗ audience                       The audience is this workspace\n".to_owned(),
        "      found     https://elsewhere.test/\n".to_owned(),
        format!("      expected  {audience}\n"),
        "  – recipient                      The recipient is this address\n".to_owned(),
    ] {
        assert!(text.contains(&line), "{line:?} is not in {text}");
    }
}

#[test]
fn logins_are_listed_with_what_to_do_and_chosen_by_person_and_outcome() {
    let (machine, workspace) = acme();
    let _serving = machine.serve();
    workspace.scim().provision("ann@acme.test");
    let said = vec![role("Environment admin")];
    workspace.sign_in_with(&mut workspace.browser(), "ann@acme.test", said).expect(303);
    wait_for(&machine, 1);
    workspace.sign_in(&mut workspace.browser(), "ben@acme.test").expect(403);
    misdirected(&workspace).expect(403);
    workspace.browser().post_form("/saml/acme/acs", &[("SAMLResponse", "Z2FyYmFnZQ==")]).expect(403);
    let checks = |options: &[&str]| -> Vec<Value> {
        trace(&machine, options).into_iter().map(|login| login["check"].clone()).collect()
    };
    assert_eq!(checks(&[]), [Value::Null, json!("not_provisioned"), json!("audience"), json!("malformed_xml")]);
    assert_eq!(checks(&["--failed"]), ["not_provisioned", "audience", "malformed_xml"]);
    assert_eq!(checks(&["--limit", "1"]), ["malformed_xml"]);
    assert_eq!(checks(&["--user", "BEN@acme.test"]), ["not_provisioned"]);
    let signed_in = &trace(&machine, &["--user", "ann@acme.test"])[0];
    assert_eq!(signed_in["outcome"], "signed_in");
    assert_eq!(signed_in["access"]["roles"][0]["role"], "Environment admin");
    let id = signed_in["user"]["id"].as_str().unwrap();
    assert_eq!(trace(&machine, &["--user", id])[0], *signed_in);

    let list = machine.ok(&["saml", "trace", "--workspace", "acme"]);
    assert!(list.contains("  signed in    "), "{list}");
    assert!(list.contains("\n    not_provisioned: Nobody here has this name, and the policy jit=known"), "{list}");
    let whole = machine.ok(&["saml", "trace", "--workspace", "acme", signed_in["reference"].as_str().unwrap()]);
    assert!(whole.contains("\nWhat it gives\n  dev        Environment admin"), "{whole}");
}

#[test]
fn a_reference_that_is_not_known_says_where_else_to_look() {
    let (machine, _) = acme();
    let error = machine.fails(&["saml", "trace", "--workspace", "acme", "0123"]);
    assert!(error.contains("no login of acme has the reference 0123"), "{error}");
}

/// The dry run needs no server, signs nobody in and writes nothing.
#[test]
fn a_copy_of_a_response_is_tried_without_signing_anybody_in() {
    let (machine, workspace) = acme();
    machine.ok(&["workspace", "set", "--workspace", "acme", "jit=everyone"]);
    let response = workspace
        .response_for("ann@acme.test")
        .answering("_request")
        .with_attributes(vec![role("Environment manager")]);
    fs::write(machine.path("good.txt"), workspace.sign(&response)).unwrap();
    let check = ["saml", "check", "--workspace", "acme"];
    let told = machine.json(&[&check[..], &["good.txt", "--json"]].concat());
    assert_eq!((&told["outcome"], &told["reference"]), (&json!("checked"), &Value::Null));
    assert_eq!(told["access"]["roles"][0]["role"], "Environment manager");
    let text = machine.ok(&[&check[..], &["good.txt"]].concat());
    assert!(
        text.starts_with("Dry run at ") && text.contains("\nWhat it gives\n  dev        Environment manager"),
        "{text}"
    );

    let refused = |options: &[&str]| {
        let ran = machine.run(&[&check[..], options].concat());
        assert_eq!(ran.code, Some(1), "{ran:?}");
        (ran.stdout, ran.stderr)
    };
    let (told, error) = refused(&["good.txt", "--at", "2031-01-01T00:00:00Z"]);
    assert!(told.contains("\n  ✗ issued_too_long_ago "), "{told}");
    assert_eq!(error, "gatehouse: the response would be refused: issued_too_long_ago\n");
    fs::write(machine.path("bad.xml"), "<samlp:Response xmlns:samlp='urn:oasis:names:tc:SAML:1.0:protocol'/>").unwrap();
    assert!(refused(&["bad.xml"]).0.contains("\n  ✗ not_a_response "));

    assert!(machine.fails(&["explain", "--workspace", "acme", "ann@acme.test"]).contains("there is no ann@acme.test"));
    assert_eq!(trace(&machine, &[]), [""; 0]);
}

/// What a dry run promises must be what happens: nobody looks further once it says that somebody would be let in.
#[test]
fn a_dry_run_lets_in_nobody_whom_a_login_would_not() {
    let (machine, workspace) = acme();
    let _serving = machine.serve();
    workspace.scim().provision("ann@acme.test");
    let set = |policy: &str| machine.ok(&["workspace", "set", "--workspace", "acme", policy]);
    let check = |file: &str| {
        let ran = machine.run(&["saml", "check", "--workspace", "acme", file, "--json"]);
        (ran.code, serde_json::from_str::<Value>(&ran.stdout).unwrap())
    };
    let outcome = |file: &str| {
        let (code, told) = check(file);
        assert_eq!(code, Some(0), "{told}");
        told["outcome"].as_str().unwrap().to_owned()
    };
    let response = workspace.response_for("ann@acme.test");
    fs::write(machine.path("unsolicited.txt"), workspace.sign(&response)).unwrap();
    fs::write(machine.path("answer.txt"), workspace.sign(&response.answering("_request"))).unwrap();

    set("invitations=verify_first");
    let (code, held) = check("answer.txt");
    assert_eq!((code, &held["outcome"]), (Some(0), &json!("held")));
    for check in held["checks"].as_array().unwrap() {
        if ["browser", "already_used"].contains(&check["check"].as_str().unwrap()) {
            assert_eq!(check["result"], "not_reached", "no browser is there, and nothing is used up");
        }
    }
    set("invitations=sso_accepts");
    assert_eq!(outcome("answer.txt"), "checked");

    set("idp_initiated=refuse");
    let (code, refused) = check("unsolicited.txt");
    assert_eq!((code, &refused["check"], &refused["unsolicited"]), (Some(1), &json!("unsolicited"), &json!(true)));
    assert_eq!(outcome("answer.txt"), "checked");
    set("idp_initiated=bounce");
    assert_eq!(check("unsolicited.txt").1["access"], Value::Null, "it is thrown away");
    assert_eq!(outcome("unsolicited.txt"), "bounced");
    set("idp_initiated=allow");
    assert_eq!(outcome("unsolicited.txt"), "checked");
    set("saml_force_authn=on");
    assert_eq!(outcome("unsolicited.txt"), "bounced");
}
