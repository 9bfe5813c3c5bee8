//! `simulate` and `inspect` where people sign in: by a key over the public API, and beside the file by its socket.

use super::simulate::OF_MENUS;
use crate::{
    on_both_engines,
    support::{
        Instance, Market,
        accounts::{PASSWORD, Person, required},
        inspect::{Said, inspect, run},
        member::Member,
        offer, program,
    },
};
use serde_json::Value;
use std::process::Command;

on_both_engines! {
    an_evening_with_the_key_of_an_integrator_ends_well,
    simulate_without_such_a_key_is_refused,
    inspect_shows_what_its_key_may_see,
    inspect_at_the_store_shows_everything_but_secrets,
}

/// A command of somebody elsewhere, who has a key or none.
fn with_key(mut command: Command, by: &Person) -> Said {
    command.env("DATA_DIR", "/dev/null/nowhere");
    match &by.token {
        Some(key) => command.env("MARKET_KEY", key),
        None => command.env_remove("MARKET_KEY"),
    };
    run(command)
}

fn evening(instance: &Instance, by: &Person) -> Said {
    let mut command = program();
    command.args(["simulate", "--json", "--viewers", "4", "--orders", "20"]);
    command.args(["--hours", "0.3", "--speed", "3000", "--url", &instance.url]);
    with_key(command, by)
}

fn look(instance: &Instance, by: &Person, args: &[&str]) -> Said {
    let mut command = program();
    command.arg("inspect").args(args);
    command.args(["--url", &instance.url]);
    with_key(command, by)
}

/// Nothing but one line that names the setting.
fn is_refused(said: &Said, words: &str) {
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{}", said.err);
    let is_clear = said.err.contains("MARKET_KEY") && said.err.contains(words);
    assert!(is_clear, "{}", said.err);
    assert_eq!(said.err.lines().count(), 1, "{}", said.err);
}

fn wrong(key: &Person) -> Person {
    let mut wrong = key.clone();
    wrong.token = wrong.token.map(|key| format!("{key}x"));
    wrong
}

async fn an_evening_with_the_key_of_an_integrator_ends_well(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let key = market.key("evening", &["--role", "integrator"]);
    let report = evening(&instance, &key).json().remove(0);
    assert_eq!(report["holds"], true, "{report:#}");
    assert_eq!(report["orders"], 20);
    assert_eq!(report["frames"]["expected"], report["frames"]["received"]);
    for invariant in report["invariants"].as_array().unwrap() {
        let name = invariant["name"].as_str().unwrap();
        let is_checked = invariant["checked"].as_u64() > Some(0);
        assert!(is_checked || OF_MENUS.contains(&name), "{invariant}");
    }
    // The key is no part of what the report tells.
    assert!(!report.to_string().contains(key.token.as_deref().unwrap()));
}

async fn simulate_without_such_a_key_is_refused(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let key = market.key("reader", &["--role", "integrator", "--read-only"]);
    let till = ["--role", "supplier", "--supplier", "Bella Napoli"];
    let till = market.key("till", &till);
    for by in [&Person::NOBODY, &key, &till, &wrong(&key)] {
        let said = evening(&instance, by);
        is_refused(&said, "--role integrator");
        assert!(said.err.contains(&instance.url), "{}", said.err);
    }
    // None of them has sent anything.
    let orders = instance.as_(&key, reqwest::Method::GET, "/api/orders", None);
    assert_eq!(orders.await.text, "[]");
    drop(instance);
    let closed = market.with("GUESTS", "off");
    let instance = closed.open().await;
    is_refused(&evening(&instance, &Person::NOBODY), "--role integrator");
}

async fn inspect_shows_what_its_key_may_see(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let integrator = market.key("integrator", &["--role", "integrator"]);
    let [bella, mario] = [("bella", "Bella Napoli"), ("mario", "Da Mario")]
        .map(|(name, supplier)| market.key(name, &["--role", "supplier", "--supplier", supplier]));
    let order = instance.done_as(&bella, "/api/orders", &offer("P")).await;
    let id = order["id"].as_str().unwrap();
    for (by, count) in [(&integrator, 1), (&bella, 1), (&mario, 0)] {
        let found = |args: &[&str]| look(&instance, by, &[args, &["--json"]].concat());
        let orders = found(&["orders"]).json();
        assert_eq!(orders.len(), count, "{}", by.name);
        assert_eq!(found(&["events"]).json().len(), count, "{}", by.name);
        assert_eq!(found(&["stats"]).json()[0]["total"], count, "{}", by.name);
        let single = found(&["order", id]);
        assert_eq!(single.code == 0, count == 1, "{}: {}", by.name, single.err);
    }
    // Who has none is a guest, whom nobody has told of this offer.
    let guest = look(&instance, &Person::NOBODY, &["orders", "--json"]);
    assert_eq!(guest.fine(), "");
    let calls: [&[&str]; 4] = [&["orders"], &["order", id], &["stats"], &["events"]];
    for args in calls {
        let said = look(&instance, &wrong(&bella), args);
        is_refused(&said, &instance.url);
        assert!(!said.err.contains(bella.token.as_deref().unwrap()));
    }
    drop(instance);
    let closed = market.with("GUESTS", "off");
    let instance = closed.open().await;
    for args in calls {
        let said = look(&instance, &Person::NOBODY, args);
        is_refused(&said, "account key");
    }
    assert_eq!(
        look(&instance, &bella, &["orders", "--json"]).json().len(),
        1
    );
}

/// Without a key: who may read the folder, or the Redis, needs none.
async fn inspect_at_the_store_shows_everything_but_secrets(market: Market) {
    let market = required(market).with("GUESTS", "off");
    let instance = market.open().await;
    let ana = Member::admin(&market, &instance, "ana@example.org").await;
    let invited = market.account(&["invite", "driver", "--name", "Jonas"]);
    let link = invited["link"].as_str().unwrap();
    let key = market.key("integrator", &["--role", "integrator"]);
    let order = instance.done_as(&key, "/api/orders", &offer("P")).await;
    let path = format!("/api/orders/{}", order["id"].as_str().unwrap());
    let call = |name: &str| format!("{path}/{name}");
    let accept = serde_json::json!({"accept": true});
    instance
        .done_as(&key, &call("supplier-respond"), &accept)
        .await;
    let take = serde_json::json!({"customer_name": "Ximena", "delivery_address": "Quellenweg 7"});
    instance
        .done_as(&key, &call("customer-accept"), &take)
        .await;

    let id = order["id"].as_str().unwrap();
    let mut told = String::new();
    for args in [&["orders"][..], &["order", id], &["events"]] {
        let args = [args, &["--json"]].concat();
        let said = run(inspect(&market, Some(&instance), &args)).fine();
        assert!(said.contains("Quellenweg 7"), "{args:?}: {said}");
        told += &said;
    }
    let stats = run(inspect(&market, Some(&instance), &["stats", "--json"])).json();
    assert_eq!(stats[0]["orders"]["customer_accepted"], 1);
    let kinds = run(inspect(&market, Some(&instance), &["keys", "--json"])).fine();
    for kind in ["account", "secret"] {
        let is_counted = |line: &str| {
            let line: Value = serde_json::from_str(line).unwrap();
            line["kind"] == kind && line["records"].as_u64() > Some(0)
        };
        assert!(kinds.lines().any(is_counted), "{kind}: {kinds}");
    }
    told += &kinds;
    let session = ana.browser.cookie("session").rsplit('.').next().unwrap();
    let invitation = link.rsplit('.').next().unwrap();
    let secrets = [
        PASSWORD,
        "ana@example.org",
        session,
        invitation,
        key.token.as_deref().unwrap(),
        &ana.code_secret,
        &ana.recovery[0],
        "argon2",
    ];
    for secret in secrets {
        assert!(!told.contains(secret), "{secret}: {told}");
    }
}
