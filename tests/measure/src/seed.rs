//! Orders for a measurement, made through the HTTP API.

use crate::http::Client;
use anyhow::{Context, Result};
use futures::future::try_join_all;
use std::{
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
};

/// Connections that make orders at the same time.
const CONNECTIONS: usize = 64;
/// The calls that take an order from its offer to its end: the last part of the path, and the body.
pub const STEPS: [(&str, &str); 7] = [
    ("supplier-respond", r#"{"accept":true,"estimated_time":25}"#),
    (
        "customer-accept",
        r#"{"customer_name":"Ana","delivery_address":"Kurze Gasse 1"}"#,
    ),
    ("status", r#"{"status":"preparing"}"#),
    ("status", r#"{"status":"ready"}"#),
    ("dispatch", r#"{"driver_name":"Jonas"}"#),
    ("status", r#"{"status":"in_transit"}"#),
    ("status", r#"{"status":"delivered"}"#),
];

/// Offers a pizza of a kitchen, and returns the order's id.
pub async fn offer(client: &mut Client, kitchen: usize) -> Result<String> {
    let body = format!(
        r#"{{"supplier_name":"Kitchen {kitchen}","pizza_name":"Margherita","supplier_price":9.5,"markup_percentage":30}}"#
    );
    let answer = client.post("/api/orders", body).await?;
    let order: serde_json::Value = serde_json::from_slice(&answer.body)?;
    Ok(order["id"]
        .as_str()
        .context("an order without an id")?
        .to_owned())
}

pub async fn step(client: &mut Client, id: &str, step: usize) -> Result<()> {
    let (call, body) = STEPS[step];
    client
        .post(&format!("/api/orders/{id}/{call}"), body.to_owned())
        .await?;
    Ok(())
}

/// Makes `count` open orders of some kitchens in turn, and returns their ids. Each is taken as many steps on as `steps`
/// says for its number.
pub async fn orders(
    address: SocketAddr,
    count: usize,
    kitchens: usize,
    steps: impl Fn(usize) -> usize,
) -> Result<Vec<String>> {
    let next = AtomicUsize::new(0);
    let connection = async || {
        let mut client = Client::connect(address).await?;
        let mut made = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return anyhow::Ok(made);
            }
            let id = offer(&mut client, number % kitchens).await?;
            for done in 0..steps(number) {
                step(&mut client, &id, done).await?;
            }
            made.push((number, id));
        }
    };
    let mut made = try_join_all((0..CONNECTIONS).map(|_| connection()))
        .await?
        .concat();
    made.sort_unstable();
    Ok(made.into_iter().map(|(_, id)| id).collect())
}
