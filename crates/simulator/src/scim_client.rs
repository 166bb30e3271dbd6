//! Okta's SCIM client, as an app of the "SAML app with SCIM provisioning" kind: every update is a `PUT`.

use std::{sync::Arc, time::Duration};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use ureq::{
    Agent,
    http::{Request, Response, header},
    tls::{TlsConfig, TlsProvider},
};

use crate::{
    directory::Person,
    journal::{Exchange, Journal},
    provisioning::Assignment,
    random::alphanumeric,
    scim_error::ScimError,
    scim_user::{merged_user, new_user, with_active},
    simulator::Clock,
};

const USER_AGENT: &str = "Okta SCIM Client 1.0.0";
/// Okta gives up after a minute without an answer.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Everything but the unreserved characters of RFC 3986 §2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Speaks SCIM to one gateway; every call blocks.
pub struct ScimClient {
    agent: Agent,
    base_url: String,
    token: SecretString,
    clock: Clock,
    journal: Arc<Journal>,
}

impl ScimClient {
    /// A client of the SCIM service at this address. The clock stamps the entries of the journal.
    #[must_use]
    pub fn new(base_url: &str, token: SecretString, clock: Clock) -> Self {
        Self {
            agent: agent(),
            base_url: base_url.trim_end_matches('/').to_owned(),
            token,
            clock,
            journal: Arc::default(),
        }
    }

    /// What this client sent and received lately.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// "Test Connector Configuration": the first page of two people.
    ///
    /// # Errors
    /// Where the address or the token is wrong.
    pub fn test_connector(&self) -> Result<(), ScimError> {
        self.get("/Users?startIndex=1&count=2").map(|_| ())
    }

    /// Assigns a person: links and pushes the profile where the user name is taken, creates it else.
    ///
    /// # Errors
    /// Where the server refuses, or answers a creation without a user.
    pub fn assign(&self, person: &Person) -> Result<Assignment, ScimError> {
        match self.find_user(&person.user_name)? {
            None => self.create(person).map(|id| Assignment::Created { id }),
            Some(user) => {
                let id = self.id_of(&user, "GET", "/Users")?;
                self.put(&id, &merged_user(&user, person), person.is_active())?;
                Ok(Assignment::Linked { id })
            }
        }
    }

    /// Pushes the profile: reads the user, merges, writes it back.
    ///
    /// # Errors
    /// Where the server refuses, e.g. because it knows no such id.
    pub fn update(&self, id: &str, person: &Person) -> Result<(), ScimError> {
        let user = self.get_user(id)?;
        self.put(id, &merged_user(&user, person), person.is_active())
    }

    /// Deactivates: reads the user, writes it back with `active: false`.
    ///
    /// # Errors
    /// Where the server refuses.
    pub fn deactivate(&self, id: &str) -> Result<(), ScimError> {
        let user = self.get_user(id)?;
        self.put(id, &with_active(&user, false), false)
    }

    /// Reactivates: reads the user, writes it back with `active: true`.
    ///
    /// # Errors
    /// Where the server refuses, or answers that the user is still inactive.
    pub fn reactivate(&self, id: &str) -> Result<(), ScimError> {
        let user = self.get_user(id)?;
        self.put(id, &with_active(&user, true), true)
    }

    /// The user of this name.
    ///
    /// # Errors
    /// Where the server refuses, or answers no list.
    pub fn find_user(&self, user_name: &str) -> Result<Option<Value>, ScimError> {
        let filter = format!("userName eq {}", Value::from(user_name));
        let filter = utf8_percent_encode(&filter, RESERVED);
        let path = format!("/Users?filter={filter}&startIndex=1&count=100");
        match self.get(&path) {
            Ok(list) => Ok(list.get("Resources").and_then(|users| users.get(0)).cloned()),
            // Some servers answer so where nobody is found, and Okta lets them.
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The user of this id.
    ///
    /// # Errors
    /// Where the server refuses or knows no such id.
    pub fn get_user(&self, id: &str) -> Result<Value, ScimError> {
        self.get(&user_path(id))
    }

    fn create(&self, person: &Person) -> Result<String, ScimError> {
        let user = self.exchange("POST", "/Users", Some(&new_user(person, &alphanumeric(8)?)))?;
        if user.is_null() {
            return Err(unreadable("POST", "/Users", "Create new user returned empty user"));
        }
        self.id_of(&user, "POST", "/Users")
    }

    fn put(&self, id: &str, body: &Value, wanted_active: bool) -> Result<(), ScimError> {
        let user = self.exchange("PUT", &user_path(id), Some(body))?;
        match user.get("active").and_then(Value::as_bool) {
            Some(false) if wanted_active => Err(ScimError::StillInactive),
            _ => Ok(()),
        }
    }

    fn get(&self, path: &str) -> Result<Value, ScimError> {
        let answer = self.exchange("GET", path, None)?;
        if answer.is_object() { Ok(answer) } else { Err(unreadable("GET", path, "the answer is no JSON object")) }
    }

    fn id_of(&self, user: &Value, method: &'static str, path: &str) -> Result<String, ScimError> {
        let id = user.get("id").and_then(Value::as_str).filter(|id| !id.is_empty());
        id.map(str::to_owned).ok_or_else(|| unreadable(method, path, "the user has no id"))
    }

    /// Sends one request and keeps it in the journal; a body that is no JSON reads as `null`.
    fn exchange(&self, method: &'static str, path: &str, body: Option<&Value>) -> Result<Value, ScimError> {
        let at = (self.clock)();
        let answer = self.send(method, path, body);
        let (status, response_body) = match &answer {
            Ok((status, text)) => (Some(*status), indented(text)),
            Err(error) => (None, error.to_string()),
        };
        let request_body = body.map(|body| format!("{:#}", without_password(body)));
        self.journal.record(Exchange { at, method, path: path.to_owned(), status, request_body, response_body });
        match answer {
            Ok((200..300, text)) => Ok(serde_json::from_str(&text).unwrap_or_default()),
            Ok((status, text)) => Err(ScimError::refused(method, path, status, &text)),
            Err(error) => Err(ScimError::Unreachable { method, path: path.to_owned(), source: Box::new(error) }),
        }
    }

    fn send(&self, method: &'static str, path: &str, body: Option<&Value>) -> Result<(u16, String), ureq::Error> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base_url))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token.expose_secret()))
            .header(header::ACCEPT, "application/scim+json")
            .header(header::ACCEPT_CHARSET, "utf-8")
            .header(header::CONTENT_TYPE, "application/scim+json; charset=utf-8");
        let mut response: Response<ureq::Body> = match body {
            Some(body) => self.agent.run(request.body(body.to_string())?)?,
            None => self.agent.run(request.body(())?)?,
        };
        Ok((response.status().as_u16(), response.body_mut().read_to_string()?))
    }
}

fn agent() -> Agent {
    Agent::config_builder()
        .user_agent(USER_AGENT)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(TIMEOUT))
        .tls_config(TlsConfig::builder().provider(TlsProvider::NativeTls).build())
        .build()
        .into()
}

fn user_path(id: &str) -> String {
    format!("/Users/{}", utf8_percent_encode(id, RESERVED))
}

fn unreadable(method: &'static str, path: &str, reason: &'static str) -> ScimError {
    ScimError::Unreadable { method, path: path.to_owned(), reason }
}

fn indented(text: &str) -> String {
    serde_json::from_str::<Value>(text).map_or_else(|_| text.to_owned(), |json| format!("{json:#}"))
}

fn without_password(body: &Value) -> Value {
    let mut body = body.clone();
    if let Some(password) = body.get_mut("password") {
        *password = Value::from("***");
    }
    body
}
