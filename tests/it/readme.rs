//! What the README shows, done as it says.

use crate::world::Market;
use serde_json::Value;
use std::process::Command;

crate::on_both_engines! { the_walk_with_curl, }

async fn the_walk_with_curl(market: Market) {
    let market = market.open().await;
    let readme = include_str!("../../README.md");
    let walk = readme.split_once("<!-- walk").unwrap().1;
    let walk = walk.split_once("```sh\n").unwrap().1;
    let walk = walk.split_once("```").unwrap().0.to_owned();
    let url = market.url.clone();
    let run = move || {
        Command::new("bash")
            .args(["-euo", "pipefail", "-c", &walk])
            .env("MARKET", url)
            .output()
            .unwrap()
    };
    let said = tokio::task::spawn_blocking(run).await.unwrap();
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    // One JSON value after the other: seven answers, the history, and the refusal.
    let values: Vec<Value> = serde_json::Deserializer::from_slice(&said.stdout)
        .into_iter()
        .map(|value| value.unwrap())
        .collect();
    assert_eq!(values.len(), 9);
    assert_eq!(values[1]["customer_price"], 12.35);
    assert_eq!(values[6]["status"], "delivered");
    assert_eq!(values[7].as_array().unwrap().len(), 8);
    assert_eq!(values[8]["status"], 409);
}
