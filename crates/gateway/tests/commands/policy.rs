//! `workspace set` and `workspace show`.

use serde_json::json;

use crate::acme::init;
use crate::common::program::Machine;

/// A machine with acme on it, as `init` makes it.
fn fresh() -> Machine {
    let machine = Machine::new();
    init(&machine);
    machine
}

#[test]
fn what_is_set_is_shown_and_audited_with_what_was_before() {
    let machine = fresh();
    machine.ok(&["workspace", "set", "--workspace", "acme", "jit=nobody", "session_lifetime=90m"]);
    let shown = machine.json(&["workspace", "show", "--workspace", "acme", "--json"]);
    assert_eq!((&shown["jit"], &shown["session_lifetime"]), (&json!("nobody"), &json!("90m")));
    assert_eq!(shown["policy_version"], 2);
    let told = machine.json_lines(&["audit", "list", "--workspace", "acme", "--kind", "policy.changed", "--json"]);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["before"], json!({ "jit": "known", "session_lifetime": "12h" }));
    assert_eq!(told[0]["after"], json!({ "jit": "nobody", "session_lifetime": "90m" }));
}

#[test]
fn every_key_of_the_contract_is_there() {
    let machine = fresh();
    let shown = machine.json(&["workspace", "show", "--workspace", "acme", "--json"]);
    for key in [
        "jit",
        "invitations",
        "role_authority",
        "unknown_role",
        "absent_role",
        "absent_groups",
        "unknown_group",
        "split_groups",
        "idp_initiated",
        "start_url",
        "session_lifetime",
        "console_session_lifetime",
        "console_idle_timeout",
        "audit_retention",
        "trace_retention",
        "capability.advanced_security",
    ] {
        assert!(shown[key].is_string(), "{key} is missing in {shown}");
        let same = format!("{key}={}", shown[key].as_str().unwrap());
        machine.ok(&["workspace", "set", "--workspace", "acme", &same]);
    }
    let after = machine.json(&["workspace", "show", "--workspace", "acme", "--json"]);
    assert_eq!(after, shown, "setting what holds already is no change");
}

#[test]
fn a_wrong_key_or_value_changes_nothing_and_names_the_right_ones() {
    let machine = fresh();
    let set =
        |change: &str| machine.fails(&["workspace", "set", "--workspace", "acme", "unknown_role=default", change]);
    assert!(set("jit=all").contains("one of everyone, known, nobody"));
    assert!(set("nothing=x").contains("role_authority"));
    assert!(set("jit").contains("KEY=VALUE"));
    assert!(set("session_lifetime=soon").contains("30s, 20m, 12h or 7d"));
    assert!(set("audit_retention=23h").contains("at least 1d"));
    assert!(set("start_url=javascript:alert(1)").contains("start_url"));
    let shown = machine.json(&["workspace", "show", "--workspace", "acme", "--json"]);
    assert_eq!((&shown["unknown_role"], &shown["policy_version"]), (&json!("keep"), &json!(1)));
}

#[test]
fn two_administrators_at_once_lose_no_change() {
    let machine = fresh();
    let changes = ["jit=nobody", "absent_role=default", "absent_groups=clear", "unknown_group=create"];
    std::thread::scope(|scope| {
        for change in changes {
            let machine = &machine;
            scope.spawn(move || machine.ok(&["workspace", "set", "--workspace", "acme", change]));
        }
    });
    let shown = machine.json(&["workspace", "show", "--workspace", "acme", "--json"]);
    assert_eq!(shown["policy_version"], 5, "{shown}");
    for change in changes {
        let (key, value) = change.split_once('=').unwrap();
        assert_eq!(shown[key], value);
    }
}
