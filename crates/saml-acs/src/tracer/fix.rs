//! What to do about a failed check, in the words of the screen on which it is done. Every fix is one paragraph that stands by
//! itself.

mod compare;
mod login;
mod message;
mod signature;
mod times;

use super::glance::Glance;
use super::{Circumstances, Fault};
use crate::error::VerifyError;

/// The fix of a fault.
pub(super) fn of(fault: &Fault, circumstances: &Circumstances<'_>, glance: &Glance) -> String {
    match fault {
        Fault::Response(error) => of_response(error, circumstances, glance),
        Fault::Demand(unmet) => login::of_demand(unmet, circumstances),
        Fault::Person(refusal) => login::of_person(refusal, circumstances),
        Fault::Login { check, detail } => login::of_login(check, detail, circumstances),
    }
}

/// Every check has its line, so that a new one can't do without.
#[expect(clippy::too_many_lines, reason = "a table: one line a check")]
fn of_response(error: &VerifyError, c: &Circumstances<'_>, glance: &Glance) -> String {
    use VerifyError as E;
    match error {
        E::Base64 => message::not_base64(c),
        E::TooLarge { limit } => message::too_large(*limit, c),
        E::Encoding => message::wrong_encoding(c),
        E::Doctype => altered("a document type"),
        E::ProcessingInstruction => altered("a processing instruction"),
        E::EntityReference(_) => altered("an entity that XML does not define"),
        E::TooDeep { limit } => message::too_deep(*limit),
        E::TooManyNodes { limit } => message::too_many_nodes(*limit, c),
        E::TooManyAttributes { .. } => altered("an element with so many attributes"),
        E::TooManyNamespaces { .. } => altered("so many namespaces"),
        E::RelativeNamespace(_) => altered("a relative namespace"),
        E::MalformedXml(_) => message::malformed(c),
        E::NotAResponse(root) => message::not_a_response(root.as_str(), c),
        E::DuplicateId(_) => altered("one ID twice"),
        E::SeveralResponses => altered("a response inside of a response"),
        E::EncryptionStructure(_) => message::encryption_structure(c),
        E::EncryptionAlgorithm(found) => message::encryption_algorithm(found.as_str(), c),
        E::Decryption => message::decryption(c),
        E::AssertionMissing => message::without_assertion(c),
        E::SeveralAssertions => altered("a second assertion"),
        E::AssertionMisplaced => altered("an assertion that is not a SAML 2.0 assertion directly in the response"),
        E::MalformedId => altered("a response or an assertion without a proper ID"),
        E::Unsigned => signature::unsigned(c),
        E::SignatureMisplaced => altered("a signature in a place where it signs nothing"),
        E::SeveralSignatures => altered("two signatures of one element"),
        E::SignatureStructure(_) => altered("a signature with other parts than SAML needs"),
        E::ReferenceCount { .. } => altered("a signature over other than one element"),
        E::ReferenceUri(_) => altered("a signature over something else than the element that it is in"),
        E::Transform(found) => signature::transform(found.as_str(), c),
        E::Canonicalization(found) => signature::canonicalization(found.as_str(), c),
        E::SignatureAlgorithm(found) => signature::algorithm("signature", found.as_str(), c),
        E::DigestAlgorithm(found) => signature::algorithm("digest", found.as_str(), c),
        E::SignatureInvalid => signature::invalid(c, glance),
        E::DigestMismatch => signature::changed(),
        E::SignedTreeDiffers => altered("a text that two readers read in two ways"),
        E::ResponseStructure(_) => altered("an element directly in the response that SAML has nowhere there"),
        E::DuplicatedElement(name) => message::twice(name),
        E::Version { element, found } => message::version(element, found, c),
        E::Issuer { element, found } => compare::issuer(element, found.as_str(), c),
        E::Status(code) | E::Declined(code) => message::declined(code.as_str(), c, glance),
        E::Destination(found) => compare::destination(found.as_str(), c),
        E::MalformedTime(found) => times::malformed(found),
        E::IssueInstantMissing { element } => times::no_instant(element),
        E::IssuedInFuture { at, .. } => times::ahead("issued at", *at, c),
        E::IssuedTooLongAgo { at, .. } => times::too_old(*at, c),
        E::ConditionsMissing => message::incomplete("Conditions (with an AudienceRestriction)", c),
        E::UnknownCondition(name) => message::unknown_condition(name, c),
        E::NotYetValid { from } => times::ahead("valid only from", *from, c),
        E::Expired { until } => times::over("The assertion was valid until", *until, c),
        E::NeverValid { .. } => times::never(c),
        E::AudienceMissing => compare::no_audience(c),
        E::Audience(found) => compare::audience(found.as_str(), c),
        E::BearerMissing => message::incomplete("a SubjectConfirmation by the method bearer with its data", c),
        E::Recipient(found) => compare::recipient(found.as_str(), c),
        E::BearerNotBefore => message::bearer_not_before(c),
        E::BearerUnbounded => message::incomplete("NotOnOrAfter in its bearer confirmation", c),
        E::BearerExpired { until } => times::over("The bearer confirmation was valid until", *until, c),
        E::InResponseTo => message::two_requests(),
        E::AuthnStatementMissing => message::incomplete("an AuthnStatement", c),
        E::AuthnInstant => times::authn_instant(c),
        E::SessionOver { at } => times::session_over(*at, c),
        E::NameId => message::name_id(c),
        E::Attribute => message::attribute(c),
        // Single logout alone has these.
        E::Query(_)
        | E::Deflate
        | E::NotALogoutMessage(_)
        | E::SeveralMessages
        | E::MessageStructure(_)
        | E::EncryptedNameId
        | E::LogoutOver { .. } => format!("{error}."),
    }
}

/// What no identity provider sends by itself. Nobody is told to set something for it, because there is nothing to set.
fn altered(what: &str) -> String {
    format!(
        "The message has {what}. No unmodified identity provider sends that: the message was made up or changed on its way, as \
         in an attack. Nobody was let in, and there is nothing to set. Give the reference to whoever looks after security."
    )
}

/// "In Okta, set X": where to do something.
fn at_provider(c: &Circumstances<'_>, what: &str) -> String {
    format!("In {}, {what}.", c.product().place)
}
