//! What forms and the server functions behind them agree on: the ids of forms, the names of shared fields, the answers
//! for several orders, and the refusal that a plain form brings back to its page.

use crate::domain::{Error, Order, OrderId};
use serde::{Deserialize, Serialize};

/// How the paths of all server functions begin. Each has it as `prefix` once more, since the macro takes a literal.
pub const ACT: &str = "/act/";

/// The answer for each of several orders.
pub type Answers = Vec<(OrderId, Result<Order, Error>)>;

/// The field of each selected order in a form about several. Its value is `id.version`.
pub const SELECTED_ORDER: &str = "order[]";

/// A refusal that brings a plain form back to its page, with what was typed.
#[derive(Clone, Serialize, Deserialize)]
pub struct Flash {
    /// The form's id on the page.
    pub form: String,
    pub error: Error,
    /// The refusal of each order that the form was about.
    pub refused: Vec<(OrderId, Error)>,
    /// The values of the fields, by name.
    pub typed: Vec<(String, String)>,
}

/// The form that gives several orders to one driver.
pub const SEVERAL: &str = "dispatch-several";
/// The form of the counter on a kitchen's page, and its place there.
pub const COUNTER: &str = "counter";
/// The form that takes an offer. Who orders, and where to, is the same for every offer.
const TAKE: &str = "take";

/// The id of the form for an action, of an order if each order has such a form.
pub fn form_id(action: &str, order: Option<OrderId>) -> String {
    match order {
        Some(order) if ![SEVERAL, TAKE].contains(&action) => format!("{action}-{order}"),
        _ => action.to_owned(),
    }
}

/// The id of a field, from its form's and its name.
pub fn field_id(form: &str, name: &str) -> String {
    format!("{form}-{name}")
}
