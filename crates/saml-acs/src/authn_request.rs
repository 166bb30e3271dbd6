//! The request that starts a login here: SAML core 3.4.1, in the HTTP-Redirect and the HTTP-POST binding.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use domain::policy::Policy;
use samael::schema::{
    AuthnContextClassRef, AuthnContextComparison, AuthnRequest as Document, Issuer, NameIdPolicy, RequestedAuthnContext,
};
use samael::traits::ToXml;
use url::Url;

use crate::connection::Binding;
use crate::enveloped_signature;
use crate::keys::RequestKey;
use crate::outgoing::Outgoing;
use crate::service_provider::{ServiceProvider, WriteError, name_id_format};
use crate::tree;

/// A request to the identity provider to sign somebody in and to post the answer to our assertion consumer service.
pub struct AuthnRequest<'a> {
    /// From [`request_id`]; the answer's `InResponseTo`.
    pub id: &'a str,
    /// When it is sent.
    pub issue_instant: DateTime<Utc>,
    /// Who asks.
    pub service_provider: &'a ServiceProvider,
    /// The identity provider's address for the binding.
    pub destination: &'a Url,
    /// Given back with the answer; at most 80 bytes (bindings, section 3.4.3).
    pub relay_state: Option<&'a str>,
    /// What is asked for besides. By default nothing is: every demand is a login that some identity provider refuses.
    pub policy: &'a Policy,
    /// With it, the request is signed.
    pub signing_key: Option<&'a RequestKey>,
}

/// A request id of 128 bits. It begins with a letter or `_`, as an `xs:ID` must.
#[must_use]
pub fn request_id(random: [u8; 16]) -> String {
    format!("_{}", hex::encode(random))
}

impl AuthnRequest<'_> {
    /// The address that the browser is sent to. Query parameters that the identity provider's address has are kept.
    ///
    /// # Errors
    /// Where the request can't be written or signed.
    pub fn redirect_url(&self) -> Result<Url, WriteError> {
        // Bindings 3.4.4.1: a signature inside the message has no place in this binding.
        let xml = written(&self.document())?;
        let message = Outgoing { parameter: "SAMLRequest", xml: &xml, relay_state: self.relay_state };
        message.redirect_url(self.destination, self.signing_key)
    }

    /// The form field `SAMLRequest` of the HTTP-POST binding (bindings 3.5.4). Its signature is in the message.
    ///
    /// # Errors
    /// Where the request can't be written or signed.
    pub fn form_field(&self) -> Result<String, WriteError> {
        let xml = match self.signing_key {
            // `Signature` comes behind `Issuer` (core 3.2.1).
            Some(key) => enveloped_signature::signed(self.id, 1, key, |signature| {
                written(&Document { signature, ..self.document() })
            })?,
            None => written(&self.document())?,
        };
        Ok(STANDARD.encode(xml))
    }

    fn document(&self) -> Document {
        let issuer = Issuer { value: Some(tree::escaped(&self.service_provider.entity_id)), ..Issuer::default() };
        Document {
            id: self.id.to_owned(),
            version: "2.0".to_owned(),
            issue_instant: self.issue_instant,
            destination: Some(self.destination.to_string()),
            issuer: Some(issuer),
            assertion_consumer_service_url: Some(self.service_provider.acs_url.clone()),
            protocol_binding: Some(Binding::HttpPost.uri().to_owned()),
            name_id_policy: self.name_id_policy(),
            requested_authn_context: self.requested_authn_context(),
            force_authn: self.policy.saml_force_authn.0.then_some(true),
            ..Document::default()
        }
    }

    /// Core 3.4.1.1. A name may be made for us: without `AllowCreate` some identity providers refuse the first login.
    fn name_id_policy(&self) -> Option<NameIdPolicy> {
        let format = name_id_format(self.policy.saml_name_id_policy)?;
        Some(NameIdPolicy { format: Some(format.to_owned()), allow_create: Some(true), ..NameIdPolicy::default() })
    }

    /// Core 3.3.2.2.1: one of these classes, exactly.
    fn requested_authn_context(&self) -> Option<RequestedAuthnContext> {
        let classes = self.policy.saml_authn_context.classes();
        let class = |uri: &String| AuthnContextClassRef { value: Some(tree::escaped(uri)) };
        (!classes.is_empty()).then(|| RequestedAuthnContext {
            authn_context_class_refs: Some(classes.iter().map(class).collect()),
            authn_context_decl_refs: None,
            comparison: Some(AuthnContextComparison::Exact),
        })
    }
}

fn written(document: &Document) -> Result<String, WriteError> {
    document.to_string().map_err(|error| WriteError(error.to_string()))
}

#[cfg(test)]
mod tests;
