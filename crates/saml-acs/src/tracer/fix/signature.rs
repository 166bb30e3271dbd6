//! What is wrong with a signature that an identity provider may have made.

use super::{altered, at_provider};
use crate::tracer::Circumstances;
use crate::tracer::facts::{expected_issuer, known_fingerprints, listed};
use crate::tracer::glance::Glance;

/// What a connection can be made to permit.
const SHA1: [&str; 3] = [
    "http://www.w3.org/2000/09/xmldsig#sha1",
    "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
];

pub(super) fn unsigned(c: &Circumstances<'_>) -> String {
    format!(
        "Neither the response nor the assertion is signed, so that anybody could have written it. {} If signing is on there \
         already, somebody took the signature out on the way: tell whoever looks after security.",
        at_provider(c, c.product().sign)
    )
}

pub(super) fn algorithm(which: &str, found: &str, c: &Circumstances<'_>) -> String {
    let sha256 = at_provider(c, c.product().sha256);
    let end = found.rsplit(['#', '/']).next().unwrap_or_default();
    if end.contains("hmac") {
        return altered("a signature by a shared secret, for which the public certificate would do");
    }
    if SHA1.contains(&found) {
        return format!(
            "The {which} algorithm is SHA-1 ({found}), which is broken. {sha256} For a provider that knows nothing better there is \
             gatehouse saml idp set --workspace {} --metadata FILE_OR_URL --allow-sha1.",
            c.workspace
        );
    }
    let expected = if which == "digest" { "SHA-256" } else { "RSA or ECDSA with SHA-256" };
    format!(
        "The {which} algorithm is {}, expected {expected}, SHA-384 or SHA-512. {sha256}",
        if found.is_empty() { "not named".to_owned() } else { format!("{found:?}") }
    )
}

pub(super) fn canonicalization(found: &str, c: &Circumstances<'_>) -> String {
    let exclusive = crate::tree::EXCLUSIVE_C14N;
    let set = if c.product().name == "Keycloak" {
        at_provider(c, c.product().sha256)
    } else {
        format!("Set the canonicalization method to exclusive in {}, where it can be set.", c.product().place)
    };
    format!("The signature's canonicalization is {found:?}, expected {exclusive:?}. {set} {}", unless_set(c))
}

pub(super) fn transform(found: &str, c: &Circumstances<'_>) -> String {
    format!(
        "The signature's transforms are {found:?}, expected the enveloped signature and exclusive canonicalization (SAML core \
         5.4.4). Set the canonicalization method to exclusive in {}, where it can be set. {}",
        c.product().place,
        unless_set(c)
    )
}

fn unless_set(c: &Circumstances<'_>) -> String {
    format!(
        "Unless somebody chose that in {}, the message was made up or changed on its way: tell whoever looks after security.",
        c.product().name
    )
}

/// A renewed key is frequent, a forgery is not; which of the two it is shows only at the provider.
pub(super) fn invalid(c: &Circumstances<'_>, glance: &Glance) -> String {
    let known = known_fingerprints(c);
    let renew = format!(
        "set its metadata anew: gatehouse saml idp set --workspace {} --metadata FILE_OR_URL, with {}",
        c.workspace,
        c.product().metadata
    );
    match &glance.certificate {
        _ if glance.issuer.as_deref().is_some_and(|issuer| issuer != expected_issuer(c)) => format!(
            "The message says that it is from {:?}, and no certificate of {:?} made its signature: it comes from another application, \
             tenant or identity provider than the one whose metadata is set here, or somebody made it up. If the person used the wrong \
             tile, use the one of this workspace. If the application was made anew, {renew}. Otherwise tell whoever looks after security.",
            glance.issuer.as_deref().unwrap_or_default(),
            expected_issuer(c)
        ),
        Some(found) if known.contains(found) => format!(
            "The message carries a certificate that is known here (SHA-256 {found}), but that key did not make the signature: the \
             message was made up or changed on its way. There is nothing to set. Tell whoever looks after security."
        ),
        Some(found) => format!(
            "The message carries the certificate with the SHA-256 fingerprint {found}; known here are {}. If {} shows that fingerprint \
             as its signing certificate, it has renewed its key: {renew}. If it does not, somebody else made the message: set nothing, \
             and tell whoever looks after security.",
            listed(&known),
            c.product().name
        ),
        None => format!(
            "The message carries no certificate to compare; known here are {}. If {} signs with another one by now, {renew}. If it does \
             not, somebody else made the message: set nothing, and tell whoever looks after security.",
            listed(&known),
            c.product().name
        ),
    }
}

pub(super) fn changed() -> String {
    "The identity provider's key signed the message, but something in it was changed after that. If it is every login, look for a \
     proxy or an extension that rewrites what browsers post; if it is one, somebody tried to sign in as somebody else or with more \
     access. There is nothing to set at the identity provider. Tell whoever looks after security."
        .to_owned()
}
