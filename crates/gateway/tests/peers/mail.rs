//! Invitations through a mail server that was not written here, with STARTTLS and a password (RFC 3207, RFC 4954).

use std::fs;
use std::path::Path;

use crate::common::answer::send;
use crate::common::identity::Identity;
use crate::common::mail_server::{MailServer, links, read_when_there};
use crate::common::program::{INIT, Machine};
use crate::common::scim::Scim;

/// A gateway with acme on it that sends mail there, and Ann provisioned.
fn invite(mail_url: &str, trusted: &Path) -> (Machine, impl Drop) {
    let machine = Machine::new()
        .with("GATEHOUSE_MAIL__URL", mail_url)
        .with("GATEHOUSE_MAIL__FROM", "Acme <it@acme.test>")
        .with("SSL_CERT_FILE", trusted.to_str().unwrap());
    fs::write(machine.path("idp.xml"), METADATA).unwrap();
    let made = machine.json(&[&INIT[..], &["--idp-metadata", "idp.xml"]].concat());
    let serving = machine.serve();
    Scim::new(&machine.base_url(), made["scim_token"].as_str().unwrap()).provision("ann@acme.test");
    (machine, serving)
}

const METADATA: &str = include_str!("../../../saml-acs/tests/fixtures/metadata/okta.xml");

#[test]
fn an_invitation_goes_over_starttls_with_a_password_and_its_link_verifies() {
    let identity = Identity::generate();
    let Some(server) = MailServer::start_as(&identity) else { return };
    let url = format!("smtp://gatehouse:secret@localhost:{}", server.port);
    let (machine, _serving) = invite(&url, &identity.certificate);
    let message = server.message(1);
    assert!(message.contains("X-Envelope-To: ann@acme.test") && message.contains("From: Acme <it@acme.test>"));
    let link = links(&message).remove(0);
    send("GET", &link, &[], None).expect(200);
    send("POST", &link, &[], Some(b"")).expect(200);
    let explained = machine.json(&["explain", "--workspace", "acme", "ann@acme.test", "--json"]);
    assert_eq!(explained["status"], "active");
    let kinds = |machine: &Machine| {
        let entries = machine.json_lines(&["audit", "list", "--workspace", "acme", "--json"]);
        entries.iter().map(|entry| entry["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let told =
        read_when_there(|| Some(kinds(&machine)).filter(|kinds| kinds.iter().any(|kind| kind == "invitation.sent")));
    assert!(told.contains(&"invitation.accepted".to_owned()), "{told:?}");
}
