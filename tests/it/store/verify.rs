//! `verify`: what is missing, wrong or damaged in a store is named, and repaired where it follows from the rest.

use crate::support::{
    Market, Ran, Store, refuses_to_start,
    store::{
        DOCUMENTS, HISTORY, INDEXES, LOG, alter, ask, expect, file, lively, redis, shown, sound,
        verify,
    },
};
use redb::ReadableTable;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs;

crate::on_both_engines! {
    verify_repairs_indexes,
    verify_names_and_keeps_what_cannot_be_derived,
    one_unreadable_order_does_not_block_the_others,
}

async fn verify_repairs_indexes(market: Market) {
    let mut instance = market.open().await;
    lively(&instance).await;
    let before = shown(&instance).await;
    let ready = instance.get("/api/orders?status=ready").await.json()[0]["id"].clone();
    let ready = format!("order:{}", ready.as_str().unwrap());
    let nobody = "order:0198c0de-0000-7000-8000-000000000000";
    match &market.store {
        Store::Embedded(_) => {
            let ran = market.run(&["verify", "--repair"]);
            expect(&ran, 2);
            assert!(ran.stderr.contains("Stop it first"), "{}", ran.stderr);
            instance.kill();
            alter(&market, |txn| {
                let mut indexes = txn.open_table(INDEXES).unwrap();
                indexes.retain(|(index, _), ()| index != "all").unwrap();
                indexes.remove(("status:ready", &*ready)).unwrap();
                indexes.insert(("status:preparing", &*ready), ()).unwrap();
                indexes.insert(("status:ready", nobody), ()).unwrap();
            });
        }
        Store::Redis(_) => {
            let _: i64 = ask(&market, &["DEL", "pizza:index:all"]);
            let _: i64 = ask(&market, &["ZADD", "pizza:index:status:ready", "5", &ready]);
            let _: i64 = ask(
                &market,
                &["ZADD", "pizza:index:status:preparing", "0", &ready],
            );
            let _: i64 = ask(&market, &["ZADD", "pizza:index:status:ready", "0", nobody]);
        }
    }
    let said = market.run(&["verify"]);
    expect(&said, 1);
    for line in [
        format!("{ready}: is not in index all"),
        format!("{ready}: is not in index status:ready"),
        format!("{ready}: does not belong in index status:preparing"),
        format!("{nobody}: does not belong in index status:ready"),
    ] {
        assert!(
            said.stdout.lines().any(|said| said == line),
            "{line}\n{}",
            said.stdout
        );
    }
    let repaired = market.run(&["verify", "--repair"]);
    expect(&repaired, 0);
    let line = format!("repaired: {ready} put into index all");
    assert!(
        repaired.stdout.lines().any(|said| said == line),
        "{}",
        repaired.stdout
    );
    sound(&market);
    if let Store::Embedded(_) = market.store {
        instance = market.open().await;
    }
    assert_eq!(shown(&instance).await, before);
    let counted = instance.get("/orders?status=ready").await;
    assert_eq!(counted.status, 200);
}

/// Alters the text of one document, removes an event of the second, alters one of the third, removes the last document,
/// and an entry of the log.
fn damage(market: &Market, [altered, holed, twisted, gone]: [&str; 4]) {
    let history = |key: &str| format!("pizza:history:{key}");
    match &market.store {
        Store::Embedded(_) => alter(market, |txn| {
            let mut documents = txn.open_table(DOCUMENTS).unwrap();
            let mut past = txn.open_table(HISTORY).unwrap();
            let text = documents
                .get(altered)
                .unwrap()
                .unwrap()
                .value()
                .replace("12.35", "1.35");
            documents.insert(altered, &*text).unwrap();
            past.remove((holed, 12)).unwrap();
            let text = past
                .get((twisted, 20))
                .unwrap()
                .unwrap()
                .value()
                .replace("\"preparing\"", "\"delivered\"");
            past.insert((twisted, 20), &*text).unwrap();
            documents.remove(gone).unwrap();
            txn.open_table(LOG).unwrap().remove(5).unwrap();
        }),
        Store::Redis(_) => {
            let text: String = ask(market, &["GET", altered]);
            let _: String = ask(market, &["SET", altered, &text.replace("12.35", "1.35")]);
            let text: String = ask(market, &["LINDEX", &history(holed), "3"]);
            let _: i64 = ask(market, &["LREM", &history(holed), "1", &text]);
            let text: String = ask(market, &["LINDEX", &history(twisted), "3"]);
            let text = text.replace("\"preparing\"", "\"delivered\"");
            let _: String = ask(market, &["LSET", &history(twisted), "3", &text]);
            let _: i64 = ask(market, &["DEL", gone]);
            let _: i64 = ask(market, &["XDEL", "pizza:events", "5-0"]);
        }
    }
}

/// The faults that a run of `verify --json` names.
fn faults(ran: &Ran) -> Vec<String> {
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let faults = report["faults"].as_array().unwrap().iter();
    faults
        .map(|fault| {
            format!(
                "{}: {}",
                fault["key"].as_str().unwrap(),
                fault["detail"].as_str().unwrap()
            )
        })
        .collect()
}

async fn verify_names_and_keeps_what_cannot_be_derived(market: Market) {
    let mut instance = market.open().await;
    // Eight events each: 1-8, 9-16, 17-24; and 25.
    let mut keys = Vec::new();
    for _ in 0..3 {
        keys.push(
            instance
                .order_in("delivered")
                .await
                .replace("/api/orders/", "order:"),
        );
    }
    keys.push(
        instance
            .offer("Gone")
            .await
            .replace("/api/orders/", "order:"),
    );
    instance.kill();
    let [altered, holed, twisted, gone] = <[String; 4]>::try_from(keys).unwrap();
    damage(&market, [&altered, &holed, &twisted, &gone]);
    let said = market.run(&["verify", "--json"]);
    expect(&said, 1);
    let found = faults(&said);
    for fault in [
        format!("{altered}: is not what its events say"),
        format!("{holed}: event 13 cannot have happened"),
        "sequence: no event has number 12".to_owned(),
        format!("{twisted}: event 20 cannot have happened"),
        format!("{gone}: has events, and is itself missing"),
        "log: it has no number 5".to_owned(),
    ] {
        assert!(
            found.iter().any(|found| found.starts_with(&fault)),
            "{fault}\n{found:#?}"
        );
    }
    // What has been lost is not made up. That the lost order is in no index follows.
    let repaired = market.run(&["verify", "--repair", "--json"]);
    expect(&repaired, 1);
    let is_index = |fault: &&String| fault.contains("index");
    let left: Vec<_> = found
        .iter()
        .filter(|fault| !is_index(fault))
        .cloned()
        .collect();
    assert_eq!(faults(&repaired), left);
    assert_eq!(faults(&market.run(&["verify", "--json"])), left);
}

async fn one_unreadable_order_does_not_block_the_others(market: Market) {
    let mut instance = market.open().await;
    let good = instance.order_in("preparing").await;
    let mut bad = Vec::new();
    for _ in 0..4 {
        bad.push(instance.order_in("preparing").await);
    }
    let keys: Vec<_> = bad
        .iter()
        .map(|path| path.replace("/api/orders/", "order:"))
        .collect();
    instance.kill();
    match &market.store {
        Store::Embedded(_) => alter(&market, |txn| {
            let mut documents = txn.open_table(DOCUMENTS).unwrap();
            for key in &keys {
                documents.insert(&**key, "{\"id\":1}").unwrap();
            }
        }),
        Store::Redis(_) => {
            let _: String = ask(&market, &["SET", &keys[0], "{\"id\":1}"]);
            let mut no_text = ::redis::cmd("SET");
            let no_text = no_text.arg(&keys[1]).arg(b"\xff");
            no_text.exec(&mut redis(&market)).unwrap();
            for key in [&keys[2], &format!("pizza:history:{}", keys[3])] {
                let _: i64 = ask(&market, &["DEL", key]);
                let _: i64 = ask(&market, &["HSET", key, "some", "thing"]);
            }
        }
    }
    let mut instance = market.open().await;
    let lists_others = async || {
        let listed = instance.orders().await;
        let is_there = |path: &str| {
            listed
                .iter()
                .any(|order| path.ends_with(order["id"].as_str().unwrap()))
        };
        assert!(is_there(&good), "{listed:?}");
        assert!(!bad[..3].iter().any(|path| is_there(path)), "{listed:?}");
        for page in ["/supplier", "/orders"] {
            assert_eq!(instance.get(page).await.status, 200, "{page}");
        }
    };
    lists_others().await;
    for path in &bad[..3] {
        instance.get(path).await.problem(500);
    }
    lists_others().await;
    assert_eq!(instance.get("/readyz").await.status, 200);
    let said = instance.said();
    assert!(said.contains("pizza-market verify"), "{said}");
    instance
        .done(&format!("{good}/status"), &json!({"status": "ready"}))
        .await;
    instance.kill();
    let report = verify(&market);
    for key in keys {
        let is_named = |fault: &Value| fault["key"] == *key;
        assert!(
            report["faults"].as_array().unwrap().iter().any(is_named),
            "{key}: {report}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_names_foreign_values_under_the_markets_keys() {
    let market = Market::redis();
    market.open().await.offer("Diavola").await;
    let other_kind = |name| vec![&b"SET"[..], name, b"something else"];
    for (name, change) in [
        ("pizza:index:all", other_kind(b"pizza:index:all")),
        (
            "pizza:index:all",
            vec![b"ZADD", b"pizza:index:all", b"0", b"\xff"],
        ),
        ("pizza:events", other_kind(b"pizza:events")),
        ("pizza:meta", other_kind(b"pizza:meta")),
    ] {
        let was: Vec<u8> = ask(&market, &["DUMP", name]);
        let _: i64 = ask(&market, &["UNLINK", name]);
        let mut command = ::redis::Cmd::new();
        command.arg(change).exec(&mut redis(&market)).unwrap();
        for args in [&["verify"][..], &["backup", "-"], &["inspect", "keys"]] {
            let ran = market.run(args);
            assert!(ran.code != 0 && ran.stderr.contains(name), "{ran:?}");
        }
        let _: i64 = ask(&market, &["UNLINK", name]);
        let mut back = ::redis::cmd("RESTORE");
        back.arg(name).arg(0).arg(was);
        back.exec(&mut redis(&market)).unwrap();
    }
    sound(&market);
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_refuses_a_damaged_or_empty_file() {
    let market = Market::embedded();
    let mut instance = market.open().await;
    lively(&instance).await;
    instance.kill();
    let whole = fs::read(file(&market)).unwrap();
    let refused = |what: &str| {
        let name = file(&market).display().to_string();
        let said = refuses_to_start(market.command());
        assert!(said.contains(&name) && said.contains(what), "{said}");
        for command in ["verify", "backup", "migrate"] {
            let args = [command, "-"];
            let ran = market.run(&args[..if command == "backup" { 2 } else { 1 }]);
            let told = ran.stderr.contains(&name) && ran.stderr.contains(what);
            assert!(ran.code != 0 && told, "{command}: {ran:?}");
            assert!(!ran.stderr.contains("panicked"), "{ran:?}");
        }
    };
    let mut damaged = whole.clone();
    let mut noise = Vec::new();
    while noise.len() < 200_000 {
        noise.extend(Sha256::digest(noise.len().to_string()));
    }
    let end = damaged.len().min(4096 + noise.len());
    damaged[4096..end].copy_from_slice(&noise[..end - 4096]);
    fs::write(file(&market), &damaged).unwrap();
    refused("damaged");
    fs::write(file(&market), "").unwrap();
    refused("is empty");
    fs::write(file(&market), &whole).unwrap();
    sound(&market);
}
