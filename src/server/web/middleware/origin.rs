//! A browser may change something, or open a socket, only for a page of ours or of an origin on the list.

use crate::server::web::{problem::Problem, state::AppState};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

pub async fn check(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let is_checked = !request.method().is_safe() || request.uri().path() == "/ws";
    if is_checked && !is_allowed(&app.config.origins, request.headers(), request.uri()) {
        return Problem::ForeignOrigin.into_response();
    }
    next.run(request).await
}

fn is_allowed(list: &[HeaderValue], headers: &HeaderMap, uri: &Uri) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let (Some(origin), None) = (origins.next(), origins.next()) else {
        if headers.contains_key(header::ORIGIN) {
            return false;
        }
        // Not a browser; or one that sends only this, with a form from another site.
        return headers
            .get("sec-fetch-site")
            .is_none_or(|site| site != "cross-site");
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .or(uri.authority().map(|a| a.as_str()));
    let own = origin
        .to_str()
        .ok()
        .and_then(|origin| origin.split_once("://"))
        .is_some_and(|(_, o)| Some(o) == host);
    own || list.contains(origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_pages_and_listed_origins_are_allowed() {
        let list = [HeaderValue::from_static("https://shop.example")];
        let allowed = |origin: Option<&str>, site: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(
                header::HOST,
                HeaderValue::from_static("market.example:8000"),
            );
            for (name, value) in [("origin", origin), ("sec-fetch-site", site)] {
                if let Some(value) = value {
                    headers.insert(name, value.parse().unwrap());
                }
            }
            is_allowed(&list, &headers, &Uri::from_static("/ws"))
        };
        assert!(allowed(None, None));
        assert!(allowed(Some("http://market.example:8000"), None));
        assert!(allowed(Some("https://shop.example"), Some("cross-site")));
        for foreign in [
            "null",
            "http://market.example",
            "https://shop.example:444",
            "http://shop.example",
            "https://evil.example",
            "",
        ] {
            assert!(!allowed(Some(foreign), None), "{foreign}");
        }
        assert!(!allowed(None, Some("cross-site")));
    }
}
