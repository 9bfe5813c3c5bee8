//! What is stored, behind the back of a server: raw tables and keys, backups made by hand, and the commands on a store.

use crate::support::{Instance, Market, Ran, Store, offer};
use redb::{Database, TableDefinition};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

pub const DOCUMENTS: TableDefinition<&str, &str> = TableDefinition::new("documents");

pub const INDEXES: TableDefinition<(&str, &str), ()> = TableDefinition::new("indexes");

pub const HISTORY: TableDefinition<(&str, u64), &str> = TableDefinition::new("history");

pub const LOG: TableDefinition<u64, &str> = TableDefinition::new("log");

pub const META: TableDefinition<&str, &str> = TableDefinition::new("meta");

pub fn folder(market: &Market) -> &Path {
    match &market.store {
        Store::Embedded(folder) => folder.path(),
        Store::Redis(_) => panic!("no folder"),
    }
}

pub fn file(market: &Market) -> PathBuf {
    folder(market).join("market.redb")
}

pub fn redis(market: &Market) -> ::redis::Connection {
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

pub fn verify(market: &Market) -> Value {
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

/// A backup of these lines, with the end that they need.
pub fn sealed(lines: &[String], to: &Path) {
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
pub fn inflated(from: &Path, to: &Path, copies: usize) {
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

pub async fn one_backup(files: &TempDir) -> PathBuf {
    let other = Market::embedded();
    let mut instance = other.open().await;
    instance.order_in("delivered").await;
    instance.kill();
    let to = files.path().join("backup");
    backup(&other, &to);
    to
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
