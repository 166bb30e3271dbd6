//! `saml idp`: what is known of the identity provider, and the one weakness that can be permitted.

use std::fs;

use domain::clock::Clock;
use gateway::clock::SystemClock;
use serde_json::{Value, json};
use simulator::{IdentityProvider, SignatureHash};

use crate::acme::{PROVIDER, acme};
use crate::common::program::{INIT, Machine, Ran};
use crate::common::provider::Workspace;

const SHOW: [&str; 5] = ["saml", "idp", "show", "--workspace", "acme"];
const SHOW_JSON: [&str; 6] = ["saml", "idp", "show", "--workspace", "acme", "--json"];
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

#[test]
fn the_identity_provider_is_shown_with_addresses_certificates_and_what_is_permitted() {
    let (machine, _) = acme();
    let mut shown = machine.json(&SHOW_JSON);
    let certificate = shown["signing_certificates"][0].take();
    let sso = PROVIDER.sso_url();
    let expected = json!({
        "workspace": "acme",
        "name": "default",
        "attributes": {},
        "metadata_url": null,
        "metadata_refresh": null,
        "entity_id": PROVIDER.entity_id(),
        "single_sign_on": [{ "binding": "HTTP-POST", "url": sso }, { "binding": "HTTP-Redirect", "url": sso }],
        "signing_certificates": [null],
        "wants_signed_requests": false,
        "sha1_permitted": false,
        "trial": null,
    });
    assert_eq!(shown, expected);
    assert_eq!(certificate["subject"], "CN=gatehouse-demo, OU=SSOProvider, O=Okta simulator");
    assert_eq!((&certificate["key_kind"], &certificate["key_bits"]), (&json!("RSA"), &json!(2048)));
    assert_eq!(certificate["sha256_fingerprint"].as_str().unwrap().split(':').count(), 32);
    assert_eq!(certificate["days_left"], 3_649, "made a moment ago for ten years");

    let lines = machine.ok(&SHOW);
    let until = certificate["not_after"].as_str().unwrap().split('T').next().unwrap().to_owned();
    for told in [
        PROVIDER.entity_id(),
        format!("  sign-on       HTTP-Redirect  {sso}\n"),
        "  certificate   CN=gatehouse-demo, OU=SSOProvider, O=Okta simulator\n".to_owned(),
        format!("RSA, 2048 bits; until {until}, 3649 days left\n"),
        format!("SHA-256 {}\n", certificate["sha256_fingerprint"].as_str().unwrap()),
        "  SHA-1         refused\n".to_owned(),
    ] {
        assert!(lines.contains(&told), "{told:?} is not in {lines}");
    }
}

/// Its key counts all the same, but an administrator wants to see it.
#[test]
fn a_certificate_that_has_ended_is_shown_as_ended() {
    let (machine, _) = acme();
    let metadata = include_str!("../../../saml-acs/tests/fixtures/metadata/keys.xml");
    fs::write(machine.path("okta.xml"), metadata).unwrap();
    machine.ok(&SET);
    let shown = machine.json(&SHOW_JSON);
    let days_left = |certificate: &Value| certificate["days_left"].as_i64().unwrap();
    let ended: Vec<_> =
        shown["signing_certificates"].as_array().unwrap().iter().filter(|found| days_left(found) < 0).collect();
    assert_eq!(ended.len(), 1, "{shown:#}");
    assert!(ended[0]["subject"].as_str().unwrap().starts_with("CN=rsa-expired"), "{ended:?}");
    assert!(machine.ok(&SHOW).contains(", ended\n"));
}

#[test]
fn without_an_identity_provider_it_says_how_to_set_one() {
    let machine = Machine::new();
    machine.ok(&INIT);
    let why = machine.fails(&SHOW);
    assert!(why.contains("gatehouse saml idp set --workspace acme --metadata"), "{why}");
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
    assert_eq!(machine.json(&SHOW_JSON)["sha1_permitted"], true);
    assert!(machine.ok(&SHOW).contains("  SHA-1         permitted"));
    assert_eq!(login_by_sha1(&workspace), 303);
    workspace.signed_in("ann@acme.test");

    let set = machine.run(&SET);
    assert_eq!((set.code, set.stderr.as_str()), (Some(0), ""));
    assert_eq!(machine.json(&SHOW_JSON)["sha1_permitted"], false);
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

/// `gatehouse saml idp …` in acme.
fn idp<'a>(words: &[&'a str]) -> Vec<&'a str> {
    [&["saml", "idp"], words, &["--workspace", "acme"]].concat()
}

#[test]
fn a_second_identity_provider_is_set_listed_and_removed() {
    let (machine, _) = acme();
    let other = IdentityProvider::generate("http://entra.test", SystemClock.now()).unwrap();
    fs::write(machine.path("entra.xml"), other.metadata()).unwrap();
    assert_eq!(
        machine.fails(&idp(&["set", "--idp", "entra"])),
        "a new identity provider needs its metadata: --metadata FILE_OR_URL"
    );
    machine.ok(&idp(&["set", "--idp", "entra", "--metadata", "entra.xml", "--attribute", "groups=memberOf"]));
    let taken = machine.fails(&idp(&["set", "--idp", "third", "--metadata", "entra.xml"]));
    let wanted = format!(
        "another identity provider of this workspace is {} already: see `gatehouse saml idp list`",
        other.entity_id()
    );
    assert_eq!(taken, wanted);
    let which = "say which identity provider is meant: --idp default or --idp entra";
    assert_eq!(machine.fails(&idp(&["show"])), which);
    assert_eq!(machine.fails(&["scim", "token", "refresh", "--workspace", "acme"]), which);
    let shown = machine.json(&idp(&["show", "--idp", "entra", "--json"]));
    assert_eq!((&shown["name"], &shown["attributes"]), (&json!("entra"), &json!({ "groups": "memberOf" })));
    assert_eq!(machine.ok(&idp(&["list"])).lines().count(), 2);
    let listed = machine.json_lines(&idp(&["list", "--json"]));
    assert_eq!((&listed[0]["name"], &listed[1]["name"]), (&json!("default"), &json!("entra")));
    machine.ok(&idp(&["set", "--idp", "entra", "--attribute", "groups="]));
    assert!(machine.fails(&idp(&["set", "--idp", "entra", "--attribute", "group=x"])).starts_with("there is no group"));
    machine.ok(&["scim", "token", "refresh", "--workspace", "acme", "--idp", "entra"]);
    // A token of no provider could write about everybody.
    let mistyped = machine.fails(&["scim", "token", "refresh", "--workspace", "acme", "--idp", "entrra"]);
    assert!(mistyped.starts_with("there is no identity provider entrra in acme"), "{mistyped}");
    machine.ok(&idp(&["remove", "--idp", "entra"]));
    assert_eq!(machine.ok(&idp(&["list"])).lines().count(), 1);
    assert!(
        machine.fails(&idp(&["show", "--idp", "entra"])).starts_with("there is no identity provider entra in acme")
    );
}

#[test]
fn somebody_is_linked_to_a_provider_and_a_name_id() {
    let (machine, acme) = acme();
    let server = machine.serve();
    for name in ["ann@acme.test", "bob@acme.test"] {
        acme.scim().provision(name);
    }
    let link = |user| ["collaborator", "link", "--workspace", "acme", user, "--name-id", "A0017"];
    assert_eq!(machine.ok(&link("ann@acme.test")), "ann@acme.test signs in through default from now on.\n");
    acme.sign_in(&mut acme.browser(), "A0017").expect(303);
    assert_eq!(machine.fails(&link("bob@acme.test")), "this NameID names somebody else at default already");
    drop(server);
}

#[test]
fn a_change_on_trial_is_told_of_and_taken_back() {
    let (machine, _) = acme();
    let before = machine.json(&SHOW_JSON);
    let other = IdentityProvider::generate("http://new.test", SystemClock.now()).unwrap();
    fs::write(machine.path("new.xml"), other.metadata()).unwrap();
    let set = ["saml", "idp", "set", "--workspace", "acme", "--metadata", "new.xml", "--confirm-within"];
    let told = machine.ok(&[&set[..], &["10m"]].concat());
    assert!(told.contains("On trial: unless an Environment admin in dev signs in through it within 10m"), "{told}");
    let shown = machine.json(&SHOW_JSON);
    assert_eq!(shown["entity_id"], other.entity_id());
    let trial = &shown["trial"];
    assert_eq!(
        (&trial["before"]["entity_id"], &trial["begun_by"]["type"]),
        (&before["entity_id"], &json!("command_line"))
    );
    let lines = machine.ok(&SHOW);
    assert!(lines.contains("  on trial      until 20"), "{lines}");
    assert!(lines.contains(&format!("then it is {} again", PROVIDER.entity_id())), "{lines}");
    let doctor = machine.ok(&["doctor"]);
    assert!(doctor.contains("default is on trial until 20"), "{doctor}");

    assert!(machine.fails(&[&set[..], &["25h"]].concat()).contains("a trial lasts from 1m to 1d"));
    let new = [&set[..7], &["--idp", "new", "--confirm-within", "10m"]].concat();
    assert!(machine.fails(&new).contains("there is nothing to return to"));
    let rollback = ["saml", "idp", "rollback", "--workspace", "acme"];
    let back = machine.ok(&rollback);
    assert!(back.contains(&format!("{} signs in here.", PROVIDER.entity_id())), "{back}");
    assert_eq!(machine.json(&SHOW_JSON), before);
    assert_eq!(machine.fails(&rollback), "the identity provider default is not on trial");
}
