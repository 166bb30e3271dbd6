//! From the bytes of a response to a [`VerifiedAssertion`]: gate, signature, then only what the signature covers.

mod assertion;
mod claim;
mod encrypted;
mod logout;
mod metadata;
mod signature;

use chrono::{DateTime, Duration, Utc};
use domain::connection::WeakAlgorithms;
use roxmltree::{Document, Node};

pub use assertion::VerifiedAssertion;
pub(crate) use claim::Claim;
pub use logout::{
    AuthenticLogout, LogoutExpectations, LogoutMessage, LogoutOutcome, LogoutRequest, LogoutResponse, authenticate,
};
pub(crate) use metadata::signed_metadata;

use crate::claims::{self, Rules, Times};
use crate::connection::IdentityProvider;
use crate::decrypt::DecryptionKey;
use crate::error::VerifyError;
use crate::message::SamlResponse;
use crate::read;
use crate::settings::Settings;
use crate::tree::{self, ASSERTION};
use crate::xml_guard::{self, Guarded, GuardedResponse, Limits, MessageText, SignatureShape};

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
    /// Our keys that assertions may be encrypted for.
    pub decryption_keys: &'a [DecryptionKey],
}

impl<'a> Expectations<'a> {
    /// With the defaults of [`Settings`], and without weak algorithms and decryption keys.
    #[must_use]
    pub fn new(
        identity_provider: &'a IdentityProvider,
        sp_entity_id: &'a str,
        acs_url: &'a str,
        now: DateTime<Utc>,
    ) -> Self {
        let Settings { limits, tolerance, longest_age, .. } = Settings::default();
        Self {
            identity_provider,
            sp_entity_id,
            acs_url,
            now,
            tolerance,
            longest_age,
            limits,
            weak_algorithms: WeakAlgorithms::Refused,
            decryption_keys: &[],
        }
    }

    fn rules(&self) -> Rules<'_> {
        Rules {
            issuer: self.identity_provider.entity_id(),
            audience: self.sp_entity_id,
            acs_url: self.acs_url,
            times: Times { now: self.now, tolerance: self.tolerance, longest_age: self.longest_age },
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
    match xml_guard::check(&document, expectations.weak_algorithms)? {
        Guarded::Plain(guarded) => plain(&text, &guarded, expectations),
        Guarded::Encrypted(guarded) => encrypted::verify(&text, &guarded, expectations),
    }
}

/// Everything is read from the signed bytes; only an unsigned envelope is read from what the gate has seen.
fn plain(
    text: &MessageText<'_>,
    guarded: &GuardedResponse<'_, '_>,
    expectations: &Expectations<'_>,
) -> Result<VerifiedAssertion, VerifyError> {
    let signed_xml = signature::signed_bytes(text.body(), guarded.signatures(), expectations.identity_provider)?;
    let (seen, signature) = guarded.outermost_signed()?;
    let signed = parsed_anew(&signed_xml)?;
    let root = as_seen(&signed, seen, signature)?;
    let response_signed = seen == guarded.response;
    let (envelope, assertion) = if response_signed {
        let inside = tree::only_child(root, ASSERTION, "Assertion")?;
        (root, inside.ok_or(VerifyError::SignedTreeDiffers)?)
    } else {
        (guarded.response, root)
    };
    accept(Envelope { response: envelope, signed: response_signed }, assertion, guarded.rests_on_sha1(), expectations)
}

fn parsed_anew(signed_xml: &str) -> Result<Document<'_>, VerifyError> {
    Document::parse(signed_xml).map_err(|_| VerifyError::SignedTreeDiffers)
}

/// The root of the signed bytes, where they say what the gate has seen.
fn as_seen<'a, 'input>(
    signed: &'a Document<'input>,
    seen: Node<'_, '_>,
    signature: &SignatureShape<'_, '_>,
) -> Result<Node<'a, 'input>, VerifyError> {
    let root = signed.root_element();
    let same = tree::same_tree(seen, Some(signature.element), root);
    same.then_some(root).ok_or(VerifyError::SignedTreeDiffers)
}

/// The response around an assertion, as it was signed or as it was seen.
#[derive(Clone, Copy)]
struct Envelope<'a, 'input> {
    response: Node<'a, 'input>,
    signed: bool,
}

/// Reads and checks the claims.
fn accept(
    envelope: Envelope<'_, '_>,
    assertion: Node<'_, '_>,
    rests_on_sha1: bool,
    expectations: &Expectations<'_>,
) -> Result<VerifiedAssertion, VerifyError> {
    let response = read::response(envelope.response, envelope.signed)?;
    let assertion = read::assertion(assertion)?;
    let accepted = claims::check(&response, &assertion, &expectations.rules())?;
    Ok(VerifiedAssertion::new(&accepted, &assertion, &response, rests_on_sha1))
}
