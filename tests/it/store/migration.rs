//! From version 1 of a store, whose orders have no `times`, to version 2: on both engines, in place and by a backup.

use crate::{
    store::tools::{
        DOCUMENTS, HISTORY, alter, ask, backup, expect, keyed, lively, restore, set_schema, shown,
        sound,
    },
    support::world::{Market, SOON, Store, refuses_to_start},
};
use redb::{ReadableTable, TableDefinition};
use serde_json::json;
use std::time::Instant;

crate::on_both_engines! {
    a_store_of_version_1_gets_its_times,
    a_migration_that_is_killed_is_done_again,
}

const ONCE: TableDefinition<&str, (i64, &str)> = TableDefinition::new("once");

/// A text as version 1 wrote it.
fn without_times(text: &str) -> String {
    let mut text = text.to_owned();
    while let Some(begin) = text.find(",\"times\":{") {
        let end = begin + text[begin..].find('}').unwrap();
        text.replace_range(begin..=end, "");
    }
    text
}

/// The store as version 1 would have left it.
fn downgrade(market: &Market) {
    match &market.store {
        Store::Embedded(_) => alter(market, |txn| {
            let mut documents = txn.open_table(DOCUMENTS).unwrap();
            let mut history = txn.open_table(HISTORY).unwrap();
            let mut once = txn.open_table(ONCE).unwrap();
            let all = documents.iter().unwrap().map(|entry| entry.unwrap());
            let all = all.map(|(key, text)| (key.value().to_owned(), without_times(text.value())));
            for (key, text) in all.collect::<Vec<_>>() {
                documents.insert(&*key, &*text).unwrap();
            }
            let all = history.iter().unwrap().map(|entry| entry.unwrap());
            let all = all.map(|(place, text)| {
                let (key, seq) = place.value();
                (key.to_owned(), seq, without_times(text.value()))
            });
            for (key, seq, text) in all.collect::<Vec<_>>() {
                history.insert((&*key, seq), &*text).unwrap();
            }
            let all = once.iter().unwrap().map(|entry| entry.unwrap());
            let all = all.map(|(name, kept)| {
                let (until, text) = kept.value();
                (name.value().to_owned(), until, without_times(text))
            });
            for (name, until, text) in all.collect::<Vec<_>>() {
                once.insert(&*name, (until, &*text)).unwrap();
            }
        }),
        Store::Redis(_) => {
            let keys = |pattern: &str| ask::<Vec<String>>(market, &["KEYS", pattern]);
            for name in [keys("order:*"), keys("pizza:once:*")].concat() {
                let text: String = ask(market, &["GET", &name]);
                let set = ["SET", &name, &without_times(&text), "KEEPTTL"];
                ask::<()>(market, &set);
            }
            for name in keys("pizza:history:*") {
                let texts: Vec<String> = ask(market, &["LRANGE", &name, "0", "-1"]);
                for (place, text) in texts.iter().enumerate() {
                    let set = ["LSET", &name, &place.to_string(), &without_times(text)];
                    ask::<()>(market, &set);
                }
            }
            let log: Vec<(String, Vec<String>)> =
                ask(market, &["XRANGE", "pizza:events", "-", "+"]);
            ask::<()>(market, &["DEL", "pizza:events"]);
            for (id, fields) in log {
                let entry = without_times(fields.last().unwrap());
                ask::<()>(market, &["XADD", "pizza:events", &id, "entry", &entry]);
            }
        }
    }
    set_schema(market, "1");
}

async fn a_store_of_version_1_gets_its_times(market: Market) {
    let files = tempfile::tempdir().unwrap();
    let old = files.path().join("version-1");
    let mut instance = market.open().await;
    lively(&instance).await;
    let answer = keyed(&instance).await;
    let mut socket = instance.follow().await;
    let path = instance.order_in("ready").await;
    let cancel = json!({"status": "cancelled"});
    instance.done(&format!("{path}/status"), &cancel).await;
    let cursor = socket.event().await["id"].as_str().unwrap().to_owned();
    let before = shown(&instance).await;
    instance.kill();
    downgrade(&market);

    let said = refuses_to_start(market.command());
    assert!(said.contains("pizza-market migrate"), "{said}");
    let ran = market.run(&["verify"]);
    expect(&ran, 2);
    assert!(ran.stderr.contains("version is 1"), "{}", ran.stderr);
    backup(&market, &old);
    let plan = market.run(&["migrate"]);
    expect(&plan, 3);
    assert!(plan.stdout.contains("1 becomes 2"), "{}", plan.stdout);
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
        // What a client has read before had no times.
        let mut socket = instance.socket(&format!("?since={cursor}")).await;
        socket.signal("stream.reset").await;
    }
}

async fn a_migration_that_is_killed_is_done_again(market: Market) {
    let mut instance = market.open().await;
    for _ in 0..10 {
        futures::future::join_all((0..30).map(|_| instance.order_in("delivered"))).await;
    }
    let before = shown(&instance).await;
    instance.kill();
    downgrade(&market);
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
