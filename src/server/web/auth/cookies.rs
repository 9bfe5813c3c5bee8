//! The cookies of who is signed in, or looks: their names, what they are allowed, reading and writing them.
//!
//! None is of a domain, and `Secure` is added to every cookie of an answer where the site is reached by HTTPS. There the
//! names begin with `__Host-`, so that no sibling of the site can set one.

use crate::{
    domain::{AccountId, OrderId},
    server::{config::Config, services::credentials::Credentials},
};
use axum::http::{HeaderMap, HeaderValue};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use time::Duration;

/// A cookie of this room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthCookie {
    /// Of an account that is signed in.
    Session,
    /// The id of somebody who is not.
    Guest,
    /// The orders that somebody follows by a key.
    Follow,
    /// A device that has signed in before.
    Known,
}

/// How many orders are followed at once.
pub const MOST_FOLLOWED: usize = 5;
const MONTH: Duration = Duration::days(30);
const DAY: Duration = Duration::days(1);
/// As long as browsers keep a cookie.
const LONGEST: Duration = Duration::days(400);

impl AuthCookie {
    fn bare(self) -> &'static str {
        match self {
            AuthCookie::Session => "session",
            AuthCookie::Guest => "guest",
            AuthCookie::Follow => "follow",
            AuthCookie::Known => "known",
        }
    }

    fn same_site(self) -> SameSite {
        match self {
            // It is wanted by forms of this site alone.
            AuthCookie::Known => SameSite::Strict,
            _ => SameSite::Lax,
        }
    }

    /// Its value in a request.
    pub fn read(self, config: &Config, headers: &HeaderMap) -> Option<SecretString> {
        let jar = CookieJar::from_headers(headers);
        let value = jar.get(&name(config, self.bare()))?.value();
        (!value.is_empty()).then(|| value.into())
    }

    fn set(self, config: &Config, value: &str, age: Duration) -> Option<HeaderValue> {
        let cookie = Cookie::build((name(config, self.bare()), value.to_owned()));
        let cookie = cookie.path("/").http_only(true).max_age(age);
        let cookie = cookie.same_site(self.same_site()).build();
        let mut header = HeaderValue::from_str(&cookie.to_string()).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    /// The header that removes it.
    pub fn clear(self, config: &Config) -> Option<HeaderValue> {
        self.set(config, "", Duration::ZERO)
    }
}

/// What the names of all cookies begin with: `__Host-` where people sign in and the site is reached by HTTPS.
pub fn prefix(config: &Config) -> &'static str {
    match config.auth.is_required() && config.are_cookies_secure() {
        true => "__Host-",
        false => "",
    }
}

/// The name of a cookie, as browsers know it.
pub fn name(config: &Config, bare: &str) -> String {
    format!("{}{bare}", prefix(config))
}

/// The session that has just begun, with what is left of it at the latest.
pub fn session(config: &Config, value: &SecretString, left: TimeDelta) -> Option<HeaderValue> {
    let age = Duration::seconds(left.num_seconds().max(0));
    AuthCookie::Session.set(config, value.expose_secret(), age)
}

pub fn guest(config: &Config, credentials: &Credentials, id: AccountId) -> Option<HeaderValue> {
    let value = credentials.guest(id);
    AuthCookie::Guest.set(config, value.expose_secret(), MONTH)
}

/// The guest that a cookie names, if it is ours.
pub fn read_guest(
    config: &Config,
    credentials: &Credentials,
    headers: &HeaderMap,
) -> Option<AccountId> {
    let value = AuthCookie::Guest.read(config, headers)?;
    credentials.read_guest(value.expose_secret())
}

/// A device that has signed in to an account.
pub fn known(
    config: &Config,
    credentials: &Credentials,
    account: AccountId,
) -> Option<HeaderValue> {
    let value = credentials.known(account);
    AuthCookie::Known.set(config, value.expose_secret(), LONGEST)
}

/// The orders that somebody follows, with one more: the oldest give way.
pub fn following(
    config: &Config,
    credentials: &Credentials,
    headers: &HeaderMap,
    order: OrderId,
) -> Option<HeaderValue> {
    let followed = read_followed(config, credentials, headers);
    let keyed = |id| format!("{id}.{}", credentials.follow_key(id).expose_secret());
    let keys: Vec<_> = with(followed, order).into_iter().map(keyed).collect();
    AuthCookie::Follow.set(config, &keys.join("+"), DAY)
}

/// The orders whose key the cookie holds, oldest first. What is not ours is dropped.
pub fn read_followed(
    config: &Config,
    credentials: &Credentials,
    headers: &HeaderMap,
) -> Vec<OrderId> {
    let Some(value) = AuthCookie::Follow.read(config, headers) else {
        return Vec::new();
    };
    let keys = value.expose_secret().split('+').take(MOST_FOLLOWED);
    keys.filter_map(|one| {
        let (order, key) = one.split_once('.')?;
        let order = order.parse().ok()?;
        credentials.is_follow_key(order, key).then_some(order)
    })
    .collect()
}

fn with(mut followed: Vec<OrderId>, order: OrderId) -> Vec<OrderId> {
    followed.retain(|known| *known != order);
    followed.push(order);
    let surplus = followed.len().saturating_sub(MOST_FOLLOWED);
    followed.split_off(surplus)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn the_oldest_followed_order_gives_way() {
        let id = |n| OrderId(Uuid::from_u128(n));
        let five: Vec<_> = (0..5).map(id).collect();
        assert_eq!(with(five.clone(), id(9)), [1, 2, 3, 4, 9].map(id));
        assert_eq!(with(five, id(1)), [0, 2, 3, 4, 1].map(id));
        assert_eq!(with(Vec::new(), id(1)), [id(1)]);
    }
}
