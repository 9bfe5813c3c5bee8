//! Who stands at the door, as far as attempts are counted by it.

use crate::domain::{Field, Name};
use secrecy::SecretString;
use std::{fmt, net::IpAddr};

/// Where a request comes from, for the limits of attempts: an IPv4 address, or the /64 of an IPv6 address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Network(String);

impl Network {
    pub fn of(address: IpAddr) -> Network {
        Network(match address.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The device that a request comes from.
#[derive(Clone, Debug)]
pub struct Client {
    pub network: Network,
    /// What it says that it is, for the list of sessions: see [`device_name`].
    pub device: Option<Name>,
    /// The value of its cookie `known`, if it has one.
    pub known: Option<SecretString>,
}

/// The longest part of what a browser says of itself that is kept.
const DEVICE: usize = 100;

/// What a device calls itself (`User-Agent`), as a name.
pub fn device_name(said: Option<&str>) -> Option<Name> {
    let visible = said?.chars().filter(|c| !c.is_control());
    Name::parse(&visible.take(DEVICE).collect::<String>()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_an_address_or_a_64() {
        let of = |text: &str| Network::of(text.parse().unwrap()).to_string();
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::"), of("2001:db8:1:3::"));
    }

    #[test]
    fn what_a_device_says_becomes_a_name() {
        let name = |said: &str| device_name(Some(said)).map(|name| name.to_string());
        assert_eq!(name(" Firefox\u{0}\n "), Some("Firefox".to_owned()));
        assert_eq!(name(&"é".repeat(300)), Some("é".repeat(100)));
        for nothing in ["", " \t", "\u{200b}"] {
            assert_eq!(name(nothing), None);
        }
        assert_eq!(device_name(None), None);
    }
}
