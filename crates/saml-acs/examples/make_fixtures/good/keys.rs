//! Every accepted kind of key and hash. The metadata of this folder holds all of the keys, elliptic curves first.

use super::{Good, OKTA};
use crate::sign::Signing;

const SHA384: &str = "http://www.w3.org/2001/04/xmldsig-more#sha384";
const SHA512: &str = "http://www.w3.org/2001/04/xmlenc#sha512";

pub(super) fn all() -> Vec<Good> {
    [rsa(), curves(), several()].into_iter().flatten().collect()
}

fn by(name: &'static str, signing: Signing, why: &'static str) -> Good {
    Good::new("keys", name, OKTA, signing, why)
}

fn rsa() -> Vec<Good> {
    vec![
        by("rsa_sha384", Signing::okta().method("rsa-sha384").digest(SHA384), "RSA with SHA-384."),
        by("rsa_sha512", Signing::okta().method("rsa-sha512").digest(SHA512), "RSA with SHA-512."),
        by("mixed_digests", Signing::okta().digest(SHA512), "SHA-512 digests under a SHA-256 signature."),
        by("weaker_digest", Signing::okta().method("rsa-sha512"), "SHA-256 digests under a SHA-512 signature."),
        by("next_certificate", Signing::okta().key("rsa-next"), "The key that the identity provider is changing to."),
        by(
            "expired_certificate",
            Signing::okta().key("rsa-expired"),
            "A certificate only holds a key: its dates mean nothing.",
        ),
    ]
}

fn curves() -> Vec<Good> {
    let ec = |key, method| Signing::okta().key(key).method(method);
    vec![
        by("ecdsa_sha256", ec("ec", "ecdsa-sha256"), "An elliptic curve; the metadata has RSA keys as well."),
        by("ecdsa_sha512", ec("ec", "ecdsa-sha512").digest(SHA512), "An elliptic curve with SHA-512."),
        by("p_256_sha384", ec("ec", "ecdsa-sha384"), "A hash that is longer than the curve's order."),
        by("p_384_sha256", ec("ec-384", "ecdsa-sha256"), "A hash that is shorter than the curve's order."),
        by("p_384_sha384", ec("ec-384", "ecdsa-sha384").digest(SHA384), "P-384 with SHA-384."),
        by(
            "p_521_sha512",
            ec("ec-521", "ecdsa-sha512").digest(SHA512),
            "P-521, whose order is no whole number of bytes.",
        ),
    ]
}

fn several() -> Vec<Good> {
    let mut two_keys =
        by("two_keys", Signing::okta(), "Response and assertion signed by two keys of one identity provider.");
    two_keys.response = Some(Signing::okta().key("rsa-next"));
    let mut two_kinds =
        by("two_kinds", Signing::okta(), "The response signed by an elliptic curve, the assertion by RSA.");
    two_kinds.response = Some(Signing::okta().key("ec-384").method("ecdsa-sha384"));
    vec![two_keys, two_kinds]
}
