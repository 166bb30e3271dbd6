//! Single logout as the identity provider does its part of it.

use simulator::{LogoutMessage, LogoutRequestParameters, LogoutResponseParameters};
use url::Url;

use super::answer::Answer;
use super::browser::Browser;
use super::provider::Workspace;

pub(crate) const BINDINGS: [&str; 2] = ["HTTP-Redirect", "HTTP-POST"];

/// A message of the gateway's to the identity provider, with what came along.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) message: LogoutMessage,
    pub(crate) relay_state: Option<String>,
    pub(crate) to: String,
}

impl Workspace {
    /// The metadata with single logout by these bindings.
    pub(crate) fn metadata_with_logout(&self, bindings: &[&'static str]) -> String {
        self.provider.clone().with_single_logout(bindings).metadata()
    }

    /// A request for all sessions of somebody, before it is bent or signed.
    pub(crate) fn logout_of(&self, name_id: &str) -> LogoutRequestParameters {
        let slo = self.base_url.clone() + &self.path("slo");
        LogoutRequestParameters::new(&slo, name_id, self.clock.now()).unwrap()
    }

    /// The answer to a request of the gateway's, before it is bent or signed.
    pub(crate) fn logout_answering(&self, request: &LogoutMessage) -> LogoutResponseParameters {
        let slo = self.base_url.clone() + &self.path("slo");
        LogoutResponseParameters::new(&slo, &request.id, self.clock.now()).unwrap()
    }

    /// Signs a request and carries it to the gateway.
    pub(crate) fn ask(&self, browser: &mut Browser, binding: &str, xml: &str) -> Answer {
        self.carry(browser, binding, "SAMLRequest", xml)
    }

    /// Signs a message and carries it to the gateway; RelayState has everything in it that needs an escape.
    pub(crate) fn carry(&self, browser: &mut Browser, binding: &str, parameter: &str, xml: &str) -> Answer {
        if binding == "HTTP-Redirect" {
            let query = self.provider.signed_query(parameter, xml, Some(RELAY_STATE)).unwrap();
            return browser.get(&format!("{}?{query}", self.path("slo")));
        }
        let message = self.provider.signed_form_field(xml).unwrap();
        browser.post_form_from(
            "http://okta.test",
            &self.path("slo"),
            &[(parameter, &message), ("RelayState", RELAY_STATE)],
        )
    }
}

pub(crate) const RELAY_STATE: &str = "a&b=c d+\"é";

/// Reads what the gateway sends to the identity provider, by whichever binding. It is always signed.
pub(crate) fn sent(answer: &Answer) -> Sent {
    if answer.status == 303 {
        let url = Url::parse(answer.location()).unwrap();
        let find = |name: &str| url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
        let value = find("SAMLRequest").or_else(|| find("SAMLResponse")).unwrap();
        assert!(find("Signature").is_some(), "{url}");
        let message = LogoutMessage::from_redirect(&value).unwrap();
        let (to, _) = url.as_str().split_once('?').unwrap();
        return Sent { message, relay_state: find("RelayState"), to: to.to_owned() };
    }
    assert_eq!(answer.status, 200, "{answer:#?}");
    let fields = answer.form_fields();
    let find = |name: &str| fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
    let value = find("SAMLRequest").or_else(|| find("SAMLResponse")).unwrap();
    Sent {
        message: LogoutMessage::from_form(&value).unwrap(),
        relay_state: find("RelayState"),
        to: answer.form_action(),
    }
}
