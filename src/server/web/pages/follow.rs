//! The address that is shared of an order: it holds a key. The key goes into a cookie and the address loses it, so that
//! it is in no history and no referrer.

use super::redirect::location;
use crate::{
    domain::percent_decode,
    server::web::{
        auth::{cookies, door::is_key_alive},
        query_string,
        state::AppState,
    },
    ui::Route,
};
use axum::{
    http::{
        HeaderMap, HeaderValue, StatusCode, Uri,
        header::{LOCATION, REFERRER_POLICY, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};

const KEY: &str = "key";

/// The redirect from an address with a key, right or wrong, to the one without it.
pub async fn follow(
    app: &AppState,
    route: &Route,
    headers: &HeaderMap,
    uri: &Uri,
) -> Option<Response> {
    let Route::Track(order) = route else {
        return None;
    };
    let (key, rest) = split(uri.query()?);
    let key = key?;
    // As the table of routes writes it: a path may begin with two slashes, after which a browser reads another host.
    let address = format!("{}{rest}", route.address());
    let mut response = (
        StatusCode::SEE_OTHER,
        [
            (LOCATION, location(&address)),
            (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        ],
    )
        .into_response();
    if app.credentials.is_follow_key(*order, &key) && is_key_alive(app, *order).await {
        let cookie = cookies::following(&app.config, &app.credentials, headers, *order);
        response
            .headers_mut()
            .extend(cookie.map(|cookie| (SET_COOKIE, cookie)));
    }
    Some(response)
}

/// The key of a query, and the query without it.
fn split(query: &str) -> (Option<String>, String) {
    let (mut key, mut rest) = (None, String::new());
    for (name, pair) in query_string::pairs(query) {
        if name.as_deref() == Some(KEY) {
            let value = pair.split_once('=').map_or("", |(_, value)| value);
            key.get_or_insert(percent_decode(value).unwrap_or_default());
        } else {
            rest.push(if rest.is_empty() { '?' } else { '&' });
            rest.push_str(pair);
        }
    }
    (key, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_loses_its_key() {
        let key = |key: &str| Some(key.to_owned());
        assert_eq!(split("key=abc"), (key("abc"), String::new()));
        assert_eq!(split("a=1&key=a%2Db&b"), (key("a-b"), "?a=1&b".to_owned()));
        assert_eq!(split("key"), (key(""), String::new()));
        assert_eq!(split("key=a&key=b"), (key("a"), String::new()));
        assert_eq!(split("keys=1"), (None, "?keys=1".to_owned()));
    }
}
