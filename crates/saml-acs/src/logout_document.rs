//! The messages of single logout that we send: SAML core 3.7.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use domain::name_id::NameId;
use samael::signature::Signature;
use samael::traits::ToXml;
use url::Url;

use crate::enveloped_signature;
use crate::keys::RequestKey;
use crate::message::LogoutKind;
use crate::outgoing::Outgoing;
use crate::service_provider::WriteError;
use crate::tree::{ASSERTION, PROTOCOL};

/// A message to the identity provider's single logout service. Both bindings sign it.
pub(crate) struct LogoutDocument<'a> {
    pub(crate) id: &'a str,
    pub(crate) issue_instant: DateTime<Utc>,
    pub(crate) destination: &'a Url,
    /// Our entity id.
    pub(crate) issuer: &'a str,
    pub(crate) content: Content<'a>,
}

pub(crate) enum Content<'a> {
    /// Core 3.7.1: who signs out, in the identity provider's words, and of which session.
    Request { name_id: &'a NameId, session_index: Option<&'a str> },
    /// Core 3.7.2.
    Response { in_response_to: &'a str, status: AnswerStatus },
}

/// How a request is answered (core 3.2.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AnswerStatus {
    /// Its sessions are over.
    Success,
    /// It could not be followed because of what it says.
    Requester,
    /// It is of another version of SAML.
    VersionMismatch,
}

impl LogoutDocument<'_> {
    pub(crate) fn kind(&self) -> LogoutKind {
        match self.content {
            Content::Request { .. } => LogoutKind::Request,
            Content::Response { .. } => LogoutKind::Response,
        }
    }

    /// The address that the browser is sent to (bindings 3.4.4.1).
    pub(crate) fn redirect_url(&self, relay_state: Option<&str>, key: &RequestKey) -> Result<Url, WriteError> {
        let xml = self.xml(None)?;
        let message = Outgoing { parameter: self.kind().parameter(), xml: &xml, relay_state };
        message.redirect_url(self.destination, Some(key))
    }

    /// The field of a form (bindings 3.5.4).
    pub(crate) fn form_field(&self, key: &RequestKey) -> Result<String, WriteError> {
        enveloped_signature::signed(self.id, 1, key, |signature| self.xml(signature.as_ref()))
            .map(|xml| STANDARD.encode(xml))
    }

    fn xml(&self, signature: Option<&Signature>) -> Result<String, WriteError> {
        let signature = signature.map(ToXml::to_string).transpose();
        let signature = signature.map_err(|error| WriteError(error.to_string()))?.unwrap_or_default();
        let (element, id, issuer) = (self.kind().element(), escaped(self.id), escaped(self.issuer));
        let issued = self.issue_instant.to_rfc3339_opts(SecondsFormat::Millis, true);
        let destination = escaped(self.destination.as_str());
        let (attributes, content) = self.content.xml();
        Ok(format!(
            "<samlp:{element} xmlns:samlp=\"{PROTOCOL}\" xmlns:saml=\"{ASSERTION}\" ID=\"{id}\" Version=\"2.0\" \
             IssueInstant=\"{issued}\" Destination=\"{destination}\"{attributes}><saml:Issuer>{issuer}</saml:Issuer>\
             {signature}{content}</samlp:{element}>"
        ))
    }
}

impl Content<'_> {
    /// Attributes of the message, and the elements behind its issuer.
    fn xml(&self) -> (String, String) {
        match self {
            Self::Request { name_id, session_index } => {
                let index =
                    session_index.map(|index| format!("<samlp:SessionIndex>{}</samlp:SessionIndex>", escaped(index)));
                (String::new(), name_id_xml(name_id) + &index.unwrap_or_default())
            }
            Self::Response { in_response_to, status } => (
                attribute("InResponseTo", Some(in_response_to)),
                format!("<samlp:Status><samlp:StatusCode Value=\"{}\"/></samlp:Status>", status.uri()),
            ),
        }
    }
}

impl AnswerStatus {
    fn uri(self) -> &'static str {
        match self {
            Self::Success => crate::claims::SUCCESS,
            Self::Requester => "urn:oasis:names:tc:SAML:2.0:status:Requester",
            Self::VersionMismatch => "urn:oasis:names:tc:SAML:2.0:status:VersionMismatch",
        }
    }
}

/// Profiles 4.4.4.1: the name exactly as the assertion had it.
fn name_id_xml(name_id: &NameId) -> String {
    let qualifiers = &name_id.qualifiers;
    let attributes = attribute("NameQualifier", qualifiers.name_qualifier.as_deref())
        + &attribute("SPNameQualifier", qualifiers.sp_name_qualifier.as_deref())
        + &attribute("Format", qualifiers.format.as_deref());
    format!("<saml:NameID{attributes}>{}</saml:NameID>", escaped(&name_id.value))
}

fn attribute(name: &str, value: Option<&str>) -> String {
    value.map(|value| format!(" {name}=\"{}\"", escaped(value))).unwrap_or_default()
}

/// A text for between tags and quotes alike: parsers turn bare line breaks and tabs of an attribute into spaces.
fn escaped(text: &str) -> String {
    let entities = [
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ("\"", "&quot;"),
        ("\r", "&#13;"),
        ("\n", "&#10;"),
        ("\t", "&#9;"),
    ];
    entities.into_iter().fold(text.to_owned(), |text, (sign, entity)| text.replace(sign, entity))
}

#[cfg(test)]
mod tests;
