//! The panels: one file or folder for each.
//!
//! In a release the browser's program comes in parts (feature `split`): what the pages of the app share, one for each
//! panel, and one for the price of an item, which a menu needs alone. A first visit fetches the part of its panel; the
//! others follow later.

mod customer;
mod dispatch;
mod home;
mod orders;
pub mod shop;
mod supplier;
mod track;

pub use supplier::Bell;

use super::route::{Panel, ROUTES};
use leptos::prelude::*;

/// Renders a panel whose part is fetched. On a server, the page then also names the files of its part, so that a browser
/// fetches them together with the rest.
#[cfg(not(feature = "split"))]
pub fn show(panel: Panel) -> AnyView {
    let show: fn() -> AnyView = match panel {
        Panel::Home => home::home,
        Panel::Nowhere => home::nowhere,
        Panel::Supplier => supplier::supplier,
        Panel::Customer => customer::customer,
        Panel::Track => track::track,
        Panel::Dispatch => dispatch::dispatch,
        Panel::Orders => orders::orders,
    };
    leptos::prefetch_lazy_fn_on_server(match panel {
        Panel::Nowhere => Panel::Home.name(),
        _ => panel.name(),
    });
    show()
}

/// Fetches the part of a panel, and returns whether that succeeded.
#[cfg(not(feature = "split"))]
pub async fn fetch(_: Panel) -> bool {
    true
}

/// What an item of a menu costs: see [`shop::price`]. Its part is fetched when it is called first.
#[cfg(all(feature = "hydrate", not(feature = "split")))]
pub async fn price_item(data: String, form: String, sold_out: String) -> String {
    shop::price(&data, &form, &sold_out)
}

/// Fetches the missing parts, so that every panel opens at once, also without a connection.
pub async fn fetch_all() {
    for row in &ROUTES {
        fetch(row.panel).await;
    }
}

#[cfg(all(feature = "hydrate", feature = "split"))]
pub use split::price_item;
#[cfg(feature = "split")]
pub use split::{fetch, show};

/// The boundaries of the parts. The calls from one part into another that the macro generates are the only unsafe code
/// here.
#[cfg(feature = "split")]
#[allow(unsafe_code)]
mod split {
    use super::*;
    use futures::FutureExt;
    use leptos::wasm_split::{SplitLoaderError, wasm_split};

    type Part = Result<AnyView, SplitLoaderError>;

    pub fn show(panel: Panel) -> AnyView {
        // The part has been fetched, so the future is ready.
        let part = match panel {
            Panel::Home => return home::home(),
            Panel::Nowhere => return home::nowhere(),
            Panel::Supplier => supplier().now_or_never(),
            Panel::Customer => customer().now_or_never(),
            Panel::Track => track().now_or_never(),
            Panel::Dispatch => dispatch().now_or_never(),
            Panel::Orders => orders().now_or_never(),
        };
        part.and_then(Result::ok).into_any()
    }

    pub async fn fetch(panel: Panel) -> bool {
        let fetched = match panel {
            Panel::Home | Panel::Nowhere => return true,
            Panel::Supplier => fetch_supplier().await,
            Panel::Customer => fetch_customer().await,
            Panel::Track => fetch_track().await,
            Panel::Dispatch => fetch_dispatch().await,
            Panel::Orders => fetch_orders().await,
        };
        fetched.is_ok()
    }

    pub async fn price_item(data: String, form: String, sold_out: String) -> String {
        shop(data, form, sold_out).await.unwrap_or_default()
    }

    #[wasm_split(shop, wasm_split_path = ::leptos::wasm_split, fallible)]
    fn shop(data: String, form: String, sold_out: String) -> Result<String, SplitLoaderError> {
        Ok(super::shop::price(&data, &form, &sold_out))
    }

    macro_rules! part {
        ($name:ident, $fetch:ident) => {
            #[wasm_split($name, wasm_split_path = ::leptos::wasm_split, preload($fetch), fallible)]
            fn $name() -> Part {
                Ok(super::$name::$name())
            }
        };
    }
    part!(supplier, fetch_supplier);
    part!(customer, fetch_customer);
    part!(track, fetch_track);
    part!(dispatch, fetch_dispatch);
    part!(orders, fetch_orders);
}
