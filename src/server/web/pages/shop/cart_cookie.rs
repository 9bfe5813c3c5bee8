//! The cookies of these pages: a cart, which goes to its own pizzeria alone, and where the customer is.

use super::{layout::path_of, near::Near};
use crate::{
    domain::shop::{cart::Cart, slug::Slug},
    server::{config::Config, web::pages::cookies},
    ui::cookies::PREFERENCE_AGE,
};
use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use axum_extra::extract::cookie::{Cookie, SameSite};
use time::Duration;

const CART: &str = "cart";
const NEAR: &str = "near";
const CART_AGE: Duration = Duration::days(30);
/// Tomorrow somebody may be elsewhere.
const POSITION_AGE: Duration = Duration::hours(12);

/// The cart of the pizzeria whose page is asked for: the browser sends no other one. Its text stands in the cookie as
/// it is, since it is percent-encoded where it has to be.
pub fn cart(headers: &HeaderMap) -> Cart {
    let all = headers.get_all(COOKIE).iter();
    let pairs = all.filter_map(|cookies| cookies.to_str().ok());
    let mut pairs = pairs.flat_map(|cookies| cookies.split(';'));
    let own = pairs.find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == CART).then_some(value)
    });
    Cart::parse(own.unwrap_or_default())
}

/// The header that keeps a cart, or removes it where it is empty. `None` for what no header can hold.
pub fn keep_cart(slug: &Slug, cart: &Cart) -> Option<HeaderValue> {
    let text = cart.to_string();
    let age = match text.is_empty() {
        true => Duration::ZERO,
        false => CART_AGE,
    };
    // The name has no prefix: `__Host-` would want the path `/`.
    let cookie = Cookie::build((CART, text))
        .path(path_of(slug))
        .max_age(age)
        .http_only(true)
        .same_site(SameSite::Lax)
        .build();
    HeaderValue::from_str(&cookie.to_string()).ok()
}

/// Where the customer is.
pub fn near(config: &Config, headers: &HeaderMap) -> Option<Near> {
    Near::parse(&cookies::read(config, headers, NEAR)?)
}

/// The header that keeps where the customer is.
pub fn keep_near(config: &Config, near: &Near) -> Option<HeaderValue> {
    let age = match near.point {
        None => Duration::seconds(PREFERENCE_AGE.into()),
        Some(_) => POSITION_AGE,
    };
    cookies::of_own(config, NEAR, &near.text(), age)
}

/// The header that removes it.
pub fn forget_near(config: &Config) -> Option<HeaderValue> {
    cookies::removed(config, NEAR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Field;

    fn read(cookies: &str) -> Cart {
        let value = HeaderValue::from_str(cookies).unwrap();
        cart(&HeaderMap::from_iter([(COOKIE, value)]))
    }

    #[test]
    fn a_cart_is_read_back_from_the_cookie_that_keeps_it() {
        let slug = Slug::parse("luna").unwrap();
        let text = "diav/l+fung~top:olivesLx2-1R*2!no%20onions%2C%20%C3%A4h,cola";
        let kept = keep_cart(&slug, &Cart::parse(text)).unwrap();
        let kept = kept.to_str().unwrap();
        assert!(
            kept.contains("Path=/shops/luna;") && kept.contains("SameSite=Lax"),
            "{kept}"
        );
        let pair = kept.split(';').next().unwrap();
        assert_eq!(pair, format!("cart={text}"));
        assert_eq!(
            read(&format!("theme=dark; {pair}; near=1")),
            Cart::parse(text)
        );
    }

    #[test]
    fn garbage_is_a_cart_with_lines_that_cannot_be_read() {
        for garbage in ["", "cart", "cart=", "x=1; cartel=2"] {
            assert_eq!(read(garbage).entries.len(), 0, "{garbage}");
        }
        let cart = read("cart=<script>,%zz,marg");
        assert_eq!(cart.entries.len(), 3);
        assert_eq!(cart.lines().count(), 1);
        let huge = format!("cart={}", "marg,".repeat(200_000));
        assert!(read(&huge).dropped > 0);
    }

    #[test]
    fn an_empty_cart_is_removed() {
        let slug = Slug::parse("luna").unwrap();
        let header = keep_cart(&slug, &Cart::default()).unwrap();
        assert!(header.to_str().unwrap().contains("Max-Age=0"));
    }
}
