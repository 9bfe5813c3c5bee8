//! Quotes and slots: what an order costs, when it is there, and what is refused.

use super::ordering::{change, kind_of, line, named_slots, quote, shop_with, slots, wanted, with};
use crate::support::{
    Market,
    shops::{menu, put},
};
use serde_json::{Value, json};

crate::on_both_engines! {
    a_quote_adds_up_and_is_timed,
    a_quote_without_a_time_is_a_bill,
    what_the_pizzeria_does_not_have_is_invalid,
    what_it_does_not_take_now_is_a_conflict,
    the_first_of_several_conflicts_answers,
    a_category_has_its_hours,
    slots_are_those_of_a_day_with_room,
}

async fn a_quote_adds_up_and_is_timed(market: Market) {
    let instance = market.open().await;
    let shop = shop_with(&instance, &json!({})).await;
    let two = quote(&instance, &shop, &wanted()).await;
    let bill = &two["bill"];
    for (row, amount) in [
        ("goods", 20.0),
        ("deposit", 0.0),
        ("delivery", 2.5),
        ("tax_added", 0.0),
        ("service", 0.0),
        ("to_pay", 22.5),
    ] {
        assert_eq!(bill[row], json!(amount), "{row}");
    }
    let taxes = json!([
        {"class": "food", "rate": 7.0, "of": 20.0, "amount": 1.31},
        {"class": "delivery", "rate": 7.0, "of": 2.5, "amount": 0.16}
    ]);
    assert_eq!(bill["taxes"], taxes);
    let promise = &two["promise"];
    assert_eq!(promise["asap"], true);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    assert!(text(&two["slot"]) < text(&promise["from"]));
    assert!(text(&promise["from"]) < text(&promise["to"]));
    assert!(text(&two["good_until"]) < text(&promise["to"]));
    assert_eq!(two["menu_revision"], 2);

    let mut halves = line("marg", 2);
    halves["half"] = json!("diav");
    let olives = json!({"group": "top", "option": "olives", "part": "left"});
    halves["options"].as_array_mut().unwrap().push(olives);
    let both = quote(
        &instance,
        &shop,
        &with(&wanted(), &json!({"lines": [halves]})),
    )
    .await;
    let line = &both["lines"][0];
    // Half of 10.00 + 12.35, and half of 1.50.
    assert_eq!(
        (&line["base"], &line["unit"]),
        (&json!(11.18), &json!(11.93))
    );
    assert_eq!(
        (&line["total"], &both["bill"]["goods"]),
        (&json!(23.86), &json!(23.86))
    );
}

async fn a_quote_without_a_time_is_a_bill(market: Market) {
    let instance = market.open().await;
    let closed =
        json!({"mon": [], "tue": [], "wed": [], "thu": [], "fri": [], "sat": [], "sun": []});
    let shop = shop_with(&instance, &json!({"hours": closed})).await;
    for place in [
        json!({"postcode": "101 15"}),
        json!({"postcode": "10115", "point": {"lat": 52.5, "lon": 13.4}}),
    ] {
        let unsaid = json!({"when": null, "place": place});
        let bill = quote(&instance, &shop, &with(&wanted(), &unsaid)).await;
        assert_eq!(bill["bill"]["to_pay"], 22.5);
        for none in ["promise", "slot", "good_until"] {
            assert_eq!(bill[none], Value::Null);
        }
    }
    let now = instance.post(&format!("{shop}/quote"), &wanted()).await;
    assert_eq!(kind_of(&now, 409), "not-open");
    assert_eq!(
        (&now.json()["opens_at"], named_slots(&now)),
        (&Value::Null, 0)
    );
}

async fn what_the_pizzeria_does_not_have_is_invalid(market: Market) {
    let instance = market.open().await;
    let shop = shop_with(&instance, &json!({})).await;
    let path = format!("{shop}/quote");
    let one =
        |members: Value| json!({"lines": [line("marg", 2), with(&line("diav", 1), &members)]});
    for (members, fault) in [
        (one(json!({"item": "nope"})), "lines[1].item"),
        (one(json!({"size": null})), "lines[1].size"),
        (one(json!({"size": "xl"})), "lines[1].size"),
        (one(json!({"half": "diav"})), "lines[1].half"),
        (one(json!({"half": "cola"})), "lines[1].half"),
        (one(json!({"size": "m", "half": "marg"})), "lines[1].half"),
        (one(json!({"quantity": 0})), "lines[1].quantity"),
        (one(json!({"price": 1})), "lines[1].price"),
        (
            one(json!({"without": [{"name": "Salt"}]})),
            "lines[1].without[0]",
        ),
        (json!({"lines": vec![line("marg", 1); 51]}), "lines"),
        (json!({"lines": []}), "lines"),
        (json!({"place": {}}), "place.postcode"),
        (json!({"when": "now"}), "when"),
        (json!({"when": "2099-01-01T00:01:00Z"}), "when"),
        (json!({"agreed_total": 1}), "agreed_total"),
    ] {
        let refused = instance.post(&path, &with(&wanted(), &members)).await;
        assert_eq!(refused.faults(), [fault], "{members}");
    }
    let few = with(&line("marg", 2), &json!({"options": []}));
    let refused = instance
        .post(&path, &with(&wanted(), &json!({"lines": [few]})))
        .await;
    assert_eq!(kind_of(&refused, 422), "invalid");
    let elsewhere = with(&wanted(), &json!({"place": {"postcode": "20095"}}));
    let refused = instance.post(&path, &elsewhere).await;
    assert_eq!(kind_of(&refused, 422), "not-delivered-there");
    let small = with(&wanted(), &json!({"lines": [line("marg", 1)]}));
    let refused = instance.post(&path, &small).await;
    assert_eq!(kind_of(&refused, 422), "below-minimum");
    assert_eq!(refused.json()["missing"], 2.0);
    let nobody = instance
        .post("/api/restaurants/nobody/quote", &wanted())
        .await;
    assert_eq!(kind_of(&nobody, 404), "unknown-restaurant");
    let invalid = instance
        .post("/api/restaurants/nobody/quote", &json!({}))
        .await;
    invalid.problem(422);
}

async fn what_it_does_not_take_now_is_a_conflict(market: Market) {
    let instance = market.open().await;
    let shop = shop_with(&instance, &json!({})).await;
    let path = format!("{shop}/quote");
    for when in ["2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"] {
        let refused = instance
            .post(&path, &with(&wanted(), &json!({"when": when})))
            .await;
        assert_eq!(
            (kind_of(&refused, 409).as_str(), named_slots(&refused)),
            ("not-open", 3)
        );
    }
    change(&instance, &shop, &json!({"orders": {"asap": false}})).await;
    let refused = instance.post(&path, &wanted()).await;
    assert_eq!(
        (kind_of(&refused, 409).as_str(), named_slots(&refused)),
        ("not-open", 3)
    );
    let slot = &refused.json()["slots"][0]["slot"];
    let later = quote(&instance, &shop, &with(&wanted(), &json!({"when": slot}))).await;
    assert_eq!(
        (&later["slot"], &later["promise"]["asap"]),
        (slot, &json!(false))
    );
    change(&instance, &shop, &json!({"listed": false, "orders": {}})).await;
    let refused = instance.post(&path, &wanted()).await;
    assert_eq!(
        (kind_of(&refused, 409).as_str(), named_slots(&refused)),
        ("not-open", 0)
    );
}

async fn the_first_of_several_conflicts_answers(market: Market) {
    let instance = market.open().await;
    let shop = shop_with(&instance, &json!({})).await;
    let path = format!("{shop}/quote");
    let sold_out = json!({"item": "marg", "sold_out": true, "until": "resumed"});
    instance.done(&format!("{shop}/sold-out"), &sold_out).await;
    instance.done(&format!("{shop}/pause"), &json!({})).await;
    let refused = instance.post(&path, &wanted()).await;
    assert_eq!(kind_of(&refused, 409), "paused");
    assert_eq!(refused.json()["until"], Value::Null);
    instance.done(&format!("{shop}/resume"), &json!({})).await;
    let two = with(
        &wanted(),
        &json!({"lines": [line("diav", 1), line("marg", 1)]}),
    );
    let refused = instance.post(&path, &two).await;
    assert_eq!(kind_of(&refused, 409), "sold-out");
    assert_eq!(refused.json()["lines"], json!([1]));
    let past = with(&two, &json!({"when": "2020-01-01T00:00:00Z"}));
    assert_eq!(kind_of(&instance.post(&path, &past).await, 409), "not-open");
}

async fn a_category_has_its_hours(market: Market) {
    let instance = market.open().await;
    let shop = shop_with(&instance, &json!({})).await;
    let mut lunch = menu();
    lunch["categories"][1]["name"] = json!("Lunch");
    lunch["categories"][1]["hours"] = json!({"mon": [], "tue": [["11:30", "14:00"]], "wed": [], "thu": [], "fri": [], "sat": [], "sun": []});
    let saved = put(&instance, &format!("{shop}/menu"), &lunch, Some("*")).await;
    assert_eq!(saved.status, 200, "{}", saved.text);
    let cola = with(
        &wanted(),
        &json!({"lines": [line("marg", 2), {"item": "cola"}]}),
    );
    let bill = quote(&instance, &shop, &with(&cola, &json!({"when": null}))).await;
    assert_eq!(bill["bill"]["deposit"], 0.25);
    // A slot that begins at three in the morning, in Berlin.
    let all = slots(&instance, &shop).await;
    let night = all
        .iter()
        .find(|slot| slot["label"].as_str().unwrap().starts_with("03:10"));
    let night = with(&cola, &json!({"when": night.unwrap()["slot"]}));
    let refused = instance.post(&format!("{shop}/quote"), &night).await;
    assert_eq!(refused.faults(), ["lines[1].item"]);
    let why = refused.json()["detail"].to_string();
    assert!(why.contains("Lunch is sold tue 11:30-14:00 only."), "{why}");
}

async fn slots_are_those_of_a_day_with_room(market: Market) {
    let instance = market.open().await;
    let shop = shop_with(&instance, &json!({})).await;
    let all = slots(&instance, &shop).await;
    assert!(!all.is_empty());
    let text = |slot: &Value, member: &str| slot[member].as_str().unwrap().to_owned();
    assert!(all.is_sorted_by(|one, next| text(one, "slot") < text(next, "slot")));
    for slot in &all {
        assert_eq!(slot["left"], 8);
        assert!(text(slot, "slot") < text(slot, "from") && text(slot, "from") < text(slot, "to"));
    }
    for (query, fault) in [
        ("", "postcode"),
        ("?postcode=10115&date=2026-02-30", "date"),
        ("?postcode=10115&pieces=-1", "pieces"),
        ("?lat=52.5", "lon"),
    ] {
        let refused = instance.get(&format!("{shop}/slots{query}")).await;
        assert_eq!(refused.faults(), [fault], "{query}");
    }
    let elsewhere = instance.get(&format!("{shop}/slots?postcode=20095")).await;
    assert_eq!(kind_of(&elsewhere, 422), "not-delivered-there");
}
