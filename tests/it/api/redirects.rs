//! Where forms lead without the browser's program: to a page of this host, and what comes back with them.

use crate::support::{Answer, Instance, Market, tls};
use reqwest::{Method, redirect::Policy};

crate::on_both_engines! {
    a_refusal_outlives_its_instance,
}

/// A form of a browser without scripts.
async fn form(market: &Instance, path: &str, referer: &str, body: &str) -> Answer {
    let http = tls::http().redirect(Policy::none());
    let sent = http.build().unwrap().post(format!("{}{path}", market.url));
    let sent = sent
        .header("accept", "text/html")
        .header("referer", referer)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body.to_owned());
    let response = sent.send().await.unwrap();
    Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_has_one_slash_at_its_beginning() {
    let market = Market::embedded().open().await;
    for path in [
        "//evil.example/",
        "/\\evil.example/",
        "/%2Fevil.example/",
        "/%5c/evil.example/",
        "/.//evil.example/",
    ] {
        let referer = format!("https://market{path}");
        let changed = form(&market, "/settings", &referer, "theme=dark").await;
        assert_eq!(
            (changed.status, changed.header("location")),
            (303, Some("/evil.example/#look")),
            "{path}"
        );
        let refused = form(&market, "/act/offer", &referer, "supplier_name=S").await;
        let location = refused.header("location").unwrap();
        assert_eq!(
            (refused.status, location),
            (303, "/evil.example/#offer"),
            "{path}"
        );
    }
}

/// The page that a refused form leads back to, with the cookie that it got.
async fn shown(market: &Instance, refused: &Answer) -> String {
    let cookie = refused.header("set-cookie").unwrap();
    let page = market
        .request(Method::GET, "/supplier")
        .header("cookie", cookie.split(';').next().unwrap());
    market.send(page).await.text
}

async fn refuse(market: &Instance) -> Answer {
    let typed = "supplier_name=Secret+kitchen&pizza_name=P&supplier_price=x";
    let refused = form(market, "/act/offer", "http://market/supplier", typed).await;
    let cookie = refused.header("set-cookie").unwrap();
    assert!(
        !cookie.contains("Secret") && !cookie.contains("offer"),
        "{cookie}"
    );
    refused
}

async fn a_refusal_outlives_its_instance(market: Market) {
    let mut instance = market.open().await;
    let refused = refuse(&instance).await;
    assert!(shown(&instance, &refused).await.contains("Secret kitchen"));
    instance.kill();
    let again = market.open().await;
    assert!(shown(&again, &refused).await.contains("Secret kitchen"));
    // What nobody here has sealed is nothing.
    let forged = market_page(&again, "refused=%7B%22form%22%3A%22offer%22%7D").await;
    assert!(!forged.contains("isn’t a price"));
}

async fn market_page(market: &Instance, cookie: &str) -> String {
    let page = market
        .request(Method::GET, "/supplier")
        .header("cookie", cookie);
    market.send(page).await.text
}

#[tokio::test(flavor = "multi_thread")]
async fn another_instance_shows_the_refusal() {
    let market = Market::redis();
    let (one, other) = (market.open().await, market.open().await);
    for (refuses, shows) in [(&one, &other), (&other, &one)] {
        let refused = refuse(refuses).await;
        assert!(shown(shows, &refused).await.contains("Secret kitchen"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_comes_back_while_the_store_is_away() {
    let mut market = Market::redis();
    let instance = market.open().await;
    market.server().kill();
    let refused = refuse(&instance).await;
    assert!(shown(&instance, &refused).await.contains("Secret kitchen"));
}
