//! What is wrong with an address or an entity id: two texts that should be one.

use crate::tracer::Circumstances;
use crate::tracer::facts::expected_issuer;

pub(super) fn audience(found: &str, c: &Circumstances<'_>) -> String {
    let expected = c.sp_entity_id;
    format!(
        "The audience is {}, expected {expected:?}{}: {}",
        shown(found),
        difference(found, expected, c),
        set_audience(c)
    )
}

pub(super) fn no_audience(c: &Circumstances<'_>) -> String {
    format!("The assertion is for no audience, expected {:?}: {}", c.sp_entity_id, set_audience(c))
}

fn set_audience(c: &Circumstances<'_>) -> String {
    format!("in {}, set {} to {}.", c.product().place, c.product().audience, c.sp_entity_id)
}

pub(super) fn destination(found: &str, c: &Circumstances<'_>) -> String {
    format!("The response's destination is {}", address(found, c))
}

pub(super) fn recipient(found: &str, c: &Circumstances<'_>) -> String {
    format!("The assertion's recipient is {}", address(found, c))
}

fn address(found: &str, c: &Circumstances<'_>) -> String {
    let Circumstances { acs_url, .. } = c;
    let product = c.product();
    format!(
        "{}, expected {acs_url:?}{}: in {}, set {} to {acs_url}.",
        shown(found),
        difference(found, acs_url, c),
        product.place,
        product.acs
    )
}

pub(super) fn issuer(element: &str, found: &str, c: &Circumstances<'_>) -> String {
    if found.trim().is_empty() {
        return format!(
            "The issuer of {element} is not there or empty, expected {:?} as plain text. The identity provider wrote it so: correct its \
             template or plug-in for this application.",
            expected_issuer(c)
        );
    }
    format!(
        "The issuer of {element} is {}, expected {:?}{}: the response comes from another application, tenant or identity provider than \
         the one whose metadata is set here. If the person used the wrong tile, use the one of this workspace. If the identity provider \
         is right, set its metadata anew: gatehouse saml idp set --workspace {} --metadata FILE_OR_URL, with {}.",
        shown(found),
        expected_issuer(c),
        difference(found, expected_issuer(c), c),
        c.workspace,
        c.product().metadata
    )
}

fn shown(found: &str) -> String {
    if found.is_empty() { "not there or empty".to_owned() } else { format!("{found:?}") }
}

/// How two texts differ that look alike. They are compared character by character.
fn difference(found: &str, expected: &str, c: &Circumstances<'_>) -> String {
    let scheme_apart = |text: &str| text.split_once("://").map(|(_, rest)| rest.to_owned());
    let path = |text: &str| scheme_apart(text).and_then(|rest| Some(rest.split_once('/')?.1.to_owned()));
    let remark = if found.is_empty() {
        return String::new();
    } else if !found.is_ascii() && expected.is_ascii() {
        "it has letters that only look like others".to_owned()
    } else if found == c.acs_url {
        "that is the ACS address, not the entity ID".to_owned()
    } else if found == c.sp_entity_id {
        "that is the entity ID, not the ACS address".to_owned()
    } else if found.trim_end_matches('/') == expected.trim_end_matches('/') {
        "they differ in the slash at the end".to_owned()
    } else if found.split_whitespace().collect::<String>() == expected {
        "they differ in white space".to_owned()
    } else if found.eq_ignore_ascii_case(expected) {
        "they differ in capitals".to_owned()
    } else if scheme_apart(found).is_some() && scheme_apart(found) == scheme_apart(expected) {
        "one has http, the other https; if the first is this gateway's true address, correct server.base_url".to_owned()
    } else if path(found).is_some() && path(found) == path(expected) {
        "they differ in the host; if the first is this gateway's true address, correct server.base_url".to_owned()
    } else {
        return String::new();
    };
    format!(" ({remark})")
}
