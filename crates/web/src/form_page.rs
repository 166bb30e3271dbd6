//! A page whose form is sent on by itself: the HTTP-POST binding of SAML needs one in each direction (bindings §3.5.4).

use std::sync::LazyLock;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;
use url::Url;

use crate::page::{STYLE, html, source_of};

/// The only script of ours that runs on a plain page.
const SCRIPT: &str = "document.forms[0].submit()";

/// Allows our own style sheet and script, by their hashes, and a form.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let (style, script) = (source_of(STYLE), source_of(SCRIPT));
    format!(
        "default-src 'none'; style-src {style}; script-src {script}; base-uri 'none'; frame-ancestors 'none'; \
         form-action https:"
    )
});

/// A form that posts itself. Where scripts are off, its button does.
#[derive(Debug, Clone, Template)]
#[template(path = "form_page.html")]
pub struct FormPage<'a> {
    /// The heading.
    pub title: &'a str,
    /// What happens, for whoever sees the page for longer than a moment.
    pub message: &'a str,
    /// The id by which an administrator finds what happened.
    pub reference: Option<&'a str>,
    /// Where the form goes.
    pub action: &'a Url,
    /// Its hidden fields.
    pub fields: &'a [(&'a str, &'a str)],
    /// What the button says.
    pub button: &'a str,
    /// Where the answer may lead.
    pub onwards: &'a [Url],
}

impl FormPage<'_> {
    fn style(&self) -> &'static str {
        STYLE
    }

    fn script(&self) -> &'static str {
        SCRIPT
    }

    /// The response on top of headers that are set already.
    ///
    /// The receiver is told our origin: without that, browsers send `Origin: null`, which some refuse.
    pub fn respond_with(&self, mut response: HttpResponseBuilder) -> HttpResponse {
        let Ok(body) = self.render() else { return HttpResponse::new(StatusCode::INTERNAL_SERVER_ERROR) };
        response.insert_header(("referrer-policy", "strict-origin"));
        html(response, &self.policy(), body)
    }

    /// Browsers apply `form-action` to the redirects that answer a form as well, and those lead where nobody can say: an
    /// identity provider hands on to another host of its own, or to another provider. So it tells schemes only, and plain
    /// HTTP where that is in use.
    fn policy(&self) -> String {
        let plain = std::iter::once(self.action).chain(self.onwards).any(|url| url.scheme() == "http");
        format!("{}{}", *POLICY, if plain { " http:" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page<'a>(action: &'a Url, fields: &'a [(&'a str, &'a str)], onwards: &'a [Url]) -> FormPage<'a> {
        FormPage { title: "Title", message: "Message", reference: None, action, fields, button: "Continue", onwards }
    }

    /// What the identity provider wrote into a message or its metadata must not become markup on our page.
    #[test]
    fn nothing_in_the_form_becomes_markup() {
        let action = Url::parse("https://idp.test/sso?a=b&c=\"><script>").unwrap();
        let html = page(&action, &[("SAMLRequest", "\"><script>alert(1)</script>")], &[]).render().unwrap();
        assert_eq!(html.matches("<script>").count(), 1, "{html}");
        assert!(html.contains("value=\"&#34;&#62;&#60;script&#62;"), "{html}");
        assert!(html.contains("action=\"https://idp.test/sso?a=b&#38;c=%22%3E%3Cscript%3E\""), "{html}");
    }

    #[test]
    fn a_form_goes_to_https_or_to_where_plain_http_is_in_use() {
        let url = |text: &str| Url::parse(text).unwrap();
        let policy = |action: &str, onwards: &[Url]| page(&url(action), &[], onwards).policy();
        let secure = policy("https://idp.test/sso?x", &[url("https://app.test/")]);
        assert!(secure.starts_with("default-src 'none'; style-src 'sha256-"), "{secure}");
        assert!(secure.ends_with("; form-action https:"), "{secure}");
        assert!(policy("http://127.0.0.1:81/sso", &[]).ends_with("; form-action https: http:"));
        assert!(policy("https://idp.test", &[url("http://app.test/")]).ends_with("; form-action https: http:"));
    }
}
