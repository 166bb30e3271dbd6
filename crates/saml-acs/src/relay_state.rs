//! Where a login leads. Whoever holds a [`ReturnTo`] may redirect to it.

use ::web::base_url::BaseUrl;
use domain::policy::StartUrl;
use url::Url;

/// An address of our own, or of the application that the policy names: never one that a request chose freely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnTo(String);

const LONGEST: usize = 2_048;

impl ReturnTo {
    /// A path on this host: one slash at its beginning, nothing that a browser would read as another host.
    pub fn path(text: &str) -> Option<Self> {
        let clean = text.len() <= LONGEST && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
        (clean && text.starts_with('/') && !text.starts_with("//")).then(|| Self(text.to_owned()))
    }

    /// The RelayState of an unsolicited response: a path, or an address of our own or the start page's origin.
    pub fn relay_state(text: &str, base_url: &BaseUrl, start_url: &StartUrl) -> Option<Self> {
        Self::path(text).or_else(|| {
            let clean = text.len() <= LONGEST && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
            let url = Url::parse(text).ok().filter(|url| clean && matches!(url.scheme(), "http" | "https"))?;
            let plain = url.username().is_empty() && url.password().is_none();
            let origin = url.origin().ascii_serialization();
            let start = Url::parse(start_url.as_str()).ok().map(|url| url.origin().ascii_serialization());
            (plain && (origin == base_url.origin() || Some(origin) == start)).then(|| Self(url.into()))
        })
    }

    /// The start page of the policy.
    pub fn start(start_url: &StartUrl) -> Self {
        Self(start_url.as_str().to_owned())
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relayed(text: &str) -> Option<String> {
        let base = BaseUrl::parse("https://gate.acme.test").unwrap();
        let start = "https://app.acme.test/home".parse().unwrap();
        ReturnTo::relay_state(text, &base, &start).map(|to| to.0)
    }

    #[test]
    fn a_path_leads_there() {
        assert_eq!(ReturnTo::path("/a/b?c=d#e").unwrap().as_str(), "/a/b?c=d#e");
    }

    /// Open redirects: each of these is another host to some browser.
    #[test]
    fn another_host_is_never_a_path() {
        for text in
            ["//evil.test", "/\\evil.test", "\\\\evil.test", "https://evil.test", "/\t/evil.test", "", "evil", "/a\nb"]
        {
            assert_eq!(ReturnTo::path(text), None, "{text:?}");
        }
    }

    #[test]
    fn an_unsolicited_response_leads_to_known_origins_only() {
        assert_eq!(relayed("/inside").as_deref(), Some("/inside"));
        assert_eq!(relayed("https://app.acme.test/x").as_deref(), Some("https://app.acme.test/x"));
        assert_eq!(relayed("https://gate.acme.test/x").as_deref(), Some("https://gate.acme.test/x"));
        for text in [
            "https://evil.test",
            "https://app.acme.test.evil.test",
            "https://app.acme.test@evil.test",
            "javascript:alert(1)",
            "http://app.acme.test/",
        ] {
            assert_eq!(relayed(text), None, "{text}");
        }
    }
}
