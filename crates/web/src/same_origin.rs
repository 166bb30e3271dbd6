//! Requests that change something by a cookie must come from our own pages.

use actix_web::HttpRequest;
use actix_web::http::header;

use crate::base_url::BaseUrl;

/// Whether a browser says that the request comes from our own origin (RFC 6454 §7; fetch metadata where `Origin` is
/// not sent). A request without either is refused: a forged one from an old browser looks just so.
pub fn is_same_origin(request: &HttpRequest, base_url: &BaseUrl) -> bool {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    match text(header::ORIGIN.as_str()) {
        Some(origin) => origin == base_url.origin(),
        None => text("sec-fetch-site") == Some("same-origin"),
    }
}

/// Whether a browser says that another origin made the request: only then may it have kept cookies of ours back.
pub fn is_cross_origin(request: &HttpRequest, base_url: &BaseUrl) -> bool {
    let origin = request.headers().get(header::ORIGIN).and_then(|value| value.to_str().ok());
    origin.is_some_and(|origin| origin != base_url.origin())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    /// Logout by a foreign page (CSRF) would be harmless but rude; the same check guards what is not harmless.
    #[test]
    fn only_our_own_origin_counts() {
        let base = BaseUrl::parse("https://gate.acme.test").unwrap();
        let with = |name: &'static str, value: &'static str| {
            TestRequest::post().insert_header((name, value)).to_http_request()
        };
        assert!(is_same_origin(&with("origin", "https://gate.acme.test"), &base));
        assert!(is_same_origin(&with("sec-fetch-site", "same-origin"), &base));
        for origin in ["https://evil.test", "null", "http://gate.acme.test", "https://gate.acme.test.evil.test"] {
            assert!(!is_same_origin(&with("origin", origin), &base), "{origin}");
        }
        assert!(!is_same_origin(&with("sec-fetch-site", "same-site"), &base));
        assert!(!is_same_origin(&TestRequest::post().to_http_request(), &base));
    }
}
