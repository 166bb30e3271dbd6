//! One request and its answer, errors and redirects included.

use std::sync::LazyLock;

use serde_json::Value;
use ureq::Agent;
use ureq::http::{HeaderMap, Request};

static AGENT: LazyLock<Agent> = LazyLock::new(|| {
    let config = Agent::config_builder().http_status_as_error(false).max_redirects(0).max_redirects_will_error(false);
    config.max_idle_connections(0).user_agent("gatehouse-test/1").build().into()
});

/// An answer, whatever its status.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// Sends a request and reads the whole answer.
pub(crate) fn send(method: &str, url: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Answer {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = match body {
        Some(body) => AGENT.run(request.body(body).unwrap()),
        None => AGENT.run(request.body(()).unwrap()),
    };
    let mut response = response.unwrap_or_else(|error| panic!("{method} {url}: {error}"));
    Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.body_mut().with_config().limit(64 << 20).read_to_string().unwrap(),
    }
}

impl Answer {
    /// The header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Where the answer leads.
    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    pub(crate) fn content_type(&self) -> &str {
        self.header("content-type")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }

    /// The `id` of the resource in it.
    #[track_caller]
    pub(crate) fn id(&self) -> String {
        self.json()["id"].as_str().unwrap_or_else(|| panic!("no id: {self:?}")).to_owned()
    }

    /// The ids of a list, in its order.
    #[track_caller]
    pub(crate) fn ids(&self) -> Vec<String> {
        let list = self.json();
        let resources = list["Resources"].as_array().unwrap_or_else(|| panic!("no list: {self:?}"));
        resources.iter().map(|resource| resource["id"].as_str().unwrap().to_owned()).collect()
    }

    /// Checks that it is a SCIM error of this status and type, with a sentence, and gives the sentence (RFC 7644 §3.12).
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, scim_type: Option<&str>) -> String {
        let body = self.clone().expect(status).json();
        assert_eq!(self.content_type(), "application/scim+json", "{self:?}");
        assert_eq!(body["schemas"], serde_json::json!(["urn:ietf:params:scim:api:messages:2.0:Error"]), "{self:?}");
        assert_eq!(body["status"], status.to_string(), "{self:?}");
        assert_eq!(body.get("scimType").and_then(Value::as_str), scim_type, "{self:?}");
        let detail = body["detail"].as_str().unwrap_or_default();
        assert!(detail.len() > 10 && detail.ends_with(['.', '…']), "no sentence: {self:?}");
        detail.to_owned()
    }

    /// The same for what is wrong with the request itself.
    #[track_caller]
    pub(crate) fn bad(&self, scim_type: &str) -> String {
        self.refused(400, Some(scim_type))
    }

    /// The `Set-Cookie` lines, as sent.
    pub(crate) fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect()
    }

    /// Whether it hands out a session: removing a cookie is none.
    pub(crate) fn sets_session(&self) -> bool {
        self.set_cookies().iter().any(|cookie| cookie.starts_with("gatehouse=") && !cookie.starts_with("gatehouse=;"))
    }

    /// The reference that a page shows.
    pub(crate) fn reference(&self) -> &str {
        let (_, after) = self.body.split_once("<code id=\"reference\">").unwrap_or_else(|| panic!("no page: {self:?}"));
        after.split_once('<').unwrap().0
    }

    /// The hidden fields of the form that the page holds.
    pub(crate) fn form_fields(&self) -> Vec<(&str, String)> {
        let fields = self.body.split("<input type=\"hidden\" name=\"").skip(1);
        fields
            .map(|field| {
                let (name, rest) = field.split_once("\" value=\"").unwrap();
                let value = rest.split_once('"').unwrap().0;
                let entities = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
                (name, entities.iter().fold(value.to_owned(), |value, (entity, sign)| value.replace(entity, sign)))
            })
            .collect()
    }

    /// Where that form goes.
    pub(crate) fn form_action(&self) -> String {
        let (_, rest) = self.body.split_once("<form method=\"post\" action=\"").unwrap_or_else(|| panic!("{self:?}"));
        rest.split_once('"').unwrap().0.replace("&#38;", "&")
    }

    /// Checks the status and gives the answer back; what came instead is shown.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:#?}");
        self
    }
}
