//! Tricks with XML itself, and messages that are something else.

use super::{Attack, assertion, signature};
use crate::replace_once;
use crate::sign::{Result, replace_between};

const RESPONSE: &str = "<saml2p:Response xmlns";

pub(super) fn all() -> Vec<Attack> {
    [encodings(), declarations(), malformed(), ids(), other_messages()].into_iter().flatten().collect()
}

fn encodings() -> Vec<Attack> {
    let declared = |name, encoding: &'static str, why| {
        Attack::new("encoding", name, why).then(move |xml| {
            replace_once(xml, RESPONSE, &format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>{RESPONSE}"))
        })
    };
    vec![
        declared("latin_1_declared", "ISO-8859-1", "One parser reads the bytes as declared, the other as UTF-8."),
        declared("utf_7_declared", "UTF-7", "UTF-7 hides markup from whoever reads ASCII."),
        declared("utf_16_declared", "UTF-16", "The declaration does not fit the bytes."),
        Attack::new("encoding", "xml_1_1", "XML 1.1 allows control characters and other line ends.")
            .then(|xml| replace_once(xml, RESPONSE, &format!("<?xml version=\"1.1\"?>{RESPONSE}"))),
        Attack::new("encoding", "invalid_utf_8", "An overlong encoding of a character.")
            .tampered(">Member<", ">Member\u{1}<")
            .encoded(|xml| {
                let bytes = xml.into_bytes();
                bytes.into_iter().flat_map(|byte| if byte == 1 { vec![0xC0, 0x80] } else { vec![byte] }).collect()
            }),
    ]
}

fn declarations() -> Vec<Attack> {
    let doctype = |name, declaration: &'static str, why| {
        Attack::new("doctype", name, why)
            .then(move |xml| replace_once(xml, RESPONSE, &format!("{declaration}{RESPONSE}")))
    };
    vec![
        doctype(
            "entity",
            "<!DOCTYPE r [<!ENTITY admin \"Environment admin\">]>",
            "A document type can define entities.",
        ),
        doctype(
            "external",
            "<!DOCTYPE r SYSTEM \"http://attacker.test/evil.dtd\">",
            "An external document type is fetched by some parsers.",
        ),
        doctype(
            "id_attribute",
            "<!DOCTYPE r [<!ATTLIST saml2:Attribute Name ID #REQUIRED>]>",
            "A document type can make any attribute an ID.",
        ),
        doctype(
            "default_attribute",
            "<!DOCTYPE r [<!ATTLIST saml2:NameID Format CDATA \"x\">]>",
            "A document type can add attributes.",
        ),
        doctype(
            "billion_laughs",
            "<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;\">]>",
            "Entities that multiply.",
        ),
        Attack::new(
            "processing_instruction",
            "in_name_id",
            "Some readers stop at a processing instruction inside a text.",
        )
        .said(">ann.lee@acme.test<", ">ann.lee@acme.test<?x?>.attacker.test<"),
        Attack::new("processing_instruction", "before_root", "A style sheet for the message.")
            .then(|xml| Ok(format!("<?xml-stylesheet href=\"http://attacker.test/\"?>{xml}"))),
        Attack::new("entity_reference", "undefined", "An entity that only a document type could define.")
            .tampered(">Member<", ">&admin;<"),
        Attack::new("entity_reference", "in_attribute", "The same in an attribute.")
            .tampered("Name=\"workato_role\"", "Name=\"&role;\""),
        Attack::new(
            "relative_namespace",
            "on_value",
            "Canonicalisers differ about relative namespace names; libxml2's refuses to sign one.",
        )
        .tampered(">Member<", " xmlns:x=\"relative\" x:y=\"\">Member<"),
    ]
}

fn malformed() -> Vec<Attack> {
    let malformed = |name, why| Attack::new("malformed_xml", name, why);
    vec![
        malformed("trailing_text", "A recovering parser ignores what follows the root element.")
            .then(|xml| Ok(format!("{xml}garbage"))),
        malformed("second_root", "The same with a second message.").then(|xml| Ok(format!("{xml}{xml}"))),
        malformed("unclosed_root", "A recovering parser closes what is left open.").tampered("</saml2p:Response>", ""),
        malformed("duplicate_attribute", "Readers differ about which of two attributes counts.")
            .tampered("Name=\"workato_role\"", "Name=\"workato_role\" Name=\"workato_role_prod\""),
        malformed("unbound_prefix", "A prefix without a namespace.")
            .tampered("<saml2p:Status>", "<saml2p:Status evil:a=\"\">"),
        malformed("double_hyphen", "A comment that SGML would end earlier.")
            .tampered("<saml2p:Status>", "<!-- -- --><saml2p:Status>"),
        malformed("bare_less_than", "Markup inside an attribute value.")
            .tampered("Name=\"workato_role\"", "Name=\"<workato_role\""),
        malformed("null_character", "A null character ends the text for readers in C.")
            .tampered(">ann.lee@acme.test<", ">ann.lee@acme.test\0.attacker.test<"),
        malformed("mismatched_tags", "A recovering parser guesses which element ends.")
            .tampered("</saml2p:Status>", "</saml2p:Response>"),
    ]
}

fn ids() -> Vec<Attack> {
    let id = "ID=\"id23073497561563902035180823\"";
    vec![
        Attack::new(
            "duplicate_id",
            "response_and_assertion",
            "A reference to an ID that two elements have means either.",
        )
        .said("ID=\"id23073497561478311268137204\"", id)
        .only_assertion(),
        Attack::new("duplicate_id", "xml_id", "libxml2 takes xml:id for an ID as well.")
            .said("<saml2p:Status>", "<saml2p:Status xml:id=\"id23073497561563902035180823\">"),
        Attack::new("duplicate_id", "lower_case", "Some verifiers look for Id and id too.")
            .said("<saml2p:Status>", "<saml2p:Status id=\"id23073497561563902035180823\">"),
        Attack::new(
            "malformed_id",
            "missing",
            "An assertion that can't be referred to, nor remembered against replay.",
        )
        .said(format!(" {id}"), "")
        .only_response(),
        Attack::new("malformed_id", "number", "An ID must be an XML name.")
            .said("ID=\"id2307349756147", "ID=\"2307349756147")
            .only_assertion(),
    ]
}

fn other_messages() -> Vec<Attack> {
    let other = |name, why| Attack::new("not_a_response", name, why);
    vec![
        other("bare_assertion", "An assertion without its response, as a stolen one would be replayed.")
            .then(|xml| assertion(xml).map(str::to_owned)),
        other("logout_response", "A message that proves nobody's identity.")
            .then(|xml| Ok(xml.replace("saml2p:Response", "saml2p:LogoutResponse"))),
        other("foreign_namespace", "A Response of another vocabulary.").said(
            "xmlns:saml2p=\"urn:oasis:names:tc:SAML:2.0:protocol\"",
            "xmlns:saml2p=\"urn:oasis:names:tc:SAML:1.0:protocol\"",
        ),
        other("soap_envelope", "The response inside something else.").then(|xml| {
            Ok(format!("<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\"><Body>{xml}</Body></Envelope>"))
        }),
        Attack::new("encrypted_assertion", "instead", "An encrypted assertion, which is not supported.")
            .only_response()
            .said_encrypted(),
        Attack::new("encrypted_assertion", "beside", "An encrypted assertion beside a plain one: which one counts?")
            .said("</saml2p:Response>", format!("{ENCRYPTED}</saml2p:Response>")),
        Attack::new("assertion_missing", "success_without", "Success, but nobody is named.")
            .only_response()
            .said_nothing(),
        Attack::new("assertion_misplaced", "in_extensions", "The signed assertion, moved to where it means nothing.")
            .only_assertion()
            .then(|xml| {
                let assertion = assertion(xml)?;
                let without = xml.replace(assertion, "");
                replace_once(
                    &without,
                    "<saml2p:Status>",
                    &format!("<saml2p:Extensions>{assertion}</saml2p:Extensions><saml2p:Status>"),
                )
            }),
        Attack::new("assertion_misplaced", "saml_1_1", "An assertion of SAML 1.1.").only_response().said(
            "<saml2:Assertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\"",
            "<saml2:Assertion xmlns:saml2=\"urn:oasis:names:tc:SAML:1.0:assertion\"",
        ),
        Attack::new("unsigned", "nothing_signed", "Nobody vouches for it.").unsigned(),
        Attack::new("unsigned", "signatures_removed", "Signed once, but the signatures were taken out.").then(|xml| {
            let without_inner = assertion(xml).and_then(|inner| Ok(xml.replace(signature(inner)?, "")))?;
            Ok(without_inner.replace(signature(&without_inner)?, ""))
        }),
    ]
}

const ENCRYPTED: &str = "<saml2:EncryptedAssertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\">\
    <xenc:EncryptedData xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"><xenc:CipherData>\
    <xenc:CipherValue>AAAA</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></saml2:EncryptedAssertion>";

impl Attack {
    fn said_encrypted(self) -> Self {
        self.said(template_assertion(), ENCRYPTED)
    }

    fn said_nothing(self) -> Self {
        self.said(template_assertion(), "")
    }
}

/// The unsigned assertion as the template has it.
pub(super) fn template_assertion() -> String {
    assertion(crate::good::OKTA.0).map(str::to_owned).unwrap_or_default()
}

/// Puts another value into the first signature's element of this name.
pub(super) fn with_value(xml: &str, name: &str, value: &str) -> Result<String> {
    replace_between(xml, &format!("<ds:{name}>"), &format!("</ds:{name}>"), value)
}
