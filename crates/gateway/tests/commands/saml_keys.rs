//! `saml key`: our own keys are changed one after the other, and the last one stays.

use serde_json::Value;
use simulator::Encryption;

use crate::acme::acme;
use crate::common::answer::send;
use crate::common::program::Machine;
use crate::common::provider::Workspace;

const LIST: [&str; 6] = ["saml", "key", "list", "--workspace", "acme", "--json"];
const ADD: [&str; 6] = ["saml", "key", "add", "--workspace", "acme", "--json"];

fn keys(machine: &Machine, used: &str) -> Vec<(String, String)> {
    let listed = machine.json(&[&LIST[..], &["--use", used]].concat());
    let text = |key: &Value, name: &str| key[name].as_str().unwrap().to_owned();
    listed["keys"].as_array().unwrap().iter().map(|key| (text(key, "id"), text(key, "standing"))).collect()
}

fn add(machine: &Machine, used: &str) -> String {
    machine.json(&[&ADD[..], &["--use", used]].concat())["id"].as_str().unwrap().to_owned()
}

fn activate(machine: &Machine, id: &str) -> String {
    machine.ok(&["saml", "key", "activate", "--workspace", "acme", id])
}

fn remove(id: &str) -> [&str; 6] {
    ["saml", "key", "remove", "--workspace", "acme", id]
}

fn metadata(workspace: &Workspace) -> String {
    send("GET", &(workspace.base_url.clone() + "/saml/acme/metadata"), &[], None).expect(200).body
}

/// The status of a login whose assertion is encrypted by this metadata of ours.
fn login(workspace: &Workspace, metadata: &str) -> u16 {
    let mut browser = workspace.browser();
    let begun = workspace.begin(&mut browser);
    let mut response = workspace.response_for("ann@acme.test").answering(&begun.request_id);
    response.encryption = Some(Encryption::for_metadata(metadata).unwrap());
    workspace.post(&mut browser, &workspace.sign(&response), &begun.relay_state).status
}

#[test]
fn a_new_workspace_has_one_key_for_each_use() {
    let (machine, _) = acme();
    let listed = machine.json(&LIST);
    assert_eq!(listed["workspace"], "acme");
    let keys = listed["keys"].as_array().unwrap();
    let uses: Vec<_> =
        keys.iter().map(|key| (key["use"].as_str().unwrap(), key["standing"].as_str().unwrap())).collect();
    assert_eq!(uses, [("signing", "active"), ("encryption", "active")]);
    for key in keys {
        assert_eq!(
            (&key["key_kind"], &key["key_bits"], &key["subject"]),
            (&"RSA".into(), &2048.into(), &"CN=Gatehouse acme".into())
        );
        assert_eq!(key["days_left"], 3_649, "made a moment ago for ten years");
    }
    let told = machine.ok(&LIST[..5]);
    assert!(told.contains("encryption  active   ") && told.contains("RSA, 2048 bits; until "), "{told}");
}

/// From the first metadata to the last without a login that fails in between, while the server runs.
#[test]
fn the_key_to_encrypt_for_is_changed_without_a_failed_login() {
    let (machine, workspace) = acme();
    let _gateway = machine.serve();
    workspace.scim().provision("ann@acme.test");
    let old = metadata(&workspace);
    assert_eq!(login(&workspace, &old), 303);
    let told = machine.ok(&ADD[..5]);
    assert!(told.contains("Both keys decrypt."), "{told}");
    let [(first, _), (second, _)] = keys(&machine, "encryption").try_into().unwrap();
    assert_eq!(metadata(&workspace).matches("use=\"encryption\"").count(), 2);
    assert!(machine.fails(&ADD[..5]).contains("there are two keys for encryption already"));

    activate(&machine, &second);
    let new = metadata(&workspace);
    assert_eq!((login(&workspace, &old), login(&workspace, &new)), (303, 303));
    machine.ok(&remove(&first));
    assert_eq!((login(&workspace, &old), login(&workspace, &new)), (403, 303));
    assert!(machine.fails(&remove(&second)).contains("this is the only key for encryption: add another first"));
    assert_eq!(keys(&machine, "encryption"), [(second, "active".to_owned())]);
}

/// The identity provider may have read our metadata already, or not: both keys decrypt, so that the older one may just go.
#[test]
fn the_older_key_to_encrypt_for_is_removed_for_the_newer_one() {
    let (machine, _) = acme();
    let second = add(&machine, "encryption");
    let [(first, _), _] = keys(&machine, "encryption").try_into().unwrap();
    machine.ok(&remove(&first));
    assert_eq!(keys(&machine, "encryption"), [(second, "active".to_owned())]);
}

#[test]
fn the_signing_key_signs_until_another_is_activated() {
    let (machine, workspace) = acme();
    let _gateway = machine.serve();
    let second = add(&machine, "signing");
    let [(first, _), _] = keys(&machine, "signing").try_into().unwrap();
    let signed_with = || {
        let body =
            send("GET", &(workspace.base_url.clone() + "/saml/acme/metadata?signed=1"), &[], None).expect(200).body;
        let body: String = body.split_whitespace().collect();
        let certificates: Vec<_> = body.split("X509Certificate>").skip(1).step_by(2).map(str::to_owned).collect();
        (certificates[0].clone(), certificates[1].clone(), certificates[2].clone())
    };
    let (by, active, standby) = signed_with();
    assert!(by == active && by != standby, "the signature's certificate is that of the first signing key");
    assert!(machine.fails(&remove(&first)).contains("this key signs"));
    activate(&machine, &second);
    assert_eq!(signed_with(), (standby.clone(), standby, by));
    machine.ok(&remove(&first));
    assert_eq!(keys(&machine, "signing"), [(second.clone(), "active".to_owned())]);
    assert!(machine.fails(&remove(&second)).contains("this key signs"));
}

#[test]
fn changes_of_keys_are_audited_by_the_certificates_fingerprint() {
    let (machine, _) = acme();
    let second = add(&machine, "encryption");
    let [(first, _), _] = keys(&machine, "encryption").try_into().unwrap();
    activate(&machine, &second);
    machine.ok(&remove(&first));
    let entries = machine.json_lines(&["audit", "list", "--workspace", "acme", "--json"]);
    let of_keys: Vec<_> = entries
        .iter()
        .filter(|entry| entry["subject"]["type"] == "saml_key")
        .map(|entry| {
            (
                entry["kind"].as_str().unwrap(),
                entry["subject"]["id"].as_str().unwrap(),
                entry["source"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("saml_key.added", second.as_str(), "manual"),
        ("saml_key.activated", &second, "manual"),
        ("saml_key.removed", &first, "manual"),
    ];
    assert_eq!(of_keys, expected);
    assert!(entries.iter().all(|entry| !entry.to_string().contains("PRIVATE")));
}

#[test]
fn an_unknown_key_is_named_and_nothing_happens() {
    let (machine, _) = acme();
    assert!(machine.fails(&remove("nobody")).contains("the workspace acme has no key nobody"));
    let told = machine.fails(&["saml", "key", "activate", "--workspace", "acme", "nobody"]);
    assert!(told.contains("has no key nobody"), "{told}");
    let [(only, _)] = keys(&machine, "encryption").try_into().unwrap();
    assert!(activate(&machine, &only).contains("It is the active one already."));
}
