//! Where things are in a text that is more or less XML. Nothing is checked: mutated messages are often broken.

use std::ops::Range;

/// An element from its start tag to its end tag.
#[derive(Debug, Clone)]
pub struct Element {
    pub whole: Range<usize>,
    pub start_tag: Range<usize>,
    /// Empty, at the end of the start tag, where the element is closed at once.
    pub content: Range<usize>,
    pub name: Range<usize>,
}

#[derive(Debug, Clone)]
pub struct Attribute {
    /// With the white space before it.
    pub whole: Range<usize>,
    pub name: Range<usize>,
    /// Between the quotes.
    pub value: Range<usize>,
}

pub fn elements(text: &str) -> Vec<Element> {
    let mut open: Vec<Element> = Vec::new();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find('<').map(|offset| at + offset) {
        let Some(end) = end_of_markup(text, start) else { break };
        let markup = &text[start..end];
        if markup.starts_with("</") {
            if let Some(mut element) = open.pop() {
                element.content.end = start;
                element.whole.end = end;
                found.push(element);
            }
        } else if !markup.starts_with("<!") && !markup.starts_with("<?") {
            let name_end = markup.find([' ', '\t', '\r', '\n', '/', '>']).unwrap_or(markup.len());
            let element = Element {
                whole: start..end,
                start_tag: start..end,
                content: end..end,
                name: start + 1..start + name_end,
            };
            if markup.ends_with("/>") { found.push(element) } else { open.push(element) }
        }
        at = end;
    }
    found
}

fn end_of_markup(text: &str, start: usize) -> Option<usize> {
    let rest = &text[start..];
    let until = |end: &str| rest.find(end).map(|at| start + at + end.len());
    if rest.starts_with("<!--") {
        return until("-->");
    }
    if rest.starts_with("<![CDATA[") {
        return until("]]>");
    }
    let mut quote = None;
    for (at, sign) in rest.char_indices() {
        match (quote, sign) {
            (None, '>') => return Some(start + at + 1),
            (None, '"' | '\'') => quote = Some(sign),
            (Some(open), sign) if open == sign => quote = None,
            _ => {}
        }
    }
    None
}

pub fn attributes(text: &str, start_tag: &Range<usize>) -> Vec<Attribute> {
    let tag = &text[start_tag.clone()];
    let mut found = Vec::new();
    let mut at = tag.find([' ', '\t', '\r', '\n']).unwrap_or(tag.len());
    while let Some(open) = tag[at..].find(['"', '\'']).map(|offset| at + offset) {
        let quote = &tag[open..=open];
        let Some(close) = tag[open + 1..].find(quote).map(|offset| open + 1 + offset) else { break };
        let before = tag[at..open].trim_end_matches(['=', ' ', '\t', '\r', '\n']);
        let name_at = at + before.rfind([' ', '\t', '\r', '\n']).map_or(0, |space| space + 1);
        let shift = start_tag.start;
        found.push(Attribute {
            whole: shift + at..shift + close + 1,
            name: shift + name_at..shift + at + before.len(),
            value: shift + open + 1..shift + close,
        });
        at = close + 1;
    }
    found
}

/// The texts between tags that are not blank.
pub fn texts(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let end = text[at..].find('<').map_or(text.len(), |offset| at + offset);
        if !text[at..end].trim().is_empty() {
            found.push(at..end);
        }
        let Some(next) = (end < text.len()).then(|| end_of_markup(text, end)).flatten() else { break };
        at = next;
    }
    found
}
