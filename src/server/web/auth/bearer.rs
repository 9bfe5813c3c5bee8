//! The token that a program sends: in `Authorization`, or as a subprotocol of a WebSocket, since a page cannot set a
//! header there and nothing secret belongs into an address.

use crate::domain::{Error, FieldError};
use axum::http::{HeaderMap, header};
use secrecy::SecretString;

/// The subprotocol that the server answers.
pub const PROTOCOL: &str = "pizza.v1";
/// What the subprotocol begins with that carries a token.
const PROTOCOL_OF_TOKEN: &str = "bearer.";
/// What API keys begin with.
pub const API_KEY: &str = "pmk_";

/// A credential of a program.
#[derive(Debug)]
pub enum Bearer {
    AccessToken(SecretString),
    ApiKey(SecretString),
    /// It is there, and none of ours.
    Unreadable,
}

impl Bearer {
    fn read(token: &str) -> Bearer {
        match token {
            "" => Bearer::Unreadable,
            _ if token.starts_with(API_KEY) => Bearer::ApiKey(token.into()),
            _ => Bearer::AccessToken(token.into()),
        }
    }
}

/// That of the header `Authorization`. Two are refused: which of them counts would be a guess.
pub fn of_header(headers: &HeaderMap) -> Result<Option<Bearer>, Error> {
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let (first, second) = (lines.next(), lines.next());
    match (first, second) {
        (_, Some(_)) => Err(two_credentials()),
        (first, None) => Ok(first.map(|line| {
            let line = line.to_str().unwrap_or_default();
            match line.split_once(' ') {
                Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                    Bearer::read(token.trim())
                }
                _ => Bearer::Unreadable,
            }
        })),
    }
}

/// That among the subprotocols that a WebSocket offers.
pub fn of_protocols(headers: &HeaderMap) -> Result<Option<Bearer>, Error> {
    let lines = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    let offered = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    let mut tokens = offered.filter_map(|one| one.trim().strip_prefix(PROTOCOL_OF_TOKEN));
    match (tokens.next(), tokens.next()) {
        (_, Some(_)) => Err(two_credentials()),
        (token, None) => Ok(token.map(Bearer::read)),
    }
}

pub fn two_credentials() -> Error {
    Error::invalid("Authorization", FieldError::Twice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    fn headers(name: header::HeaderName, lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(name.clone(), line.parse().unwrap());
        }
        headers
    }

    /// The kind of a credential, and its secret.
    fn told(read: Result<Option<Bearer>, Error>) -> Option<(&'static str, String)> {
        read.unwrap().map(|bearer| match bearer {
            Bearer::AccessToken(token) => ("token", token.expose_secret().to_owned()),
            Bearer::ApiKey(key) => ("key", key.expose_secret().to_owned()),
            Bearer::Unreadable => ("unreadable", String::new()),
        })
    }

    #[test]
    fn a_header_holds_one_token_or_key() {
        let read = |lines: &[&str]| of_header(&headers(header::AUTHORIZATION, lines));
        assert_eq!(told(read(&[])), None);
        assert_eq!(
            told(read(&["Bearer a.b.c"])),
            Some(("token", "a.b.c".into()))
        );
        assert_eq!(
            told(read(&["bearer  pmk_x_y"])),
            Some(("key", "pmk_x_y".into()))
        );
        for other in ["Basic YTpi", "Bearer", "Bearer ", "a.b.c", ""] {
            assert_eq!(
                told(read(&[other])),
                Some(("unreadable", String::new())),
                "{other:?}"
            );
        }
        assert_eq!(
            read(&["Bearer a", "Bearer a"]).unwrap_err(),
            two_credentials()
        );
    }

    #[test]
    fn a_subprotocol_may_hold_a_token() {
        let read = |lines: &[&str]| of_protocols(&headers(header::SEC_WEBSOCKET_PROTOCOL, lines));
        assert_eq!(told(read(&["pizza.v1"])), None);
        let token = Some(("token", "a.b.c".into()));
        assert_eq!(told(read(&["pizza.v1, bearer.a.b.c"])), token);
        assert_eq!(told(read(&["bearer.a.b.c", "pizza.v1"])), token);
        assert_eq!(
            read(&["bearer.a, bearer.b"]).unwrap_err(),
            two_credentials()
        );
    }

    proptest! {
        #[test]
        fn any_bytes_in_a_header_are_read_or_refused(bytes: Vec<u8>, prefix in "(|Bearer |bearer pmk_|pizza.v1, bearer.)") {
            let line = [prefix.as_bytes(), &bytes].concat();
            if let Ok(value) = header::HeaderValue::from_bytes(&line) {
                let one = HeaderMap::from_iter([(header::AUTHORIZATION, value.clone())]);
                // It is there, and so never as if it were not.
                prop_assert!(of_header(&one).unwrap().is_some());
                let offered = HeaderMap::from_iter([(header::SEC_WEBSOCKET_PROTOCOL, value)]);
                let _ = of_protocols(&offered);
            }
        }
    }
}
