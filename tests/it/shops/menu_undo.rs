//! Undoing edits of menus, and edits at the same time.

use crate::support::{
    Market,
    menus::{Menu, NOBODY, content},
    shops::{create_named, path_of, put},
};
use futures::future::join_all;
use serde_json::{Value, json};

crate::on_both_engines! {
    each_edit_can_be_undone,
    an_import_is_undone_and_done_again,
    what_has_changed_since_is_not_undone,
    what_cannot_be_undone_is_named,
    what_undoes_the_largest_import_fits,
    two_editors_of_an_item_are_one,
    editors_of_different_items_do_not_meet,
    an_import_meets_an_edit,
}

fn renamed(item: &Value, name: &str) -> Value {
    let mut item = item.clone();
    item["name"] = json!(name);
    item
}

async fn each_edit_can_be_undone(market: Market) {
    let market = market.open().await;
    let menu = Menu::sample(&market).await;
    let before = menu.read().await;
    let item = menu.item("diav").await;
    let added = json!({"name": "Lemonade", "prices": [{"price": 3}], "category": "drinks"});
    let mut outline = menu.get("menu/outline").await.json();
    outline["sizes"][0]["name"] = json!("Small");
    let edits = [
        menu.saved("items/diav", &renamed(&item, "Calabrese"), 1)
            .await,
        menu.saved("menu/outline", &outline, 2).await,
        market.done(&menu.at("items"), &added).await,
        menu.take_off("cola", 1).await.json(),
    ];
    let after = menu.read().await;
    assert_eq!(after["revision"], 6);
    // The newest first, as a person does it; and then each undoing is undone, again the newest first.
    let mut undone = Vec::new();
    for edit in edits.iter().rev() {
        let answer = menu.undo(edit).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        undone.push(answer.json());
    }
    let restored = menu.read().await;
    assert_eq!(restored["revision"], 10);
    assert_eq!(content(restored), content(before));
    for edit in undone.iter().rev() {
        assert_eq!(menu.undo(edit).await.status, 200);
    }
    assert_eq!(content(menu.read().await), content(after));
    // Versions go up, whatever they hold.
    assert_eq!(menu.item("diav").await["version"], 4);
}

async fn an_import_is_undone_and_done_again(market: Market) {
    let market = market.open().await;
    let menu = Menu::sample(&market).await;
    let before = menu.read().await;
    let other = json!({
        "format": "pizza-market/menu-1",
        "sizes": [{"id": "m", "name": "One"}],
        "categories": [{"name": "All", "items": ["marg", "soup"]}],
        "items": [
            {"id": "marg", "name": "Margherita", "prices": [{"size": "m", "price": 7}]},
            {"id": "soup", "name": "Soup", "prices": [{"price": 5}]},
        ]
    });
    let import = menu.saved("menu", &other, 2).await;
    let after = menu.read().await;
    assert_eq!(import["undo"].as_array().unwrap().len(), 6);
    let undone = menu.undo(&import).await;
    assert_eq!((undone.status, undone.header("etag")), (200, Some("\"4\"")));
    let undone = undone.json();
    assert_eq!(
        undone["added"].as_array().unwrap().len(),
        import["removed"].as_array().unwrap().len()
    );
    assert_eq!(content(menu.read().await), content(before.clone()));
    let again = menu.undo(&undone).await;
    assert_eq!(again.status, 200, "{}", again.text);
    assert_eq!(content(menu.read().await), content(after));
    let again = menu.undo(&again.json()).await;
    assert_eq!(again.status, 200, "{}", again.text);
    assert_eq!(content(menu.read().await), content(before));
}

async fn what_has_changed_since_is_not_undone(market: Market) {
    let market = market.open().await;
    let menu = Menu::sample(&market).await;
    let (marg, diav) = (menu.item("marg").await, menu.item("diav").await);
    let mut whole = menu.read().await;
    for item in whole["items"].as_array_mut().unwrap() {
        *item = renamed(item, &format!("New {}", item["id"].as_str().unwrap()));
    }
    let import = menu.saved("menu", &whole, 2).await;
    menu.saved("items/diav", &renamed(&diav, "Calabrese"), 2)
        .await;
    let now = menu.read().await;
    let refused = menu.undo(&import).await.problem(412);
    assert_eq!(refused["type"], "/problems/outdated");
    assert_eq!(refused["version"], 3);
    assert_eq!(menu.read().await, now);
    // Of the others, each still can.
    let all = import["undo"].as_array().unwrap();
    let key = |one: &&Value| one["key"].as_str().unwrap().ends_with(".marg");
    let one = json!({"undo": [all.iter().find(key).unwrap()]});
    let undone = menu.undo(&one).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    assert_eq!(menu.item("marg").await["name"], marg["name"]);
    // It cannot be undone twice.
    menu.undo(&one).await.problem(412);
}

async fn what_cannot_be_undone_is_named(market: Market) {
    let market = market.open().await;
    let menu = Menu::sample(&market).await;
    let other = path_of(&create_named(&market, "Da Mario").await);
    let (id, other) = (
        menu.path.rsplit('/').next().unwrap().to_owned(),
        other.rsplit('/').next().unwrap().to_owned(),
    );
    let item = format!("item:{id}.diav");
    for (undo, faults) in [
        (
            json!([{"key": format!("item:{other}.diav"), "from": 1, "to": 0}]),
            &["undo[0].key"][..],
        ),
        (
            json!([{"key": format!("menu:{other}"), "from": 1, "to": 0}]),
            &["undo[0].key"],
        ),
        (
            json!([{"key": format!("counter:{id}"), "from": 1, "to": 0}]),
            &["undo[0].key"],
        ),
        (
            json!([{"key": format!("item:{id}"), "from": 1, "to": 0}]),
            &["undo[0].key"],
        ),
        (json!([{"key": item, "from": 1, "to": 7}]), &["undo[0].to"]),
        (
            json!([{"key": format!("menu:{id}"), "from": 2, "to": 0}]),
            &["undo[0].to"],
        ),
        (
            json!([{"key": item, "from": 1, "to": 0}, {"key": item, "from": 1, "to": 0}]),
            &["undo[1].key"],
        ),
        (
            json!([{"key": item, "from": -1, "to": 1.5}]),
            &["undo[0].from", "undo[0].to"],
        ),
        (
            json!([{"key": item, "from": 1, "to": 0, "by": 1}]),
            &["undo[0].by"],
        ),
        (json!([]), &["undo"]),
        (Value::Null, &["undo"]),
    ] {
        let refused = menu.undo(&json!({ "undo": undo })).await;
        assert_eq!(refused.faults(), faults, "{undo}");
    }
    // What the menu could not be any more is refused as that.
    let edit = menu
        .saved("menu", &json!({"format": "pizza-market/menu-1"}), 2)
        .await;
    let all = edit["undo"].as_array().unwrap();
    let items: Vec<_> = all
        .iter()
        .filter(|one| one["key"].as_str().unwrap().starts_with("item:"))
        .collect();
    let refused = menu.undo(&json!({ "undo": items })).await;
    assert!(!refused.faults().is_empty());
    assert_eq!(menu.read().await["revision"], 3);
    assert_eq!(menu.undo(&edit).await.status, 200);
    let nobody = format!("{NOBODY}/menu/restore");
    market
        .post(&nobody, &json!({"undo": edit["undo"]}))
        .await
        .problem(404);
}

async fn what_undoes_the_largest_import_fits(market: Market) {
    let market = market.open().await;
    let menu = Menu::sample(&market).await;
    // 500 items in place of 500 others, and the outline. It is read, and refused for what it names.
    let undo = |documents: usize| {
        let key = |n| format!("item:019c6b2f-7a40-7c3e-9d49-ffaa7fd6a7aa.i{n}");
        let all = (0..documents).map(|n| json!({"key": key(n), "from": 1, "to": 0}));
        json!({ "undo": all.collect::<Vec<_>>() })
    };
    let largest = undo(1001);
    assert!(largest.to_string().len() > 64 * 1024);
    let refused = menu.undo(&largest).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert_eq!(refused.faults()[0], "undo[0].key");
    assert_eq!(menu.undo(&undo(1002)).await.faults(), ["undo"]);
}

async fn two_editors_of_an_item_are_one(market: Market) {
    let market = market.open().await;
    let menu = Menu::sample(&market).await;
    let item = menu.item("diav").await;
    for version in 1..=3u32 {
        let names: Vec<_> = (0..6)
            .map(|n| renamed(&item, &format!("Name {version} {n}")))
            .collect();
        let puts = names
            .iter()
            .map(|body| menu.put("items/diav", body, version));
        let answers = join_all(puts).await;
        let won: Vec<_> = answers
            .iter()
            .filter(|answer| answer.status == 200)
            .collect();
        assert_eq!(won.len(), 1);
        for lost in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!(lost.problem(412)["version"], version + 1);
        }
        assert_eq!(menu.item("diav").await, won[0].json()["item"]);
    }
    assert_eq!(menu.read().await["revision"], 5);
}

async fn editors_of_different_items_do_not_meet(market: Market) {
    let instance = market.open().await;
    let menu = Menu::sample(&instance).await;
    let codes = ["marg", "diav", "fung", "cola"];
    for round in 1..=4u32 {
        let edits = codes.map(|code| {
            let menu = &menu;
            async move {
                let item = menu.item(code).await;
                menu.put(
                    &format!("items/{code}"),
                    &renamed(&item, &format!("{code} {round}")),
                    round,
                )
                .await
            }
        });
        for answer in join_all(edits).await {
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
    }
    let read = menu.read().await;
    assert_eq!(read["revision"], 2 + 16);
    for code in codes {
        let item = menu.item(code).await;
        assert_eq!(
            (&item["name"], &item["version"]),
            (&json!(format!("{code} 4")), &json!(5))
        );
    }
}

async fn an_import_meets_an_edit(market: Market) {
    let market = market.open().await;
    let menu = Menu::sample(&market).await;
    // One after the other.
    let whole = menu.read().await;
    let item = menu.item("cola").await;
    menu.saved("items/cola", &renamed(&item, "Lemonade"), 1)
        .await;
    menu.put("menu", &whole, 2).await.problem(412);
    assert_eq!(menu.item("cola").await["name"], "Lemonade");
    // At the same time: one of them.
    for round in 0..8 {
        let mut whole = menu.read().await;
        let item = menu.item("cola").await;
        let revision = format!("\"{}\"", whole["revision"]);
        for one in whole["items"].as_array_mut().unwrap() {
            if one["id"] == "cola" {
                *one = renamed(one, &format!("Imported {round}"));
            }
        }
        let edited = renamed(&item, &format!("Edited {round}"));
        let path = menu.at("menu");
        let (import, edit) = tokio::join!(
            put(&market, &path, &whole, Some(&revision)),
            menu.put("items/cola", &edited, &item["version"]),
        );
        let mut statuses = [import.status, edit.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "{} {}", import.text, edit.text);
        let name = match import.status {
            200 => format!("Imported {round}"),
            _ => format!("Edited {round}"),
        };
        assert_eq!(menu.item("cola").await["name"], json!(name));
    }
}
