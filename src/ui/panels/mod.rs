//! One file for each panel: what it shows of the market, and what it lets one do.
//!
//! In a release the browser's program comes in parts (feature `split`): what all panels share, and one part for
//! each. A first visit fetches the part of its panel; the others follow when there is time.

mod customer;
mod dispatch;
mod home;
mod orders;
mod supplier;
mod track;

pub use supplier::Bell;

use super::place::Panel;
use leptos::prelude::*;

/// Those that come in parts.
const PARTS: [Panel; 5] = [
    Panel::Supplier,
    Panel::Customer,
    Panel::Track,
    Panel::Dispatch,
    Panel::Orders,
];

/// A panel whose part is here. Rendered on a server, it has the page name the files of its part, so that a browser
/// fetches them with the rest and not after it.
#[cfg(not(feature = "split"))]
pub fn show(panel: Panel) -> AnyView {
    let show: fn() -> AnyView = match panel {
        Panel::Home => return home::home(),
        Panel::Nowhere => return home::nowhere(),
        Panel::Supplier => supplier::supplier,
        Panel::Customer => customer::customer,
        Panel::Track => track::track,
        Panel::Dispatch => dispatch::dispatch,
        Panel::Orders => orders::orders,
    };
    leptos::prefetch_lazy_fn_on_server(panel.name());
    show()
}

/// Fetches the part of a panel; whether it is here now.
#[cfg(not(feature = "split"))]
pub async fn fetch(_: Panel) -> bool {
    true
}

/// Fetches all that is not here yet, so that nobody waits for it later, and a lost connection loses no panel.
pub async fn fetch_all() {
    for panel in PARTS {
        fetch(panel).await;
    }
}

#[cfg(feature = "split")]
pub use split::{fetch, show};

/// The seams. What the macro makes of them is the only unsafe code here: calls from one part into another.
#[cfg(feature = "split")]
#[allow(unsafe_code)]
mod split {
    use super::*;
    use futures::FutureExt;
    use leptos::wasm_split::{SplitLoaderError, wasm_split};

    type Part = Result<AnyView, SplitLoaderError>;

    pub fn show(panel: Panel) -> AnyView {
        // Its part has been fetched, so none of them waits.
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
