//! The example market: put into a running one twice it is the same, and what keeps and checks a store knows it.

use crate::support::{
    Instance, Market, Store,
    shops::{menu, path_of, pizzeria, put},
    store::{INDEXES, alter, ask, expect, sound},
};
use serde_json::{Value, json};

crate::on_both_engines! {
    the_example_market_is_put_there_once,
    a_backup_has_the_pizzerias,
    what_lists_a_pizzeria_is_repaired,
    a_market_of_a_file_is_put_there,
    pizzerias_are_inspected,
    large_markets_follow_from_a_seed,
    doctor_names_pizzerias_that_take_no_orders,
}

const SLUGS: [&str; 6] = [
    "da-vesuvio",
    "forno-antico",
    "harbour-slice",
    "luna-rossa",
    "mezzogiorno",
    "ventiquattro",
];

fn seed(market: &Market, instance: &Instance, more: &[&str]) -> Value {
    let args = ["seed", "--json", "--url", &instance.url];
    let args: Vec<_> = args.iter().chain(more).copied().collect();
    let ran = market.run(&args);
    expect(&ran, 0);
    serde_json::from_str(&ran.stdout).unwrap()
}

/// Profiles without what the clock moves, and menus.
async fn kept(instance: &Instance) -> Vec<(Value, Value)> {
    let mut all = Vec::new();
    for slug in SLUGS {
        let path = format!("/api/restaurants/{slug}");
        let mut profile = instance.get(&path).await.json();
        let paused = profile["now"]["paused"].clone();
        profile["now"] = paused;
        all.push((profile, instance.get(&format!("{path}/menu")).await.json()));
    }
    all
}

async fn the_example_market_is_put_there_once(market: Market) {
    let instance = market.open().await;
    let made = seed(&market, &instance, &[]);
    assert_eq!(
        made,
        json!({"made": 6, "replaced": 0, "kept": 0, "refused": 0})
    );
    let first = kept(&instance).await;
    assert!(
        first
            .iter()
            .all(|(_, menu)| !menu["items"].as_array().unwrap().is_empty())
    );
    let paused = first
        .iter()
        .filter(|(profile, _)| !profile["now"].is_null());
    assert_eq!(paused.count(), 1);
    let again = seed(&market, &instance, &[]);
    assert_eq!(
        again,
        json!({"made": 0, "replaced": 0, "kept": 6, "refused": 0})
    );
    assert_eq!(kept(&instance).await, first);
    // What a kitchen has changed stays, until the seed is to replace it.
    let menu = format!("/api/restaurants/{}/items/marg", SLUGS[1]);
    let mut item = instance.get(&menu).await.json();
    item["name"] = json!("Margherita della casa");
    let changed = put(&instance, &menu, &item, Some("*")).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    seed(&market, &instance, &[]);
    assert_eq!(
        instance.get(&menu).await.json()["name"],
        "Margherita della casa"
    );
    let replaced = seed(&market, &instance, &["--replace"]);
    assert_eq!(replaced["replaced"], 6);
    assert_eq!(instance.get(&menu).await.json()["name"], "Margherita");
    sound(&market);
}

async fn a_backup_has_the_pizzerias(market: Market) {
    let mut instance = market.open().await;
    seed(&market, &instance, &[]);
    let before = kept(&instance).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("market.jsonl");
    let file = file.to_str().unwrap();
    expect(&market.run(&["backup", file]), 0);
    let path = format!("/api/restaurants/{}/pause", SLUGS[1]);
    instance.done(&path, &json!({})).await;
    assert_ne!(kept(&instance).await, before);
    instance.kill();
    expect(&market.run(&["restore", "--replace", file]), 0);
    sound(&market);
    instance = market.open().await;
    assert_eq!(kept(&instance).await, before);
    let again = seed(&market, &instance, &[]);
    assert_eq!(again["kept"], 6);
}

async fn what_lists_a_pizzeria_is_repaired(market: Market) {
    let mut instance = market.open().await;
    let made = instance
        .done("/api/restaurants", &pizzeria("Bella Napoli"))
        .await;
    let menu_path = format!("{}/menu", path_of(&made));
    let answer = put(&instance, &menu_path, &menu(), Some("*")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    instance.kill();
    let id = made["id"].as_str().unwrap();
    let (restaurant, item) = (format!("restaurant:{id}"), format!("item:{id}.marg"));
    let (menu, nobody) = (
        format!("menu:{id}"),
        "restaurant:0198c0de-0000-7000-8000-000000000000",
    );
    match &market.store {
        Store::Embedded(_) => alter(&market, |txn| {
            let mut indexes = txn.open_table(INDEXES).unwrap();
            indexes.remove(("slug:bella-napoli", &*restaurant)).unwrap();
            indexes.remove((&*menu, &*item)).unwrap();
            indexes.insert(("slug:bella-napoli", nobody), ()).unwrap();
        }),
        Store::Redis(_) => {
            let slug = "pizza:index:slug:bella-napoli";
            let _: i64 = ask(&market, &["ZREM", slug, &restaurant]);
            let _: i64 = ask(&market, &["ZREM", &format!("pizza:index:{menu}"), &item]);
            let _: i64 = ask(&market, &["ZADD", slug, "0", nobody]);
        }
    }
    let found = market.run(&["verify"]);
    expect(&found, 1);
    for line in [
        format!("{restaurant}: is not in index slug:bella-napoli"),
        format!("{item}: is not in index {menu}"),
        format!("{nobody}: does not belong in index slug:bella-napoli"),
    ] {
        assert!(
            found.stdout.lines().any(|one| one == line),
            "{line}\n{}",
            found.stdout
        );
    }
    expect(&market.run(&["verify", "--repair"]), 0);
    sound(&market);
    instance = market.open().await;
    let bella = instance.get("/api/restaurants/bella-napoli").await.json();
    assert_eq!(bella["id"], made["id"]);
}

async fn a_market_of_a_file_is_put_there(market: Market) {
    let instance = market.open().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("market.json");
    let mut profile = pizzeria("Bella Napoli");
    profile["slug"] = json!("bella-napoli");
    let mut content = json!({"format": "pizza-market/market-1", "restaurants":
        [{"restaurant": profile, "menu": menu(), "pause": {"reason": "On holiday"}}]});
    std::fs::write(&file, content.to_string()).unwrap();
    let path = file.to_str().unwrap();
    assert_eq!(seed(&market, &instance, &["--file", path])["made"], 1);
    let bella = instance.get("/api/restaurants/bella-napoli").await.json();
    assert_eq!(bella["now"]["paused"]["reason"], "On holiday");
    content["restaurants"][0]["pause"] = Value::Null;
    std::fs::write(&file, content.to_string()).unwrap();
    seed(&market, &instance, &["--file", path, "--replace"]);
    let bella = instance.get("/api/restaurants/bella-napoli").await.json();
    assert_eq!(bella["now"]["paused"], Value::Null);
    // What the market refuses is said with its path.
    content["restaurants"][0]["restaurant"]["slug"] = json!("another");
    content["restaurants"][0]["restaurant"]["time_zone"] = json!("Europe/Nowhere");
    std::fs::write(&file, content.to_string()).unwrap();
    let refused = market.run(&["seed", "--url", &instance.url, "--file", path]);
    expect(&refused, 1);
    assert!(refused.stderr.contains("time_zone"), "{}", refused.stderr);
}

async fn pizzerias_are_inspected(market: Market) {
    let instance = market.open().await;
    seed(&market, &instance, &[]);
    let over_http = ["--url", &instance.url];
    let ways: &[&[&str]] = match market.store {
        // A file that a server has open is read through it.
        Store::Embedded(_) => &[&over_http],
        Store::Redis(_) => &[&[], &over_http],
    };
    for more in ways {
        let inspect = |what: &[&str]| {
            let args: Vec<_> = ["inspect"]
                .iter()
                .chain(what)
                .chain(*more)
                .copied()
                .collect();
            let ran = market.run(&args);
            expect(&ran, 0);
            ran.stdout
        };
        let list = inspect(&["restaurants"]);
        assert!(SLUGS.iter().all(|slug| list.contains(slug)), "{list}");
        let lines = list.lines().filter(|line| line.contains("paused"));
        assert_eq!(lines.count(), 1, "{list}");
        let one = inspect(&["restaurant", "luna-rossa", "--json"]);
        let one: Value = serde_json::from_str(&one).unwrap();
        assert_eq!(one["restaurant"]["slug"], "luna-rossa");
        assert_eq!(one["events"][0]["restaurant"]["version"], 1);
        let menu = inspect(&["menu", "luna-rossa", "--json"]);
        let menu: Value = serde_json::from_str(&menu).unwrap();
        let path = "/api/restaurants/luna-rossa/menu";
        assert_eq!(
            menu["items"].as_array().unwrap().len(),
            instance.get(path).await.json()["items"]
                .as_array()
                .unwrap()
                .len()
        );
        assert!(inspect(&["menu", "luna-rossa"]).contains("Carbonara"));
        assert!(inspect(&["stats"]).contains("6 pizzerias"));
    }
    let nobody = market.run(&["inspect", "restaurant", "nobody", "--url", &instance.url]);
    expect(&nobody, 1);
    let keys = market.run(&["inspect", "keys"]);
    for kind in ["restaurant", "counter", "menu", "item", "item history"] {
        let has = keys
            .stdout
            .lines()
            .any(|line| line.starts_with(&format!("{kind} ")));
        assert!(has, "{kind}: {}", keys.stdout);
    }
}

async fn large_markets_follow_from_a_seed(market: Market) {
    let instance = market.open().await;
    let more = ["--restaurants", "3", "--items", "12", "--seed", "7"];
    assert_eq!(seed(&market, &instance, &more)["made"], 3);
    assert_eq!(seed(&market, &instance, &more)["kept"], 3);
    let menu = instance.get("/api/restaurants/seed-7-2/menu").await.json();
    assert_eq!(menu["items"].as_array().unwrap().len(), 12);
    sound(&market);
}

async fn doctor_names_pizzerias_that_take_no_orders(market: Market) {
    let instance = market.open().await;
    seed(&market, &instance, &[]);
    let orders = || {
        let ran = market.run(&["doctor", "--json"]);
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        let checks = report["checks"].as_array().unwrap().iter();
        let own: Vec<_> = checks
            .filter(|check| check["group"] == "pizzerias")
            .collect();
        let of = |name: &str| own.iter().find(|check| check["name"] == name).unwrap();
        assert_eq!(of("time zones")["state"], "ok");
        assert_eq!(of("places")["data"]["postcodes"], 16);
        Value::clone(of("orders"))
    };
    assert_eq!(orders()["state"], "ok");
    let bare = json!({"name": "Bare", "time_zone": "Europe/Berlin",
        "address": {"street": "Kurze Gasse 1", "postcode": "10115", "town": "Berlin"}});
    instance.done("/api/restaurants", &bare).await;
    let found = orders();
    assert_eq!(
        (&found["state"], &found["data"]["without_orders"]),
        (&json!("warning"), &json!(["bare"]))
    );
    let says = found["says"].as_str().unwrap();
    assert!(
        ["hours", "areas", "menu"]
            .iter()
            .all(|what| says.contains(what)),
        "{says}"
    );
}
