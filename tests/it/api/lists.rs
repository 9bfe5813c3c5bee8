//! Lists of orders: filters, pages, and the cursor that goes with them.

use crate::support::{Answer, Instance, Market};
use serde_json::{Value, json};

crate::on_both_engines! {
    lists_are_newest_first_filtered_and_in_pages,
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
