//! The same gate for the messages of single logout: SAML core, section 3.7.

use domain::connection::WeakAlgorithms;
use roxmltree::{Document, Node};

use super::{SignatureShape, called, ids, own_id, signature_of, unique_ids};
use crate::error::VerifyError;
use crate::message::LogoutKind;
use crate::tree::{self, ASSERTION, PROTOCOL, SIGNATURE};

/// A logout message in the one shape that is accepted. Nothing in it is verified yet.
pub(crate) struct GuardedLogout<'a, 'input> {
    pub(crate) message: Node<'a, 'input>,
    /// Where there is none, something else has to be signed.
    pub(crate) signature: Option<SignatureShape<'a, 'input>>,
}

/// What a request consists of (core 3.2.1, 3.7.1).
const REQUEST: [(&str, &str); 7] = [
    (ASSERTION, "Issuer"),
    (SIGNATURE, "Signature"),
    (PROTOCOL, "Extensions"),
    (ASSERTION, "BaseID"),
    (ASSERTION, "NameID"),
    (ASSERTION, "EncryptedID"),
    (PROTOCOL, "SessionIndex"),
];

/// What a response consists of (core 3.2.2, 3.7.2).
const RESPONSE: [(&str, &str); 4] =
    [(ASSERTION, "Issuer"), (SIGNATURE, "Signature"), (PROTOCOL, "Extensions"), (PROTOCOL, "Status")];

/// Checks the shape of the parsed message and finds its signature.
pub(crate) fn check_logout<'a, 'input>(
    document: &'a Document<'input>,
    kind: LogoutKind,
    weak: WeakAlgorithms,
) -> Result<GuardedLogout<'a, 'input>, VerifyError> {
    let message = document.root_element();
    if !message.has_tag_name((PROTOCOL, kind.element())) {
        return Err(VerifyError::NotALogoutMessage(message.tag_name().name().into()));
    }
    unique_ids(ids(message))?;
    only_one_message(message)?;
    own_id(message)?;
    let signature = signature_of(message, weak)?;
    if called(message, &["Signature"]).count() > signature.iter().count() {
        return Err(VerifyError::SignatureMisplaced);
    }
    only_known_children(message, kind)?;
    Ok(GuardedLogout { message, signature })
}

/// Wrapping a signed message needs a second one, and nothing that SAML signs has a place in this one.
fn only_one_message(message: Node<'_, '_>) -> Result<(), VerifyError> {
    let signed = &["LogoutRequest", "LogoutResponse", "Response", "Assertion", "AuthnRequest"];
    if called(message, signed).nth(1).is_some() { Err(VerifyError::SeveralMessages) } else { Ok(()) }
}

fn only_known_children(message: Node<'_, '_>, kind: LogoutKind) -> Result<(), VerifyError> {
    let known: &[(&str, &str)] = match kind {
        LogoutKind::Request => &REQUEST,
        LogoutKind::Response => &RESPONSE,
    };
    match tree::elements(message).find(|child| !known.iter().any(|name| child.has_tag_name(*name))) {
        Some(other) => Err(VerifyError::MessageStructure(other.tag_name().name().into())),
        None => Ok(()),
    }
}
