//! `migrate`: from each earlier version of a store, and from the Python backend; what is later is refused.

use crate::support::{
    Instance, Market, SOON, Store, refuses_to_start,
    store::{
        DOCUMENTS, HISTORY, META, alter, ask, backup, expect, keyed, lively, restore, set_schema,
        shown, sound, verify,
    },
    until,
};
use redb::{ReadableTable, TableDefinition};
use serde_json::{Value, json};
use std::time::Instant;
crate::on_both_engines! {
    a_store_of_version_1_gets_its_times,
    a_store_of_version_2_gets_whose_its_orders_are,
    a_store_of_version_3_gets_what_comes_from_a_menu,
    a_killed_migration_can_be_repeated,
    another_version_is_refused,
}

const ONCE: TableDefinition<&str, (i64, &str)> = TableDefinition::new("once");

/// A text without how its orders have ended, which earlier versions did not keep.
fn without_ends(text: &str) -> String {
    let mut parts = text.split("\"cancellation\":{");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| {
        let (_, rest) = part.split_once('}').unwrap();
        format!("{text}\"cancellation\":null{rest}")
    })
}

fn as_kept(shown: Vec<String>) -> Vec<String> {
    shown.iter().map(|text| without_ends(text)).collect()
}

/// A text as an earlier version wrote it.
fn as_version(version: u32, text: &str) -> String {
    let no_menu = ",\"restaurant_id\":null,\"cancellation\":null,\"basket\":null";
    let mut text = without_ends(text).replace(no_menu, "");
    if version < 3 {
        text = text.replace(",\"customer_id\":null,\"driver_id\":null", "");
    }
    while version == 1
        && let Some(begin) = text.find(",\"times\":{")
    {
        let end = begin + text[begin..].find('}').unwrap();
        text.replace_range(begin..=end, "");
    }
    text
}

/// The store as an earlier version would have left it.
fn downgrade(market: &Market, version: u32) {
    let before = |text: &str| as_version(version, text);
    match &market.store {
        Store::Embedded(_) => alter(market, |txn| {
            let mut documents = txn.open_table(DOCUMENTS).unwrap();
            let mut history = txn.open_table(HISTORY).unwrap();
            let mut once = txn.open_table(ONCE).unwrap();
            let all = documents.iter().unwrap().map(|entry| entry.unwrap());
            let all = all.map(|(key, text)| (key.value().to_owned(), before(text.value())));
            for (key, text) in all.collect::<Vec<_>>() {
                documents.insert(&*key, &*text).unwrap();
            }
            let all = history.iter().unwrap().map(|entry| entry.unwrap());
            let all = all.map(|(place, text)| {
                let (key, seq) = place.value();
                (key.to_owned(), seq, before(text.value()))
            });
            for (key, seq, text) in all.collect::<Vec<_>>() {
                history.insert((&*key, seq), &*text).unwrap();
            }
            let all = once.iter().unwrap().map(|entry| entry.unwrap());
            let all = all.map(|(name, kept)| {
                let (until, text) = kept.value();
                (name.value().to_owned(), until, before(text))
            });
            for (name, until, text) in all.collect::<Vec<_>>() {
                once.insert(&*name, (until, &*text)).unwrap();
            }
        }),
        Store::Redis(_) => {
            let keys = |pattern: &str| ask::<Vec<String>>(market, &["KEYS", pattern]);
            for name in [keys("order:*"), keys("pizza:once:*")].concat() {
                let text: String = ask(market, &["GET", &name]);
                let set = ["SET", &name, &before(&text), "KEEPTTL"];
                ask::<()>(market, &set);
            }
            for name in keys("pizza:history:*") {
                let texts: Vec<String> = ask(market, &["LRANGE", &name, "0", "-1"]);
                for (place, text) in texts.iter().enumerate() {
                    let set = ["LSET", &name, &place.to_string(), &before(text)];
                    ask::<()>(market, &set);
                }
            }
            let log: Vec<(String, Vec<String>)> =
                ask(market, &["XRANGE", "pizza:events", "-", "+"]);
            ask::<()>(market, &["DEL", "pizza:events"]);
            for (id, fields) in log {
                let entry = before(fields.last().unwrap());
                ask::<()>(market, &["XADD", "pizza:events", &id, "entry", &entry]);
            }
        }
    }
    set_schema(market, &version.to_string());
}

async fn a_store_of_version_1_gets_its_times(market: Market) {
    is_upgraded(market, 1).await;
}

async fn a_store_of_version_2_gets_whose_its_orders_are(market: Market) {
    is_upgraded(market, 2).await;
}

async fn a_store_of_version_3_gets_what_comes_from_a_menu(market: Market) {
    is_upgraded(market, 3).await;
}

async fn is_upgraded(market: Market, version: u32) {
    let files = tempfile::tempdir().unwrap();
    let old = files.path().join("old");
    let mut instance = market.open().await;
    lively(&instance).await;
    let answer = keyed(&instance).await;
    let mut socket = instance.follow().await;
    let path = instance.order_in("ready").await;
    let cancel = json!({"status": "cancelled"});
    instance.done(&format!("{path}/status"), &cancel).await;
    let cursor = socket.event().await["id"].as_str().unwrap().to_owned();
    let before = as_kept(shown(&instance).await);
    instance.kill();
    downgrade(&market, version);

    let said = refuses_to_start(market.command());
    assert!(said.contains("pizza-market migrate"), "{said}");
    let ran = market.run(&["verify"]);
    expect(&ran, 2);
    assert!(ran.stderr.contains(&format!("version is {version}")));
    backup(&market, &old);
    let plan = market.run(&["migrate"]);
    expect(&plan, 3);
    let said = format!("{version} becomes 4");
    assert!(plan.stdout.contains(&said), "{}", plan.stdout);
    for (added, since) in [("`times`", 2), ("`customer_id`", 3), ("`basket`", 4)] {
        assert_eq!(plan.stdout.contains(added), version < since, "{added}");
    }
    refuses_to_start(market.command());

    expect(&market.run(&["migrate", "--yes"]), 0);
    let ran = market.run(&["migrate"]);
    expect(&ran, 0);
    assert!(ran.stdout.contains("nothing to do"), "{}", ran.stdout);
    sound(&market);
    let other = Market::embedded();
    restore(&other, &old);
    sound(&other);
    for market in [&market, &other] {
        let instance = market.open().await;
        assert!(!instance.said().contains("not as it was left"));
        assert_eq!(shown(&instance).await, before);
        assert_eq!(keyed(&instance).await, answer);
        // What a client has read before lacked fields.
        let mut socket = instance.socket(&format!("?since={cursor}")).await;
        socket.signal("stream.reset").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_without_a_right_loses_no_history() {
    let market = Market::redis();
    let mut instance = market.open().await;
    lively(&instance).await;
    let before = as_kept(shown(&instance).await);
    instance.kill();
    downgrade(&market, 1);
    let account = ["ACL", "SETUSER", "tools", "reset", "on", ">word"];
    let rights = ["~*", "&*", "+@all", "-rpush"];
    ask::<()>(&market, &[&account[..], &rights].concat());
    let Store::Redis(server) = &market.store else {
        panic!("no Redis")
    };
    let url = server.url().replace("://", "://tools:word@");
    let mut migrate = market.command();
    let ran = migrate.env("REDIS_URL", url).args(["migrate", "--yes"]);
    let ran = ran.output().unwrap();
    assert!(!ran.status.success(), "{ran:?}");
    assert!(
        String::from_utf8_lossy(&ran.stderr).contains("RPUSH"),
        "{ran:?}"
    );
    expect(&market.run(&["migrate", "--yes"]), 0);
    sound(&market);
    assert_eq!(shown(&market.open().await).await, before);
}

async fn a_killed_migration_can_be_repeated(market: Market) {
    let mut instance = market.open().await;
    for _ in 0..10 {
        futures::future::join_all((0..30).map(|_| instance.order_in("delivered"))).await;
    }
    let before = as_kept(shown(&instance).await);
    instance.kill();
    downgrade(&market, 1);
    let mut migrating = market.command().args(["migrate", "--yes"]).spawn().unwrap();
    let deadline = Instant::now() + SOON;
    let keys: Vec<String> = match &market.store {
        Store::Embedded(_) => Vec::new(),
        Store::Redis(_) => ask(&market, &["KEYS", "order:*"]),
    };
    let begun = || match &market.store {
        // Nothing is to be seen of it before its end.
        Store::Embedded(_) => true,
        Store::Redis(_) => keys.iter().any(|key| {
            let text: String = ask(&market, &["GET", key]);
            text.contains("\"times\"")
        }),
    };
    while !begun() {
        assert!(Instant::now() < deadline, "it does not begin");
        std::thread::yield_now();
    }
    migrating.kill().unwrap();
    migrating.wait().unwrap();

    expect(&market.run(&["migrate", "--yes"]), 0);
    sound(&market);
    assert_eq!(shown(&market.open().await).await, before);
}

async fn another_version_is_refused(market: Market) {
    let mut instance = market.open().await;
    instance.offer("Diavola").await;
    instance.kill();
    set_schema(&market, "5");
    let said = refuses_to_start(market.command());
    assert!(
        said.contains("version is 5") && said.contains("a later one"),
        "{said}"
    );
    for command in [
        &["migrate", "--yes"][..],
        &["verify"],
        &["verify", "--repair"],
    ] {
        let ran = market.run(command);
        expect(&ran, 2);
        assert!(ran.stderr.contains("version is 5"), "{}", ran.stderr);
    }
    expect(&market.run(&["backup", "-"]), 1);

    set_schema(&market, "0");
    let said = refuses_to_start(market.command());
    assert!(said.contains("pizza-market migrate"), "{said}");
    let plan = market.run(&["migrate"]);
    expect(&plan, 3);
    assert!(plan.stdout.contains("0 becomes 4"), "{}", plan.stdout);
    refuses_to_start(market.command());
    expect(&market.run(&["migrate", "--yes"]), 0);
    let ran = market.run(&["migrate"]);
    expect(&ran, 0);
    assert!(ran.stdout.contains("nothing to do"), "{}", ran.stdout);
    let mut instance = market.open().await;
    assert_eq!(instance.orders().await.len(), 1);
    instance.kill();

    // A store from before stores had a version is of the first one.
    match &market.store {
        Store::Embedded(_) => alter(&market, |txn| {
            txn.open_table(META).unwrap().remove("schema").unwrap();
        }),
        Store::Redis(_) => {
            let _: i64 = ask(&market, &["HDEL", "pizza:meta", "schema"]);
        }
    }
    let said = refuses_to_start(market.command());
    assert!(said.contains("pizza-market migrate"), "{said}");
    expect(&market.run(&["migrate", "--yes"]), 0);
    sound(&market);
    assert_eq!(market.open().await.orders().await.len(), 1);
}

/// As its `json.dumps` writes it.
fn python_order(id: &str, status: &str) -> Value {
    let taken = status != "pending_supplier";
    json!({
        "id": id, "supplier_name": "Bella Napoli", "pizza_name": "Diavola", "supplier_price": 9.9,
        "customer_price": if taken { json!(11.384999999999998) } else { Value::Null }, "markup_percentage": 15.0,
        "status": status, "customer_name": if taken { json!("Ana") } else { Value::Null },
        "delivery_address": if taken { json!("Kurze Gasse 1") } else { Value::Null }, "driver_name": null,
        "estimated_delivery_time": if taken { json!(25) } else { Value::Null }, "supplier_notes": null,
        "created_at": "2026-02-17T10:30:00.123456", "updated_at": "2026-02-17T10:31:00.654321",
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_of_the_python_backend_are_imported() {
    let market = Market::redis();
    let ids = [
        "7b1e3c9e-3c1f-4d57-9a63-5b0c8f3f2f11",
        "7b1e3c9e-3c1f-4d57-9a63-5b0c8f3f2f12",
        "7b1e3c9e-3c1f-4d57-9a63-5b0c8f3f2f13",
    ];
    let mut odd = python_order(ids[2], "preparing");
    odd["supplier_price"] = json!(9.999);
    let orders = [
        python_order(ids[0], "preparing"),
        python_order(ids[1], "pending_supplier"),
        odd.clone(),
    ];
    for (id, order) in ids.iter().zip(&orders) {
        let _: String = ask(
            &market,
            &["SET", &format!("order:{id}"), &order.to_string()],
        );
    }
    let _: i64 = ask(&market, &["HSET", "order:somebody-elses", "a", "b"]);
    let plan = market.run(&["migrate", "--json"]);
    expect(&plan, 3);
    let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
    assert_eq!((&plan["adopt"], &plan["done"]), (&json!(2), &json!(false)));
    assert!(
        plan["unreadable"][0]["why"]
            .as_str()
            .unwrap()
            .contains("supplier_price")
    );
    let there: bool = ask(&market, &["EXISTS", "pizza:meta"]);
    assert!(!there, "a plan changes nothing");

    let instance = market.open().await;
    until(async || instance.said().contains("pizza-market migrate")).await;
    assert_eq!(instance.orders().await.len(), 0);
    // They are no store of an older version.
    let version: String = ask(&market, &["HGET", "pizza:meta", "schema"]);
    assert_eq!(version, "4");
    let mut socket = instance.follow().await;
    let ran = market.run(&["migrate", "--yes"]);
    expect(&ran, 1);
    assert!(
        ran.stdout.contains("2 orders adopted") && ran.stdout.contains(ids[2]),
        "{}",
        ran.stdout
    );
    // A client that follows the market gets their events.
    let events = [socket.event().await, socket.event().await];
    let mut names: Vec<_> = events
        .iter()
        .map(|event| event["event_type"].as_str().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["order.created", "order.preparing"]);
    is_an_order_of_this_market(&instance, ids[0]).await;
    let left: String = ask(&market, &["GET", &format!("order:{}", ids[2])]);
    assert_eq!(left, odd.to_string());
    let report = verify(&market);
    let faults = report["faults"].as_array().unwrap();
    assert_eq!(faults.len(), 1, "{report}");
    assert_eq!(faults[0]["kind"], "unadopted");
    // Once it is gone, nothing is left to say.
    let _: i64 = ask(&market, &["DEL", &format!("order:{}", ids[2])]);
    sound(&market);
    expect(&market.run(&["migrate"]), 0);
}

/// An order of the Python backend has what is known of it, and goes on.
async fn is_an_order_of_this_market(instance: &Instance, id: &str) {
    let order = instance.get(&format!("/api/orders/{}", id)).await.json();
    assert_eq!(
        (&order["version"], &order["customer_price"]),
        (&json!(1), &json!(11.39))
    );
    assert_eq!(order["created_at"], "2026-02-17T10:30:00.123Z");
    let known = json!({
        "pending_supplier": "2026-02-17T10:30:00.123Z", "preparing": "2026-02-17T10:31:00.654Z",
    });
    assert_eq!(order["times"], known);
    instance
        .done(
            &format!("/api/orders/{}/status", id),
            &json!({"status": "ready"}),
        )
        .await;
    let order = instance.get(&format!("/api/orders/{}", id)).await;
    let times = &order.json()["times"];
    assert_eq!(times["preparing"], known["preparing"]);
    assert_eq!(times["ready"], order.json()["updated_at"]);
    assert_eq!(
        instance
            .get("/api/orders?status=ready")
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        1
    );
}
