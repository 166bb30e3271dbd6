//! From the bytes of a response to a [`VerifiedAssertion`]: gate, signature, then only what the signature covers.

mod assertion;
mod claim;
mod signature;

use chrono::{DateTime, Duration, Utc};
use domain::connection::WeakAlgorithms;
use roxmltree::Document;

pub use assertion::VerifiedAssertion;
pub(crate) use claim::Claim;

use crate::claims::{self, Rules};
use crate::connection::IdentityProvider;
use crate::error::VerifyError;
use crate::message::SamlResponse;
use crate::read;
use crate::settings::Settings;
use crate::tree::{self, ASSERTION};
use crate::xml_guard::{self, GuardedResponse, Limits, MessageText};

/// What a response must fit.
#[derive(Debug, Clone)]
pub struct Expectations<'a> {
    /// Whose response it is: its entity id and its keys.
    pub identity_provider: &'a IdentityProvider,
    /// Our entity id, the audience.
    pub sp_entity_id: &'a str,
    /// Our assertion consumer service: recipient and destination.
    pub acs_url: &'a str,
    /// The time of the check.
    pub now: DateTime<Utc>,
    /// How far the identity provider's clock and ours may differ.
    pub tolerance: Duration,
    /// How long after its `IssueInstant` a message is accepted.
    pub longest_age: Duration,
    /// How large a message may be.
    pub limits: Limits,
    /// Which weak algorithms the connection permits.
    pub weak_algorithms: WeakAlgorithms,
}

impl<'a> Expectations<'a> {
    /// With the defaults of [`Settings`], and without weak algorithms.
    #[must_use]
    pub fn new(
        identity_provider: &'a IdentityProvider,
        sp_entity_id: &'a str,
        acs_url: &'a str,
        now: DateTime<Utc>,
    ) -> Self {
        let Settings { limits, tolerance, longest_age } = Settings::default();
        Self {
            identity_provider,
            sp_entity_id,
            acs_url,
            now,
            tolerance,
            longest_age,
            limits,
            weak_algorithms: WeakAlgorithms::Refused,
        }
    }

    fn rules(&self) -> Rules<'_> {
        Rules {
            issuer: self.identity_provider.entity_id(),
            audience: self.sp_entity_id,
            acs_url: self.acs_url,
            now: self.now,
            tolerance: self.tolerance,
            longest_age: self.longest_age,
        }
    }
}

/// Checks a response and returns what its signature proves. CPU-bound: call it from a blocking task.
///
/// Two things are left to the caller, because they need a memory: that [`VerifiedAssertion::in_response_to`] is an
/// outstanding request of this browser, and that [`VerifiedAssertion::assertion_id`] was not seen before.
///
/// # Errors
/// The first check that failed.
pub fn verify(message: &SamlResponse, expectations: &Expectations<'_>) -> Result<VerifiedAssertion, VerifyError> {
    let text = MessageText::decode(message.xml(), &expectations.limits)?;
    let document = xml_guard::parse(&text, &expectations.limits)?;
    let guarded = xml_guard::check(&document, expectations.weak_algorithms)?;
    let signed_xml = signature::signed_bytes(text.body(), &guarded, expectations.identity_provider)?;
    let signed = Document::parse(&signed_xml).map_err(|_| VerifyError::SignedTreeDiffers)?;
    accept(&guarded, &signed, expectations)
}

/// Everything is read from `signed`; only an unsigned envelope is read from what the gate has seen.
fn accept(
    guarded: &GuardedResponse<'_, '_>,
    signed: &Document<'_>,
    expectations: &Expectations<'_>,
) -> Result<VerifiedAssertion, VerifyError> {
    let root = signed.root_element();
    let (seen, signature) = guarded.outermost_signed()?;
    if !tree::same_tree(seen, Some(signature.element), root) {
        return Err(VerifyError::SignedTreeDiffers);
    }
    let response_signed = seen == guarded.response;
    let (envelope, assertion) = if response_signed {
        let inside = tree::only_child(root, ASSERTION, "Assertion")?;
        (root, inside.ok_or(VerifyError::SignedTreeDiffers)?)
    } else {
        (guarded.response, root)
    };
    let response = read::response(envelope, response_signed)?;
    let assertion = read::assertion(assertion)?;
    let accepted = claims::check(&response, &assertion, &expectations.rules())?;
    Ok(VerifiedAssertion::new(&accepted, &assertion, &response, guarded.rests_on_sha1()))
}
