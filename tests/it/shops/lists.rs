//! Lists of pizzerias, what holds at them now, and what has happened to them.

use crate::support::{
    Instance, Market,
    shops::{create_named, create_restaurant, least, path_of, pizzeria, put, with},
};
use serde_json::{Value, json};

crate::on_both_engines! {
    what_holds_now_depends_on_the_place,
    lists_are_by_name_in_pages,
    the_history_is_of_profile_and_counter,
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
