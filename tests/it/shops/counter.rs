//! The counter of a pizzeria: pauses, busy kitchens, and what is sold out.

use crate::support::{
    Answer, Instance, Market,
    shops::{create_restaurant, create_with_menu, path_of, pizzeria, put},
};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines! {
    a_pause_ends_or_is_resumed,
    a_busy_kitchen_promises_later,
    a_part_of_the_menu_is_sold_out,
    it_is_back_when_the_pizzeria_closes,
    what_is_asked_of_a_counter_is_checked,
    a_call_under_a_key_is_done_once,
    all_of_several_edits_count,
}

fn time(value: &Value) -> DateTime<Utc> {
    let text = value.as_str().unwrap_or_else(|| panic!("{value}"));
    DateTime::parse_from_rfc3339(text).unwrap().into()
}

/// Whether a time is so many minutes after the call that was made now.
fn is_in(value: &Value, minutes: i64, before: DateTime<Utc>) -> bool {
    let (from, to) = (
        before - TimeDelta::seconds(1),
        Utc::now() + TimeDelta::seconds(1),
    );
    let minutes = TimeDelta::minutes(minutes);
    (from + minutes..=to + minutes).contains(&time(value))
}

/// How many entries its history has.
async fn entries(market: &Instance, path: &str) -> usize {
    let events = market.get(&format!("{path}/events?limit=200")).await.json();
    events.as_array().unwrap().len()
}

async fn now(market: &Instance, path: &str) -> Value {
    market.get(&format!("{path}?postcode=10115")).await.json()["now"].clone()
}

async fn a_pause_ends_or_is_resumed(market: Market) {
    let market = market.open().await;
    let path = path_of(&create_restaurant(&market).await);
    let pause = format!("{path}/pause");
    let began = Utc::now();
    let counter = market
        .done(&pause, &json!({"minutes": 30, "reason": "Oven broken"}))
        .await;
    assert!(is_in(&counter["paused"]["until"], 30, began), "{counter}");
    assert_eq!(
        (&counter["paused"]["reason"], &counter["version"]),
        (&json!("Oven broken"), &json!(2))
    );
    let told = now(&market, &path).await;
    assert_eq!(
        (&told["paused"], &told["open"]),
        (&counter["paused"], &json!(true))
    );
    assert!(time(&told["asap"]["slot"]) >= time(&counter["paused"]["until"]));
    let known = entries(&market, &path).await;
    // Pausing when it is paused changes nothing.
    let again = market
        .done(&pause, &json!({"minutes": 30, "reason": "Oven broken"}))
        .await;
    assert_eq!(again, counter);
    assert_eq!(entries(&market, &path).await, known);
    let endless = market.done(&pause, &json!({})).await;
    let expected = json!({"until": null, "reason": null});
    assert_eq!(
        (&endless["paused"], &endless["version"]),
        (&expected, &json!(3))
    );
    assert_eq!(now(&market, &path).await["asap"], Value::Null);
    let resume = format!("{path}/resume");
    let resumed = market.done(&resume, &json!({})).await;
    assert_eq!(
        (&resumed["paused"], &resumed["version"]),
        (&Value::Null, &json!(4))
    );
    // The body may be absent.
    let again = market.send(market.request(Method::POST, &resume)).await;
    assert_eq!((again.status, again.json()), (200, resumed));
    assert_eq!(entries(&market, &path).await, known + 2);
    // From the query, too, and by the slug.
    let asked = "/api/restaurants/bella-napoli/pause?minutes=5";
    let answer = market.send(market.request(Method::POST, asked)).await;
    assert!(is_in(&answer.json()["paused"]["until"], 5, began));
}

async fn a_busy_kitchen_promises_later(market: Market) {
    let market = market.open().await;
    let path = path_of(&create_restaurant(&market).await);
    let busy = format!("{path}/busy");
    let before = now(&market, &path).await;
    let began = Utc::now();
    let counter = market.done(&busy, &json!({"extra_minutes": 60})).await;
    assert_eq!(counter["busy"]["extra_minutes"], 60);
    assert!(is_in(&counter["busy"]["until"], 60, began), "{counter}");
    let told = now(&market, &path).await;
    assert_eq!(told["busy"], counter["busy"]);
    let later = time(&told["asap"]["slot"]) - time(&before["asap"]["slot"]);
    assert!((60..=75).contains(&later.num_minutes()), "{later}");
    let again = market
        .done(&busy, &json!({"extra_minutes": 60, "for_minutes": 60}))
        .await;
    assert_eq!(again, counter);
    let longer = market
        .done(&busy, &json!({"extra_minutes": 60, "for_minutes": 480}))
        .await;
    assert!(is_in(&longer["busy"]["until"], 480, began));
    let over = market.done(&busy, &json!({"extra_minutes": 0})).await;
    assert_eq!((&over["busy"], &over["version"]), (&Value::Null, &json!(4)));
    assert_eq!(market.done(&busy, &json!({"extra_minutes": 0})).await, over);
}

async fn a_part_of_the_menu_is_sold_out(market: Market) {
    let market = market.open().await;
    let path = path_of(&create_with_menu(&market).await);
    let call = format!("{path}/sold-out");
    let olives = json!({"group": "top", "option": "olives", "sold_out": true, "until": "resumed"});
    let counter = market.done(&call, &olives).await;
    let expected = json!([{"group": "top", "option": "olives", "until": null}]);
    assert_eq!(counter["sold_out"], expected);
    assert_eq!(now(&market, &path).await["sold_out"], expected);
    let diavola = json!({"item": "diav", "sold_out": true});
    let both = market.done(&call, &diavola).await;
    assert_eq!(both["sold_out"].as_array().unwrap().len(), 2);
    assert_eq!(both["sold_out"][1]["item"], "diav");
    let known = entries(&market, &path).await;
    assert_eq!(market.done(&call, &diavola).await, both);
    assert_eq!(entries(&market, &path).await, known);
    let back = json!({"item": "diav", "sold_out": false});
    let one = market.done(&call, &back).await;
    assert_eq!(one["sold_out"], expected);
    assert_eq!(market.done(&call, &back).await, one);
    for (body, fault) in [
        (json!({"item": "nothing", "sold_out": true}), "item"),
        (
            json!({"group": "nothing", "option": "olives", "sold_out": true}),
            "group",
        ),
        (
            json!({"group": "top", "option": "nothing", "sold_out": true}),
            "option",
        ),
    ] {
        assert_eq!(market.post(&call, &body).await.faults(), [fault], "{body}");
    }
    // What is no longer there is put back all the same.
    let gone = json!({"item": "nothing", "sold_out": false});
    assert_eq!(market.done(&call, &gone).await, one);
}

async fn it_is_back_when_the_pizzeria_closes(market: Market) {
    let market = market.open().await;
    let path = path_of(&create_with_menu(&market).await);
    let call = format!("{path}/sold-out");
    let diavola = json!({"item": "diav", "sold_out": true, "until": "closing"});
    let until = async || {
        let counter = market.done(&call, &diavola).await;
        time(&counter["sold_out"][0]["until"])
    };
    // It never closes: the next 04:00 in Berlin.
    let four = until().await;
    assert!(
        four > Utc::now() && four < Utc::now() + TimeDelta::hours(26),
        "{four}"
    );
    let hour = four.format("%H:%M:%S").to_string();
    assert!(["02:00:00", "03:00:00"].contains(&&*hour), "{four}");
    let mut body = pizzeria("Bella Napoli");
    body["time_zone"] = json!("UTC");
    for day in ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] {
        body["hours"][day] = json!([["00:30", "23:30"]]);
    }
    assert_eq!(put(&market, &path, &body, Some("*")).await.status, 200);
    let closing = until().await;
    assert!(
        closing > Utc::now() && closing < Utc::now() + TimeDelta::hours(24),
        "{closing}"
    );
    assert_eq!(closing.format("%H:%M:%S").to_string(), "23:30:00");
}

async fn what_is_asked_of_a_counter_is_checked(market: Market) {
    let market = market.open().await;
    let path = path_of(&create_restaurant(&market).await);
    let before = market.get(&path).await.json()["now"]["paused"].clone();
    for (call, body, faults) in [
        ("pause", json!({"minutes": 4}), &["minutes"][..]),
        ("pause", json!({"minutes": 1441}), &["minutes"]),
        ("pause", json!({"minutes": "30"}), &["minutes"]),
        ("pause", json!({"reason": "a".repeat(141)}), &["reason"]),
        ("pause", json!({"until": "monday"}), &["until"]),
        ("resume", json!({"minutes": 5}), &["minutes"]),
        ("busy", json!({}), &["extra_minutes"]),
        ("busy", json!({"extra_minutes": 4}), &["extra_minutes"]),
        ("busy", json!({"extra_minutes": 121}), &["extra_minutes"]),
        ("busy", json!({"extra_minutes": -1}), &["extra_minutes"]),
        (
            "busy",
            json!({"extra_minutes": 10, "for_minutes": 481}),
            &["for_minutes"],
        ),
        ("sold-out", json!({}), &["item", "sold_out"]),
        (
            "sold-out",
            json!({"item": "A!", "sold_out": true}),
            &["item"],
        ),
        (
            "sold-out",
            json!({"item": "a", "option": "b", "sold_out": true}),
            &["option"],
        ),
        (
            "sold-out",
            json!({"group": "a", "sold_out": true}),
            &["option"],
        ),
        (
            "sold-out",
            json!({"item": "a", "sold_out": "yes"}),
            &["sold_out"],
        ),
        (
            "sold-out",
            json!({"item": "a", "sold_out": false, "until": "resumed"}),
            &["until"],
        ),
        // The menu is empty.
        (
            "sold-out",
            json!({"item": "a", "sold_out": true}),
            &["item"],
        ),
    ] {
        let refused = market.post(&format!("{path}/{call}"), &body).await;
        assert_eq!(refused.faults(), faults, "{call} {body}");
    }
    for call in [
        "pause",
        "resume",
        "busy?extra_minutes=5",
        "sold-out?item=a&sold_out=true",
    ] {
        let nowhere = market.request(Method::POST, &format!("/api/restaurants/nobody/{call}"));
        let problem = market.send(nowhere).await.problem(404);
        assert_eq!(problem["type"], "/problems/unknown-restaurant", "{call}");
    }
    let conditional = market.request(Method::POST, &format!("{path}/pause"));
    let conditional = market.send(conditional.header("if-match", "\"1\"")).await;
    assert_eq!(conditional.faults(), ["If-Match"]);
    let large = json!({"reason": "a".repeat(70_000)});
    market
        .post(&format!("{path}/pause"), &large)
        .await
        .problem(413);
    let form = market.request(Method::POST, &format!("{path}/pause"));
    let form = form.header("content-type", "text/plain").body("minutes=5");
    market.send(form).await.problem(415);
    assert_eq!(market.get(&path).await.json()["now"]["paused"], before);
}

async fn a_call_under_a_key_is_done_once(market: Market) {
    let market = market.open().await;
    let path = path_of(&create_restaurant(&market).await);
    let pause = async |key: &str, minutes: u32| -> Answer {
        let request = market.request(Method::POST, &format!("{path}/pause"));
        let request = request.header("idempotency-key", key);
        market
            .send(request.json(&json!({"minutes": minutes})))
            .await
    };
    let first = pause("a", 30).await;
    assert_eq!(
        (first.status, first.header("idempotent-replayed")),
        (200, None)
    );
    market.done(&format!("{path}/resume"), &json!({})).await;
    let again = pause("a", 30).await;
    assert_eq!((again.status, &again.text), (200, &first.text));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(now(&market, &path).await["paused"], Value::Null);
    assert_eq!(pause("a", 31).await.faults(), ["Idempotency-Key"]);
    // Many at the same time are one.
    let known = entries(&market, &path).await;
    let all = futures::future::join_all((0..10).map(|_| pause("b", 60))).await;
    assert!(all.iter().all(|answer| answer.text == all[0].text));
    assert_eq!(entries(&market, &path).await, known + 1);
}

/// Each edit of the counter expects what the others leave.
async fn all_of_several_edits_count(market: Market) {
    let market = market.open().await;
    let path = path_of(&create_with_menu(&market).await);
    let before = entries(&market, &path).await;
    let sold_out = ["marg", "diav", "fung", "cola"].map(|item| {
        let body = json!({"item": item, "sold_out": true, "until": "resumed"});
        let (market, call) = (&market, format!("{path}/sold-out"));
        async move { market.done(&call, &body).await }
    });
    let (call, body) = (format!("{path}/busy"), json!({"extra_minutes": 15}));
    let (counters, busy) = tokio::join!(
        futures::future::join_all(sold_out),
        market.done(&call, &body),
    );
    assert_eq!(counters.len(), 4);
    let told = now(&market, &path).await;
    assert_eq!(told["sold_out"].as_array().unwrap().len(), 4);
    assert_eq!(told["busy"], busy["busy"]);
    assert_eq!(entries(&market, &path).await, before + 5);
}
