//! Signatures that are broken or misplaced, or by another key.

use super::message::with_value;
use super::{Attack, part, signature};
use crate::replace_once;
use crate::sign::{KeyInfo, Result, Signing, sign, x509_certificate};

pub(super) fn all() -> Vec<Attack> {
    [tampered(), split(), keys(), places(), several()].into_iter().flatten().collect()
}

pub(super) fn invalid(name: &'static str, why: &'static str) -> Attack {
    Attack::new("signature_invalid", name, why)
}

pub(super) fn altered(name: &'static str, why: &'static str) -> Attack {
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
        altered("removed_attribute", "A restriction less.").only_assertion().then(|xml| {
            let role =
                part(xml, "<saml2:Attribute Name=\"workato_role\"", "<saml2:Attribute Name=\"workato_user_groups\"")?;
            Ok(xml.replace(role, "<saml2:Attribute Name=\"workato_user_groups\""))
        }),
        altered("renamed_attribute", "The role of one environment becomes another's.")
            .tampered("Name=\"workato_role\"", "Name=\"workato_role_prod\"")
            .only_assertion(),
        altered("added_value", "A group more.")
            .tampered(">Finance<", ">Finance</saml2:AttributeValue><saml2:AttributeValue>Administrators<")
            .only_response(),
        invalid("exchanged_ids", "Another assertion's ID, so that it can be used once more.")
            .then(|xml| Ok(xml.replace("id23073497561563902035180823", "id23073497561563902035180824")))
            .only_assertion(),
        altered("exchanged_request", "The answer to another request.")
            .then(|xml| Ok(xml.replace("_4d84a8f4b1d0c6ab7a41f8b02d3e5f60\" ", "_ffffffffffffffffffffffffffffffff\" ")))
            .only_assertion(),
        altered("longer_life", "Valid for another hour.")
            .then(|xml| Ok(xml.replace("T10:04:58", "T11:04:58")))
            .only_assertion(),
        altered("added_space", "A space behind the name.")
            .tampered("ann.lee@acme.test<", "ann.lee@acme.test <")
            .only_assertion(),
        altered("added_line", "A line break between two elements.")
            .tampered("<saml2:Subject>", "<saml2:Subject>\n")
            .only_assertion(),
        altered("other_letters", "A letter that looks the same.")
            .tampered("ann.lee@acme.test<", "\u{430}nn.lee@acme.test<")
            .only_assertion(),
        altered("exchanged_namespace", "The assertion's elements in another namespace.")
            .tampered("<saml2:Subject>", "<saml2:Subject xmlns:saml2=\"urn:oasis:names:tc:SAML:1.0:assertion\">")
            .only_assertion(),
        altered("default_attribute", "An attribute that says nothing, as a schema would add it.")
            .tampered("<saml2:NameID ", "<saml2:NameID NameQualifier=\"\" ")
            .only_assertion(),
        altered("nil", "A value that becomes nil.")
            .tampered(" xsi:type=\"xs:string\">Member<", " xsi:type=\"xs:string\" xsi:nil=\"true\">Member<")
            .only_assertion(),
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

/// What splits or hides a text for some readers changes the digest, wherever it is no comment.
fn split() -> Vec<Attack> {
    let name = "ann.lee@acme.test<";
    let split = |file, new: &'static str, why| altered(file, why).tampered(name, new).only_assertion();
    vec![
        split("split_by_element", "ann.lee@acme.test<x/><", "An empty element behind the name."),
        split("cut_by_comment", "<!-- ann.lee -->@acme.test<", "The beginning of the name moved into a comment."),
        split("joined_by_comment", "admin<!-- -->@acme.test<", "Another name, split by a comment."),
        split("joined_by_cdata", "<![CDATA[admin]]>@acme.test<", "Another name, split by a section."),
        split("joined_by_reference", "&#97;dmin@acme.test<", "Another name, written in references."),
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
        invalid("unknown_curve", "Signed by an elliptic curve that the metadata does not have.")
            .signing(Signing::okta().key("ec-384").method("ecdsa-sha384")),
        invalid("by_attacker_without_key_info", "The same as by the attacker, without a word about the key.")
            .signing(attacker().key_info(KeyInfo::None)),
        invalid("by_attacker_with_key_value", "The attacker's key itself lies in KeyInfo.")
            .signing(attacker().key_info(KeyInfo::KeyValue)),
        invalid("by_attacker_with_right_certificate", "Signed by the attacker, with the right certificate in KeyInfo.")
            .signing(attacker())
            .then(|xml| {
                let shown = part(xml, "<ds:X509Certificate>", "</ds:X509Certificate>")?;
                Ok(xml.replace(shown, &x509_certificate("rsa")?))
            }),
        invalid("by_attacker_in_chain", "The attacker's certificate stands among the right ones.")
            .signing(attacker().key_info(KeyInfo::Chain)),
        invalid("by_attacker_at_address", "KeyInfo says where the attacker's certificate can be had.")
            .signing(attacker().key_info(KeyInfo::RetrievalMethod)),
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
        misplaced("in_extensions", "A signature in the envelope's extensions.").then(move |xml| {
            let signature = signature(xml)?;
            let extensions = format!("<saml2p:Extensions>{signature}</saml2p:Extensions><saml2p:Status>");
            replace_once(&xml.replace(signature, ""), "<saml2p:Status>", &extensions)
        }),
        misplaced("in_conditions", "A signature inside the conditions.")
            .then(move |xml| moved(xml, "<saml2:AudienceRestriction>")),
        misplaced("in_key_info", "A signature inside a signature.").then(|xml| {
            let signature = signature(xml)?;
            let inner = signature.replace("</ds:KeyInfo>", &format!("{signature}</ds:KeyInfo>"));
            Ok(xml.replace(signature, &inner))
        }),
        misplaced(
            "detached",
            "The signature of the assertion stands at the end of the response and means it all the same.",
        )
        .then(|xml| {
            let signature = signature(xml)?;
            let wrapped = format!("<x:Signatures xmlns:x=\"urn:x\">{signature}</x:Signatures></saml2p:Response>");
            replace_once(&xml.replace(signature, ""), "</saml2p:Response>", &wrapped)
        }),
        Attack::new("assertion_misplaced", "in_object", "The assertion lies in an Object of its own signature.")
            .only_assertion()
            .then(|xml| {
                let assertion = super::assertion(xml)?;
                let signature = signature(assertion)?;
                let object = format!("<ds:Object>{}</ds:Object></ds:Signature>", assertion.replace(signature, ""));
                Ok(xml.replace(assertion, &signature.replace("</ds:Signature>", &object)))
            }),
    ]
}

fn several() -> Vec<Attack> {
    vec![
        Attack::new("several_signatures", "of_the_response", "Two signatures of the response.").only_response().then(
            |xml| {
                let signature = signature(xml)?;
                replace_once(xml, "</saml2p:Response>", &format!("{signature}</saml2p:Response>"))
            },
        ),
        Attack::new("several_signatures", "first_by_attacker", "The attacker's signature stands before the right one.")
            .only_assertion()
            .then(|xml| {
                let own = sign(crate::good::OKTA.0.trim_end(), None, Some(&Signing::okta().key("attacker")))?;
                let right = signature(xml)?;
                Ok(xml.replace(right, &format!("{}{right}", signature(&own)?)))
            }),
        Attack::new("several_signatures", "copied", "Two signatures of one element: which one must hold?")
            .only_assertion()
            .then(|xml| {
                let signature = signature(xml)?;
                Ok(xml.replace(signature, &format!("{signature}{signature}")))
            }),
    ]
}
