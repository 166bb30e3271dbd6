//! From the verified tree to plain values: what a Response and an Assertion say, not yet whether it is acceptable.
//!
//! Elements that SAML allows once are refused where they come twice, and text is read across comments, so that no two
//! readers of the same signed bytes can disagree.

mod logout;

use std::fmt;

use chrono::{DateTime, Utc};
use domain::name_id::{NameId, Qualifiers};
use roxmltree::Node;

use crate::error::VerifyError;
use crate::time::parse_date_time;
use crate::tree::{self, ASSERTION, PROTOCOL, children, collapsed_attribute, only_child};
pub(crate) use logout::{LogoutClaims, LogoutContent, Status, logout};

/// SAML core 3.2.2, `StatusResponseType`: what the envelope says.
pub(crate) struct ResponseClaims {
    pub(crate) version: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) issue_instant: Option<DateTime<Utc>>,
    pub(crate) destination: Option<String>,
    pub(crate) in_response_to: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) signed: bool,
}

/// SAML core 2.3.3: what the assertion says.
pub(crate) struct AssertionClaims {
    pub(crate) id: String,
    pub(crate) version: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) issue_instant: Option<DateTime<Utc>>,
    pub(crate) name_id: Option<NameId>,
    pub(crate) bearers: Vec<BearerConfirmation>,
    pub(crate) conditions: Option<Conditions>,
    pub(crate) authn_statements: Vec<AuthnStatement>,
    pub(crate) attributes: Vec<Attribute>,
}

/// SAML core 2.4.1.2, of a confirmation whose method is bearer.
#[derive(Debug, Clone, Default)]
pub(crate) struct BearerConfirmation {
    pub(crate) recipient: Option<String>,
    pub(crate) not_before: Option<DateTime<Utc>>,
    pub(crate) not_on_or_after: Option<DateTime<Utc>>,
    pub(crate) in_response_to: Option<String>,
}

/// SAML core 2.5.1.
#[derive(Debug, Clone, Default)]
pub(crate) struct Conditions {
    pub(crate) not_before: Option<DateTime<Utc>>,
    pub(crate) not_on_or_after: Option<DateTime<Utc>>,
    /// One list of audiences for each restriction; all of them must be met.
    pub(crate) audience_restrictions: Vec<Vec<String>>,
    /// Names of conditions that are none of SAML's own.
    pub(crate) unknown: Vec<String>,
}

/// SAML core 2.7.2.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AuthnStatement {
    pub(crate) authn_instant: Option<DateTime<Utc>>,
    /// How the person signed in (core 2.7.2.2).
    pub(crate) authn_context_class: Option<String>,
    pub(crate) session_index: Option<String>,
    pub(crate) session_not_on_or_after: Option<DateTime<Utc>>,
}

/// SAML core 2.7.3.1: one `Attribute` element with all its values. Names may repeat.
#[derive(Clone, PartialEq, Eq)]
pub struct Attribute {
    /// `Name`, exactly as written.
    pub name: String,
    /// The texts of its values in order; `""` for one that is empty, nil, or not plain text.
    pub values: Vec<String>,
}

impl fmt::Debug for Attribute {
    /// Names and values are personal: only their number is shown.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Attribute({} values)", self.values.len())
    }
}

/// Reads the envelope.
pub(crate) fn response(response: Node<'_, '_>, signed: bool) -> Result<ResponseClaims, VerifyError> {
    Ok(ResponseClaims {
        version: owned(tree::attribute(response, "Version")),
        issuer: issuer(response)?,
        issue_instant: time(response, "IssueInstant")?,
        destination: owned(collapsed_attribute(response, "Destination")),
        in_response_to: owned(tree::attribute(response, "InResponseTo")),
        status: status(response)?,
        signed,
    })
}

/// SAML core 3.2.2.1: the top-level status code.
pub(crate) fn status(response: Node<'_, '_>) -> Result<Option<String>, VerifyError> {
    let Some(status) = only_child(response, PROTOCOL, "Status")? else {
        return Ok(None);
    };
    let code = only_child(status, PROTOCOL, "StatusCode")?;
    Ok(code.and_then(|code| owned(collapsed_attribute(code, "Value"))))
}

/// Reads the assertion.
pub(crate) fn assertion(assertion: Node<'_, '_>) -> Result<AssertionClaims, VerifyError> {
    let subject = only_child(assertion, ASSERTION, "Subject")?;
    let conditions_element = only_child(assertion, ASSERTION, "Conditions")?;
    Ok(AssertionClaims {
        id: tree::attribute(assertion, "ID").ok_or(VerifyError::MalformedId)?.to_owned(),
        version: owned(tree::attribute(assertion, "Version")),
        issuer: issuer(assertion)?,
        issue_instant: time(assertion, "IssueInstant")?,
        name_id: subject.and_then(name_id),
        bearers: subject.map_or(Ok(Vec::new()), bearers)?,
        conditions: conditions_element.map(conditions).transpose()?,
        authn_statements: children(assertion, ASSERTION, "AuthnStatement")
            .map(authn_statement)
            .collect::<Result<_, _>>()?,
        attributes: attributes(assertion)?,
    })
}

fn issuer(element: Node<'_, '_>) -> Result<Option<String>, VerifyError> {
    Ok(only_child(element, ASSERTION, "Issuer")?.map(|issuer| tree::text(issuer).unwrap_or_default()))
}

/// `None` where the subject is named in no way, in another or in several: encrypted, by `BaseID`, by something with child
/// elements.
fn name_id(subject: Node<'_, '_>) -> Option<NameId> {
    let other_names =
        ["BaseID", "EncryptedID"].into_iter().any(|name| children(subject, ASSERTION, name).next().is_some());
    let element = only_child(subject, ASSERTION, "NameID").ok().flatten();
    let read = |element| Some(NameId { value: tree::text(element)?, qualifiers: qualifiers(element) });
    element.filter(|_| !other_names).and_then(read)
}

fn qualifiers(name_id: Node<'_, '_>) -> Qualifiers {
    Qualifiers {
        format: owned(collapsed_attribute(name_id, "Format")),
        name_qualifier: owned(tree::attribute(name_id, "NameQualifier")),
        sp_name_qualifier: owned(tree::attribute(name_id, "SPNameQualifier")),
    }
}

fn bearers(subject: Node<'_, '_>) -> Result<Vec<BearerConfirmation>, VerifyError> {
    let is_bearer = |confirmation: &Node<'_, '_>| {
        collapsed_attribute(*confirmation, "Method") == Some("urn:oasis:names:tc:SAML:2.0:cm:bearer")
    };
    let confirmations = children(subject, ASSERTION, "SubjectConfirmation").filter(is_bearer);
    confirmations.filter_map(|confirmation| bearer(confirmation).transpose()).collect()
}

fn bearer(confirmation: Node<'_, '_>) -> Result<Option<BearerConfirmation>, VerifyError> {
    let Some(element) = only_child(confirmation, ASSERTION, "SubjectConfirmationData")? else {
        return Ok(None);
    };
    Ok(Some(BearerConfirmation {
        recipient: owned(collapsed_attribute(element, "Recipient")),
        not_before: time(element, "NotBefore")?,
        not_on_or_after: time(element, "NotOnOrAfter")?,
        in_response_to: owned(tree::attribute(element, "InResponseTo")),
    }))
}

fn conditions(element: Node<'_, '_>) -> Result<Conditions, VerifyError> {
    let mut conditions = Conditions {
        not_before: time(element, "NotBefore")?,
        not_on_or_after: time(element, "NotOnOrAfter")?,
        ..Conditions::default()
    };
    for condition in tree::elements(element) {
        let name = condition.tag_name();
        match (name.namespace(), name.name()) {
            (Some(ASSERTION), "AudienceRestriction") => conditions.audience_restrictions.push(audiences(condition)),
            (Some(ASSERTION), "OneTimeUse" | "ProxyRestriction") => {}
            (_, unknown) => conditions.unknown.push(unknown.to_owned()),
        }
    }
    Ok(conditions)
}

fn audiences(restriction: Node<'_, '_>) -> Vec<String> {
    let texts = children(restriction, ASSERTION, "Audience").filter_map(tree::text);
    texts.map(|text| tree::collapsed(&text).to_owned()).collect()
}

fn authn_statement(element: Node<'_, '_>) -> Result<AuthnStatement, VerifyError> {
    let context = only_child(element, ASSERTION, "AuthnContext")?;
    let class = context.map(|context| only_child(context, ASSERTION, "AuthnContextClassRef")).transpose()?.flatten();
    Ok(AuthnStatement {
        authn_instant: time(element, "AuthnInstant")?,
        authn_context_class: class.and_then(tree::text).map(|class| tree::collapsed(&class).to_owned()),
        session_index: owned(tree::attribute(element, "SessionIndex")),
        session_not_on_or_after: time(element, "SessionNotOnOrAfter")?,
    })
}

fn attributes(assertion: Node<'_, '_>) -> Result<Vec<Attribute>, VerifyError> {
    let statements = children(assertion, ASSERTION, "AttributeStatement");
    statements.flat_map(tree::elements).map(attribute).collect()
}

fn attribute(element: Node<'_, '_>) -> Result<Attribute, VerifyError> {
    let name = tree::attribute(element, "Name").filter(|_| element.has_tag_name((ASSERTION, "Attribute")));
    let values = children(element, ASSERTION, "AttributeValue").map(value).collect();
    Ok(Attribute { name: name.ok_or(VerifyError::Attribute)?.to_owned(), values })
}

fn value(element: Node<'_, '_>) -> String {
    if tree::is_nil(element) { String::new() } else { tree::text(element).unwrap_or_default() }
}

fn time(element: Node<'_, '_>, attribute: &str) -> Result<Option<DateTime<Utc>>, VerifyError> {
    let read = |text: &str| parse_date_time(text).ok_or_else(|| VerifyError::MalformedTime(text.into()));
    tree::attribute(element, attribute).map(read).transpose()
}

fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}
