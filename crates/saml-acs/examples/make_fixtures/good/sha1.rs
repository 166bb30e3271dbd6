//! SHA-1, which is let in only where the connection permits it.

use super::{Good, OKTA};
use crate::sign::Signing;

const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";

pub(super) fn all() -> Vec<Good> {
    let by = |name, signing, why| Good::new("sha1", name, OKTA, signing, why);
    let mut mixed =
        by("only_assertion_weak", rsa_sha1().digest(SHA1), "The assertion by SHA-1, the response by SHA-256.");
    mixed.response = Some(Signing::okta());
    vec![
        by("rsa", rsa_sha1().digest(SHA1), "RSA with SHA-1, as pysaml2 signs by default."),
        by("rsa_assertion_signed", rsa_sha1().digest(SHA1), "The same of the assertion alone.").only_assertion(),
        by("ecdsa", ecdsa_sha1().digest(SHA1), "An elliptic curve with SHA-1."),
        by("only_signatures", rsa_sha1(), "SHA-256 digests under a SHA-1 signature."),
        by("only_digests", Signing::okta().digest(SHA1), "SHA-1 digests under a SHA-256 signature."),
        mixed,
    ]
}

fn rsa_sha1() -> Signing {
    Signing { method: "http://www.w3.org/2000/09/xmldsig#rsa-sha1".into(), ..Signing::okta() }
}

fn ecdsa_sha1() -> Signing {
    Signing::okta().key("ec").method("ecdsa-sha1")
}
