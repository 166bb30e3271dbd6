//! Methods that prove nothing, or nothing any more, and methods by nearly the right name.

use super::Attack;
use crate::replace_once;
use crate::sign::{EXCLUSIVE, Signing, reseal, seal_by_hmac, sign_raw};

const METHOD: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const DIGEST: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

pub(super) fn all() -> Vec<Attack> {
    [methods(), macs(), paddings(), digests(), canonicalizations()].into_iter().flatten().collect()
}

/// The value is made anew, so that only the name is wrong.
fn renamed(
    check: &'static str,
    name: &'static str,
    old: &'static str,
    algorithm: &'static str,
    why: &'static str,
) -> Attack {
    Attack::new(check, name, why)
        .only_assertion()
        .then(move |xml| reseal(&replace_once(xml, &format!("\"{old}\""), &format!("\"{algorithm}\""))?, "rsa"))
}

fn methods() -> Vec<Attack> {
    let method = |name, algorithm, why| renamed("signature_algorithm", name, METHOD, algorithm, why);
    let mut rsa_sha1 = Signing::okta();
    rsa_sha1.method = "http://www.w3.org/2000/09/xmldsig#rsa-sha1".into();
    let more = |name| Signing::okta().method(name);
    vec![
        Attack::new("signature_algorithm", "rsa_sha1", "SHA-1 collides.").signing(rsa_sha1),
        Attack::new("signature_algorithm", "rsa_sha224", "A hash that nobody needs.").signing(more("rsa-sha224")),
        Attack::new("signature_algorithm", "rsa_ripemd160", "The same.").signing(more("rsa-ripemd160")),
        Attack::new("signature_algorithm", "ecdsa_sha1", "SHA-1 under an elliptic curve.")
            .signing(more("ecdsa-sha1").key("ec")),
        method("rsa_md5", "http://www.w3.org/2001/04/xmldsig-more#rsa-md5", "MD5 collides."),
        method("dsa_sha1", "http://www.w3.org/2000/09/xmldsig#dsa-sha1", "A method that nobody uses any more."),
        method("dsa_sha256", "http://www.w3.org/2009/xmldsig11#dsa-sha256", "The same with a better hash."),
        method(
            "rsa_pss",
            "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
            "A padding whose parameters would have to be checked as well.",
        ),
        method("unknown", "urn:example:none", "A method that nobody knows."),
        method("empty", "", "No method at all."),
        method("other_case", "http://www.w3.org/2001/04/xmldsig-more#RSA-SHA256", "Methods are compared by character."),
        method("padded", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256 ", "A space behind a method's name."),
        method("https", "https://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "A method by another scheme."),
        method(
            "other_namespace",
            "http://www.w3.org/2000/09/xmldsig#rsa-sha256",
            "A method in the wrong vocabulary, which some toolkits write.",
        ),
        method("digest_instead", "http://www.w3.org/2001/04/xmlenc#sha256", "A digest is no signature."),
        Attack::new("signature_algorithm", "absent", "A method without a name.").only_assertion().then(|xml| {
            reseal(
                &replace_once(xml, &format!("<ds:SignatureMethod Algorithm=\"{METHOD}\">"), "<ds:SignatureMethod>")?,
                "rsa",
            )
        }),
    ]
}

fn macs() -> Vec<Attack> {
    let mac = |name, method: &'static str, why| {
        Attack::new("signature_algorithm", name, why)
            .only_assertion()
            .then(move |xml| seal_by_hmac(&replace_once(xml, METHOD, method)?, "rsa"))
    };
    vec![
        mac(
            "hmac_by_certificate",
            "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
            "The key of an HMAC would be the public certificate, which everybody has.",
        ),
        mac("hmac_sha1", "http://www.w3.org/2000/09/xmldsig#hmac-sha1", "The same with the oldest HMAC."),
        mac("hmac_sha512", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha512", "The same with the longest."),
    ]
}

/// Values that are signed by the right key in a way that the method does not name.
fn paddings() -> Vec<Attack> {
    let padded = |name, why, kind| {
        Attack::new("signature_invalid", name, why).only_assertion().then(move |xml| sign_raw(xml, "rsa", kind))
    };
    vec![
        padded("padded_by_pss", "Signed with PSS, though the method says otherwise.", crate::sign::Raw::Pss),
        padded("other_hash", "SHA-512 under a method that says SHA-256.", crate::sign::Raw::Sha512),
        padded("hash_without_name", "A hash in the padding without its name.", crate::sign::Raw::Bare),
    ]
}

fn digests() -> Vec<Attack> {
    let digest = |name, algorithm, why| renamed("digest_algorithm", name, DIGEST, algorithm, why);
    let sha1 = Signing::okta().digest("http://www.w3.org/2000/09/xmldsig#sha1");
    let sha224 = Signing::okta().digest("http://www.w3.org/2001/04/xmldsig-more#sha224");
    vec![
        Attack::new("digest_algorithm", "sha1", "SHA-1 collides.").signing(sha1),
        Attack::new("digest_algorithm", "sha224", "A digest that nobody needs.").signing(sha224),
        digest("md5", "http://www.w3.org/2001/04/xmldsig-more#md5", "MD5 collides."),
        digest("ripemd160", "http://www.w3.org/2001/04/xmlenc#ripemd160", "A digest of the last century."),
        digest("sha3", "http://www.w3.org/2007/05/xmldsig-more#sha3-256", "A digest that SAML does not use yet."),
        digest("unknown", "urn:example:identity", "A digest that nobody knows."),
        digest("empty", "", "No digest at all."),
        digest("other_case", "http://www.w3.org/2001/04/xmlenc#SHA256", "Digests are compared by character."),
        digest("other_namespace", "http://www.w3.org/2000/09/xmldsig#sha256", "A digest in the wrong vocabulary."),
        digest("signature_instead", METHOD, "A signature is no digest."),
    ]
}

fn canonicalizations() -> Vec<Attack> {
    let inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    let signed = |name, why, algorithm: &str| {
        Attack::new("canonicalization", name, why).signing(Signing::usual().canonicalization(algorithm))
    };
    let named = |name, algorithm: &'static str, why| {
        Attack::new("canonicalization", name, why).resealed(
            format!("<ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\">"),
            format!("<ds:CanonicalizationMethod Algorithm=\"{algorithm}\">"),
        )
    };
    vec![
        signed("inclusive", "SignedInfo canonicalised inclusively takes in its surroundings.", inclusive),
        signed("inclusive_with_comments", "The same with comments.", &format!("{inclusive}#WithComments")),
        signed("c14n_1_1", "The same in its second edition.", "http://www.w3.org/2006/12/xml-c14n11"),
        named("unknown", "urn:example:none", "A canonicalisation that nobody knows."),
        named("empty", "", "None at all: the bytes as they stand."),
        named("minimal", "http://www.w3.org/2000/09/xmldsig#minimal", "The bytes nearly as they stand."),
        named("without_hash", "http://www.w3.org/2001/10/xml-exc-c14n", "Names are compared by character."),
        named("comments_in_lower_case", "http://www.w3.org/2001/10/xml-exc-c14n#withcomments", "The same."),
        named("base64", "http://www.w3.org/2000/09/xmldsig#base64", "A transform that is no canonicalisation."),
    ]
}
