//! Following an order by the link that its customer shares.

use super::pages::{ADDRESS, NAME, order};
use crate::{
    on_both_engines,
    support::{
        Instance, Market,
        accounts::{Person, required},
        browser::Browser,
        clock::Clock,
        keys::follow_key,
    },
};
use reqwest::Method;
use serde_json::json;

on_both_engines! {
    an_order_is_followed_by_its_key,
    a_follow_key_ends_a_day_after_its_order,
    the_link_that_is_shared_holds_the_key,
}

/// Somebody who orders without an account, and who does the rest.
async fn guest(market: &Market, instance: &Instance) -> (Browser, Person) {
    let mut guest = Browser::on(instance);
    guest.get("/customer").await;
    (guest, market.key("integrator", &["--role", "integrator"]))
}

async fn an_order_is_followed_by_its_key(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let (_, by) = guest(&market, &instance).await;
    let mut orders = Vec::new();
    for _ in 0..6 {
        let mut guest = Browser::on(&instance);
        guest.get("/customer").await;
        orders.push(order(&instance, &by, &mut guest, "customer_accepted", "").await);
    }
    let mut friend = Browser::on(&instance);
    let (first, key) = (&orders[0], follow_key(&orders[0]));
    assert_eq!(key.len(), 22);
    let bare = format!("/customer/{first}");
    let altered: String = key.chars().rev().collect();
    for wrong in [
        altered,
        key[..21].to_owned(),
        format!("{key}A"),
        follow_key(&orders[1]),
    ] {
        let answer = friend.get(&format!("{bare}?key={wrong}")).await;
        assert_eq!(answer.location(), bare);
        assert!(friend.cookies.is_empty());
        assert_eq!(friend.get(&bare).await.status, 404);
    }
    let answer = friend.get(&format!("{bare}?key={key}")).await;
    assert_eq!(answer.location(), bare);
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    let page = friend.get(&bare).await;
    assert_eq!(page.status, 200);
    for inside in [NAME, ADDRESS] {
        assert!(!page.text.contains(inside), "the outside has no {inside}");
    }
    // Whose key it is follows one order, in each interface that takes cookies, and changes nothing.
    assert_eq!(
        friend.get(&format!("/customer/{}", orders[1])).await.status,
        404
    );
    let fields = [("id", &**first), ("version", "3"), ("key", "x")];
    friend.post("/act/customer-cancel", &fields).await;
    let mut socket = friend.follow().await;
    let next = format!("/api/orders/{first}/status");
    instance
        .done_as(&by, &next, &json!({"status": "preparing"}))
        .await;
    let event = socket.event().await;
    assert_eq!(event["order"]["status"], "preparing");
    assert!(event["order"]["customer_name"].is_null());
    // At most five: the oldest gives way.
    for order in &orders {
        let path = format!("/customer/{order}?key={}", follow_key(order));
        friend.get(&path).await;
    }
    let mut open = Vec::new();
    for order in &orders {
        open.push(friend.get(&format!("/customer/{order}")).await.status);
    }
    assert_eq!(open, [404, 200, 200, 200, 200, 200]);
}

async fn a_follow_key_ends_a_day_after_its_order(market: Market) {
    let market = required(market);
    let clock = Clock::ahead_by(0);
    let instance = clock.open(&market).await;
    let jonas = market.driver(&instance, "Jonas").await;
    let (mut guest, by) = guest(&market, &instance).await;
    let id = order(&instance, &by, &mut guest, "delivered", &jonas).await;
    let (bare, key) = (format!("/customer/{id}"), follow_key(&id));
    let open = async || {
        let mut friend = Browser::on(&instance);
        friend.get(&format!("{bare}?key={key}")).await;
        friend.get(&bare).await.status
    };
    let mut friend = Browser::on(&instance);
    friend.get(&format!("{bare}?key={key}")).await;
    assert_eq!(open().await, 200);
    clock.set(24 * 3600 - 60);
    assert_eq!(open().await, 200);
    clock.set(24 * 3600 + 60);
    assert_eq!(open().await, 404);
    // Also with the cookie from before. Whose order it is sees it as before.
    assert_eq!(friend.get(&bare).await.status, 404);
    assert_eq!(guest.get(&bare).await.status, 200);
}

async fn the_link_that_is_shared_holds_the_key(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let (mut guest, by) = guest(&market, &instance).await;
    let id = order(&instance, &by, &mut guest, "customer_accepted", "").await;
    let compressed = [("accept-encoding", "gzip, br")];
    let path = format!("/customer/{id}");
    let page = guest.send(Method::GET, &path, None, &compressed).await;
    assert_eq!(page.status, 200);
    // A page that holds a key is not compressed, and names itself to nobody.
    assert_eq!(page.header("content-encoding"), None);
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert!(
        page.text.contains(&follow_key(&id)),
        "the page has no link to share"
    );
}
