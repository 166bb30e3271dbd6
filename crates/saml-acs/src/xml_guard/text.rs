//! From bytes to text, before any parser.

use std::borrow::Cow;

use super::Limits;
use crate::error::VerifyError;

/// The decoded text of a message; its XML declaration is kept apart, so that no parser is told an encoding.
pub(crate) struct MessageText<'a> {
    text: Cow<'a, str>,
    body_at: usize,
}

impl<'a> MessageText<'a> {
    /// Decodes UTF-8, or UTF-16 with a byte order mark, and refuses a declaration that says otherwise.
    pub(crate) fn decode(bytes: &'a [u8], limits: &Limits) -> Result<Self, VerifyError> {
        if bytes.len() > limits.bytes {
            return Err(VerifyError::TooLarge { limit: limits.bytes });
        }
        let (text, encoding) = match bytes {
            [0xFE, 0xFF, rest @ ..] => (utf16(rest, u16::from_be_bytes)?, "utf-16"),
            [0xFF, 0xFE, rest @ ..] => (utf16(rest, u16::from_le_bytes)?, "utf-16"),
            [0xEF, 0xBB, 0xBF, rest @ ..] => (utf8(rest)?, "utf-8"),
            _ => (utf8(bytes)?, "utf-8"),
        };
        let body_at = declaration_length(&text, encoding)?;
        Ok(Self { text, body_at })
    }

    /// All of it.
    pub(crate) fn whole(&self) -> &str {
        &self.text
    }

    /// All behind the XML declaration.
    pub(crate) fn body(&self) -> &str {
        self.text.get(self.body_at..).unwrap_or_default()
    }
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, VerifyError> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| VerifyError::Encoding)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'static, str>, VerifyError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let text = char::decode_utf16(pairs.iter().copied().map(unit)).collect::<Result<String, _>>();
    match text {
        Ok(text) if rest.is_empty() => Ok(Cow::Owned(text)),
        _ => Err(VerifyError::Encoding),
    }
}

/// XML 1.0, section 2.8: `<?xml version="1.0" encoding="…"?>`, whose encoding must be the one that was found.
fn declaration_length(text: &str, encoding: &str) -> Result<usize, VerifyError> {
    let Some(rest) = text.strip_prefix("<?xml").filter(|rest| rest.starts_with([' ', '\t', '\r', '\n'])) else {
        return Ok(0);
    };
    let (declaration, body) = rest.split_once("?>").ok_or(VerifyError::Encoding)?;
    let declared = pseudo_attribute(declaration, "encoding").unwrap_or(encoding);
    let version = pseudo_attribute(declaration, "version");
    if declared.eq_ignore_ascii_case(encoding) && version == Some("1.0") {
        Ok(text.len() - body.len())
    } else {
        Err(VerifyError::Encoding)
    }
}

fn pseudo_attribute<'a>(declaration: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = declaration.split_once(name)?;
    let value = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| "'\"".contains(*quote))?;
    value.get(1..)?.split_once(quote).map(|(value, _)| value)
}
