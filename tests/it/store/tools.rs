//! `verify`, `backup`, `restore` and `migrate`: on both engines, beside running servers, and on damaged stores.

use crate::support::world::{Instance, Market, Ran, SOON, Store, offer, refuses_to_start, until};
use redb::{Database, ReadableTable, TableDefinition};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};
use tempfile::TempDir;

crate::on_both_engines! {
    a_backup_in_full_flight_is_consistent,
    indexes_are_named_and_mended,
    what_cannot_be_derived_is_named_and_left,
    one_order_that_cannot_be_read_keeps_nobody_from_the_others,
    a_store_that_is_not_empty_is_not_overwritten,
    a_backup_that_is_not_whole_is_refused,
    another_version_is_refused,
    a_restore_that_was_killed_is_no_market,
    what_is_none_of_the_markets_is_not_restored,
}

pub const DOCUMENTS: TableDefinition<&str, &str> = TableDefinition::new("documents");
const INDEXES: TableDefinition<(&str, &str), ()> = TableDefinition::new("indexes");
pub const HISTORY: TableDefinition<(&str, u64), &str> = TableDefinition::new("history");
const LOG: TableDefinition<u64, &str> = TableDefinition::new("log");
const META: TableDefinition<&str, &str> = TableDefinition::new("meta");

fn folder(market: &Market) -> &Path {
    match &market.store {
        Store::Embedded(folder) => folder.path(),
        Store::Redis(_) => panic!("no folder"),
    }
}

fn file(market: &Market) -> PathBuf {
    folder(market).join("market.redb")
}

fn redis(market: &Market) -> ::redis::Connection {
    match &market.store {
        Store::Redis(server) => server.connection(),
        Store::Embedded(_) => panic!("no Redis"),
    }
}

/// A command of Redis, in words.
pub fn ask<T: ::redis::FromRedisValue>(market: &Market, words: &[&str]) -> T {
    let mut command = ::redis::cmd(words[0]);
    command.arg(&words[1..]);
    command.query(&mut redis(market)).unwrap()
}

/// Changes a file that no server holds.
pub fn alter(market: &Market, change: impl FnOnce(&redb::WriteTransaction)) {
    let database = Database::open(file(market)).unwrap();
    let txn = database.begin_write().unwrap();
    change(&txn);
    txn.commit().unwrap();
}

pub fn expect(ran: &Ran, code: i32) {
    assert_eq!(ran.code, code, "{ran:?}");
}

fn verify(market: &Market) -> Value {
    let ran = market.run(&["verify", "--json"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
    expect(&ran, if report["sound"] == true { 0 } else { 1 });
    report
}

pub fn sound(market: &Market) -> Value {
    let report = verify(market);
    assert_eq!(report["faults"], json!([]));
    report
}

pub fn backup(market: &Market, to: &Path) {
    expect(&market.run(&["backup", to.to_str().unwrap()]), 0);
}

pub fn restore(market: &Market, from: &Path) {
    expect(&market.run(&["restore", from.to_str().unwrap()]), 0);
}

/// Orders in every state, with some words that are not plain.
pub async fn lively(instance: &Instance) {
    for status in [
        "pending_supplier",
        "supplier_rejected",
        "preparing",
        "ready",
        "delivered",
        "cancelled",
    ] {
        instance.order_in(status).await;
    }
    let odd = json!({"supplier_name": "Zum \"Löwen\": 1\u{2028}", "pizza_name": "🍕 \\ {}", "supplier_price": 0.01});
    instance.done("/api/orders", &odd).await;
}

/// Everything that integrators see: lists, single orders, events.
pub async fn shown(instance: &Instance) -> Vec<String> {
    let mut shown = vec![instance.get("/api/orders").await.text];
    for order in instance.orders().await {
        let path = format!("/api/orders/{}", order["id"].as_str().unwrap());
        shown.push(instance.get(&path).await.text);
        shown.push(instance.get(&format!("{path}/events")).await.text);
    }
    for query in [
        "status=ready",
        "supplier_name=Bella%20Napoli",
        "status=delivered&supplier_name=Bella%20Napoli",
    ] {
        shown.push(instance.get(&format!("/api/orders?{query}")).await.text);
    }
    shown
}

pub async fn keyed(instance: &Instance) -> (String, Option<String>) {
    let request = instance.request(Method::POST, "/api/orders");
    let request = request
        .header("idempotency-key", "move")
        .json(&offer("Once"));
    let answer = instance.send(request).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    (
        answer.text.clone(),
        answer.header("etag").map(str::to_owned),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_market_moves_to_redis_and_back() {
    let files = tempfile::tempdir().unwrap();
    let [there, back] = ["there", "back"].map(|name| files.path().join(name));
    let market = Market::embedded();
    let mut instance = market.open().await;
    lively(&instance).await;
    let answer = keyed(&instance).await;
    let before = shown(&instance).await;
    let report = sound(&market);
    assert_eq!(report["orders"], 8);
    assert_eq!(report["remembered"], 1);
    // Through the server, which holds the file.
    backup(&market, &there);
    instance.kill();
    assert_eq!(sound(&market)["cursor"], report["cursor"]);

    let grown = Market::redis();
    restore(&grown, &there);
    sound(&grown);
    let mut instance = grown.open().await;
    assert_eq!(shown(&instance).await, before);
    assert_eq!(keyed(&instance).await, answer);
    let open = instance.offer("Later").await;
    instance
        .done(
            &format!("{open}/supplier-respond"),
            &json!({"accept": true}),
        )
        .await;
    let before = shown(&instance).await;
    let later = sound(&grown);
    assert_ne!(later["cursor"], report["cursor"]);
    assert_eq!(
        later["events"].as_u64(),
        report["events"].as_u64().map(|n| n + 2)
    );
    backup(&grown, &back);
    instance.kill();

    let home = Market::embedded();
    restore(&home, &back);
    sound(&home);
    let instance = home.open().await;
    assert!(
        !instance.said().contains("not as it was left"),
        "{}",
        instance.said()
    );
    assert_eq!(shown(&instance).await, before);
    assert_eq!(keyed(&instance).await, answer);
    sound(&home);
    let only_me = fs::metadata(&back).unwrap();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&only_me.permissions()) & 0o777,
        0o600
    );
    let socket = fs::metadata(folder(&home).join("market.sock")).unwrap();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&socket.permissions()) & 0o777,
        0o600
    );
}

async fn a_backup_in_full_flight_is_consistent(market: Market) {
    let files = tempfile::tempdir().unwrap();
    let instance = Arc::new(market.open().await);
    for _ in 0..4 {
        futures::future::join_all((0..50).map(|_| instance.offer("Early"))).await;
    }
    let over = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..8)
        .map(|_| {
            let (instance, over) = (instance.clone(), over.clone());
            tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    instance.order_in("delivered").await;
                }
            })
        })
        .collect();
    let mut before = Vec::new();
    for n in 0..4 {
        let to = files.path().join(n.to_string());
        let look = || {
            let report = sound(&market);
            backup(&market, &to);
            report["events"].as_u64().unwrap()
        };
        before.push(tokio::task::block_in_place(look));
    }
    over.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    let moving = before.is_sorted_by(|a, b| a < b);
    assert!(moving, "nothing was written meanwhile: {before:?}");
    for (n, before) in before.iter().enumerate() {
        let copy = Market::embedded();
        restore(&copy, &files.path().join(n.to_string()));
        let report = sound(&copy);
        assert!(report["events"].as_u64().unwrap() >= *before);
    }
}

async fn indexes_are_named_and_mended(market: Market) {
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
    let mended = market.run(&["verify", "--repair"]);
    expect(&mended, 0);
    let line = format!("repaired: {ready} put into index all");
    assert!(
        mended.stdout.lines().any(|said| said == line),
        "{}",
        mended.stdout
    );
    sound(&market);
    if let Store::Embedded(_) = market.store {
        instance = market.open().await;
    }
    assert_eq!(shown(&instance).await, before);
    let counted = instance.get("/orders?status=ready").await;
    assert_eq!(counted.status, 200);
}

async fn what_cannot_be_derived_is_named_and_left(market: Market) {
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
    let history = |key: &str| format!("pizza:history:{key}");
    match &market.store {
        Store::Embedded(_) => alter(&market, |txn| {
            let mut documents = txn.open_table(DOCUMENTS).unwrap();
            let mut past = txn.open_table(HISTORY).unwrap();
            let text = documents
                .get(&*altered)
                .unwrap()
                .unwrap()
                .value()
                .replace("12.35", "1.35");
            documents.insert(&*altered, &*text).unwrap();
            past.remove((&*holed, 12)).unwrap();
            let text = past
                .get((&*twisted, 20))
                .unwrap()
                .unwrap()
                .value()
                .replace("\"preparing\"", "\"delivered\"");
            past.insert((&*twisted, 20), &*text).unwrap();
            documents.remove(&*gone).unwrap();
            txn.open_table(LOG).unwrap().remove(5).unwrap();
        }),
        Store::Redis(_) => {
            let text: String = ask(&market, &["GET", &altered]);
            let _: String = ask(&market, &["SET", &altered, &text.replace("12.35", "1.35")]);
            let text: String = ask(&market, &["LINDEX", &history(&holed), "3"]);
            let _: i64 = ask(&market, &["LREM", &history(&holed), "1", &text]);
            let text: String = ask(&market, &["LINDEX", &history(&twisted), "3"]);
            let text = text.replace("\"preparing\"", "\"delivered\"");
            let _: String = ask(&market, &["LSET", &history(&twisted), "3", &text]);
            let _: i64 = ask(&market, &["DEL", &gone]);
            let _: i64 = ask(&market, &["XDEL", "pizza:events", "5-0"]);
        }
    }
    let faults = |ran: &Ran| {
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        let faults = report["faults"].as_array().unwrap().clone();
        faults
            .iter()
            .map(|fault| {
                format!(
                    "{}: {}",
                    fault["key"].as_str().unwrap(),
                    fault["detail"].as_str().unwrap()
                )
            })
            .collect::<Vec<_>>()
    };
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
    let mended = market.run(&["verify", "--repair", "--json"]);
    expect(&mended, 1);
    let is_index = |fault: &&String| fault.contains("index");
    let left: Vec<_> = found
        .iter()
        .filter(|fault| !is_index(fault))
        .cloned()
        .collect();
    assert_eq!(faults(&mended), left);
    assert_eq!(faults(&market.run(&["verify", "--json"])), left);
}

async fn one_order_that_cannot_be_read_keeps_nobody_from_the_others(market: Market) {
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

async fn a_store_that_is_not_empty_is_not_overwritten(market: Market) {
    let files = tempfile::tempdir().unwrap();
    let from = files.path().join("backup");
    let other = Market::embedded();
    let mut instance = other.open().await;
    instance.offer("New").await;
    instance.kill();
    backup(&other, &from);

    let mut instance = market.open().await;
    instance.order_in("ready").await;
    instance.offer("Old").await;
    let before = shown(&instance).await;
    let embedded = matches!(market.store, Store::Embedded(_));
    if embedded {
        let ran = market.run(&["restore", "--replace", from.to_str().unwrap()]);
        expect(&ran, 1);
        assert!(ran.stderr.contains("a server holds it"), "{}", ran.stderr);
        instance.kill();
    }
    let ran = market.run(&["restore", from.to_str().unwrap()]);
    expect(&ran, 1);
    assert!(
        ran.stderr.contains("2 orders, 6 events") && ran.stderr.contains("--replace"),
        "{}",
        ran.stderr
    );
    if embedded {
        instance = market.open().await;
    }
    assert_eq!(shown(&instance).await, before);
    let newest = instance.get("/api/orders").await;
    let cursor = newest.header("last-event-id").unwrap().to_owned();
    // In Redis, servers run meanwhile: they notice, and so do their clients.
    let mut socket = instance.socket(&format!("?since={cursor}")).await;
    if embedded {
        instance.kill();
    }
    expect(
        &market.run(&["restore", "--replace", from.to_str().unwrap()]),
        0,
    );
    if embedded {
        instance = market.open().await;
        socket = instance.socket(&format!("?since={cursor}")).await;
    }
    socket.signal("stream.reset").await;
    instance.until_ready().await;
    let orders = instance.orders().await;
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0]["pizza_name"], "New");
    instance.offer("Newer").await;
    assert_eq!(socket.event().await["order"]["pizza_name"], "Newer");
    sound(&market);
}

/// A backup of these lines, with the end that they need.
fn sealed(lines: &[String], to: &Path) {
    let mut out: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let sum: String = Sha256::digest(&out)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let end = json!({"end": {"records": lines.len() - 1, "sha256": sum}});
    out.push_str(&format!("{end}\n"));
    fs::write(to, out).unwrap();
}

/// A backup with so many orders, made of the lines of one.
fn inflated(from: &Path, to: &Path, copies: usize) {
    let text = fs::read_to_string(from).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let id: Value = serde_json::from_str(lines[1]).unwrap();
    let id = id["document"]["key"]
        .as_str()
        .unwrap()
        .strip_prefix("order:")
        .unwrap();
    let mut out = vec![lines[0].to_owned()];
    for n in 0..copies {
        let other = format!("0198c0de-0000-7000-8000-{n:012x}");
        out.push(lines[1].replace(id, &other));
    }
    sealed(&out, to);
}

async fn one_backup(files: &TempDir) -> PathBuf {
    let other = Market::embedded();
    let mut instance = other.open().await;
    instance.order_in("delivered").await;
    instance.kill();
    let to = files.path().join("backup");
    backup(&other, &to);
    to
}

async fn a_backup_that_is_not_whole_is_refused(market: Market) {
    let files = tempfile::tempdir().unwrap();
    let whole = fs::read_to_string(one_backup(&files).await).unwrap();
    let cut = whole.trim_end().rfind('\n').unwrap() + 1;
    let middle = whole.len() / 2;
    let damaged = [
        String::new(),
        "no backup\n".to_owned(),
        whole[..cut].to_owned(),
        whole[..middle].to_owned(),
        whole[..whole.len() - 20].to_owned(),
        whole.replacen("Diavola", "Diavolo", 1),
        whole.replacen("\"seq\":3", "\"seq\":4", 1),
        whole.replacen("\"format\":1", "\"format\":2", 1),
        format!("{whole}more\n"),
        whole.replacen("\"records\":", "\"records\":1", 1),
    ];
    let mut instance = market.open().await;
    instance.offer("Old").await;
    let before = shown(&instance).await;
    instance.kill();
    let bad = files.path().join("bad");
    for text in damaged {
        fs::write(&bad, &text).unwrap();
        let ran = market.run(&["restore", "--replace", bad.to_str().unwrap()]);
        expect(&ran, 1);
        assert!(ran.stderr.contains("nothing was changed"), "{}", ran.stderr);
    }
    let instance = market.open().await;
    assert_eq!(shown(&instance).await, before);
}

pub fn set_schema(market: &Market, schema: &str) {
    match &market.store {
        Store::Embedded(_) => alter(market, |txn| {
            txn.open_table(META)
                .unwrap()
                .insert("schema", schema)
                .unwrap();
        }),
        Store::Redis(_) => {
            let _: i64 = ask(market, &["HSET", "pizza:meta", "schema", schema]);
        }
    }
}

async fn another_version_is_refused(market: Market) {
    let mut instance = market.open().await;
    instance.offer("Diavola").await;
    instance.kill();
    set_schema(&market, "3");
    let said = refuses_to_start(market.command());
    assert!(
        said.contains("version is 3") && said.contains("a later one"),
        "{said}"
    );
    for command in [
        &["migrate", "--yes"][..],
        &["verify"],
        &["verify", "--repair"],
    ] {
        let ran = market.run(command);
        expect(&ran, 2);
        assert!(ran.stderr.contains("version is 3"), "{}", ran.stderr);
    }
    expect(&market.run(&["backup", "-"]), 1);

    set_schema(&market, "0");
    let said = refuses_to_start(market.command());
    assert!(said.contains("pizza-market migrate"), "{said}");
    let plan = market.run(&["migrate"]);
    expect(&plan, 3);
    assert!(plan.stdout.contains("0 becomes 2"), "{}", plan.stdout);
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

async fn a_restore_that_was_killed_is_no_market(market: Market) {
    let files = tempfile::tempdir().unwrap();
    let [small, large] = [one_backup(&files).await, files.path().join("large")];
    inflated(&small, &large, 10_000);
    let mut restoring = market
        .command()
        .args(["restore", large.to_str().unwrap()])
        .spawn()
        .unwrap();
    let deadline = Instant::now() + SOON;
    let begun = || match &market.store {
        Store::Embedded(folder) => folder.path().join("market.redb.new").exists(),
        Store::Redis(_) => ask(&market, &["HEXISTS", "pizza:meta", "restoring"]),
    };
    while !begun() {
        assert!(Instant::now() < deadline, "it does not begin");
        std::thread::yield_now();
    }
    restoring.kill().unwrap();
    assert!(!restoring.wait().unwrap().success());

    let said = refuses_to_start(market.command());
    assert!(said.contains("restore --replace"), "{said}");
    let report = verify(&market);
    assert_eq!(report["faults"][0]["kind"], "restore");
    expect(&market.run(&["backup", "-"]), 1);
    expect(&market.run(&["migrate", "--yes"]), 2);
    let again = market.run(&["restore", small.to_str().unwrap()]);
    expect(&again, 1);
    assert!(again.stderr.contains("did not end"), "{}", again.stderr);
    expect(
        &market.run(&["restore", "--replace", small.to_str().unwrap()]),
        0,
    );
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
async fn the_orders_of_the_python_backend_are_adopted() {
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
    assert_eq!(version, "2");
    let mut socket = instance.follow().await;
    let ran = market.run(&["migrate", "--yes"]);
    expect(&ran, 1);
    assert!(
        ran.stdout.contains("2 orders adopted") && ran.stdout.contains(ids[2]),
        "{}",
        ran.stdout
    );
    // Whoever follows the market sees them come.
    let events = [socket.event().await, socket.event().await];
    let mut names: Vec<_> = events
        .iter()
        .map(|event| event["event_type"].as_str().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["order.created", "order.preparing"]);
    let order = instance
        .get(&format!("/api/orders/{}", ids[0]))
        .await
        .json();
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
            &format!("/api/orders/{}/status", ids[0]),
            &json!({"status": "ready"}),
        )
        .await;
    let order = instance.get(&format!("/api/orders/{}", ids[0])).await;
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

async fn what_is_none_of_the_markets_is_not_restored(market: Market) {
    let files = tempfile::tempdir().unwrap();
    let good = fs::read_to_string(one_backup(&files).await).unwrap();
    let lines: Vec<_> = good.lines().take(2).map(str::to_owned).collect();
    let document: Value = serde_json::from_str(&lines[1]).unwrap();
    let key = document["document"]["key"].as_str().unwrap();
    let cursor: Value = serde_json::from_str(&lines[0]).unwrap();
    let cursor = cursor["market"]["cursor"].as_str().unwrap();
    let renamed = |to: &str| lines[1].replace(&format!("\"key\":\"{key}\""), to);
    let bad = files.path().join("bad");
    for (lines, why) in [
        (
            [lines[0].clone(), renamed("\"key\":\"session:admin\"")].to_vec(),
            "session:admin",
        ),
        (
            [lines[0].clone(), renamed("\"key\":\"pizza:meta\"")].to_vec(),
            "pizza:meta",
        ),
        ([&lines[..], &lines[1..]].concat(), "there twice"),
        (
            [lines[0].replace(cursor, "abc-1"), lines[1].clone()].to_vec(),
            "it ends at 1",
        ),
        (
            [
                lines[0].replace(cursor, &format!("abc-{}", u64::MAX)),
                lines[1].clone(),
            ]
            .to_vec(),
            "too far",
        ),
    ] {
        sealed(&lines, &bad);
        let ran = market.run(&["restore", bad.to_str().unwrap()]);
        expect(&ran, 1);
        let said = ran.stderr.contains(why) && ran.stderr.contains("nothing was changed");
        assert!(said, "{why}: {}", ran.stderr);
    }
    assert_eq!(market.open().await.orders().await.len(), 0);
}

/// The rights of the two lists on the operator's page.
fn documented_rights() -> Vec<String> {
    let page = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/docs/operate/configure.md"
    ))
    .unwrap();
    let line = page.split("acl setuser market on ").nth(1).unwrap();
    let line = line.split("\n```").next().unwrap().replace("\\\n", " ");
    let (_, server) = line.split_once("$password\" ").unwrap();
    let server = server
        .split_whitespace()
        .map(|word| word.trim_matches('\'').to_owned());
    let tools = page.split("Beside what a server needs").nth(1).unwrap();
    let tools = tools
        .split("\n\n")
        .next()
        .unwrap()
        .split('`')
        .skip(1)
        .step_by(2);
    let tools = tools.filter(|word| word.chars().all(|c| c.is_ascii_uppercase()));
    server
        .chain(tools.map(|word| format!("+{}", word.to_lowercase())))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rights_on_the_operators_page_are_enough_and_none_is_found_missing_too_late() {
    let files = tempfile::tempdir().unwrap();
    let from = one_backup(&files).await;
    let market = Market::redis();
    market.open().await.offer("Old").await;
    let account = |rights: &[String]| {
        let mut words = vec!["ACL", "SETUSER", "tools", "reset", "on", ">word"];
        words.extend(rights.iter().map(String::as_str));
        let _: String = ask(&market, &words);
    };
    let Store::Redis(server) = &market.store else {
        panic!("no Redis")
    };
    let url = server.url().replace("redis://", "redis://tools:word@");
    let run = |args: &[&str]| {
        let mut command = market.command();
        command.env("REDIS_URL", &url);
        let output = command.args(args).output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let replace = ["restore", "--replace", from.to_str().unwrap()];
    let rights = documented_rights();
    for missing in ["+unlink", "+lindex", "+eval", "+rpush", "+info"] {
        let some: Vec<_> = rights
            .iter()
            .filter(|right| *right != missing)
            .cloned()
            .collect();
        account(&some);
        let (code, said) = run(&replace);
        assert_eq!(code, Some(1), "{missing}: {said}");
        assert!(said.contains("nothing was changed"), "{missing}: {said}");
    }
    assert_eq!(sound(&market)["orders"], 1);
    account(&rights);
    for args in [&replace[..], &["verify"], &["backup", "-"]] {
        let (code, said) = run(args);
        assert_eq!(code, Some(0), "{args:?}: {said}");
    }
    let orders = market.open().await.orders().await;
    assert_eq!(orders[0]["status"], "delivered");
    // What is none of ours under our name goes only when that is asked for.
    let _: i64 = ask(&market, &["DEL", "pizza:meta"]);
    let _: String = ask(&market, &["SET", "pizza:meta", "no hash"]);
    let (code, said) = run(&["restore", from.to_str().unwrap()]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("--replace"), "{said}");
    let (code, said) = run(&replace);
    assert_eq!(code, Some(0), "{said}");
    sound(&market);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_under_a_name_of_the_markets_is_named() {
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
async fn of_two_restores_the_later_one_is_whole() {
    let files = tempfile::tempdir().unwrap();
    let [small, large] = [one_backup(&files).await, files.path().join("large")];
    inflated(&small, &large, 20_000);
    let market = Market::redis();
    let earlier = market
        .command()
        .args(["restore", large.to_str().unwrap()])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let begun = || ask::<i64>(&market, &["EXISTS", "pizza:index:all"]) == 1;
    until(async || begun()).await;
    expect(
        &market.run(&["restore", "--replace", small.to_str().unwrap()]),
        0,
    );
    let earlier = earlier.wait_with_output().unwrap();
    let said = String::from_utf8(earlier.stderr).unwrap();
    assert!(
        !earlier.status.success() && said.contains("something else"),
        "{said}"
    );
    assert_eq!(sound(&market)["orders"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_leaves_links_and_pipes_in_their_places() {
    let files = tempfile::tempdir().unwrap();
    let [real, link, pipe] = ["real", "link", "pipe"].map(|name| files.path().join(name));
    let market = Market::embedded();
    let mut instance = market.open().await;
    instance.offer("Diavola").await;
    instance.kill();
    fs::write(&real, "old").unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    backup(&market, &link);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let whole = fs::read(&real).unwrap();
    assert!(whole.starts_with(b"{\"market\""));

    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read(pipe).unwrap()
    });
    backup(&market, &pipe);
    let kind = fs::symlink_metadata(&pipe).unwrap().file_type();
    assert!(std::os::unix::fs::FileTypeExt::is_fifo(&kind));
    let read = reader.join().unwrap();
    assert!(read.starts_with(b"{\"market\"") && read.ends_with(b"}}\n"));
    assert_eq!(fs::read_dir(files.path()).unwrap().count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_market_moves_through_a_pipe() {
    let market = Market::embedded();
    let mut instance = market.open().await;
    lively(&instance).await;
    let before = shown(&instance).await;
    instance.kill();

    let elsewhere = Market::redis();
    let piped = std::process::Stdio::piped;
    let backup = |bytes: Option<usize>| {
        let mut backup = market.command();
        let mut backup = backup
            .args(["backup", "-"])
            .stdout(piped())
            .spawn()
            .unwrap();
        let mut whole = backup.stdout.take().unwrap();
        let mut restore = elsewhere.command();
        restore
            .args(["restore", "-"])
            .stdin(piped())
            .stderr(piped());
        let mut restore = restore.spawn().unwrap();
        let mut to = restore.stdin.take().unwrap();
        let most = bytes.map_or(u64::MAX, |bytes| bytes as u64);
        std::io::copy(&mut std::io::Read::take(&mut whole, most), &mut to).unwrap();
        drop((whole, to));
        backup.wait().unwrap();
        restore.wait_with_output().unwrap()
    };
    // A line that breaks on the way changes nothing.
    let broken = backup(Some(2_000));
    let said = String::from_utf8_lossy(&broken.stderr);
    assert_eq!(broken.status.code(), Some(1), "{said}");
    assert!(said.contains("nothing was changed: -: "), "{said}");
    let whole = backup(None);
    let said = String::from_utf8_lossy(&whole.stderr);
    assert_eq!(whole.status.code(), Some(0), "{said}");
    sound(&elsewhere);
    assert_eq!(shown(&elsewhere.open().await).await, before);
    // A pipe that has a name is one, too.
    let files = tempfile::tempdir().unwrap();
    let pipe = files.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let (from, to) = (one_backup(&files).await, pipe.clone());
    let writer = std::thread::spawn(move || fs::copy(from, to).unwrap());
    restore(&Market::embedded(), &pipe);
    writer.join().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_damaged_or_empty_is_refused_by_name() {
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

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_fails_leaves_the_old_store() {
    let files = tempfile::tempdir().unwrap();
    let [small, large] = [one_backup(&files).await, files.path().join("large")];
    inflated(&small, &large, 10_000);
    let market = Market::embedded();
    let mut instance = market.open().await;
    instance.offer("Old").await;
    instance.kill();
    let limit = fs::metadata(file(&market)).unwrap().len().div_ceil(1024) + 1024;
    // A disk that is full: no file may become larger than that.
    let program = market.command();
    let mut limited = std::process::Command::new("bash");
    limited.args([
        "-c",
        &format!("trap '' XFSZ; ulimit -f {limit}; exec \"$@\""),
        "bash",
    ]);
    limited
        .arg(program.get_program())
        .args(["restore", "--replace"])
        .arg(&large);
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    limited.current_dir(program.get_current_dir().unwrap());
    let output = limited.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && said.contains("nothing was changed"),
        "{said}"
    );
    assert!(!folder(&market).join("market.redb.new").exists());
    sound(&market);
    assert_eq!(market.open().await.orders().await[0]["pizza_name"], "Old");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stored_is_its_owners_alone() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    let files = tempfile::tempdir().unwrap();
    let from = one_backup(&files).await;
    let home = files.path().join("new/folder");
    let market = Market::embedded();
    let command = || {
        let mut command = market.command();
        command.env("DATA_DIR", &home);
        command
    };
    Instance::start(command()).kill();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let names = ["market.redb", "market.end"].map(|name| home.join(name));
    assert_eq!(mode(&home), 0o700);
    for file in &names {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
    let owner = fs::metadata(&home).unwrap().uid();
    // Only root may give a file away.
    let other = if owner == 0 { 12_345 } else { owner };
    for file in &names {
        chown(file, Some(other), None).unwrap();
    }
    let ran = command().arg("restore").arg(&from).status();
    assert!(ran.unwrap().success());
    for file in &names {
        let about = fs::metadata(file).unwrap();
        assert_eq!(
            (about.uid(), mode(file)),
            (other, 0o600),
            "{}",
            file.display()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_waits_for_who_reads() {
    let files = tempfile::tempdir().unwrap();
    let [small, large] = [one_backup(&files).await, files.path().join("large")];
    inflated(&small, &large, 10_000);
    let market = Market::embedded();
    restore(&market, &large);
    // It stops in the middle, because nobody takes what it writes.
    let mut reading = market
        .command()
        .args(["backup", "-"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0];
    std::io::Read::read_exact(reading.stdout.as_mut().unwrap(), &mut first).unwrap();
    let mut waited = false;
    let instance = Instance::start_hearing(market.command(), |line| {
        if line.contains("reads in it") {
            waited = true;
            reading.kill().unwrap();
        }
    });
    reading.wait().unwrap();
    assert!(waited, "{}", instance.said());
    assert_eq!(instance.get("/readyz").await.status, 200);
}
