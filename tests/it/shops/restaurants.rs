//! What pizzerias say of themselves: making, reading, saving and listing them.

use crate::support::{
    Market,
    shops::{LEAST, create_named, create_restaurant, kind, least, path_of, pizzeria, put, with},
};
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines! {
    a_new_pizzeria_has_its_defaults,
    names_and_slugs_are_unique,
    what_is_invalid_is_named,
    a_profile_is_saved_at_its_version,
    a_former_slug_leads_to_it,
}

async fn a_new_pizzeria_has_its_defaults(market: Market) {
    let market = market.open().await;
    let made = market.post("/api/restaurants", &least()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.header("etag"), Some("\"1\""));
    let profile = made.json();
    let path = path_of(&profile);
    assert_eq!(made.header("location"), Some(&*path));
    let fields: Vec<_> = made.text.split(['{', ',']).collect();
    assert!(fields[1].starts_with("\"id\"") && fields[2].starts_with("\"slug\""));
    for (field, value) in [
        ("slug", json!("da-mario")),
        ("former_slugs", json!([])),
        ("about", Value::Null),
        ("tags", json!([])),
        ("phone", Value::Null),
        ("point", Value::Null),
        ("listed", json!(true)),
        (
            "hours",
            json!({"mon": [], "tue": [], "wed": [], "thu": [], "fri": [], "sat": [], "sun": []}),
        ),
        ("exceptions", json!([])),
        ("areas", json!([])),
        ("markup_percentage", json!(0.0)),
        ("version", json!(1)),
        ("updated_at", profile["created_at"].clone()),
    ] {
        assert_eq!(profile[field], value, "{field}");
    }
    let orders = json!({
        "asap": true, "days_ahead": 2, "answer_minutes": 5, "auto_accept": false, "prepare_minutes": 20, "slot_minutes": 15,
        "slot_orders": 8, "order_pieces": 6,
    });
    assert_eq!(profile["orders"], orders);
    let tax = json!({"mode": "included", "rates": {"food": 0.0, "drink": 0.0, "delivery": 0.0}});
    assert_eq!(profile["tax"], tax);
    let read = market.get(&path).await;
    assert_eq!(read.header("etag"), Some("\"1\""));
    let mut answered = read.json();
    let now = answered["now"].take();
    let expected = json!({
        "open": false, "opens_at": null, "closes_at": null, "paused": null, "busy": null, "sold_out": [], "asap": null,
        "area": null,
    });
    assert_eq!(now, expected);
    answered.as_object_mut().unwrap().remove("now");
    assert_eq!(answered, profile);
    // By its slug, and under the stable prefix.
    for same in ["/api/restaurants/da-mario", "/api/v1/restaurants/da-mario"] {
        assert_eq!(market.get(same).await.json()["id"], profile["id"], "{same}");
    }
    let (name, _) = kind(&market.get("/api/restaurants/nobody").await, 404);
    assert_eq!(name, "unknown-restaurant");
    let id = "/api/restaurants/0198c0de-0000-7abc-8def-000000009127";
    assert_eq!(kind(&market.get(id).await, 404).0, "unknown-restaurant");
    for odd in ["N", "%FF"] {
        let path = format!("/api/restaurants/{odd}");
        assert_eq!(market.get(&path).await.faults(), ["r"], "{odd}");
    }
}

async fn names_and_slugs_are_unique(market: Market) {
    let market = market.open().await;
    create_named(&market, "Café Roma").await;
    for name in ["Café Roma", "CAFÉ ROMA", "cafe\u{301} roma"] {
        let taken = market.post("/api/restaurants", &pizzeria(name)).await;
        let (kind, problem) = kind(&taken, 409);
        assert_eq!((&*kind, &problem["field"]), ("name-taken", &json!("name")));
    }
    // Other names with the same slug get numbers.
    for (name, slug) in [("Cafe Roma", "cafe-roma-2"), ("Cafe: Roma", "cafe-roma-3")] {
        assert_eq!(create_named(&market, name).await["slug"], slug);
    }
    let given = with(pizzeria("Roma"), "slug", json!("cafe-roma"));
    let taken = market.post("/api/restaurants", &given).await;
    let (name, problem) = kind(&taken, 409);
    assert_eq!((&*name, &problem["field"]), ("name-taken", &json!("slug")));
    // Nothing of it was stored.
    let roma = create_named(&market, "Roma").await;
    assert_eq!(roma["slug"], "roma");
    let renamed = put(
        &market,
        &path_of(&roma),
        &pizzeria("cafe roma"),
        Some("\"1\""),
    )
    .await;
    assert_eq!(kind(&renamed, 409).0, "name-taken");
    // Its own name and slug are no others'.
    let same = with(pizzeria("ROMA"), "slug", json!("roma"));
    let saved = put(&market, &path_of(&roma), &same, Some("\"1\"")).await;
    assert_eq!((saved.status, &saved.json()["name"]), (200, &json!("ROMA")));
}

async fn what_is_invalid_is_named(market: Market) {
    let market = market.open().await;
    let closed =
        json!({"mon": [], "tue": [], "wed": [], "thu": [], "fri": [], "sat": [], "sun": []});
    let hours = |day: &str, spans: Value| with(closed.clone(), day, spans);
    let area = |name: &str, value: Value| {
        let area = json!({"name": "Mitte", "postcodes": ["101*"], "minutes": [10, 25]});
        json!([with(area, name, value)])
    };
    for (field, value, faults) in [
        ("name", Value::Null, &["name"][..]),
        ("name", json!("a\u{7}b"), &["name"]),
        ("name", json!("🍕".repeat(101)), &["name"]),
        ("name", json!("\u{202e}"), &["name"]),
        ("slug", json!("Da Mario"), &["slug"]),
        ("phone", json!("0800-PIZZA"), &["phone"]),
        ("tags", json!(["a", "a"]), &["tags[1]"]),
        ("address", Value::Null, &["address"]),
        (
            "address",
            json!({"street": "A", "town": "B"}),
            &["address.postcode"],
        ),
        ("point", json!({"lat": 91, "lon": 0}), &["point.lat"]),
        ("time_zone", json!("Europe/Bielefeld"), &["time_zone"]),
        ("time_zone", Value::Null, &["time_zone"]),
        (
            "hours",
            hours("fri", json!([["11:00", "14:00"], ["13:00", "15:00"]])),
            &["hours.fri[1]"],
        ),
        (
            "hours",
            hours("fri", json!([["11:00", "25:00"]])),
            &["hours.fri[0]"],
        ),
        (
            "hours",
            hours("fri", json!([["11:00", "11:00"]])),
            &["hours.fri[0]"],
        ),
        (
            "hours",
            with(
                hours("fri", json!([["18:00", "03:00"]])),
                "sat",
                json!([["02:00", "05:00"]]),
            ),
            &["hours.sat[0]"],
        ),
        (
            "exceptions",
            json!([{"date": "2026-12-24", "hours": []}, {"date": "2026-12-24", "hours": []}]),
            &["exceptions[1].date"],
        ),
        (
            "orders",
            json!({"slot_minutes": 10}),
            &["orders.slot_minutes"],
        ),
        (
            "orders",
            json!({"answer_minutes": 0}),
            &["orders.answer_minutes"],
        ),
        ("areas", area("fee", json!(9.999)), &["areas[0].fee"]),
        ("areas", area("fee", json!(-1)), &["areas[0].fee"]),
        (
            "areas",
            area("minutes", json!([25, 10])),
            &["areas[0].minutes[1]"],
        ),
        (
            "areas",
            area("postcodes", Value::Null),
            &["areas[0].postcodes"],
        ),
        ("tax", json!({"mode": "none"}), &["tax.mode"]),
        (
            "tax",
            json!({"rates": {"food": 100.5}}),
            &["tax.rates.food"],
        ),
        ("markup_percentage", json!(101), &["markup_percentage"]),
        ("version", json!(1), &["version"]),
        ("colour", json!("red"), &["colour"]),
    ] {
        let refused = market
            .post("/api/restaurants", &with(least(), field, value.clone()))
            .await;
        assert_eq!(refused.faults(), faults, "{field}: {value}");
    }
    let huge = LEAST.replace(
        "Da Mario",
        &format!(
            "Da Mario\", \"markup_percentage\": 1e400, \"about\": \"{}",
            "a"
        ),
    );
    let request = market.request(Method::POST, "/api/restaurants");
    let request = request
        .header("content-type", "application/json")
        .body(huge);
    assert_eq!(market.send(request).await.faults(), ["markup_percentage"]);
    let large = with(least(), "about", json!("a".repeat(70_000)));
    market.post("/api/restaurants", &large).await.problem(413);
    // It fits into a request, and not into a document.
    let codes: Vec<_> = (0..200).map(|n| format!("{n:012}")).collect();
    let areas =
        (0..12).map(|n| json!({"name": format!("{n}"), "postcodes": codes, "minutes": [1, 2]}));
    let large = with(least(), "areas", areas.collect());
    assert_eq!(
        market.post("/api/restaurants", &large).await.faults(),
        ["profile"]
    );
    assert_eq!(market.get("/api/restaurants").await.json(), json!([]));
    // What is text stays text.
    let odd = "<script>alert(1)</script> {{x}} \u{202e}gnorw";
    let made = create_named(&market, odd).await;
    assert_eq!(
        (&made["name"], &made["slug"]),
        (&json!(odd), &json!("script-alert-1-script-x-gnorw"))
    );
}

async fn a_profile_is_saved_at_its_version(market: Market) {
    let market = market.open().await;
    let made = create_restaurant(&market).await;
    let path = path_of(&made);
    // What GET answers is taken as it is, and changes nothing.
    let answered = market.get(&path).await.json();
    let same = put(&market, &path, &answered, Some("\"1\"")).await;
    assert_eq!((same.status, same.header("etag")), (200, Some("\"1\"")));
    assert_eq!(same.json()["updated_at"], made["updated_at"]);
    let changed = with(answered.clone(), "about", json!("Since 1988"));
    let without = put(&market, &path, &changed, None).await;
    assert_eq!(kind(&without, 428).0, "precondition-required");
    // Refusals come in their order: 422, 404, 428, 412.
    let invalid = with(changed.clone(), "phone", json!("1"));
    assert_eq!(
        put(&market, &path, &invalid, None).await.faults(),
        ["phone"]
    );
    let nowhere = "/api/restaurants/nobody";
    assert_eq!(
        put(&market, nowhere, &invalid, None).await.faults(),
        ["phone"]
    );
    assert_eq!(
        kind(&put(&market, nowhere, &changed, None).await, 404).0,
        "unknown-restaurant"
    );
    let malformed = put(&market, &path, &changed, Some("1")).await;
    assert_eq!(malformed.faults(), ["If-Match"]);
    for tag in ["\"2\"", "W/\"1\""] {
        let (name, problem) = kind(&put(&market, &path, &changed, Some(tag)).await, 412);
        assert_eq!(
            (&*name, &problem["version"]),
            ("outdated", &json!(1)),
            "{tag}"
        );
    }
    let saved = put(&market, &path, &changed, Some("\"1\"")).await;
    assert_eq!((saved.status, saved.header("etag")), (200, Some("\"2\"")));
    let profile = saved.json();
    assert_eq!(
        (&profile["about"], &profile["version"]),
        (&json!("Since 1988"), &json!(2))
    );
    assert_eq!(profile["created_at"], made["created_at"]);
    assert_eq!(profile["now"]["open"], true);
    assert_eq!(
        kind(&put(&market, &path, &changed, Some("\"1\"")).await, 412).0,
        "outdated"
    );
    let any = with(answered, "listed", json!(false));
    assert_eq!(
        put(&market, &path, &any, Some("*")).await.json()["version"],
        3
    );
    let read = market.get(&path).await.json();
    assert_eq!(
        (&read["listed"], &read["now"]["asap"]),
        (&json!(false), &Value::Null)
    );
}

async fn a_former_slug_leads_to_it(market: Market) {
    let market = market.open().await;
    let made = create_restaurant(&market).await;
    let path = path_of(&made);
    for (n, slug) in ["one", "two", "three", "four", "five"]
        .into_iter()
        .enumerate()
    {
        let body = with(pizzeria("Bella Napoli"), "slug", json!(slug));
        let tag = format!("\"{}\"", n + 1);
        assert_eq!(put(&market, &path, &body, Some(&tag)).await.status, 200);
    }
    let former = json!(["bella-napoli", "one", "two", "three", "four"]);
    assert_eq!(market.get(&path).await.json()["former_slugs"], former);
    for slug in ["bella-napoli", "three", "five"] {
        let found = market.get(&format!("/api/restaurants/{slug}")).await.json();
        assert_eq!(found["id"], made["id"], "{slug}");
    }
    let other = with(pizzeria("Da Mario"), "slug", json!("two"));
    let taken = market.post("/api/restaurants", &other).await;
    assert_eq!(kind(&taken, 409).0, "name-taken");
    // It has had as many as it can, and goes back to one of them.
    let body = with(pizzeria("Bella Napoli"), "slug", json!("six"));
    assert_eq!(
        put(&market, &path, &body, Some("\"6\"")).await.faults(),
        ["slug"]
    );
    let back = with(pizzeria("Bella Napoli"), "slug", json!("two"));
    let back = put(&market, &path, &back, Some("\"6\"")).await.json();
    let former = json!(["bella-napoli", "one", "three", "four", "five"]);
    assert_eq!(
        (&back["slug"], &back["former_slugs"]),
        (&json!("two"), &former)
    );
}
