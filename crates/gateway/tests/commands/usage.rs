//! Help, wrong usage and configuration.

use std::fs;

use clap::{Command, CommandFactory};
use gateway::cli::Cli;

use crate::common::program::{INIT, Machine};

/// Every command and every group of commands, as words.
fn commands(command: &Command, words: &[String]) -> Vec<Vec<String>> {
    let below = command.get_subcommands().flat_map(|sub| {
        let words = [words, &[sub.get_name().to_owned()]].concat();
        commands(sub, &words)
    });
    std::iter::once(words.to_vec()).chain(below).collect()
}

#[test]
fn every_command_explains_itself() {
    let machine = Machine::new();
    let all = commands(&Cli::command(), &[]);
    assert!(all.len() > 25, "{all:?}");
    for words in all {
        let arguments: Vec<&str> = words.iter().map(String::as_str).chain(["--help"]).collect();
        let help = machine.ok(&arguments);
        assert!(help.contains("Usage: gatehouse"), "{arguments:?}: {help}");
        assert!(!help.starts_with("Usage"), "{arguments:?} does not say what it does");
    }
    assert!(machine.ok(&["--version"]).starts_with("gatehouse "));
}

#[test]
fn wrong_usage_ends_with_2_and_does_nothing() {
    let machine = Machine::new();
    let wrong: [&[&str]; 9] = [
        &[],
        &["nonsense"],
        &["init"],
        &["workspace", "set", "--workspace", "acme"],
        &["audit", "list", "--workspace", "acme", "--source", "rumour"],
        &["audit", "export", "--workspace", "acme", "--format", "xml"],
        &["audit", "export", "--workspace", "acme", "--since", "yesterday"],
        &["scim", "token", "refresh", "--workspace", "acme", "--overlap", "soon"],
        &["serve", "--nonsense"],
    ];
    for arguments in wrong {
        let ran = machine.run(arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?}: {ran:?}");
        assert_eq!(ran.stdout, "");
        assert!(ran.stderr.contains("--help") || ran.stderr.contains("Usage: gatehouse"), "{ran:?}");
    }
    assert_eq!(fs::read_dir(machine.path(".")).unwrap().count(), 0, "nothing was made");
}

#[test]
fn settings_rise_from_defaults_over_file_and_environment_to_the_command_line() {
    let machine = Machine::new();
    machine.ok(&INIT);
    let acs_url = |machine: &Machine, handle: &str, more: &[&str]| {
        let init = [&INIT[..3], &[handle], &INIT[4..], more].concat();
        machine.json(&init)["saml_acs_url"].as_str().unwrap().split("/saml").next().unwrap().to_owned()
    };
    fs::write(machine.path("gate.toml"), "[server]\nbase_url = \"https://file.test\"\n").unwrap();
    let file = ["--config", "gate.toml"];
    assert_eq!(acs_url(&machine, "one", &[]), machine.base_url());
    assert_eq!(acs_url(&machine, "two", &file), "https://file.test");
    let machine = machine.with("GATEHOUSE_SERVER__BASE_URL", "https://environment.test");
    assert_eq!(acs_url(&machine, "three", &file), "https://environment.test");
    let given = [&file[..], &["--base-url", "https://given.test"]].concat();
    assert_eq!(acs_url(&machine, "four", &given), "https://given.test");
}

#[test]
fn a_setting_that_makes_no_sense_is_named() {
    let machine = Machine::new();
    machine.ok(&INIT);
    let show = ["workspace", "show", "--workspace", "acme"];
    for (name, value, part) in [
        ("GATEHOUSE_DATABASE__URL", "mysql://x", "sqlite://"),
        ("GATEHOUSE_SERVER__SHUTDOWN_GRACE", "soon", "shutdown_grace"),
        ("GATEHOUSE_LOG__FORMAT", "yaml", "format"),
        ("GATEHOUSE_SAML__MAX_DEPTH", "3", "from 16 to 256, not 3"),
        ("GATEHOUSE_SAML__CLOCK_TOLERANCE", "1h", "saml.clock_tolerance"),
    ] {
        let machine = Machine::new().with("GATEHOUSE_SECRETS__MASTER_KEY", &"a1".repeat(32)).with(name, value);
        let why = machine.fails(&show);
        assert!(why.to_lowercase().contains(part), "{name}: {why}");
    }
    assert!(
        machine
            .fails(&["--config", "nowhere.toml", "workspace", "show", "--workspace", "acme"])
            .contains("nowhere.toml")
    );
    assert!(
        machine
            .fails(&[
                "--base-url",
                "gate.test",
                "init",
                "--workspace",
                "x",
                "--name",
                "X",
                "--owner-email",
                "a@b.test",
                "--owner-name",
                "A B"
            ])
            .contains("gate.test")
    );
}
