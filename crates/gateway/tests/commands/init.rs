//! `init` and `migrate`: the first commands on a new machine.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::acme::{init, write_metadata};
use crate::common::program::{INIT, Machine};

#[test]
fn init_prints_everything_that_has_to_be_carried_elsewhere() {
    let machine = Machine::new();
    let made = init(&machine);
    let keys: Vec<&str> = made.as_object().unwrap().keys().map(String::as_str).collect();
    let contract = [
        "workspace",
        "base_url",
        "scim_base_url",
        "scim_token",
        "saml_acs_url",
        "saml_sp_entity_id",
        "saml_sp_metadata_url",
        "login_url",
        "console_url",
        "owner_email",
        "owner_password",
    ];
    assert_eq!(keys, contract);
    let base = machine.base_url();
    let addresses = ["scim_base_url", "saml_acs_url", "saml_sp_entity_id", "saml_sp_metadata_url", "login_url"];
    let ends = ["/scim/v2", "/saml/acme/acs", "/saml/acme/metadata", "/saml/acme/metadata", "/saml/acme/login"];
    for (address, end) in addresses.iter().zip(ends) {
        assert_eq!(made[address], format!("{base}{end}"), "{address}");
    }
    assert!(made["scim_token"].as_str().unwrap().len() >= 43 && made["owner_password"].as_str().unwrap().len() >= 24);
}

#[test]
fn init_follows_the_base_url_that_the_outside_knows() {
    let machine = Machine::new().with("GATEHOUSE_SERVER__BASE_URL", "https://gate.acme.test/");
    assert_eq!(init(&machine)["saml_acs_url"], "https://gate.acme.test/saml/acme/acs");
}

#[test]
fn the_first_init_makes_a_master_key_that_only_its_owner_reads_and_says_so() {
    let machine = Machine::new();
    write_metadata(&machine);
    let ran = machine.run(&[&INIT[..], &["--idp-metadata", "okta.xml"]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("gatehouse.db.master-key"), "{ran:?}");
    let file = machine.path("gatehouse.db.master-key");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let key = fs::read_to_string(&file).unwrap();
    assert!(key.trim().len() == 64 && key.trim().bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert!(!ran.stderr.contains(key.trim()) && !ran.stdout.contains(key.trim()));
}

#[test]
fn a_workspace_without_metadata_gets_scim_later_and_is_told_what_comes_first() {
    let machine = Machine::new();
    let made = machine.json(&INIT);
    assert_eq!(made["scim_token"], Value::Null);
    let enable = ["scim", "enable", "--workspace", "acme"];
    let why = machine.fails(&enable);
    assert!(why.contains("SAML connection") && why.contains("gatehouse saml idp set --workspace acme"), "{why}");

    write_metadata(&machine);
    let set = machine.ok(&["saml", "idp", "set", "--workspace", "acme", "--metadata", "okta.xml"]);
    assert!(set.contains("1 signing certificate"), "{set}");
    let hint = machine.run(&enable);
    assert!(hint.code == Some(0) && hint.stderr.contains("scim token refresh"), "{hint:?}");
    assert_eq!(machine.json(&["workspace", "show", "--workspace", "acme", "--json"])["scim_enabled"], true);

    machine.ok(&["workspace", "set", "--workspace", "acme", "capability.advanced_security=off"]);
    machine.ok(&["scim", "disable", "--workspace", "acme"]);
    assert!(machine.fails(&enable).contains("capability.advanced_security=on"));
}

/// Metadata without a certificate could prove nothing: with it, anybody's unsigned response would count.
#[test]
fn metadata_that_proves_nothing_is_refused() {
    let machine = Machine::new();
    fs::write(machine.path("empty.xml"), "<a/>").unwrap();
    write_metadata(&machine);
    let text = fs::read_to_string(machine.path("okta.xml")).unwrap();
    let (head, rest) = text.split_once("<md:KeyDescriptor").unwrap();
    let without_key = format!("{head}{}", rest.split_once("</md:KeyDescriptor>").unwrap().1);
    fs::write(machine.path("without-key.xml"), without_key).unwrap();
    for file in ["empty.xml", "without-key.xml", "nowhere.xml"] {
        let why = machine.fails(&[&INIT[..], &["--idp-metadata", file]].concat());
        assert!(why.contains(file), "{why}");
        assert!(!machine.path("gatehouse.db").exists(), "nothing was made");
    }
    machine.ok(&INIT);
    machine.fails(&["saml", "idp", "set", "--workspace", "acme", "--metadata", "without-key.xml"]);
}

#[test]
fn a_handle_is_given_once() {
    let machine = Machine::new();
    machine.ok(&INIT);
    assert_eq!(machine.fails(&INIT), "there is a workspace acme already: choose another handle");
}

#[test]
fn wrong_names_are_refused_in_one_line() {
    let machine = Machine::new();
    let with = |position: usize, value: &'static str| {
        let mut arguments = INIT;
        arguments[position] = value;
        machine.fails(&arguments)
    };
    assert!(with(3, "Acme Inc.").contains("1 to 20 of the characters a-z, 0-9 and -"));
    assert!(with(7, "nobody").contains("--owner-email"));
    assert!(with(9, "Olga").contains("--owner-name"));
}

#[test]
fn migrating_twice_is_migrating_once() {
    let machine = Machine::new();
    assert!(machine.ok(&["migrate"]).contains("Migrated to"));
    assert_eq!(machine.ok(&["migrate"]), "The database is at this version already.\n");
    machine.ok(&INIT);
}
