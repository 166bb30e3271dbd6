//! Messages as the browser brings them.

mod redirect;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::VerifyError;
use crate::xml_guard::Limits;
pub use redirect::RedirectMessage;

/// No element can be called so without these bytes in UTF-8: a name has no references.
const ENCRYPTED: &[u8] = b"EncryptedAssertion";

/// The decoded bytes of a `SAMLResponse` form field. Nothing about them is checked but their size.
#[derive(Clone)]
pub struct SamlResponse(Vec<u8>);

impl SamlResponse {
    /// Bindings 3.5.4: base64, which may be broken into lines.
    ///
    /// # Errors
    /// [`VerifyError::Base64`], or [`VerifyError::TooLarge`] before anything is decoded.
    pub fn from_form_field(value: &str, limits: &Limits) -> Result<Self, VerifyError> {
        from_base64(value, limits).map(Self)
    }

    /// From a copy of it, as people save one: XML, the form field's value, or the whole form as a browser's tools show it.
    ///
    /// # Errors
    /// As [`Self::from_form_field`].
    pub fn from_copy(copy: &[u8], limits: &Limits) -> Result<Self, VerifyError> {
        let marks: [&[u8]; 3] = [b"\xEF\xBB\xBF", b"\xFE\xFF", b"\xFF\xFE"];
        if copy.trim_ascii_start().starts_with(b"<") || marks.iter().any(|mark| copy.starts_with(mark)) {
            return Ok(Self(copy.trim_ascii_start().to_vec()));
        }
        let field = url::form_urlencoded::parse(copy.trim_ascii()).find(|(name, _)| name == "SAMLResponse");
        match field {
            Some((_, value)) => Self::from_form_field(&value, limits),
            None => Self::from_form_field(std::str::from_utf8(copy).map_err(|_| VerifyError::Base64)?, limits),
        }
    }

    /// From XML that was decoded elsewhere.
    #[must_use]
    pub fn from_xml(xml: Vec<u8>) -> Self {
        Self(xml)
    }

    /// Whether an encrypted assertion may be in it, to which it takes keys. UTF-16 is not looked into.
    pub(crate) fn may_be_encrypted(&self) -> bool {
        let is_utf_16 = self.0.starts_with(&[0xFE, 0xFF]) || self.0.starts_with(&[0xFF, 0xFE]);
        is_utf_16 || self.0.windows(ENCRYPTED.len()).any(|part| part == ENCRYPTED)
    }

    pub(crate) fn xml(&self) -> &[u8] {
        &self.0
    }
}

/// The two messages of single logout (SAML core 3.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoutKind {
    /// `LogoutRequest`.
    Request,
    /// `LogoutResponse`.
    Response,
}

impl LogoutKind {
    /// The element's name.
    #[must_use]
    pub fn element(self) -> &'static str {
        match self {
            Self::Request => "LogoutRequest",
            Self::Response => "LogoutResponse",
        }
    }

    /// The parameter that carries it, in a query and in a form (bindings 3.4.4, 3.5.4).
    #[must_use]
    pub fn parameter(self) -> &'static str {
        match self {
            Self::Request => "SAMLRequest",
            Self::Response => "SAMLResponse",
        }
    }
}

fn from_base64(value: &str, limits: &Limits) -> Result<Vec<u8>, VerifyError> {
    let digits: Vec<u8> = value.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if digits.len() / 4 * 3 > limits.bytes.saturating_add(2) {
        return Err(VerifyError::TooLarge { limit: limits.bytes });
    }
    STANDARD.decode(digits).map_err(|_| VerifyError::Base64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_may_be_broken_into_lines() {
        let message = SamlResponse::from_form_field("PGE+\r\nPC9h\nPg==", &Limits::default()).unwrap();
        assert_eq!(message.xml(), b"<a></a>");
    }

    #[test]
    fn a_copy_may_be_xml_a_field_or_a_form() {
        for copy in ["\n<a></a>", "PGE+PC9hPg==\n", "RelayState=x&SAMLResponse=PGE%2BPC9hPg%3D%3D\n"] {
            let message = SamlResponse::from_copy(copy.as_bytes(), &Limits::default()).unwrap();
            assert_eq!(message.xml(), b"<a></a>", "{copy}");
        }
        assert!(SamlResponse::from_copy(b"\xFF\x00", &Limits::default()).is_err());
    }

    #[test]
    fn what_is_not_base64_is_refused() {
        for value in ["<a/>", "PGE", "PGE_", "PGE+=", ""] {
            let decoded = SamlResponse::from_form_field(value, &Limits::default()).map(|message| message.0.len());
            assert_eq!(decoded, if value.is_empty() { Ok(0) } else { Err(VerifyError::Base64) }, "{value}");
        }
    }

    #[test]
    fn a_field_too_long_is_refused_before_it_is_decoded() {
        let limits = Limits { bytes: 300, ..Limits::default() };
        assert!(SamlResponse::from_form_field(&"A".repeat(400), &limits).is_ok());
        let refused = SamlResponse::from_form_field(&"!".repeat(408), &limits).map(|_| ());
        assert_eq!(refused, Err(VerifyError::TooLarge { limit: 300 }));
    }
}
