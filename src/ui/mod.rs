//! What people see: panels, the parts they are made of, and the live view that they read.
//!
//! The same functions render on the server, as pages of plain links and forms, and in the browser, where they
//! become live. They know the domain and the server functions, and nothing of the server.
//!
//! Every type of view costs the browser's program a few kilobytes. So parts are functions and not generic
//! components, and what changes in a view returns `AnyView`, `Option<AnyView>`, or a `Signal` of text.

mod app;
mod browser;
mod components;
mod i18n;
mod keys;
mod live;
mod my_orders;
mod notifications;
mod panels;
mod place;
mod settings;
mod share;

pub use app::{App, PageData};
pub use i18n::locale::{Language, Locale, t};
pub use i18n::messages::title;
pub use keys::help;
#[cfg(feature = "hydrate")]
pub use place::fetch_panel_of_page;
pub use place::{Kitchen, Route};
pub use settings::{Settings, Theme, kitchen_cookie, settings};
