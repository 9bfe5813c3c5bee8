//! What people see: panels, the parts they are made of, and the live view that they read.
//!
//! The same functions render on the server, as pages of plain links and forms, and in the browser, where they
//! become live. They know the domain and the server functions, and nothing of the server.
//!
//! Every type of view costs the browser's program a few kilobytes. So parts are functions and not generic
//! components, and what changes in a view returns `AnyView`, `Option<AnyView>`, or a `Signal` of text.

mod app;
mod ask;
mod device;
mod keys;
mod live;
mod locale;
mod market;
mod mine;
mod news;
mod panels;
mod parts;
mod place;
mod reactive;
mod settings;
mod share;
mod words;

pub use app::{App, Opening};
pub use keys::help;
pub use locale::{Language, Locale, t};
pub use parts::form::{Flash, form_id};
#[cfg(feature = "hydrate")]
pub use place::fetch_here;
pub use place::{Kitchen, Place};
pub use settings::{Settings, Theme, kitchen_cookie, settings};
pub use words::title;
