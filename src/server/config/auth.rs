//! Whether people sign in, and the secret that everything signed comes from.

use super::{
    env::{ConfigError, Result, word},
    hosts::site_origin,
    settings::{
        AUTH, AUTH_SECRET, AUTH_SECRET_FILE, GUESTS, MARKET_KEY, SIGN_UP, SITE_ORIGIN, Setting,
        TRUSTED_PROXIES,
    },
    site::site_addr,
    web_origin::WebOrigin,
};
use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use std::{fs, net::SocketAddr};
use url::Host;

/// In bytes, of each secret.
const SHORTEST: usize = 32;

/// How to make one.
const MAKE: &str = "openssl rand -base64 32";

/// How the market decides who may do what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthMode {
    /// Everybody sees and plays everything.
    Open,
    /// Rights are those of accounts.
    Required,
}

/// Whether the server of these settings lets in only who signs in, without all that it needs for that.
pub fn is_sign_in_required() -> Result<bool> {
    let site = site_origin()?;
    let reach = Reach {
        addr: site_addr()?,
        site: site.as_ref(),
        has_proxies: TRUSTED_PROXIES.value()?.is_some(),
    };
    Ok(match mode()? {
        Some(mode) => mode == AuthMode::Required,
        None => reach.beyond_this_machine().is_some(),
    })
}

/// The API key of commands that ask a server over HTTP.
pub fn market_key() -> Result<Option<SecretString>> {
    Ok(MARKET_KEY.value()?.map(SecretString::from))
}

#[derive(Clone)]
pub struct Auth {
    pub mode: AuthMode,
    /// Each at least 32 bytes: the first signs, all verify. In the open mode there may be none.
    pub secrets: Vec<SecretSlice<u8>>,
    /// Whether somebody who is not signed in sees offers, and may take one.
    pub guests: bool,
    /// Whether customers may make an account.
    pub sign_up: bool,
}

/// Who can reach the server, as the other settings have it.
#[derive(Clone, Copy)]
pub struct Reach<'a> {
    pub addr: SocketAddr,
    pub site: Option<&'a WebOrigin>,
    pub has_proxies: bool,
}

impl Reach<'_> {
    /// Why others than this machine can reach it; `None` where they cannot.
    pub fn beyond_this_machine(&self) -> Option<&'static str> {
        match self {
            Reach { site: Some(_), .. } => Some("SITE_ORIGIN is set"),
            Reach {
                has_proxies: true, ..
            } => Some("TRUSTED_PROXIES is set"),
            Reach { addr, .. } if !addr.ip().to_canonical().is_loopback() => {
                Some("LEPTOS_SITE_ADDR is no loopback address")
            }
            _ => None,
        }
    }
}

impl Auth {
    pub fn is_required(&self) -> bool {
        self.mode == AuthMode::Required
    }

    /// The settings; or all errors, which is one at least.
    pub fn read(reach: Reach) -> std::result::Result<Auth, Vec<ConfigError>> {
        let set = mode();
        let needs = match (&set, reach.beyond_this_machine()) {
            (Ok(Some(AuthMode::Required)), _) => Some("AUTH is required".to_owned()),
            (Ok(None), Some(why)) => Some(format!(
                "AUTH is required, because {why} (to go on without sign-in, set AUTH=open)"
            )),
            _ => None,
        };
        let needs = needs.as_deref();
        let site = needs.map_or(Ok(()), |why| check_site(reach.site, why));
        let secrets = secrets().and_then(|secrets| match needs {
            Some(why) if secrets.is_empty() => Err(AUTH_SECRET.invalid(format!(
                "{why}: set this to what `{MAKE}` prints, or AUTH_SECRET_FILE to a file with that"
            ))),
            _ => Ok(secrets),
        });
        match (set, site, secrets, GUESTS.switch(), SIGN_UP.switch()) {
            (Ok(_), Ok(()), Ok(secrets), Ok(guests), Ok(sign_up)) => Ok(Auth {
                mode: match needs {
                    Some(_) => AuthMode::Required,
                    None => AuthMode::Open,
                },
                secrets,
                guests,
                sign_up,
            }),
            (set, site, secrets, guests, sign_up) => {
                let errors = [
                    set.err(),
                    site.err(),
                    secrets.err(),
                    guests.err(),
                    sign_up.err(),
                ];
                Err(errors.into_iter().flatten().collect())
            }
        }
    }
}

fn mode() -> Result<Option<AuthMode>> {
    let Some(text) = AUTH.value()? else {
        return Ok(None);
    };
    match word(&text).as_str() {
        "open" => Ok(Some(AuthMode::Open)),
        "required" => Ok(Some(AuthMode::Required)),
        _ => Err(AUTH.invalid("this is not valid: write open or required")),
    }
}

/// Links, cookies and tokens name the site, and a cookie is safe with HTTPS alone.
fn check_site(site: Option<&WebOrigin>, needed: &str) -> Result<()> {
    let Some(site) = site else {
        return Err(SITE_ORIGIN.invalid(format!(
            "{needed}: set this to the origin that people open, like https://market.example"
        )));
    };
    let is_local = match site.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        None => false,
    };
    match site.scheme() {
        "http" if !is_local => Err(SITE_ORIGIN.invalid(format!(
            "“{site}” is not safe, and {needed}: with sign-in it is https, but for a loopback host like localhost"
        ))),
        _ => Ok(()),
    }
}

/// The secrets that are set, in one of two ways.
fn secrets() -> Result<Vec<SecretSlice<u8>>> {
    match (AUTH_SECRET.value()?, AUTH_SECRET_FILE.value()?) {
        (None, None) => Ok(Vec::new()),
        (Some(_), Some(_)) => {
            Err(AUTH_SECRET_FILE.invalid("AUTH_SECRET is set, too: remove one of them"))
        }
        (Some(list), None) => read_secrets(&AUTH_SECRET, &list.into()),
        (None, Some(path)) => {
            let list = fs::read_to_string(&path);
            let list = list.map_err(|error| AUTH_SECRET_FILE.invalid_value(&path, error))?;
            read_secrets(&AUTH_SECRET_FILE, &list.into())
        }
    }
}

/// No error repeats what it is about.
fn read_secrets(setting: &Setting, list: &SecretString) -> Result<Vec<SecretSlice<u8>>> {
    let list = list.expose_secret().split(',').map(|text| {
        // Long ones are printed in several lines.
        let letters = text.chars().filter(|c| !c.is_ascii_whitespace());
        SecretString::from(letters.collect::<String>())
    });
    let list: Vec<_> = list.filter(|one| !one.expose_secret().is_empty()).collect();
    if list.is_empty() {
        return Err(setting.invalid(format!(
            "there is no secret in it: write what `{MAKE}` prints"
        )));
    }
    let numbered = (1..).zip(&list);
    let read = |(number, text): (usize, &SecretString)| {
        read_secret(text).map_err(|why| {
            let which = match list.len() {
                1 => String::new(),
                _ => format!("secret {number}: "),
            };
            setting.invalid(format!("{which}{why}: write what `{MAKE}` prints"))
        })
    };
    numbered.map(read).collect()
}

fn read_secret(text: &SecretString) -> std::result::Result<SecretSlice<u8>, String> {
    let padding = DecodePaddingMode::Indifferent;
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(padding);
    let bytes = GeneralPurpose::new(&STANDARD, config).decode(text.expose_secret());
    match bytes {
        Err(_) => Err("this is not base64".to_owned()),
        Ok(bytes) if bytes.len() < SHORTEST => Err(format!(
            "{} bytes are too few, and at least {SHORTEST} are needed",
            bytes.len()
        )),
        Ok(bytes) => Ok(bytes.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_reach_it_by_its_address_its_site_or_a_proxy() {
        let site: WebOrigin = "https://market.example".parse().unwrap();
        let beyond = |addr: &str, site, has_proxies| {
            let addr = addr.parse().unwrap();
            let reach = Reach {
                addr,
                site,
                has_proxies,
            };
            reach.beyond_this_machine()
        };
        for local in [
            "127.0.0.1:8000",
            "127.8.0.1:1",
            "[::1]:8000",
            "[::ffff:127.0.0.1]:8000",
        ] {
            assert_eq!(beyond(local, None, false), None, "{local}");
            assert!(beyond(local, Some(&site), false).is_some(), "{local}");
            assert!(beyond(local, None, true).is_some(), "{local}");
        }
        for public in ["0.0.0.0:8000", "192.0.2.1:80", "[::]:8000"] {
            assert!(beyond(public, None, false).is_some(), "{public}");
        }
    }

    #[test]
    fn a_site_is_https_or_on_this_machine() {
        let check = |site: &str| check_site(Some(&site.parse().unwrap()), "why");
        for good in [
            "https://market.example",
            "http://localhost:8000",
            "http://127.0.0.1",
            "http://[::1]:8000",
        ] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in [
            "http://market.example",
            "http://192.0.2.1",
            "http://localhost.example",
            "http://0.0.0.0",
        ] {
            let error = check(bad).unwrap_err().to_string();
            assert!(
                error.starts_with("SITE_ORIGIN: ") && error.contains(bad),
                "{error}"
            );
        }
        let error = check_site(None, "AUTH is required")
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("SITE_ORIGIN: AUTH is required"),
            "{error}"
        );
    }

    #[test]
    fn secrets_are_base64_of_at_least_32_bytes() {
        let one = "A".repeat(43);
        let read = |list: &str| {
            let secrets = read_secrets(&AUTH_SECRET, &list.into());
            let bytes = |one: &SecretSlice<u8>| one.expose_secret().to_vec();
            secrets.map(|all| all.iter().map(bytes).collect::<Vec<_>>())
        };
        assert_eq!(read(&one).unwrap(), [[0; 32]]);
        assert_eq!(read(&format!("{one}=\n")).unwrap(), [[0; 32]]);
        let second = format!("/{}", "A".repeat(63));
        let several = read(&format!("{one}=, {}\n{},", &second[..40], &second[40..])).unwrap();
        assert_eq!(
            (several.len(), several[1].len(), several[1][0]),
            (2, 48, 0b1111_1100)
        );
        for (bad, why) in [
            ("", "no secret"),
            (" , ", "no secret"),
            ("c2VjcmV0", "6 bytes are too few"),
            (&*"_".repeat(44), "not base64"),
            (&*format!("{one}=,s3cret!"), "secret 2: this is not base64"),
        ] {
            let error = read(bad).unwrap_err().to_string();
            assert!(error.contains(why) && error.contains("openssl"), "{error}");
            assert!(
                !error.contains("s3cret") && !error.contains("c2Vj"),
                "{error}"
            );
        }
    }
}
