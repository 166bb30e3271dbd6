//! Plain pages from which one thing can be done. No script runs on them.

use std::sync::LazyLock;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;

use crate::page::{STYLE, html, source_of};

/// Allows our own style sheet, by its hash, and forms to ourselves.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = source_of(STYLE);
    format!("default-src 'none'; style-src {style}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
});

/// A page that tells one thing, and offers another.
#[derive(Debug, Clone, Template)]
#[template(path = "action_page.html")]
pub struct ActionPage<'a> {
    /// The heading.
    pub title: &'a str,
    /// What happened, and what to do.
    pub message: &'a str,
    /// The id by which an administrator finds the cause.
    pub reference: Option<&'a str>,
    /// What can be done.
    pub action: Action<'a>,
}

/// What can be done on a page.
#[derive(Debug, Clone)]
pub enum Action<'a> {
    /// A button: what it asks for happens when it is pressed, and never because a program follows links.
    Post {
        /// Where the form goes.
        to: &'a str,
        /// Its hidden fields.
        fields: &'a [(&'a str, &'a str)],
        /// What the button says.
        button: &'a str,
    },
    /// Links: where each leads, and what it says.
    Links(&'a [(String, String)]),
}

impl ActionPage<'_> {
    fn style(&self) -> &'static str {
        STYLE
    }

    /// The response on top of headers that are set already: never cached, never framed.
    ///
    /// The address may hold a link that works only once: no other site is told of it.
    pub fn respond_with(&self, mut response: HttpResponseBuilder) -> HttpResponse {
        let Ok(body) = self.render() else { return HttpResponse::new(StatusCode::INTERNAL_SERVER_ERROR) };
        response.insert_header(("referrer-policy", "same-origin"));
        html(response, &POLICY, body)
    }
}
