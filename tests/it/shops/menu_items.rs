//! The items of menus: adding, changing and taking them off.

use crate::support::{
    Market,
    menus::{Menu, lemonade},
};
use serde_json::{Value, json};

crate::on_both_engines! {
    an_item_is_added_changed_and_taken_off,
    an_item_stands_where_it_is_put,
}

async fn an_item_is_added_changed_and_taken_off(market: Market) {
    let market = market.open().await;
    let menu = Menu::sample(&market).await;
    let added = market.post(&menu.at("items"), &lemonade()).await;
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
    let mut again = lemonade();
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
        let mut item = lemonade();
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
