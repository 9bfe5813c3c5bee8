//! What people see: panels, the parts they are made of, and the live view that they read.
//!
//! The same components render on the server, as pages of plain links and forms, and in the browser, where
//! they become live. They know the domain and the server functions, and nothing of the server.

mod app;
mod live;
mod market;
mod panels;
mod parts;
mod words;

pub use app::{App, Opening, shell};
pub use parts::form::{Flash, form_id};
