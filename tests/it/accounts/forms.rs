//! Forms and sockets of foreign pages: where a cookie says who has sent a request, only the site's own pages may.

use crate::{
    on_both_engines,
    support::{
        Answer, Market, Socket,
        accounts::{ORIGIN, required},
        browser::Browser,
        member::Member,
    },
};
use reqwest::Method;
use serde_json::Value;
use tokio_tungstenite::tungstenite::http::HeaderValue;

on_both_engines! {
    only_pages_of_the_site_send_forms,
    only_pages_of_the_site_open_sockets_with_a_cookie,
    the_host_is_looked_at_before_anything_else,
}

/// An origin that may call the API.
const LISTED: &str = "https://partner.example";

/// The headers of requests that no page of the site has sent.
const FOREIGN: [&[(&str, &str)]; 12] = [
    &[],
    &[("origin", "https://evil.example")],
    &[("origin", LISTED)],
    &[("origin", "null")],
    &[("origin", "http://127.0.0.1:8001")],
    &[("origin", "https://127.0.0.1:8000")],
    &[("origin", "http://localhost:8000")],
    &[("origin", "http://127.0.0.1:8000.evil.example")],
    &[("origin", ORIGIN), ("origin", "https://evil.example")],
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site")],
    &[("sec-fetch-site", "none")],
];

const OWN: [&[(&str, &str)]; 3] = [
    &[("origin", ORIGIN)],
    &[("sec-fetch-site", "same-origin")],
    &[("origin", "null"), ("sec-fetch-site", "same-origin")],
];

fn market(market: Market) -> Market {
    required(market).with("CORS_ALLOWED_ORIGINS", LISTED)
}

fn is_foreign(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 403, "{what}: {}", answer.text);
    let problem: Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(problem["type"], "/problems/foreign-origin", "{what}");
    let allowed = answer.header("access-control-allow-credentials");
    assert_eq!(allowed, None, "{what}");
}

async fn only_pages_of_the_site_send_forms(given: Market) {
    let market = market(given);
    let instance = market.open().await;
    let mut ana = Member::admin(&market, &instance, "ana@example.org").await;
    let key = market.key("integrator", &["--role", "integrator"]);
    let name = [("act", "name"), ("name", "Changed")];
    let offer = [
        ("supplier_name", "Bella Napoli"),
        ("pizza_name", "Diavola"),
        ("supplier_price", "9.50"),
    ];
    let forms: [(&str, &[(&str, &str)]); 9] = [
        ("/account", &name),
        ("/team", &[("kind", "driver"), ("name", "X")]),
        ("/sign-out", &[]),
        ("/sign-in", &[("email", "a@example.org"), ("password", "x")]),
        ("/sign-up", &[("email", "a@example.org"), ("password", "x")]),
        ("/pair", &[("code", "12345678")]),
        ("/hand-over", &[("person", "")]),
        ("/settings", &[("theme", "dark")]),
        ("/act/offer", &offer),
    ];
    for (path, fields) in forms {
        for headers in FOREIGN {
            let before = ana.browser.cookies.clone();
            let answer = ana.browser.send(Method::POST, path, Some(fields), headers);
            is_foreign(&answer.await, &format!("{path} {headers:?}"));
            assert_eq!(ana.browser.cookies, before, "{path} {headers:?}");
        }
    }
    let page = ana.browser.get("/account").await;
    assert!(page.status == 200 && !page.text.contains("Changed"));
    let orders = instance.as_(&key, Method::GET, "/api/orders", None).await;
    assert_eq!(orders.text, "[]");
    for headers in OWN {
        let answer = ana
            .browser
            .send(Method::POST, "/account", Some(&name), headers);
        assert_eq!(answer.await.location(), "/account", "{headers:?}");
    }
    assert!(ana.browser.get("/account").await.text.contains("Changed"));
    // The list is for the API, which takes no cookie.
    let listed = [("origin", LISTED)];
    let answer = ana
        .browser
        .send(Method::GET, "/api/orders", None, &listed)
        .await;
    assert_eq!(answer.header("access-control-allow-origin"), Some(LISTED));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    for path in ["/act/counts", "/orders", "/orders.csv", "/account"] {
        let answer = ana.browser.send(Method::GET, path, None, &listed).await;
        let allowed = answer.header("access-control-allow-origin");
        assert_eq!(allowed, None, "{path}");
    }
}

async fn only_pages_of_the_site_open_sockets_with_a_cookie(given: Market) {
    let market = market(given);
    let instance = market.open().await;
    let ana = Member::admin(&market, &instance, "ana@example.org").await;
    let upgrade = |browser: &Browser, origin: Option<&str>| {
        let mut upgrade = browser.upgrade("?since=");
        match origin {
            Some(origin) => {
                let origin = HeaderValue::from_str(origin).unwrap();
                upgrade.headers_mut().insert("origin", origin);
            }
            None => drop(upgrade.headers_mut().remove("origin")),
        }
        upgrade
    };
    for origin in [
        None,
        Some("https://evil.example"),
        Some("null"),
        Some("http://127.0.0.1:8001"),
    ] {
        let refused = Socket::refused(upgrade(&ana.browser, origin)).await;
        assert_eq!(refused, 403, "{origin:?}");
    }
    let key = market.key(
        "supplier",
        &["--role", "supplier", "--supplier", "Bella Napoli"],
    );
    let mut own = Socket::open(upgrade(&ana.browser, Some(ORIGIN)))
        .await
        .unwrap();
    own.signal("stream.heartbeat").await;
    // From a page elsewhere the cookie is as if not there: it is a guest, which is told of no such offer.
    let mut listed = Socket::open(upgrade(&ana.browser, Some(LISTED)))
        .await
        .unwrap();
    listed.signal("stream.heartbeat").await;
    let offer = serde_json::json!({"supplier_name": "Bella Napoli", "pizza_name": "Diavola", "supplier_price": 9.5});
    let order = instance.done_as(&key, "/api/orders", &offer).await;
    let event = own.event().await;
    assert_eq!(event["order"]["id"], order["id"]);
    assert_eq!(event["actor"]["id"], key.id.as_deref().unwrap());
    let accept = format!(
        "/api/orders/{}/supplier-respond",
        order["id"].as_str().unwrap()
    );
    instance
        .done_as(&key, &accept, &serde_json::json!({"accept": true}))
        .await;
    let event = listed.event().await;
    assert_eq!(event["order"]["status"], "supplier_accepted");
    assert!(event["actor"]["id"].is_null(), "it is told the outside");
}

async fn the_host_is_looked_at_before_anything_else(given: Market) {
    let market = market(given);
    let instance = market.open().await;
    let mut ana = Member::admin(&market, &instance, "ana@example.org").await;
    for host in [
        "evil.example",
        "localhost",
        "127.0.0.1.evil.example",
        "127.0.0.2:8000",
    ] {
        for (method, path) in [
            (Method::GET, "/orders"),
            (Method::GET, "/api/orders"),
            (Method::POST, "/account"),
            (Method::POST, "/api/orders"),
            (Method::GET, "/nowhere"),
        ] {
            let origin = format!("http://{host}");
            let headers = [("host", host), ("origin", &*origin)];
            let answer = ana.browser.send(method.clone(), path, None, &headers).await;
            assert_eq!(answer.status, 421, "{method} {path} {host}");
            assert!(!answer.text.contains("ana@example.org"));
            let problem: Value = serde_json::from_str(&answer.text).unwrap();
            assert_eq!(problem["type"], "/problems/wrong-host");
        }
    }
    assert!(ana.browser.is_signed_in().await);
}
