//! What the fuzz targets in `fuzz/` see of the inside. cargo-fuzz compiles this: it sets `cfg(fuzzing)`; so do the unit tests, which
//! keeps it fitting what it calls.
//!
//! The targets look for what no test thought of, so they call the steps one by one with bytes of their own. In particular
//! [`read_unverified`] reads what nobody signed, which nothing else may do.

use chrono::{DateTime, Utc};
use domain::connection::{AttributeNames, WeakAlgorithms};
use domain::environment::Environment;
use domain::facts::{AssertedFacts, AssertedProfile};
use domain::id::ConnectionId;
use roxmltree::{Document, Node};

use crate::foreign::{Element, Tree};
use crate::message::LogoutKind;
use crate::tree::{self, ASSERTION};
use crate::verify::VerifiedAssertion;
use crate::xml_guard::{self, ExclusiveC14n, Guarded, Limits, MessageText};
use crate::{attributes, read};

const PLAIN: ExclusiveC14n<'static> = ExclusiveC14n { prefixes: Vec::new(), comments: false };

/// What the gate and libxml2 make of one message.
#[derive(Debug, PartialEq, Eq)]
pub enum Reading {
    /// The strict parser refuses it, and so it never comes to libxml2.
    Refused,
    /// Both read the same tree.
    Same,
    /// libxml2 does not read what the strict parser has let through.
    NotRead,
    /// libxml2 reads it, and has no canonical form for it.
    NotCanonical,
    /// Each reads something else: what is checked would not be what is signed.
    Differs,
}

/// What the reader of attributes says of a person.
#[derive(Debug, PartialEq)]
pub struct Said {
    /// The NameID.
    pub name_id: String,
    /// The name that the person is found by; nothing where it is refused.
    pub login_name: Option<String>,
    /// The profile.
    pub profile: AssertedProfile,
    /// Roles and groups.
    pub facts: AssertedFacts,
}

/// Lets the strict parser and libxml2 read the same message.
pub fn read_twice(message: &[u8]) -> Reading {
    let limits = Limits::default();
    let Ok(text) = MessageText::decode(message, &limits) else { return Reading::Refused };
    let Ok(strict) = xml_guard::parse(&text, &limits) else { return Reading::Refused };
    let Some(lenient) = Tree::parse(text.body()) else { return Reading::NotRead };
    let Some(root) = lenient.find(&[]) else { return Reading::Differs };
    compared(&lenient, root, &PLAIN, strict.root_element(), None)
}

/// Lets a message that passes the whole gate be read again as the verifier does, whoever has signed it: each `SignedInfo`, and
/// each signed element without its signature. SHA-1 is permitted, so that nothing that can be is left out.
pub fn read_signed_parts(message: &[u8]) -> Reading {
    let limits = Limits::default();
    let Ok(text) = MessageText::decode(message, &limits) else { return Reading::Refused };
    let Ok(strict) = xml_guard::parse(&text, &limits) else { return Reading::Refused };
    let Ok(guarded) = xml_guard::check(&strict, WeakAlgorithms::Sha1Permitted) else { return Reading::Refused };
    let signatures = match &guarded {
        Guarded::Plain(response) => response.signatures().collect(),
        Guarded::Encrypted(response) => response.signature.iter().collect::<Vec<_>>(),
    };
    let Some(lenient) = Tree::parse(text.body()) else { return Reading::NotRead };
    // As in the verifier, everything is found before the first signature is taken out and the others move up.
    let find = |node| lenient.find(&tree::path(node));
    let parts: Option<Vec<_>> = signatures
        .into_iter()
        .map(|shape| Some((shape, find(shape.signed_info)?, find(shape.element)?, find(shape.signed)?)))
        .collect();
    let Some(parts) = parts else { return Reading::Differs };
    let infos: Vec<_> = parts
        .iter()
        .map(|(shape, info, ..)| compared(&lenient, *info, &shape.canonicalization, shape.signed_info, None))
        .collect();
    let signed = parts.iter().map(|(shape, _, signature, signed)| {
        lenient.take_out(*signature);
        compared(&lenient, *signed, &shape.reference.canonicalization, shape.signed, Some(shape.element))
    });
    infos.into_iter().chain(signed).find(|reading| *reading != Reading::Same).unwrap_or(Reading::Same)
}

/// Whether an element's canonical form says what the strict parser has seen there, `without` apart.
fn compared(
    lenient: &Tree,
    element: Element<'_>,
    form: &ExclusiveC14n<'_>,
    seen: Node<'_, '_>,
    without: Option<Node<'_, '_>>,
) -> Reading {
    let Some(canonical) = lenient.canonical(element, form) else { return Reading::NotCanonical };
    let same = |again: Document<'_>| tree::same_tree(seen, without, again.root_element());
    if Document::parse(&canonical).is_ok_and(same) { Reading::Same } else { Reading::Differs }
}

/// Reads the first assertion of a message as if it were verified, twice: as it is written, and its canonical form.
pub fn read_unverified(message: &[u8], connection: ConnectionId, now: DateTime<Utc>) -> Option<(Said, Said)> {
    let said = |assertion: VerifiedAssertion| said(&assertion, connection, now);
    let limits = Limits::default();
    let text = MessageText::decode(message, &limits).ok()?;
    let document = xml_guard::parse(&text, &limits).ok()?;
    let assertion = document.descendants().find(|node| node.has_tag_name((ASSERTION, "Assertion")))?;
    let as_written = said(VerifiedAssertion::unverified(&read::assertion(assertion).ok()?)?);
    let lenient = Tree::parse(text.body())?;
    let canonical = lenient.canonical(lenient.find(&tree::path(assertion))?, &PLAIN)?;
    let again = Document::parse(&canonical).ok()?;
    let as_signed = said(VerifiedAssertion::unverified(&read::assertion(again.root_element()).ok()?)?);
    Some((as_written, as_signed))
}

/// Reads a message of single logout as if it were verified, twice: as it is written, which is what counts where a query is signed,
/// and its canonical form, which counts where the message is.
pub fn read_unverified_logout(message: &[u8], kind: LogoutKind) -> Option<(String, String)> {
    let limits = Limits::default();
    let text = MessageText::decode(message, &limits).ok()?;
    let document = xml_guard::parse(&text, &limits).ok()?;
    let guarded = xml_guard::check_logout(&document, kind, WeakAlgorithms::Sha1Permitted).ok()?;
    let as_written = read::logout(guarded.message, kind).ok()?;
    let lenient = Tree::parse(text.body())?;
    let canonical = lenient.canonical(lenient.find(&[])?, &PLAIN)?;
    let again = Document::parse(&canonical).ok()?;
    let as_signed = read::logout(again.root_element(), kind).ok()?;
    Some((format!("{as_written:?}"), format!("{as_signed:?}")))
}

fn said(assertion: &VerifiedAssertion, connection: ConnectionId, now: DateTime<Utc>) -> Said {
    let names = AttributeNames::default();
    Said {
        name_id: assertion.name_id().to_owned(),
        login_name: attributes::login_name(assertion, &names).ok().map(|name| name.as_str().to_owned()),
        profile: attributes::profile(assertion, &names),
        facts: attributes::facts(assertion, connection, &names, &Environment::defaults(), now),
    }
}
