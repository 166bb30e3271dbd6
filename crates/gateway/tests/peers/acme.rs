//! A gateway whose workspace `acme` trusts an identity provider, and the other way round.

use std::fs;

use domain::workspace::WorkspaceHandle;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use store::{KeyPurpose, MasterKey, Store};

use crate::common::answer::send;
use crate::common::program::{INIT, Machine, Running};
use crate::common::scim::Scim;
use crate::peer::{Peer, Product, Ways};

/// Both sides, with Ann provisioned and the groups of which the identity provider knows.
pub(crate) struct Acme {
    pub(crate) base_url: String,
    pub(crate) entity_id: String,
    pub(crate) peer: Peer,
    machine: Machine,
    _gateway: Running,
}

impl Acme {
    /// Metadata go both ways over HTTP. `None` where the product is not installed and not demanded.
    pub(crate) fn trusting(product: Product, ways: Ways) -> Option<Self> {
        let peer = Peer::start(product, ways)?;
        let machine = Machine::new();
        let made = machine.json(&[&INIT[..], &["--idp-metadata", &peer.metadata_url()]].concat());
        machine.ok(&["workspace", "set", "--workspace", "acme", "invitations=sso_accepts"]);
        for group in ["Finance", "Opérations & <Co>", "Sales, North"] {
            machine.ok(&["group", "add", "--workspace", "acme", group]);
        }
        let gateway = machine.serve();
        let entity_id = made["saml_sp_entity_id"].as_str().unwrap().to_owned();
        let metadata = send("GET", made["saml_sp_metadata_url"].as_str().unwrap(), &[], None).expect(200).body;
        peer.get_to_know(&with_logout_by(ways.logout_by, &metadata));
        let base_url = machine.base_url();
        Scim::new(&base_url, made["scim_token"].as_str().unwrap()).provision("ann@acme.test");
        Some(Self { base_url, entity_id, peer, machine, _gateway: gateway })
    }

    pub(crate) fn set_policy(&self, value: &str) {
        self.machine.ok(&["workspace", "set", "--workspace", "acme", value]);
    }

    /// Lets the identity provider sign with SHA-1.
    pub(crate) fn permit_sha_1(&self) {
        let set = ["saml", "idp", "set", "--workspace", "acme", "--allow-sha1", "--metadata"];
        self.machine.ok(&[&set[..], &[&self.peer.metadata_url()]].concat());
    }

    /// Makes a second key to encrypt for; the identity provider reads our metadata again.
    pub(crate) fn add_key(&self) {
        self.machine.ok(&["saml", "key", "add", "--workspace", "acme"]);
        self.peer.get_to_know(&send("GET", &self.entity_id, &[], None).expect(200).body);
    }

    /// The keys that assertions are encrypted for, the active one first, in PKCS #8.
    pub(crate) fn decryption_keys(&self) -> Vec<Vec<u8>> {
        let master_key = fs::read_to_string(self.machine.path("gatehouse.db.master-key")).unwrap();
        let url = format!("sqlite://{}", self.machine.path("gatehouse.db").display());
        let store = Store::open(&url, &MasterKey::from_hex(&master_key).unwrap()).unwrap();
        let workspace = store.find_workspace(&WorkspaceHandle::new("acme").unwrap()).unwrap().unwrap();
        let keys = store.keys(KeyPurpose::SamlDecryption, Some(workspace.id)).unwrap();
        keys.iter().map(|key| key.secret.expose_secret().to_vec()).collect()
    }

    /// The entries of a kind, oldest first.
    pub(crate) fn audit(&self, kind: &str) -> Vec<Value> {
        self.machine.json_lines(&["audit", "list", "--workspace", "acme", "--kind", kind, "--json"])
    }

    /// The check that refused the last login.
    pub(crate) fn last_refusal(&self) -> String {
        let list = ["audit", "list", "--workspace", "acme", "--kind", "login.failed", "--json"];
        let entry = self.machine.json_lines(&list).pop().unwrap();
        entry["after"]["check"].as_str().unwrap().to_owned()
    }
}

/// Our metadata as if they offered single logout by this binding alone: the products choose for themselves otherwise.
fn with_logout_by(binding: &str, metadata: &str) -> String {
    let mut pieces = metadata.split("<md:SingleLogoutService ");
    let before = pieces.next().unwrap().to_owned();
    let kept = pieces.map(|piece| match piece.contains(&format!("bindings:{binding}\"")) {
        true => format!("<md:SingleLogoutService {piece}"),
        // What follows the element stays.
        false => piece.split_once("/>").unwrap_or_else(|| panic!("{piece}")).1.to_owned(),
    });
    kept.fold(before, |text, piece| text + &piece)
}

/// Checks that a session says of Ann what the identity provider does.
#[track_caller]
pub(crate) fn assert_is_anns(session: &Value) {
    assert_eq!(session["user"]["userName"], "ann@acme.test", "{session}");
    assert_eq!(session["roles"], json!({ "dev": "Environment admin", "test": "Member", "prod": "No access" }));
    assert_eq!(session["groups"], json!(["All collaborators", "Finance", "Opérations & <Co>", "Sales, North"]));
}
