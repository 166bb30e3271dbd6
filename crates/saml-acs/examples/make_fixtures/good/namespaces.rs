//! The same names, with namespaces declared elsewhere and other prefixes.

use serde_json::json;

use super::{Good, OKTA};
use crate::replace_once;
use crate::sign::{ENVELOPED, EXCLUSIVE, Result, Signing, inclusive, transform};

const SAML: &str = " xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\"";
const PROTOCOL: &str = " xmlns:saml2p=\"urn:oasis:names:tc:SAML:2.0:protocol\"";
const XS: &str = " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"";
const XSI: &str = " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";

pub(super) fn all() -> Vec<Good> {
    [places(), prefixes(), types(), others()].into_iter().flatten().collect()
}

fn declared(name: &'static str, why: &'static str) -> Good {
    Good::okta("namespaces", name, why)
}

fn places() -> Vec<Good> {
    vec![
        declared("at_the_root", "Every namespace is declared at the root, none below.").rewritten(at_the_root),
        declared(
            "at_the_root_assertion_signed",
            "The same where only the assertion is signed: exclusive form \
            carries what it uses.",
        )
        .rewritten(at_the_root)
        .only_assertion(),
        declared(
            "at_the_root_without_list",
            "The same without a list of prefixes: xs is not part of the signed bytes.",
        )
        .rewritten(at_the_root)
        .only_assertion()
        .signed_by(Signing::okta().transforms(transform(ENVELOPED) + &transform(EXCLUSIVE))),
        declared("at_each_element", "Every element declares its own namespace again.")
            .rewritten(|xml| Ok(xml.replace(SAML, "")))
            .rewritten(at_each_element),
        declared("at_the_leaves", "The assertion's prefix is declared again, to the same, at every value.").everywhere(
            "<saml2:AttributeValue ",
            "<saml2:AttributeValue \
                xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\" ",
        ),
        declared("unused", "Namespaces that nobody uses.").changed(
            "<saml2p:Response ",
            "<saml2p:Response xmlns:a=\"urn:example:a\" xmlns:b=\"mailto:b@example.test\" \
                xmlns=\"urn:example:default\" ",
        ),
        declared("unused_at_the_assertion", "The same at the assertion, where only that is signed.")
            .changed(
                "<saml2:Assertion ",
                "<saml2:Assertion \
                xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\" ",
            )
            .only_assertion(),
    ]
}

fn prefixes() -> Vec<Good> {
    vec![
        declared("default_for_assertions", "The assertion's namespace is the default one.").rewritten(|xml| {
            Ok(xml.replace("<saml2:", "<").replace("</saml2:", "</").replace("xmlns:saml2=", "xmlns="))
        }),
        declared("default_for_responses", "The response's namespace is the default one.").rewritten(|xml| {
            Ok(xml.replace("<saml2p:", "<").replace("</saml2p:", "</").replace("xmlns:saml2p=", "xmlns="))
        }),
        declared("default_for_both", "Both are, one inside the other.").rewritten(|xml| {
            let xml = xml.replace("<saml2:", "<").replace("</saml2:", "</").replace("xmlns:saml2=", "xmlns=");
            Ok(xml.replace("<saml2p:", "<").replace("</saml2p:", "</").replace("xmlns:saml2p=", "xmlns="))
        }),
        declared("long_prefixes", "Prefixes of every sign that a name may have.").rewritten(|xml| {
            Ok(xml.replace("saml2p", "_-.protocol\u{e9}").replace("saml2:", "A:").replace(":saml2=", ":A="))
        }),
        declared("exchanged_prefixes", "The usual prefixes, each for the other namespace.")
            .rewritten(|xml| Ok(xml.replace("saml2p", "\u{1}").replace("saml2", "saml2p").replace('\u{1}', "saml2"))),
        declared("one_prefix_for_both", "One prefix, which the assertion binds to another namespace.")
            .rewritten(|xml| Ok(xml.replace("saml2p", "s").replace("saml2:", "s:").replace(":saml2=", ":s="))),
        declared("two_prefixes_for_one", "Two prefixes for one namespace.")
            .changed("<saml2:Assertion ", "<saml2:Assertion xmlns:other=\"urn:oasis:names:tc:SAML:2.0:assertion\" ")
            .everywhere("saml2:Subject>", "other:Subject>")
            .everywhere("saml2:Conditions", "other:Conditions"),
        declared("signature_prefix_at_the_root", "The signature's prefix is declared at the root as well.")
            .changed("<saml2p:Response ", "<saml2p:Response xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" "),
        declared("signature_prefix_of_another", "The signature's prefix means something else outside of it.")
            .changed("<saml2p:Response ", "<saml2p:Response xmlns:ds=\"urn:example:ds\" "),
    ]
}

fn types() -> Vec<Good> {
    let typed = |name, kind: &'static str, why| declared(name, why).everywhere("xsi:type=\"xs:string\"", kind);
    vec![
        typed("any_type", "xsi:type=\"xs:anyType\"", "Values of any type."),
        typed("any_simple_type", "xsi:type=\"xs:anySimpleType\"", "Values of any simple type."),
        typed("untyped", "", "Values without a type."),
        declared("other_types", "Values that are a boolean, a number, a time and bytes: read as they are written.")
            .changed(
                "xs:string\">Member<",
                "xs:boolean\">true</saml2:AttributeValue><saml2:AttributeValue>007</saml2:AttributeValue>\
                 <saml2:AttributeValue>2026-11-22T10:00:00Z</saml2:AttributeValue><saml2:AttributeValue>TWVtYmVy<",
            )
            .says("/attributes/0/1", json!(["true", "007", "2026-11-22T10:00:00Z", "TWVtYmVy"])),
        declared("type_prefix_not_listed", "The prefix of a type is not among the listed ones.")
            .everywhere("xs:string", "xsd:string")
            .changed("<saml2:Assertion ", "<saml2:Assertion xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" "),
    ]
}

fn others() -> Vec<Good> {
    let listed = Signing::okta().transforms(transform(ENVELOPED) + &inclusive("#default x"));
    vec![
        declared(
            "undeclared_namespace",
            "A value with an element of no namespace: complex content is read as no text.",
        )
        .changed(">Member<", "><role xmlns=\"\">Member</role><")
        .says("/attributes/0/1", json!([""])),
        Good::new(
            "namespaces",
            "listed_default",
            OKTA,
            listed,
            "A default namespace that is listed, and one that is not.",
        )
        .changed("<saml2p:Response ", "<saml2p:Response xmlns=\"urn:example:default\" xmlns:x=\"urn:example:x\" ")
        .changed("<saml2:Assertion ", "<saml2:Assertion xmlns:x=\"urn:example:other\" "),
        declared("odd_names", "Namespace names that differ in case, by a slash, or in escapes are different ones.")
            .changed(
                "<saml2:AuthnContext>",
                "<saml2:AuthnContext xmlns:a=\"URN:example\" xmlns:b=\"urn:example\" xmlns:c=\"urn:example/\" \
             xmlns:d=\"urn:ex%61mple\" a:x=\"\" b:x=\"\" c:x=\"\" d:x=\"\">",
            ),
    ]
}

fn at_the_root(xml: &str) -> Result<String> {
    let without =
        [SAML, PROTOCOL, XS, XSI].iter().fold(xml.to_owned(), |xml, declaration| xml.replace(declaration, ""));
    let root = format!("<saml2p:Response{PROTOCOL}{SAML}{XS}{XSI} ");
    replace_once(&without, "<saml2p:Response ", &root)
}

fn at_each_element(xml: &str) -> Result<String> {
    let tags = xml.split("<saml2:").enumerate().map(|(nth, part)| {
        let at = part.find([' ', '>', '/']).filter(|_| nth > 0).unwrap_or_default();
        let (name, rest) = part.split_at(at);
        if nth > 0 { format!("{name}{SAML}{rest}") } else { part.to_owned() }
    });
    Ok(tags.collect::<Vec<_>>().join("<saml2:"))
}
