//! What an order would cost, and when it would be there: a quote, which is stored nowhere, and the slots that can be had.

use super::{
    ShopService,
    catalog::{KnownShop, zone},
    pricing::Basis,
    refusal::{OfferedSlot, Quote, ShopRefusal},
    windows::{Room, Windows},
};
use crate::{
    domain::{
        Field, FieldError, Fields, Name, Text, Time, ValueKind,
        shop::{
            LocalDate,
            area::{Destination, Postcode},
            basket::Point,
            profile_input::read_point,
            request::LineRequest,
        },
    },
    server::{clock::now, services::command_log},
};

/// What somebody would like to order.
#[derive(Clone, Debug, PartialEq)]
pub struct QuoteRequest {
    pub lines: Vec<LineRequest>,
    pub place: PlaceRequest,
    pub when: When,
}

/// Where it goes to, as far as that is said. A quote needs a postcode or a point.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlaceRequest {
    pub street: Option<Name>,
    pub postcode: Option<Text<12, false>>,
    pub town: Option<Text<60, false>>,
    pub point: Option<Point>,
}

/// For when it is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The bill alone is asked for.
    Unsaid,
    Asap,
    /// The slot that begins then.
    Slot(Time),
}

impl QuoteRequest {
    /// The parameters `lines`, `place` and `when`.
    pub fn read(fields: &mut Fields) -> Option<QuoteRequest> {
        let lines = LineRequest::read_all(fields);
        let place = PlaceRequest::read(fields);
        let when = fields.optional("when").unwrap_or(When::Unsaid);
        Some(QuoteRequest {
            lines,
            place: place?,
            when,
        })
    }
}

impl PlaceRequest {
    fn read(fields: &mut Fields) -> Option<PlaceRequest> {
        let before = fields.invalid_count();
        let place = fields.object("place", |fields| {
            let before = fields.invalid_count();
            let place = PlaceRequest {
                street: fields.unless_blank("street"),
                postcode: fields.unless_blank("postcode"),
                town: fields.unless_blank("town"),
                point: fields.object("point", read_point),
            };
            let is_said = place.postcode.is_some() || place.point.is_some();
            if !is_said && fields.invalid_count() == before {
                fields.reject("postcode", FieldError::Missing);
            }
            Some(place)
        });
        if place.is_none() && fields.invalid_count() == before {
            fields.reject("place", FieldError::Missing);
        }
        place
    }

    /// What decides in which area it is.
    pub fn destination(&self) -> Destination {
        let postcode = self.postcode.as_ref();
        Destination {
            postcode: postcode.and_then(|postcode| Postcode::of(postcode)),
            point: self.point,
        }
    }
}

impl Field for When {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<When, FieldError> {
        match text {
            "asap" => Ok(When::Asap),
            text => Time::parse(text).map(When::Slot),
        }
    }
}

impl ShopService {
    /// The price of an order, and what is promised. It is no promise that the slot still has room later.
    pub async fn quote(
        &self,
        shop: &KnownShop,
        request: &QuoteRequest,
    ) -> Result<Quote, ShopRefusal> {
        let menu = self.menu(shop).await?;
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
