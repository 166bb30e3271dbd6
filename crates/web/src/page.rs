//! Plain pages: a title, a sentence, a reference id. No script runs on them.

use std::sync::LazyLock;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

pub(crate) const STYLE: &str = include_str!("../templates/page.css");

/// Allows our own style sheet, by its hash, and nothing else.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = source_of(STYLE);
    format!("default-src 'none'; style-src {style}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
});

/// A page that tells one thing.
#[derive(Debug, Clone, Template)]
#[template(path = "page.html")]
pub struct Page<'a> {
    /// The heading.
    pub title: &'a str,
    /// What happened, and what to do.
    pub message: &'a str,
    /// The id by which an administrator finds the cause.
    pub reference: Option<&'a str>,
}

impl Page<'_> {
    fn style(&self) -> &'static str {
        STYLE
    }

    /// The response: never cached, never framed.
    pub fn respond(&self, status: StatusCode) -> HttpResponse {
        self.respond_with(HttpResponse::build(status))
    }

    /// The response on top of headers that are set already.
    pub fn respond_with(&self, mut response: HttpResponseBuilder) -> HttpResponse {
        let body = self.render().unwrap_or_else(|_| self.title.to_owned());
        response.insert_header(("referrer-policy", "no-referrer"));
        html(response, &POLICY, body)
    }
}

/// A page of ours: never cached, never framed, and allowed what its content security policy says.
pub(crate) fn html(mut response: HttpResponseBuilder, policy: &str, body: String) -> HttpResponse {
    response
        .content_type("text/html; charset=utf-8")
        .insert_header(("content-security-policy", policy))
        .insert_header(("x-frame-options", "DENY"))
        .insert_header(("cache-control", "no-store"))
        .body(body)
}

/// The source expression that allows this inline text and no other (CSP 3, section 2.3.1).
pub(crate) fn source_of(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_shown_as_text() {
        let page = Page { title: "<script>", message: "a & b", reference: Some("\"x\"") };
        let html = page.render().unwrap();
        assert!(!html.contains("<script>"), "{html}");
        assert!(html.contains("a &#38; b") && html.contains("&#34;x&#34;"), "{html}");
    }
}
