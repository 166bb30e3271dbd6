//! Signatures that are broken, misplaced, or built in another way than SAML allows.

use super::message::with_value;
use super::{Attack, part, signature};
use crate::replace_once;
use crate::sign::{ENVELOPED, Result, Signing, inclusive, reseal, sign, transform};

pub(super) fn all() -> Vec<Attack> {
    [tampered(), values(), keys(), places(), structures()].into_iter().flatten().collect()
}

fn invalid(name: &'static str, why: &'static str) -> Attack {
    Attack::new("signature_invalid", name, why)
}

fn altered(name: &'static str, why: &'static str) -> Attack {
    Attack::new("digest_mismatch", name, why)
}

fn tampered() -> Vec<Attack> {
    let (ours, other) = (">https://gatehouse.example.test/saml/acme/metadata<", ">https://other.test<");
    let added = "<saml2:AttributeStatement><saml2:Attribute Name=\"workato_role_prod\"><saml2:AttributeValue>\
                 Environment admin</saml2:AttributeValue></saml2:Attribute>";
    vec![
        altered("tampered_name_id", "Another person's name.")
            .tampered("ann.lee@acme.test", "admin@acme.test")
            .only_assertion(),
        altered("tampered_role", "More access.").tampered(">Member<", ">Environment admin<").only_response(),
        altered("tampered_envelope", "An envelope for another service, although it is signed.")
            .tampered("Destination=\"https://gatehouse", "Destination=\"https://other")
            .only_response(),
        altered("added_attribute", "An attribute more.").tampered("<saml2:AttributeStatement>", added),
        altered("exchanged_audience", "Made for another service, and changed to be for us.")
            .said(ours, other)
            .tampered(other, ours)
            .only_assertion(),
        invalid("tampered_digest", "Tampered with, and the digest changed as well.")
            .tampered(">Member<", ">Environment admin<")
            .only_assertion()
            .then(|xml| with_value(xml, "DigestValue", "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=")),
    ]
}

fn values() -> Vec<Attack> {
    vec![
        invalid("empty_signature_value", "No signature value at all.")
            .only_assertion()
            .then(|xml| with_value(xml, "SignatureValue", "")),
        invalid("short_signature_value", "A signature value of one byte.")
            .only_assertion()
            .then(|xml| with_value(xml, "SignatureValue", "AA==")),
        invalid("zero_ecdsa", "An ECDSA signature of two zeros, which broken verifiers accept for any text.")
            .signing(Signing::okta().key("ec").method("ecdsa-sha256"))
            .then(|xml| with_value(xml, "SignatureValue", &("A".repeat(86) + "=="))),
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

fn keys() -> Vec<Attack> {
    let attacker = || Signing::okta().key("attacker");
    let why = "The response is signed properly, its assertion by somebody else.";
    let mut assertion_by_attacker = invalid("assertion_by_attacker", why);
    assertion_by_attacker.assertion = Some(attacker());
    let why = "The assertion is signed properly, the response around it by somebody else.";
    let mut response_by_attacker = invalid("response_by_attacker", why);
    response_by_attacker.response = Some(attacker());
    vec![
        invalid("by_attacker", "Signed properly, but by somebody whose certificate lies in KeyInfo.")
            .signing(attacker()),
        invalid("retired_certificate", "Signed by a key that the metadata does not have.")
            .signing(Signing::okta().key("rsa-next")),
        assertion_by_attacker,
        response_by_attacker,
    ]
}

fn places() -> Vec<Attack> {
    let misplaced = |name, why| Attack::new("signature_misplaced", name, why).only_assertion();
    let moved = |xml: &str, start: &str| -> Result<String> {
        let signature = signature(xml)?;
        replace_once(&xml.replace(signature, ""), start, &format!("{start}{signature}"))
    };
    let advice = "<saml2:Advice><ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/></saml2:Advice>\
                  <saml2:AuthnStatement ";
    vec![
        misplaced("in_subject", "A signature inside what it signs, but not as its child.")
            .then(move |xml| moved(xml, "<saml2:Subject>")),
        misplaced("in_status", "A signature beside what it signs.").then(move |xml| moved(xml, "<saml2p:Status>")),
        misplaced("second_in_advice", "A signature more, deep inside.").said("<saml2:AuthnStatement ", advice),
        Attack::new("several_signatures", "copied", "Two signatures of one element: which one must hold?")
            .only_assertion()
            .then(|xml| {
                let signature = signature(xml)?;
                Ok(xml.replace(signature, &format!("{signature}{signature}")))
            }),
    ]
}

fn structures() -> Vec<Attack> {
    let structure = |name, why| Attack::new("signature_structure", name, why).only_assertion();
    vec![
        structure("object", "An Object can hold anything, and be referred to.")
            .tampered("</ds:Signature>", "<ds:Object>anything</ds:Object></ds:Signature>"),
        structure("manifest", "A Manifest's references need not be checked.")
            .tampered("</ds:Signature>", "<ds:Object><ds:Manifest></ds:Manifest></ds:Object></ds:Signature>"),
        structure("two_signed_infos", "One SignedInfo is verified, the other one read.").then(|xml| {
            let signed_info = part(xml, "<ds:SignedInfo>", "</ds:SignedInfo>")?;
            Ok(xml.replace(signed_info, &format!("{signed_info}{signed_info}")))
        }),
        structure("empty", "A signature without content.").then(|xml| {
            let empty = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>";
            Ok(xml.replace(signature(xml)?, empty))
        }),
        structure("signature_method_parameter", "An HMACOutputLength once made verifiers compare no bits at all.")
            .then(|xml| {
                let method = "#rsa-sha256\">";
                reseal(
                    &replace_once(xml, method, &format!("{method}<ds:HMACOutputLength>0</ds:HMACOutputLength>"))?,
                    "rsa",
                )
            }),
        structure("many_prefixes", "Each prefix costs the canonicaliser a look-up for each element.")
            .signing(Signing::usual().transforms(transform(ENVELOPED) + &inclusive(&"p ".repeat(5000)))),
    ]
}
