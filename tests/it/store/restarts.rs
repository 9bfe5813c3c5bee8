//! Ends and beginnings: killed, told to stop, started again.

use crate::support::{Market, SOON, Store, offer, program, refuses_to_start, until};
use reqwest::Method;
use serde_json::json;
use std::{
    path::Path,
    time::{Duration, Instant},
};

crate::on_both_engines! {
    acknowledged_changes_survive_a_kill,
    sigterm_stops_the_server_with_open_sockets,
}

async fn acknowledged_changes_survive_a_kill(market: Market) {
    let mut instance = market.open().await;
    let path = instance.order_in("preparing").await;
    let mut socket = instance.follow().await;
    let open = instance.offer("Hawaii").await;
    // The feed may still deliver what came before.
    let created = loop {
        let event = socket.event().await;
        if event["order"]["pizza_name"] == "Hawaii" {
            break event;
        }
    };
    let cursor = created["id"].as_str().unwrap().to_owned();
    instance
        .done(
            &format!("{open}/supplier-respond"),
            &json!({"accept": true}),
        )
        .await;
    let before = [
        &path,
        &open,
        &format!("{path}/events"),
        &"/api/orders".to_owned(),
    ]
    .map(String::clone);
    let mut answers = Vec::new();
    for path in &before {
        let answer = instance.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answers.push(answer.json());
    }
    instance.kill();

    let instance = market.open().await;
    for (path, answer) in before.iter().zip(answers) {
        assert_eq!(instance.get(path).await.json(), answer);
    }
    // A client comes back where it was, and the order goes on.
    let mut socket = instance.socket(&format!("?since={cursor}")).await;
    assert_eq!(
        socket.any_frame().await["event_type"],
        "order.supplier_accepted"
    );
    instance
        .done(&format!("{path}/status"), &json!({"status": "ready"}))
        .await;
    assert_eq!(socket.event().await["order"]["version"], 5);
    // The pages have it, too.
    assert!(instance.get("/customer").await.text.contains("Hawaii"));
}

async fn sigterm_stops_the_server_with_open_sockets(market: Market) {
    for signal in ["-TERM", "-INT"] {
        let mut instance = market.open().await;
        let mut sockets = Vec::new();
        for _ in 0..20 {
            sockets.push(instance.follow().await);
        }
        // A connection that is kept open and idle.
        assert_eq!(instance.get("/healthz").await.status, 200);
        instance.signal(signal);
        for socket in &mut sockets {
            let frame = socket.closed(SOON).await;
            assert_eq!(u16::from(frame.code), 1012);
            assert!(!frame.reason.is_empty());
        }
        assert!(instance.ended(Duration::from_secs(10)).success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_do_not_share_a_file() {
    let market = Market::embedded();
    let _first = market.open().await;
    let Store::Embedded(folder) = &market.store else {
        unreachable!()
    };
    let mut second = crate::support::program();
    second.env("DATA_DIR", folder.path());
    let said = crate::support::refuses_to_start(second);
    assert!(said.contains("market.redb"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_answered_during_shutdown_are_stored() {
    let market = Market::embedded();
    let mut instance = market.open().await;
    let requests = (0..100).map(|_| {
        instance
            .request(Method::POST, "/api/orders")
            .json(&offer("Hawaii"))
            .send()
    });
    let (answers, ()) = tokio::join!(futures::future::join_all(requests), async {
        instance.signal("-TERM")
    });
    assert!(instance.ended(Duration::from_secs(10)).success());
    let created = answers
        .iter()
        .filter(|answer| answer.as_ref().is_ok_and(|answer| answer.status() == 201))
        .count();
    let instance = market.open().await;
    assert_eq!(instance.orders().await.len(), created);
}

/// An older copy is put in the place of the embedded file: with what stands beside it, or without.
#[tokio::test(flavor = "multi_thread")]
async fn a_restored_file_has_a_new_epoch() {
    for whole_folder in [false, true] {
        let market = Market::embedded();
        let Store::Embedded(folder) = &market.store else {
            panic!("no folder");
        };
        let backup = tempfile::tempdir().unwrap();
        let copy = |from: &Path, to: &Path| {
            for file in std::fs::read_dir(from).unwrap() {
                let file = file.unwrap();
                let is_store = file
                    .path()
                    .extension()
                    .is_some_and(|ending| ending == "redb");
                // Nobody keeps a copy of the socket beside it.
                let is_file = file.file_type().unwrap().is_file();
                if is_file && (whole_folder || is_store) {
                    std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
                }
            }
        };
        let mut instance = market.open().await;
        instance.offer("Margherita").await;
        instance.kill();
        copy(folder.path(), backup.path());
        // A restart alone changes no history.
        let mut instance = market.open().await;
        let mut socket = instance.follow().await;
        for _ in 0..3 {
            instance.offer("Diavola").await;
        }
        let first = socket.event().await;
        instance.kill();
        // A backup that is brought back within the same second is one that nobody has made.
        let killed = Instant::now();
        until(async || !whole_folder || killed.elapsed() > Duration::from_millis(1_500)).await;
        copy(backup.path(), folder.path());

        let instance = market.open().await;
        for _ in 0..3 {
            instance.offer("Hawaii").await;
        }
        let since = format!("?since={}", first["id"].as_str().unwrap());
        let mut socket = instance.socket(&since).await;
        assert_eq!(socket.any_frame().await["event_type"], "stream.reset");
        assert_eq!(instance.orders().await.len(), 4);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_refused_and_not_changed() {
    for damage in [&b"not a store"[..], &[0; 100_000]] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("market.redb");
        std::fs::write(&file, damage).unwrap();
        let mut command = program();
        command.env("DATA_DIR", folder.path());
        let said = refuses_to_start(command);
        assert!(
            said.contains("DATA_DIR") && said.contains("market.redb"),
            "{said}"
        );
        assert_eq!(std::fs::read(&file).unwrap(), damage);
    }
}
