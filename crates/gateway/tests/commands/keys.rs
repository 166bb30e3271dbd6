//! The master key: where it comes from, and what a wrong one does.

use std::fs;

use crate::acme::{acme, init};
use crate::common::answer::send;
use crate::common::program::{INIT, Machine};

const MASTER_KEY: &str = "GATEHOUSE_SECRETS__MASTER_KEY";

/// A key of digits alone reads like a number to whatever reads the environment by its looks.
#[test]
fn a_master_key_of_digits_alone_works() {
    for key in ["1".repeat(64), "0".repeat(64), "12345678".repeat(8), format!("{}e5", "1".repeat(62))] {
        let machine = Machine::new().with(MASTER_KEY, &key);
        init(&machine);
        assert!(!machine.path("gatehouse.db.master-key").exists());
        let verified = machine.json(&["audit", "verify", "--workspace", "acme", "--json"]);
        assert_eq!((&verified["valid"], &verified["unsealed"]), (&true.into(), &0.into()), "{key}");
        let serving = machine.serve();
        send("GET", &format!("{}/readyz", machine.base_url()), &[], None).expect(200);
        assert_eq!(serving.terminate(), Some(0));
    }
}

/// Whatever is written under a wrong key can never be read or proven again, so nothing may be written.
#[test]
fn under_a_wrong_master_key_every_command_stops_before_it_does_harm() {
    let (machine, _) = acme();
    machine.ok(&["role", "add", "--workspace", "acme", "Analyst"]);
    let wrong = machine.with(MASTER_KEY, &"c3".repeat(32));
    let second = [&INIT[..3], &["globex"], &INIT[4..]].concat();
    let commands: [&[&str]; 8] = [
        &["serve"],
        &["audit", "list", "--workspace", "acme"],
        &["audit", "verify", "--workspace", "acme"],
        &["role", "add", "--workspace", "acme", "Operator"],
        &["scim", "token", "refresh", "--workspace", "acme"],
        &["workspace", "set", "--workspace", "acme", "jit=nobody"],
        &["workspace", "show", "--workspace", "acme"],
        &second,
    ];
    for command in commands {
        let ran = wrong.run(command);
        assert_eq!(ran.code, Some(1), "{command:?}: {ran:?}");
        assert!(ran.stderr.contains("is this the master key that the database was made with?"), "{command:?}: {ran:?}");
        assert_eq!(ran.stdout, "", "{command:?}");
    }
    let right = wrong.without(MASTER_KEY);
    let verified = right.json(&["audit", "verify", "--workspace", "acme", "--json"]);
    assert_eq!(verified["valid"], true, "{verified}");
    assert!(right.fails(&["workspace", "show", "--workspace", "globex"]).contains("there is no workspace globex"));
}

#[test]
fn a_master_key_may_lie_in_a_file_of_ones_own() {
    let machine = Machine::new().with("GATEHOUSE_SECRETS__MASTER_KEY_FILE", "key");
    assert!(machine.fails(&INIT).contains("key"), "a file that is named is not made");
    fs::write(machine.path("key"), format!("{}\n", "b2".repeat(32))).unwrap();
    machine.ok(&INIT);
    assert!(!machine.path("gatehouse.db.master-key").exists());
    machine.ok(&["workspace", "show", "--workspace", "acme"]);
}

#[test]
fn what_is_no_key_is_told() {
    for wrong in ["", "abc", &"x".repeat(64), &"a".repeat(63), &"a".repeat(66)] {
        let machine = Machine::new().with(MASTER_KEY, wrong);
        let why = machine.fails(&INIT);
        assert!(why.contains("64 hexadecimal digits"), "{wrong:?}: {why}");
        assert!(wrong.is_empty() || !why.contains(wrong), "a key never prints: {why}");
    }
}

#[test]
fn without_a_key_there_is_advice() {
    let machine = Machine::new();
    machine.ok(&INIT);
    fs::remove_file(machine.path("gatehouse.db.master-key")).unwrap();
    let why = machine.fails(&["serve"]);
    assert!(why.contains("gatehouse init") && why.contains("secrets.master_key"), "{why}");
    assert!(!machine.path("gatehouse.db.master-key").exists(), "another key would make the database worthless");
}

/// Where nothing was ever made there is nothing that a new key could make worthless: the console goes on from there.
#[test]
fn a_first_start_makes_database_and_key_and_prints_the_way_in_until_there_is_a_workspace() {
    let machine = Machine::new();
    let (serving, link) = machine.serve_to_be_set_up();
    assert!(machine.path("gatehouse.db.master-key").exists());
    assert!(link.starts_with(&format!("{}/console/_set-up?token=", machine.base_url())), "{link}");
    send("GET", &link, &[], None).expect(200);
    machine.ok(&INIT);
    send("GET", &link, &[], None).expect(403);
    assert_eq!(serving.terminate(), Some(0));
}

#[test]
fn a_mistyped_database_is_not_made() {
    let machine = Machine::new().with(MASTER_KEY, &"a".repeat(64));
    let why = machine.fails(&["workspace", "show", "--workspace", "acme", "--database", "sqlite://typo.db"]);
    assert!(why.contains("there is no database typo.db"), "{why}");
}
