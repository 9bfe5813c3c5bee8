//! Which way in a path belongs to, and so which credential its door takes.

use crate::server::web::operations;

/// A way into the server. Each takes one kind of credential, and what others take is as if not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// What everybody may have: files of the site, pictures, health, the description of the API.
    Free,
    /// `Authorization`, and never a cookie: so it has no forged requests of browsers to fear.
    Api,
    /// Cookies, and never `Authorization`.
    Page,
    /// Either, or a subprotocol.
    Socket,
}

/// What the description of the API consists of.
const DESCRIPTIONS: [&str; 2] = ["/api/openapi.json", "/api/v1/openapi.json"];
/// The call that gives tokens, which one makes without a credential.
pub const TOKEN_CALLS: [&str; 2] = ["/api/auth/token", "/api/v1/auth/token"];
/// The file that holds orders.
const CSV: &str = "/orders.csv";

impl Way {
    /// A path that is not known is a page: its viewer decides what it shows.
    pub fn of(path: &str) -> Way {
        let begins = |folder: &str| {
            let rest = path.strip_prefix(folder);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let is_file = match (segments.next(), segments.next()) {
            (Some(name), None) => name.contains('.') && path != CSV,
            _ => false,
        };
        let is_described = ["/pkg", "/docs", "/problems"].into_iter().any(begins);
        match path {
            "/ws" => Way::Socket,
            _ if is_file || is_described => Way::Free,
            _ if operations::PATHS.contains(&path) || DESCRIPTIONS.contains(&path) => Way::Free,
            _ if begins("/api") => Way::Api,
            _ => Way::Page,
        }
    }

    /// Whether its answers depend on who asks, so that no cache may keep them.
    pub fn is_personal(self) -> bool {
        matches!(self, Way::Api | Way::Page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_has_one_way_in() {
        for (path, way) in [
            ("/ws", Way::Socket),
            ("/api/orders", Way::Api),
            ("/api/v1/auth/token", Way::Api),
            ("/api", Way::Api),
            ("/api/", Way::Api),
            ("/apis", Way::Page),
            ("/", Way::Page),
            ("/orders", Way::Page),
            ("/orders.csv", Way::Page),
            ("/act/offer", Way::Page),
            ("/settings", Way::Page),
            ("/join/0198c0de.secret", Way::Page),
            ("/wsx", Way::Page),
            ("/pkg/app.wasm", Way::Free),
            ("/pizza.svg", Way::Free),
            ("/brand.svg", Way::Free),
            ("/docs", Way::Free),
            ("/docs/try.js", Way::Free),
            ("/problems/refused", Way::Free),
            ("/api/v1/openapi.json", Way::Free),
            ("/healthz", Way::Free),
            ("/readyz", Way::Free),
        ] {
            assert_eq!(Way::of(path), way, "{path}");
        }
    }
}
