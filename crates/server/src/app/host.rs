//! Under which name the client found the service: only known names are answered, and links lead back to them.
//!
//! A name nobody configured may belong to an attacker whose page has its own name point here.

use std::net::IpAddr;

use engine::Kind;
use http::header::HOST;
use http::request::Parts;

use super::forwarded::{Forwarded, Network};
use super::refusal::Refusal;

/// The names a server answers to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hosts {
    known: Vec<Known>,
    /// Proxies whose word on the client's host and scheme is taken.
    proxies: Vec<Network>,
}

/// A name that is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    scheme: Option<Scheme>,
    host: String,
    port: Port,
}

/// How the client speaks to the service, or to the proxy before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Http,
    Https,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Port {
    Any,
    Exactly(Option<u16>),
}

/// The origin a client used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin<'a> {
    pub(crate) scheme: Scheme,
    pub(crate) host: &'a str,
}

impl Origin<'_> {
    /// As URLs on it begin: scheme and host, then this.
    pub(crate) fn root(&self, below: &str) -> String {
        let prefix = self.scheme.prefix();
        let mut root = String::with_capacity(prefix.len() + self.host.len() + below.len());
        root.push_str(prefix);
        root.push_str(self.host);
        root.push_str(below);
        root
    }

    /// Whether the client's side of the way is encrypted.
    pub(crate) fn is_secure(&self) -> bool {
        self.scheme == Scheme::Https
    }
}

impl Scheme {
    /// As it begins a URL.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Scheme::Http => "http://",
            Scheme::Https => "https://",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Scheme> {
        [("http", Scheme::Http), ("https", Scheme::Https)]
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, scheme)| scheme)
    }

    fn default_port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }
}

impl Known {
    /// A host on any port.
    pub(crate) fn any_port(host: &str) -> Known {
        Known { scheme: None, host: host.to_ascii_lowercase(), port: Port::Any }
    }

    /// A host as configured: `host`, `host:port`, `http://host` or `https://host:port`, without a path.
    pub(crate) fn parse(text: &str) -> Option<Known> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(Scheme::from_name(scheme)?), rest),
            None => (None, text),
        };
        let (host, port) = split_port(rest.strip_suffix('/').unwrap_or(rest))?;
        Some(Known { scheme, host: host.to_ascii_lowercase(), port: Port::Exactly(port) })
    }

    /// The scheme, where one was configured.
    pub(crate) fn scheme(&self) -> Option<Scheme> {
        self.scheme
    }

    /// Whether clients reach it encrypted.
    pub(crate) fn is_https(&self) -> bool {
        self.scheme == Some(Scheme::Https)
    }

    /// Whether it names this machine only.
    pub(crate) fn is_loopback(&self) -> bool {
        LOOPBACK.contains(&self.host.as_str())
    }

    /// Whether the text, a host and perhaps a port, means this name. What does not is not taken apart.
    fn is(&self, text: &str, scheme: Scheme) -> bool {
        let Some((host, rest)) = text.split_at_checked(self.host.len()) else { return false };
        if self.host != host && !self.host.eq_ignore_ascii_case(host) {
            return false;
        }
        let port = match rest.strip_prefix(':') {
            Some(port) => number(port).map(Some),
            None => rest.is_empty().then_some(None),
        };
        match (self.port, port) {
            (_, None) => false,
            (Port::Any, Some(_)) => true,
            (Port::Exactly(own), Some(port)) => {
                let default = scheme.default_port();
                own.unwrap_or(default) == port.unwrap_or(default)
            }
        }
    }
}

/// The names of this machine.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

impl Hosts {
    /// What a development server answers to: this machine, and the address it was told to listen on.
    pub(crate) fn loopback(listen: IpAddr) -> Hosts {
        let mut known: Vec<Known> = LOOPBACK.into_iter().map(Known::any_port).collect();
        if !listen.is_unspecified() && !listen.is_loopback() {
            known.push(Known::any_port(&match listen {
                IpAddr::V4(address) => address.to_string(),
                IpAddr::V6(address) => format!("[{address}]"),
            }));
        }
        Hosts { known, proxies: Vec::new() }
    }

    /// These names, and these proxies before them.
    pub(crate) fn new(known: Vec<Known>, proxies: Vec<Network>) -> Hosts {
        Hosts { known, proxies }
    }

    /// The origin the client used, when it is a known one. `encrypted` tells whether the connection is.
    pub(crate) fn origin<'a>(&self, request: &'a Parts, peer: IpAddr, encrypted: bool) -> Result<Origin<'a>, Refusal> {
        let direct = host_of(request)?;
        let forwarded = match self.proxies.iter().any(|proxy| proxy.contains(peer)) {
            true => Forwarded::read(&request.headers),
            false => Forwarded::default(),
        };
        let named = forwarded.host.unwrap_or(direct);
        let spoken = if encrypted { Scheme::Https } else { Scheme::Http };
        for known in &self.known {
            let scheme = known.scheme.or(forwarded.scheme).unwrap_or(spoken);
            if known.is(named, scheme) {
                return Ok(Origin { scheme, host: named });
            }
        }
        Err(if split_port(named).is_some() { self.unknown(named) } else { not_a_host(named) })
    }

    fn unknown(&self, host: &str) -> Refusal {
        let names: Vec<&str> = self.known.iter().map(|known| known.host.as_str()).collect();
        let message =
            format!("the host `{}` is not one this server answers to; expected {}", shown(host), names.join(" or "));
        Refusal::new(Kind::BadHeader, message).at("host")
    }
}

/// Whether the request was addressed to this machine by one of its own names.
pub(crate) fn is_loopback(request: &Parts) -> bool {
    let named = host_of(request).ok().and_then(split_port);
    named.is_some_and(|(host, _)| LOOPBACK.iter().any(|own| own.eq_ignore_ascii_case(host)))
}

/// The one host a request names: the address in its first line goes before the header (RFC 9112, section 3.2.2).
fn host_of(request: &Parts) -> Result<&str, Refusal> {
    let mut headers = request.headers.get_all(HOST).iter();
    let header = headers.next();
    if headers.next().is_some() {
        return Err(Refusal::new(Kind::BadHeader, "more than one Host header; expected one").at("host"));
    }
    if let Some(authority) = request.uri.authority() {
        return match request.uri.scheme_str().is_none_or(|scheme| Scheme::from_name(scheme).is_some()) {
            true => Ok(authority.as_str()),
            false => {
                Err(Refusal::new(Kind::BadHeader, "the address is none of HTTP; expected `http://` or `https://`"))
            }
        };
    }
    let header = header.ok_or_else(|| Refusal::new(Kind::BadHeader, "no Host header; expected one").at("host"))?;
    header.to_str().map_err(|_| not_a_host(""))
}

/// Host and port, with brackets kept around an IPv6 address. Nothing else may stand in either.
fn split_port(text: &str) -> Option<(&str, Option<u16>)> {
    let port_at = match text.rfind(']') {
        Some(end) => text.get(end..)?.find(':').map(|at| at + end),
        None => text.find(':'),
    };
    let (host, port) = match port_at {
        Some(at) => (text.get(..at)?, Some(text.get(at + 1..)?)),
        None => (text, None),
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let address = |host: &str| host.strip_prefix('[')?.strip_suffix(']')?.parse::<std::net::Ipv6Addr>().ok();
    let host_is_sound = !host.is_empty() && (host.bytes().all(plain) || address(host).is_some());
    let port = match port {
        Some(port) => Some(number(port)?),
        None => None,
    };
    host_is_sound.then_some((host, port))
}

/// A port: digits alone, no sign.
fn number(port: &str) -> Option<u16> {
    port.bytes().all(|byte| byte.is_ascii_digit()).then(|| port.parse().ok()).flatten()
}

fn not_a_host(host: &str) -> Refusal {
    let message = format!("`{}` is no host; expected a name or address and perhaps a port", shown(host));
    Refusal::new(Kind::BadHeader, message).at("host")
}

/// As much of a foreign text as belongs into a message.
fn shown(text: &str) -> &str {
    text.char_indices().nth(64).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(host: &str, more: &[(&str, &str)]) -> Parts {
        let mut builder = http::Request::builder().uri("/beta/me").header("host", host);
        for (name, value) in more {
            builder = builder.header(*name, *value);
        }
        builder.body(()).unwrap().into_parts().0
    }

    fn dev(host: &str) -> bool {
        let hosts = Hosts::loopback([127, 0, 0, 1].into());
        hosts.origin(&request(host, &[]), [127, 0, 0, 1].into(), false).is_ok()
    }

    #[test]
    fn development_answers_to_this_machine() {
        for host in ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]", "[::1]:8080"] {
            assert!(dev(host), "{host}");
        }
        for host in
            ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.2", "[::2]", "", ":80"]
        {
            assert!(!dev(host), "{host}");
        }
        for host in [
            "localhost:",
            "localhost:8080:1",
            "localhost:+80",
            "me@localhost",
            "localhost/x",
            "[::1",
            "[localhost]",
            "localhost:99999",
        ] {
            assert!(!dev(host), "{host}");
        }
    }

    #[test]
    fn the_address_in_the_first_line_counts() {
        let hosts = Hosts::loopback([127, 0, 0, 1].into());
        let request = http::Request::builder().uri("http://evil.example/beta").header("host", "localhost");
        let (parts, ()) = request.body(()).unwrap().into_parts();
        assert!(hosts.origin(&parts, [127, 0, 0, 1].into(), false).is_err());
    }

    #[test]
    fn addresses_are_those_of_http() {
        let hosts = Hosts::loopback([127, 0, 0, 1].into());
        for (address, expect) in
            [("http://localhost/", true), ("HTTPS://localhost/", true), ("ftp://localhost/", false)]
        {
            let (parts, ()) = http::Request::builder().uri(address).body(()).unwrap().into_parts();
            assert_eq!(hosts.origin(&parts, [127, 0, 0, 1].into(), false).is_ok(), expect, "{address}");
        }
    }

    #[test]
    fn two_hosts_are_none() {
        let hosts = Hosts::loopback([127, 0, 0, 1].into());
        assert!(hosts.origin(&request("localhost", &[("host", "localhost")]), [127, 0, 0, 1].into(), false).is_err());
    }

    fn public(host: &str, peer: [u8; 4], more: &[(&str, &str)]) -> Option<String> {
        let known = vec![Known::parse("https://people.example").unwrap(), Known::parse("inside:8080").unwrap()];
        let hosts = Hosts::new(known, vec![Network::parse("10.0.0.0/8").unwrap()]);
        let request = request(host, more);
        let origin = hosts.origin(&request, peer.into(), false).ok()?;
        Some(format!("{}{}", origin.scheme.prefix(), origin.host))
    }

    #[test]
    fn configured_names_have_their_scheme_and_port() {
        let here = [192, 168, 0, 1];
        assert_eq!(public("people.example", here, &[]).as_deref(), Some("https://people.example"));
        assert_eq!(public("people.example:443", here, &[]).as_deref(), Some("https://people.example:443"));
        assert_eq!(public("people.example:444", here, &[]), None);
        assert_eq!(public("inside:8080", here, &[]).as_deref(), Some("http://inside:8080"));
        assert_eq!(public("inside", here, &[]), None);
    }

    #[test]
    fn only_named_proxies_are_believed() {
        let forwarded = [("x-forwarded-host", "people.example"), ("x-forwarded-proto", "https")];
        assert_eq!(public("10.1.1.1", [10, 1, 2, 3], &forwarded).as_deref(), Some("https://people.example"));
        assert_eq!(public("10.1.1.1", [11, 1, 2, 3], &forwarded), None);
        assert_eq!(
            public("inside:8080", [10, 1, 2, 3], &[("forwarded", "proto=https")]).as_deref(),
            Some("https://inside:8080")
        );
        assert_eq!(public("people.example", [10, 1, 2, 3], &[("x-forwarded-host", "evil.example")]), None);
    }
}
