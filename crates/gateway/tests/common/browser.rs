//! A browser as far as logins need one: it keeps cookies and follows nothing by itself.

use std::collections::BTreeMap;

use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::answer::{Answer, send};

/// One person's browser, pointed at one gateway.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    base_url: String,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(crate) fn new(base_url: &str) -> Self {
        Self { base_url: base_url.to_owned(), cookies: BTreeMap::new() }
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[], None)
    }

    pub(crate) fn post_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send("POST", path, &[("content-type", "application/x-www-form-urlencoded")], Some(body.as_bytes()))
    }

    pub(crate) fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut headers = headers.to_vec();
        if !cookies.is_empty() {
            headers.push(("cookie", &cookies));
        }
        let answer = send(method, &format!("{}{path}", self.base_url), &headers, body);
        self.keep_cookies(&answer);
        answer
    }

    /// Who the gateway says is signed in; nobody where it answers 401.
    pub(crate) fn session(&mut self) -> Option<Value> {
        let answer = self.get("/session");
        if answer.status == 401 {
            assert_eq!(answer.json()["error"], "no live session");
            return None;
        }
        Some(answer.expect(200).json())
    }

    /// Signs out as a page of the given origin would.
    pub(crate) fn log_out_from(&mut self, origin: &str) -> Answer {
        self.send("POST", "/logout", &[("origin", origin)], None)
    }

    /// A browser that has stolen or kept the cookies of this one.
    pub(crate) fn with_the_same_cookies(&self) -> Self {
        self.clone()
    }

    /// Posts as a page of another origin does.
    pub(crate) fn post_form_from(&mut self, origin: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("origin", origin)];
        self.send("POST", path, &headers, Some(body.as_bytes()))
    }

    /// The same browser as it posts from another site over plain http once its cookies are two minutes old: it keeps them
    /// all back. What it is given meanwhile is put into its jar by [`Self::and_the_cookies_of`].
    pub(crate) fn keeping_its_cookies_back(&self) -> Self {
        Self::new(&self.base_url)
    }

    /// The same browser at another node of the same gateway: cookies don't know ports.
    pub(crate) fn at_node(&self, base_url: &str) -> Self {
        Self { base_url: base_url.to_owned(), ..self.clone() }
    }

    /// The same browser as it posts from another site: `SameSite=Lax` keeps the session's cookie back.
    pub(crate) fn coming_from_another_site(&self) -> Self {
        let mut browser = self.clone();
        browser.cookies.remove("gatehouse");
        browser
    }

    /// One browser with the cookies of both; where they differ, those of the other.
    pub(crate) fn and_the_cookies_of(&self, other: &Self) -> Self {
        let mut browser = self.clone();
        browser.cookies.extend(other.cookies.clone());
        browser
    }

    pub(crate) fn cookie_names(&self) -> Vec<&str> {
        self.cookies.keys().map(String::as_str).collect()
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        for cookie in answer.set_cookies() {
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
