//! A machine with the workspace `acme`, made by `init` with an identity provider's metadata.

use std::fs;
use std::sync::LazyLock;

use domain::clock::Clock;
use gateway::clock::SystemClock;
use serde_json::Value;
use simulator::IdentityProvider;

use crate::common::program::{INIT, Machine};
use crate::common::provider::Workspace;

/// A key takes a while to make.
pub(crate) static PROVIDER: LazyLock<IdentityProvider> =
    LazyLock::new(|| IdentityProvider::generate("http://okta.test", SystemClock.now()).unwrap());

/// The file with the identity provider's metadata, in the machine's folder.
pub(crate) fn write_metadata(machine: &Machine) {
    fs::write(machine.path("okta.xml"), PROVIDER.metadata()).unwrap();
}

/// `init --json` with metadata.
pub(crate) fn init(machine: &Machine) -> Value {
    write_metadata(machine);
    machine.json(&[&INIT[..], &["--idp-metadata", "okta.xml"]].concat())
}

/// A machine with acme on it, where a login verifies: most stories begin behind the invitation.
pub(crate) fn acme() -> (Machine, Workspace) {
    acme_on(Machine::new())
}

pub(crate) fn acme_on(machine: Machine) -> (Machine, Workspace) {
    let made = init(&machine);
    machine.ok(&["workspace", "set", "--workspace", "acme", "invitations=sso_accepts"]);
    let workspace = Workspace {
        handle: "acme".to_owned(),
        base_url: machine.base_url(),
        scim_token: made["scim_token"].as_str().unwrap().to_owned(),
        provider: PROVIDER.clone(),
        clock: SystemClock::shared(),
    };
    (machine, workspace)
}
