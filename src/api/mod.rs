//! The server functions: one for each command and query of the panels.
//!
//! Their addresses are under `/act`, so that all of `/api` is for integrators. They take the fields of plain HTML forms
//! as text, and leave their meaning to the parsers of the domain. Each belongs to the panel of one role, and its address
//! alone says which. None holds a rule of its own.

mod counter;
pub mod form;
mod menu_orders;
mod queries;

pub use counter::*;
pub use menu_orders::*;
pub use queries::*;

#[cfg(feature = "ssr")]
use crate::domain::{Command, Role, is_blank};
use crate::domain::{Error, FieldError, Order, OrderId};
use form::Answers;
use leptos::prelude::*;
use leptos::server_fn::{codec::JsonEncoding, error::ServerFnErrorErr};

/// A supplier offers a pizza, and with `accept` promises it at once.
#[server(name = OfferPizza, prefix = "/act", endpoint = "offer")]
pub async fn offer(
    #[server(default)] supplier_name: String,
    #[server(default)] pizza_name: String,
    #[server(default)] supplier_price: String,
    #[server(default)] markup_percentage: String,
    #[server(default)] accept: String,
    #[server(default)] estimated_time: String,
    #[server(default)] key: String,
) -> Result<Order, Error> {
    let names = [
        "supplier_name",
        "pizza_name",
        "supplier_price",
        "markup_percentage",
        "accept",
        "estimated_time",
    ];
    // The minutes are those of an acceptance.
    let estimated_time = if is_blank(&accept) {
        String::new()
    } else {
        estimated_time
    };
    let [supplier_price, markup_percentage] =
        [supplier_price, markup_percentage].map(|number| crate::domain::with_point(&number));
    crate::server::web::pages::forms::submission(
        Role::Supplier,
        "offer",
        names,
        [
            supplier_name,
            pizza_name,
            supplier_price,
            markup_percentage,
            accept,
            estimated_time,
        ],
    )
    .keyed(key)
    .offer()
    .await
}

/// A supplier accepts an order.
#[server(prefix = "/act", endpoint = "respond")]
pub async fn respond(
    id: OrderId,
    version: u32,
    #[server(default)] accept: String,
    #[server(default)] notes: String,
    #[server(default)] estimated_time: String,
    #[server(default)] key: String,
) -> Result<Order, Error> {
    crate::server::web::pages::forms::submission(
        Role::Supplier,
        "respond",
        ["accept", "notes", "estimated_time"],
        [accept, notes, estimated_time],
    )
    .keyed(key)
    .act(id, version, Command::read_answer)
    .await
}

/// A supplier rejects an order. The picked reason comes before the typed notes; of what was ordered from a menu, it is a
/// code.
#[server(prefix = "/act", endpoint = "reject")]
pub async fn reject(
    id: OrderId,
    version: u32,
    #[server(default)] notes: String,
    #[server(default)] reason: String,
    #[server(default)] code: String,
    #[server(default)] key: String,
) -> Result<Order, Error> {
    let notes = joined([reason, notes]);
    crate::server::web::pages::forms::submission(
        Role::Supplier,
        "reject",
        ["notes", "reason"],
        [notes, code],
    )
    .keyed(key)
    .act(id, version, Command::read_rejection)
    .await
}

/// A customer takes an offer, and is redirected to the page that tracks it.
#[server(prefix = "/act", endpoint = "take")]
pub async fn take(
    id: OrderId,
    version: u32,
    #[server(default)] customer_name: String,
    #[server(default)] delivery_address: String,
    #[server(default)] key: String,
) -> Result<Order, Error> {
    let (names, values) = (
        ["customer_name", "delivery_address"],
        [customer_name, delivery_address],
    );
    crate::server::web::pages::forms::submission(Role::Customer, "take", names, values)
        .keyed(key)
        .leading_to(format!("/customer/{id}"))
        .act(id, version, Command::read_take)
        .await
}

/// A kitchen starts an order.
#[server(prefix = "/act", endpoint = "prepare")]
pub async fn prepare(
    id: OrderId,
    version: u32,
    #[server(default)] key: String,
) -> Result<Order, Error> {
    crate::server::web::pages::forms::submission(Role::Supplier, "prepare", [], [])
        .keyed(key)
        .act(id, version, |_| Ok(Command::Prepare))
        .await
}

/// A kitchen marks an order as ready for a driver.
#[server(prefix = "/act", endpoint = "mark-ready")]
pub async fn mark_ready(
    id: OrderId,
    version: u32,
    #[server(default)] key: String,
) -> Result<Order, Error> {
    crate::server::web::pages::forms::submission(Role::Supplier, "mark-ready", [], [])
        .keyed(key)
        .act(id, version, |_| Ok(Command::MarkReady))
        .await
}

/// A driver is assigned: the picked one, or else a new one.
#[server(prefix = "/act", endpoint = "dispatch")]
pub async fn dispatch(
    id: OrderId,
    version: u32,
    #[server(default)] driver_name: String,
    #[server(default)] new_driver: String,
    #[server(default)] key: String,
) -> Result<Order, Error> {
    let (field, driver) = picked_or_new(driver_name, new_driver);
    crate::server::web::pages::forms::submission(
        Role::Dispatch,
        "dispatch",
        ["driver_name"],
        [driver],
    )
    .keyed(key)
    .asking("driver_name", field)
    .act(id, version, Command::read_dispatch)
    .await
}

/// A driver is assigned to several orders. Each `order` is `id.version`, with the version that the form shows.
#[server(prefix = "/act", endpoint = "dispatch-several")]
pub async fn dispatch_several(
    #[server(default)] order: Vec<String>,
    #[server(default)] driver_name: String,
    #[server(default)] new_driver: String,
    #[server(default)] key: String,
) -> Result<Answers, Error> {
    let (field, driver) = picked_or_new(driver_name, new_driver);
    let (names, values) = (["driver_name"], [driver]);
    crate::server::web::pages::forms::submission(Role::Dispatch, "dispatch-several", names, values)
        .keyed(key)
        .asking("driver_name", field)
        .dispatch_several(&order)
        .await
}

/// The driver, and the field of the form that names them. The choice of somebody new is a space.
#[cfg(feature = "ssr")]
fn picked_or_new(driver_name: String, new_driver: String) -> (&'static str, String) {
    match &*driver_name {
        "" => ("driver_name", new_driver),
        blank if is_blank(blank) => ("new_driver", new_driver),
        _ => ("driver_name", driver_name),
    }
}

/// Another driver gets an order that has one.
#[server(prefix = "/act", endpoint = "reassign")]
pub async fn reassign(
    id: OrderId,
    version: u32,
    #[server(default)] driver_name: String,
    #[server(default)] new_driver: String,
    #[server(default)] key: String,
) -> Result<Order, Error> {
    let (field, driver) = picked_or_new(driver_name, new_driver);
    let (names, values) = (["driver_name"], [driver]);
    crate::server::web::pages::forms::submission(Role::Dispatch, "reassign", names, values)
        .keyed(key)
        .asking("driver_name", field)
        .reassign(id, version)
        .await
}

/// Dispatch switches a driver on duty, or off: the field says which, its value is the driver.
#[server(prefix = "/act", endpoint = "switch-duty")]
pub async fn switch_duty(
    #[server(default)] on: String,
    #[server(default)] off: String,
    #[server(default)] key: String,
) -> Result<Answers, Error> {
    let (names, values) = (["on", "off"], [on, off]);
    crate::server::web::pages::forms::submission(Role::Dispatch, "switch-duty", names, values)
        .keyed(key)
        .switch_duty()
        .await
}

/// A kitchen takes its last step back.
#[server(prefix = "/act", endpoint = "supplier-recall")]
pub async fn supplier_recall(
    id: OrderId,
    version: u32,
    #[server(default)] key: String,
) -> Result<Order, Error> {
    crate::server::web::pages::forms::submission(Role::Supplier, "supplier-recall", [], [])
        .keyed(key)
        .act(id, version, Command::read_recall)
        .await
}

/// Dispatch takes its last step back.
#[server(prefix = "/act", endpoint = "dispatch-recall")]
pub async fn dispatch_recall(
    id: OrderId,
    version: u32,
    #[server(default)] key: String,
) -> Result<Order, Error> {
    crate::server::web::pages::forms::submission(Role::Dispatch, "dispatch-recall", [], [])
        .keyed(key)
        .act(id, version, Command::read_recall)
        .await
}

/// The driver sets off.
#[server(prefix = "/act", endpoint = "set-off")]
pub async fn set_off(
    id: OrderId,
    version: u32,
    #[server(default)] key: String,
) -> Result<Order, Error> {
    crate::server::web::pages::forms::submission(Role::Dispatch, "set-off", [], [])
        .keyed(key)
        .act(id, version, |_| Ok(Command::SetOff))
        .await
}

/// The driver delivers the order.
#[server(prefix = "/act", endpoint = "deliver")]
pub async fn deliver(
    id: OrderId,
    version: u32,
    #[server(default)] key: String,
) -> Result<Order, Error> {
    crate::server::web::pages::forms::submission(Role::Dispatch, "deliver", [], [])
        .keyed(key)
        .act(id, version, |_| Ok(Command::Deliver))
        .await
}

/// A driver sets off with several orders. Each `order` is `id.version`.
#[server(prefix = "/act", endpoint = "set-off-all")]
pub async fn set_off_all(
    #[server(default)] order: Vec<String>,
    #[server(default)] key: String,
) -> Result<Answers, Error> {
    crate::server::web::pages::forms::submission(Role::Dispatch, "set-off-all", [], [])
        .keyed(key)
        .step_several(&order, Command::SetOff)
        .await
}

/// A driver delivers several orders. Each `order` is `id.version`.
#[server(prefix = "/act", endpoint = "deliver-all")]
pub async fn deliver_all(
    #[server(default)] order: Vec<String>,
    #[server(default)] key: String,
) -> Result<Answers, Error> {
    crate::server::web::pages::forms::submission(Role::Dispatch, "deliver-all", [], [])
        .keyed(key)
        .step_several(&order, Command::Deliver)
        .await
}

/// A supplier cancels an order, with an optional reason.
#[server(prefix = "/act", endpoint = "supplier-cancel")]
pub async fn supplier_cancel(
    id: OrderId,
    version: u32,
    #[server(default)] notes: String,
    #[server(default)] reason: String,
    #[server(default)] code: String,
    #[server(default)] key: String,
) -> Result<Order, Error> {
    let notes = joined([reason, notes]);
    crate::server::web::pages::forms::submission(
        Role::Supplier,
        "supplier-cancel",
        ["notes", "reason"],
        [notes, code],
    )
    .keyed(key)
    .act(id, version, Command::read_cancellation)
    .await
}

/// A customer cancels an order.
#[server(prefix = "/act", endpoint = "customer-cancel")]
pub async fn customer_cancel(
    id: OrderId,
    version: u32,
    #[server(default)] key: String,
) -> Result<Order, Error> {
    crate::server::web::pages::forms::submission(Role::Customer, "customer-cancel", [], [])
        .keyed(key)
        .act(id, version, Command::read_cancellation)
        .await
}

/// Dispatch cancels an order that cannot be delivered.
#[server(prefix = "/act", endpoint = "dispatch-cancel")]
pub async fn dispatch_cancel(
    id: OrderId,
    version: u32,
    #[server(default)] key: String,
) -> Result<Order, Error> {
    crate::server::web::pages::forms::submission(Role::Dispatch, "dispatch-cancel", [], [])
        .keyed(key)
        .act(id, version, Command::read_cancellation)
        .await
}

/// The picked reason, then the typed notes.
#[cfg(feature = "ssr")]
fn joined(parts: [String; 2]) -> String {
    let parts = parts.map(|part| part.trim().to_owned());
    let parts = parts.into_iter().filter(|part| !is_blank(part));
    parts.collect::<Vec<_>>().join(". ")
}

impl FromServerFnError for Error {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Error {
        match error {
            ServerFnErrorErr::Request(_) => Error::NoAnswer,
            ServerFnErrorErr::Args(why) | ServerFnErrorErr::MissingArg(why) => {
                Error::invalid("form", FieldError::Malformed { why })
            }
            _ => Error::Internal,
        }
    }
}
