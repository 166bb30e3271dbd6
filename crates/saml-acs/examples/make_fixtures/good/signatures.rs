//! Signatures that are written otherwise, and what they say of the key, which nobody listens to.

use super::{Good, OKTA};
use crate::sign::{ENVELOPED, EXCLUSIVE, KeyInfo, Signing, inclusive, transform};

pub(super) fn all() -> Vec<Good> {
    [key_infos(), layouts(), canonicalizations()].into_iter().flatten().collect()
}

fn signed(name: &'static str, signing: Signing, why: &'static str) -> Good {
    Good::new("signatures", name, OKTA, signing, why)
}

fn key_infos() -> Vec<Good> {
    let with = |name, key_info, why| signed(name, Signing::okta().key_info(key_info), why);
    vec![
        with("without_key_info", KeyInfo::None, "A signature without KeyInfo."),
        with("key_name", KeyInfo::NameAndCertificate, "A KeyInfo with a name."),
        with("key_value", KeyInfo::KeyValue, "The key itself."),
        with("issuer_serial", KeyInfo::IssuerSerial, "The certificate's issuer and number."),
        with("chain", KeyInfo::Chain, "Other certificates before the right one."),
        with("retrieval_method", KeyInfo::RetrievalMethod, "An address to fetch the key from: nobody goes there."),
        with("names_only", KeyInfo::NamesOnly, "A name and a key identifier without a certificate."),
    ]
}

fn layouts() -> Vec<Good> {
    let laid_out = |name, layout, why| signed(name, Signing::okta().layout(layout), why);
    vec![
        laid_out(
            "lines",
            |element| element.replace("><", ">\n<"),
            "Line breaks between all parts, also in empty ones.",
        ),
        laid_out("crlf", |element| element.replace("><", ">\r\n  <"), "Windows line ends."),
        laid_out(
            "carriage_returns",
            |element| element.replace("\n", "&#13;\n").replace("</ds:SignatureValue>", "&#13;\n</ds:SignatureValue>"),
            "Line ends of base64 as some Java toolkits leave them.",
        ),
        laid_out(
            "comments",
            |element| element.replace("><", "><!-- --><").replace("==</ds:", "<!-- -->==</ds:"),
            "Comments between all parts, and inside base64.",
        ),
        laid_out(
            "single_quotes",
            |element| element.replace('"', "'"),
            "Single quotes: canonical form has double ones.",
        ),
        laid_out(
            "closed_at_once",
            |element| element.replace("\"></ds:Transform>", "\"/>").replace("></ds:DigestMethod>", " />"),
            "Empty elements that are closed at once.",
        ),
        laid_out(
            "with_ids",
            |element| {
                let element = element.replace("<ds:Signature ", "<ds:Signature Id=\"sig\" ");
                element.replace("<ds:SignatureValue>", "<ds:SignatureValue Id=\"value\">")
            },
            "A signature and a value with IDs of their own.",
        )
        .only_assertion(),
        laid_out(
            "reference_type",
            |element| element.replace("<ds:Reference URI", "<ds:Reference Id=\"reference\" URI"),
            "A reference with an ID of its own.",
        )
        .only_response(),
    ]
}

fn canonicalizations() -> Vec<Good> {
    let with_comments = format!("{EXCLUSIVE}WithComments");
    let commented =
        Signing::okta().canonicalization(&with_comments).transforms(transform(ENVELOPED) + &transform(&with_comments));
    let listed = |prefixes: &str| Signing::okta().transforms(transform(ENVELOPED) + &inclusive(prefixes));
    let on_signed_info = Signing::okta().layout(|element| {
        let method = "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">";
        let list = "<InclusiveNamespaces xmlns=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"saml2p xs\"/>";
        element.replace(method, &format!("{method}{list}"))
    });
    let plain = Signing::okta().transforms(transform(ENVELOPED) + &transform(EXCLUSIVE));
    vec![
        signed("c14n_with_comments", commented.clone(), "A #ID reference drops comments either way.")
            .changed(">Member<", ">Mem<!-- -->ber<"),
        signed(
            "comments_in_signed_info",
            commented.layout(|element| element.replace("<ds:Reference", "<!-- kept --><ds:Reference")),
            "A comment that is part of the canonical SignedInfo.",
        ),
        signed("without_prefix_list", plain, "Plain exclusive canonicalisation of xsi:type values."),
        signed("several_prefixes", listed("xs saml2 saml2p"), "Several prefixes, some of which are used anyway."),
        signed("default_prefix", listed("#default xs"), "The default namespace, which is not declared."),
        signed("undeclared_prefix", listed("xs nobody"), "A prefix that nobody declares."),
        signed("spaces_in_prefix_list", listed("  xs\n\tsaml2 "), "White space of every kind between prefixes."),
        signed("empty_prefix_list", listed(""), "A list without prefixes."),
        signed("prefixes_for_signed_info", on_signed_info, "A list of prefixes for SignedInfo as well."),
    ]
}
