//! Addresses that the service may connect to: what they may look like, and to which machines they may lead.

use std::net::IpAddr;

use ::http::Uri;

use crate::app::Network;

/// An address of a document: https, or http of this very machine.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    pub(crate) uri: Uri,
    /// Without the brackets of an IPv6 address.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) secure: bool,
}

impl Address {
    /// Reads an address; the error says what was expected.
    pub(crate) fn parse(text: &str) -> Result<Address, &'static str> {
        const EXPECTED: &str = "an address such as \"https://login.example/keys\"";
        let uri: Uri = text.parse().map_err(|_| EXPECTED)?;
        let authority = uri.authority().ok_or(EXPECTED)?;
        if authority.as_str().contains('@') || authority.host().is_empty() {
            return Err(EXPECTED);
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if is_loopback(&host) => false,
            Some("http") => return Err("an https address; only this machine itself is asked by http"),
            _ => return Err(EXPECTED),
        };
        let port = authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
        Ok(Address { host, port, secure, uri })
    }

    /// Whether a machine that the host's name led to may be connected to: of `networks`, where there are any; else
    /// this machine only when the address says so, and none of the places where services of the machine or the cloud
    /// listen that trust whoever reaches them.
    pub(crate) fn may_lead_to(&self, machine: IpAddr, networks: &[Network]) -> bool {
        let machine = machine.to_canonical();
        if !networks.is_empty() {
            return networks.iter().any(|network| network.contains(machine));
        }
        if is_loopback(&self.host) {
            return machine.is_loopback();
        }
        let link_local = match machine {
            IpAddr::V4(machine) => machine.is_link_local() || machine.is_broadcast(),
            IpAddr::V6(machine) => machine.is_unicast_link_local(),
        };
        !(link_local || machine.is_loopback() || machine.is_unspecified() || machine.is_multicast())
    }
}

/// Whether a host is this machine by its very name.
fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_or_this_machine() {
        for (text, expected) in [
            ("https://login.example/keys", ("login.example", 443, true)),
            ("https://login.example:8443", ("login.example", 8443, true)),
            ("http://127.0.0.1:81/a?b", ("127.0.0.1", 81, false)),
            ("http://localhost/", ("localhost", 80, false)),
            ("http://[::1]:82/", ("::1", 82, false)),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!((address.host.as_str(), address.port, address.secure), expected, "{text}");
        }
        for text in [
            "http://login.example/",
            "http://127.0.0.1.evil.example/",
            "http://10.0.0.1/",
            "ftp://login.example/",
            "file:///etc/passwd",
            "login.example",
            "/keys",
            "https://",
            "https://us@login.example/",
            "https://login.example\\@evil.example/",
            "https://a b/",
        ] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names_do_not_lead_to_places_that_trust_everyone() {
        let check = |address: &str, machine: &str, networks: &[&str], expected: bool| {
            let networks: Vec<Network> = networks.iter().map(|text| Network::parse(text).unwrap()).collect();
            let machine = machine.parse().unwrap();
            assert_eq!(
                Address::parse(address).unwrap().may_lead_to(machine, &networks),
                expected,
                "{address} {machine}"
            );
        };
        for machine in ["93.184.216.34", "10.1.2.3", "192.168.0.1", "fd00::1", "2606::1"] {
            check("https://login.example/", machine, &[], true);
        }
        for machine in [
            "127.0.0.1",
            "127.8.8.8",
            "::1",
            "::ffff:127.0.0.1",
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "fe80::1",
            "0.0.0.0",
            "::",
            "224.0.0.1",
            "ff02::1",
            "255.255.255.255",
        ] {
            check("https://login.example/", machine, &[], false);
        }
        check("http://localhost/", "127.0.0.1", &[], true);
        check("http://localhost/", "10.0.0.1", &[], false);
        check("https://login.example/", "127.0.0.1", &["127.0.0.1"], true);
        check("https://login.example/", "::ffff:10.9.9.9", &["10.0.0.0/8"], true);
        check("https://login.example/", "93.184.216.34", &["10.0.0.0/8"], false);
    }
}
