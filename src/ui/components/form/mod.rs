//! Forms that send a command. Each is a plain HTML form that works by itself; a hydrated page sends it from here, shows
//! the answer in place, and cannot send it twice at once.
//!
//! A refusal is shown beside what was refused: an invalid field's under the field, all others with the order.

mod action_form;
mod countdown;
mod field;
mod page_forms;
mod press;
mod refusals;
mod send;
mod shown_refusals;
mod state;
mod typed;

pub use action_form::ActionForm;
pub use countdown::Countdown;
pub use field::FieldState;
pub use page_forms::Forms;
pub use shown_refusals::{refused, refused_elsewhere};
pub use state::Form;
