//! People of every kind.

use serde_json::json;
use simulator::SamlAttribute;

use crate::common::provider::groups;
use crate::common::scim::PATCH;
use crate::population::{Gateway, fill, user_name};

const ROLES: [&str; 4] = ["Member", "Environment manager", "Environment admin", "No access"];

/// Of every hundred sixty sign in, with roles and some of them with a group; five are deactivated.
pub(crate) fn gather(gateway: &Gateway, size: usize) {
    gateway.run(&["workspace", "set", "--workspace", "acme", "invitations=sso_accepts"]);
    for name in ["Finance", "Board"] {
        gateway.run(&["group", "add", "--workspace", "acme", name]);
    }
    let ids = fill(gateway, size);
    let workspace = gateway.workspace();
    for number in (0..size).filter(|number| number % 100 < 60) {
        let role = |name: &str, role: usize| SamlAttribute::new(name, &[ROLES[role % ROLES.len()]]);
        let mut said = vec![role("workato_role", number), role("workato_role_prod", number / 7)];
        said.extend((number % 10 == 0).then(|| groups(&["Finance"])));
        said.extend((number % 250 == 1).then(|| groups(&["Board"])));
        workspace.sign_in_with(&mut workspace.browser(), &user_name(number), said).expect(303);
    }
    let client = gateway.client();
    for number in (0..size).filter(|number| number % 20 == 7) {
        let off = json!({ "schemas": [PATCH], "Operations": [{ "op": "replace", "path": "active", "value": false }] });
        client.patch(&format!("/Users/{}", ids[number]), &off, 200);
    }
    gateway.settle();
}
