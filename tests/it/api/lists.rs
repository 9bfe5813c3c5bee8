//! Lists of orders: filters, pages, and the cursor that goes with them.

use crate::support::{Answer, Instance, Market, tls};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

crate::on_both_engines! {
    lists_are_newest_first_filtered_and_in_pages,
    the_link_to_the_next_page_is_a_uri,
    no_change_is_missed_from_the_cursor_of_a_list,
}

fn names(answer: &Answer) -> Vec<String> {
    let list = answer.json();
    list.as_array()
        .unwrap()
        .iter()
        .map(|order| order["pizza_name"].as_str().unwrap().to_owned())
        .collect()
}

/// Follows `Link` to the end.
async fn all(market: &Instance, first: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut next = Some(first.to_owned());
    while let Some(path) = next {
        let answer = market.get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        found.extend(names(&answer));
        next = answer.header("link").map(|link| {
            let (address, rel) = link.split_once(';').unwrap();
            assert_eq!(rel.trim(), "rel=\"next\"");
            address.trim_matches(['<', '>']).to_owned()
        });
    }
    found
}

async fn lists_are_newest_first_filtered_and_in_pages(market: Market) {
    let market = market.open().await;
    assert_eq!(market.get("/api/orders").await.text, "[]");
    let mut paths = Vec::new();
    for n in 0..7 {
        let supplier = if n % 2 == 0 {
            "Bella: Napoli & Söhne"
        } else {
            "Forno"
        };
        let body =
            json!({"supplier_name": supplier, "pizza_name": format!("P{n}"), "supplier_price": 1});
        let order = market.done("/api/orders", &body).await;
        paths.push(format!("/api/orders/{}", order["id"].as_str().unwrap()));
    }
    for n in [1, 2, 4] {
        market
            .done(
                &format!("{}/supplier-respond", paths[n]),
                &json!({"accept": true}),
            )
            .await;
    }
    assert_eq!(
        names(&market.get("/api/orders").await),
        ["P6", "P5", "P4", "P3", "P2", "P1", "P0"]
    );
    let bella = "supplier_name=Bella%3A+Napoli+%26+S%C3%B6hne";
    for (query, expected) in [
        ("status=supplier_accepted", vec!["P4", "P2", "P1"]),
        ("status=pending_supplier", vec!["P6", "P5", "P3", "P0"]),
        ("status=delivered", vec![]),
        (bella, vec!["P6", "P4", "P2", "P0"]),
        ("supplier_name=bella", vec![]),
        (
            &format!("status=supplier_accepted&{bella}"),
            vec!["P4", "P2"],
        ),
    ] {
        assert_eq!(
            names(&market.get(&format!("/api/orders?{query}")).await),
            expected,
            "{query}"
        );
        for limit in [1, 2, 3, 500] {
            assert_eq!(
                all(&market, &format!("/api/orders?{query}&limit={limit}")).await,
                expected,
                "{query}, {limit}"
            );
        }
    }
    assert_eq!(all(&market, "/api/v1/orders?limit=3").await.len(), 7);
    assert_eq!(market.get("/api/orders?limit=7").await.header("link"), None);
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=", "limit"),
        ("limit=ten", "limit"),
        ("status=", "status"),
        ("status=eaten", "status"),
        ("supplier_name=", "supplier_name"),
        ("cursor=", "cursor"),
        ("cursor=x", "cursor"),
        ("order=asc", "order"),
        ("limit=1&limit=2", "limit"),
    ] {
        assert_eq!(
            market.get(&format!("/api/orders?{query}")).await.faults(),
            [field],
            "{query}"
        );
    }
}

/// `Link` holds a URI, whatever a client has sent as an address, and has one cursor.
async fn the_link_to_the_next_page_is_a_uri(market: Market) {
    let market = market.open().await;
    let supplier = "{Säge|^1\\[a]`}";
    for n in 0..3 {
        let body =
            json!({"supplier_name": supplier, "pizza_name": format!("P{n}"), "supplier_price": 1});
        market.done("/api/orders", &body).await;
    }
    // As they stand, and escaped; the cursor of the page before goes, however its name is written.
    for query in [
        "supplier_name={Säge|^1\\[a]`}&limit=1",
        "supplier_name=%7BS%C3%A4ge%7C%5E1%5C%5Ba%5D%60%7D&limit=1",
        "supplier%5Fname=%7bS\u{e4}ge|%5e1\\[a]`}&&limit=1",
        "limit=1&%63ursor=ffffffff-ffff-7fff-8fff-ffffffffffff",
    ] {
        let path = format!("/api/orders?{query}");
        let mut link = raw_get(&market, &path).await;
        for _ in 0..2 {
            let (uri, rel) = link.split_once(">; ").unwrap();
            let uri = uri.strip_prefix('<').unwrap();
            assert_eq!(rel, "rel=\"next\"", "{link}");
            let is_of_uri =
                |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=%".contains(&byte);
            assert!(uri.bytes().all(is_of_uri), "{uri}");
            assert_eq!(uri.matches("ursor=").count(), 1, "{uri}");
            link = raw_get(&market, uri).await;
        }
        assert_eq!(link, "", "{query}");
    }
}

/// The `Link` of an answer to a path that goes out as it stands: HTTP libraries would escape it.
async fn raw_get(market: &Instance, path: &str) -> String {
    let address = market.address();
    let mut stream = tls::connect(&market.url).await;
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let link = answer.lines().find_map(|line| line.strip_prefix("link: "));
    link.unwrap_or_default().to_owned()
}

async fn no_change_is_missed_from_the_cursor_of_a_list(market: Market) {
    let market = market.open().await;
    let path = market.offer("Before").await;
    let list = market.get("/api/orders").await;
    let cursor = list.header("last-event-id").unwrap().to_owned();
    market
        .done(
            &format!("{path}/supplier-respond"),
            &json!({"accept": true}),
        )
        .await;
    market.offer("After").await;
    let mut socket = market.socket(&format!("?since={cursor}")).await;
    let (accepted, created): (Value, Value) = (socket.event().await, socket.event().await);
    assert_eq!(accepted["event_type"], "order.supplier_accepted");
    assert_eq!(created["order"]["pizza_name"], "After");
}
