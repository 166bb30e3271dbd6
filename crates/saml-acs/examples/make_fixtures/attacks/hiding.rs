//! Signature wrapping in every permutation: what is signed and what is forged change places, one of them is hidden
//! wherever a
//! schema lets anything stand, and both have IDs of their own or the same one.

use super::{Attack, assertion, signature};
use crate::replace_once;
use crate::sign::Result;

const ASSERTION_ID: &str = "ID=\"id23073497561563902035180823\"";
const RESPONSE_ID: &str = "ID=\"id23073497561478311268137204\"";

/// Where something is hidden in an assertion, a signature or an envelope.
struct Place {
    name: &'static str,
    told: &'static str,
    /// What it is put in the place of; the content stands for `{}` in `new`.
    old: &'static str,
    new: &'static str,
}

const fn place(name: &'static str, told: &'static str, old: &'static str, new: &'static str) -> Place {
    Place { name, told, old, new }
}

const IN_ENVELOPE: [Place; 3] = [
    place("extensions", "in Extensions", "<saml2p:Status>", "<saml2p:Extensions>{}</saml2p:Extensions><saml2p:Status>"),
    place(
        "status_detail",
        "in StatusDetail",
        "</saml2p:Status>",
        "<saml2p:StatusDetail>{}</saml2p:StatusDetail></saml2p:Status>",
    ),
    place(
        "status_message",
        "in StatusMessage",
        "</saml2p:Status>",
        "<saml2p:StatusMessage>{}</saml2p:StatusMessage></saml2p:Status>",
    ),
];

const IN_ASSERTION: [Place; 6] = [
    place("advice", "in Advice", "<saml2:AuthnStatement ", "<saml2:Advice>{}</saml2:Advice><saml2:AuthnStatement "),
    place("attribute_value", "in an AttributeValue", ">Member<", ">{}<"),
    place(
        "confirmation_data",
        "in SubjectConfirmationData",
        "</saml2:SubjectConfirmation>",
        "<saml2:SubjectConfirmationData>{}</saml2:SubjectConfirmationData></saml2:SubjectConfirmation>",
    ),
    place(
        "context",
        "in AuthnContextDecl",
        "</saml2:AuthnContext>",
        "<saml2:AuthnContextDecl>{}</saml2:AuthnContextDecl></saml2:AuthnContext>",
    ),
    place(
        "condition",
        "in a Condition",
        "</saml2:Conditions>",
        "<saml2:Condition>{}</saml2:Condition></saml2:Conditions>",
    ),
    place("subject", "in the Subject", "</saml2:Subject>", "{}</saml2:Subject>"),
];

const IN_SIGNATURE: [Place; 3] = [
    place("object", "in the signature's Object", "</ds:Signature>", "<ds:Object>{}</ds:Object></ds:Signature>"),
    place("key_info", "in KeyInfo", "</ds:KeyInfo>", "{}</ds:KeyInfo>"),
    place("signed_info", "in SignedInfo", "</ds:SignedInfo>", "{}</ds:SignedInfo>"),
];

pub(super) fn all() -> Vec<Attack> {
    [signed_hidden(), signature_taken(), forged_hidden(), responses(), without_id()].into_iter().flatten().collect()
}

/// The check that refuses two assertions, by whether they share an ID.
fn check(same_id: bool) -> &'static str {
    if same_id { "duplicate_id" } else { "several_assertions" }
}

fn named(kind: &str, place: &Place, same_id: bool) -> String {
    format!("{kind}_{}{}", place.name, if same_id { "_same_id" } else { "" })
}

fn told(sentence: &str, place: &Place, same_id: bool) -> String {
    let ids = if same_id { ", both under one ID" } else { "" };
    format!("{sentence} {}{ids}.", place.told)
}

/// In `xml`, the content at the place.
fn put(xml: &str, place: &Place, content: &str) -> Result<String> {
    replace_once(xml, place.old, &place.new.replace("{}", content))
}

/// Somebody else's assertion, with the signed one's signature.
fn forged(signed: &str, same_id: bool) -> String {
    let other = signed.replace("ann.lee@acme.test", "admin@acme.test");
    if same_id { other } else { other.replace(ASSERTION_ID, "ID=\"evil\"") }
}

fn unsigned(xml: &str) -> Result<String> {
    Ok(xml.replace(signature(xml)?, ""))
}

/// The signed assertion keeps its signature and is hidden; a forged one without any stands in its place.
fn signed_hidden() -> Vec<Attack> {
    let hide = |place: &'static Place, same_id: bool| {
        let name = named("signed", place, same_id);
        let why = told("The signed assertion is hidden in an unsigned one:", place, same_id);
        Attack::new(check(same_id), name, why).only_assertion().then(move |xml| {
            let signed = assertion(xml)?;
            let outer = xml.replace(signed, &unsigned(&forged(signed, same_id))?);
            put(&outer, place, signed)
        })
    };
    let places = IN_ENVELOPE.iter().chain(&IN_ASSERTION);
    places.flat_map(|place| [hide(place, false), hide(place, true)]).collect()
}

/// The signature stands in the forged assertion and refers to the signed one, which is hidden without it.
fn signature_taken() -> Vec<Attack> {
    let hide = |place: &'static Place, same_id: bool| {
        let name = named("bare", place, same_id);
        let why = told("The forged assertion has taken the signature of the one that is hidden", place, same_id);
        Attack::new(check(same_id), name, why).only_assertion().then(move |xml| {
            let signed = assertion(xml)?;
            put(&xml.replace(signed, &forged(signed, same_id)), place, &unsigned(signed)?)
        })
    };
    let places = IN_ENVELOPE.iter().chain(&IN_ASSERTION).chain(&IN_SIGNATURE);
    places.flat_map(|place| [hide(place, false), hide(place, true)]).collect()
}

/// The signed assertion stays where it is. What is forged is hidden where no digest covers it.
fn forged_hidden() -> Vec<Attack> {
    let hide = |place: &'static Place, same_id: bool| {
        let name = named("forged", place, same_id);
        let why = told("The forged assertion is hidden where no digest covers it:", place, same_id);
        Attack::new(check(same_id), name, why).only_assertion().then(move |xml| {
            let hidden = unsigned(&forged(assertion(xml)?, same_id))?;
            put(xml, place, &hidden)
        })
    };
    let places = IN_ENVELOPE.iter().chain(&IN_SIGNATURE);
    places.flat_map(|place| [hide(place, false), hide(place, true)]).collect()
}

/// The same with a signed response, with and without its signature, inside a forged one.
fn responses() -> Vec<Attack> {
    let hide = |place: &'static Place, same_id: bool, kept: bool| {
        let kind = if kept { "signed_response" } else { "bare_response" };
        let sentence = if kept {
            "The signed response is hidden in an unsigned one:"
        } else {
            "The forged response has taken the signature of the one that is hidden"
        };
        let (name, why) = (named(kind, place, same_id), told(sentence, place, same_id));
        let check = if same_id { "duplicate_id" } else { "several_responses" };
        Attack::new(check, name, why).only_response().then(move |xml| {
            let other = forged(xml, same_id);
            let other = if same_id { other } else { other.replace(RESPONSE_ID, "ID=\"evil-response\"") };
            if kept { put(&unsigned(&other)?, place, xml) } else { put(&other, place, &unsigned(xml)?) }
        })
    };
    let outer = IN_ENVELOPE.iter().chain(&IN_ASSERTION[..2]);
    let kept = outer.clone().flat_map(|place| [hide(place, false, true), hide(place, true, true)]);
    let taken = outer.chain(&IN_SIGNATURE[..2]).flat_map(|place| [hide(place, false, false), hide(place, true, false)]);
    kept.chain(taken).collect()
}

fn without_id() -> Vec<Attack> {
    let several = |name, why| Attack::new("several_assertions", name, why).only_assertion();
    let nameless = |signed: &str| forged(signed, false).replace(" ID=\"evil\"", "");
    vec![
        several("no_id_before", "A forged assertion without an ID stands before the signed one.").then(move |xml| {
            let signed = assertion(xml)?;
            Ok(xml.replace(signed, &(unsigned(&nameless(signed))? + signed)))
        }),
        several("no_id_around", "A forged assertion without an ID holds the signed one.").then(move |xml| {
            let signed = assertion(xml)?;
            let outer = unsigned(&nameless(signed))?;
            Ok(xml.replace(signed, &outer.replace("</saml2:Assertion>", &format!("{signed}</saml2:Assertion>"))))
        }),
        several("no_id_with_signature", "A forged assertion without an ID has taken the signature.").then(move |xml| {
            let signed = assertion(xml)?;
            Ok(xml.replace(signed, &(nameless(signed) + &unsigned(signed)?)))
        }),
    ]
}
