//! Which hosts and origins the server answers for: a foreign site that makes its own name lead here gets nothing.

use crate::support::{Instance, Market, Socket, offer};
use reqwest::Method;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// The status of a request with these headers; by a client that does not look it up in the description, which is
/// behind the same door.
async fn status(market: &Instance, method: Method, path: &str, headers: &[(&str, &str)]) -> u16 {
    let mut request = market.request(method.clone(), path);
    if method == Method::POST {
        request = request.json(&offer("Diavola"));
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap().status().as_u16()
}

async fn get(market: &Instance, path: &str, host: &str) -> u16 {
    status(market, Method::GET, path, &[("host", host)]).await
}

async fn post(market: &Instance, host: &str, origin: &str) -> u16 {
    let headers = [("host", host), ("origin", origin)];
    status(market, Method::POST, "/api/orders", &headers).await
}

/// A socket with this host: whether it opens, or the status.
async fn socket(market: &Instance, host: &str) -> Result<(), u16> {
    let url = market.socket_url("");
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("host", host.parse().unwrap());
    match Socket::open(request.clone()).await {
        Ok(_) => Ok(()),
        Err(_) => Err(Socket::refused(request).await.as_u16()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_market_on_loopback_answers_for_no_foreign_host() {
    let market = Market::embedded().open().await;
    let port = market.url.rsplit(':').next().unwrap();
    for path in [
        "/",
        "/orders",
        "/orders.csv",
        "/api/orders",
        "/api/v1/orders",
        "/act/board",
        "/brand.svg",
        "/docs",
    ] {
        assert_eq!(get(&market, path, "evil.example").await, 421, "{path}");
    }
    let evil = format!("evil.example:{port}");
    assert_eq!(post(&market, &evil, &format!("http://{evil}")).await, 421);
    assert_eq!(socket(&market, &evil).await, Err(421));
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(get(&market, path, &evil).await, 200, "{path}");
    }
    for own in ["127.0.0.1", "[::1]", "localhost", "LOCALHOST", "192.0.2.7"] {
        let host = format!("{own}:{port}");
        assert_eq!(get(&market, "/api/orders", &host).await, 200, "{host}");
        assert_eq!(
            post(&market, &host, &format!("{}://{host}", market.scheme())).await,
            201,
            "{host}"
        );
        assert_eq!(socket(&market, &host).await, Ok(()), "{host}");
    }
    let refused = market
        .request(Method::GET, "/api/orders")
        .header("host", &evil);
    let problem = market.send(refused).await.problem(421);
    assert_eq!(problem["type"], "/problems/wrong-host");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_origin_is_a_scheme_a_host_and_a_port() {
    let market = Market::embedded().with("LEPTOS_SITE_ADDR", "0.0.0.0:0");
    let market = market.with("CORS_ALLOWED_ORIGINS", "HTTPS://Shop.Example/");
    let market = market.open().await;
    for (host, origin) in [
        ("market.example:443", "https://market.example"),
        ("market.example", "https://market.example"),
        ("Market.Example:80", "http://market.example"),
        ("market.example", "https://shop.example"),
    ] {
        assert_eq!(post(&market, host, origin).await, 201, "{host} {origin}");
    }
    for (host, origin) in [
        ("market.example:443", "http://market.example"),
        ("market.example", "https://market.example:8443"),
        ("market.example", "http://shop.example"),
        ("localhost:8000", "file://localhost:8000"),
        ("market.example", "null"),
    ] {
        assert_eq!(post(&market, host, origin).await, 403, "{host} {origin}");
    }
    let shop = market
        .request(Method::GET, "/api/orders")
        .header("origin", "https://shop.example");
    let shop = market.send(shop).await;
    assert_eq!(
        shop.header("access-control-allow-origin"),
        Some("https://shop.example")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_has_another_scheme_than_a_market_on_loopback() {
    let market = Market::embedded().open().await;
    let host = market.address();
    assert_eq!(post(&market, host, &market.url).await, 201);
    let other = match market.scheme() {
        "http" => "https",
        _ => "http",
    };
    for scheme in [other, "file", "ftp", "ws"] {
        let origin = format!("{scheme}://{host}");
        assert_eq!(post(&market, host, &origin).await, 403, "{origin}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_answers_for_its_own_host_alone() {
    let market = Market::embedded().with("SITE_ORIGIN", "https://Market.example/");
    let market = market.start();
    for host in ["market.example", "market.example:443", "MARKET.example"] {
        assert_eq!(get(&market, "/orders", host).await, 200, "{host}");
        assert_eq!(post(&market, host, "https://market.example").await, 201);
        assert_eq!(post(&market, host, "http://market.example").await, 403);
        assert_eq!(socket(&market, host).await, Ok(()));
    }
    let address = market.address();
    for host in [address, "localhost", "evil.example", "a.market.example"] {
        assert_eq!(get(&market, "/orders", host).await, 421, "{host}");
        assert_eq!(socket(&market, host).await, Err(421));
        for path in ["/healthz", "/readyz", "/metrics"] {
            assert_eq!(get(&market, path, host).await, 200, "{path}");
        }
    }
}
