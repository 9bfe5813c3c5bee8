//! What sockets are told of pizzerias: notices for those who ask, each once and in order; and nobody misses an order for it.

use crate::support::{
    Instance, Market, Socket, day, offer,
    shops::{create_named, path_of, put},
    until,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

crate::on_both_engines! {
    notices_are_for_clients_with_since,
    a_socket_hears_of_the_pizzerias_that_it_is_about,
    a_client_that_knows_only_orders_ends_with_the_truth,
    a_client_resumes_over_a_restart,
}

fn seq(cursor: &Value) -> u64 {
    let (_, seq) = cursor.as_str().unwrap().split_once('-').unwrap();
    seq.parse().unwrap()
}

/// Where the log is.
async fn head(market: &Instance) -> String {
    let list = market.get("/api/orders?limit=1").await;
    list.header("last-event-id").unwrap().to_owned()
}

/// The frames from a cursor up to the heartbeat at the head. Nothing is missing between two of them that is not skipped.
async fn heard(market: &Instance, since: &str, about: &str) -> Vec<Value> {
    let end = seq(&json!(head(market).await));
    let mut socket = market.socket(&format!("?since={since}{about}")).await;
    let (mut cursor, mut frames) = (seq(&json!(since)), Vec::new());
    loop {
        let frame = socket.any_frame().await;
        let id = seq(&frame["id"]);
        match frame["event_type"].as_str().unwrap() {
            "stream.heartbeat" => {
                assert_eq!(id, cursor, "{about}");
                // A heartbeat before the instance has followed is no end.
                if id >= end {
                    return frames;
                }
            }
            "stream.skip" => {
                assert_eq!(seq(&frame["after"]), cursor, "{about}");
                assert!(id > cursor, "{about}");
            }
            _ => {
                assert_eq!(id, cursor + 1, "{about}");
                frames.push(frame);
            }
        }
        cursor = id;
    }
}

/// What a frame is about: the type of an event, or the kind and the version of a document.
fn told(frame: &Value) -> String {
    match frame["event_type"].as_str().unwrap() {
        "stream.shop" => {
            assert_eq!(
                (&frame["order"], &frame["code"]),
                (&Value::Null, &Value::Null)
            );
            // Of a counter the whole, and of nothing else.
            let is_counter = frame["kind"] == "counter";
            assert_eq!(frame.get("counter").is_some(), is_counter, "{frame}");
            format!("{} {}", frame["kind"].as_str().unwrap(), frame["version"])
        }
        event => event.to_owned(),
    }
}

async fn next_told(socket: &mut Socket) -> String {
    told(&socket.any_frame().await)
}

/// The kinds and versions of what a new pizzeria brings.
const CREATED: [&str; 3] = ["restaurant 1", "counter 1", "menu 1"];

async fn notices_are_for_clients_with_since(market: Market) {
    let market = market.open().await;
    let mut orders = market.socket("").await;
    let mut all = market.follow().await;
    let restaurant = create_named(&market, "Bella Napoli").await;
    let path = path_of(&restaurant);
    for expected in CREATED {
        let frame = all.any_frame().await;
        assert_eq!(
            (told(&frame), &frame["restaurant"]),
            (expected.to_owned(), &restaurant["id"])
        );
    }
    let paused = market
        .done(&format!("{path}/pause"), &json!({"minutes": 30}))
        .await;
    let frame = all.any_frame().await;
    assert_eq!(
        (told(&frame), &frame["counter"]),
        ("counter 2".to_owned(), &paused)
    );
    // What changes nothing is no news.
    let mut profile = market.get(&path).await.json();
    profile["about"] = json!("Since 1988");
    for _ in 0..2 {
        let tag = market.get(&path).await.header("etag").unwrap().to_owned();
        let saved = put(&market, &path, &profile, Some(&tag)).await;
        assert_eq!(saved.status, 200, "{}", saved.text);
    }
    assert_eq!(next_told(&mut all).await, "restaurant 2");
    assert_eq!(next_told(&mut all).await, "counter 3");
    market.offer("Diavola").await;
    assert_eq!(next_told(&mut all).await, "order.created");
    assert_eq!(next_told(&mut orders).await, "order.created");
}

async fn a_socket_hears_of_the_pizzerias_that_it_is_about(market: Market) {
    let market = market.open().await;
    let start = head(&market).await;
    let mut shops = market.socket(&format!("?since={start}&about=shops")).await;
    let mut silent = market.socket(&format!("?since={start}&about=offers")).await;
    // Without `since` there is nothing to say.
    let mut never = market.socket("?about=shops,dispatch").await;
    for socket in [&mut shops, &mut silent] {
        assert_eq!(next_told(socket).await, "stream.heartbeat");
    }
    let one = create_named(&market, "Bella Napoli").await;
    let order = market.offer("Diavola").await;
    let other = create_named(&market, "Da Ugo").await;
    market
        .done(&format!("{}/pause", path_of(&one)), &json!({}))
        .await;
    for (_, call, body) in day() {
        market.done(&format!("{order}/{call}"), &body).await;
    }
    market
        .done(&format!("{}/resume", path_of(&one)), &json!({}))
        .await;

    let of =
        |restaurant: &Value| format!("&about=restaurant:{}", restaurant["id"].as_str().unwrap());
    let all = heard(&market, &start, "").await;
    assert_eq!(
        all.len() as u64,
        seq(&json!(head(&market).await)) - seq(&json!(start))
    );
    let is_notice = |frame: &&Value| frame["event_type"] == "stream.shop";
    let notices: Vec<_> = all.iter().filter(is_notice).cloned().collect();
    assert_eq!(notices.len(), 8);
    assert_eq!(heard(&market, &start, "&about=shops").await, notices);
    for (restaurant, count) in [(&one, 5), (&other, 3)] {
        let about = |frame: &&Value| frame["restaurant"] == restaurant["id"];
        let own: Vec<_> = notices.iter().filter(about).cloned().collect();
        assert_eq!(own.len(), count);
        assert_eq!(heard(&market, &start, &of(restaurant)).await, own);
        // From the middle, too.
        let middle = own[1]["id"].as_str().unwrap();
        assert_eq!(heard(&market, middle, &of(restaurant)).await, own[2..]);
    }
    // With topics of orders there are orders.
    let offers = heard(&market, &start, "&about=offers").await;
    assert!(offers.len() >= 2 && !offers.iter().any(|frame| is_notice(&frame)));
    let both = heard(&market, &start, &format!("{},offers", of(&other))).await;
    assert_eq!(both.len(), offers.len() + 3);
    // Who has listened all the time has heard the same.
    for expected in &notices {
        let frame = loop {
            let frame = shops.any_frame().await;
            if frame["event_type"] != "stream.skip" {
                break frame;
            }
        };
        assert_eq!(&frame, expected);
    }
    assert_eq!(&silent.event().await, &offers[0]);
    assert_eq!(next_told(&mut never).await, "order.customer_accepted");
    for bad in ["restaurant:1", "restaurant:", "shop", "Shops"] {
        let answer = market.get(&format!("/ws?about={bad}")).await;
        assert_eq!(answer.faults(), ["about"], "{bad}");
    }
}

/// The market as a client sees it that knows the 14 fields of an order, its event types, and that other frames are to be
/// ignored.
#[derive(Default)]
struct SeedClient {
    orders: BTreeMap<String, Value>,
    cursor: String,
}

const FIELDS: [&str; 14] = [
    "id",
    "supplier_name",
    "pizza_name",
    "supplier_price",
    "customer_price",
    "markup_percentage",
    "status",
    "customer_name",
    "delivery_address",
    "driver_name",
    "estimated_delivery_time",
    "supplier_notes",
    "created_at",
    "updated_at",
];

fn known(order: &Value) -> Value {
    let fields = FIELDS
        .iter()
        .map(|field| ((*field).to_owned(), order[field].clone()));
    Value::Object(fields.collect())
}

impl SeedClient {
    /// Follows up to this cursor.
    async fn follow(&mut self, market: &Instance, end: u64) {
        let mut socket = market.socket(&format!("?since={}", self.cursor)).await;
        while seq(&json!(self.cursor)) < end {
            let frame = socket.any_frame().await;
            let order = &frame["order"];
            if frame["event_type"] == "stream.heartbeat" || !order.is_null() {
                self.cursor = frame["id"].as_str().unwrap().to_owned();
            }
            if !order.is_null() {
                let id = order["id"].as_str().unwrap().to_owned();
                self.orders.insert(id, known(order));
            }
        }
    }
}

async fn a_client_that_knows_only_orders_ends_with_the_truth(market: Market) {
    let market = market.open().await;
    let mut client = SeedClient {
        cursor: head(&market).await,
        ..SeedClient::default()
    };
    let restaurant = create_named(&market, "Bella Napoli").await;
    let path = path_of(&restaurant);
    for round in 0..3 {
        let order = market.offer(&format!("Diavola {round}")).await;
        for (step, (_, call, body)) in day().into_iter().enumerate() {
            let minutes = json!({"minutes": 10 + 10 * round + step});
            market.done(&format!("{path}/pause"), &minutes).await;
            market.done(&format!("{order}/{call}"), &body).await;
        }
        market
            .done("/api/orders", &offer(&format!("Left {round}")))
            .await;
        // Its connection ends each time, and its last frames may be notices.
        market.done(&format!("{path}/resume"), &json!({})).await;
        let end = market.offer(&format!("Last {round}")).await;
        let end = market.history(&end).await;
        client.follow(&market, seq(&end[0]["id"])).await;
    }
    let orders = market.orders().await;
    assert_eq!(orders.len(), 9);
    let truth = orders
        .iter()
        .map(|order| (order["id"].as_str().unwrap().to_owned(), known(order)));
    assert_eq!(client.orders, truth.collect());
}

async fn a_client_resumes_over_a_restart(market: Market) {
    let mut instance = market.open().await;
    let start = head(&instance).await;
    let restaurant = create_named(&instance, "Bella Napoli").await;
    let path = path_of(&restaurant);
    instance
        .done(&format!("{path}/busy"), &json!({"extra_minutes": 20}))
        .await;
    instance.offer("Diavola").await;
    let before = heard(&instance, &start, "").await;
    assert_eq!(before.len(), 5);
    let saved = instance.get(&path).await;
    instance.kill();
    let instance = market.open().await;
    assert_eq!(heard(&instance, &start, "").await, before);
    let middle = before[1]["id"].as_str().unwrap();
    assert_eq!(heard(&instance, middle, "&about=shops").await, before[2..4]);
    let again = instance.get(&path).await;
    assert_eq!(again.header("etag"), saved.header("etag"));
    let (mut was, mut is) = (saved.json(), again.json());
    // The minutes go on.
    for asap in [&mut was, &mut is] {
        asap["now"]["asap"] = Value::Null;
    }
    assert_eq!(is, was);
    let slug = restaurant["slug"].as_str().unwrap();
    assert_eq!(
        instance
            .get(&format!("/api/restaurants/{slug}"))
            .await
            .json()["id"],
        restaurant["id"]
    );
    let list = instance.get("/api/restaurants?q=napoli").await.json();
    assert_eq!(list.as_array().unwrap().len(), 1);
    // Its number goes on where it was.
    let busy = instance
        .done(&format!("{path}/busy"), &json!({"extra_minutes": 0}))
        .await;
    assert_eq!(busy["version"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_instance_tells_the_same() {
    let market = Market::redis();
    let (one, two) = (market.open().await, market.open().await);
    let start = head(&one).await;
    let mut sockets = [one.follow().await, two.follow().await];
    let restaurant = create_named(&one, "Bella Napoli").await;
    let path = path_of(&restaurant);
    // By its id it is known everywhere at once.
    assert_eq!(two.get(&path).await.status, 200);
    for (n, (pausing, answering)) in [(&one, &two), (&two, &one)].into_iter().enumerate() {
        let paused = pausing
            .done(&format!("{path}/pause"), &json!({"minutes": 20 + n}))
            .await;
        // Who has written it reads it, and the other soon.
        assert_eq!(
            pausing.get(&path).await.json()["now"]["paused"],
            paused["paused"]
        );
        until(async || answering.get(&path).await.json()["now"]["paused"] == paused["paused"])
            .await;
    }
    let frames = heard(&one, &start, "").await;
    assert_eq!(frames.len(), 5);
    for socket in &mut sockets {
        for expected in &frames {
            assert_eq!(&socket.any_frame().await, expected);
        }
    }
    assert_eq!(heard(&two, &start, "&about=shops").await, frames);
}

/// More than the server holds in memory.
const MANY: u64 = 17_000;

#[tokio::test(flavor = "multi_thread")]
async fn notices_that_are_no_longer_in_memory_come_from_the_store() {
    let mut market = Market::redis();
    let mut instance = market.open().await;
    let start = head(&instance).await;
    let one = create_named(&instance, "Bella Napoli").await;
    create_named(&instance, "Da Ugo").await;
    let order = instance.offer("Diavola").await;
    let event = instance.history(&order).await.remove(0);
    let own = format!("&about=restaurant:{}", one["id"].as_str().unwrap());
    let expected = [
        heard(&instance, &start, "&about=shops").await,
        heard(&instance, &start, &own).await,
    ];
    assert_eq!(expected.each_ref().map(Vec::len), [6, 3]);
    instance.kill();
    // The event of the order once more, many times.
    let script = r#"
        local epoch, entry = redis.call('HGET', KEYS[1], 'epoch'), ARGV[1]
        for _ = 1, ARGV[2] do
          local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
          local text = entry:gsub('"@"', '"' .. epoch .. '-' .. seq .. '"')
          redis.call('XADD', KEYS[2], seq .. '-0', 'entry', text)
        end"#;
    let mut again = event;
    again["id"] = json!("@");
    let () = ::redis::cmd("EVAL")
        .arg(script)
        .arg(2)
        .arg("pizza:meta")
        .arg("pizza:events")
        .arg(again.to_string())
        .arg(MANY)
        .query(&mut market.server().connection())
        .unwrap();
    let instance = market.open().await;
    for (about, expected) in ["&about=shops", &own].into_iter().zip(expected) {
        assert_eq!(heard(&instance, &start, about).await, expected, "{about}");
    }
    // Without `since` there would be no cursor; without `about` there is all.
    assert_eq!(heard(&instance, &start, "").await.len() as u64, 7 + MANY);
}
