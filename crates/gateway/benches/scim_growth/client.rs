//! A SCIM client that keeps its connection.

use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;

/// One client with one connection.
pub(crate) struct Client {
    agent: Agent,
    base_url: String,
    bearer: String,
}

impl Client {
    pub(crate) fn new(base_url: &str, token: &str) -> Self {
        let config = Agent::config_builder().http_status_as_error(false).build();
        Self { agent: config.into(), base_url: base_url.to_owned(), bearer: format!("Bearer {token}") }
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        self.send("GET", path, None, 200)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        self.send("POST", path, Some(body), 201)
    }

    pub(crate) fn patch(&self, path: &str, body: &Value, status: u16) -> Value {
        self.send("PATCH", path, Some(body), status)
    }

    fn send(&self, method: &str, path: &str, body: Option<&Value>, status: u16) -> Value {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base_url))
            .header("authorization", &self.bearer)
            .header("prefer", if status == 204 { "return=minimal" } else { "return=representation" })
            .header("content-type", "application/scim+json");
        let answer = match body {
            Some(body) => self.agent.run(request.body(body.to_string()).unwrap()),
            None => self.agent.run(request.body(()).unwrap()),
        };
        let mut answer = answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let text = answer.body_mut().with_config().limit(64 << 20).read_to_string().unwrap();
        assert_eq!(answer.status().as_u16(), status, "{method} {path}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }
}
