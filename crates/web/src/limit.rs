//! How often one client may ask: so much at once, and so much a second after that. A client over its rate is told when to
//! come again; others do not notice.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use domain::clock::Clock;
use domain::id::{TokenId, WorkspaceId};
use governor::clock::Clock as Ticks;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{NotUntil, Quota, RateLimiter};
use serde::Deserialize;

use crate::client::{self, Client};
use crate::page::Page;

/// The rates of all doors, as the settings give them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Rates {
    /// Requests of one SCIM token at once.
    pub scim_burst: NonZeroU32,
    /// Requests of one SCIM token a second after that.
    pub scim_per_second: NonZeroU32,
    /// Logins from one address at once.
    pub login_burst: NonZeroU32,
    /// Logins from one address a second after that.
    pub login_per_second: NonZeroU32,
}

/// Who has asked how often.
pub struct Limits {
    scim: Limit<TokenId>,
    wrong_tokens: Limit<IpAddr>,
    begun_logins: Limit<IpAddr>,
    logins: Limit<IpAddr>,
    owner_addresses: Limit<IpAddr>,
    owners: Limit<WorkspaceId>,
}

/// Guesses at an owner's password from one address: so many at once, and then one in so many seconds.
const OWNER_ADDRESS: (u32, u64) = (10, 30);
/// The same from anywhere: guesses from many addresses are slow, and the owner is kept waiting for seconds at most.
const OWNER: (u32, u64) = (50, 6);

/// The client is over its rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverRate {
    /// Seconds for `Retry-After` (RFC 9110 §10.2.3), rounded up.
    pub retry_after: u32,
}

impl Limits {
    /// Nobody has asked yet.
    pub fn new(rates: Rates, clock: Arc<dyn Clock>) -> Self {
        let scim = Quota::per_second(rates.scim_per_second).allow_burst(rates.scim_burst);
        let login = Quota::per_second(rates.login_per_second).allow_burst(rates.login_burst);
        let clock = Steady(clock);
        Self {
            scim: Limit::new(scim, &clock),
            wrong_tokens: Limit::new(scim, &clock),
            begun_logins: Limit::new(login, &clock),
            logins: Limit::new(login, &clock),
            owner_addresses: Limit::new(slow(OWNER_ADDRESS), &clock),
            owners: Limit::new(slow(OWNER), &clock),
        }
    }

    /// A SCIM request with a token that is in force.
    pub fn scim(&self, token: TokenId) -> Result<(), OverRate> {
        self.scim.check(&token)
    }

    /// A SCIM request with another token. It is counted apart, by address: a stranger behind the same address as an identity
    /// provider must not make the right token fail.
    pub fn wrong_token(&self, request: &HttpRequest) -> Result<(), OverRate> {
        self.wrong_tokens.check_address(request)
    }

    /// A login that begins here, which stores a request, or our metadata, which may be signed.
    pub fn begun_login(&self, request: &HttpRequest) -> Result<(), OverRate> {
        self.begun_logins.check_address(request)
    }

    /// A response that is posted, whether it will be refused or not: each is verified, and each refusal is logged.
    pub fn login(&self, request: &HttpRequest) -> Result<(), OverRate> {
        self.logins.check_address(request)
    }

    /// A sign-in with an owner's password: before it is looked at, whether it will be right or not.
    pub fn owner_sign_in(&self, workspace: WorkspaceId, request: &HttpRequest) -> Result<(), OverRate> {
        self.owner_addresses.check_address(request)?;
        self.owners.check(&workspace)
    }

    /// Forgets clients that are under their rate again as if they had never asked.
    pub fn forget_idle(&self) {
        self.scim.0.retain_recent();
        self.owners.0.retain_recent();
        let by_address = [&self.wrong_tokens, &self.begun_logins, &self.logins, &self.owner_addresses];
        by_address.iter().for_each(|limit| limit.0.retain_recent());
    }
}

impl OverRate {
    /// The page for a browser.
    pub fn page(self, request: &HttpRequest) -> HttpResponse {
        let client = Client::of(request);
        let message = "Too many sign-ins come from your address at the moment. Try again in a few seconds.";
        let mut response = HttpResponse::build(StatusCode::TOO_MANY_REQUESTS);
        response.insert_header((RETRY_AFTER, self.retry_after));
        Page { title: "Try again", message, reference: Some(client.request_id()) }.respond_with(response)
    }
}

fn slow((burst, seconds): (u32, u64)) -> Quota {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    Quota::with_period(Duration::from_secs(seconds)).unwrap_or(Quota::per_minute(burst)).allow_burst(burst)
}

struct Limit<K: Hash + Eq + Clone>(RateLimiter<K, DashMapStateStore<K>, Steady, NoOpMiddleware<Nanos>>);

impl<K: Hash + Eq + Clone> Limit<K> {
    fn new(quota: Quota, clock: &Steady) -> Self {
        Self(RateLimiter::dashmap_with_clock(quota, clock.clone()))
    }

    fn check(&self, key: &K) -> Result<(), OverRate> {
        self.0.check_key(key).map_err(|refused| self.over_rate(&refused))
    }

    fn over_rate(&self, refused: &NotUntil<Nanos>) -> OverRate {
        let wait = refused.wait_time_from(self.0.clock().now());
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        OverRate { retry_after: u32::try_from(seconds.max(1)).unwrap_or(u32::MAX) }
    }
}

impl Limit<IpAddr> {
    fn check_address(&self, request: &HttpRequest) -> Result<(), OverRate> {
        client::address(request).map_or(Ok(()), |address| self.check(&network(address)))
    }
}

/// One customer of a provider has a whole /64 of IPv6 (RFC 6177 §2), and could come from another address each time.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

/// Our clock, as governor reads one.
#[derive(Clone)]
struct Steady(Arc<dyn Clock>);

impl Ticks for Steady {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(self.0.steady())
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use domain::clock::FixedClock;

    use super::*;

    fn limit(burst: u32, per_second: u32) -> (Limit<u8>, Arc<FixedClock>) {
        let clock = Arc::new(FixedClock::at(chrono::DateTime::from_timestamp(1_795_341_600, 0).unwrap()));
        let quota = Quota::per_second(per_second.try_into().unwrap()).allow_burst(burst.try_into().unwrap());
        (Limit::new(quota, &Steady(clock.clone())), clock)
    }

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let (limit, clock) = limit(5, 2);
        assert!((0..5).all(|_| limit.check(&1).is_ok()));
        assert_eq!(limit.check(&1), Err(OverRate { retry_after: 1 }));
        clock.advance(TimeDelta::milliseconds(1_000));
        assert!((0..2).all(|_| limit.check(&1).is_ok()));
        assert!(limit.check(&1).is_err());
    }

    #[test]
    fn one_client_over_its_rate_disturbs_no_other() {
        let (limit, _) = limit(1, 1);
        assert!(limit.check(&1).is_ok() && limit.check(&1).is_err() && limit.check(&2).is_ok());
    }

    #[test]
    fn the_wait_is_told_in_whole_seconds() {
        let (limit, clock) = limit(1, 1);
        limit.check(&1).unwrap();
        assert_eq!(limit.check(&1), Err(OverRate { retry_after: 1 }));
        clock.advance(TimeDelta::milliseconds(999));
        assert_eq!(limit.check(&1), Err(OverRate { retry_after: 1 }));
    }

    #[test]
    fn an_ipv6_network_is_one_client() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:2"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
