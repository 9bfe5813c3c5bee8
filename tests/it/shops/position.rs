//! Where the customer is, as the browser tells it instead of a postcode.

use super::pages::{HALVES, SHOP, browser, order_fields};
use crate::support::{
    Instance, Market,
    shops::{create_with_menu, path_of, put},
};
use serde_json::{Value, json};

/// Bella Napoli, which delivers within three kilometres for 1.00, and to no postcode.
async fn within_three_kilometres(market: &Instance) {
    let restaurant = create_with_menu(market).await;
    let mut profile = restaurant.clone();
    profile["point"] = json!({"lat": 52.52, "lon": 13.405});
    profile["areas"] =
        json!([{"name": "Near", "within": 3000, "fee": 1, "minimum": 0, "minutes": [5, 10]}]);
    let saved = put(market, &path_of(&restaurant), &profile, Some("\"1\"")).await;
    assert_eq!(saved.status, 200, "{}", saved.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_position_of_the_browser_says_who_delivers() {
    let market = Market::embedded().open().await;
    within_three_kilometres(&market).await;
    let mut ana = browser(&market);
    ana.post("/shops", &[("near", "@52.53,13.4")]).await;
    let list = ana.get("/shops").await.text;
    assert!(
        list.contains("Bella Napoli") && list.contains("€1.00"),
        "{list}"
    );
    assert!(list.contains("To where you are"), "{list}");
    ana.post(&format!("{SHOP}/cart"), &HALVES).await;
    // These pages alone may ask for it.
    for (path, may) in [(SHOP, "(self)"), ("/customer", "()")] {
        let page = ana.get(path).await;
        let policy = page.header("permissions-policy").unwrap();
        assert!(
            policy.contains(&format!("geolocation={may},")),
            "{path}: {policy}"
        );
    }
    let checkout = ana.get(&format!("{SHOP}/checkout")).await.text;
    assert!(checkout.contains("Order for €26.36"), "{checkout}");
    assert!(
        checkout.contains("value=\"52.53,13.4\" checked"),
        "{checkout}"
    );

    // Who orders for elsewhere takes it off: that postcode is in no area.
    let mut fields = order_fields(&checkout);
    let elsewhere = ana.post(&format!("{SHOP}/checkout"), &fields).await;
    assert_eq!(elsewhere.status, 422, "{}", elsewhere.text);
    assert!(
        elsewhere.text.contains("It does not deliver there"),
        "{}",
        elsewhere.text
    );
    fields.push(("point", "52.53,13.4"));
    let ordered = ana.post(&format!("{SHOP}/checkout"), &fields).await;
    let id = ordered.location().rsplit('/').next().unwrap().to_owned();
    let order: Value = market.get(&format!("/api/orders/{id}")).await.json();
    let place = &order["basket"]["place"];
    assert_eq!(place["point"], json!({"lat": 52.53, "lon": 13.4}));
    assert_eq!(place["area"], "Near");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_far_away_is_named_and_garbage_changes_nothing() {
    let market = Market::embedded().open().await;
    within_three_kilometres(&market).await;
    let mut ana = browser(&market);
    ana.post("/shops", &[("near", "@48.1,11.5")]).await;
    let far = ana.get("/shops").await.text;
    assert!(
        far.contains("No pizzeria delivers to where you are"),
        "{far}"
    );
    for garbage in ["@", "@91,0", "@52.53", "@52.53,13.4,1", "@a,b", "@<b>,1"] {
        let answer = ana.post("/shops", &[("near", garbage)]).await;
        assert_eq!(answer.status, 303, "{garbage}");
        let still = ana.get("/shops").await.text;
        assert!(
            still.contains("No pizzeria delivers to where you are"),
            "{garbage}"
        );
    }
    // Beside a postcode, either counts.
    ana.post("/shops", &[("near", "80331@52.53,13.4")]).await;
    let list = ana.get("/shops").await.text;
    assert!(
        list.contains("€1.00") && list.contains("value=\"80331\""),
        "{list}"
    );
    ana.post("/shops", &[("near", "")]).await;
    assert!(ana.get("/shops").await.text.contains("Bella Napoli"));
}
