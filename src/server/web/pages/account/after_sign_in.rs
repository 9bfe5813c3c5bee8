//! Where signing in leads: to the page that somebody came from, if it is one of this site.

use crate::{
    domain::{AccountId, Field as _},
    ui::{Route, paths},
};

/// An address that the table of routes knows, written again by it: so it never leads to another host. The home page is
/// nothing that anybody waits for.
pub fn page_after(next: &str) -> Option<String> {
    if !next.starts_with('/') {
        return None;
    }
    let next = next.split('#').next().unwrap_or_default();
    let (path, query) = next.split_once('?').unwrap_or((next, ""));
    match Route::read(path, query) {
        Route::Home => None,
        Route::Nowhere => still_page(path, query),
        route => Some(route.address()),
    }
}

/// A page without the program, which the table of routes does not know.
fn still_page(path: &str, query: &str) -> Option<String> {
    match path {
        paths::ACCOUNT | paths::DRIVER | paths::HAND_OVER => Some(path.to_owned()),
        paths::TEAM => Some(match query.split_once('=') {
            Some((name @ ("history" | "before"), id)) if AccountId::parse(id).is_ok() => {
                format!("{path}?{name}={id}")
            }
            _ => path.to_owned(),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_this_site_follow() {
        for (next, page) in [
            ("/dispatch", "/dispatch"),
            ("/orders?status=ready", "/orders?status=ready"),
            (
                "/supplier?kitchen=Bella%20Napoli",
                "/supplier?kitchen=Bella%20Napoli",
            ),
            ("/orders#x", "/orders"),
            // Two slashes are one for the table, and are written as one.
            ("//dispatch", "/dispatch"),
            ("/account", "/account"),
            ("/account?x=y#sessions", "/account"),
            ("/driver", "/driver"),
            ("/team", "/team"),
            (
                "/team?history=01a22dbd-74e7-7246-932f-169f61abd0b1",
                "/team?history=01a22dbd-74e7-7246-932f-169f61abd0b1",
            ),
            ("/team?history=x%0d%0ay", "/team"),
        ] {
            assert_eq!(page_after(next).as_deref(), Some(page), "{next}");
        }
        for next in [
            "",
            "/",
            "dispatch",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example/dispatch",
            "/sign-out",
            "/sign-in",
            "/join/abc.def",
            "//account",
            "/account/page.js",
            "/orders\r\nSet-Cookie: a=b",
            "javascript:alert(1)",
        ] {
            assert_eq!(page_after(next), None, "{next}");
        }
    }
}
