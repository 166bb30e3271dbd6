//! What was found, and what should have been.

use chrono::Duration;
use domain::decide::Refusal;

use super::glance::Glance;
use super::{Circumstances, Fault, moment};
use crate::demands::Unmet;
use crate::error::VerifyError;

/// Both sides of a comparison; none where there is nothing to compare.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) found: Option<String>,
    pub(super) expected: Option<String>,
}

impl Facts {
    pub(super) fn of(fault: &Fault, circumstances: &Circumstances<'_>, glance: &Glance) -> Self {
        let Self { found, expected } = Self::as_said(fault, circumstances, glance);
        Self { found: found.filter(|found| !found.is_empty()), expected }
    }

    fn as_said(fault: &Fault, circumstances: &Circumstances<'_>, glance: &Glance) -> Self {
        match fault {
            Fault::Response(error) => of_response(error, circumstances, glance),
            Fault::Demand(Unmet::AuthenticatedBeforeRequest { at, since }) => {
                Self::both(moment(*at), format!("not before {}", moment(*since)))
            }
            Fault::Demand(Unmet::AuthnContext(class)) => Self::found(class.as_str()),
            Fault::Person(refusal) => of_person(refusal),
            Fault::Login { .. } => Self::default(),
        }
    }

    fn both(found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { found: Some(found.into()), expected: Some(expected.into()) }
    }

    fn found(found: impl Into<String>) -> Self {
        Self { found: Some(found.into()), expected: None }
    }

    fn expected(expected: impl Into<String>) -> Self {
        Self { found: None, expected: Some(expected.into()) }
    }
}

fn of_response(error: &VerifyError, circumstances: &Circumstances<'_>, glance: &Glance) -> Facts {
    use VerifyError as E;
    match error {
        E::TooLarge { limit } => Facts::expected(format!("at most {limit} bytes")),
        E::TooDeep { limit } => Facts::expected(format!("at most {limit} levels")),
        E::TooManyNodes { limit } | E::TooManyAttributes { limit } | E::TooManyNamespaces { limit } => {
            Facts::expected(format!("at most {limit}"))
        }
        E::NotAResponse(root) => Facts::both(root.as_str(), "Response"),
        E::ReferenceCount { found } => Facts::both(found.to_string(), "1"),
        E::EntityReference(found)
        | E::MalformedXml(found)
        | E::RelativeNamespace(found)
        | E::DuplicateId(found)
        | E::ResponseStructure(found)
        | E::ReferenceUri(found)
        | E::Transform(found)
        | E::MalformedTime(found)
        | E::UnknownCondition(found) => Facts::found(found.as_str()),
        E::SignatureStructure(what) | E::EncryptionStructure(what) | E::DuplicatedElement(what) => Facts::found(*what),
        E::EncryptionAlgorithm(found) => Facts::both(found.as_str(), "AES with GCM or CBC, and RSA-OAEP"),
        E::Canonicalization(found) => Facts::both(found.as_str(), crate::tree::EXCLUSIVE_C14N),
        E::SignatureAlgorithm(found) => Facts::both(found.as_str(), "RSA or ECDSA with SHA-256, SHA-384 or SHA-512"),
        E::DigestAlgorithm(found) => Facts::both(found.as_str(), "SHA-256, SHA-384 or SHA-512"),
        E::SignatureInvalid => certificates(circumstances, glance),
        E::Status(code) | E::Declined(code) => Facts::both(code.as_str(), crate::claims::SUCCESS),
        E::Version { found, .. } => Facts::both(found.as_str(), "2.0"),
        E::Issuer { found, .. } => Facts::both(found.as_str(), expected_issuer(circumstances)),
        E::Destination(found) | E::Recipient(found) => Facts::both(found.as_str(), circumstances.acs_url),
        E::Audience(found) => Facts::both(found.as_str(), circumstances.sp_entity_id),
        E::IssuedInFuture { .. }
        | E::IssuedTooLongAgo { .. }
        | E::NotYetValid { .. }
        | E::Expired { .. }
        | E::NeverValid { .. }
        | E::BearerExpired { .. }
        | E::SessionOver { .. } => of_time(error, circumstances),
        _ => Facts::default(),
    }
}

fn of_time(error: &VerifyError, circumstances: &Circumstances<'_>) -> Facts {
    use VerifyError as E;
    let Circumstances { now, tolerance, longest_age, .. } = circumstances;
    match error {
        E::IssuedInFuture { at, .. } => Facts::both(moment(*at), format!("not after {}", moment(*now + *tolerance))),
        E::IssuedTooLongAgo { at, .. } => {
            Facts::both(moment(*at), format!("not before {}", moment(*now - *longest_age - *tolerance)))
        }
        E::NotYetValid { from } => {
            Facts::both(format!("valid from {}", moment(*from)), format!("until {}", moment(*now + *tolerance)))
        }
        E::Expired { until } | E::BearerExpired { until } | E::SessionOver { at: until } => {
            Facts::both(format!("valid until {}", moment(*until)), format!("after {}", moment(*now - *tolerance)))
        }
        E::NeverValid { until } => Facts::found(format!("valid until {}", moment(*until))),
        _ => Facts::default(),
    }
}

fn certificates(circumstances: &Circumstances<'_>, glance: &Glance) -> Facts {
    let known = known_fingerprints(circumstances);
    Facts { found: glance.certificate.clone(), expected: Some(known.join(", ")).filter(|known| !known.is_empty()) }
}

/// The fingerprints of the connection's certificates.
pub(super) fn known_fingerprints(circumstances: &Circumstances<'_>) -> Vec<String> {
    let certificates = circumstances.identity_provider.into_iter().flat_map(|provider| provider.signing_certificates());
    certificates.filter_map(|certificate| Some(certificate.facts().ok()?.sha256_fingerprint)).collect()
}

/// A few fingerprints in a sentence.
pub(super) fn listed(known: &[String]) -> String {
    const SHOWN: usize = 4;
    let shown: Vec<&str> = known.iter().take(SHOWN).map(String::as_str).collect();
    match known.len().saturating_sub(SHOWN) {
        0 if known.is_empty() => "none".to_owned(),
        0 => shown.join(" and "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn of_person(refusal: &Refusal) -> Facts {
    match refusal {
        Refusal::NameOnlySimilar(sent, known) => Facts::both(sent, known),
        Refusal::UnknownRole { value, .. } => Facts::found(value),
        _ => Facts::default(),
    }
}

/// The identity provider's entity id.
pub(super) fn expected_issuer<'a>(circumstances: &Circumstances<'a>) -> &'a str {
    circumstances.identity_provider.map_or("the identity provider of this workspace", |provider| provider.entity_id())
}

/// A length of time in words, rounded down to its largest unit.
pub(super) fn words(span: Duration) -> String {
    let counted = |number: i64, unit: &str| format!("{number} {unit}{}", if number == 1 { "" } else { "s" });
    match span.num_seconds().abs() {
        seconds @ ..120 => counted(seconds, "second"),
        seconds @ ..7_200 => counted(seconds / 60, "minute"),
        seconds @ ..172_800 => counted(seconds / 3_600, "hour"),
        seconds => counted(seconds / 86_400, "day"),
    }
}
