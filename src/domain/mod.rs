//! The vocabulary of the market and all of its rules, pure: no I/O, no clock, no randomness.
//!
//! The same code runs in the server and in the browser. It knows nothing of HTTP, Redis or Leptos, and
//! takes time, ids and text as arguments.

mod bell;
mod board;
mod error;
mod event;
mod fields;
mod lifecycle;
mod money;
mod order;
mod ring;
#[cfg(test)]
mod schedules;
mod text;
mod time;

pub use bell::{Chime, Heard, hangs, rings, stroke};
pub use board::{Board, Counts, Folded, Found, Row, Snapshot};
pub use error::{Error, Fault, Refusal, What};
pub use event::{Cursor, Epoch, Event, Frame, Signal};
pub use fields::{Field, Fields, Kind, Value};
pub(crate) use lifecycle::named;
pub use lifecycle::{EventType, Role, Status, Verb};
pub use money::{Cents, Markup, Price, customer_price, with_point};
pub use order::{Command, Expected, Offer, Order, OrderId};
pub use ring::{Reach, Ring};
pub use text::{Address, Minutes, Name, Notes, Whole};
pub use time::Time;
