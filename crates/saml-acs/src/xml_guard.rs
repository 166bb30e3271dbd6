//! The structural gate: what is refused before libxml2 sees a byte of it.
//!
//! samael parses with recovery, resolves references by itself and would fetch them from the network. So everything that
//! comes to it has passed here: small, well-formed to the last byte, without a document type, with exactly one
//! assertion, and with signatures that can only mean one thing.

mod namespace;
mod scan;
mod signature;
mod text;

use std::collections::HashSet;

use domain::connection::WeakAlgorithms;
use roxmltree::{Document, Node, ParsingOptions};

use crate::error::VerifyError;
use crate::tree::{self, ASSERTION, PROTOCOL, SIGNATURE};
pub(crate) use signature::{ExclusiveC14n, Hash, KeyKind, SignatureShape};
pub(crate) use text::MessageText;

/// How large a message may be in each direction; all checked in one pass before anything is allocated for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the decoded message.
    pub bytes: usize,
    /// Levels of nested elements.
    pub depth: usize,
    /// Elements, attributes, texts and comments together.
    pub nodes: usize,
    /// Attributes of one element, namespace declarations included.
    pub attributes: usize,
    /// Different namespace declarations in the whole message.
    pub namespaces: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 1024 * 1024, depth: 32, nodes: 32_000, attributes: 64, namespaces: 64 }
    }
}

/// A response in the one shape that is accepted. Nothing in it is verified yet.
pub(crate) struct GuardedResponse<'a, 'input> {
    pub(crate) response: Node<'a, 'input>,
    pub(crate) assertion: Node<'a, 'input>,
    pub(crate) response_signature: Option<SignatureShape<'a, 'input>>,
    pub(crate) assertion_signature: Option<SignatureShape<'a, 'input>>,
}

impl<'a, 'input> GuardedResponse<'a, 'input> {
    /// The signed element that holds everything else that is signed, with its signature.
    pub(crate) fn outermost_signed(&self) -> Result<(Node<'a, 'input>, &SignatureShape<'a, 'input>), VerifyError> {
        match (&self.response_signature, &self.assertion_signature) {
            (Some(signature), _) => Ok((self.response, signature)),
            (None, Some(signature)) => Ok((self.assertion, signature)),
            (None, None) => Err(VerifyError::Unsigned),
        }
    }

    /// The signatures there are, one or two.
    pub(crate) fn signatures(&self) -> impl Iterator<Item = &SignatureShape<'a, 'input>> {
        self.response_signature.iter().chain(&self.assertion_signature)
    }

    /// Whether any of them is no better than SHA-1.
    pub(crate) fn rests_on_sha1(&self) -> bool {
        self.signatures().any(SignatureShape::rests_on_sha1)
    }
}

/// Parses strictly: within the limits, no document type, no processing instruction, nothing after the root element.
pub(crate) fn parse<'input>(text: &'input MessageText<'_>, limits: &Limits) -> Result<Document<'input>, VerifyError> {
    scan::within_limits(text.body(), limits)?;
    let options = ParsingOptions { allow_dtd: false, ..ParsingOptions::default() };
    Document::parse_with_options(text.whole(), options)
        .map_err(|error| VerifyError::MalformedXml(error.to_string().as_str().into()))
}

/// Checks the shape of the parsed message and finds its assertion and signatures.
pub(crate) fn check<'a, 'input>(
    document: &'a Document<'input>,
    weak: WeakAlgorithms,
) -> Result<GuardedResponse<'a, 'input>, VerifyError> {
    let response = document.root_element();
    if !response.has_tag_name((PROTOCOL, "Response")) {
        return Err(VerifyError::NotAResponse(response.tag_name().name().into()));
    }
    unique_ids(response)?;
    only_one_response(response)?;
    let assertion = single_assertion(response)?;
    own_id(response)?;
    own_id(assertion)?;
    let guarded = GuardedResponse {
        response,
        assertion,
        response_signature: signature_of(response, weak)?,
        assertion_signature: signature_of(assertion, weak)?,
    };
    no_other_signature(&guarded)?;
    only_known_children(response)?;
    Ok(guarded)
}

/// Every attribute that some reader takes for an ID has a value of its own, whatever its case and namespace.
fn unique_ids(response: Node<'_, '_>) -> Result<(), VerifyError> {
    let mut seen = HashSet::new();
    for attribute in response.descendants().flat_map(|node| node.attributes()) {
        if attribute.name().eq_ignore_ascii_case("id") && !seen.insert(tree::collapsed(attribute.value())) {
            return Err(VerifyError::DuplicateId(attribute.value().into()));
        }
    }
    Ok(())
}

/// SAML core 1.3.4: an ID is an `xs:ID`, thus a name without a colon.
fn own_id(element: Node<'_, '_>) -> Result<(), VerifyError> {
    let id = tree::attribute(element, "ID").ok_or(VerifyError::MalformedId)?;
    let starts_well = id.starts_with(|first: char| first.is_alphabetic() || first == '_');
    let goes_on_well = id.chars().all(|letter| letter.is_alphanumeric() || "._-".contains(letter));
    if starts_well && goes_on_well { Ok(()) } else { Err(VerifyError::MalformedId) }
}

/// The elements of this local name, whatever their namespace. Readers that forgive want the case to be no excuse.
fn called<'a, 'input: 'a>(response: Node<'a, 'input>, name: &'static str) -> impl Iterator<Item = Node<'a, 'input>> {
    let is_called = move |node: &Node<'_, '_>| node.is_element() && node.tag_name().name().eq_ignore_ascii_case(name);
    response.descendants().filter(is_called)
}

/// Wrapping a signed response needs a second one.
fn only_one_response(response: Node<'_, '_>) -> Result<(), VerifyError> {
    match called(response, "Response").nth(1) {
        Some(_) => Err(VerifyError::SeveralResponses),
        None => Ok(()),
    }
}

/// Signature wrapping needs a second assertion, wherever it is put; so there is exactly one, in exactly one place.
fn single_assertion<'a, 'input>(response: Node<'a, 'input>) -> Result<Node<'a, 'input>, VerifyError> {
    if called(response, "EncryptedAssertion").next().is_some() {
        return Err(VerifyError::EncryptedAssertion);
    }
    let mut assertions = called(response, "Assertion");
    let Some(assertion) = assertions.next() else {
        return Err(without_assertion(response));
    };
    if assertions.next().is_some() {
        return Err(VerifyError::SeveralAssertions);
    }
    let in_place = assertion.has_tag_name((ASSERTION, "Assertion")) && assertion.parent() == Some(response);
    in_place.then_some(assertion).ok_or(VerifyError::AssertionMisplaced)
}

/// An identity provider that refuses a login sends its reason instead of an assertion; that reason is the better
/// answer.
fn without_assertion(response: Node<'_, '_>) -> VerifyError {
    match crate::read::status(response) {
        Ok(Some(code)) if code != crate::claims::SUCCESS => VerifyError::Status(code.as_str().into()),
        _ => VerifyError::AssertionMissing,
    }
}

fn signature_of<'a, 'input>(
    signed: Node<'a, 'input>,
    weak: WeakAlgorithms,
) -> Result<Option<SignatureShape<'a, 'input>>, VerifyError> {
    let mut signatures = tree::children(signed, SIGNATURE, "Signature");
    let first = signatures.next();
    if signatures.next().is_some() {
        return Err(VerifyError::SeveralSignatures);
    }
    first.map(|signature| signature::check(signed, signature, weak)).transpose()
}

fn no_other_signature(guarded: &GuardedResponse<'_, '_>) -> Result<(), VerifyError> {
    let in_place = guarded.signatures().count();
    if called(guarded.response, "Signature").count() > in_place {
        return Err(VerifyError::SignatureMisplaced);
    }
    guarded.outermost_signed().map(|_| ())
}

/// SAML core 3.2.2 and 3.3.3: what a response consists of. Anything else is refused, so that no reader takes an attribute
/// in an unsigned envelope for the assertion's.
fn only_known_children(response: Node<'_, '_>) -> Result<(), VerifyError> {
    let known = [
        (ASSERTION, "Issuer"),
        (SIGNATURE, "Signature"),
        (PROTOCOL, "Extensions"),
        (PROTOCOL, "Status"),
        (ASSERTION, "Assertion"),
    ];
    match tree::elements(response).find(|child| !known.iter().any(|name| child.has_tag_name(*name))) {
        Some(other) => Err(VerifyError::ResponseStructure(other.tag_name().name().into())),
        None => Ok(()),
    }
}

/// XML 1.0, section 2.3.
fn is_space(sign: char) -> bool {
    matches!(sign, ' ' | '\t' | '\r' | '\n')
}

#[cfg(test)]
mod tests;
