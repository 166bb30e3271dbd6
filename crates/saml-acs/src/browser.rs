//! What binds a login to the browser that began it: a cookie of its own for each request, and one for the browser.

use ::web::base_url::BaseUrl;
use ::web::random::{self, NoRandomness};
use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use secrecy::{ExposeSecret, SecretString};

/// How long a login may take at the identity provider.
pub(crate) const LOGIN_MINUTES: i64 = 30;
/// How long a bounced login is remembered, so that an identity provider that answers unsolicited again ends no loop.
const BOUNCE_SECONDS: i64 = 60;
/// The longest that browsers keep a cookie (RFC 6265bis, section 5.5): so the browser's id outlives its session's cookie.
const BROWSER_DAYS: i64 = 400;

/// The secret that only the browser which began a login has.
pub(crate) struct BrowserSecret(SecretString);

impl BrowserSecret {
    pub(crate) fn generate() -> Result<Self, NoRandomness> {
        random::secret().map(Self)
    }

    /// What the store keeps of it.
    pub(crate) fn hash(&self) -> String {
        random::hash(&self.0)
    }

    /// The cookie that brings it back with the response.
    pub(crate) fn cookie(&self, request_id: &str, base_url: &BaseUrl) -> Cookie<'static> {
        let value = self.0.expose_secret().to_owned();
        crossing(Cookie::new(login_cookie(request_id, base_url), value), Duration::minutes(LOGIN_MINUTES), base_url)
    }

    /// The same with the response to a logout.
    pub(crate) fn logout_cookie(&self, request_id: &str, base_url: &BaseUrl) -> Cookie<'static> {
        let value = self.0.expose_secret().to_owned();
        crossing(Cookie::new(logout_cookie(request_id, base_url), value), Duration::minutes(LOGIN_MINUTES), base_url)
    }
}

/// Which browser it is. A session belongs to one, so that it can end with the next login there, whichever tab that is in
/// (product rules §5).
pub(crate) struct BrowserId(SecretString);

impl BrowserId {
    /// A new one. Nobody who does not have the cookie can guess it, and so end somebody's session by it.
    pub(crate) fn generate() -> Result<Self, NoRandomness> {
        random::secret().map(Self)
    }

    /// What the store keeps of it.
    pub(crate) fn hash(&self) -> String {
        random::hash(&self.0)
    }

    /// The cookie that keeps it.
    pub(crate) fn cookie(&self, base_url: &BaseUrl) -> Cookie<'static> {
        let value = self.0.expose_secret().to_owned();
        crossing(Cookie::new(browser_cookie(base_url), value), Duration::days(BROWSER_DAYS), base_url)
    }

    /// Only what we may have written: it is sent back as a header.
    fn read(value: &str) -> Option<Self> {
        let ours = value.len() == 43 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        ours.then(|| Self(value.to_owned().into()))
    }
}

/// The cookies of a request: the request itself can't travel to a blocking task.
pub(crate) struct Cookies(Vec<(String, String)>);

impl Cookies {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let all = request.cookies().map(|cookies| cookies.clone()).unwrap_or_default();
        Self(all.into_iter().map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned())).collect())
    }

    /// The hash of the secret that the browser brings for a request.
    pub(crate) fn secret_for(&self, request_id: &str, base_url: &BaseUrl) -> Option<String> {
        self.find(&login_cookie(request_id, base_url)).map(|value| random::hash(&value.to_owned().into()))
    }

    /// The hash of the secret that the browser brings for a logout.
    pub(crate) fn logout_secret(&self, request_id: &str, base_url: &BaseUrl) -> Option<String> {
        self.find(&logout_cookie(request_id, base_url)).map(|value| random::hash(&value.to_owned().into()))
    }

    /// The browser's id, where it has one and sends it along.
    pub(crate) fn browser(&self, base_url: &BaseUrl) -> Option<BrowserId> {
        self.find(browser_cookie(base_url)).and_then(BrowserId::read)
    }

    /// Whether this browser was sent on to a login of our own a moment ago.
    pub(crate) fn was_bounced(&self, base_url: &BaseUrl) -> bool {
        self.find(bounce_cookie(base_url)).is_some()
    }

    fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Removes the cookie of a login that is over.
pub(crate) fn removal(request_id: &str, base_url: &BaseUrl) -> Cookie<'static> {
    let mut cookie = crossing(Cookie::new(login_cookie(request_id, base_url), ""), Duration::ZERO, base_url);
    cookie.make_removal();
    cookie
}

/// Removes the cookie of a logout that is over.
pub(crate) fn logout_removal(request_id: &str, base_url: &BaseUrl) -> Cookie<'static> {
    let mut cookie = crossing(Cookie::new(logout_cookie(request_id, base_url), ""), Duration::ZERO, base_url);
    cookie.make_removal();
    cookie
}

/// Says that this browser was sent on to a login of our own.
pub(crate) fn bounced(base_url: &BaseUrl) -> Cookie<'static> {
    crossing(Cookie::new(bounce_cookie(base_url), "1"), Duration::seconds(BOUNCE_SECONDS), base_url)
}

/// Forgets it.
pub(crate) fn unbounced(base_url: &BaseUrl) -> Cookie<'static> {
    let mut cookie = crossing(Cookie::new(bounce_cookie(base_url), ""), Duration::ZERO, base_url);
    cookie.make_removal();
    cookie
}

fn login_cookie(request_id: &str, base_url: &BaseUrl) -> String {
    request_cookie("login", request_id, base_url)
}

fn logout_cookie(request_id: &str, base_url: &BaseUrl) -> String {
    request_cookie("logout", request_id, base_url)
}

fn request_cookie(kind: &str, request_id: &str, base_url: &BaseUrl) -> String {
    let tail: String = request_id.chars().filter(char::is_ascii_alphanumeric).take(16).collect();
    let prefix = if base_url.is_https() { "__Host-" } else { "" };
    format!("{prefix}gatehouse-{kind}-{tail}")
}

fn browser_cookie(base_url: &BaseUrl) -> &'static str {
    if base_url.is_https() { "__Host-gatehouse-browser" } else { "gatehouse-browser" }
}

fn bounce_cookie(base_url: &BaseUrl) -> &'static str {
    if base_url.is_https() { "__Host-gatehouse-bounced" } else { "gatehouse-bounced" }
}

/// The response comes as a POST from the identity provider's site, so under HTTPS the cookie must be `SameSite=None`. On
/// plain HTTP browsers refuse that; without the attribute they send a fresh cookie along.
fn crossing(mut cookie: Cookie<'static>, age: Duration, base_url: &BaseUrl) -> Cookie<'static> {
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_max_age(age);
    if base_url.is_https() {
        cookie.set_secure(true);
        cookie.set_same_site(SameSite::None);
    }
    cookie
}
