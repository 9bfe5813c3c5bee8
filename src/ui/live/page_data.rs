//! The data that a page is rendered from. It is sent with the page, so that the browser continues where the server
//! ended.

use crate::{
    api::form::Flash,
    domain::{
        Duty, Error, Event, Names, OrdersPage, Snapshot, StageTimes, Viewer, Wanting, Zone,
        shop::kitchen_shop::KitchenShop,
    },
    ui::i18n::locale::Locale,
};
use leptos::prelude::use_context;
use serde::{Deserialize, Serialize};

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct PageData {
    /// The address that the page was rendered for. The address bar may have changed before the page is hydrated.
    pub address: String,
    /// `None` while the store is unavailable.
    pub snapshot: Option<Snapshot>,
    /// The events of the order in the path.
    pub story: Option<Result<Vec<Event>, Error>>,
    /// What a search found beyond the board, where the page begins with that.
    pub past: Option<Result<OrdersPage, Error>>,
    /// How long the stages take, for the page that shows it.
    pub pace: Option<StageTimes>,
    /// Who is on duty, for the page that shows it.
    pub duty: Option<Duty>,
    /// The pizzeria of the kitchen that the page shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<KitchenShop>,
    /// What wants somebody now on the panels that the page does not show.
    pub wanting: Wanting,
    /// The kitchens and drivers of the market, where one can be chosen.
    pub names: Names,
    /// The refusal of a plain form, which the server answers with its page.
    pub flash: Option<Flash>,
    /// The reader's time zone, if the browser has stored it before.
    pub zone: Option<Zone>,
    pub locale: Locale,
    /// The key of the order in the path, where the reader may share it. The open mode has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_key: Option<String>,
    /// Who looks at the page. The open mode says nothing of it.
    #[serde(default, skip_serializing_if = "Viewer::is_open")]
    pub viewer: Viewer,
}

impl PageData {
    /// The data that the server provides for this request.
    pub fn of_request() -> PageData {
        use_context().unwrap_or_else(|| PageData {
            address: "/".to_owned(),
            ..PageData::default()
        })
    }
}
