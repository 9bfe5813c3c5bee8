//! Where a form leads that the browser itself has sent: to a page of this host, whatever the request names.

use crate::{
    domain::{Error, Order, Status},
    server::web::problem,
    ui::{Panel, Route, paths},
};
use axum::{
    http::{
        HeaderMap, HeaderValue, StatusCode, Uri,
        header::{LOCATION, REFERER, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use leptos_axum::ResponseOptions;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Position, Url};

/// What browsers and proxies read as a slash, some of them after decoding it.
const SLASHES: [&str; 6] = ["/", "\\", "%2f", "%2F", "%5c", "%5C"];

/// The parameter that names the page to come back to.
pub const NEXT: &str = "next";

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

/// The page on which to sign in, and to come back from to a page of this host.
pub fn sign_in(next: &str) -> String {
    match next {
        "" | "/" => paths::SIGN_IN.to_owned(),
        next => format!(
            "{}?{NEXT}={}",
            paths::SIGN_IN,
            utf8_percent_encode(next, NON_ALPHANUMERIC)
        ),
    }
}

/// The redirect of a page to the sign-in, and back.
pub fn to_sign_in(page: &Uri) -> Response {
    let next = page.path_and_query().map_or("/", |next| next.as_str());
    let to = location(&sign_in(next));
    (StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response()
}

/// The `Location` of a path.
pub fn location(path: &str) -> HeaderValue {
    HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"))
}

/// Answers a form of a page with another page.
pub fn redirect(response: &ResponseOptions, to: &str) {
    response.set_status(StatusCode::SEE_OTHER);
    response.insert_header(LOCATION, location(to));
}

/// Answers a form with its refusal: a program shows it, and a limit says how long to wait.
pub fn refuse(response: &ResponseOptions, error: &Error) {
    response.set_status(problem::status(error));
    if let Error::TooMany(seconds) = error {
        response.insert_header(RETRY_AFTER, HeaderValue::from(*seconds));
    }
}

/// Where the next step is: on a panel, the list that the order has just left.
pub fn next_step(panel: String, order: &Order) -> String {
    let (path, query) = panel.split_once('?').unwrap_or((&panel, ""));
    let part = match (Route::read(path, query).panel(), order.status) {
        // To where it stands again.
        (Panel::Supplier, status) if order.is_recalled() => status.name(),
        (Panel::Dispatch, Status::Ready) if order.is_recalled() => "waiting",
        (Panel::Dispatch, Status::Dispatched) if order.is_recalled() => "drivers",
        (Panel::Supplier, Status::SupplierAccepted | Status::SupplierRejected) => {
            Status::PendingSupplier.name()
        }
        // A kitchen has answered what was ordered from a menu.
        (Panel::Supplier, Status::CustomerAccepted) if order.basket.is_some() => {
            Status::PendingSupplier.name()
        }
        (Panel::Supplier, Status::Preparing) => Status::CustomerAccepted.name(),
        (Panel::Supplier, Status::Ready) => Status::Preparing.name(),
        (Panel::Dispatch, Status::Dispatched) => "waiting",
        (Panel::Dispatch, Status::InTransit | Status::Delivered) => "drivers",
        _ => return panel,
    };
    format!("{panel}#{part}")
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
    fn who_signs_in_comes_back() {
        assert_eq!(sign_in("/"), "/sign-in");
        assert_eq!(
            sign_in("/orders?status=ready&x=1"),
            "/sign-in?next=%2Forders%3Fstatus%3Dready%26x%3D1"
        );
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
