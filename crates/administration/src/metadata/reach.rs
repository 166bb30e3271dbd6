//! Which networks an address of metadata leads into.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use thiserror::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Which networks an address of metadata may lead into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public ones: nobody makes the gateway ask what only it can reach (SSRF).
    Public,
    /// Public ones and, wherever it lies, the host of the address itself, by the same port: the operator has typed it.
    TypedHost,
}

/// Finds addresses within reach only. It is asked for each connection, also behind a redirect, and what it finds is what is
/// connected to: a name that means another address a moment later gains nothing (DNS rebinding).
#[derive(Debug)]
pub(super) struct Guard<R> {
    typed: Option<Host>,
    names: R,
}

/// A host with its port, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Host(String);

/// A host that is out of reach.
#[derive(Debug, Error)]
#[error(
    "{} leads into a private network ({ip}), where only the host of an address that an operator typed may lie: \
     where that is meant, set the metadata by its address there",
    .host.0
)]
struct Refused {
    host: Host,
    ip: IpAddr,
}

impl<R: Resolver> Guard<R> {
    /// For fetching what is at an address.
    pub(super) fn new(url: &str, reach: Reach, names: R) -> Self {
        let typed = match reach {
            Reach::Public => None,
            Reach::TypedHost => Host::of_address(url),
        };
        Self { typed, names }
    }
}

impl<R: Resolver> Resolver for Guard<R> {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.names.resolve(uri, config, timeout)?;
        if let Some(host) = Host::of(uri) {
            within_reach(host, self.typed.as_ref(), &found)
                .map_err(|refused| io::Error::new(io::ErrorKind::PermissionDenied, refused))?;
        }
        Ok(found)
    }
}

/// Whether a fetch came to nothing because the host of the address itself lies in a private network, rather than one that it
/// redirects to.
pub(super) fn is_refused_itself(url: &str, error: &ureq::Error) -> bool {
    let refused = match error {
        ureq::Error::Io(error) => error.get_ref().and_then(|cause| cause.downcast_ref::<Refused>()),
        _ => None,
    };
    refused.is_some_and(|refused| Some(&refused.host) == Host::of_address(url).as_ref())
}

fn within_reach(host: Host, typed: Option<&Host>, found: &[SocketAddr]) -> Result<(), Refused> {
    let private = found.iter().map(SocketAddr::ip).find(|ip| !is_public(*ip));
    match private {
        Some(ip) if typed != Some(&host) => Err(Refused { host, ip }),
        _ => Ok(()),
    }
}

impl Host {
    fn of_address(url: &str) -> Option<Self> {
        Self::of(&url.parse().ok()?)
    }

    fn of(uri: &Uri) -> Option<Self> {
        let usual = if uri.scheme_str() == Some("https") { 443 } else { 80 };
        Some(Self(format!("{}:{}", uri.host()?.to_ascii_lowercase(), uri.port_u16().unwrap_or(usual))))
    }
}

/// The special-purpose address registries of RFC 6890.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => embedded_v4(ip).map_or_else(|| is_public_v6(ip), is_public_v4),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b));
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    // Only 2000::/3 is given out as global unicast; documentation, benchmarks and ORCHID lie within it.
    let global = first & 0xe000 == 0x2000;
    let special = first == 0x2001 && (second < 0x0200 || second == 0x0db8);
    global && !special
}

/// An IPv4 address that an IPv6 one leads to: mapped, compatible, translated (RFC 6052) or by 6to4.
fn embedded_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = ip.segments();
    let join = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match segments {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(join(high, low)),
        [0x2002, high, low, ..] => Some(join(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::{Arc, Mutex};
    use std::thread;

    use super::*;
    use crate::error::with_causes;
    use crate::metadata::fetch_within;

    /// An address of metadata that leads to the cloud's own metadata service, to a database, or to an admin page nearby.
    #[test]
    fn no_address_of_a_private_network_is_public_in_any_spelling() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.0.8",
            "203.0.113.1",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "2001:db8::1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    /// The names of a test: those below `public.test` have a public address, all others the machine's own.
    #[derive(Debug)]
    struct Names;

    impl Resolver for Names {
        fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
            let public = uri.host().unwrap().ends_with("public.test");
            let ip = if public { Ipv4Addr::new(93, 184, 216, 34) } else { Ipv4Addr::LOCALHOST };
            let mut found = self.empty();
            found.push((ip, uri.port_u16().unwrap()).into());
            Ok(found)
        }
    }

    /// Connects to the machine itself whatever the guard has let pass.
    #[derive(Debug)]
    struct Here(Guard<Names>);

    impl Resolver for Here {
        fn resolve(
            &self,
            uri: &Uri,
            config: &Config,
            timeout: NextTimeout,
        ) -> Result<ResolvedSocketAddrs, ureq::Error> {
            let mut found = self.0.resolve(uri, config, timeout)?;
            found.iter_mut().for_each(|address| address.set_ip(Ipv4Addr::LOCALHOST.into()));
            Ok(found)
        }
    }

    /// A web server that redirects to whatever address the query is, and the requests that came.
    struct Server {
        port: u16,
        asked: Arc<Mutex<Vec<String>>>,
    }

    impl Server {
        fn start() -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let (port, asked) = (listener.local_addr().unwrap().port(), Arc::default());
            let shared: Arc<Mutex<Vec<String>>> = Arc::clone(&asked);
            thread::spawn(move || {
                for mut connection in listener.incoming().flatten() {
                    let mut request = [0; 4096];
                    let length = connection.read(&mut request).unwrap();
                    let request = String::from_utf8_lossy(&request[..length]).into_owned();
                    let to = request.split_whitespace().nth(1).unwrap().split_once('?').map(|(_, to)| to.to_owned());
                    shared.lock().unwrap().push(request);
                    let head = to.map_or("200 OK".to_owned(), |to| format!("302 Found\r\nlocation: {to}"));
                    let answer = format!("HTTP/1.1 {head}\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
                    connection.write_all(answer.as_bytes()).unwrap();
                }
            });
            Self { port, asked }
        }

        fn at(&self, host: &str) -> String {
            format!("http://{host}:{}/", self.port)
        }

        fn requests(&self) -> usize {
            self.asked.lock().unwrap().len()
        }
    }

    fn fetched(url: &str, reach: Reach) -> Result<String, ureq::Error> {
        fetch_within(url, Here(Guard::new(url, reach, Names)))
    }

    /// Whoever holds a public address that an operator typed redirects it inside: that is not the operator's word, and the
    /// gateway neither asks there nor keeps the address as a private one.
    #[test]
    fn a_public_address_that_redirects_inside_is_refused() {
        let (public, inside) = (Server::start(), Server::start());
        let url = format!("{}?{}", public.at("idp.public.test"), inside.at("db.internal"));
        for reach in [Reach::Public, Reach::TypedHost] {
            let refused = fetched(&url, reach).unwrap_err();
            assert!(!is_refused_itself(&url, &refused));
            let told = with_causes(&refused);
            let host = format!("db.internal:{} leads into a private network (127.0.0.1)", inside.port);
            assert!(told.contains(&host), "{told}");
        }
        assert_eq!((public.requests(), inside.requests()), (2, 0));
        let elsewhere = format!("{}?{}", public.at("idp.public.test"), public.at("moved.public.test"));
        assert_eq!(fetched(&elsewhere, Reach::Public).unwrap(), "ok");
    }

    /// A private address is the operator's word for that host and port, not for whatever it redirects to.
    #[test]
    fn a_private_address_redirects_to_itself_or_outside_and_nowhere_else() {
        let (idp, other) = (Server::start(), Server::start());
        let plain = idp.at("idp.internal");
        let refused = fetched(&plain, Reach::Public).unwrap_err();
        assert!(
            is_refused_itself(&plain, &refused)
                && is_refused_itself(&plain.to_uppercase().replace("HTTP", "http"), &refused)
        );
        assert_eq!(fetched(&plain, Reach::TypedHost).unwrap(), "ok");
        for to in [idp.at("IDP.internal"), other.at("idp.public.test")] {
            assert_eq!(fetched(&format!("{plain}?{to}"), Reach::TypedHost).unwrap(), "ok", "{to}");
        }
        let before = (idp.requests(), other.requests());
        for to in [other.at("idp.internal"), idp.at("db.internal"), other.at("127.0.0.1"), idp.at("127.0.0.1")] {
            let url = format!("{plain}?{to}");
            let refused = fetched(&url, Reach::TypedHost).unwrap_err();
            assert!(
                !is_refused_itself(&url, &refused) && refused.to_string().contains("private network"),
                "{to}: {refused}"
            );
        }
        assert_eq!((idp.requests(), other.requests()), (before.0 + 4, before.1));
    }

    /// A firewall or a file that can't be read denies permission too, and is no reason to reach further.
    #[test]
    fn another_denial_is_not_taken_for_a_private_host() {
        let denied = || io::Error::from(io::ErrorKind::PermissionDenied);
        assert!(!is_refused_itself("https://idp.test/", &ureq::Error::Io(denied())));
    }

    #[test]
    fn a_host_is_the_same_by_its_usual_port() {
        let host = |url| Host::of_address(url).unwrap();
        assert_eq!(host("https://IdP.test/a"), host("https://idp.test:443/b"));
        assert_eq!(host("http://idp.test/"), host("http://user@idp.test:80"));
        assert_ne!(host("http://idp.test/"), host("https://idp.test/"));
    }
}
