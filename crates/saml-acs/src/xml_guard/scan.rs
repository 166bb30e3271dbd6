//! One pass over the text that counts what makes parsers and canonicalisers slow or deep.
//!
//! It keeps no tree and does not recurse, so a document of 10,000 levels costs it nothing. Its counts are exact for
//! well-formed text; the strict parser behind it stops at the first place where they would not be.

use std::collections::HashSet;

use super::Limits;
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
        only_known_entities(text)
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
        if text.starts_with("</") {
            self.depth = self.depth.saturating_sub(1);
            return after(text, ">");
        }
        self.start_tag(text)
    }

    fn start_tag(&mut self, text: &'a str) -> Result<&'a str, VerifyError> {
        self.node()?;
        let mut rest = text;
        let mut attributes = 0;
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
            rest = self.attribute(before, next)?;
        }
        Err(unclosed())
    }

    /// Takes the name that ends `before` and the value that `quoted` begins with; returns what follows it.
    fn attribute(&mut self, before: &'a str, quoted: &'a str) -> Result<&'a str, VerifyError> {
        let (quote, rest) = quoted.split_at(1);
        let (value, rest) = rest.split_once(quote).ok_or_else(unclosed)?;
        let name =
            before.trim_end_matches(|sign| sign == '=' || is_space(sign)).rsplit(is_space).next().unwrap_or_default();
        if name == "xmlns" || name.starts_with("xmlns:") {
            self.namespace(name, value)?;
        }
        only_known_entities(value).map(|()| rest)
    }

    /// Few declarations for the whole message: resolving and canonicalising cost elements times declarations in scope.
    fn namespace(&mut self, name: &'a str, uri: &'a str) -> Result<(), VerifyError> {
        self.namespaces.insert((name, uri));
        if self.namespaces.len() > self.limits.namespaces {
            return Err(VerifyError::TooManyNamespaces { limit: self.limits.namespaces });
        }
        let undeclares = name == "xmlns" && uri.is_empty();
        if undeclares || is_absolute(uri) { Ok(()) } else { Err(VerifyError::RelativeNamespace(uri.into())) }
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

/// XML 1.0, section 4.6: the five entities that need no document type.
fn only_known_entities(text: &str) -> Result<(), VerifyError> {
    for reference in text.split('&').skip(1) {
        let name = reference.split(';').next().unwrap_or_default();
        if !name.starts_with('#') && !["amp", "lt", "gt", "quot", "apos"].contains(&name) {
            return Err(VerifyError::EntityReference(name.into()));
        }
    }
    Ok(())
}

/// RFC 3986, section 3.1: an absolute URI starts with a scheme. Relative namespace names are deprecated by XML Names,
/// and canonicalisers treat them differently.
fn is_absolute(uri: &str) -> bool {
    let scheme = uri.split_once(':').map_or("", |(scheme, _)| scheme);
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// XML 1.0, section 2.3.
fn is_space(sign: char) -> bool {
    matches!(sign, ' ' | '\t' | '\r' | '\n')
}

fn after<'a>(text: &'a str, end: &str) -> Result<&'a str, VerifyError> {
    text.split_once(end).map(|(_, rest)| rest).ok_or_else(unclosed)
}

fn unclosed() -> VerifyError {
    VerifyError::MalformedXml("markup that does not end".into())
}
