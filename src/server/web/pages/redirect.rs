//! Where a form leads that the browser itself has sent: to a page of this host, whatever the request names.

use axum::http::{HeaderMap, HeaderValue, header::REFERER};
use url::{Position, Url};

/// What browsers and proxies read as a slash, some of them after decoding it.
const SLASHES: [&str; 6] = ["/", "\\", "%2f", "%2F", "%5c", "%5C"];

/// The page of the form: the path and query of its referrer.
pub fn came_from(headers: &HeaderMap) -> String {
    let referer = headers.get(REFERER).and_then(|text| text.to_str().ok());
    let page = referer.and_then(|text| Url::parse(text).ok());
    let page = page.filter(Url::has_host);
    let path = page
        .as_ref()
        .map_or("", |page| &page[Position::BeforePath..Position::AfterQuery]);
    with_one_slash(path)
}

/// After two slashes a browser reads the name of another host.
fn with_one_slash(path: &str) -> String {
    let mut rest = path;
    while let Some(after) = SLASHES.iter().find_map(|slash| rest.strip_prefix(slash)) {
        rest = after;
    }
    format!("/{rest}")
}

/// The `Location` of a path.
pub fn location(path: &str) -> HeaderValue {
    HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(referer: &str) -> String {
        let value = HeaderValue::from_str(referer).unwrap();
        came_from(&HeaderMap::from_iter([(REFERER, value)]))
    }

    #[test]
    fn a_form_leads_back_to_its_page() {
        assert_eq!(
            from("https://market.example/supplier?kitchen=S%20T#x"),
            "/supplier?kitchen=S%20T"
        );
        assert_eq!(from("http://127.0.0.1:8000"), "/");
        assert_eq!(came_from(&HeaderMap::new()), "/");
        for other in ["about:blank", "data:text/html,x", "/supplier", "nonsense"] {
            assert_eq!(from(other), "/", "{other}");
        }
    }

    #[test]
    fn no_referrer_leads_to_another_host() {
        for path in [
            "//evil.example/",
            "///evil.example/",
            "/\\evil.example/",
            "/\\/evil.example/",
            "/%2fevil.example/",
            "/%2F%2Fevil.example/",
            "/%5Cevil.example/",
            "/.//evil.example/",
            "/x/..//evil.example/",
            "/%2e/%2fevil.example/",
        ] {
            let to = from(&format!("https://market{path}"));
            assert_eq!(to, "/evil.example/", "{path}");
        }
    }
}
