//! The program's own commands beside a server that answers for the host of its SITE_ORIGIN alone.

use crate::support::{
    Market, Store, assert_success,
    doctor::{examine, patient},
    inspect::{inspect, run},
    offer,
};
use reqwest::Method;

const SITE: &str = "https://market.example";

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_go_on_working_beside_it() {
    let market = Market::embedded().with("SITE_ORIGIN", SITE);
    let instance = market.start();
    let address = instance.address();
    let mut health = market.command();
    health.args(["health", "--wait", "20"]);
    health.env("LEPTOS_SITE_ADDR", address);
    assert_success(&health.output().unwrap());

    let made = instance.request(Method::POST, "/api/orders");
    let made = made
        .header("host", "market.example")
        .json(&offer("Diavola"));
    let order: serde_json::Value = made.send().await.unwrap().json().await.unwrap();
    let order = order["id"].as_str().unwrap();
    for args in [
        &["orders"][..],
        &["order", order],
        &["events"],
        &["stats"],
        &["orders", "--url", &instance.url],
        &["events", "--url", &instance.url],
    ] {
        let said = run(inspect(&market, Some(&instance), args)).fine();
        assert!(
            said.contains("Diavola") || args[0] == "stats",
            "{args:?}: {said}"
        );
    }

    let Store::Embedded(folder) = &market.store else {
        unreachable!()
    };
    let report = examine(patient(&[
        ("DATA_DIR", folder.path().to_str().unwrap()),
        ("LEPTOS_SITE_ADDR", address),
        ("SITE_ORIGIN", SITE),
    ]));
    let report = report.await;
    report.says("address", "ok", &["is ready"]);
    report.says("SITE_ORIGIN", "ok", &[SITE]);
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_names_a_proxy_whose_requests_are_refused() {
    let with = async |settings: &[(&str, &str)]| examine(patient(settings)).await;
    let proxy = ("TRUSTED_PROXIES", "127.0.0.1");
    let report = with(&[proxy]).await;
    report.says(
        "SITE_ORIGIN",
        "warning",
        &["TRUSTED_PROXIES", "https://market.example"],
    );
    with(&[proxy, ("SITE_ORIGIN", SITE)])
        .await
        .says("SITE_ORIGIN", "ok", &[]);
    with(&[]).await.says("SITE_ORIGIN", "ok", &["not set"]);
}
