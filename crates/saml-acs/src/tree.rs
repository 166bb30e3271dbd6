//! Reading a strictly parsed XML tree: names with their namespaces, text that comments cannot split.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roxmltree::{Attribute, Node};

use crate::error::VerifyError;

/// `samlp`: SAML core, section 3.
pub(crate) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// `saml`: SAML core, section 2.
pub(crate) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// `md`: SAML metadata, section 2.
pub(crate) const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// `ds`: XML signature.
pub(crate) const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";
/// `xenc`: XML encryption.
pub(crate) const ENCRYPTION: &str = "http://www.w3.org/2001/04/xmlenc#";
/// `xenc11`: what XML encryption 1.1 adds.
pub(crate) const ENCRYPTION_1_1: &str = "http://www.w3.org/2009/xmlenc11#";
/// `ec`: exclusive canonicalisation, and its algorithm without comments.
pub(crate) const EXCLUSIVE_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The child elements of this name, in document order.
pub(crate) fn children<'a, 'input>(
    parent: Node<'a, 'input>,
    namespace: &'static str,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'input>> {
    parent.children().filter(move |child| child.has_tag_name((namespace, name)))
}

/// The child element of this name. Two of them are refused: readers would disagree about which one counts.
pub(crate) fn only_child<'a, 'input>(
    parent: Node<'a, 'input>,
    namespace: &'static str,
    name: &'static str,
) -> Result<Option<Node<'a, 'input>>, VerifyError> {
    let mut found = children(parent, namespace, name);
    let first = found.next();
    match found.next() {
        Some(_) => Err(VerifyError::DuplicatedElement(name)),
        None => Ok(first),
    }
}

/// The child elements, whatever their names.
pub(crate) fn elements<'a, 'input>(parent: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    parent.children().filter(Node::is_element)
}

/// The whole text of an element, across comments; `None` where it has child elements and so is no plain text.
pub(crate) fn text(element: Node<'_, '_>) -> Option<String> {
    let content = element.children().filter(|child| !child.is_comment());
    content.map(|child| child.is_text().then(|| child.text().unwrap_or_default())).collect()
}

/// Text of `xs:base64Binary`, which may be broken into lines anywhere.
pub(crate) fn base64(element: Node<'_, '_>) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text(element)?.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD.decode(digits).ok()
}

/// White space around a value whose schema type collapses it (`xs:anyURI`, `xs:dateTime`).
pub(crate) fn collapsed(value: &str) -> &str {
    value.trim_matches([' ', '\t', '\r', '\n'])
}

/// The attribute of this name without a namespace, as all of SAML's are. roxmltree's own way of asking for a bare name takes
/// the first attribute that is so called in any namespace.
pub(crate) fn attribute<'a>(element: Node<'a, '_>, name: &str) -> Option<&'a str> {
    let found = element.attributes().find(|attribute| attribute.namespace().is_none() && attribute.name() == name);
    found.map(|attribute| attribute.value())
}

/// The same where the schema type collapses white space.
pub(crate) fn collapsed_attribute<'a>(element: Node<'a, '_>, name: &str) -> Option<&'a str> {
    attribute(element, name).map(collapsed)
}

/// Whether the element says that it has no value (`xsi:nil`).
pub(crate) fn is_nil(element: Node<'_, '_>) -> bool {
    matches!(element.attribute((SCHEMA_INSTANCE, "nil")).map(collapsed), Some("true" | "1"))
}

/// The way from the root to an element: at each step its position among the child elements, from 0.
pub(crate) fn path(element: Node<'_, '_>) -> Vec<usize> {
    let below_root = element.ancestors().filter(|node| node.parent_element().is_some());
    let position = |node: Node<'_, '_>| node.prev_siblings().skip(1).filter(Node::is_element).count();
    let mut path: Vec<_> = below_root.map(position).collect();
    path.reverse();
    path
}

/// Whether two elements are the same to every reader, comments aside: names, attributes, texts and children.
///
/// `without` is left out of the first tree: the signature that the enveloped transform takes away.
pub(crate) fn same_tree(seen: Node<'_, '_>, without: Option<Node<'_, '_>>, signed: Node<'_, '_>) -> bool {
    let mut pending = vec![(seen, signed)];
    while let Some((left, right)) = pending.pop() {
        if !same_element(left, right) {
            return false;
        }
        let mut of_left = elements(left).filter(|child| Some(*child) != without);
        let mut of_right = elements(right);
        loop {
            match (of_left.next(), of_right.next()) {
                (Some(left), Some(right)) => pending.push((left, right)),
                (None, None) => break,
                _ => return false,
            }
        }
    }
    true
}

fn same_element(left: Node<'_, '_>, right: Node<'_, '_>) -> bool {
    let same_attribute = |attribute: Attribute<'_, '_>| {
        let found = right
            .attributes()
            .find(|other| other.name() == attribute.name() && other.namespace() == attribute.namespace());
        found.map(|other| other.value()) == Some(attribute.value())
    };
    left.tag_name().name() == right.tag_name().name()
        && namespace(left) == namespace(right)
        && left.attributes().len() == right.attributes().len()
        && left.attributes().all(same_attribute)
        && same_texts(left, right)
}

/// Comments part a text in one tree and not in the other, so that only the whole must be the same.
fn same_texts(left: Node<'_, '_>, right: Node<'_, '_>) -> bool {
    own_texts(left).eq(own_texts(right)) || own_texts(left).collect::<String>() == own_texts(right).collect::<String>()
}

fn own_texts<'a>(element: Node<'a, '_>) -> impl Iterator<Item = &'a str> {
    element.children().filter(Node::is_text).filter_map(|text| text.text())
}

/// `xmlns=""` means no namespace, and is left out of the canonical form where nothing has to be undone.
fn namespace<'a>(element: Node<'a, '_>) -> Option<&'a str> {
    element.tag_name().namespace().filter(|namespace| !namespace.is_empty())
}

/// A text as it may stand between tags and in double quotes.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use roxmltree::Document;

    use super::*;

    fn same(seen: &str, signed: &str) -> bool {
        let (seen, signed) = (Document::parse(seen).unwrap(), Document::parse(signed).unwrap());
        let signature = seen.descendants().find(|node| node.has_tag_name("Signature")).unwrap();
        same_tree(seen.root_element(), Some(signature), signed.root_element())
    }

    #[test]
    fn a_tree_without_its_signature_and_comments_is_the_same() {
        let seen = "<a x='1' y='2'>one<!-- --><Signature>s</Signature> two<b xmlns=''><c>three</c></b></a>";
        assert!(same(seen, "<a y='2' x='1'>one two<b><c>three</c></b></a>"));
    }

    #[test]
    fn any_difference_between_what_was_seen_and_what_is_signed_counts() {
        let seen = "<a x='1'><Signature/><b>one</b><c/></a>";
        assert!(same(seen, "<a x='1'><b>one</b><c/></a>"));
        let others = [
            "<a x='1'><b>two</b><c/></a>",
            "<a x='2'><b>one</b><c/></a>",
            "<a><b>one</b><c/></a>",
            "<a x='1' y=''><b>one</b><c/></a>",
            "<a y='1'><b>one</b><c/></a>",
            "<a x='1'><c/><b>one</b></a>",
            "<a x='1'><b>one</b><c><d/></c></a>",
            "<a x='1'><b>one</b></a>",
            "<a x='1'><b>one</b><c/><Signature/></a>",
            "<a x='1'><b>one</b><c xmlns='urn:other'/></a>",
            "<a x='1' xmlns:p='urn:p' p:x='1'><b>one</b><c/></a>",
        ];
        for other in others {
            assert!(!same(seen, other), "{other}");
        }
    }

    #[test]
    fn an_attribute_of_another_vocabulary_is_not_ours() {
        let document = Document::parse("<a xmlns:x='urn:x' x:ID='theirs' x:Name='theirs' ID='ours'/>").unwrap();
        assert_eq!(attribute(document.root_element(), "ID"), Some("ours"));
        assert_eq!(attribute(document.root_element(), "Name"), None);
    }

    #[test]
    fn text_is_whole_across_comments_and_none_with_elements() {
        let of = |xml: &str| text(Document::parse(xml).unwrap().root_element());
        assert_eq!(of("<a>ann<!-- -->@acme<![CDATA[.]]>test</a>").unwrap(), "ann@acme.test");
        assert_eq!(of("<a/>").unwrap(), "");
        assert_eq!(of("<a>ann<b/>@acme.test</a>"), None);
    }
}
