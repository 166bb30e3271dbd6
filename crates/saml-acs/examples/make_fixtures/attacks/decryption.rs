//! Encryption of the right form whose content can't be had: all of it fails in the same way.

use super::Attack;
use crate::encrypt::{Content, Encryption, Oaep};
use crate::sign::{Result, replace_between};
use openssl::hash::MessageDigest;

const DATA: (&str, &str) = ("</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>", "</xenc:CipherValue>");
const KEY: (&str, &str) = ("</xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue>", "</xenc:CipherValue>");

pub(super) fn all() -> Vec<Attack> {
    [keys(), ciphertexts(), paddings()].into_iter().flatten().collect()
}

/// Only the assertion is signed, so that what stands around it may be changed by anybody.
pub(super) fn sealed(check: &'static str, name: impl Into<String>, why: &'static str) -> Attack {
    Attack::new(check, name, why).only_assertion().encrypted(Encryption::okta())
}

pub(super) fn undecipherable(name: &'static str, why: &'static str) -> Attack {
    sealed("decryption", name, why)
}

fn keys() -> Vec<Attack> {
    let valued = |name, why, value: &'static str| {
        undecipherable(name, why).then(move |xml| replace_between(xml, KEY.0, KEY.1, value))
    };
    let sha256 = Oaep { digest: MessageDigest::sha256, mask: MessageDigest::sha1, label: "" };
    vec![
        undecipherable("key_of_another", "Encrypted for another service.")
            .encrypted(Encryption::okta().to(&["attacker"])),
        undecipherable("key_of_the_provider", "Encrypted for the identity provider itself.")
            .encrypted(Encryption::okta().to(&["rsa"])),
        valued("key_empty", "An empty key.", ""),
        valued("key_no_base64", "A key that is no base64.", "%%%%"),
        valued("key_short", "A key of three octets.", "AAAA"),
        valued("key_zero", "A key that RSA maps to itself.", ZEROS),
        undecipherable("key_other_digest", "Another hash than the method says.")
            .encrypted(Encryption { oaep: sha256, ..Encryption::okta() }),
        undecipherable("key_other_label", "Another label than the method says.").encrypted(Encryption {
            oaep: Oaep { digest: MessageDigest::sha1, mask: MessageDigest::sha1, label: "acme" },
            ..Encryption::okta()
        }),
        undecipherable("key_too_short", "A key of 128 bits for AES-256.")
            .encrypted(Encryption::okta().content(Content::Aes128Cbc))
            .tampered("xmlenc#aes128-cbc", "xmlenc#aes256-cbc"),
        undecipherable("key_too_long", "A key of 256 bits for AES-128.")
            .tampered("xmlenc#aes256-cbc", "xmlenc#aes128-cbc"),
        undecipherable("cipher_exchanged", "What GCM would protect is said to be CBC.")
            .encrypted(Encryption::okta().content(Content::Aes256Gcm))
            .tampered("http://www.w3.org/2009/xmlenc11#aes256-gcm", "http://www.w3.org/2001/04/xmlenc#aes256-cbc"),
    ]
}

/// 256 octets of zero.
const ZEROS: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";

fn ciphertexts() -> Vec<Attack> {
    let changed = |name, why, content, change: fn(&mut Vec<u8>)| {
        undecipherable(name, why)
            .encrypted(Encryption::okta().content(content))
            .then(move |xml| with_ciphertext(xml, change))
    };
    let cbc = |name, why, change| changed(name, why, Content::Aes256Cbc, change);
    let gcm = |name, why, change| changed(name, why, Content::Aes128Gcm, change);
    vec![
        cbc("cbc_empty", "No ciphertext.", Vec::clear),
        cbc("cbc_vector_only", "An initialisation vector and nothing behind it.", |bytes| bytes.truncate(16)),
        cbc("cbc_one_block", "The first block alone.", |bytes| bytes.truncate(32)),
        cbc("cbc_truncated", "Cut in the middle, between blocks.", |bytes| bytes.truncate(1600)),
        cbc("cbc_no_whole_block", "Cut inside a block.", |bytes| bytes.truncate(1601)),
        cbc("cbc_first_changed", "A bit of the vector changed, and so of the first block.", |bytes| flip(bytes, 0)),
        cbc("cbc_garbage", "Random octets.", |bytes| {
            bytes.iter_mut().enumerate().for_each(|(at, byte)| *byte = u8::try_from(at * 197 % 251).unwrap_or_default())
        }),
        gcm("gcm_empty", "No ciphertext.", Vec::clear),
        gcm("gcm_vector_only", "An initialisation vector and nothing behind it.", |bytes| bytes.truncate(12)),
        gcm("gcm_without_tag", "The tag is cut off.", |bytes| bytes.truncate(bytes.len() - 16)),
        gcm("gcm_short_tag", "Half of the tag.", |bytes| bytes.truncate(bytes.len() - 8)),
        gcm("gcm_tag_changed", "A bit of the tag changed.", flip_last),
        gcm("gcm_content_changed", "A bit of the content changed.", |bytes| flip(bytes, 700)),
        gcm("gcm_vector_changed", "A bit of the vector changed.", |bytes| flip(bytes, 3)),
        undecipherable("value_no_base64", "Content that is no base64.")
            .then(|xml| replace_between(xml, DATA.0, DATA.1, "not base64!")),
        // Under a signature of the response nothing is decrypted: the content was changed after it was signed.
        Attack::new("digest_mismatch", "ciphertext_changed", "A bit of the ciphertext changed in a signed response.")
            .encrypted(Encryption::okta())
            .then(|xml| with_ciphertext(xml, |bytes| flip(bytes, 700))),
        Attack::new("digest_mismatch", "encrypted_exchanged", "Another assertion, encrypted by a stranger.")
            .only_response()
            .encrypted(Encryption::okta())
            .then(|xml| {
                let forged = b"<saml2:Assertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"evil\"/>";
                let own = Encryption::okta().seal(forged)?;
                let sealed = super::part(xml, "<saml2:EncryptedAssertion", "</saml2:EncryptedAssertion>")?;
                Ok(xml.replace(sealed, &own))
            }),
    ]
}

fn flip(bytes: &mut [u8], position: usize) {
    bytes.iter_mut().skip(position).take(1).for_each(|byte| *byte ^= 1);
}

#[expect(clippy::ptr_arg, reason = "stands beside changes of the length")]
fn flip_last(bytes: &mut Vec<u8>) {
    bytes.iter_mut().next_back().into_iter().for_each(|byte| *byte ^= 1);
}

fn with_ciphertext(xml: &str, change: fn(&mut Vec<u8>)) -> Result<String> {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let (_, rest) = xml.split_once(DATA.0).ok_or("no ciphertext")?;
    let (value, _) = rest.split_once(DATA.1).ok_or("no end of the ciphertext")?;
    let mut bytes = STANDARD.decode(value)?;
    change(&mut bytes);
    replace_between(xml, DATA.0, DATA.1, &STANDARD.encode(bytes))
}

/// What a padding oracle would ask for, byte by byte (Vaudenay; Jager and Somorovsky).
fn paddings() -> Vec<Attack> {
    let padded = |name, why, padding| undecipherable(name, why).encrypted(Encryption::okta().padding(padding));
    vec![
        padded("padding_zero", "A padding that says it has no octets.", |length| vec![0; length]),
        padded("padding_over_a_block", "A padding of seventeen octets.", |length| vec![17; length]),
        padded("padding_of_255", "A padding that says it is longer than a block.", |length| vec![255; length]),
        padded("padding_of_spaces", "A padding that would be white space behind the assertion.", |length| {
            vec![b' '; length]
        }),
        undecipherable("padding_over_everything", "A padding that says it is all there is.")
            .encrypted(Encryption::okta().padding(|length| vec![200; length]))
            .content(|_| Ok(vec![b' '; 15])),
    ]
}
