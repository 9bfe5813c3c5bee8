//! A pizzeria as one request for its pages finds it, with the cart that the request brings.

use super::{cart_cookie, layout::path_of, near::Near, times::Clocks};
use crate::{
    domain::{
        Cents, Cursor, Field, InvalidField, Time,
        shop::{
            area::Destination,
            basket::Line,
            cart::{Cart, CartEntry, CartLine},
            code::Code,
            counter::MenuPart,
            menu::Menu,
            now::Now,
            price::PricedLine,
            profile::Profile,
            request::LineRequest,
            slug::Slug,
        },
    },
    server::{
        clock::now,
        services::shops::{
            catalog::{KnownShop, ShopRef, zone},
            refusal::ShopRefusal,
        },
        web::{pages::account::Visit, rest::extract::is_known, state::AppState},
    },
};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use leptos::prelude::*;
use std::sync::Arc;

pub struct ShopView {
    pub shop: KnownShop,
    pub menu: Arc<Menu>,
    pub now: Now,
    pub clocks: Clocks,
    pub near: Option<Near>,
    pub cart: Cart,
    /// What happens after it is not on the page.
    cursor: Option<Cursor>,
}

/// Why there is another answer than the page.
pub enum Elsewhere {
    /// It has another slug now.
    Moved(Slug),
    Refused(ShopRefusal),
}

impl From<ShopRefusal> for Elsewhere {
    fn from(refusal: ShopRefusal) -> Elsewhere {
        Elsewhere::Refused(refusal)
    }
}

/// One entry of a cart, as it can be bought now.
pub enum CartRow {
    Buyable {
        request: LineRequest,
        priced: PricedLine,
    },
    /// It has a price, and something of it cannot be had now.
    SoldOut(PricedLine),
    /// It can be read, and be bought no more as it is.
    Changed(CartLine),
    Unreadable,
}

/// Where a customer is, as a pizzeria's areas ask.
pub fn destination(app: &AppState, near: Option<&Near>) -> Option<Destination> {
    near.map(|near| app.shops.located(near.destination()))
}

impl ShopView {
    pub async fn open(visit: &Visit, slug: &str) -> Result<ShopView, Elsewhere> {
        let named = ShopRef::parse(slug).map_err(|_| ShopRefusal::UnknownRestaurant)?;
        let cursor = visit.app.shops.cursor();
        let shop = visit.app.shops.find(&named).await?;
        if *shop.profile.slug != *slug {
            return Err(Elsewhere::Moved(shop.profile.slug.clone()));
        }
        let near = cart_cookie::near(&visit.app.config, &visit.headers);
        let cart = cart_cookie::cart(&visit.headers);
        let view = ShopView::of(&visit.app, shop, near, cart).await?;
        Ok(ShopView { cursor, ..view })
    }

    async fn of(
        app: &AppState,
        shop: KnownShop,
        near: Option<Near>,
        cart: Cart,
    ) -> Result<ShopView, ShopRefusal> {
        let menu = app.shops.menu(&shop).await?;
        let at = now();
        Ok(ShopView {
            now: app
                .shops
                .now(&shop, destination(app, near.as_ref()).as_ref())?,
            clocks: Clocks {
                zone: zone(&shop.profile)?,
                at,
            },
            menu,
            shop,
            near,
            cart,
            cursor: None,
        })
    }

    /// The same for another place.
    pub async fn near(self, app: &AppState, near: Near) -> Result<ShopView, ShopRefusal> {
        let cursor = self.cursor;
        let view = ShopView::of(app, self.shop, Some(near), self.cart).await?;
        Ok(ShopView { cursor, ..view })
    }

    /// What a script needs to follow the counter: the pizzeria, where it begins, and what is sold out till then. Without
    /// a cursor the page stays.
    pub fn followed(&self) -> Option<AnyView> {
        let (id, since) = (
            self.profile().id.to_string(),
            self.cursor.as_ref()?.to_string(),
        );
        let sold_out = self.shop.counter.sold_out_at(self.at());
        let sold_out: Vec<_> = sold_out.map(|one| one.what.to_string()).collect();
        let sold_out = sold_out.join(" ");
        let revision = self.revision();
        Some(view! { <div hidden=true data-restaurant=id data-since=since data-soldout=sold_out data-revision=revision></div> }.into_any())
    }

    /// The tag of the menu, by which a script asks whether it has changed.
    fn revision(&self) -> String {
        format!("\"{}\"", self.shop.counter.menu_revision)
    }

    /// The answer to a script that shows this menu already.
    pub fn unchanged(&self, visit: &Visit) -> Option<Response> {
        is_known(&visit.headers, &self.revision()).then(|| StatusCode::NOT_MODIFIED.into_response())
    }

    pub fn profile(&self) -> &Profile {
        &self.shop.profile
    }

    pub fn at(&self) -> Time {
        self.clocks.at
    }

    pub fn path(&self) -> String {
        path_of(&self.profile().slug)
    }

    pub fn item_path(&self, item: &Code) -> String {
        format!("{}/items/{item}", self.path())
    }

    pub fn is_sold_out(&self, item_or_group: &Code, option: Option<&Code>) -> bool {
        let what = MenuPart::new(item_or_group, option);
        self.shop.counter.is_sold_out(&what, self.at())
    }

    /// Each entry of the cart.
    pub fn rows(&self) -> Vec<CartRow> {
        let priced = self.cart.price(&self.menu);
        let entries = self.cart.entries.iter().zip(priced);
        let row = |(entry, priced)| self.row(entry, priced);
        entries.map(row).collect()
    }

    fn row(&self, entry: &CartEntry, priced: Result<PricedLine, Vec<InvalidField>>) -> CartRow {
        let CartEntry::Line(line) = entry else {
            return CartRow::Unreadable;
        };
        match (priced, line.request(&self.menu)) {
            (Ok(priced), Ok(request)) => {
                let sold_out = request.sold_out(|of, option| self.is_sold_out(of, option));
                match sold_out.is_empty() {
                    true => CartRow::Buyable { request, priced },
                    false => CartRow::SoldOut(priced),
                }
            }
            _ => CartRow::Changed(line.clone()),
        }
    }
}

impl CartRow {
    /// The line as it can be bought.
    pub fn bought(&self) -> Option<&Line> {
        match self {
            CartRow::Buyable { priced, .. } => Some(&priced.line),
            _ => None,
        }
    }
}

/// What the lines that can be bought come to, without and with their deposits.
pub struct Goods {
    pub goods: Cents,
    pub deposit: Cents,
    pub pieces: u32,
}

impl Goods {
    pub fn of(rows: &[CartRow]) -> Goods {
        let lines = || rows.iter().filter_map(CartRow::bought);
        let sum = |amount: fn(&Line) -> Cents| {
            let cents = lines().map(|line| u64::from(amount(line).get()));
            Cents::new(u32::try_from(cents.sum::<u64>()).unwrap_or(u32::MAX))
        };
        Goods {
            goods: sum(|line| line.total),
            deposit: sum(|line| line.deposit),
            pieces: lines().map(|line| line.quantity).sum(),
        }
    }

    /// What is to be paid for them.
    pub fn together(&self) -> Cents {
        Cents::new(self.goods.get().saturating_add(self.deposit.get()))
    }

    /// What they lack to the minimum where the customer is.
    pub fn missing(&self, now: &Now) -> Option<Cents> {
        let minimum = now.area.as_ref()?.minimum;
        (self.goods < minimum).then(|| minimum - self.goods)
    }
}
