//! The commands that only orders from a menu have.

#[cfg(feature = "ssr")]
use crate::domain::{Command, Role};
use crate::domain::{Error, Order, OrderId};
use leptos::prelude::*;

/// A kitchen says how many pieces of a line are done: `tick` is `line.done`. That is a target, so it is about any version
/// of the order.
#[server(prefix = "/act", endpoint = "check")]
pub async fn check(
    id: OrderId,
    #[server(default)] tick: String,
    #[server(default)] key: String,
) -> Result<Order, Error> {
    let (line, done) = tick.split_once('.').unwrap_or((&tick, ""));
    let (names, values) = (["line", "done"], [line.to_owned(), done.to_owned()]);
    crate::server::web::pages::forms::submission(Role::Supplier, "check", names, values)
        .keyed(key)
        .act(id, None, Command::read_check)
        .await
}

/// A kitchen is late by so many minutes.
#[server(prefix = "/act", endpoint = "delay")]
pub async fn delay(
    id: OrderId,
    version: u32,
    #[server(default)] minutes: String,
    #[server(default)] key: String,
) -> Result<Order, Error> {
    crate::server::web::pages::forms::submission(Role::Supplier, "delay", ["minutes"], [minutes])
        .keyed(key)
        .act(id, version, Command::read_delay)
        .await
}
