//! The application's session: a secret in a cookie, its hash in the store.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use domain::clock::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use store::{LiveSession, StoreError};

use crate::base_url::BaseUrl;
use crate::random;
use crate::site::Site;

/// The secret of a session that begins. Only its hash is stored.
pub struct SessionSecret(SecretString);

impl SessionSecret {
    /// A fresh one: every login gets its own, so that nobody can plant a session beforehand.
    pub fn generate() -> Result<Self, random::NoRandomness> {
        random::secret().map(Self)
    }

    /// What the store keeps.
    pub fn hash(&self) -> String {
        random::hash(&self.0)
    }

    /// The cookie that carries it until the session ends.
    pub fn cookie(&self, base_url: &BaseUrl, now: Timestamp, expires_at: Timestamp) -> Cookie<'static> {
        let mut cookie = Cookie::new(cookie_name(base_url), self.0.expose_secret().to_owned());
        cookie.set_max_age(Duration::seconds((expires_at - now).num_seconds().max(0)));
        with_attributes(cookie, base_url)
    }
}

/// A cookie that removes the session's.
pub fn removal_cookie(base_url: &BaseUrl) -> Cookie<'static> {
    let mut cookie = with_attributes(Cookie::new(cookie_name(base_url), ""), base_url);
    cookie.make_removal();
    cookie
}

/// The hash of the session that the request's cookie names.
pub fn presented(request: &HttpRequest, base_url: &BaseUrl) -> Option<String> {
    let cookie = request.cookie(cookie_name(base_url))?;
    Some(random::hash(&cookie.value().to_owned().into()))
}

/// The live session of a request; blocking.
pub fn find(site: &Site, presented: Option<&str>) -> Result<Option<LiveSession>, StoreError> {
    presented.map_or(Ok(None), |id| site.store.find_live_session(id, site.now()))
}

/// `__Host-`: no other host or path may set it (RFC 6265bis §4.1.3). Browsers want HTTPS for that.
pub fn cookie_name(base_url: &BaseUrl) -> &'static str {
    if base_url.is_https() { "__Host-gatehouse" } else { "gatehouse" }
}

/// A cookie with the attributes that all of ours have: for this host alone, out of any script's reach, not sent along with what
/// another site posts.
pub fn with_attributes(mut cookie: Cookie<'static>, base_url: &BaseUrl) -> Cookie<'static> {
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_secure(base_url.is_https());
    cookie.set_same_site(SameSite::Lax);
    cookie
}
