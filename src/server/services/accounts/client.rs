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

/// Browsers, by a part of what they say, those first which name another one as well.
const BROWSERS: [(&str, &str); 9] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Chromium", "Chromium"),
    ("Safari", "Safari"),
];

const SYSTEMS: [(&str, &str); 7] = [
    ("iPad", "iPad"),
    ("iPhone", "iPhone"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
];

/// What a device calls itself (`User-Agent`), as a name by which its owner knows it: of a browser, which one, and on what.
pub fn device_name(said: Option<&str>) -> Option<Name> {
    let said = said?;
    let is_browser = said.starts_with("Mozilla/");
    let named = |names: &[(&str, &'static str)]| {
        let known = names.iter().find(|(part, _)| said.contains(part));
        known.map(|(_, name)| *name).filter(|_| is_browser)
    };
    let known: Vec<_> = [named(&BROWSERS), named(&SYSTEMS)]
        .into_iter()
        .flatten()
        .collect();
    if !known.is_empty() {
        return Name::parse(&known.join(", ")).ok();
    }
    let visible = said.chars().filter(|c| !c.is_control());
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

    #[test]
    fn a_browser_is_known_by_its_name_and_that_of_its_system() {
        let name = |said: &str| device_name(Some(said)).unwrap().to_string();
        for (said, expected) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36 Edg/148.0.0.0",
                "Edge, Windows",
            ),
            (
                "Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Mobile Safari/537.36",
                "Chrome, Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
                "Safari, iPhone",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
                "Firefox, Linux",
            ),
            // Programs have names of their own.
            ("till/2.1 (Linux)", "till/2.1 (Linux)"),
        ] {
            assert_eq!(name(said), expected);
        }
    }
}
