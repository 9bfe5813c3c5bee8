//! The user interface: panels, their components, and the live store that they read.
//!
//! The same functions render on the server, as pages of plain links and forms, and in the browser, where they
//! are hydrated. They know the domain and the server functions, and nothing of the server.
//!
//! Every type of view adds a few kilobytes to the browser's program. So components are functions that are not generic,
//! and the dynamic parts of a view return `AnyView`, `Option<AnyView>`, or a `Signal` of text.

mod app;
mod attention;
mod browser;
mod components;
mod hydration;
pub mod i18n;
mod keys;
mod live;
mod my_orders;
mod navigation;
mod notifications;
mod panels;
mod route;
mod settings;
mod share;
mod title;
mod viewer;

pub use app::App;
pub use attention::wanting;
pub use browser::cookies;
pub use components::{
    basics::{
        Detail, Icon, PIZZA_RECIPE, empty, icon, listed_pizza, name, pizza, refusal, textarea_text,
    },
    bill::{BILL_ROWS, bill_amounts, menu_bill},
    header::{ACCOUNT, PANELS, account_button, brand, still_links},
};
#[cfg(feature = "ssr")]
pub use hydration::root;
#[cfg(feature = "hydrate")]
pub use hydration::{start_page, stop};
pub use i18n::locale::{Language, Locale, t};
pub use keys::help;
pub use live::{
    page_board::{FIRST_ROWS, first_query},
    page_data::PageData,
};
#[cfg(feature = "hydrate")]
pub use panels::price_item;
pub use panels::shop;
pub use route::{Kitchen, OrdersQuery, Panel, Route, paths};
pub use settings::{Density, LOOK, Settings, Theme, kitchen_cookie, open_settings, settings};
pub use title::title;
pub use viewer::{has_panel, has_team, own_panel, own_panels};
