//! SAML responses in the exact shape of Okta's.

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::{
    encrypt::Encryption,
    random::message_id,
    sign::{SignatureHash, SigningError, SigningKey},
    xml::Escaped,
};

/// How long an assertion is valid, before and after its issue.
const VALIDITY: TimeDelta = TimeDelta::minutes(5);
/// How Okta says that people sign in, unless it is asked for something else.
const PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";

/// What a response says. Change any field after [`ResponseParameters::new`].
#[derive(Debug, Clone)]
pub struct ResponseParameters {
    /// Where the response goes: `Destination` and `Recipient`.
    pub acs_url: String,
    /// The service provider's entity id.
    pub audience: String,
    /// The id of the request that is answered; `None` where the login starts at the identity provider.
    pub in_response_to: Option<String>,
    /// Who logs in (format `emailAddress`).
    pub name_id: String,
    /// The attribute statement, in this order; left out where empty.
    pub attributes: Vec<SamlAttribute>,
    /// The time of issue; valid five minutes before and after.
    pub issued_at: DateTime<Utc>,
    /// When the person signed in at the identity provider.
    pub authn_instant: DateTime<Utc>,
    /// How: the `AuthnContextClassRef`.
    pub authn_context: String,
    /// `ID` of the response.
    pub response_id: String,
    /// `ID` of the assertion.
    pub assertion_id: String,
    /// What is signed.
    pub signed: Signed,
    /// The hash that signatures and digests take.
    pub hash: SignatureHash,
    /// Okta's setting "Assertion Encryption". The response is signed over what is encrypted.
    pub encryption: Option<Encryption>,
}

/// One attribute; each value becomes an `AttributeValue` of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SamlAttribute {
    /// The attribute's name, e.g. `workato_role`.
    pub name: String,
    /// The values, sent as they are, an empty one as well.
    pub values: Vec<String>,
}

/// Okta's settings "Response" and "Assertion Signature". Okta signs both unless told otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// The response and the assertion in it.
    ResponseAndAssertion,
    /// The response as a whole only.
    Response,
    /// The assertion only.
    Assertion,
    /// Nothing: no service provider may accept this.
    Nothing,
}

impl ResponseParameters {
    /// A response of Okta's defaults with fresh ids: no request answered, no attributes, both parts signed.
    ///
    /// # Errors
    /// Where OpenSSL gives no random bytes.
    pub fn new(acs_url: &str, audience: &str, name_id: &str, now: DateTime<Utc>) -> Result<Self, SigningError> {
        Ok(Self {
            acs_url: acs_url.to_owned(),
            audience: audience.to_owned(),
            in_response_to: None,
            name_id: name_id.to_owned(),
            attributes: Vec::new(),
            issued_at: now,
            authn_instant: now,
            authn_context: PASSWORD.to_owned(),
            response_id: message_id()?,
            assertion_id: message_id()?,
            signed: Signed::ResponseAndAssertion,
            hash: SignatureHash::Sha256,
            encryption: None,
        })
    }

    /// The same, as the answer to a request.
    #[must_use]
    pub fn answering(mut self, request_id: &str) -> Self {
        self.in_response_to = Some(request_id.to_owned());
        self
    }

    /// The same, with these attributes.
    #[must_use]
    pub fn with_attributes(mut self, attributes: Vec<SamlAttribute>) -> Self {
        self.attributes = attributes;
        self
    }
}

impl SamlAttribute {
    /// An attribute with any number of values.
    #[must_use]
    pub fn new(name: &str, values: &[&str]) -> Self {
        Self { name: name.to_owned(), values: values.iter().map(|value| (*value).to_owned()).collect() }
    }
}

/// The response, signed as asked for. The assertion is signed first, so that the outer signature covers the inner one.
pub(crate) fn signed_response(
    key: &SigningKey,
    issuer: &str,
    parameters: &ResponseParameters,
) -> Result<String, SigningError> {
    let (sign_response, sign_assertion) = match parameters.signed {
        Signed::ResponseAndAssertion => (true, true),
        Signed::Response => (true, false),
        Signed::Assertion => (false, true),
        Signed::Nothing => (false, false),
    };
    let template = |id: &str, wanted: bool| {
        if wanted { key.signature_template(id, parameters.hash) } else { String::new() }
    };
    let sign = |xml: String, wanted: bool| if wanted { key.sign(&xml) } else { Ok(xml) };

    let assertion = assertion(issuer, parameters, &template(&parameters.assertion_id, sign_assertion));
    let assertion = sign(assertion, sign_assertion)?;
    let assertion = match &parameters.encryption {
        Some(encryption) => encryption.encrypted(&assertion)?,
        None => assertion,
    };
    let response = response(issuer, parameters, &template(&parameters.response_id, sign_response), &assertion);
    let response = sign(response, sign_response)?;
    Ok(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{response}"))
}

fn response(issuer: &str, parameters: &ResponseParameters, signature: &str, assertion: &str) -> String {
    format!(
        concat!(
            r#"<saml2p:Response xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol" Destination="{destination}" "#,
            r#"ID="{id}"{in_response_to} IssueInstant="{issued_at}" Version="2.0" "#,
            r#"xmlns:xs="http://www.w3.org/2001/XMLSchema">{issuer}{signature}"#,
            r#"<saml2p:Status xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol">"#,
            r#"<saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></saml2p:Status>"#,
            r#"{assertion}</saml2p:Response>"#,
        ),
        destination = Escaped(&parameters.acs_url),
        id = Escaped(&parameters.response_id),
        in_response_to = in_response_to(parameters),
        issued_at = instant(parameters.issued_at),
        issuer = issuer_element(issuer),
        signature = signature,
        assertion = assertion,
    )
}

fn assertion(issuer: &str, parameters: &ResponseParameters, signature: &str) -> String {
    format!(
        concat!(
            r#"<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="{id}" "#,
            r#"IssueInstant="{issued_at}" Version="2.0" xmlns:xs="http://www.w3.org/2001/XMLSchema">"#,
            "{issuer}{signature}{subject}{conditions}{authn_statement}{attributes}</saml2:Assertion>",
        ),
        id = Escaped(&parameters.assertion_id),
        issued_at = instant(parameters.issued_at),
        issuer = issuer_element(issuer),
        signature = signature,
        subject = subject(parameters),
        conditions = conditions(parameters),
        authn_statement = authn_statement(parameters),
        attributes = attribute_statement(&parameters.attributes),
    )
}

fn issuer_element(issuer: &str) -> String {
    format!(
        concat!(
            r#"<saml2:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity" "#,
            r#"xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion">{}</saml2:Issuer>"#,
        ),
        Escaped(issuer)
    )
}

fn subject(parameters: &ResponseParameters) -> String {
    format!(
        concat!(
            r#"<saml2:Subject xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion">"#,
            r#"<saml2:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">{name_id}</saml2:NameID>"#,
            r#"<saml2:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">"#,
            r#"<saml2:SubjectConfirmationData{in_response_to} NotOnOrAfter="{not_on_or_after}" Recipient="{recipient}"/>"#,
            r#"</saml2:SubjectConfirmation></saml2:Subject>"#,
        ),
        name_id = Escaped(&parameters.name_id),
        in_response_to = in_response_to(parameters),
        not_on_or_after = instant(parameters.issued_at + VALIDITY),
        recipient = Escaped(&parameters.acs_url),
    )
}

fn conditions(parameters: &ResponseParameters) -> String {
    format!(
        concat!(
            r#"<saml2:Conditions NotBefore="{not_before}" NotOnOrAfter="{not_on_or_after}" "#,
            r#"xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion"><saml2:AudienceRestriction>"#,
            r#"<saml2:Audience>{audience}</saml2:Audience></saml2:AudienceRestriction></saml2:Conditions>"#,
        ),
        not_before = instant(parameters.issued_at - VALIDITY),
        not_on_or_after = instant(parameters.issued_at + VALIDITY),
        audience = Escaped(&parameters.audience),
    )
}

/// Okta's `SessionIndex` is the id of the request; where there is none, the assertion's.
fn authn_statement(parameters: &ResponseParameters) -> String {
    let session_index = parameters.in_response_to.as_deref().unwrap_or(&parameters.assertion_id);
    format!(
        concat!(
            r#"<saml2:AuthnStatement AuthnInstant="{authn_instant}" SessionIndex="{session_index}" "#,
            r#"xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion"><saml2:AuthnContext><saml2:AuthnContextClassRef>"#,
            r#"{authn_context}</saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement>"#,
        ),
        authn_instant = instant(parameters.authn_instant),
        authn_context = Escaped(&parameters.authn_context),
        session_index = Escaped(session_index),
    )
}

/// SAML Core §2.7.3: a statement holds at least one attribute, so an empty one is left out.
fn attribute_statement(attributes: &[SamlAttribute]) -> String {
    if attributes.is_empty() {
        return String::new();
    }
    let attributes: String = attributes.iter().map(attribute).collect();
    format!(
        r#"<saml2:AttributeStatement xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion">{attributes}</saml2:AttributeStatement>"#
    )
}

fn attribute(attribute: &SamlAttribute) -> String {
    let values = attribute.values.iter().fold(String::new(), |mut values, value| {
        // Writing to a `String` cannot fail.
        let _ = write!(
            values,
            concat!(
                r#"<saml2:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" "#,
                r#"xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">{}</saml2:AttributeValue>"#,
            ),
            Escaped(value)
        );
        values
    });
    format!(
        concat!(
            r#"<saml2:Attribute Name="{name}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified">"#,
            r#"{values}</saml2:Attribute>"#,
        ),
        name = Escaped(&attribute.name),
        values = values,
    )
}

fn in_response_to(parameters: &ResponseParameters) -> String {
    let request_id = parameters.in_response_to.as_deref();
    request_id.map(|id| format!(r#" InResponseTo="{}""#, Escaped(id))).unwrap_or_default()
}

fn instant(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
