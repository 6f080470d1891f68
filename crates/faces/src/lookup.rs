//! Looking up hosts, for everybody or for those only that everybody may be sent to.
//!
//! A photo's address that stands in somebody's data must not make this machine ask its own network: a router's page, a
//! cloud's metadata, a service that trusts whoever is inside. The check sits in the resolver, so that it sees the
//! addresses that are connected to, those of redirects and of names that change their minds included.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::error::not_public;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Says why a host is not asked.
#[derive(Debug, thiserror::Error)]
#[error("{}", not_public(host, *address))]
pub(crate) struct PrivateHost {
    pub(crate) host: String,
    pub(crate) address: IpAddr,
}

/// The HTTP library's own resolver, which says in one way that a host is not found; it calls what the system's resolver
/// says an I/O error like any other.
#[derive(Debug)]
pub(crate) struct Lookup {
    system: DefaultResolver,
    public_only: bool,
}

impl Lookup {
    /// With `public_only`, a host of which any address is not public is refused.
    pub(crate) fn new(public_only: bool) -> Self {
        Self {
            system: DefaultResolver::default(),
            public_only,
        }
    }
}

impl Resolver for Lookup {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let addresses = match self.system.resolve(uri, config, timeout) {
            Err(ureq::Error::Io(_)) => return Err(ureq::Error::HostNotFound),
            other => other?,
        };
        let mut private = addresses.iter().filter(|address| !is_public(address.ip()));
        match private.next().filter(|_| self.public_only) {
            None => Ok(addresses),
            Some(address) => Err(ureq::Error::Other(Box::new(PrivateHost {
                host: uri.host().unwrap_or_default().to_owned(),
                address: address.ip(),
            }))),
        }
    }
}

/// Whether an address is reached over the Internet: not in a block that the IANA special-purpose registries (RFC 6890
/// and its successors) set aside for something else.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match embedded_v4(address) {
            Some(address) => is_public_v4(address),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(a == 0
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        // Shared by carriers (100.64/10), protocol assignments (192.0.0/24), benchmarks (198.18/15), reserved.
        || (a == 100 && b & 0xc0 == 64)
        || (a, b, c) == (192, 0, 0)
        || (a == 198 && b & 0xfe == 18)
        || a >= 240)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // Global unicast is 2000::/3; documentation and protocol assignments are cut out of it.
    first & 0xe000 == 0x2000
        && !(first == 0x2001 && (second == 0xdb8 || second < 0x200))
        && first & 0xfff0 != 0x3ff0
}

/// The IPv4 address that an IPv6 address stands for: mapped, 6to4, or through NAT64.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match [a, b, c, d, e, f] {
        [0x2002, ..] => Some(v4(b, c)),
        [0x64, 0xff9b, 0, 0, 0, 0] | [0, 0, 0, 0, 0, 0xffff] => Some(v4(g, h)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_internet_are_public() {
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.31.255.255",
            "192.0.0.8",
            "192.168.0.1",
            "198.19.0.1",
            "203.0.113.7",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "2001:db8::1",
            "2002:7f00:1::",
            "fc00::1",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "1.1.1.1",
            "100.128.0.1",
            "2606:4700::1111",
            "64:ff9b::1.1.1.1",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }
}
