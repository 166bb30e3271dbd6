//! Encrypted assertions: the identity provider encrypts for the key in our metadata, and whatever goes wrong looks the same.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::audit::EventKind;
use domain::clock::Clock;
use domain::id::KeyId;
use saml_acs::{KeyUse, get_keys, new_key};
use simulator::{ContentCipher, Encryption, KeyTransport, ResponseParameters, Signed};
use store::{AuditFilter, KeyStanding};

use crate::bad_posts::expect_refusal;
use crate::common::answer::Answer;
use crate::common::provider::role;
use crate::gate::Gate;

/// The certificates of acme's metadata for a use, in its order.
fn published(gate: &Gate, used: &str) -> Vec<Vec<u8>> {
    published_in(&metadata(gate, "acme"), used)
}

fn published_in(metadata: &str, used: &str) -> Vec<Vec<u8>> {
    let keys = metadata.split("<md:KeyDescriptor ").filter(|key| key.starts_with(&format!("use=\"{used}\"")));
    let texts = keys.map(|key| key.split("X509Certificate>").nth(1).unwrap().trim_end_matches("</ds:"));
    texts.map(|text| STANDARD.decode(text).unwrap()).collect()
}

fn metadata(gate: &Gate, handle: &str) -> String {
    gate.acme.browser().get(&format!("/saml/{handle}/metadata")).expect(200).body
}

fn for_metadata(gate: &Gate) -> Encryption {
    Encryption::for_metadata(&metadata(gate, "acme")).unwrap()
}

/// A login by Ann whose response is bent before it is signed, and changed on the way.
fn sign_in(gate: &Gate, bend: impl Fn(&mut ResponseParameters), change: impl Fn(String) -> String) -> Answer {
    let mut browser = gate.acme.browser();
    let begun = gate.acme.begin(&mut browser);
    let response = gate.acme.response_for("ann@acme.test").answering(&begun.request_id);
    let mut response = response.with_attributes(vec![role("Member")]);
    bend(&mut response);
    let xml = change(gate.acme.provider.response(&response).unwrap());
    let answer = gate.acme.post(&mut browser, &STANDARD.encode(xml), &begun.relay_state);
    assert_eq!(browser.session().is_some(), answer.status == 303);
    answer
}

fn sign_in_encrypted(gate: &Gate, encryption: &Encryption) -> Answer {
    sign_in(gate, |response| response.encryption = Some(encryption.clone()), |xml| xml)
}

/// Makes a second key to decrypt with, as `gatehouse saml key add` does.
fn add_key(gate: &Gate) {
    let workspace = gate.stored(&gate.acme);
    let id = KeyId::new(::web::random::new_id(gate.clock.now()).unwrap());
    let key = new_key(&workspace.handle, id, gate.clock.now()).unwrap();
    let entry = gate.entry(EventKind::SamlKeyAdded);
    gate.store.add_workspace_key(KeyUse::Encryption.purpose(), &key, KeyStanding::Standby, entry).unwrap();
}

on_both_databases! {
    fn an_assertion_encrypted_for_the_key_of_our_metadata_signs_in(gate: &Gate) {
        gate.acme.scim().provision("ann@acme.test");
        let preferred = for_metadata(gate);
        assert_eq!(preferred.content, ContentCipher::Aes256Gcm, "the best comes first");
        for signed in [Signed::ResponseAndAssertion, Signed::Assertion, Signed::Response] {
            let answer = sign_in(gate, |response| {
                response.encryption = Some(preferred.clone());
                response.signed = signed;
            }, |xml| xml);
            answer.expect(303);
        }
        for content in [ContentCipher::Aes128Cbc, ContentCipher::Aes256Cbc, ContentCipher::Aes128Gcm] {
            for key_transport in [KeyTransport::RsaOaepMgf1p, KeyTransport::RsaOaepSha256] {
                let encryption = Encryption { content, key_transport, ..preferred.clone() };
                sign_in_encrypted(gate, &encryption).expect(303);
            }
        }
        assert_eq!(gate.explain("ann@acme.test")["environments"]["dev"]["role"], "Member");
    }

    /// Whoever can read our metadata can encrypt, so that it proves nothing.
    fn an_encrypted_assertion_that_nobody_signed_is_refused(gate: &Gate) {
        let encryption = for_metadata(gate);
        let answer = sign_in(gate, |response| {
            response.encryption = Some(encryption.clone());
            response.signed = Signed::Nothing;
        }, |xml| xml);
        expect_refusal(gate, answer, "unsigned");
    }

    /// What comes out of the answer must not depend on what went wrong inside: the page, the status, and what the log says.
    fn failed_decryption_shows_one_page(gate: &Gate) {
        gate.acme.scim().provision("ann@acme.test");
        let globex = gate.add_workspace("globex");
        let theirs = globex.browser().get("/saml/globex/metadata").expect(200).body;
        let cbc = Encryption { content: ContentCipher::Aes256Cbc, ..for_metadata(gate) };
        let others = Encryption { content: ContentCipher::Aes256Cbc, ..Encryption::for_metadata(&theirs).unwrap() };
        let value = |xml: &str, number: usize| -> (usize, usize) {
            let (start, _) = xml.match_indices("<xenc:CipherValue>").nth(number).unwrap();
            let start = start + "<xenc:CipherValue>".len();
            (start, start + xml[start..].find('<').unwrap())
        };
        // The key is the first value, the content the second.
        let replaced = |number: usize, change: fn(&str) -> String| move |xml: String| {
            let (start, end) = value(&xml, number);
            format!("{}{}{}", &xml[..start], change(&xml[start..end]), &xml[end..])
        };
        let changes: [Box<dyn Fn(String) -> String>; 5] = [
            Box::new(replaced(0, |_| "AAAA".to_owned())),
            Box::new(replaced(0, |key| key.replace(['a', 'b', 'c'], "d"))),
            Box::new(replaced(1, |content| content[..content.len() / 8 * 4].to_owned())),
            Box::new(replaced(1, |content| content.replace(['a', 'b', 'c'], "d"))),
            Box::new(replaced(1, |_| String::new())),
        ];
        let mut pages = Vec::new();
        let mut refuse = |encryption: &Encryption, change: &dyn Fn(String) -> String| {
            let answer = sign_in(gate, |response| {
                response.encryption = Some(encryption.clone());
                response.signed = Signed::Assertion;
            }, change);
            expect_refusal(gate, answer.clone(), "decryption");
            let (_, entry) = gate.last_failed_login();
            pages.push((answer.body.replace(answer.reference(), "REFERENCE"), entry.after, entry.subject));
        };
        refuse(&others, &|xml| xml);
        changes.iter().for_each(|change| refuse(&cbc, change));
        let first = pages[0].clone();
        assert!(pages.iter().all(|page| *page == first), "{pages:#?}");
    }

    fn while_a_key_is_changed_both_are_published_and_both_decrypt(gate: &Gate) {
        gate.acme.scim().provision("ann@acme.test");
        assert_eq!((published(gate, "encryption").len(), published(gate, "signing").len()), (1, 1));
        add_key(gate);
        let both = published(gate, "encryption");
        assert_eq!(both.len(), 2);
        for certificate in &both {
            sign_in_encrypted(gate, &Encryption::for_certificate(certificate).unwrap()).expect(303);
        }
        let (purpose, workspace) = (KeyUse::Encryption.purpose(), gate.stored(&gate.acme));
        let keys = get_keys(&gate.store, &workspace, KeyUse::Encryption, gate.clock.now()).unwrap();
        gate.store.replace_key(purpose, keys[0].id, gate.entry(EventKind::SamlKeyRemoved)).unwrap();
        assert_eq!(published(gate, "encryption"), both[1..]);
        sign_in_encrypted(gate, &Encryption::for_certificate(&both[1]).unwrap()).expect(303);
        let answer = sign_in_encrypted(gate, &Encryption::for_certificate(&both[0]).unwrap());
        expect_refusal(gate, answer, "decryption");
    }
}

/// A workspace that was made before there were keys to decrypt with.
#[test]
fn a_workspace_without_a_key_gets_one_at_the_first_need() {
    let gate = Gate::on_sqlite();
    let old = gate.add_keyless_workspace("globex");
    let first = metadata(&gate, "globex");
    assert_eq!((published_in(&first, "encryption").len(), published_in(&first, "signing").len()), (1, 1));
    assert_eq!(metadata(&gate, "globex"), first, "they stay");
    assert_ne!(published_in(&first, "encryption"), published(&gate, "encryption"), "and are its own");
    gate.store.seal().unwrap();
    let filter = AuditFilter { kinds: Some(vec![EventKind::SamlKeyAdded]), ..AuditFilter::default() };
    let entries = gate.store.audit_page(old, &filter, 0).unwrap();
    let uses: Vec<_> =
        entries.iter().map(|entry| (entry.after.as_ref().unwrap()["use"].clone(), entry.source.as_str())).collect();
    assert_eq!(uses, [("signing".into(), "system"), ("encryption".into(), "system")]);
    assert!(gate.audit("saml_key.added").is_empty(), "acme had its keys from the first moment");
}

#[test]
fn metadata_ask_for_every_attribute_that_is_read_and_come_signed_on_demand() {
    let gate = Gate::on_sqlite();
    let mut browser = gate.acme.browser();
    let plain = browser.get("/saml/acme/metadata").expect(200);
    assert_eq!(plain.content_type(), "application/samlmetadata+xml");
    assert!(!plain.body.contains("<ds:Signature") && !plain.body.contains(" ID="));
    for name in ["workato_email", "workato_role", "workato_role_test", "workato_role_prod", "workato_user_groups"] {
        assert!(plain.body.contains(&format!("<md:RequestedAttribute Name=\"{name}\"")), "{name}");
    }
    let signed = browser.get("/saml/acme/metadata?signed=1").expect(200).body;
    let id = |xml: &str| xml.split(" ID=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(signed.contains(&format!("URI=\"#{}\"", id(&signed))) && signed.contains("#rsa-sha256"), "{signed}");
    let again = browser.get("/saml/acme/metadata?signed=true").expect(200).body;
    assert_ne!(id(&again), id(&signed), "an ID is used once");
    assert_eq!(browser.get("/saml/acme/metadata?signed=0").expect(200).body, plain.body);
    browser.get("/saml/nobody/metadata?signed=1").expect(404);
}
