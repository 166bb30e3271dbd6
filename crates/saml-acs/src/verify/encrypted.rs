//! A response whose assertion is encrypted: the signature of the response first, then decryption, then the rest as ever.

use super::signature::signed_bytes;
use super::{Envelope, Expectations, VerifiedAssertion, accept, as_seen, parsed_anew};
use crate::decrypt;
use crate::error::VerifyError;
use crate::xml_guard::{self, EncryptedResponse, MessageText};

/// What is verified where nothing could be decrypted, so that a failed decryption is no shorter way out: an assertion that
/// nobody has signed.
const STAND_IN: &str = include_str!("stand_in.xml");

/// The signature of the response is over the encrypted assertion, so that it comes first: nothing in it is decrypted that its
/// signature does not cover. Whatever goes wrong from decryption up to one well-formed assertion is the same failure.
pub(super) fn verify(
    text: &MessageText<'_>,
    guarded: &EncryptedResponse<'_, '_>,
    expectations: &Expectations<'_>,
) -> Result<VerifiedAssertion, VerifyError> {
    let seen = guarded.response;
    let signature = guarded.signature.as_ref();
    let signed = |shape| signed_bytes(text.body(), [shape], expectations.identity_provider);
    let signed_xml = signature.map(signed).transpose()?;
    let signed = signed_xml.as_deref().map(parsed_anew).transpose()?;
    let envelope = match (&signed, signature) {
        (Some(signed), Some(shape)) => Envelope { response: as_seen(signed, seen, shape)?, signed: true },
        _ => Envelope { response: seen, signed: false },
    };
    let message = Message { text, guarded, envelope, expectations };
    let decrypted = decrypt::open(&guarded.encrypted, expectations.decryption_keys);
    let found = decrypted.map_or(Err(VerifyError::Decryption), |content| message.with(&content));
    if matches!(found, Err(VerifyError::Decryption)) {
        drop(message.with(STAND_IN.as_bytes()));
    }
    found
}

/// A message up to its encrypted assertion.
struct Message<'a, 'input> {
    text: &'a MessageText<'a>,
    guarded: &'a EncryptedResponse<'a, 'input>,
    envelope: Envelope<'a, 'input>,
    expectations: &'a Expectations<'a>,
}

impl Message<'_, '_> {
    /// XML encryption 1.1, section 4.4: what was decrypted is read where it stood, in the scope of the namespaces there.
    /// Exclusive canonical form is the same in place and by itself, so that a signature holds wherever it was made.
    fn with(&self, content: &[u8]) -> Result<VerifiedAssertion, VerifyError> {
        let Expectations { limits, weak_algorithms, identity_provider, .. } = self.expectations;
        let encrypted = &self.guarded.encrypted;
        let failed = |_| VerifyError::Decryption;
        let content = MessageText::decode(content, limits).map_err(failed)?;
        let (text, place) = self.text.with_content(encrypted.element, content.body()).ok_or(VerifyError::Decryption)?;
        let document = xml_guard::parse(&text, limits).map_err(failed)?;
        let guarded = xml_guard::check_decrypted(&document, &place, encrypted, *weak_algorithms)?;
        let sha1 = guarded.rests_on_sha1();
        let Some(shape) = &guarded.assertion_signature else {
            // The response's signature covers the ciphertext, and so what has come out of it. Without one anybody may have
            // encrypted this: the key is public.
            if !self.envelope.signed {
                return Err(VerifyError::Unsigned);
            }
            return accept(self.envelope, guarded.assertion, sha1, self.expectations);
        };
        let signed_xml = signed_bytes(text.body(), [shape], identity_provider)?;
        let signed = parsed_anew(&signed_xml)?;
        accept(self.envelope, as_seen(&signed, guarded.assertion, shape)?, sha1, self.expectations)
    }
}

#[cfg(test)]
mod tests;
