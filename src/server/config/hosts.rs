//! Which hosts the server answers for, and which origin its own pages have.
//!
//! A foreign site can make its own name lead to this machine (DNS rebinding). Its pages are then of the same origin as
//! ours for a browser, and for every check that trusts `Host`.

use super::{
    env::Result,
    settings::SITE_ORIGIN,
    tls::own_scheme,
    web_origin::{WebOrigin, origin},
};
use ipnet::IpNet;
use std::net::SocketAddr;
use url::Host;

#[derive(Clone, Debug, PartialEq)]
pub enum Hosts {
    /// That of this origin alone.
    Site(WebOrigin),
    /// Address literals and `localhost`, which no foreign site can be named; our pages have this scheme.
    Local(&'static str),
    /// The names of a server that others reach are not known.
    Any,
}

impl Hosts {
    /// What the settings say for a server that listens at `addr`.
    pub fn read(addr: SocketAddr) -> Result<Hosts> {
        Ok(match site_origin()? {
            Some(site) => Hosts::Site(site),
            None if addr.ip().to_canonical().is_loopback() => Hosts::Local(own_scheme()?),
            None => Hosts::Any,
        })
    }

    /// Whether a request for `authority` (a host, perhaps with a port) is for this server. The port does not matter:
    /// some proxies leave it out.
    pub fn contain(&self, authority: Option<&str>) -> bool {
        let Some(authority) = authority else {
            return *self == Hosts::Any;
        };
        let requested = || WebOrigin::at("http", authority);
        // What nearly every request is for is recognised without making an address of it.
        match self {
            Hosts::Any => true,
            Hosts::Site(site) => {
                authority == site.authority()
                    || requested().is_some_and(|requested| requested.host() == site.host())
            }
            Hosts::Local(_) => {
                authority.parse::<SocketAddr>().is_ok()
                    || requested().is_some_and(|requested| match requested.host() {
                        Some(Host::Domain(name)) => name == "localhost",
                        address => address.is_some(),
                    })
            }
        }
    }

    /// Whether a page of `origin` that sends a request for `authority` came from this server.
    pub fn have_page(&self, origin: &WebOrigin, authority: Option<&str>) -> bool {
        let is_requested = || {
            let requested = authority.and_then(|host| WebOrigin::at(origin.scheme(), host));
            requested.as_ref() == Some(origin)
        };
        match self {
            Hosts::Site(site) => origin == site,
            // A proxy before a loopback address needs SITE_ORIGIN: nothing else adds https.
            Hosts::Local(scheme) => origin.scheme() == *scheme && is_requested(),
            Hosts::Any => is_requested(),
        }
    }

    /// The origin that people open, as `SITE_ORIGIN` says.
    pub fn origin(&self) -> Option<&WebOrigin> {
        match self {
            Hosts::Site(site) => Some(site),
            Hosts::Local(_) | Hosts::Any => None,
        }
    }

    /// Whether browsers are to use HTTPS alone.
    pub fn are_https(&self) -> bool {
        matches!(self, Hosts::Site(site) if site.scheme() == "https")
    }

    /// Whether requests through one of these proxies are refused: it passes on its public host.
    pub fn refuse_proxies(&self, proxies: &[IpNet]) -> bool {
        matches!(self, Hosts::Local(_)) && !proxies.is_empty()
    }
}

/// The origin that people open, if it is set.
pub fn site_origin() -> Result<Option<WebOrigin>> {
    let Some(text) = SITE_ORIGIN.value()? else {
        return Ok(None);
    };
    if text.contains(',') {
        let why = "the site has one origin. List others in CORS_ALLOWED_ORIGINS";
        return Err(SITE_ORIGIN.invalid(why));
    }
    origin(&SITE_ORIGIN, text.trim()).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(text: &str) -> Hosts {
        Hosts::Site(text.parse().unwrap())
    }

    #[test]
    fn a_loopback_address_takes_what_no_foreign_site_can_be_named() {
        let local = |authority| Hosts::Local("http").contain(Some(authority));
        for own in [
            "127.0.0.1:8000",
            "[::1]:8000",
            "localhost",
            "LOCALHOST:8000",
            "192.0.2.1",
        ] {
            assert!(local(own), "{own}");
        }
        for foreign in [
            "evil.example:8000",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "evil.example/127.0.0.1",
            "127.0.0.1@evil.example",
            "",
        ] {
            assert!(!local(foreign), "{foreign}");
        }
        assert!(!Hosts::Local("http").contain(None));
        assert!(Hosts::Any.contain(Some("market.example")) && Hosts::Any.contain(None));
    }

    #[test]
    fn a_site_takes_its_own_host_alone() {
        let site = site("https://market.example:8443");
        for own in [
            "market.example:8443",
            "Market.Example",
            "market.example:443",
        ] {
            assert!(site.contain(Some(own)), "{own}");
        }
        for foreign in ["127.0.0.1:8443", "localhost", "a.market.example"] {
            assert!(!site.contain(Some(foreign)), "{foreign}");
        }
        assert!(!site.contain(None));
    }

    #[test]
    fn an_own_page_has_scheme_host_and_port_of_the_request() {
        let own = |hosts: &Hosts, origin: &str, authority| {
            hosts.have_page(&origin.parse().unwrap(), Some(authority))
        };
        for (origin, authority) in [
            ("https://market.example", "market.example:443"),
            ("https://market.example", "market.example"),
            ("http://market.example", "MARKET.example:80"),
        ] {
            assert!(own(&Hosts::Any, origin, authority), "{origin} {authority}");
        }
        for (origin, authority) in [
            ("http://market.example", "market.example:443"),
            ("http://market.example", "market.example:8000"),
            ("https://evil.example", "market.example"),
        ] {
            assert!(!own(&Hosts::Any, origin, authority), "{origin} {authority}");
        }
        assert!(own(
            &Hosts::Local("http"),
            "http://localhost:8000",
            "localhost:8000"
        ));
        assert!(!own(
            &Hosts::Local("http"),
            "https://localhost:8000",
            "localhost:8000"
        ));
        let site = site("https://market.example");
        assert!(own(&site, "https://market.example", "market.example:8000"));
        assert!(!own(&site, "http://market.example", "market.example"));
    }
}
