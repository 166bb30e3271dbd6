//! Why a response was refused: one variant per check, so that the audit log names exactly what failed.

use std::fmt;

use chrono::{DateTime, Utc};
use thiserror::Error;

/// A response that is not let in. `Display` is a sentence for logs and the audit log, never for the browser;
/// [`VerifyError::check`] is the stable name of the failed check.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "every variant's message says what it means")]
pub enum VerifyError {
    // What the gate refuses before any signature is looked at.
    #[error("the message is not base64")]
    Base64,
    #[error("the message is larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("the message is neither UTF-8 nor UTF-16, or its XML declaration is not right")]
    Encoding,
    #[error("the message has a document type declaration")]
    Doctype,
    #[error("the message has a processing instruction")]
    ProcessingInstruction,
    #[error("the message refers to the entity {0}, which XML does not define")]
    EntityReference(Excerpt),
    #[error("elements are nested deeper than {limit} levels")]
    TooDeep { limit: usize },
    #[error("the message has more than {limit} elements, attributes and texts")]
    TooManyNodes { limit: usize },
    #[error("an element has more than {limit} attributes")]
    TooManyAttributes { limit: usize },
    #[error("the message declares more than {limit} namespaces")]
    TooManyNamespaces { limit: usize },
    #[error("the message is not well-formed XML: {0}")]
    MalformedXml(Excerpt),
    #[error("the namespace {0} is no absolute URI, so canonicalisers disagree about it")]
    RelativeNamespace(Excerpt),
    #[error("the ID {0} occurs more than once")]
    DuplicateId(Excerpt),
    #[error("a message or assertion has no ID, or one that is not an XML name")]
    MalformedId,
    #[error("the root element is {0}, not a SAML 2.0 Response")]
    NotAResponse(Excerpt),
    #[error("the message has more than one response")]
    SeveralResponses,
    #[error("the response holds the element {0}, which SAML has nowhere in it")]
    ResponseStructure(Excerpt),
    #[error("the identity provider answered with status {0} instead of an assertion")]
    Declined(Excerpt),
    #[error("the response has no assertion")]
    AssertionMissing,
    #[error("the message has more than one assertion")]
    SeveralAssertions,
    #[error("the assertion is not a direct child of the response")]
    AssertionMisplaced,

    // What is refused of single logout before any signature is looked at.
    #[error("the query can be read in several ways: {0}")]
    Query(&'static str),
    #[error("the message in the query is not one whole DEFLATE stream")]
    Deflate,
    #[error("the root element is {0}, not the SAML 2.0 message that its parameter announces")]
    NotALogoutMessage(Excerpt),
    #[error("the message has another message inside")]
    SeveralMessages,
    #[error("the message holds the element {0}, which SAML has nowhere in it")]
    MessageStructure(Excerpt),

    // What the gate refuses about signatures.
    #[error("neither the message nor an assertion in it is signed")]
    Unsigned,
    #[error("a signature is not a direct child of the element it signs")]
    SignatureMisplaced,
    #[error("an element has more than one signature")]
    SeveralSignatures,
    #[error("a signature is built in a way that SAML does not allow: {0}")]
    SignatureStructure(&'static str),
    #[error("a signature has {found} references instead of exactly one")]
    ReferenceCount { found: usize },
    #[error("a signature refers to {0} instead of its parent element")]
    ReferenceUri(Excerpt),
    #[error("a signature has a transform that SAML does not allow: {0}")]
    Transform(Excerpt),
    #[error("a signature is canonicalised by {0}, not by exclusive canonicalisation")]
    Canonicalization(Excerpt),
    #[error("the signature algorithm {0} is not allowed")]
    SignatureAlgorithm(Excerpt),
    #[error("the digest algorithm {0} is not allowed")]
    DigestAlgorithm(Excerpt),

    // What the gate refuses about encryption, and the one way in which decryption fails.
    #[error("the assertion is encrypted in a way that is not read: {0}")]
    EncryptionStructure(&'static str),
    #[error("the encryption algorithm {0} is not allowed")]
    EncryptionAlgorithm(Excerpt),
    #[error(
        "the assertion can't be decrypted: give the identity provider this service's current metadata, \
         and have it encrypt with AES and RSA-OAEP"
    )]
    Decryption,

    // What the signature check itself refuses.
    #[error("no signing certificate of the identity provider verifies the signature")]
    SignatureInvalid,
    #[error("the content was changed after it was signed: its digest is another")]
    DigestMismatch,
    #[error("what the signature covers is not what the gate has seen")]
    SignedTreeDiffers,

    // What is refused because of what the message says.
    #[error("the element {0} occurs more than once where SAML allows one")]
    DuplicatedElement(&'static str),
    #[error("{element} has Version {found} instead of 2.0")]
    Version { element: &'static str, found: Excerpt },
    #[error("{element} names the issuer {found} instead of this connection's identity provider")]
    Issuer { element: &'static str, found: Excerpt },
    #[error("the identity provider answered with status {0}")]
    Status(Excerpt),
    #[error("the message's Destination is {0}, not this service's address")]
    Destination(Excerpt),
    #[error("{0} is not a time as xs:dateTime writes it")]
    MalformedTime(Excerpt),
    #[error("{element} has no IssueInstant")]
    IssueInstantMissing { element: &'static str },
    #[error("{element} was issued in the future, at {at}: compare the clocks")]
    IssuedInFuture { element: &'static str, at: DateTime<Utc> },
    #[error("{element} was issued too long ago, at {at}")]
    IssuedTooLongAgo { element: &'static str, at: DateTime<Utc> },
    #[error("the assertion has no Conditions")]
    ConditionsMissing,
    #[error("the assertion has the condition {0}, which is not understood")]
    UnknownCondition(Excerpt),
    #[error("the assertion is valid only from {from}: compare the clocks")]
    NotYetValid { from: DateTime<Utc> },
    #[error("the assertion was valid only until {until}")]
    Expired { until: DateTime<Utc> },
    #[error("the assertion's conditions end before they begin, at {until}")]
    NeverValid { until: DateTime<Utc> },
    #[error("the assertion is restricted to no audience")]
    AudienceMissing,
    #[error("an audience restriction does not name this service but {0}")]
    Audience(Excerpt),
    #[error("the assertion has no bearer subject confirmation with confirmation data")]
    BearerMissing,
    #[error("the bearer confirmation's Recipient is {0}, not this service's address")]
    Recipient(Excerpt),
    #[error("the bearer confirmation has a NotBefore, which the browser profile forbids")]
    BearerNotBefore,
    #[error("the bearer confirmation has no NotOnOrAfter, which the browser profile demands")]
    BearerUnbounded,
    #[error("the bearer confirmation was valid only until {until}")]
    BearerExpired { until: DateTime<Utc> },
    #[error("response and bearer confirmation do not answer the same request")]
    InResponseTo,
    #[error("the assertion has no AuthnStatement")]
    AuthnStatementMissing,
    #[error("an AuthnStatement does not say when the person signed in, or names a time ahead: compare the clocks")]
    AuthnInstant,
    #[error("the identity provider's session ended at {at}")]
    SessionOver { at: DateTime<Utc> },
    #[error("the assertion's subject is not exactly one readable NameID")]
    NameId,
    #[error("the name of the person is encrypted, which is not supported: switch that off at the identity provider")]
    EncryptedNameId,
    #[error("the request to log out was valid only until {until}")]
    LogoutOver { until: DateTime<Utc> },
    #[error("an attribute has no name or is encrypted, which is not supported")]
    Attribute,
}

impl VerifyError {
    /// The failed check's name: snake case, stable, what the audit log stores as `check`.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "a table: one line a check")]
    pub fn check(&self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::TooLarge { .. } => "too_large",
            Self::Encoding => "encoding",
            Self::Doctype => "doctype",
            Self::ProcessingInstruction => "processing_instruction",
            Self::EntityReference(_) => "entity_reference",
            Self::TooDeep { .. } => "too_deep",
            Self::TooManyNodes { .. } => "too_many_nodes",
            Self::TooManyAttributes { .. } => "too_many_attributes",
            Self::TooManyNamespaces { .. } => "too_many_namespaces",
            Self::MalformedXml(_) => "malformed_xml",
            Self::RelativeNamespace(_) => "relative_namespace",
            Self::DuplicateId(_) => "duplicate_id",
            Self::MalformedId => "malformed_id",
            Self::NotAResponse(_) => "not_a_response",
            Self::SeveralResponses => "several_responses",
            Self::ResponseStructure(_) => "response_structure",
            Self::AssertionMissing => "assertion_missing",
            Self::SeveralAssertions => "several_assertions",
            Self::AssertionMisplaced => "assertion_misplaced",
            Self::Query(_) => "query",
            Self::Deflate => "deflate",
            Self::NotALogoutMessage(_) => "not_a_logout_message",
            Self::SeveralMessages => "several_messages",
            Self::MessageStructure(_) => "message_structure",
            Self::Unsigned => "unsigned",
            Self::SignatureMisplaced => "signature_misplaced",
            Self::SeveralSignatures => "several_signatures",
            Self::SignatureStructure(_) => "signature_structure",
            Self::ReferenceCount { .. } => "reference_count",
            Self::ReferenceUri(_) => "reference_uri",
            Self::Transform(_) => "transform",
            Self::Canonicalization(_) => "canonicalization",
            Self::SignatureAlgorithm(_) => "signature_algorithm",
            Self::DigestAlgorithm(_) => "digest_algorithm",
            Self::EncryptionStructure(_) => "encryption_structure",
            Self::EncryptionAlgorithm(_) => "encryption_algorithm",
            Self::Decryption => "decryption",
            Self::SignatureInvalid => "signature_invalid",
            Self::DigestMismatch => "digest_mismatch",
            Self::SignedTreeDiffers => "signed_tree_differs",
            Self::DuplicatedElement(_) => "duplicated_element",
            Self::Version { .. } => "version",
            Self::Issuer { .. } => "issuer",
            Self::Status(_) | Self::Declined(_) => "status",
            Self::Destination(_) => "destination",
            Self::MalformedTime(_) => "malformed_time",
            Self::IssueInstantMissing { .. } => "issue_instant_missing",
            Self::IssuedInFuture { .. } => "issued_in_future",
            Self::IssuedTooLongAgo { .. } => "issued_too_long_ago",
            Self::ConditionsMissing => "conditions_missing",
            Self::UnknownCondition(_) => "unknown_condition",
            Self::NotYetValid { .. } => "not_yet_valid",
            Self::Expired { .. } => "expired",
            Self::NeverValid { .. } => "never_valid",
            Self::AudienceMissing => "audience_missing",
            Self::Audience(_) => "audience",
            Self::BearerMissing => "bearer_missing",
            Self::Recipient(_) => "recipient",
            Self::BearerNotBefore => "bearer_not_before",
            Self::BearerUnbounded => "bearer_unbounded",
            Self::BearerExpired { .. } => "bearer_expired",
            Self::InResponseTo => "in_response_to",
            Self::AuthnStatementMissing => "authn_statement_missing",
            Self::AuthnInstant => "authn_instant",
            Self::SessionOver { .. } => "session_over",
            Self::NameId => "name_id",
            Self::EncryptedNameId => "encrypted_name_id",
            Self::LogoutOver { .. } => "logout_over",
            Self::Attribute => "attribute",
        }
    }
}

/// A piece of the message inside a sentence: quoted, escaped and cut short, because an attacker may have written it.
#[derive(Clone, PartialEq, Eq)]
pub struct Excerpt(String);

impl Excerpt {
    const LONGEST: usize = 120;

    /// The bare text, for where it is quoted or escaped by other means.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Excerpt {
    fn from(text: &str) -> Self {
        Self(text.chars().take(Self::LONGEST).collect())
    }
}

impl From<Option<&str>> for Excerpt {
    fn from(text: Option<&str>) -> Self {
        Self::from(text.unwrap_or_default())
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.0)
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An attacker writes what is quoted, so it must neither break a log line nor fill the log.
    #[test]
    fn what_is_quoted_is_escaped_and_short() {
        let error =
            VerifyError::Destination(format!("https://a.test/\n\u{1b}[31m{}", "x".repeat(10_000)).as_str().into());
        let sentence = error.to_string();
        assert!(sentence.starts_with(r#"the message's Destination is "https://a.test/\n\u{1b}[31mxx"#), "{sentence}");
        assert!(sentence.len() < 250, "{sentence}");
    }
}
