//! What an order would cost, and when it would be there: a quote, which is stored nowhere, and the slots that can be had.

pub use super::quote_request::{PlaceRequest, QuoteRequest, When};

use super::{
    ShopService,
    catalog::{KnownShop, zone},
    pricing::Basis,
    refusal::{OfferedSlot, Quote, ShopRefusal},
    windows::{Room, Windows},
};
use crate::{
    domain::shop::{LocalDate, area::Destination},
    server::{clock::now, services::command_log},
};

impl ShopService {
    /// The price of an order, and what is promised. It is no promise that the slot still has room later.
    pub async fn quote(
        &self,
        shop: &KnownShop,
        request: &QuoteRequest,
    ) -> Result<Quote, ShopRefusal> {
        let menu = self.menu(shop).await?;
        // What was ordered here a moment ago has taken its place.
        self.orders.catch_up().await;
        let to = self.located(request.place.destination());
        let basis = Basis {
            shop,
            menu: &menu,
            zone: &zone(&shop.profile)?,
            currency: self.currency,
            to: &to,
            room: &self.room(shop),
            now: now(),
        };
        let sale = basis.sale(&request.lines, request.when);
        command_log::quoted(sale.as_ref().err().map(ShopRefusal::name));
        Ok(sale?.quote)
    }

    /// The slots that begin on a local date, today unless one is given, and have room for so many pieces.
    pub async fn slots(
        &self,
        shop: &KnownShop,
        date: Option<LocalDate>,
        pieces: u32,
        to: &Destination,
    ) -> Result<Vec<OfferedSlot>, ShopRefusal> {
        let to = self.located(to.clone());
        let area = shop.profile.deliver_to(&to);
        let area = area.map_err(|_| ShopRefusal::NotDeliveredThere)?;
        if !shop.profile.listed {
            return Ok(Vec::new());
        }
        self.orders.catch_up().await;
        let windows = Windows {
            shop,
            zone: &zone(&shop.profile)?,
            area,
            room: &self.room(shop),
            pieces,
            now: now(),
        };
        Ok(windows.of_date(date))
    }

    /// The room of a kitchen's slots, as far as this instance knows.
    pub(super) fn room(&self, shop: &KnownShop) -> Room {
        Room::new(
            self.taken(shop.profile.id),
            shop.profile.orders.slot_orders.get(),
        )
    }
}
