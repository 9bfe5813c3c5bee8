//! `inspect`: orders, one order, metrics, keys; with a running server and without one.

use crate::support::{
    Instance, Market,
    inspect::{id, inspect, run, stop},
    program,
};
use serde_json::json;
use std::process::Command;

crate::on_both_engines! {
    the_list_matches_the_filters,
    inspect_order_shows_the_history,
    stats_match_the_orders,
}

async fn the_list_matches_the_filters(market: Market) {
    let instance = market.open().await;
    let body = json!({"supplier_name": "Forno: Söhne", "pizza_name": "Ähre", "supplier_price": 1});
    instance.done("/api/orders", &body).await;
    instance.order_in("dispatched").await;
    instance.offer("P0").await;
    instance.order_in("cancelled").await;
    let all = instance.orders().await;
    let check = |running: Option<&Instance>| {
        let found = |args: &[&str]| {
            let args = [&["orders", "--json"], args].concat();
            run(inspect(&market, running, &args)).json()
        };
        assert_eq!(found(&[]), all);
        for (args, expected) in [
            (&["--status", "dispatched"][..], &all[2..3]),
            (&["--status", "delivered"], &[]),
            (&["--supplier", "Forno: Söhne"], &all[3..]),
            (&["--supplier", "forno"], &[]),
            (&["--driver", "Jonas"], &all[2..3]),
            (&["--text", "ÄHRE"], &all[3..]),
            (&["--text", "kurze gasse"], &all[2..3]),
            (
                &["--text", "p0", "--status", "pending_supplier"],
                &all[1..2],
            ),
            (&["--since", "1h"], &all),
            (&["--since", "2100-01-01"], &[]),
            (&["--until", "1h"], &[]),
            (
                &["--until", "2100-01-01T00:00:00Z", "--limit", "2"],
                &all[..2],
            ),
            (&["--limit", "0"], &all),
        ] {
            assert_eq!(found(args), expected, "{args:?}");
        }
        let table = run(inspect(&market, running, &["orders", "--limit", "2"]));
        assert!(table.err.contains("There are more"), "{}", table.err);
        let table = table.fine();
        let lines: Vec<_> = table.lines().collect();
        assert!(
            lines[0].starts_with("ID ") && lines[0].contains("CUSTOMER"),
            "{table}"
        );
        assert!(
            lines[2].starts_with(all[1]["id"].as_str().unwrap()),
            "{table}"
        );
        assert!(
            lines[2].contains("pending_supplier") && lines[2].contains(" P0 "),
            "{table}"
        );
        assert_eq!(lines.len(), 3);
        let none = run(inspect(
            &market,
            running,
            &["orders", "--text", "nothing like it"],
        ));
        assert_eq!((none.code, none.out.as_str()), (0, ""));
        assert!(none.err.contains("No such orders"), "{}", none.err);
    };
    check(Some(&instance));
    // Anybody who reaches the server sees the same through it alone.
    let mut elsewhere = program();
    elsewhere.args(["inspect", "orders", "--json", "--url", &instance.url]);
    elsewhere.env("DATA_DIR", "/dev/null/nowhere");
    assert_eq!(run(elsewhere).json(), all);
    stop(instance);
    check(None);
}

async fn inspect_order_shows_the_history(market: Market) {
    let instance = market.open().await;
    let path = instance.order_in("delivered").await;
    let cancelled = instance.order_in("cancelled").await;
    let order = instance.get(&path).await.json();
    let events = instance.get(&format!("{path}/events")).await.json();
    let check = |running: Option<&Instance>| {
        let look = |args: &[&str]| run(inspect(&market, running, args));
        let found = look(&["order", id(&path), "--json"]).json();
        assert_eq!(found, [json!({"order": order, "events": events})]);
        let story = look(&["order", id(&path)]).fine();
        let mut rest = story.as_str();
        // From top to bottom: what it is, then what happened, by whom, and what that changed.
        for part in [
            "status                   delivered",
            "customer_name            Ana",
            "CHANGED",
            "created            supplier  supplier_name: Bella Napoli",
            "pizza_name: Diavola",
            "supplier_accepted  supplier  estimated_delivery_time: 25",
            "customer_accepted  customer  customer_price: 12.35",
            "delivery_address: Kurze Gasse 1",
            "dispatched         dispatch  driver_name: Jonas",
            "delivered          dispatch",
        ] {
            let (_, after) = rest
                .split_once(part)
                .unwrap_or_else(|| panic!("no {part}:\n{story}"));
            rest = after;
        }
        assert!(
            story.lines().all(|line| line.chars().count() <= 120),
            "{story}"
        );
        let who = look(&["order", id(&cancelled)]).fine();
        assert!(who.contains("cancelled  supplier or customer"), "{who}");
        let unknown = look(&["order", "01980000-0000-7000-8000-000000000000"]);
        assert_eq!((unknown.code, unknown.out.as_str()), (1, ""));
        assert!(
            unknown.err.contains("There is no order 01980000"),
            "{}",
            unknown.err
        );
        assert_eq!(look(&["order", "7F3A"]).code, 2);
    };
    check(Some(&instance));
    stop(instance);
    check(None);
}

async fn stats_match_the_orders(market: Market) {
    let instance = market.open().await;
    for status in [
        "delivered",
        "ready",
        "cancelled",
        "pending_supplier",
        "ready",
    ] {
        instance.order_in(status).await;
    }
    let check = |mut command: Command| {
        command.arg("--json");
        let found = run(command).json().remove(0);
        assert_eq!(found["total"], 5);
        assert_eq!(found["orders"]["ready"], 2);
        assert_eq!(found["orders"]["in_transit"], 0);
        let stages = found["stages"].as_array().unwrap();
        let passed: Vec<_> = stages
            .iter()
            .map(|stage| stage["count"].as_u64().unwrap())
            .collect();
        // Who was cancelled says nothing, and nobody else has left `ready` but the one that was delivered.
        assert_eq!(passed, [3, 3, 3, 3, 1, 1]);
        assert_eq!(stages[0]["status"], "pending_supplier");
        assert!(stages[0]["median"].as_u64() <= stages[0]["ninth"].as_u64());
    };
    check(inspect(&market, Some(&instance), &["stats"]));
    check(inspect(&market, None, &["stats", "--url", &instance.url]));
    let kinds = |running: Option<&Instance>| {
        let kinds = run(inspect(&market, running, &["keys", "--json"])).json();
        let of = |kind: &str, what: &str| {
            let kind = kinds.iter().find(|one| one["kind"] == kind).unwrap();
            kind[what].as_u64().unwrap()
        };
        assert_eq!(of("order", "records"), 5);
        // 8 events of the day that went well, 5 of each that is ready, 2 and 1.
        assert_eq!(of("order history", "records"), 21);
        assert_eq!(of("log", "records"), 21);
        assert_eq!(of("index", "records"), 20);
        assert!(of("order", "bytes") > 5 * 300);
        assert!(of("log", "bytes") > 0);
        let largest = kinds
            .iter()
            .find(|one| one["kind"] == "order history")
            .unwrap();
        assert!(
            largest["largest"]["name"]
                .as_str()
                .unwrap()
                .starts_with("order:")
        );
        assert!(largest["largest"]["bytes"].as_u64().unwrap() < of("order history", "bytes"));
    };
    kinds(Some(&instance));
    stop(instance);
    check(inspect(&market, None, &["stats"]));
    kinds(None);
    let table = run(inspect(&market, None, &["stats"])).fine();
    assert!(table.contains("ready                   2\n"), "{table}");
}
