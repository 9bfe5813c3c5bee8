//! What pizzerias say of themselves: making, reading, saving and listing them.

use crate::support::{
    Answer, Instance, Market,
    shops::{create_named, create_restaurant, path_of, pizzeria, put},
};
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines! {
    a_new_pizzeria_has_its_defaults,
    names_and_slugs_are_unique,
    what_is_invalid_is_named,
    a_profile_is_saved_at_its_version,
    a_former_slug_leads_to_it,
    a_key_makes_one_pizzeria,
    what_holds_now_depends_on_the_place,
    lists_are_by_name_in_pages,
    the_history_is_of_profile_and_counter,
    two_saves_at_once_are_one,
    one_of_many_gets_a_name,
}

const LEAST: &str = r#"{"name": "Da Mario", "address": {"street": "Lange Gasse 2", "postcode": "10117", "town": "Berlin"},
    "time_zone": "Europe/Berlin"}"#;

fn least() -> Value {
    serde_json::from_str(LEAST).unwrap()
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

/// The name and what else a problem has for programs.
fn kind(answer: &Answer, status: u16) -> (String, Value) {
    let problem = answer.problem(status);
    let name = problem["type"].as_str().unwrap();
    let name = name.strip_prefix("/problems/").unwrap().to_owned();
    (name, problem)
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
    assert_eq!(market.get("/api/restaurants/N").await.faults(), ["r"]);
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

/// Sends a request under a key.
async fn keyed(market: &Instance, method: Method, path: &str, key: &str, body: &Value) -> Answer {
    let request = market.request(method, path).header("idempotency-key", key);
    market
        .send(request.header("if-match", "\"1\"").json(body))
        .await
}

async fn a_key_makes_one_pizzeria(market: Market) {
    let market = market.open().await;
    let create = async |key: &str, name: &str| {
        let request = market.request(Method::POST, "/api/restaurants");
        let request = request.header("idempotency-key", key).json(&pizzeria(name));
        market.send(request).await
    };
    let first = create("a", "Roma").await;
    assert_eq!(
        (first.status, first.header("idempotent-replayed")),
        (201, None)
    );
    let again = create("a", "Roma").await;
    assert_eq!((again.status, &again.text), (201, &first.text));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(create("a", "Napoli").await.faults(), ["Idempotency-Key"]);
    // What is refused for the state of things stays refused under its key.
    let path = path_of(&first.json());
    create("b", "Roma").await.problem(409);
    let body = pizzeria("Milano");
    let saved = keyed(&market, Method::PUT, &path, "c", &body).await;
    assert_eq!((saved.status, saved.header("etag")), (200, Some("\"2\"")));
    create("b", "Roma").await.problem(409);
    assert_eq!(create("d", "Roma").await.json()["slug"], "roma-2");
    let again = keyed(&market, Method::PUT, &path, "c", &body).await;
    assert_eq!((again.status, again.header("etag")), (200, Some("\"2\"")));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    keyed(&market, Method::PUT, &path, "e", &pizzeria("Torino"))
        .await
        .problem(412);
    let restaurants = market.get("/api/restaurants").await.json();
    assert_eq!(restaurants.as_array().unwrap().len(), 2);
}

async fn what_holds_now_depends_on_the_place(market: Market) {
    let market = market.open().await;
    let near = json!({"name": "Near", "within": 3000, "fee": 1, "minutes": [5, 10]});
    let mut body = pizzeria("Bella Napoli");
    body["areas"].as_array_mut().unwrap().push(near);
    let path = path_of(&market.done("/api/restaurants", &body).await);
    let area = async |query: &str| {
        let answer = market.get(&format!("{path}?{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text);
        answer.json()["now"].clone()
    };
    let mitte = area("postcode=10%20115").await;
    let expected = json!({"name": "Mitte", "fee": 2.5, "minimum": 12.0, "free_from": 30.0, "minutes": [10, 25]});
    assert_eq!(mitte["area"], expected);
    assert_eq!(
        (&mitte["open"], &mitte["closes_at"]),
        (&json!(true), &Value::Null)
    );
    assert!(mitte["asap"]["slot"].is_string(), "{mitte}");
    assert_eq!(area("lat=52.53&lon=13.405").await["area"]["name"], "Near");
    assert_eq!(
        area("postcode=20095&lat=52.53&lon=13.405").await["area"]["name"],
        "Near"
    );
    let far = area("postcode=20095").await;
    assert_eq!((&far["area"], &far["asap"]), (&Value::Null, &Value::Null));
    for (query, faults) in [
        ("lat=52.5", &["lon"][..]),
        ("lat=91&lon=0", &["lat"]),
        ("lat=1.123456&lon=0", &["lat"]),
        ("postcode=1234567890123", &["postcode"]),
        ("colour=red", &["colour"]),
    ] {
        assert_eq!(
            market.get(&format!("{path}?{query}")).await.faults(),
            faults,
            "{query}"
        );
    }
}

/// The names of the pizzerias of a list.
async fn names(market: &Instance, path: &str) -> (Vec<String>, Option<String>) {
    let answer = market.get(path).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.header("last-event-id").is_some());
    let cards = answer.json();
    let cards = cards.as_array().unwrap().iter();
    let names = cards.map(|card| {
        assert!(card.get("hours").is_none() && card.get("areas").is_none());
        assert!(card["now"]["open"].is_boolean());
        card["name"].as_str().unwrap().to_owned()
    });
    let next = answer.header("link").map(|link| {
        let link = link.strip_prefix('<').unwrap();
        link.split_once('>').unwrap().0.to_owned()
    });
    (names.collect(), next)
}

async fn lists_are_by_name_in_pages(market: Market) {
    let market = market.open().await;
    let path = "/api/restaurants";
    assert_eq!(names(&market, path).await, (Vec::new(), None));
    for name in ["Zia 50%", "anna & Co", "Bella", "Éclair"] {
        create_named(&market, name).await;
    }
    let closed = with(least(), "tags", json!(["Late"]));
    market.done(path, &closed).await;
    let hidden = with(pizzeria("Hidden"), "listed", json!(false));
    let hidden = market.done(path, &hidden).await;
    let all = names(&market, path).await.0;
    assert_eq!(all.len(), 5);
    assert_eq!(
        (&*all[0], &*all[1], &*all[2]),
        ("anna & Co", "Bella", "Da Mario")
    );
    let (mut paged, mut next) = (Vec::new(), Some(format!("{path}?limit=1")));
    while let Some(address) = next {
        let (page, following) = names(&market, &address).await;
        assert_eq!(page.len(), 1);
        (paged, next) = ([paged, page].concat(), following);
    }
    assert_eq!(paged, all);
    for (query, expected) in [
        ("q=BELL", &["Bella"][..]),
        ("q=late", &["Da Mario"]),
        ("tag=late", &["Da Mario"]),
        ("open=false", &["Da Mario"]),
        ("open=true&q=eclair", &["Éclair"]),
        ("postcode=20095", &[]),
        ("postcode=10115&q=bella", &["Bella"]),
    ] {
        assert_eq!(
            names(&market, &format!("{path}?{query}")).await.0,
            expected,
            "{query}"
        );
    }
    // What is in no list is there by its name.
    assert_eq!(market.get(&path_of(&hidden)).await.status, 200);
    for (query, fault) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("cursor=x", "cursor"),
        ("open=maybe", "open"),
    ] {
        assert_eq!(
            market.get(&format!("{path}?{query}")).await.faults(),
            [fault],
            "{query}"
        );
    }
}

async fn the_history_is_of_profile_and_counter(market: Market) {
    let market = market.open().await;
    let made = create_restaurant(&market).await;
    let path = path_of(&made);
    let body = with(pizzeria("Bella Napoli"), "about", json!("New"));
    assert_eq!(put(&market, &path, &body, Some("\"1\"")).await.status, 200);
    market.done(&format!("{path}/pause"), &json!({})).await;
    let events = market.get(&format!("{path}/events")).await;
    let all = events.json();
    let all = all.as_array().unwrap();
    let versions: Vec<_> = all
        .iter()
        .map(|event| {
            let kind = event["event_type"]
                .as_str()
                .unwrap()
                .strip_suffix(".changed")
                .unwrap();
            assert_eq!(event["by"], Value::Null);
            format!("{kind} {}", event[kind]["version"])
        })
        .collect();
    let mut sorted = versions.clone();
    sorted.sort();
    let expected = [
        "counter 1",
        "counter 2",
        "counter 3",
        "restaurant 1",
        "restaurant 2",
    ];
    assert_eq!(sorted, expected);
    assert_eq!(versions[0], "counter 3");
    assert!(
        versions[3..].contains(&"restaurant 1".to_owned()),
        "{versions:?}"
    );
    let counter = &all[0]["counter"];
    assert_eq!(
        (&counter["profile_version"], &counter["menu_revision"]),
        (&json!(2), &json!(1))
    );
    let (mut paged, mut next) = (Vec::new(), Some(format!("{path}/events?limit=2")));
    while let Some(address) = next {
        let page = market.get(&address).await;
        paged.extend(page.json().as_array().unwrap().clone());
        next = page
            .header("link")
            .map(|link| link[1..link.find('>').unwrap()].to_owned());
    }
    assert_eq!(&paged, all);
    let unknown = format!("{path}/events?cursor=aaaa-1");
    assert_eq!(market.get(&unknown).await.faults(), ["cursor"]);
    market
        .get("/api/restaurants/nobody/events")
        .await
        .problem(404);
}

async fn two_saves_at_once_are_one(market: Market) {
    let market = market.open().await;
    saves_at_once_are_one(&market, &market).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_saves_at_two_instances_are_one() {
    let market = Market::redis();
    saves_at_once_are_one(&market.open().await, &market.open().await).await;
}

async fn saves_at_once_are_one(one: &Instance, other: &Instance) {
    let path = path_of(&create_restaurant(one).await);
    let body = |about: &str| with(pizzeria("Bella Napoli"), "about", json!(about));
    for round in 1..=5 {
        let tag = format!("\"{round}\"");
        let (mine, theirs) = (
            body(&format!("mine {round}")),
            body(&format!("theirs {round}")),
        );
        let (mine, theirs) = tokio::join!(
            put(one, &path, &mine, Some(&tag)),
            put(other, &path, &theirs, Some(&tag)),
        );
        let mut statuses = [mine.status, theirs.status];
        statuses.sort();
        assert_eq!(statuses, [200, 412]);
    }
}

async fn one_of_many_gets_a_name(market: Market) {
    let market = market.open().await;
    let body = pizzeria("Bella Napoli");
    let all =
        futures::future::join_all((0..20).map(|_| market.post("/api/restaurants", &body))).await;
    let made = all.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 1);
    for refused in all.iter().filter(|answer| answer.status != 201) {
        assert_eq!(kind(refused, 409).1["field"], "name");
    }
    let others = (0..10).map(|n| {
        let body = pizzeria(&format!("Roma{}", "!".repeat(n)));
        let market = &market;
        async move { market.done("/api/restaurants", &body).await }
    });
    let others = futures::future::join_all(others).await;
    let mut slugs: Vec<_> = others
        .iter()
        .map(|one| one["slug"].as_str().unwrap())
        .collect();
    slugs.sort();
    slugs.dedup();
    assert_eq!(slugs.len(), 10);
}
