//! A workspace as its identity provider sees it: addresses, a SCIM token, and responses with real signatures.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::clock::Clock;
use simulator::{AuthnRequest, IdentityProvider, ResponseParameters, SamlAttribute};
use url::Url;

use super::answer::Answer;
use super::browser::Browser;
use super::scim::Scim;

/// One workspace of a running gateway, with the identity provider that it trusts.
#[derive(Clone)]
pub(crate) struct Workspace {
    pub(crate) handle: String,
    pub(crate) base_url: String,
    pub(crate) scim_token: String,
    pub(crate) provider: IdentityProvider,
    pub(crate) clock: Arc<dyn Clock>,
}

/// A login that was begun: what the identity provider got.
#[derive(Debug, Clone)]
pub(crate) struct Begun {
    pub(crate) request_id: String,
    pub(crate) relay_state: String,
    /// Where the browser goes.
    pub(crate) redirect: Url,
}

/// A role for dev, as the attribute statement has it.
pub(crate) fn role(value: &str) -> SamlAttribute {
    SamlAttribute::new("workato_role", &[value])
}

/// The groups, one `AttributeValue` each.
pub(crate) fn groups(values: &[&str]) -> SamlAttribute {
    SamlAttribute::new("workato_user_groups", values)
}

impl Workspace {
    pub(crate) fn scim(&self) -> Scim {
        Scim::new(&self.base_url, &self.scim_token)
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&self.base_url)
    }

    pub(crate) fn path(&self, end: &str) -> String {
        format!("/saml/{}/{end}", self.handle)
    }

    /// Begins a login at the gateway and reads what it sends to the identity provider.
    pub(crate) fn begin(&self, browser: &mut Browser) -> Begun {
        self.begin_at(browser, &self.path("login"))
    }

    pub(crate) fn begin_at(&self, browser: &mut Browser, path: &str) -> Begun {
        let answer = browser.get(path).expect(302);
        let redirect = Url::parse(answer.location()).unwrap();
        let parameter = |name: &str| redirect.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        let request = AuthnRequest::from_redirect(&parameter("SAMLRequest")).unwrap();
        Begun { request_id: request.id, relay_state: parameter("RelayState"), redirect }
    }

    /// Begins a login whose request travels by POST; the answer's XML is what the identity provider gets.
    pub(crate) fn begin_by_form(&self, browser: &mut Browser) -> (Begun, String) {
        let page = browser.get(&self.path("login")).expect(200);
        let fields = page.form_fields();
        let value = |name: &str| fields.iter().find(|(field, _)| *field == name).unwrap().1.clone();
        let xml = String::from_utf8(STANDARD.decode(value("SAMLRequest")).unwrap()).unwrap();
        let request_id = AuthnRequest::parse(&xml).unwrap().id;
        let redirect = Url::parse(&page.form_action()).unwrap();
        (Begun { request_id, relay_state: value("RelayState"), redirect }, xml)
    }

    /// What the identity provider says of somebody, before it is bent or signed: unsolicited, without attributes.
    pub(crate) fn response_for(&self, name_id: &str) -> ResponseParameters {
        let (acs, audience) =
            (self.base_url.clone() + &self.path("acs"), self.base_url.clone() + &self.path("metadata"));
        ResponseParameters::new(&acs, &audience, name_id, self.clock.now()).unwrap()
    }

    pub(crate) fn sign(&self, response: &ResponseParameters) -> String {
        self.provider.response_base64(response).unwrap()
    }

    /// Carries a signed response to the gateway.
    pub(crate) fn post(&self, browser: &mut Browser, saml_response: &str, relay_state: &str) -> Answer {
        browser.post_form(&self.path("acs"), &[("SAMLResponse", saml_response), ("RelayState", relay_state)])
    }

    /// A whole SP-initiated login by somebody of whom nothing but the name is said.
    pub(crate) fn sign_in(&self, browser: &mut Browser, name_id: &str) -> Answer {
        self.sign_in_with(browser, name_id, Vec::new())
    }

    pub(crate) fn sign_in_with(&self, browser: &mut Browser, name_id: &str, attributes: Vec<SamlAttribute>) -> Answer {
        let begun = self.begin(browser);
        let response = self.response_for(name_id).answering(&begun.request_id).with_attributes(attributes);
        self.post(browser, &self.sign(&response), &begun.relay_state)
    }

    /// A browser with a session of that person.
    pub(crate) fn signed_in(&self, name_id: &str) -> Browser {
        let mut browser = self.browser();
        self.sign_in(&mut browser, name_id).expect(303);
        browser
    }
}
