//! Menus as a whole, and their outlines: reading and replacing them.

use crate::support::{
    Market,
    menus::{Menu, NOBODY, content, lemonade},
    shops::{create_restaurant, menu, path_of, put},
};
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines! {
    a_menu_is_read_once_for_each_revision,
    an_import_answers_what_it_changes,
    the_outline_is_saved_at_its_version,
    a_key_edits_once,
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
    items.push(lemonade());
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
    let added = market.done(&menu.at("items"), &lemonade()).await;
    assert_eq!(added["item"]["id"], "2");
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
    let first = send(Method::POST, "items", "one", &lemonade(), "").await;
    let again = send(Method::POST, "items", "one", &lemonade(), "").await;
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
