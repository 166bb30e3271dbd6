//! What a message of single logout says (SAML core 3.7).

use chrono::{DateTime, Utc};
use domain::name_id::NameId;
use roxmltree::Node;

use super::{issuer, name_id, owned, time};
use crate::error::VerifyError;
use crate::message::LogoutKind;
use crate::tree::{self, ASSERTION, PROTOCOL, children, collapsed_attribute, only_child};

/// What both messages have, and what each has of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogoutClaims {
    pub(crate) id: String,
    pub(crate) version: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) issue_instant: Option<DateTime<Utc>>,
    pub(crate) destination: Option<String>,
    pub(crate) content: LogoutContent,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LogoutContent {
    /// Core 3.7.1.
    Request {
        name_id: Option<NameId>,
        is_encrypted: bool,
        session_indexes: Vec<String>,
        not_on_or_after: Option<DateTime<Utc>>,
    },
    /// Core 3.7.2.
    Response { in_response_to: Option<String>, status: Status },
}

/// Core 3.2.2.1 and 3.2.2.2: the top-level code, and the one inside it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Status {
    pub(crate) code: Option<String>,
    pub(crate) detail: Option<String>,
}

/// Reads a message that the gate has let through.
pub(crate) fn logout(message: Node<'_, '_>, kind: LogoutKind) -> Result<LogoutClaims, VerifyError> {
    Ok(LogoutClaims {
        id: tree::attribute(message, "ID").ok_or(VerifyError::MalformedId)?.to_owned(),
        version: owned(tree::attribute(message, "Version")),
        issuer: issuer(message)?,
        issue_instant: time(message, "IssueInstant")?,
        destination: owned(collapsed_attribute(message, "Destination")),
        content: match kind {
            LogoutKind::Request => request(message)?,
            LogoutKind::Response => response(message)?,
        },
    })
}

fn request(message: Node<'_, '_>) -> Result<LogoutContent, VerifyError> {
    let indexes = children(message, PROTOCOL, "SessionIndex");
    // An index that is no plain text names no session; without it the request would mean all of them.
    let session_indexes = indexes.map(|index| tree::text(index).unwrap_or_default()).collect();
    Ok(LogoutContent::Request {
        name_id: name_id(message),
        is_encrypted: children(message, ASSERTION, "EncryptedID").next().is_some(),
        session_indexes,
        not_on_or_after: time(message, "NotOnOrAfter")?,
    })
}

fn response(message: Node<'_, '_>) -> Result<LogoutContent, VerifyError> {
    let in_response_to = owned(tree::attribute(message, "InResponseTo"));
    let Some(status) = only_child(message, PROTOCOL, "Status")? else {
        return Ok(LogoutContent::Response { in_response_to, status: Status::default() });
    };
    let top = only_child(status, PROTOCOL, "StatusCode")?;
    let inside = top.map(|top| only_child(top, PROTOCOL, "StatusCode")).transpose()?.flatten();
    let value = |code: Option<Node<'_, '_>>| code.and_then(|code| owned(collapsed_attribute(code, "Value")));
    Ok(LogoutContent::Response { in_response_to, status: Status { code: value(top), detail: value(inside) } })
}
