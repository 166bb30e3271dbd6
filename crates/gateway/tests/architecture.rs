//! The dependency arrows of docs/architecture.md, read from what the crates declare.
#![expect(clippy::unwrap_used, reason = "tests only")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// Which of our crates a crate may build on. A new crate has to be given its place here first.
const ARROWS: [(&str, &[&str]); 10] = [
    ("domain", &[]),
    ("store", &["domain"]),
    ("web", &["domain", "store"]),
    ("scim-api", &["domain", "store", "web"]),
    ("saml-acs", &["domain", "store", "web"]),
    ("invitations", &["domain", "store", "web"]),
    ("administration", &["domain", "store", "web", "saml-acs"]),
    ("console", &["domain", "store", "web", "saml-acs", "administration"]),
    ("simulator", &[]),
    (
        "gateway",
        &["domain", "store", "web", "scim-api", "saml-acs", "invitations", "administration", "console", "simulator"],
    ),
];

/// Which of our crates may use a crate from outside, in tests as well. Whoever else needs what it does asks these.
const OWNERS: [(&str, &[&str]); 20] = [
    ("diesel", &["store"]),
    ("diesel_migrations", &["store"]),
    ("libsqlite3-sys", &["store"]),
    ("pq-sys", &["store"]),
    ("r2d2", &["store"]),
    ("samael", &["saml-acs", "simulator"]),
    ("libxml", &["saml-acs", "simulator"]),
    ("actix-web", &["web", "scim-api", "saml-acs", "invitations", "console", "simulator", "gateway"]),
    ("jsonwebtoken", &["web"]),
    ("argon2", &["web"]),
    ("totp-rs", &["web"]),
    ("multer", &["console"]),
    ("qrcode", &["console"]),
    ("plotters", &["console"]),
    ("askama", &["web", "invitations", "console", "simulator"]),
    ("lettre", &["invitations"]),
    ("clap", &["gateway"]),
    ("csv", &["administration", "gateway"]),
    ("figment", &["gateway"]),
    ("ureq", &["administration", "simulator", "gateway"]),
];

/// What the domain may use: it reads no clock, no file and no network, and draws nothing at random.
const PURE: [&str; 8] =
    ["chrono", "serde", "serde_json", "thiserror", "icu_normalizer", "icu_casemap", "strsim", "uuid"];

fn workspace() -> Metadata {
    MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml"))
        .no_deps()
        .exec()
        .unwrap()
}

/// The names of what a crate declares, tests included or not.
fn dependencies(package: &Package, with_tests: bool) -> BTreeSet<&str> {
    let counts = |kind| with_tests || kind != DependencyKind::Development;
    package.dependencies.iter().filter(|one| counts(one.kind)).map(|one| one.name.as_str()).collect()
}

#[test]
fn crates_build_on_each_other_downwards_only() {
    let (metadata, allowed) = (workspace(), BTreeMap::from(ARROWS));
    for package in &metadata.packages {
        let name = package.name.as_str();
        let Some(below) = allowed.get(name) else { panic!("give the new crate {name} its place in the arrows") };
        let ours: Vec<&str> =
            dependencies(package, false).into_iter().filter(|used| allowed.contains_key(used)).collect();
        let wrong: Vec<&&str> = ours.iter().filter(|used| !below.contains(used)).collect();
        assert!(wrong.is_empty(), "{name} must not know {wrong:?}");
    }
    assert_eq!(metadata.packages.len(), ARROWS.len(), "a crate is gone: take it out of the arrows");
}

/// In tests too: a test that looked past a door would no longer notice what the door forgets.
#[test]
fn no_door_knows_another() {
    let doors = ["scim-api", "saml-acs"];
    for package in workspace().packages.iter().filter(|package| doors.contains(&package.name.as_str())) {
        let others: Vec<&str> = dependencies(package, true).into_iter().filter(|used| doors.contains(used)).collect();
        assert!(others.is_empty(), "{} knows {others:?}", package.name);
    }
}

/// The simulator plays a stranger: what works with it works because of what went over the wire.
#[test]
fn the_simulator_knows_none_of_us() {
    let (metadata, ours) = (workspace(), BTreeMap::from(ARROWS));
    let simulator = metadata.packages.iter().find(|package| package.name.as_str() == "simulator").unwrap();
    assert!(dependencies(simulator, true).iter().all(|used| !ours.contains_key(used)));
}

#[test]
fn what_is_dangerous_or_heavy_has_one_owner() {
    for package in &workspace().packages {
        for (used, owners) in OWNERS {
            let fine = !dependencies(package, true).contains(used) || owners.contains(&package.name.as_str());
            assert!(fine, "{} must not use {used}: that belongs to {owners:?}", package.name);
        }
    }
}

#[test]
fn the_domain_is_pure() {
    let metadata = workspace();
    let domain = metadata.packages.iter().find(|package| package.name.as_str() == "domain").unwrap();
    let others: Vec<&str> = dependencies(domain, false).into_iter().filter(|used| !PURE.contains(used)).collect();
    assert!(others.is_empty(), "the domain has no use for {others:?}");
}

/// Lines of the root manifest's `[workspace.dependencies]`.
fn dependency_lines() -> Vec<String> {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml")).unwrap();
    let (_, section) = text.split_once("[workspace.dependencies]\n").unwrap();
    section.lines().take_while(|line| !line.starts_with('[')).map(str::to_owned).collect()
}

#[test]
fn every_dependency_says_why_it_is_there() {
    let lines = dependency_lines();
    let mut reason = None;
    for line in &lines {
        match line.strip_prefix('#') {
            Some(comment) => reason = Some(comment.trim()).filter(|comment| comment.len() > 10),
            None if line.trim().is_empty() => reason = None,
            None => assert!(reason.is_some(), "say above it what it is for: {line}"),
        }
    }
    assert!(lines.len() > 50, "the section was not found: {lines:?}");
}

#[test]
fn every_dependency_is_used() {
    let metadata = workspace();
    let used: BTreeSet<&str> = metadata.packages.iter().flat_map(|package| dependencies(package, true)).collect();
    for line in dependency_lines().iter().filter(|line| line.contains('=') && !line.starts_with('#')) {
        let name = line.split_once('=').unwrap().0.trim();
        assert!(used.contains(name) || name == "gateway", "nobody uses {name}");
    }
}
