//! Every layer around the routes, outermost first.

use super::{
    limits::household,
    metrics::RATE_LIMITED,
    peer,
    requests::{self, REQUEST_ID},
    rest::{
        extract::{LARGEST_BODY, read_body},
        problem::Problem,
    },
    state::App,
};
use crate::domain::Error;
use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    http::{
        Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version, header,
    },
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Mutex,
    time::Duration,
};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, cors::CorsLayer};

pub fn around(router: Router<App>, app: &App) -> Router<App> {
    // The last one added is the first one to see a request.
    let router = router
        .layer(CompressionLayer::new().compress_when(is_page))
        .layer(from_fn(small_enough))
        .layer(from_fn_with_state(app.clone(), own_origin))
        .layer(from_fn_with_state(app.clone(), within_rate))
        .layer(cors(&app.config.origins))
        .layer(CatchPanicLayer::custom(|_| Error::Internal.into_response()))
        .layer(from_fn(plain_headers))
        .layer(from_fn_with_state(app.clone(), from_whom));
    requests::around(router)
}

/// Whether nothing has been said of an address, or of its network, yet. Of the first few alone, for anybody can be one:
/// clients that make themselves up as proxies must not fill the log. Where they come first, from as many networks, they
/// do keep a real one from being named.
fn is_stranger(address: IpAddr) -> bool {
    const MOST: usize = 8;
    static SAID: Mutex<Vec<IpAddr>> = Mutex::new(Vec::new());
    let household = household(address);
    let mut said = SAID.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let new = said.len() < MOST && !said.contains(&household);
    if new {
        said.push(household);
    }
    new
}

/// Sees through our own proxies: from here on, the address is the client's (its port is not known then).
async fn from_whom(
    State(app): State<App>,
    from: ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let (trusted, line) = (&app.config.proxies, from.ip());
    if peer::is_unknown_proxy(trusted, line, request.headers()) && is_stranger(line) {
        tracing::warn!(address = %line, "this address speaks for others, and TRUSTED_PROXIES does not name it: all of them count as one client");
    }
    let client = peer::client(trusted, line, request.headers());
    if client != line {
        let client = ConnectInfo(SocketAddr::new(client, 0));
        request.extensions_mut().insert(client);
    }
    next.run(request).await
}

/// Pages are compressed as they are sent; files are already, and what integrators read stays as it is.
fn is_page(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// Says to browsers what they must not do with an answer.
async fn plain_headers(request: Request, next: Next) -> Response {
    let is_program = request.uri().path().starts_with("/pkg/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if is_program {
        // The same for whoever asks, from wherever; and in so many parts that what they are sent with counts.
        headers.remove(header::ACCESS_CONTROL_EXPOSE_HEADERS);
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers
        .entry(header::REFERRER_POLICY)
        .or_insert(HeaderValue::from_static("same-origin"));
    response
}

/// Lets pages of the origins on the list read the API.
fn cors(origins: &[HeaderValue]) -> CorsLayer {
    let name = HeaderName::from_static;
    CorsLayer::new()
        .allow_origin(origins.to_vec())
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            name("idempotency-key"),
            name("traceparent"),
            name("tracestate"),
            REQUEST_ID,
        ])
        .expose_headers([
            header::ETAG,
            header::LINK,
            header::LOCATION,
            header::RETRY_AFTER,
            name("last-event-id"),
            name("idempotent-replayed"),
            REQUEST_ID,
        ])
        .max_age(Duration::from_secs(600))
}

/// So many requests per second and address. Not counted: what says whether the server is well, and its files.
async fn within_rate(
    State(app): State<App>,
    from: ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let free = ["/healthz", "/readyz", "/metrics"].contains(&path) || path.starts_with("/pkg/");
    match if free {
        Ok(())
    } else {
        app.limits.check(from.ip())
    } {
        Ok(()) => next.run(request).await,
        Err(error) => {
            metrics::counter!(RATE_LIMITED).increment(1);
            error.into_response()
        }
    }
}

/// A body that says that it is too large is refused before anything else about the call, wherever it goes. That of a
/// form is read here: one that is too large or breaks off is a fault of whoever sends it, and not, as where the form's
/// own function reads it, one of ours.
async fn small_enough(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let too_large = path.starts_with("/api") && length.is_some_and(|n| n > LARGEST_BODY);
    if !too_large && !path.starts_with("/act/") {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    match read_body(body).await {
        Err(error) => error.into_response(),
        Ok(_) if too_large => Problem::TooLarge.into_response(),
        Ok(body) => next.run(Request::from_parts(head, body.into())).await,
    }
}

/// A browser may change something, or open a socket, only for a page of ours or of an origin on the list.
async fn own_origin(State(app): State<App>, request: Request, next: Next) -> Response {
    let careful = !request.method().is_safe() || request.uri().path() == "/ws";
    if careful && !is_welcome(&app.config.origins, request.headers(), request.uri()) {
        return Problem::ForeignOrigin.into_response();
    }
    next.run(request).await
}

fn is_welcome(list: &[HeaderValue], headers: &HeaderMap, uri: &Uri) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let (Some(origin), None) = (origins.next(), origins.next()) else {
        if headers.contains_key(header::ORIGIN) {
            return false;
        }
        // No browser; or one that sends only this, with a form from another site.
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
    fn our_own_pages_and_the_list_are_welcome() {
        let list = [HeaderValue::from_static("https://shop.example")];
        let welcome = |origin: Option<&str>, site: Option<&str>| {
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
            is_welcome(&list, &headers, &Uri::from_static("/ws"))
        };
        assert!(welcome(None, None));
        assert!(welcome(Some("http://market.example:8000"), None));
        assert!(welcome(Some("https://shop.example"), Some("cross-site")));
        for foreign in [
            "null",
            "http://market.example",
            "https://shop.example:444",
            "http://shop.example",
            "https://evil.example",
            "",
        ] {
            assert!(!welcome(Some(foreign), None), "{foreign}");
        }
        assert!(!welcome(None, Some("cross-site")));
    }
}
