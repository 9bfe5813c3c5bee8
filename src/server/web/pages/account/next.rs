//! Where signing in leads: to the page that somebody came from, if it is one of this site.

use crate::ui::Route;

/// The name of the parameter.
pub const NEXT: &str = "next";

/// An address that the table of routes knows, written again by it: so it never leads to another host. The home page is
/// nothing that anybody waits for.
pub fn page_after(next: &str) -> Option<String> {
    if !next.starts_with('/') {
        return None;
    }
    let next = next.split('#').next().unwrap_or_default();
    let (path, query) = next.split_once('?').unwrap_or((next, ""));
    match Route::read(path, query) {
        Route::Home | Route::Nowhere => None,
        route => Some(route.address()),
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
            "/orders\r\nSet-Cookie: a=b",
            "javascript:alert(1)",
        ] {
            assert_eq!(page_after(next), None, "{next}");
        }
    }
}
