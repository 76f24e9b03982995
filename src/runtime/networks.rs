//! Networks in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3), and whether a sender is in one.

use std::net::IpAddr;

use crate::runtime::address::Address;

const NO_NETWORK: &str = " is no network: it must be like 203.0.113.0/24, 2001:db8::/32 or one address, with no bit set behind the prefix";

/// A list of networks of either family; by default it is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<Network>);

/// Holds the first address and the number of leading bits that all have in common. An IPv4 network is one of IPv4-mapped addresses
/// (RFC 4291 §2.5.5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    first: u128,
    bits: u32,
}

impl Networks {
    /// Reads networks and single addresses.
    ///
    /// # Errors
    /// A sentence that names the entry which is none. A network whose address has bits behind its prefix is refused, since
    /// one of the two is a mistake.
    pub fn read(entries: &[String]) -> Result<Self, String> {
        let mut networks = Vec::new();
        for entry in entries {
            let Some(network) = Network::parse(entry) else {
                let entry: String = entry.chars().take(60).collect();
                return Err([&entry, NO_NETWORK].concat());
            };
            networks.push(network);
        }
        Ok(Self(networks))
    }

    /// Whether this sender is in one of them. One without a readable address is in none.
    pub fn contain(&self, address: &Address) -> bool {
        let Some(ip) = address.ip().filter(|_| !self.0.is_empty()) else {
            return false;
        };
        self.0.iter().any(|network| network.contains(number(ip)))
    }
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let ip: IpAddr = address.parse().ok()?;
        let most = if ip.is_ipv4() { 32 } else { 128 };
        let length: u32 = match length {
            Some(length) => length.parse().ok()?,
            None => most,
        };
        let network = Self {
            first: number(ip),
            bits: 128_u32.checked_sub(most.checked_sub(length)?)?,
        };
        (network.first & network.behind() == 0).then_some(network)
    }

    fn contains(self, ip: u128) -> bool {
        (ip ^ self.first) & !self.behind() == 0
    }

    /// The bits behind the prefix.
    fn behind(self) -> u128 {
        u128::MAX.checked_shr(self.bits).unwrap_or(0)
    }
}

fn number(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().to_bits(),
        IpAddr::V6(ip) => ip.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Networks, String> {
        let entries: Vec<String> = text.split(' ').map(str::to_owned).collect();
        Networks::read(&entries)
    }

    // rule: clients/operator-shuts-out
    #[test]
    fn a_sender_is_in_a_network_of_its_own_family() {
        let networks = "203.0.113.0/24 198.51.100.7 2001:db8:a::/48 2001:db8:b::1 192.0.2.128/25";
        let networks = read(networks).unwrap();
        for (sender, is_in) in [
            ("203.0.113.0", true),
            ("203.0.113.255", true),
            ("203.0.114.0", false),
            ("203.0.112.255", false),
            ("::ffff:203.0.113.9", true),
            ("198.51.100.7", true),
            ("198.51.100.8", false),
            ("192.0.2.127", false),
            ("192.0.2.128", true),
            ("2001:db8:a:ffff::1", true),
            ("2001:db8:9:ffff::1", false),
            ("2001:db8:b::1", true),
            ("2001:db8:b::2", false),
            ("::cb00:7109", false),
            ("", false),
            ("unknown", false),
        ] {
            assert_eq!(networks.contain(&Address::read(sender)), is_in, "{sender}");
        }
    }

    #[test]
    fn a_network_may_be_everybody() {
        let v4 = read("0.0.0.0/0").unwrap();
        assert!(v4.contain(&Address::read("255.1.2.3")));
        assert!(!v4.contain(&Address::read("2001:db8::1")));
        let all = read("::/0").unwrap();
        assert!(all.contain(&Address::read("2001:db8::1")));
        assert!(all.contain(&Address::read("203.0.113.1")));
        assert!(!Networks::default().contain(&Address::read("203.0.113.1")));
    }

    #[test]
    fn what_is_no_network_is_named() {
        for text in [
            "203.0.113.0/33",
            "203.0.113.1/24",
            "203.0.113/24",
            "203.0.113.0/",
            "203.0.113.0/-1",
            "203.0.113.0/24/8",
            "2001:db8::/129",
            "2001:db8::1/64",
            "fe80::1%eth0",
            "example.com",
            "*",
        ] {
            let error = read(&format!("198.51.100.0/24 {text}")).unwrap_err();
            assert!(error.starts_with(text), "{error}");
        }
    }
}
