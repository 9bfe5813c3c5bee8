//! The address that is shared of an order: it holds a key. The key goes into a cookie and the address loses it, so that
//! it is in no history and no referrer.

use super::redirect::location;
use crate::{
    domain::{Error, Order, OrderFacts, OrderId, Sight, Viewer, percent_decode},
    server::{
        clock::now,
        services::credentials::Credentials,
        web::{
            auth::{
                Door, cookies,
                door::{is_key_alive, opens_by_key},
            },
            query_string,
            state::AppState,
        },
    },
    ui::Route,
};
use axum::{
    http::{
        HeaderMap, HeaderValue, StatusCode, Uri,
        header::{LOCATION, REFERRER_POLICY, SET_COOKIE},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use leptos::prelude::use_context;
use secrecy::ExposeSecret;

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

/// The key of an order for whom its page is shared with: of who sees it whole, or has such a key. In the open mode the
/// address of a page needs none.
pub fn key_to_share(credentials: &Credentials, viewer: &Viewer, shown: &Order) -> Option<String> {
    let identity = viewer.identity()?;
    let is_whole = viewer.view(&OrderFacts::from(shown)) == Sight::Whole;
    let may_share = is_whole || identity.follows.contains(&shown.id);
    (may_share && opens_by_key(shown, now()))
        .then(|| credentials.follow_key(shown.id).expose_secret().to_owned())
}

/// The same, from within a server function.
pub async fn follow_key(id: OrderId) -> Result<Option<String>, Error> {
    let (app, parts): (Option<AppState>, Option<Parts>) = (use_context(), use_context());
    let (app, parts) = app.zip(parts).ok_or(Error::Internal)?;
    let viewer = Door::of(&parts.extensions).viewer;
    if viewer.is_open() {
        return Ok(None);
    }
    let order = app.orders.order(id, &viewer).await?;
    Ok(key_to_share(&app.credentials, &viewer, &order))
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
    use crate::domain::{
        AccountRole, Identity,
        samples::{at, id, offer},
    };

    #[test]
    fn a_key_is_given_to_whom_the_order_is_told_whole() {
        let credentials = Credentials::new(vec![vec![7; 32]], "");
        let (order, _) = Order::new(id(7), offer(), at(0));
        let share = |viewer: &Viewer| key_to_share(&credentials, viewer, &order);
        let with = |change: fn(&mut Identity)| {
            let mut viewer = Viewer::nobody();
            if let Viewer::Known(identity) = &mut viewer {
                change(identity);
            }
            viewer
        };
        let key = credentials.follow_key(order.id);
        let key = Some(key.expose_secret().to_owned());
        assert_eq!(share(&with(|one| one.role = AccountRole::Integrator)), key);
        assert_eq!(share(&with(|one| one.follows = vec![id(7)])), key);
        assert_eq!(share(&with(|one| one.follows = vec![id(8)])), None);
        assert_eq!(share(&with(|one| one.sees_offers = true)), None);
        assert_eq!(share(&Viewer::Open), None);
    }

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
