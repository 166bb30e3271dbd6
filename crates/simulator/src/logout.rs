//! Single logout at the identity provider's end: SAML Core §3.7, in the Redirect and the POST binding.

use std::io::Write as _;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use flate2::{Compression, write::DeflateEncoder};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use roxmltree::{Document, Node};

use crate::{
    authn_request::{decode_post, decode_redirect},
    identity_provider::IdentityProvider,
    random::message_id,
    sign::{SignatureHash, SigningError},
    xml::Escaped,
};

const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a `LogoutRequest` says. Change any field after [`LogoutRequestParameters::new`].
#[derive(Debug, Clone)]
pub struct LogoutRequestParameters {
    /// `ID`.
    pub id: String,
    /// The service provider's single logout service.
    pub destination: String,
    /// The time of issue.
    pub issued_at: DateTime<Utc>,
    /// Until when it counts, if it says so.
    pub not_on_or_after: Option<DateTime<Utc>>,
    /// Whose sessions end (format `emailAddress`, as in the assertion).
    pub name_id: String,
    /// Which of them; all where there are none.
    pub session_indexes: Vec<String>,
}

/// What a `LogoutResponse` says.
#[derive(Debug, Clone)]
pub struct LogoutResponseParameters {
    /// `ID`.
    pub id: String,
    /// Where it goes.
    pub destination: String,
    /// The time of issue.
    pub issued_at: DateTime<Utc>,
    /// The request that is answered.
    pub in_response_to: String,
    /// The top-level status code.
    pub status: String,
    /// The code inside it.
    pub detail: Option<String>,
}

/// A message of a service provider's, as far as it is read here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutMessage {
    /// `LogoutRequest` or `LogoutResponse`.
    pub kind: String,
    /// `ID`.
    pub id: String,
    /// `Issuer`.
    pub issuer: Option<String>,
    /// `Destination`.
    pub destination: Option<String>,
    /// Of a request: who signs out.
    pub name_id: Option<String>,
    /// The name's format.
    pub name_id_format: Option<String>,
    /// The sessions meant.
    pub session_indexes: Vec<String>,
    /// Of a response: the request that it answers.
    pub in_response_to: Option<String>,
    /// Of a response: the top-level status code.
    pub status: Option<String>,
}

impl LogoutRequestParameters {
    /// A request for all sessions of that name.
    ///
    /// # Errors
    /// Where OpenSSL gives no random bytes.
    pub fn new(destination: &str, name_id: &str, now: DateTime<Utc>) -> Result<Self, SigningError> {
        Ok(Self {
            id: message_id()?,
            destination: destination.to_owned(),
            issued_at: now,
            not_on_or_after: None,
            name_id: name_id.to_owned(),
            session_indexes: Vec::new(),
        })
    }
}

impl LogoutResponseParameters {
    /// Everybody was told.
    ///
    /// # Errors
    /// Where OpenSSL gives no random bytes.
    pub fn new(destination: &str, in_response_to: &str, now: DateTime<Utc>) -> Result<Self, SigningError> {
        Ok(Self {
            id: message_id()?,
            destination: destination.to_owned(),
            issued_at: now,
            in_response_to: in_response_to.to_owned(),
            status: SUCCESS.to_owned(),
            detail: None,
        })
    }
}

impl IdentityProvider {
    /// A request, not signed yet.
    #[must_use]
    pub fn logout_request(&self, parameters: &LogoutRequestParameters) -> String {
        let until = parameters.not_on_or_after.map(|at| format!(" NotOnOrAfter=\"{}\"", instant(at)));
        let indexes = parameters.session_indexes.iter();
        let indexes: String =
            indexes.map(|index| format!("<saml2p:SessionIndex>{}</saml2p:SessionIndex>", Escaped(index))).collect();
        let name_id = format!(
            r#"<saml2:NameID xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">{}</saml2:NameID>"#,
            Escaped(&parameters.name_id)
        );
        let LogoutRequestParameters { id, destination, issued_at, .. } = parameters;
        self.message("LogoutRequest", id, destination, *issued_at, &until.unwrap_or_default(), &(name_id + &indexes))
    }

    /// A response, not signed yet.
    #[must_use]
    pub fn logout_response(&self, parameters: &LogoutResponseParameters) -> String {
        let detail = parameters.detail.as_deref();
        let detail = detail.map(|code| format!("<saml2p:StatusCode Value=\"{}\"/>", Escaped(code))).unwrap_or_default();
        let status = format!(
            "<saml2p:Status><saml2p:StatusCode Value=\"{}\">{detail}</saml2p:StatusCode></saml2p:Status>",
            Escaped(&parameters.status)
        );
        let answers = format!(" InResponseTo=\"{}\"", Escaped(&parameters.in_response_to));
        let LogoutResponseParameters { id, destination, issued_at, .. } = parameters;
        self.message("LogoutResponse", id, destination, *issued_at, &answers, &status)
    }

    /// The message in a signed query (Bindings §3.4.4.1); `parameter` is `SAMLRequest` or `SAMLResponse`.
    ///
    /// # Errors
    /// Where OpenSSL does not sign.
    pub fn signed_query(&self, parameter: &str, xml: &str, relay_state: Option<&str>) -> Result<String, SigningError> {
        let escaped = |text: &str| utf8_percent_encode(text, ESCAPED).to_string();
        let mut query = format!("{parameter}={}", escaped(&STANDARD.encode(deflated(xml))));
        if let Some(relay_state) = relay_state {
            query.push_str(&format!("&RelayState={}", escaped(relay_state)));
        }
        query.push_str(&format!("&SigAlg={}", escaped(RSA_SHA256)));
        let signature = STANDARD.encode(self.signing_key.sign_bytes(query.as_bytes())?);
        Ok(format!("{query}&Signature={}", escaped(&signature)))
    }

    /// The message as the field of a form, signed in itself (Bindings §3.5.4).
    ///
    /// # Errors
    /// Where xmlsec does not sign.
    pub fn signed_form_field(&self, xml: &str) -> Result<String, SigningError> {
        let (_, behind) = xml.split_once(" ID=\"").unwrap_or_default();
        let (id, _) = behind.split_once('"').unwrap_or_default();
        let issuer_end = "</saml2:Issuer>";
        let template = self.signing_key.signature_template(id, SignatureHash::Sha256);
        let with_template = xml.replacen(issuer_end, &format!("{issuer_end}{template}"), 1);
        Ok(STANDARD.encode(self.signing_key.sign(&with_template)?))
    }

    fn message(
        &self,
        element: &str,
        id: &str,
        destination: &str,
        issued_at: DateTime<Utc>,
        attributes: &str,
        content: &str,
    ) -> String {
        format!(
            concat!(
                r#"<saml2p:{element} xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol" Destination="{destination}" "#,
                r#"ID="{id}" IssueInstant="{issued_at}" Version="2.0"{attributes}>"#,
                r#"<saml2:Issuer xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion">{issuer}</saml2:Issuer>"#,
                r#"{content}</saml2p:{element}>"#,
            ),
            element = element,
            destination = Escaped(destination),
            id = Escaped(id),
            issued_at = instant(issued_at),
            attributes = attributes,
            issuer = Escaped(&self.entity_id()),
            content = content,
        )
    }
}

impl LogoutMessage {
    /// Reads the value of `SAMLRequest` or `SAMLResponse` in a query; nothing where it is no message of single logout.
    #[must_use]
    pub fn from_redirect(value: &str) -> Option<Self> {
        Self::parse(&decode_redirect(value).ok()?)
    }

    /// Reads the same value in a form.
    #[must_use]
    pub fn from_form(value: &str) -> Option<Self> {
        Self::parse(&decode_post(value).ok()?)
    }

    fn parse(xml: &str) -> Option<Self> {
        let document = Document::parse(xml).ok()?;
        let root = document.root_element();
        let kind = root.tag_name().name();
        let is_logout = ["LogoutRequest", "LogoutResponse"].contains(&kind);
        if !is_logout || root.tag_name().namespace() != Some(PROTOCOL) {
            return None;
        }
        let named =
            |name: &'static str| root.descendants().filter(move |node: &Node<'_, '_>| node.tag_name().name() == name);
        let text = |name| named(name).next().and_then(|node| node.text()).map(str::to_owned);
        let attribute = |name: &str| root.attribute(name).map(str::to_owned);
        Some(Self {
            kind: kind.to_owned(),
            id: attribute("ID")?,
            issuer: text("Issuer"),
            destination: attribute("Destination"),
            name_id: text("NameID"),
            name_id_format: named("NameID").next().and_then(|node| node.attribute("Format")).map(str::to_owned),
            session_indexes: named("SessionIndex").filter_map(|node| node.text()).map(str::to_owned).collect(),
            in_response_to: attribute("InResponseTo"),
            status: named("StatusCode").next().and_then(|node| node.attribute("Value")).map(str::to_owned),
        })
    }
}

fn deflated(xml: &str) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    // Writing to a vector cannot fail.
    let _ = encoder.write_all(xml.as_bytes());
    encoder.finish().unwrap_or_default()
}

fn instant(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_341_600, 0).unwrap()
    }

    #[test]
    fn what_is_written_is_read_by_either_binding() {
        let idp = IdentityProvider::generate("http://127.0.0.1:8081", now()).unwrap();
        let parameters =
            LogoutRequestParameters::new("https://gate.test/slo?a&b", "ann&<bob>@acme.test", now()).unwrap();
        let xml = idp.logout_request(&LogoutRequestParameters { session_indexes: vec!["_1".to_owned()], ..parameters });
        let by_form = LogoutMessage::from_form(&idp.signed_form_field(&xml).unwrap()).unwrap();
        let query = idp.signed_query("SAMLRequest", &xml, Some("a b")).unwrap();
        let sent = url::form_urlencoded::parse(query.as_bytes()).next().unwrap().1.into_owned();
        assert_eq!(LogoutMessage::from_redirect(&sent).unwrap(), by_form);
        assert_eq!(by_form.name_id.as_deref(), Some("ann&<bob>@acme.test"));
        assert_eq!(by_form.destination.as_deref(), Some("https://gate.test/slo?a&b"));
        assert_eq!((by_form.issuer, by_form.session_indexes), (Some(idp.entity_id()), vec!["_1".to_owned()]));
    }
}
