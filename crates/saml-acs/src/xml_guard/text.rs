//! From bytes to text, before any parser.

use std::borrow::Cow;
use std::ops::Range;

use roxmltree::Node;

use super::{Limits, is_space};
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
        let text = with_plain_line_ends(text);
        let body_at = declaration_length(&text, encoding)?;
        if text.starts_with('\u{feff}') || text.contains('\0') {
            return Err(VerifyError::MalformedXml("a second byte order mark, or a null character".into()));
        }
        Ok(Self { text, body_at })
    }

    /// The same with other content in an element of it that is not empty, and where that element is then.
    pub(crate) fn with_content(
        &self,
        element: Node<'_, '_>,
        content: &str,
    ) -> Option<(MessageText<'static>, Range<usize>)> {
        let (start, end) = (element.first_child()?.range().start, element.last_child()?.range().end);
        let (before, behind) = (self.text.get(..start)?, self.text.get(end..)?);
        let text = [before, content, behind].concat();
        let element_end = text.len().checked_sub(self.text.len().checked_sub(element.range().end)?)?;
        Some((MessageText { text: Cow::Owned(text), body_at: self.body_at }, element.range().start..element_end))
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

/// XML 1.0, section 2.11: line breaks of every kind are read as one line feed. Here for both parsers alike, because the strict
/// one leaves a carriage return alone that stands beside a reference.
fn with_plain_line_ends(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { text }
}

/// XML 1.0, section 2.8: a version, perhaps an encoding, which must be the one that was found, and perhaps `standalone`, in
/// this order.
fn declaration_length(text: &str, encoding: &str) -> Result<usize, VerifyError> {
    let Some(rest) = text.strip_prefix("<?xml").filter(|rest| rest.starts_with(is_space)) else { return Ok(0) };
    let (version, rest) = pseudo_attribute(rest, "version").ok_or(VerifyError::Encoding)?;
    let (declared, rest) = pseudo_attribute(rest, "encoding").unwrap_or((encoding, rest));
    let (standalone, rest) = pseudo_attribute(rest, "standalone").unwrap_or(("no", rest));
    let body = rest.trim_start_matches(is_space).strip_prefix("?>").ok_or(VerifyError::Encoding)?;
    if version == "1.0" && declared.eq_ignore_ascii_case(encoding) && ["yes", "no"].contains(&standalone) {
        Ok(text.len() - body.len())
    } else {
        Err(VerifyError::Encoding)
    }
}

/// The value of the pseudo attribute that comes next, if it has this name, and what follows it.
fn pseudo_attribute<'a>(text: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let named = text.strip_prefix(is_space)?.trim_start_matches(is_space).strip_prefix(name)?;
    let value = named.trim_start_matches(is_space).strip_prefix('=')?.trim_start_matches(is_space);
    let quote = value.chars().next().filter(|quote| "'\"".contains(*quote))?;
    value.get(1..)?.split_once(quote)
}
