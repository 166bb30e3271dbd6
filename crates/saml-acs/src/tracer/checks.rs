//! Every check of a login, in the order in which they are made: the one table of it. docs/saml.md tells the same, and where
//! each comes from.

use serde::{Deserialize, Serialize};

use super::{End, Failed, Outcome};

/// A group of checks, as docs/saml.md has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// From the posted form to text.
    Form,
    /// From text to XML that is read in one way.
    Gate,
    /// Whose response it claims to be.
    Connection,
    /// From XML to one response with one assertion.
    Shape,
    /// From an encrypted assertion to one that can be read.
    Encryption,
    /// Whether signatures can only mean one thing.
    SignatureShape,
    /// Whether they hold.
    Signature,
    /// From what is signed to values.
    Reading,
    /// What the response says.
    Envelope,
    /// What the assertion says.
    Assertion,
    /// Whether this login is under way here.
    Login,
    /// Whether this person may come in.
    Person,
    /// Whether it comes first.
    Commit,
}

/// One check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// Where it belongs.
    pub stage: Stage,
    /// Its stable name, unique in its stage.
    pub name: &'static str,
    /// What holds where it is passed.
    pub title: &'static str,
    /// Whether it is made in one go with the check before it, so that neither is known to be passed where the other fails.
    together: bool,
}

/// What became of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckResult {
    /// It holds.
    Passed,
    /// It does not, and ended the login.
    Failed,
    /// It was not made, or was not finished.
    NotReached,
}

const fn check(stage: Stage, name: &'static str, title: &'static str) -> Check {
    Check { stage, name, title, together: false }
}

/// A check that is made in one go with the one above it.
const fn along(stage: Stage, name: &'static str, title: &'static str) -> Check {
    Check { stage, name, title, together: true }
}

/// All of them.
pub const CHECKS: &[Check] = {
    use Stage::{
        Assertion, Commit, Connection, Encryption, Envelope, Form, Gate, Login, Person, Reading, Shape, Signature,
        SignatureShape,
    };
    &[
        check(Form, "form", "The browser posted a form with one SAMLResponse"),
        check(Form, "too_large", "The response is no larger than saml.max_response_bytes"),
        check(Form, "base64", "SAMLResponse is base64"),
        check(Form, "encoding", "The text is UTF-8 or UTF-16, as it declares"),
        check(Gate, "doctype", "There is no document type"),
        along(Gate, "processing_instruction", "There is no processing instruction"),
        along(Gate, "entity_reference", "There are no entities but XML's own"),
        along(Gate, "too_deep", "Elements are nested no deeper than saml.max_depth"),
        along(Gate, "too_many_nodes", "There are no more elements, attributes and texts than saml.max_nodes"),
        along(Gate, "too_many_attributes", "No element has too many attributes"),
        along(Gate, "too_many_namespaces", "There are not too many namespaces"),
        along(Gate, "relative_namespace", "Namespaces are absolute URIs"),
        along(Gate, "malformed_xml", "It is well-formed XML to the last byte"),
        check(Connection, "issuer", "The response is from an identity provider of this workspace"),
        check(Connection, "certificate_expired", "A certificate of the identity provider counts"),
        check(Shape, "not_a_response", "It is a SAML 2.0 Response"),
        check(Shape, "duplicate_id", "Every ID is there once"),
        check(Shape, "several_responses", "There is one response"),
        check(Shape, "status", "The identity provider did not decline"),
        check(Shape, "assertion_missing", "There is an assertion"),
        check(Shape, "several_assertions", "There is one assertion"),
        check(Shape, "assertion_misplaced", "The assertion is in its place"),
        check(Shape, "malformed_id", "Response and assertion have an ID"),
        check(Encryption, "encryption_structure", "The assertion is encrypted as SAML has it"),
        along(Encryption, "encryption_algorithm", "The encryption algorithms are allowed"),
        along(Encryption, "decryption", "A key of this workspace decrypts the assertion"),
        check(SignatureShape, "several_signatures", "No element is signed twice"),
        along(SignatureShape, "signature_structure", "Signatures are built as SAML has them"),
        along(SignatureShape, "reference_count", "Each signature refers to one element"),
        along(SignatureShape, "canonicalization", "The canonical form is the exclusive one"),
        along(SignatureShape, "reference_uri", "Each signature refers to the element that it is in"),
        along(SignatureShape, "transform", "What is signed is transformed in no other way"),
        along(SignatureShape, "digest_algorithm", "The digest algorithm is allowed"),
        along(SignatureShape, "signature_algorithm", "The signature algorithm is allowed"),
        check(SignatureShape, "signature_misplaced", "There is no signature anywhere else"),
        check(SignatureShape, "unsigned", "The response or the assertion is signed"),
        check(SignatureShape, "response_structure", "The response holds nothing that SAML has nowhere in it"),
        check(Signature, "signature_invalid", "A certificate of the identity provider verifies the signature"),
        along(Signature, "digest_mismatch", "Nothing was changed after it was signed"),
        along(Signature, "signed_tree_differs", "What is signed is what the gate has seen"),
        check(Reading, "duplicated_element", "Nothing is there twice that SAML allows once"),
        along(Reading, "malformed_time", "Times are written as times"),
        along(Reading, "attribute", "Attributes have names and are not encrypted"),
        check(Envelope, "version", "The response is of SAML 2.0"),
        check(Envelope, "destination", "The response was sent to this address"),
        check(Envelope, "status", "The status is Success"),
        check(Envelope, "issuer", "The response is from this connection's identity provider"),
        check(Envelope, "issue_instant_missing", "The response says when it was issued"),
        check(Envelope, "issued_in_future", "The response was not issued ahead of time"),
        check(Envelope, "issued_too_long_ago", "The response was issued within saml.max_response_age"),
        check(Assertion, "version", "The assertion is of SAML 2.0"),
        check(Assertion, "issuer", "The assertion is from this connection's identity provider"),
        check(Assertion, "issue_instant_missing", "The assertion says when it was issued"),
        check(Assertion, "issued_in_future", "The assertion was not issued ahead of time"),
        check(Assertion, "issued_too_long_ago", "The assertion was issued within saml.max_response_age"),
        check(Assertion, "conditions_missing", "The assertion has conditions"),
        check(Assertion, "unknown_condition", "Every condition is one of SAML's own"),
        check(Assertion, "not_yet_valid", "The assertion is valid already"),
        check(Assertion, "expired", "The assertion is valid still"),
        check(Assertion, "never_valid", "The conditions end after they begin"),
        check(Assertion, "audience_missing", "The assertion is restricted to an audience"),
        check(Assertion, "audience", "The audience is this workspace"),
        check(Assertion, "bearer_missing", "Whoever brings the assertion is confirmed as its subject"),
        check(Assertion, "recipient", "The recipient is this address"),
        check(Assertion, "bearer_not_before", "The confirmation has no beginning"),
        check(Assertion, "bearer_unbounded", "The confirmation has an end"),
        check(Assertion, "bearer_expired", "The confirmation is not over"),
        check(Assertion, "in_response_to", "Response and confirmation answer the same request"),
        check(Assertion, "authn_statement_missing", "The assertion tells of a sign-in"),
        check(Assertion, "authn_instant", "The assertion says when the person signed in"),
        check(Assertion, "session_over", "The identity provider's session has not ended"),
        check(Assertion, "name_id", "The assertion names one person"),
        check(Login, "in_response_to", "The request that is answered was sent from here and is outstanding"),
        check(Login, "unsolicited", "A response to no request is taken here"),
        check(Login, "browser", "This browser began the login"),
        check(Login, "authenticated_before_request", "The person signed in as freshly as saml_force_authn demands"),
        check(Login, "authn_context", "The person signed in as saml_authn_context demands"),
        check(Login, "name_id", "The name can be somebody's here"),
        check(Person, "another_provider", "The person belongs to this identity provider"),
        check(Person, "name_only_similar", "The name is the person's userName, not only similar to it"),
        check(Person, "linked_to_another", "The person is not linked to another name"),
        check(Person, "deactivated_by_provider", "The identity provider has not deactivated the person"),
        check(Person, "deactivated_by_administrator", "No administrator has deactivated the person"),
        check(Person, "not_provisioned", "The person is known here, or newcomers are let in"),
        check(Person, "unknown_role", "The roles are known, where the policy refuses others"),
        check(Commit, "already_used", "Neither request nor assertion was used before"),
        check(Commit, "logged_out", "The identity provider has not signed the person out meanwhile"),
    ]
};

impl Stage {
    /// Its heading, the same as in docs/saml.md.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Form => "Form and text",
            Self::Gate => "The gate",
            Self::Connection => "The connection",
            Self::Shape => "The shape of the response",
            Self::Encryption => "Encryption",
            Self::SignatureShape => "The shape of signatures",
            Self::Signature => "The signature",
            Self::Reading => "What is signed",
            Self::Envelope => "The claims of the response",
            Self::Assertion => "The claims of the assertion",
            Self::Login => "The login",
            Self::Person => "The person",
            Self::Commit => "The commit",
        }
    }

    /// Whether a check of this stage is made only once the signature holds.
    #[must_use]
    pub fn is_proven(self) -> bool {
        self > Self::Signature
    }
}

/// What became of each check of a login that ended so. Only what is known to hold is passed.
#[must_use]
pub fn timeline(end: &End) -> Vec<(&'static Check, CheckResult)> {
    let failed = end.failed.as_ref().map(|failed| {
        let at = CHECKS.iter().position(|check| failed.stage == Some(check.stage) && failed.check == check.name);
        (at, at.map_or(0, first_of_its_kind))
    });
    let result = |(at, check): (usize, &Check)| match failed {
        Some((Some(failed), _)) if at == failed => CheckResult::Failed,
        Some((_, begin)) if at >= begin => CheckResult::NotReached,
        _ if is_made(check, end) => CheckResult::Passed,
        _ => CheckResult::NotReached,
    };
    CHECKS.iter().enumerate().map(|(at, check)| (check, result((at, check)))).collect()
}

/// The first of the checks that are made in one go with that one.
fn first_of_its_kind(at: usize) -> usize {
    let mut before = CHECKS.iter().enumerate().take(at + 1);
    before.rfind(|(_, check)| !check.together).map_or(0, |(first, _)| first)
}

/// Whether a login like this is checked so at all, had it come to that.
fn is_made(check: &Check, end: &End) -> bool {
    let is_one_of = |names: &[&str]| check.stage == Stage::Login && names.contains(&check.name);
    if check.stage == Stage::Encryption {
        // A signed response is decrypted after its signature is checked, another one before.
        let got_further = |failed: &Failed| failed.stage.is_some_and(Stage::is_proven);
        return end.encrypted && end.failed.as_ref().is_none_or(got_further);
    }
    // Nobody's browser is there to ask, and nothing is used up.
    let of_requests = ["in_response_to", "browser", "authenticated_before_request"];
    if end.dry_run && (is_one_of(&of_requests) || check.stage == Stage::Commit) {
        return false;
    }
    match end.outcome {
        // What was thrown away, or is to come again, was not looked at any further.
        Outcome::Bounced | Outcome::PostedAgain => check.stage < Stage::Login,
        // Roles don't matter yet.
        Outcome::Held | Outcome::TestHeld if check.name == "unknown_role" => false,
        _ if end.unsolicited => !is_one_of(&of_requests),
        _ => !is_one_of(&["unsolicited"]),
    }
}
