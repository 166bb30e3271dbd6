//! One pass over the text that counts what makes parsers and canonicalisers slow or deep.
//!
//! It keeps no tree and does not recurse, so a document of 10,000 levels costs it nothing. Its counts are exact for
//! well-formed text; the strict parser behind it stops at the first place where they would not be.

use std::collections::HashSet;
use std::mem;

use super::namespace::is_absolute_uri;
use super::{Limits, is_space};
use crate::error::VerifyError;

/// Refuses what is too deep, too many, or not wanted at all: document types, processing instructions, entities.
pub(super) fn within_limits(text: &str, limits: &Limits) -> Result<(), VerifyError> {
    let mut scan = Scan { limits, depth: 0, nodes: 0, namespaces: HashSet::new() };
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, markup) = rest.split_at(at);
        scan.text(before)?;
        rest = scan.markup(markup)?;
    }
    scan.text(rest)
}

struct Scan<'a> {
    limits: &'a Limits,
    depth: usize,
    nodes: usize,
    namespaces: HashSet<(&'a str, &'a str)>,
}

impl<'a> Scan<'a> {
    fn text(&mut self, text: &str) -> Result<(), VerifyError> {
        if !text.is_empty() {
            self.node()?;
        }
        only_known_references(text)
    }

    /// Takes the markup that the text begins with and returns what follows it.
    fn markup(&mut self, text: &'a str) -> Result<&'a str, VerifyError> {
        if let Some(comment) = text.strip_prefix("<!--") {
            self.node()?;
            return after(comment, "-->");
        }
        if let Some(characters) = text.strip_prefix("<![CDATA[") {
            self.node()?;
            return after(characters, "]]>");
        }
        if text.starts_with("<!") {
            return Err(VerifyError::Doctype);
        }
        if text.starts_with("<?") {
            return Err(VerifyError::ProcessingInstruction);
        }
        if let Some(name) = text.strip_prefix("</") {
            has_prefix_or_none(name)?;
            self.depth = self.depth.saturating_sub(1);
            return after(text, ">");
        }
        self.start_tag(text)
    }

    fn start_tag(&mut self, text: &'a str) -> Result<&'a str, VerifyError> {
        self.node()?;
        has_prefix_or_none(text.strip_prefix('<').unwrap_or_default())?;
        let mut rest = text;
        let (mut attributes, mut has_default) = (0, false);
        while let Some(at) = rest.find(['>', '"', '\'']) {
            let (before, next) = rest.split_at(at);
            if let Some(behind) = next.strip_prefix('>') {
                self.open(before.ends_with('/'))?;
                return Ok(behind);
            }
            self.node()?;
            attributes += 1;
            if attributes > self.limits.attributes {
                return Err(VerifyError::TooManyAttributes { limit: self.limits.attributes });
            }
            let (name, behind) = self.attribute(before, next)?;
            // The strict parser refuses what else is there twice, and takes the first of two default namespaces.
            if name == "xmlns" && mem::replace(&mut has_default, true) {
                return Err(VerifyError::MalformedXml("two default namespaces".into()));
            }
            rest = behind;
        }
        Err(unclosed())
    }

    /// Takes the name that ends `before` and the value that `quoted` begins with; returns the name and what follows.
    fn attribute(&mut self, before: &'a str, quoted: &'a str) -> Result<(&'a str, &'a str), VerifyError> {
        let (quote, rest) = quoted.split_at(1);
        let (value, rest) = rest.split_once(quote).ok_or_else(unclosed)?;
        let name =
            before.trim_end_matches(|sign| sign == '=' || is_space(sign)).rsplit(is_space).next().unwrap_or_default();
        has_prefix_or_none(name)?;
        if name == "xmlns" || name.starts_with("xmlns:") {
            self.namespace(name, value)?;
        }
        only_known_references(value).map(|()| (name, rest))
    }

    /// Few declarations for the whole message: resolving and canonicalising cost elements times declarations in scope.
    fn namespace(&mut self, name: &'a str, uri: &'a str) -> Result<(), VerifyError> {
        self.namespaces.insert((name, uri));
        if self.namespaces.len() > self.limits.namespaces {
            return Err(VerifyError::TooManyNamespaces { limit: self.limits.namespaces });
        }
        // XML Names, section 3: the prefix xmlns must not be declared.
        if name == "xmlns:xmlns" {
            return Err(VerifyError::MalformedXml("the prefix xmlns is declared".into()));
        }
        let undeclares = name == "xmlns" && uri.is_empty();
        if undeclares || is_absolute_uri(uri) { Ok(()) } else { Err(VerifyError::RelativeNamespace(uri.into())) }
    }

    fn open(&mut self, closed_at_once: bool) -> Result<(), VerifyError> {
        let depth = self.depth + 1;
        if depth > self.limits.depth {
            return Err(VerifyError::TooDeep { limit: self.limits.depth });
        }
        self.depth = if closed_at_once { self.depth } else { depth };
        Ok(())
    }

    fn node(&mut self) -> Result<(), VerifyError> {
        self.nodes += 1;
        if self.nodes > self.limits.nodes {
            return Err(VerifyError::TooManyNodes { limit: self.limits.nodes });
        }
        Ok(())
    }
}

/// XML 1.0, sections 4.1 and 4.6: references to characters, and the five entities that need no document type.
fn only_known_references(text: &str) -> Result<(), VerifyError> {
    for reference in text.split('&').skip(1) {
        let name = reference.split(';').next().unwrap_or_default();
        match name.strip_prefix('#') {
            Some(number) if is_character(number) => {}
            Some(_) => return Err(VerifyError::MalformedXml("a reference to no character".into())),
            None if ["amp", "lt", "gt", "quot", "apos"].contains(&name) => {}
            None => return Err(VerifyError::EntityReference(name.into())),
        }
    }
    Ok(())
}

/// XML 1.0, section 2.2: the characters that may occur. The strict parser takes surrogates for a character of its own choice.
fn is_character(number: &str) -> bool {
    let number = match number.strip_prefix('x') {
        Some(digits) if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => u32::from_str_radix(digits, 16),
        None if number.bytes().all(|digit| digit.is_ascii_digit()) => number.parse(),
        _ => return false,
    };
    let character = number.ok().and_then(char::from_u32);
    character.is_some_and(|found| matches!(found, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..))
}

/// XML Names, section 4: what stands before a colon is a prefix. The strict parser takes an empty one for none.
fn has_prefix_or_none(name: &str) -> Result<(), VerifyError> {
    if name.starts_with(':') { Err(VerifyError::MalformedXml("a name with an empty prefix".into())) } else { Ok(()) }
}

fn after<'a>(text: &'a str, end: &str) -> Result<&'a str, VerifyError> {
    text.split_once(end).map(|(_, rest)| rest).ok_or_else(unclosed)
}

fn unclosed() -> VerifyError {
    VerifyError::MalformedXml("markup that does not end".into())
}
