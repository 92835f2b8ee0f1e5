//! What a proxy says of the client's request: `Forwarded` (RFC 7239) or the older `X-Forwarded-*`.
//!
//! Whether the proxy is to be believed is judged by whoever asks.

use std::net::IpAddr;

use http::HeaderMap;

use super::host::Scheme;

/// Host and scheme as the client used them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Forwarded<'a> {
    pub(crate) host: Option<&'a str>,
    pub(crate) scheme: Option<Scheme>,
}

impl<'a> Forwarded<'a> {
    /// What the headers say. The last entry counts: it is the one that the believed proxy wrote.
    pub(crate) fn read(headers: &'a HeaderMap) -> Forwarded<'a> {
        if let Some(entry) = last(headers, "forwarded") {
            let parts = || entry.split(';').filter_map(|part| part.split_once('='));
            let part = |wanted: &str| {
                let found = parts().find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
                found.map(|(_, value)| value.trim().trim_matches('"'))
            };
            return Forwarded { host: part("host"), scheme: part("proto").and_then(Scheme::from_name) };
        }
        let scheme = last(headers, "x-forwarded-proto").and_then(Scheme::from_name);
        Forwarded { host: last(headers, "x-forwarded-host"), scheme }
    }
}

fn last<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    value.rsplit(',').next().map(str::trim)
}

/// A range of addresses, such as `10.0.0.0/8`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    base: u128,
    mask: u128,
}

impl Network {
    /// The range of a text.
    pub(crate) fn parse(text: &str) -> Option<Network> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let length = length.unwrap_or(bits);
        let free = bits.checked_sub(length)?;
        let mask = u128::MAX.checked_shl(free).unwrap_or(0);
        Some(Network { base: number(address) & mask, mask })
    }

    /// Whether the address is in the range.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        number(address) & self.mask == self.base
    }
}

/// An IPv4 address counts as the IPv6 address that stands for it, so that either notation is one address.
fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let check = |range: &str, address: &str| Network::parse(range).unwrap().contains(address.parse().unwrap());
        assert!(check("10.0.0.0/8", "10.255.0.1"));
        assert!(check("10.1.2.3/8", "::ffff:10.9.9.9"));
        assert!(!check("10.0.0.0/8", "11.0.0.1"));
        assert!(check("127.0.0.1", "127.0.0.1"));
        assert!(!check("127.0.0.1", "127.0.0.2"));
        assert!(check("fd00::/8", "fd12::1"));
        assert!(check("0.0.0.0/0", "203.0.113.9"));
        for text in ["10.0.0.0/33", "10.0.0/8", "host", "", "10.0.0.0/-1"] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_last_entry_counts() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-host", "evil.example, people.example".parse().unwrap());
        assert_eq!(Forwarded::read(&headers).host, Some("people.example"));
        headers.append("forwarded", "for=1.1.1.1;host=evil.example".parse().unwrap());
        headers.append("forwarded", "for=1.1.1.1; Proto=HTTPS; host=\"other.example:443\"".parse().unwrap());
        let expected = Forwarded { host: Some("other.example:443"), scheme: Some(Scheme::Https) };
        assert_eq!(Forwarded::read(&headers), expected);
    }
}
