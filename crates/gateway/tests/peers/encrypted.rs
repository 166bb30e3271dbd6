//! Encrypted assertions of real products, for the key in our metadata.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::acme::{Acme, assert_is_anns};
use crate::peer::{Cipher, Product, Ways};
use crate::visitor::{Posted, Visitor};

impl Product {
    /// How it can encrypt. SimpleSAMLphp 1.19 knows one cipher where it has a certificate to encrypt for.
    fn ciphers(self) -> Vec<Cipher> {
        match self {
            Self::SimpleSamlPhp => vec![Cipher::Untold],
            Self::Pysaml2 => vec![Cipher::Aes128Cbc, Cipher::Aes256Cbc, Cipher::Aes128Gcm, Cipher::Aes256Gcm],
        }
    }
}

/// The response of a login by Ann.
fn sign_in(visitor: &mut Visitor<'_>) -> (Posted, String) {
    let asked = visitor.begin("/session");
    let posted = visitor.sign_in(&asked);
    let xml = String::from_utf8(STANDARD.decode(&posted.saml_response).unwrap()).unwrap();
    assert!(xml.contains("EncryptedAssertion") && !xml.contains("ann@acme.test"), "{xml}");
    (posted, xml)
}

with_each_peer! {
    fn by_each_cipher_it_is_let_in_once(product: Product) {
        for cipher in product.ciphers() {
            let Some(acme) = Acme::trusting(product, Ways { encrypts: Some(cipher), ..Ways::default() }) else { return };
            let mut visitor = Visitor::new(&acme);
            let (posted, xml) = sign_in(&mut visitor);
            if cipher == Cipher::Untold {
                assert!(xml.contains("xmlenc#aes128-cbc") && xml.contains("rsa-oaep-mgf1p"), "{xml}");
            }
            visitor.post(&posted).expect(303);
            assert_is_anns(&visitor.at_gateway.session().unwrap());
            visitor.post(&posted).expect(403);
            assert_eq!(acme.last_refusal(), "in_response_to");
        }
    }

    fn whatever_is_signed_it_is_decrypted(product: Product) {
        for (name, ways) in product.ways() {
            let encrypts = Some(product.ciphers()[0]);
            let Some(acme) = Acme::trusting(product, Ways { encrypts, ..ways }) else { return };
            let mut visitor = Visitor::new(&acme);
            let (posted, xml) = sign_in(&mut visitor);
            assert_eq!(xml.contains("SignedInfo"), name != "assertion_signed", "{xml}");
            visitor.post(&posted).expect(303);
            assert_is_anns(&visitor.at_gateway.session().unwrap());
        }
    }

    fn a_second_key_in_our_metadata_is_taken_as_well(product: Product) {
        let ways = Ways { encrypts: Some(product.ciphers()[0]), ..Ways::default() };
        let Some(acme) = Acme::trusting(product, ways) else { return };
        acme.add_key();
        let mut visitor = Visitor::new(&acme);
        let (posted, _) = sign_in(&mut visitor);
        visitor.post(&posted).expect(303);
        assert_is_anns(&visitor.at_gateway.session().unwrap());
        assert_eq!(acme.decryption_keys().len(), 2);
    }

    fn a_changed_ciphertext_is_refused_and_uses_nothing_up(product: Product) {
        let ways = Ways { encrypts: Some(product.ciphers()[0]), signs_response: false, ..Ways::default() };
        let Some(acme) = Acme::trusting(product, ways) else { return };
        let mut visitor = Visitor::new(&acme);
        let (posted, xml) = sign_in(&mut visitor);
        let at = xml.rfind("CipherValue>").unwrap() - 2_000;
        let (before, behind) = xml.split_at(at);
        let (letter, behind) = behind.split_at(1);
        let changed = format!("{before}{}{behind}", if letter == "A" { "B" } else { "A" });
        let forged = Posted { saml_response: STANDARD.encode(changed), ..posted.clone() };
        visitor.post(&forged).expect(403);
        let check = acme.last_refusal();
        assert!(["decryption", "digest_mismatch"].contains(&check.as_str()), "{check}");
        visitor.post(&posted).expect(303);
        assert_is_anns(&visitor.at_gateway.session().unwrap());
    }
}

/// Triple DES has blocks of 64 bits, and pysaml2 has no setting for another cipher.
#[test]
fn pysaml2_encrypts_by_triple_des_unless_it_is_told_otherwise() {
    let ways = Ways { encrypts: Some(Cipher::Untold), ..Ways::default() };
    let Some(acme) = Acme::trusting(Product::Pysaml2, ways) else { return };
    let mut visitor = Visitor::new(&acme);
    let (posted, xml) = sign_in(&mut visitor);
    assert!(xml.contains("tripledes-cbc"), "{xml}");
    visitor.post(&posted).expect(403);
    assert_eq!(acme.last_refusal(), "encryption_algorithm");
}
