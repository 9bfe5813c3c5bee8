//! What is refused of menus, in which order, and what is named.

use crate::support::{
    Market,
    menus::{Menu, NOBODY, lemonade},
    shops::{create_named, menu, path_of, put},
};
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines! {
    an_edit_names_the_version_that_it_replaces,
    what_is_wrong_with_a_menu_is_named,
    what_is_in_use_cannot_be_left_out,
    a_menu_may_be_large,
}

async fn an_edit_names_the_version_that_it_replaces(market: Market) {
    let market = market.open().await;
    let menu_of = Menu::sample(&market).await;
    let outline = menu_of.get("menu/outline").await.json();
    let item = menu_of.item("diav").await;
    let mut broken = menu();
    broken["items"][0]["groups"] = json!(["nothing"]);
    for (call, body, broken) in [
        ("menu", menu(), broken),
        ("menu/outline", outline, json!({})),
        (
            "items/diav",
            item.clone(),
            json!({"name": "A", "prices": [{"price": 1, "size": "xl"}]}),
        ),
    ] {
        let path = menu_of.at(call);
        let nowhere = format!("{NOBODY}/{call}");
        // First what can be refused without looking, then what is not there, then the version, then what depends on it.
        let unread = put(&market, &nowhere, &json!({"colour": 1}), None).await;
        assert!(unread.faults().contains(&"colour".to_owned()), "{call}");
        let unknown = put(&market, &nowhere, &body, None).await.problem(404);
        assert_eq!(unknown["type"], "/problems/unknown-restaurant");
        let missing = put(&market, &path, &broken, None).await.problem(428);
        assert_eq!(missing["type"], "/problems/precondition-required");
        for tag in ["\"9\"", "W/\"1\"", "\"8\", \"9\""] {
            let outdated = put(&market, &path, &broken, Some(tag)).await.problem(412);
            assert_eq!(outdated["type"], "/problems/outdated", "{call}");
            assert!(outdated["version"].is_number(), "{outdated}");
        }
        put(&market, &path, &broken, Some("*")).await.faults();
        let ill = put(&market, &path, &body, Some("9")).await;
        assert_eq!(ill.status, 422, "{call}");
        let any = put(&market, &path, &body, Some("*")).await;
        assert_eq!(any.status, 200, "{call} {}", any.text);
        assert_eq!(any.json()["undo"], json!([]), "{call}");
    }
    let path = menu_of.at("items/diav");
    let bare = market.send(market.request(Method::DELETE, &path)).await;
    bare.problem(428);
    menu_of.take_off("diav", 2).await.problem(412);
    let unknown = menu_of.at("items/nothing");
    let unknown = market.send(market.request(Method::DELETE, &unknown)).await;
    assert_eq!(unknown.problem(404)["type"], "/problems/unknown-item");
    put(&market, &menu_of.at("items/nothing"), &item, None)
        .await
        .problem(404);
    let request = market
        .request(Method::POST, &menu_of.at("items"))
        .json(&lemonade());
    let added = market.send(request.header("if-match", "\"1\"")).await;
    assert_eq!(added.faults(), ["If-Match"]);
}

async fn what_is_wrong_with_a_menu_is_named(market: Market) {
    let market = market.open().await;
    let sample = Menu::sample(&market).await;
    let long = "🍕".repeat(61);
    for (at, value, faults, said) in [
        ("/items/1/id", json!("marg"), &["items[1].id"][..], "marg"),
        ("/sizes/1/id", json!("m"), &["sizes[1].id"], "code m"),
        (
            "/groups/0/options/1/id",
            json!("olives"),
            &["groups[0].options[1].id"],
            "olives",
        ),
        (
            "/items/0/groups",
            json!(["top", "dips"]),
            &["items[0].groups[1]"],
            "Margherita offers the group dips",
        ),
        (
            "/categories/0/items",
            json!(["marg", "soup"]),
            &["categories[0].items[1]"],
            "soup",
        ),
        (
            "/groups/0/min",
            json!(7),
            &["groups[0].min"],
            "at least 7 and allows at most 4",
        ),
        (
            "/groups/0/max",
            json!(5),
            &["groups[0].max"],
            "can be chosen 4 times",
        ),
        (
            "/groups/0/options/0/price",
            json!({"m": 1}),
            &["groups[0].options[0].price"],
            "for Large",
        ),
        (
            "/groups/0/options/0/price",
            json!({"m": 1, "l": 1, "xl": 1}),
            &["groups[0].options[0].price.xl"],
            "xl",
        ),
        (
            "/items/0/prices",
            json!([]),
            &["items[0].prices"],
            "no price",
        ),
        (
            "/items/0/prices/0/size",
            json!("xl"),
            &["items[0].prices[0].size"],
            "xl",
        ),
        (
            "/items/0/halves",
            json!(["xl"]),
            &["items[0].halves[0]"],
            "xl",
        ),
        (
            "/items/0/prices/0/price",
            json!(9.999),
            &["items[0].prices[0].price"],
            "decimals",
        ),
        (
            "/items/0/prices/0/price",
            json!(-1),
            &["items[0].prices[0].price"],
            "0",
        ),
        (
            "/items/0/prices/0/price",
            json!(1000.01),
            &["items[0].prices[0].price"],
            "1000",
        ),
        ("/items/0/pieces", json!(5), &["items[0].pieces"], "4"),
        (
            "/items/0/tax",
            json!("delivery"),
            &["items[0].tax"],
            "delivery",
        ),
        (
            "/items/0/allergens",
            json!(["cats"]),
            &["items[0].allergens[0]"],
            "cats",
        ),
        ("/items/0/name", json!(long), &["items[0].name"], "60"),
        (
            "/items/0/name",
            json!("a\u{1b}[31m"),
            &["items[0].name"],
            "control",
        ),
        (
            "/items/0/colour",
            json!("red"),
            &["items[0].colour"],
            "no such",
        ),
        ("/sizes/0/name", Value::Null, &["sizes[0].name"], "missing"),
        (
            "/halves/rule",
            json!("cheaper"),
            &["halves.rule"],
            "cheaper",
        ),
        (
            "/format",
            json!("menu-2"),
            &["format"],
            "pizza-market/menu-1",
        ),
    ] {
        let mut wrong = menu();
        let (parent, member) = at.rsplit_once('/').unwrap();
        let parent = wrong.pointer_mut(parent).unwrap();
        match parent {
            Value::Array(_) => parent[member.parse::<usize>().unwrap()] = value.clone(),
            _ => parent[member] = value.clone(),
        }
        let refused = sample.put("menu", &wrong, 2).await;
        let found = refused.faults();
        for fault in faults {
            assert!(
                found.iter().any(|one| one == fault),
                "{at} {value}: {found:?}"
            );
        }
        assert!(
            refused.text.contains(said),
            "{at} {value}: {}",
            refused.text
        );
    }
    let request = |body: &'static str| {
        let request = market.request(Method::PUT, &sample.at("menu"));
        request
            .header("content-type", "application/json")
            .header("if-match", "\"2\"")
            .body(body)
    };
    let huge = r#"{"format": "pizza-market/menu-1", "items": [{"name": "A", "prices": [{"price": 1e400}]}]}"#;
    let huge = market.send(request(huge)).await;
    assert_eq!(huge.faults(), ["items[0].prices[0].price"]);
    for torn in ["{", "[]", "7"] {
        assert_eq!(market.send(request(torn)).await.faults(), ["body"]);
    }
    let typed = market
        .request(Method::PUT, &sample.at("menu"))
        .header("content-type", "text/plain");
    market.send(typed.body("{}")).await.problem(415);
    assert_eq!(sample.read().await["revision"], 2);
    // Markup, script and other directions of writing are data.
    for name in [
        "<script>alert(1)</script>",
        "\u{202e}pizza",
        "محمد",
        "'; DROP TABLE",
    ] {
        let body = json!({"name": name, "prices": [{"price": 1}]});
        let added = market.done(&sample.at("items"), &body).await;
        assert_eq!(added["item"]["name"], name);
    }
}

async fn what_is_in_use_cannot_be_left_out(market: Market) {
    let market = market.open().await;
    let menu = Menu::sample(&market).await;
    let outline = menu.get("menu/outline").await.json();
    for (part, n, fault, said) in [
        ("sizes", 1, "sizes", "Margherita"),
        ("groups", 1, "groups", "Margherita offers the group sauce"),
    ] {
        let mut less = outline.clone();
        less[part].as_array_mut().unwrap().remove(n);
        let refused = menu.put("menu/outline", &less, 2).await;
        assert!(
            refused.faults().contains(&fault.to_owned()),
            "{}",
            refused.text
        );
        assert!(refused.text.contains(said), "{}", refused.text);
    }
    let mut item = menu.item("diav").await;
    item["groups"] = json!(["dips"]);
    assert_eq!(
        menu.put("items/diav", &item, 1).await.faults(),
        ["groups[0]"]
    );
    assert_eq!(menu.read().await["revision"], 2);
}

async fn a_menu_may_be_large(market: Market) {
    let market = market.open().await;
    let path = path_of(&create_named(&market, "Grande").await);
    let item = |n: usize| json!({"name": format!("Pizza {n}"), "about": "Tomato, mozzarella, basil. ".repeat(9), "prices": [{"price": 8}]});
    let items: Vec<Value> = (0..500).map(item).collect();
    let large = json!({"format": "pizza-market/menu-1", "items": items});
    assert!(large.to_string().len() > 128 * 1024);
    let done = put(&market, &format!("{path}/menu"), &large, Some("\"1\"")).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let read = market.get(&format!("{path}/menu")).await.json();
    assert_eq!(read["items"].as_array().unwrap().len(), 500);
    let blanks = |n: usize| format!("{{{}}}", " ".repeat(n));
    for (call, length, status) in [
        ("menu", 2 * 1024 * 1024 - 2, 422),
        ("menu", 2 * 1024 * 1024, 413),
        ("menu/outline", 64 * 1024, 413),
        ("items/1", 64 * 1024, 413),
    ] {
        let request = market.request(Method::PUT, &format!("{path}/{call}"));
        let request = request
            .header("content-type", "application/json")
            .header("if-match", "\"2\"");
        market
            .send(request.body(blanks(length)))
            .await
            .problem(status);
    }
    // An outline and an item have a largest size of their own.
    let allergens = [
        "gluten", "eggs", "fish", "milk", "nuts", "celery", "mustard", "sesame", "lupin",
        "molluscs",
    ];
    let options: Vec<Value> = (0..80)
        .map(|n| json!({"name": format!("{n} {}", "x".repeat(50)), "price": 1, "allergens": allergens}))
        .collect();
    let groups: Vec<Value> = (0..6)
        .map(|n| json!({"name": format!("G{n}"), "max": 1, "options": options}))
        .collect();
    let outline = json!({"format": "pizza-market/menu-1", "groups": groups});
    let refused = put(&market, &format!("{path}/menu"), &outline, Some("\"2\"")).await;
    assert_eq!(refused.faults(), ["outline"]);
    let many: Vec<String> = (0..20)
        .map(|n| format!("{n} {}", "🍕".repeat(56)))
        .collect();
    let item = json!({"name": "A", "prices": [{"price": 1}], "without": many});
    assert_eq!(
        market.post(&format!("{path}/items"), &item).await.faults(),
        ["item", "items"]
    );
}
