//! Menus as a whole, their outlines and items: reading and editing them, and what is refused.

use crate::support::{
    Market,
    menus::{Menu, content},
    shops::{create_named, create_restaurant, menu, path_of, put},
};
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines! {
    a_menu_is_read_once_for_each_revision,
    an_import_answers_what_it_changes,
    an_edit_names_the_version_that_it_replaces,
    an_item_is_added_changed_and_taken_off,
    an_item_stands_where_it_is_put,
    the_outline_is_saved_at_its_version,
    what_is_wrong_with_a_menu_is_named,
    what_is_in_use_cannot_be_left_out,
    a_menu_may_be_large,
    a_key_edits_once,
}

const NOBODY: &str = "/api/restaurants/01900000-0000-7000-8000-000000000000";

fn cola() -> Value {
    json!({"name": "Lemonade", "prices": [{"price": 3}], "pieces": 0, "tax": "drink"})
}

async fn a_menu_is_read_once_for_each_revision(market: Market) {
    let market = market.open().await;
    let restaurant = create_restaurant(&market).await;
    let path = format!("{}/menu", path_of(&restaurant));
    let empty = market.get(&path).await;
    assert_eq!((empty.status, empty.header("etag")), (200, Some("\"1\"")));
    assert_eq!(
        empty.json(),
        json!({
            "format": "pizza-market/menu-1", "revision": 1, "sizes": [], "categories": [], "groups": [],
            "halves": {"rule": "average", "half_percent": 50, "topping_percent": 50, "fee": 0.0}, "items": []
        })
    );
    assert!(
        empty
            .text
            .starts_with(r#"{"format":"pizza-market/menu-1","revision":1,"sizes":"#)
    );
    let known = async |tags: &str| {
        let request = market.request(Method::GET, &path);
        market.send(request.header("if-none-match", tags)).await
    };
    for tags in ["\"1\"", "W/\"1\"", "\"7\", \"1\"", "*"] {
        let answer = known(tags).await;
        assert_eq!((answer.status, &*answer.text), (304, ""), "{tags}");
        assert_eq!(answer.header("etag"), Some("\"1\""));
    }
    let put = put(&market, &path, &menu(), Some("\"1\"")).await;
    assert_eq!((put.status, put.header("etag")), (200, Some("\"2\"")));
    let answer = known("\"1\"").await;
    assert_eq!((answer.status, answer.header("etag")), (200, Some("\"2\"")));
    assert_eq!(known("\"2\"").await.status, 304);
    let slug = restaurant["slug"].as_str().unwrap();
    for named in [slug, "bella-napoli"] {
        let again = market.get(&format!("/api/restaurants/{named}/menu")).await;
        assert_eq!(again.text, answer.text);
    }
    assert_eq!(answer.json()["items"].as_array().unwrap().len(), 4);
    market.get(&format!("{NOBODY}/menu")).await.problem(404);
    let unknown = market.get(&format!("{path}?colour=red")).await;
    assert_eq!(unknown.faults(), ["colour"]);
}

async fn an_import_answers_what_it_changes(market: Market) {
    let market = market.open().await;
    let menu = Menu::sample(&market).await;
    let before = menu.read().await;
    // What is exported is imported, and is no edit.
    let same = menu.saved("menu", &before, 2).await;
    let nothing = json!({"revision": 2, "added": [], "changed": [], "removed": [], "undo": []});
    assert_eq!(same, nothing);
    assert_eq!(menu.read().await, before);

    let mut after = before.clone();
    after["items"][1]["name"] = json!("Quattro Stagioni");
    after["sizes"][0]["name"] = json!("Small");
    let items = after["items"].as_array_mut().unwrap();
    items.retain(|item| item["id"] != "cola");
    items.push(cola());
    after["categories"][1]["items"] = json!([]);
    let code = before["items"][1]["id"].as_str().unwrap();
    let changed = json!([
        {"kind": "size", "id": "m", "name": "Small"},
        {"kind": "category", "id": "drinks", "name": "Drinks"},
        {"kind": "item", "id": code, "name": "Quattro Stagioni"},
    ]);
    let tried = menu.saved("menu?dry_run=true", &after, 2).await;
    assert_eq!(tried["changed"], changed);
    assert_eq!(
        tried["added"],
        json!([{"kind": "item", "id": "1", "name": "Lemonade"}])
    );
    assert_eq!(
        tried["removed"],
        json!([{"kind": "item", "id": "cola", "name": "Cola"}])
    );
    assert_eq!(
        (&tried["revision"], &tried["undo"]),
        (&json!(2), &json!([]))
    );
    assert_eq!(menu.read().await, before);

    let mut done = menu.saved("menu", &after, 2).await;
    assert_eq!(done["revision"], 3);
    let undo = done["undo"].take();
    assert_eq!(undo.as_array().unwrap().len(), 4);
    let id = menu.path.rsplit('/').next().unwrap();
    for one in [
        json!({"key": format!("menu:{id}"), "from": 3, "to": 2}),
        json!({"key": format!("item:{id}.1"), "from": 1, "to": 0}),
        json!({"key": format!("item:{id}.cola"), "from": 2, "to": 1}),
    ] {
        assert!(undo.as_array().unwrap().contains(&one), "{one} {undo}");
    }
    for part in ["added", "changed", "removed"] {
        assert_eq!(done[part], tried[part]);
    }
    // The code of an item that was taken off brings it back.
    let back = menu.saved("menu", &before, 3).await;
    assert_eq!(
        back["added"],
        json!([{"kind": "item", "id": "cola", "name": "Cola"}])
    );
    assert_eq!(content(menu.read().await), content(before));
    assert_eq!(menu.item("cola").await["version"], 3);
    menu.get("items/1").await.problem(404);
    // Its number is not given out again.
    let added = market.done(&menu.at("items"), &cola()).await;
    assert_eq!(added["item"]["id"], "2");
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
        .json(&cola());
    let added = market.send(request.header("if-match", "\"1\"")).await;
    assert_eq!(added.faults(), ["If-Match"]);
}

async fn an_item_is_added_changed_and_taken_off(market: Market) {
    let market = market.open().await;
    let menu = Menu::sample(&market).await;
    let added = market.post(&menu.at("items"), &cola()).await;
    assert_eq!((added.status, added.header("etag")), (201, Some("\"1\"")));
    assert_eq!(added.header("location"), Some(&*menu.at("items/1")));
    let answer = added.json();
    let id = menu.path.rsplit('/').next().unwrap();
    let key = format!("item:{id}.1");
    assert_eq!(answer["revision"], 3);
    // The number of the code is the outline's.
    let outline = json!({"key": format!("menu:{id}"), "from": 3, "to": 2});
    assert_eq!(
        answer["undo"],
        json!([outline, {"key": key, "from": 1, "to": 0}])
    );
    let item = menu.item("1").await;
    assert_eq!(item, answer["item"]);
    assert_eq!(
        item,
        json!({
            "id": "1", "name": "Lemonade", "about": null,
            "prices": [{"size": null, "price": 3.0, "deposit": 0.0, "amount": null}],
            "groups": [], "without": [], "halves": [], "pieces": 0, "tax": "drink", "allergens": [], "diets": [], "additives": [],
            "gone": false, "version": 1
        })
    );
    let mut dearer = item.clone();
    dearer["prices"][0]["price"] = json!(3.5);
    dearer["id"] = json!("other");
    let changed = menu.put("items/1", &dearer, 1).await;
    assert_eq!(
        (changed.status, changed.header("etag")),
        (200, Some("\"2\""))
    );
    let changed = changed.json();
    assert_eq!(changed["item"]["id"], "1");
    assert_eq!(changed["undo"], json!([{"key": key, "from": 2, "to": 1}]));
    assert_eq!(changed["revision"], 4);
    let same = menu.saved("items/1", &changed["item"], 2).await;
    assert_eq!((&same["revision"], &same["undo"]), (&json!(4), &json!([])));
    menu.put("items/1", &dearer, 1).await.problem(412);

    let taken = menu.take_off("1", 2).await;
    assert_eq!((taken.status, taken.header("etag")), (200, Some("\"3\"")));
    let taken = taken.json();
    assert_eq!(
        (&taken["item"]["gone"], &taken["revision"]),
        (&json!(true), &json!(5))
    );
    for gone in [
        menu.get("items/1").await,
        menu.put("items/1", &dearer, 3).await,
        menu.take_off("1", 3).await,
    ] {
        assert_eq!(gone.problem(404)["type"], "/problems/unknown-item");
    }
    // The code of one that stands is taken, that of one that is gone brings it back.
    let mut again = cola();
    again["id"] = json!("diav");
    let twice = market.post(&menu.at("items"), &again).await;
    assert_eq!(twice.faults(), ["id"]);
    assert!(twice.text.contains("Diavola") && twice.text.contains("Lemonade"));
    again["id"] = json!("1");
    let back = market.done(&menu.at("items"), &again).await;
    assert_eq!(back["item"]["version"], 4);
    // The counter has the revision that the menu has.
    let counter = market.done(&menu.at("pause"), &json!({})).await;
    assert_eq!(
        (&counter["menu_revision"], &back["revision"]),
        (&json!(6), &json!(6))
    );
    assert_eq!(menu.read().await["revision"], 6);
}

async fn an_item_stands_where_it_is_put(market: Market) {
    let market = market.open().await;
    let menu = Menu::sample(&market).await;
    let place = async |category: &str, place: Value| {
        let mut item = cola();
        item["category"] = json!(category);
        item["place"] = place;
        market.post(&menu.at("items"), &item).await
    };
    for (at, order) in [
        (json!(1), json!(["marg", "1", "diav", "fung"])),
        (Value::Null, json!(["marg", "1", "diav", "fung", "2"])),
        (json!(0), json!(["3", "marg", "1", "diav", "fung", "2"])),
        (
            json!(499),
            json!(["3", "marg", "1", "diav", "fung", "2", "4"]),
        ),
    ] {
        assert_eq!(place("pizza", at).await.status, 201);
        let outline = menu.get("menu/outline").await.json();
        assert_eq!(outline["categories"][0]["items"], order);
    }
    assert_eq!(place("soups", Value::Null).await.faults(), ["category"]);
    assert_eq!(place("pizza", json!(-1)).await.faults(), ["place"]);
    assert_eq!(menu.take_off("1", 1).await.status, 200);
    let outline = menu.get("menu/outline").await.json();
    assert_eq!(
        outline["categories"][0]["items"],
        json!(["3", "marg", "diav", "fung", "2", "4"])
    );
}

async fn the_outline_is_saved_at_its_version(market: Market) {
    let market = market.open().await;
    let menu = Menu::sample(&market).await;
    let answer = menu.get("menu/outline").await;
    assert_eq!((answer.status, answer.header("etag")), (200, Some("\"2\"")));
    let before = answer.json();
    let mut after = before.clone();
    let day = json!([["11:30", "14:00"]]);
    after["categories"][0]["hours"] =
        json!({"mon": day, "tue": day, "wed": day, "thu": day, "fri": day, "sat": [], "sun": []});
    after["halves"] =
        json!({"rule": "sum_of_halves", "half_percent": 60, "topping_percent": 100, "fee": 0.5});
    after["groups"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "Dips", "max": 1, "options": [{"name": "Aioli", "price": 1}]}));
    let saved = menu.put("menu/outline", &after, 2).await;
    assert_eq!((saved.status, saved.header("etag")), (200, Some("\"3\"")));
    let mut saved = saved.json();
    assert_eq!(saved["revision"], 3);
    assert_eq!(saved["undo"].as_array().unwrap().len(), 1);
    assert_eq!(saved["groups"][2]["id"], "1");
    assert_eq!(saved["groups"][2]["options"][0]["id"], "2");
    assert_eq!(saved["next"], 3);
    for beside in ["revision", "undo"] {
        saved.as_object_mut().unwrap().remove(beside);
    }
    assert_eq!(menu.get("menu/outline").await.json(), saved);
    assert_eq!(menu.saved("menu/outline", &saved, 3).await["revision"], 3);
    menu.put("menu/outline", &before, 2).await.problem(412);
    market
        .get(&format!("{NOBODY}/menu/outline"))
        .await
        .problem(404);
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

async fn a_key_edits_once(market: Market) {
    let market = market.open().await;
    let menu = Menu::sample(&market).await;
    let send = async |method: Method, call: &str, key: &str, body: &Value, tag: &str| {
        let request = market
            .request(method, &menu.at(call))
            .json(body)
            .header("idempotency-key", key);
        let request = match tag {
            "" => request,
            tag => request.header("if-match", tag),
        };
        market.send(request).await
    };
    let first = send(Method::POST, "items", "one", &cola(), "").await;
    let again = send(Method::POST, "items", "one", &cola(), "").await;
    assert_eq!(
        (first.status, again.status, &again.text),
        (201, 201, &first.text)
    );
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.header("location"), first.header("location"));
    let used = send(
        Method::POST,
        "items",
        "one",
        &json!({"name": "B", "prices": [{"price": 1}]}),
        "",
    )
    .await;
    assert_eq!(used.faults(), ["Idempotency-Key"]);
    let mut whole = menu.read().await;
    whole["items"][0]["name"] = json!("Renamed");
    let tried = send(Method::PUT, "menu?dry_run=true", "try", &whole, "\"3\"").await;
    assert_eq!(
        (tried.status, tried.header("idempotent-replayed")),
        (200, None)
    );
    let first = send(Method::PUT, "menu", "two", &whole, "\"3\"").await;
    let again = send(Method::PUT, "menu", "two", &whole, "\"3\"").await;
    assert_eq!(
        (first.status, again.status, &again.text),
        (200, 200, &first.text)
    );
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let undo = json!({"undo": first.json()["undo"]});
    let first = send(Method::POST, "menu/restore", "three", &undo, "").await;
    let again = send(Method::POST, "menu/restore", "three", &undo, "").await;
    assert_eq!(
        (first.status, again.status, &again.text),
        (200, 200, &first.text)
    );
    assert_eq!(menu.read().await["revision"], 5);
}
