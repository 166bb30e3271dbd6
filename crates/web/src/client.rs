//! Who asks: address, user agent, request id.

use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use domain::audit::RequestOrigin;

use crate::site::Site;

/// The longest user agent that is kept.
const USER_AGENT_LENGTH: usize = 512;

/// The id of a request: in every log line, audit entry and error page that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub String);

/// The client of a request. One extractor, so that every door names it alike.
#[derive(Debug, Clone)]
pub struct Client(pub RequestOrigin);

impl Client {
    /// The request's id.
    pub fn request_id(&self) -> &str {
        self.0.request_id.as_deref().unwrap_or("-")
    }
}

impl FromRequest for Client {
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

impl Client {
    /// The client of a request.
    pub fn of(request: &HttpRequest) -> Self {
        let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone());
        let ip = address(request);
        let user_agent = request.headers().get("user-agent").map(|value| readable(value.as_bytes()));
        Self(RequestOrigin { request_id, ip: ip.map(|ip| ip.to_string()), user_agent })
    }
}

/// The nearest address that is not a trusted proxy: what stands further left in `X-Forwarded-For` anybody may have
/// written.
pub(crate) fn address(request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    let forwarded = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    let trusted = request.app_data::<web::Data<Site>>().map(|site| site.trusted_proxies.as_ref());
    Some(nearest_untrusted(peer, &hops, trusted.unwrap_or_default()))
}

fn nearest_untrusted(peer: IpAddr, hops: &[&str], trusted: &[IpAddr]) -> IpAddr {
    let mut nearest = peer;
    for hop in hops.iter().rev() {
        if !trusted.contains(&nearest) {
            break;
        }
        match hop.parse() {
            Ok(address) => nearest = address,
            Err(_) => break,
        }
    }
    nearest
}

fn readable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().filter(|c| !c.is_control()).take(USER_AGENT_LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// A client may send any `X-Forwarded-For` that it likes: only what a trusted proxy added counts.
    #[test]
    fn a_client_cannot_choose_its_address() {
        let proxy = [ip("10.0.0.1")];
        assert_eq!(nearest_untrusted(ip("192.0.2.7"), &["1.1.1.1"], &proxy), ip("192.0.2.7"));
        assert_eq!(nearest_untrusted(ip("10.0.0.1"), &["1.1.1.1", "192.0.2.7"], &proxy), ip("192.0.2.7"));
        assert_eq!(nearest_untrusted(ip("10.0.0.1"), &["1.1.1.1", "nonsense"], &proxy), ip("10.0.0.1"));
        assert_eq!(nearest_untrusted(ip("10.0.0.1"), &[], &proxy), ip("10.0.0.1"));
    }
}
