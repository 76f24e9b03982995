//! The sender of a request, as limiters count senders.
// file rule: clients/address-is-a-network: an address is an IPv4 host or an IPv6 /64; all that has
//    none is one [RFC 6177 §2]

use std::net::{IpAddr, Ipv6Addr};
use std::rc::Rc;

/// The key of all senders without a readable address. Cloudflare names every sender, so these are local work, or senders
/// that reached the worker some other way. They share one budget, since anything they say of themselves may be made up.
const UNKNOWN: &str = "unknown";

/// One sender, for limits by address. Only [`Self::read`] makes one, so that every limit means the same by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    key: Rc<str>,
    ip: Option<IpAddr>,
}

impl Address {
    /// Reads the header `CF-Connecting-IP`: an IPv4 address whole, an IPv6 address as its /64, which is the least that one
    /// customer of a network gets (RFC 6177 §2), so that all of its addresses are one sender's.
    pub fn read(text: &str) -> Self {
        let ip: Option<IpAddr> = text.trim().parse().ok();
        let ip = ip.map(|ip| ip.to_canonical());
        let key = match ip {
            Some(IpAddr::V4(whole)) => whole.to_string().into(),
            Some(IpAddr::V6(ip)) => {
                let [a, b, c, d, ..] = ip.segments();
                let network = Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string();
                [network.as_str(), "/64"].concat().into()
            }
            None => UNKNOWN.into(),
        };
        Self { key, ip }
    }

    /// The whole address, if it was readable: an IPv4 address that came in an IPv6 one is that.
    pub const fn ip(&self) -> Option<IpAddr> {
        self.ip
    }

    /// The key for a limiter.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The key for a limiter that counts several kinds of things separately.
    pub fn key_of(&self, kind: &str) -> String {
        [kind, ":", &self.key].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn an_ipv4_address_is_one_sender_and_an_ipv6_network_too() {
        for (text, key) in [
            ("203.0.113.7", "203.0.113.7"),
            (" 203.0.113.7 ", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("::FFFF:cb00:7107", "203.0.113.7"),
            ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
            (
                "2001:0DB8:0001:0002:0000:0000:0000:0001",
                "2001:db8:1:2::/64",
            ),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
            ("::1", "::/64"),
        ] {
            assert_eq!(Address::read(text).key(), key, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_no_budget_of_its_own() {
        for text in [
            "",
            "unknown",
            "203.0.113",
            "203.0.113.007",
            "203.0.113.7, 203.0.113.8",
            "203.0.113.7:443",
            "[2001:db8::1]",
            "fe80::1%eth0",
            "2001:db8::1/64",
            "made up",
        ] {
            assert_eq!(Address::read(text), Address::read(""), "{text}");
        }
    }

    #[test]
    fn a_kind_is_counted_apart() {
        assert_eq!(
            Address::read("203.0.113.7").key_of("par"),
            "par:203.0.113.7"
        );
    }
}
