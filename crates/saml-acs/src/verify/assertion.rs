//! An assertion that was checked: holding one is the proof.

use std::fmt;

use chrono::{DateTime, Utc};
use domain::name_id::{NameId, Qualifiers};

use crate::claims::Accepted;
use crate::read::{AssertionClaims, Attribute, AuthnStatement, ResponseClaims};

/// What an identity provider says about a person, verified. Only [`verify`](crate::verify::verify) makes one.
///
/// Every value comes from bytes that a signature covers, but for [`Self::in_response_to`] under an unsigned envelope:
/// there both levels were compared, so that it is the signed one's as well.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedAssertion {
    issuer: String,
    assertion_id: String,
    in_response_to: Option<String>,
    name_id: NameId,
    authn_statements: Vec<AuthnStatement>,
    session_not_on_or_after: Option<DateTime<Utc>>,
    not_on_or_after: DateTime<Utc>,
    attributes: Vec<Attribute>,
    rests_on_sha1: bool,
}

impl VerifiedAssertion {
    pub(super) fn new(
        accepted: &Accepted<'_>,
        assertion: &AssertionClaims,
        response: &ResponseClaims,
        rests_on_sha1: bool,
    ) -> Self {
        Self {
            issuer: assertion.issuer.clone().unwrap_or_default(),
            assertion_id: assertion.id.clone(),
            in_response_to: response.in_response_to.clone(),
            name_id: accepted.name_id.clone(),
            authn_statements: assertion.authn_statements.clone(),
            session_not_on_or_after: accepted.session_not_on_or_after,
            not_on_or_after: accepted.not_on_or_after,
            attributes: assertion.attributes.clone(),
            rests_on_sha1,
        }
    }

    /// What an assertion would say if it were signed and acceptable: for the fuzz target of what reads it.
    #[cfg(any(fuzzing, test))]
    pub(crate) fn unverified(assertion: &AssertionClaims) -> Option<Self> {
        Some(Self {
            issuer: assertion.issuer.clone().unwrap_or_default(),
            assertion_id: assertion.id.clone(),
            in_response_to: None,
            name_id: assertion.name_id.clone()?,
            authn_statements: assertion.authn_statements.clone(),
            session_not_on_or_after: None,
            not_on_or_after: assertion.issue_instant?,
            attributes: assertion.attributes.clone(),
            rests_on_sha1: false,
        })
    }

    /// The identity provider's entity id.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The assertion's ID, to be remembered until [`Self::not_on_or_after`] against replay.
    #[must_use]
    pub fn assertion_id(&self) -> &str {
        &self.assertion_id
    }

    /// The request that both levels say they answer; `None` where the login was started at the identity provider.
    #[must_use]
    pub fn in_response_to(&self) -> Option<&str> {
        self.in_response_to.as_deref()
    }

    /// The NameID's whole text, exactly as signed: never trimmed, never blank, not split by comments.
    #[must_use]
    pub fn name_id(&self) -> &str {
        &self.name_id.value
    }

    /// The NameID's format, where one is stated.
    #[must_use]
    pub fn name_id_format(&self) -> Option<&str> {
        self.name_id.qualifiers.format.as_deref()
    }

    /// All that stands beside the NameID: single logout has to repeat it.
    #[must_use]
    pub fn name_id_qualifiers(&self) -> &Qualifiers {
        &self.name_id.qualifiers
    }

    /// The identity provider's name for its session, which single logout refers to.
    #[must_use]
    pub fn session_index(&self) -> Option<&str> {
        self.authn_statements.first()?.session_index.as_deref()
    }

    /// When the person signed in at the identity provider, which may be long ago.
    #[must_use]
    pub fn authn_instant(&self) -> Option<DateTime<Utc>> {
        self.authn_statements.first()?.authn_instant
    }

    /// Every statement of how and when the person signed in there; never empty.
    pub(crate) fn authn_statements(&self) -> &[AuthnStatement] {
        &self.authn_statements
    }

    /// When the identity provider's session ends: ours must not outlive it.
    #[must_use]
    pub fn session_not_on_or_after(&self) -> Option<DateTime<Utc>> {
        self.session_not_on_or_after
    }

    /// From then on, tolerance included, a replay is refused by its age alone.
    #[must_use]
    pub fn not_on_or_after(&self) -> DateTime<Utc> {
        self.not_on_or_after
    }

    /// All attributes of all statements in document order; attributes that repeat a name are separate entries.
    #[must_use]
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// Whether any of the signatures uses SHA-1, which the connection permits then.
    #[must_use]
    pub fn rests_on_sha1(&self) -> bool {
        self.rests_on_sha1
    }
}

impl fmt::Debug for VerifiedAssertion {
    /// Only ids: what is said about the person never reaches a log.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("VerifiedAssertion")
            .field("issuer", &self.issuer)
            .field("assertion_id", &self.assertion_id)
            .field("in_response_to", &self.in_response_to)
            .finish_non_exhaustive()
    }
}
