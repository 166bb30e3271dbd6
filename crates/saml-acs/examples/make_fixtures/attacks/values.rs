//! Signature values and digests that are nearly right.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::bn::BigNum;
use openssl::ec::EcGroup;
use openssl::ecdsa::EcdsaSig;
use openssl::nid::Nid;

use super::message::with_value;
use super::signatures::{altered, invalid};
use super::{Attack, signature};
use crate::replace_once;
use crate::sign::{Result, Signing, reseal, sign, signature_value};

pub(super) fn all() -> Vec<Attack> {
    [rsa(), ecdsa(), digests()].into_iter().flatten().collect()
}

/// The value of the assertion's RSA signature, changed.
fn value(name: &'static str, why: &'static str, change: fn(Vec<u8>) -> Vec<u8>) -> Attack {
    invalid(name, why)
        .only_assertion()
        .then(move |xml| with_value(xml, "SignatureValue", &STANDARD.encode(change(signature_value(xml)?))))
}

fn rsa() -> Vec<Attack> {
    let text = |name, text: &'static str, why| {
        invalid(name, why).only_assertion().then(move |xml| with_value(xml, "SignatureValue", text))
    };
    vec![
        text("empty_signature_value", "", "No signature value at all."),
        text("short_signature_value", "AA==", "A signature value of one byte."),
        text("garbage_signature_value", "!!!", "A signature value that is no base64."),
        text("value_in_element", "<ds:x>AAAA</ds:x>", "A signature value inside of another element."),
        value("one", "The number one, whose every power is itself.", |value| {
            let mut one = vec![0; value.len()];
            if let Some(last) = one.last_mut() {
                *last = 1;
            }
            one
        }),
        value("zeros", "The number zero, of the right length.", |value| vec![0; value.len()]),
        value("one_byte_more", "A null byte behind the value.", |value| [value, vec![0]].concat()),
        value("leading_null", "A null byte before the value.", |value| [vec![0], value].concat()),
        value("one_byte_less", "The last byte is missing.", |mut value| {
            value.pop();
            value
        }),
        value("one_bit", "One bit is another.", |mut value| {
            if let Some(first) = value.first_mut() {
                *first ^= 1;
            }
            value
        }),
        value("reversed", "The bytes in the other order.", |value| value.into_iter().rev().collect()),
        invalid("other_key_kind", "An RSA signature that claims to be ECDSA.")
            .only_assertion()
            .tampered("#rsa-sha256", "#ecdsa-sha256"),
        altered("signature_of_another", "The signature was made for another assertion of the same ID.")
            .only_assertion()
            .then(|xml| {
                let other = replace_once(crate::good::OKTA.0, "ann.lee@acme.test", "admin@acme.test")?;
                let other = sign(other.trim_end(), None, Some(&Signing::okta()))?;
                Ok(xml.replace(signature(xml)?, signature(&other)?))
            }),
    ]
}

/// `r` and `s` of the assertion's ECDSA signature over P-256, changed.
fn curve(name: &'static str, why: &'static str, change: fn(&[u8], &[u8]) -> Result<Vec<u8>>) -> Attack {
    invalid(name, why).signing(Signing::okta().key("ec").method("ecdsa-sha256")).then(move |xml| {
        let value = signature_value(xml)?;
        let (r, s) = value.split_at(32);
        with_value(xml, "SignatureValue", &STANDARD.encode(change(r, s)?))
    })
}

fn ecdsa() -> Vec<Attack> {
    vec![
        curve("zero_ecdsa", "An ECDSA signature of two zeros, which broken verifiers accept for any text.", |_, _| {
            Ok(vec![0; 64])
        }),
        curve("zero_r", "Only r is zero.", |_, s| Ok([&[0; 32], s].concat())),
        curve("zero_s", "Only s is zero.", |r, _| Ok([r, &[0; 32]].concat())),
        curve("order_as_both", "The order of the curve, which is zero again.", |_, _| {
            let order = order()?.to_vec();
            Ok([order.clone(), order].concat())
        }),
        curve("r_beyond_order", "The same number, counted once around: a second signature for one text.", |r, s| {
            let mut sum = BigNum::new()?;
            sum.checked_add(&*BigNum::from_slice(r)?, &*order()?)?;
            Ok([sum.to_vec_padded(33)?, [&[0], s].concat()].concat())
        }),
        curve("exchanged", "r and s have changed places.", |r, s| Ok([s, r].concat())),
        curve("der", "As certificates write it, not as XML signatures do.", |r, s| {
            Ok(EcdsaSig::from_private_components(BigNum::from_slice(r)?, BigNum::from_slice(s)?)?.to_der()?)
        }),
        curve("padded", "Both numbers with a null byte before them.", |r, s| Ok([&[0], r, &[0], s].concat())),
        curve("half", "r alone.", |r, _| Ok(r.to_vec())),
    ]
}

fn order() -> Result<BigNum> {
    let (group, mut order) = (EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?, BigNum::new()?);
    let mut context = openssl::bn::BigNumContext::new()?;
    group.order(&mut order, &mut context)?;
    Ok(order)
}

/// The value over `SignedInfo` is made anew: only the digest in it is wrong.
fn digests() -> Vec<Attack> {
    let digest = |name, why, change: fn(Vec<u8>) -> String| {
        altered(name, why).only_assertion().then(move |xml| {
            let (_, rest) = xml.split_once("<ds:DigestValue>").ok_or("no digest")?;
            let (digest, _) = rest.split_once("</ds:DigestValue>").ok_or("no digest")?;
            reseal(&with_value(xml, "DigestValue", &change(STANDARD.decode(digest)?))?, "rsa")
        })
    };
    vec![
        digest("empty_digest", "No digest at all.", |_| String::new()),
        digest("short_digest", "The digest's first byte alone.", |digest| {
            STANDARD.encode(digest.get(..1).unwrap_or_default())
        }),
        digest("half_digest", "The first half of the digest.", |digest| {
            STANDARD.encode(digest.get(..16).unwrap_or_default())
        }),
        digest("longer_digest", "A byte more than the digest.", |digest| STANDARD.encode([digest, vec![0]].concat())),
        digest("digest_twice", "The digest twice.", |digest| STANDARD.encode([digest.clone(), digest].concat())),
        digest("digest_in_hex", "The digest in hexadecimal digits.", |digest| {
            digest.iter().map(|byte| format!("{byte:02x}")).collect()
        }),
        digest("digest_of_nothing", "The digest of an empty text.", |_| {
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=".to_owned()
        }),
    ]
}
