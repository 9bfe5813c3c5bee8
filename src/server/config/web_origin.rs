//! Origins as browsers compare them: scheme, host and port. Case and a default port make no difference.

use super::{env::ConfigError, settings::Setting};
use std::{fmt, str::FromStr};
use url::{Host, Url};

/// The origin of pages that are served by HTTP or HTTPS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebOrigin(Url);

#[derive(Debug, PartialEq, thiserror::Error)]
pub enum InvalidOrigin {
    #[error("has a wildcard: name each origin by itself, like https://shop.example")]
    Wildcard,
    #[error("is not an origin. Write it like https://shop.example:8443, without a path")]
    Malformed,
}

impl WebOrigin {
    /// `http` or `https`.
    pub fn scheme(&self) -> &str {
        self.0.scheme()
    }

    pub fn host(&self) -> Option<Host<&str>> {
        self.0.host()
    }

    /// What a request to it has in its `Host` header.
    pub fn authority(&self) -> &str {
        self.0.authority()
    }

    /// The origin with this scheme that a request for `authority` (a host, perhaps with a port) is for.
    pub fn at(scheme: &str, authority: &str) -> Option<WebOrigin> {
        format!("{scheme}://{authority}").parse().ok()
    }
}

/// A slash at the end is understood; anything else beyond the origin is refused.
impl FromStr for WebOrigin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<WebOrigin, InvalidOrigin> {
        if text.contains('*') {
            return Err(InvalidOrigin::Wildcard);
        }
        let url = Url::parse(text).map_err(|_| InvalidOrigin::Malformed)?;
        let has_account = !url.username().is_empty() || url.password().is_some();
        let has_more = url.path() != "/" || url.query().is_some() || url.fragment().is_some();
        match url.scheme() {
            "http" | "https" if !has_account && !has_more => Ok(WebOrigin(url)),
            _ => Err(InvalidOrigin::Malformed),
        }
    }
}

/// As browsers write it in `Origin`.
impl fmt::Display for WebOrigin {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0.origin().ascii_serialization())
    }
}

/// The origin that a setting names.
pub fn origin(setting: &Setting, text: &str) -> Result<WebOrigin, ConfigError> {
    let parsed = text.parse::<WebOrigin>();
    parsed.map_err(|why| setting.invalid_value(text, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Result<String, InvalidOrigin> {
        text.parse().map(|origin: WebOrigin| origin.to_string())
    }

    #[test]
    fn case_default_ports_and_a_last_slash_make_no_difference() {
        for (written, origin) in [
            ("https://shop.example", "https://shop.example"),
            ("HTTPS://Shop.Example:443/", "https://shop.example"),
            ("http://shop.example:80", "http://shop.example"),
            ("http://shop.example:443", "http://shop.example:443"),
            ("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
        ] {
            assert_eq!(shown(written).as_deref(), Ok(origin), "{written}");
        }
    }

    #[test]
    fn what_is_more_or_less_than_an_origin_is_refused() {
        for wildcard in ["*", "https://*.shop.example", "https://shop.example:*"] {
            assert_eq!(shown(wildcard), Err(InvalidOrigin::Wildcard), "{wildcard}");
        }
        for malformed in [
            "",
            "null",
            "shop.example",
            "https://",
            "https://shop.example/cart",
            "https://shop.example?",
            "https://shop.example#",
            "https://user@shop.example",
            "https://shop.example:99999",
            "file://localhost:8000",
            "ftp://shop.example",
            "ws://shop.example",
        ] {
            assert_eq!(
                shown(malformed),
                Err(InvalidOrigin::Malformed),
                "{malformed}"
            );
        }
    }

    #[test]
    fn a_host_header_names_an_origin_once_the_scheme_is_known() {
        let at =
            |scheme, authority| WebOrigin::at(scheme, authority).map(|origin| origin.to_string());
        let market = Some("https://market.example".to_owned());
        assert_eq!(at("https", "Market.example:443"), market);
        assert_eq!(at("https", "market.example"), market);
        assert_ne!(at("http", "market.example"), market);
        for forged in ["evil.example/x", "market.example@evil.example", "", "a b"] {
            assert_eq!(at("https", forged), None, "{forged}");
        }
    }
}
