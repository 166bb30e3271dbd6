//! The structural gate: what is refused before libxml2 sees a byte of it.
//!
//! samael parses with recovery, resolves references by itself and would fetch them from the network. So everything that
//! comes to it has passed here: small, well-formed to the last byte, without a document type, with exactly one
//! assertion, and with signatures that can only mean one thing.

mod encryption;
mod logout;
mod namespace;
mod scan;
mod signature;
mod text;

use std::collections::HashSet;
use std::ops::Range;

use domain::connection::WeakAlgorithms;
use roxmltree::{Document, Node, ParsingOptions};

use crate::error::VerifyError;
use crate::tree::{self, ASSERTION, PROTOCOL, SIGNATURE};
pub(crate) use encryption::{
    CONTENT_CIPHERS, ContentCipher, EncryptedAssertion, EncryptedKey, RSA_OAEP, RSA_OAEP_MGF1P,
};
pub(crate) use logout::{GuardedLogout, check_logout};
pub(crate) use signature::{ExclusiveC14n, Hash, KeyKind, SignatureMethod, SignatureShape, signature_method_of};
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

/// A response in one of the two shapes that are accepted. Nothing in it is verified yet.
pub(crate) enum Guarded<'a, 'input> {
    Plain(GuardedResponse<'a, 'input>),
    Encrypted(EncryptedResponse<'a, 'input>),
}

/// A response whose assertion can be read.
pub(crate) struct GuardedResponse<'a, 'input> {
    pub(crate) response: Node<'a, 'input>,
    pub(crate) assertion: Node<'a, 'input>,
    pub(crate) response_signature: Option<SignatureShape<'a, 'input>>,
    pub(crate) assertion_signature: Option<SignatureShape<'a, 'input>>,
}

/// A response whose assertion is encrypted. Whether that is signed, nobody knows yet.
pub(crate) struct EncryptedResponse<'a, 'input> {
    pub(crate) response: Node<'a, 'input>,
    /// Over the encrypted assertion as it stands.
    pub(crate) signature: Option<SignatureShape<'a, 'input>>,
    pub(crate) encrypted: EncryptedAssertion<'a, 'input>,
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
) -> Result<Guarded<'a, 'input>, VerifyError> {
    let response = document.root_element();
    if !response.has_tag_name((PROTOCOL, "Response")) {
        return Err(VerifyError::NotAResponse(response.tag_name().name().into()));
    }
    unique_ids(ids(response))?;
    only_one_response(response)?;
    let content = single_assertion(response)?;
    if content.tag_name().name() == "Assertion" {
        return readable(response, content, weak).map(Guarded::Plain);
    }
    own_id(response)?;
    let signature = signature_of(response, weak)?;
    no_other_signature(response, signature.iter().count())?;
    only_known_children(response)?;
    let encrypted = encryption::check(content)?;
    Ok(Guarded::Encrypted(EncryptedResponse { response, signature, encrypted }))
}

/// Checks the message again with what was decrypted in the place of what was encrypted, which spans `place` in the text now.
/// What holds for a message that was never encrypted holds for it as well.
pub(crate) fn check_decrypted<'a, 'input>(
    document: &'a Document<'input>,
    place: &Range<usize>,
    encrypted: &EncryptedAssertion<'_, '_>,
    weak: WeakAlgorithms,
) -> Result<GuardedResponse<'a, 'input>, VerifyError> {
    let response = document.root_element();
    let assertion = only_content(response, place)?;
    unique_ids(ids(response).chain(encrypted.element.children().flat_map(ids)))?;
    only_one_response(response)?;
    if called(response, &["Assertion", "EncryptedAssertion"]).count() > 2 {
        return Err(VerifyError::SeveralAssertions);
    }
    readable(response, assertion, weak)
}

fn readable<'a, 'input>(
    response: Node<'a, 'input>,
    assertion: Node<'a, 'input>,
    weak: WeakAlgorithms,
) -> Result<GuardedResponse<'a, 'input>, VerifyError> {
    own_id(response)?;
    own_id(assertion)?;
    let guarded = GuardedResponse {
        response,
        assertion,
        response_signature: signature_of(response, weak)?,
        assertion_signature: signature_of(assertion, weak)?,
    };
    no_other_signature(response, guarded.signatures().count())?;
    guarded.outermost_signed()?;
    only_known_children(response)?;
    Ok(guarded)
}

/// Every attribute that some reader takes for an ID, whatever its case and namespace.
fn ids<'a>(element: Node<'a, '_>) -> impl Iterator<Item = &'a str> {
    let attributes = element.descendants().flat_map(|node| node.attributes());
    attributes.filter(|attribute| attribute.name().eq_ignore_ascii_case("id")).map(|attribute| attribute.value())
}

/// Each has a value of its own.
fn unique_ids<'a>(ids: impl Iterator<Item = &'a str>) -> Result<(), VerifyError> {
    let mut seen = HashSet::new();
    for id in ids {
        if !seen.insert(tree::collapsed(id)) {
            return Err(VerifyError::DuplicateId(id.into()));
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

/// The elements of these local names, whatever their namespace. Readers that forgive want the case to be no excuse.
fn called<'a, 'input: 'a>(
    response: Node<'a, 'input>,
    names: &'static [&'static str],
) -> impl Iterator<Item = Node<'a, 'input>> {
    let is_called = move |node: &Node<'_, '_>| {
        node.is_element() && names.iter().any(|name| node.tag_name().name().eq_ignore_ascii_case(name))
    };
    response.descendants().filter(is_called)
}

/// Wrapping a signed response needs a second one.
fn only_one_response(response: Node<'_, '_>) -> Result<(), VerifyError> {
    match called(response, &["Response"]).nth(1) {
        Some(_) => Err(VerifyError::SeveralResponses),
        None => Ok(()),
    }
}

/// Signature wrapping needs a second assertion, wherever it is put; so there is exactly one, encrypted or not, in exactly one
/// place.
fn single_assertion<'a, 'input>(response: Node<'a, 'input>) -> Result<Node<'a, 'input>, VerifyError> {
    let mut assertions = called(response, &["Assertion", "EncryptedAssertion"]);
    let Some(assertion) = assertions.next() else {
        return Err(without_assertion(response));
    };
    if assertions.next().is_some() {
        return Err(VerifyError::SeveralAssertions);
    }
    let by_name = ["Assertion", "EncryptedAssertion"].iter().any(|name| assertion.has_tag_name((ASSERTION, *name)));
    let in_place = by_name && assertion.parent() == Some(response);
    in_place.then_some(assertion).ok_or(VerifyError::AssertionMisplaced)
}

/// What was decrypted is one assertion and nothing else. The element around it begins and ends where it did: content that closes
/// it and opens another would have left its place.
fn only_content<'a, 'input>(response: Node<'a, 'input>, place: &Range<usize>) -> Result<Node<'a, 'input>, VerifyError> {
    let mut around = tree::children(response, ASSERTION, "EncryptedAssertion").filter(|found| found.range() == *place);
    let content: Vec<_> = around.next().into_iter().flat_map(|around| around.children()).collect();
    let is_blank =
        |node: &Node<'_, '_>| node.is_comment() || tree::collapsed(node.text().unwrap_or_default()).is_empty();
    let mut found = content.iter().filter(|node| node.is_element() || !is_blank(node));
    match (found.next(), found.next()) {
        (Some(only), None) if only.has_tag_name((ASSERTION, "Assertion")) => Ok(*only),
        _ => Err(VerifyError::Decryption),
    }
}

/// An identity provider that refuses a login sends its reason instead of an assertion; that reason is the better
/// answer.
fn without_assertion(response: Node<'_, '_>) -> VerifyError {
    match crate::read::status(response) {
        Ok(Some(code)) if code != crate::claims::SUCCESS => VerifyError::Declined(code.as_str().into()),
        _ => VerifyError::AssertionMissing,
    }
}

/// The signature of an element, which has one at most.
pub(crate) fn signature_of<'a, 'input>(
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

fn no_other_signature(response: Node<'_, '_>, in_place: usize) -> Result<(), VerifyError> {
    match called(response, &["Signature"]).count() > in_place {
        true => Err(VerifyError::SignatureMisplaced),
        false => Ok(()),
    }
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
        (ASSERTION, "EncryptedAssertion"),
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
