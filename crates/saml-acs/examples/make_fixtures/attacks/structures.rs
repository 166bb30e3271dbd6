//! Signatures that are built in another way than SAML allows.

use super::{Attack, part, signature};
use crate::replace_once;
use crate::sign::{ENVELOPED, Signing, inclusive, reseal, transform};

pub(super) fn all() -> Vec<Attack> {
    [parts(), signed_infos()].into_iter().flatten().collect()
}

fn structure(name: &'static str, why: &'static str) -> Attack {
    Attack::new("signature_structure", name, why).only_assertion()
}

fn parts() -> Vec<Attack> {
    let end = "</ds:Signature>";
    let behind = |name, added: &'static str, why| structure(name, why).tampered(end, added);
    vec![
        behind(
            "object",
            "<ds:Object>anything</ds:Object></ds:Signature>",
            "An Object can hold anything, and be referred to.",
        ),
        behind(
            "manifest",
            "<ds:Object><ds:Manifest></ds:Manifest></ds:Object></ds:Signature>",
            "A Manifest's references need not be checked.",
        ),
        behind(
            "properties",
            "<ds:Object><ds:SignatureProperties/></ds:Object></ds:Signature>",
            "Properties of the signature, which nobody needs.",
        ),
        behind("foreign", "<x:a xmlns:x=\"urn:x\"/></ds:Signature>", "An element of another vocabulary."),
        behind("second_key_info", "<ds:KeyInfo/></ds:Signature>", "Two statements about the key."),
        behind(
            "second_value",
            "<ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature>",
            "Two values: which one must hold?",
        ),
        structure("two_signed_infos", "One SignedInfo is verified, the other one read.").then(|xml| {
            let signed_info = part(xml, "<ds:SignedInfo>", "</ds:SignedInfo>")?;
            Ok(xml.replace(signed_info, &format!("{signed_info}{signed_info}")))
        }),
        structure("foreign_signed_info", "A SignedInfo of another vocabulary before the right one.")
            .tampered("<ds:SignedInfo>", "<x:SignedInfo xmlns:x=\"urn:x\"/><ds:SignedInfo>"),
        structure("value_first", "The value before what it is over.").then(|xml| {
            let value = part(xml, "<ds:SignatureValue>", "</ds:SignatureValue>")?;
            replace_once(&xml.replace(value, ""), "<ds:SignedInfo>", &format!("{value}<ds:SignedInfo>"))
        }),
        structure("without_value", "A signature without its value.")
            .then(|xml| Ok(xml.replace(part(xml, "<ds:SignatureValue>", "</ds:SignatureValue>")?, ""))),
        structure("without_signed_info", "A value over nothing.")
            .then(|xml| Ok(xml.replace(part(xml, "<ds:SignedInfo>", "</ds:SignedInfo>")?, ""))),
        structure("empty", "A signature without content.").then(|xml| {
            let empty = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>";
            Ok(xml.replace(signature(xml)?, empty))
        }),
    ]
}

/// Only the shape of `SignedInfo` is wrong here: the value over it holds.
fn signed_infos() -> Vec<Attack> {
    let info = |name, old: &'static str, new: &'static str, why| {
        Attack::new("signature_structure", name, why).resealed(old, new)
    };
    let method = "#rsa-sha256\">";
    vec![
        info(
            "object_in_signed_info",
            "</ds:SignedInfo>",
            "<ds:Object></ds:Object></ds:SignedInfo>",
            "A part of SignedInfo that it does not have.",
        ),
        info(
            "signature_method_parameter",
            method,
            "#rsa-sha256\"><ds:HMACOutputLength>0</ds:HMACOutputLength>",
            "An HMACOutputLength once made verifiers compare no bits at all.",
        ),
        info(
            "two_methods",
            "<ds:Reference ",
            "<ds:SignatureMethod Algorithm=\"urn:x\"></ds:SignatureMethod><ds:Reference ",
            "Two methods: by which one is it verified?",
        ),
        info(
            "two_canonicalizations",
            "<ds:SignatureMethod ",
            "<ds:CanonicalizationMethod Algorithm=\"urn:x\"></ds:CanonicalizationMethod><ds:SignatureMethod ",
            "Two canonicalisations: of which one is the value?",
        ),
        info(
            "two_digest_values",
            "<ds:DigestValue>",
            "<ds:DigestValue>AAAA</ds:DigestValue><ds:DigestValue>",
            "Two digests: which one must hold?",
        ),
        info(
            "two_digest_methods",
            "<ds:DigestValue>",
            "<ds:DigestMethod Algorithm=\"urn:x\"></ds:DigestMethod><ds:DigestValue>",
            "Two digest methods: by which one is it?",
        ),
        structure("no_transforms", "Without transforms the signature would have to cover itself.").then(|xml| {
            let transforms = part(xml, "<ds:Transforms>", "</ds:Transforms>")?;
            reseal(&xml.replace(transforms, ""), "rsa")
        }),
        structure("many_prefixes", "Each prefix costs the canonicaliser a look-up for each element.")
            .signing(Signing::usual().transforms(transform(ENVELOPED) + &inclusive(&"p ".repeat(5000)))),
        info(
            "two_prefix_lists",
            "</ds:Transform></ds:Transforms>",
            "<ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"xsi\">\
             </ec:InclusiveNamespaces></ds:Transform></ds:Transforms>",
            "Two lists of prefixes: which one counts?",
        ),
    ]
}
