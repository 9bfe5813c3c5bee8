//! Orders from a menu: what is agreed to, what is stored of it, races for a place, and repeated requests.

use super::ordering::{
    agreed, change, fee, kind_of, named_slots, placed, quote, send, shop_with, slots, wanted,
    wanted_tomorrow, with,
};
use crate::support::{Answer, Instance, Market, store::sound};
use futures::future::join_all;
use serde_json::{Value, json};

crate::on_both_engines! {
    an_order_is_placed_and_driven_to_the_door,
    an_order_says_who_and_where_and_what_is_agreed,
    a_request_that_is_sent_twice_orders_once,
    a_quote_that_has_changed_asks_first,
    a_stored_refusal_stays,
    a_full_slot_names_the_next_ones,
    the_next_slot_is_taken_where_it_is_in_time,
    a_place_that_is_given_back_is_taken_once,
    a_kitchen_may_accept_by_itself,
    an_offer_of_a_pizzeria_says_which,
}

async fn an_order_is_placed_and_driven_to_the_door(market: Market) {
    let mut instance = market.open().await;
    let shop = shop_with(&instance, &json!({"markup_percentage": 10})).await;
    let id = instance.get(&shop).await.json()["id"].clone();
    let mut socket = instance.follow().await;
    let quoted = quote(&instance, &shop, &wanted()).await;
    let notes = json!({"notes": "Second floor"});
    let wanted = with(&agreed(&wanted(), &quoted), &notes);
    let answer = send(&instance, &shop, &wanted, None).await;
    assert_eq!((answer.status, answer.header("etag")), (201, Some("\"1\"")));
    let path = answer.header("location").unwrap();
    assert_eq!(instance.get(path).await.text, answer.text);
    let order = answer.json();
    for (member, value) in [
        ("status", json!("customer_accepted")),
        ("restaurant_id", id),
        ("supplier_name", json!("Bella Napoli")),
        ("pizza_name", json!("2× Margherita Large +1")),
        ("supplier_price", json!(22.5)),
        ("customer_price", json!(24.75)),
        ("delivery_address", json!("Kurze Gasse 1\n10115 Berlin")),
        ("supplier_notes", Value::Null),
    ] {
        assert_eq!(order[member], value, "{member}");
    }
    let basket = &order["basket"];
    assert_eq!(
        (&basket["bill"], &basket["lines"]),
        (&quoted["bill"], &quoted["lines"])
    );
    assert_eq!(
        (&basket["notes"], &basket["phone"]),
        (&json!("Second floor"), &json!("030 1234567"))
    );
    assert_eq!(basket["place"]["area"], "Mitte");
    assert_eq!(basket["kitchen_slots"].as_array().unwrap().len(), 1);
    assert!(basket["answer_by"].is_string() && basket["answered_at"].is_null());
    let told = socket.event().await;
    assert_eq!(
        (&told["event_type"], &told["order"]),
        (&json!("order.customer_accepted"), &order)
    );
    let take = json!({"customer_name": "Eva", "delivery_address": "Gasse 2"});
    instance
        .post(&format!("{path}/customer-accept"), &take)
        .await
        .problem(409);
    for (call, body, status) in [
        (
            "supplier-respond",
            json!({"accept": true, "estimated_time": 40}),
            "customer_accepted",
        ),
        ("delay", json!({"minutes": 5}), "customer_accepted"),
        ("status", json!({"status": "preparing"}), "preparing"),
        ("check", json!({"line": 0, "done": 2}), "preparing"),
        ("status", json!({"status": "ready"}), "ready"),
        ("dispatch", json!({"driver_name": "Jonas"}), "dispatched"),
        ("status", json!({"status": "in_transit"}), "in_transit"),
        ("status", json!({"status": "delivered"}), "delivered"),
    ] {
        let order = instance.done(&format!("{path}/{call}"), &body).await;
        assert_eq!(order["status"], status, "{call}");
    }
    assert_eq!(instance.history(path).await.len(), 9);
    instance.kill();
    sound(&market);
}

async fn an_order_says_who_and_where_and_what_is_agreed(market: Market) {
    let instance = market.open().await;
    let shop = shop_with(&instance, &json!({})).await;
    let quoted = quote(&instance, &shop, &wanted()).await;
    let order = agreed(&wanted(), &quoted);
    for (members, faults) in [
        (json!({"when": null}), &["when"][..]),
        (json!({"agreed_total": null}), &["agreed_total"]),
        (json!({"agreed_total": 9.999}), &["agreed_total"]),
        (json!({"agreed_until": "later"}), &["agreed_until"]),
        (
            json!({"phone": "0800-PIZZA", "customer_name": " "}),
            &["customer_name", "phone"],
        ),
        (
            json!({"place": {"postcode": "10115"}}),
            &["place.street", "place.town"],
        ),
        (json!({"price": 1}), &["price"]),
    ] {
        let refused = send(&instance, &shop, &with(&order, &members), None).await;
        assert_eq!(refused.faults(), faults, "{members}");
    }
    let odd = json!({"customer_name": "<b>Ana</b> 🍕", "notes": "\u{202e}RTL & \"quotes\""});
    let answer = send(&instance, &shop, &with(&order, &odd), None).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.json()["customer_name"], odd["customer_name"]);
    assert_eq!(instance.orders().await.len(), 1);
}

async fn a_request_that_is_sent_twice_orders_once(market: Market) {
    let instance = market.open().await;
    let shop = shop_with(&instance, &json!({"orders": {"slot_orders": 1}})).await;
    let quoted = quote(&instance, &shop, &wanted()).await;
    let order = agreed(&wanted(), &quoted);
    let sent = (0..4).map(|_| send(&instance, &shop, &order, Some("form-1")));
    let answers = join_all(sent).await;
    let first = &answers[0];
    assert!(
        answers
            .iter()
            .all(|answer| answer.status == 201 && answer.text == first.text)
    );
    // The slot is full now, and dearer: the answer stays.
    change(&instance, &shop, &fee(9.0)).await;
    let again = send(&instance, &shop, &order, Some("form-1")).await;
    assert_eq!((again.status, &again.text), (201, &first.text));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.header("location"), first.header("location"));
    let other = with(&order, &json!({"customer_name": "Eva"}));
    send(&instance, &shop, &other, Some("form-1"))
        .await
        .problem(422);
    assert_eq!(instance.orders().await.len(), 1);
}

async fn a_quote_that_has_changed_asks_first(market: Market) {
    let instance = market.open().await;
    let shop = shop_with(&instance, &json!({})).await;
    let wanted = wanted_tomorrow(&instance, &shop).await;
    let order = agreed(&wanted, &quote(&instance, &shop, &wanted).await);
    change(&instance, &shop, &fee(3.5)).await;
    let refused = send(&instance, &shop, &order, None).await;
    assert_eq!(kind_of(&refused, 409), "quote-changed");
    let newer = refused.json()["quote"].clone();
    assert_eq!(newer["bill"]["to_pay"], 23.5);
    assert_eq!(newer, quote(&instance, &shop, &wanted).await);
    let earlier = with(
        &order,
        &json!({"agreed_total": 100, "agreed_until": "2026-01-01T00:00:00Z"}),
    );
    let refused = send(&instance, &shop, &earlier, None).await;
    assert_eq!(kind_of(&refused, 409), "quote-changed");
    // At the lower price it is ordered.
    change(&instance, &shop, &fee(1.0)).await;
    let answer = send(&instance, &shop, &order, None).await;
    assert_eq!(
        (answer.status, &answer.json()["customer_price"]),
        (201, &json!(21.0))
    );
    let gone = with(
        &order,
        &json!({"place": {"street": "S 1", "postcode": "20095", "town": "Hamburg"}}),
    );
    let refused = send(&instance, &shop, &gone, None).await;
    assert_eq!(kind_of(&refused, 422), "not-delivered-there");
    let sold_out = json!({"item": "marg", "sold_out": true, "until": "resumed"});
    instance.done(&format!("{shop}/sold-out"), &sold_out).await;
    let refused = send(&instance, &shop, &order, None).await;
    assert_eq!(
        (kind_of(&refused, 409).as_str(), &refused.json()["lines"]),
        ("sold-out", &json!([0]))
    );
}

async fn a_stored_refusal_stays(market: Market) {
    let instance = market.open().await;
    let shop = shop_with(&instance, &json!({})).await;
    let wanted = wanted_tomorrow(&instance, &shop).await;
    let order = agreed(&wanted, &quote(&instance, &shop, &wanted).await);
    instance.done(&format!("{shop}/pause"), &json!({})).await;
    let first = send(&instance, &shop, &order, Some("k")).await;
    assert_eq!(kind_of(&first, 409), "paused");
    assert_eq!(first.header("idempotent-replayed"), None);
    instance.done(&format!("{shop}/resume"), &json!({})).await;
    let again = send(&instance, &shop, &order, Some("k")).await;
    assert_eq!((again.status, &again.text), (409, &first.text));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let other = send(&instance, &shop, &order, Some("l")).await;
    assert_eq!(other.status, 201, "{}", other.text);
}

async fn a_full_slot_names_the_next_ones(market: Market) {
    let instance = market.open().await;
    let shop = shop_with(&instance, &json!({"orders": {"slot_orders": 2}})).await;
    let all = slots(&instance, &shop).await;
    let wanted = with(&wanted(), &json!({"when": all.last().unwrap()["slot"]}));
    for _ in 0..2 {
        placed(&instance, &shop, &wanted).await;
    }
    // By now the first one may be over, too.
    let left = slots(&instance, &shop).await;
    assert!(!left.iter().any(|slot| slot["slot"] == wanted["when"]));
    let refused = instance.post(&format!("{shop}/quote"), &wanted).await;
    assert_eq!(
        (kind_of(&refused, 409).as_str(), named_slots(&refused)),
        ("slot-full", 3)
    );
    let consent = json!({"bill": {"to_pay": 100}, "promise": {"to": "2099-01-01T00:00:00Z"}});
    let refused = send(&instance, &shop, &agreed(&wanted, &consent), None).await;
    assert_eq!(
        (kind_of(&refused, 409).as_str(), named_slots(&refused)),
        ("slot-full", 3)
    );
    // A large order takes the slot before, too.
    let large = with(
        &wanted,
        &json!({
            "lines": [super::ordering::line("marg", 7)], "when": all[all.len() - 2]["slot"]
        }),
    );
    let (order, _) = placed(&instance, &shop, &large).await;
    let taken = order["basket"]["kitchen_slots"].clone();
    assert_eq!(
        taken,
        json!([all[all.len() - 3]["slot"], all[all.len() - 2]["slot"]])
    );
}

async fn the_next_slot_is_taken_where_it_is_in_time(market: Market) {
    let instance = market.open().await;
    let shop = shop_with(&instance, &json!({"orders": {"slot_orders": 1}})).await;
    // Twice a slot passes between quote and order at the most.
    for _ in 0..3 {
        let first = quote(&instance, &shop, &wanted()).await;
        let order = agreed(&wanted(), &first);
        assert_eq!(send(&instance, &shop, &order, None).await.status, 201);
        let second = quote(&instance, &shop, &wanted()).await;
        assert_ne!(second["slot"], first["slot"]);
        let refused = send(&instance, &shop, &order, None).await;
        let kind = kind_of(&refused, 409);
        if kind == "slot-full" {
            assert_eq!(named_slots(&refused), 3);
            let later = json!({"agreed_until": "2099-01-01T00:00:00Z"});
            let answer = send(&instance, &shop, &with(&order, &later), None).await;
            assert_eq!(answer.status, 201, "{}", answer.text);
            assert_eq!(
                answer.json()["basket"]["kitchen_slots"],
                json!([second["slot"]])
            );
            return;
        }
        assert_eq!(kind, "quote-changed");
    }
    panic!("a slot has passed each time");
}

async fn a_place_that_is_given_back_is_taken_once(market: Market) {
    let instance = market.open().await;
    let shop = shop_with(&instance, &json!({"orders": {"slot_orders": 1}})).await;
    let wanted = wanted_tomorrow(&instance, &shop).await;
    let order = agreed(&wanted, &quote(&instance, &shop, &wanted).await);
    for (call, body) in [
        (
            "supplier-respond",
            json!({"accept": false, "reason": "too_busy"}),
        ),
        ("cancel", json!({"reason": "changed_mind"})),
    ] {
        let answer = send(&instance, &shop, &order, None).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let path = answer.header("location").unwrap().to_owned();
        let call_path = format!("{path}/{call}");
        let (ended, answers) = futures::join!(
            instance.done(&call_path, &body),
            join_all((0..8).map(|_| send(&instance, &shop, &order, None))),
        );
        assert!(ended["cancellation"].is_object());
        let mut won: Vec<_> = answers
            .iter()
            .filter(|answer| answer.status == 201)
            .collect();
        for lost in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!(kind_of(lost, 409), "slot-full");
        }
        let late = send(&instance, &shop, &order, None).await;
        if won.is_empty() {
            assert_eq!(late.status, 201, "{}", late.text);
            won.push(&late);
        } else {
            assert_eq!(kind_of(&late, 409), "slot-full");
        }
        assert_eq!(won.len(), 1, "{call}");
        let path = won[0].header("location").unwrap();
        instance.done(&format!("{path}/cancel"), &json!({})).await;
    }
}

async fn a_kitchen_may_accept_by_itself(market: Market) {
    let instance = market.open().await;
    let shop = shop_with(&instance, &json!({"orders": {"auto_accept": true}})).await;
    let (order, path) = placed(&instance, &shop, &wanted()).await;
    let basket = &order["basket"];
    assert_eq!(
        (&basket["answer_by"], &basket["answered_at"]),
        (&Value::Null, &order["created_at"])
    );
    let accept = json!({"accept": true});
    instance
        .post(&format!("{path}/supplier-respond"), &accept)
        .await
        .problem(409);
    instance
        .done(&format!("{path}/status"), &json!({"status": "preparing"}))
        .await;
}

async fn an_offer_of_a_pizzeria_says_which(market: Market) {
    let instance = market.open().await;
    let shop = shop_with(&instance, &json!({})).await;
    let id = instance.get(&shop).await.json()["id"].clone();
    for (name, expected) in [
        ("Bella Napoli", &id),
        ("BELLA napoli", &id),
        ("Roma", &Value::Null),
    ] {
        let offer = json!({"supplier_name": name, "pizza_name": "Diavola", "supplier_price": 9.5});
        let order = instance.done("/api/orders", &offer).await;
        assert_eq!(&order["restaurant_id"], expected, "{name}");
    }
    assert_eq!(
        instance
            .get("/api/orders?status=pending_supplier")
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        3
    );
}

async fn wait_for(instance: &Instance, shop: &str) {
    crate::support::until(async || instance.get(shop).await.status == 200).await;
}

/// Each of those who come too late learns of three slots.
fn assert_turned_away(answers: &[&Answer]) {
    for answer in answers {
        assert_eq!(
            (kind_of(answer, 409).as_str(), named_slots(answer)),
            ("slot-full", 3)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_orders_at_once_take_ten_places() {
    let market = Market::redis();
    let (one, other) = (market.open().await, market.open().await);
    let shop = shop_with(&one, &json!({"orders": {"slot_orders": 10}})).await;
    wait_for(&other, &shop).await;
    let wanted = wanted_tomorrow(&one, &shop).await;
    let order = agreed(&wanted, &quote(&one, &shop, &wanted).await);
    let sent = (0..200).map(|n| send([&one, &other][n % 2], &shop, &order, None));
    let answers = join_all(sent).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!((won.len(), lost.len()), (10, 190));
    assert_turned_away(&lost);
    let orders = one.orders().await;
    assert_eq!(orders.len(), 10);
    assert!(
        orders
            .iter()
            .all(|order| order["basket"]["kitchen_slots"] == json!([wanted["when"]]))
    );
    drop((one, other));
    sound(&market);
}
