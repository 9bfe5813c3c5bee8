//! The pizzerias of a run: as they were when the evening began, what they do in it, and what each bill has to be.

use super::{
    checker::{ShopHistory, SoldOut},
    client::Client,
    plan::{Act, Deed, MenuShop, read_menu},
    player::StoryPlayer,
    tally::ShopObservations,
};
use crate::domain::{
    Currency,
    shop::{
        area::{Destination, Postcode},
        bill::bill,
        menu::{Item, Menu},
        price::price_lines,
        profile::Profile,
        request::LineRequest,
    },
};
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc, time::Instant};

/// A pizzeria when the evening began.
pub struct ShopStart {
    id: String,
    profile: Profile,
    menu: Menu,
    revision: u64,
}

/// The pizzerias by their slugs.
#[derive(Default)]
pub struct Shops(BTreeMap<String, ShopStart>);

impl Shops {
    /// # Errors
    /// What cannot be read.
    pub async fn read(client: &Client, plan: &[MenuShop]) -> Result<Shops, String> {
        let mut shops = Shops::default();
        for MenuShop { slug, .. } in plan {
            let path = format!("/api/restaurants/{slug}");
            let gone = || format!("there is no pizzeria {slug}");
            let profile = client.get(&path).await?.ok_or_else(gone)?;
            let menu = client.get(&format!("{path}/menu")).await?;
            let menu = menu.ok_or_else(gone)?;
            let start = ShopStart {
                id: profile["id"].as_str().unwrap_or_default().to_owned(),
                profile: of_json(&profile)?,
                menu: read_menu(&menu)?,
                revision: menu["revision"].as_u64().unwrap_or_default(),
            };
            shops.0.insert(slug.clone(), start);
        }
        Ok(shops)
    }

    /// What the checker has to know.
    pub fn history(&self, seen: ShopObservations) -> ShopHistory {
        let bills = seen.placed.iter().filter_map(|(slug, asked, order)| {
            let edits = seen.edits.iter().filter(|(of, ..)| of == slug);
            let menu = self.0.get(slug)?.menu_of(order, edits)?;
            let bill = self.0[slug].bill(&menu, asked, order);
            Some((order["id"].as_str()?.to_owned(), bill.unwrap_or_default()))
        });
        let bound = |shop: &ShopStart| {
            let bound = json!(shop.profile.orders.slot_orders).as_u64();
            (shop.id.clone(), bound.unwrap_or_default())
        };
        ShopHistory {
            bills: bills.collect(),
            slot_orders: self.0.values().map(bound).collect(),
            sold_out: seen.sold_out,
        }
    }
}

impl ShopStart {
    /// The menu at the revision of an order; `None` where somebody else has edited it.
    fn menu_of<'a>(
        &self,
        order: &Value,
        edits: impl Iterator<Item = &'a (String, u64, Value)>,
    ) -> Option<Menu> {
        let revision = order["basket"]["menu_revision"].as_u64()?;
        let of_it = |edit: &&(String, u64, Value)| self.revision < edit.1 && edit.1 <= revision;
        let mut edits: Vec<_> = edits.filter(of_it).collect();
        edits.sort_by_key(|(_, revision, _)| *revision);
        edits.dedup_by_key(|(_, revision, _)| *revision);
        if edits.len() as u64 != revision.checked_sub(self.revision)? {
            return None;
        }
        let mut menu = self.menu.clone();
        for (_, _, item) in edits {
            let item: Item = of_json(item).ok()?;
            let old = menu.items.iter_mut().find(|one| one.id == item.id)?;
            *old = item;
        }
        Some(menu)
    }

    /// What the bill of an order has to be; `None` where there must be none.
    fn bill(&self, menu: &Menu, asked: &Value, order: &Value) -> Option<Value> {
        let lines: Vec<LineRequest> = of_json(&asked["lines"]).ok()?;
        let place = &asked["place"];
        let to = Destination {
            postcode: Postcode::of(place["postcode"].as_str()?),
            point: of_json(&place["point"]).ok()?,
        };
        let currency: Currency = of_json(&order["basket"]["bill"]["currency"]).ok()?;
        let charges = self
            .profile
            .charges(self.profile.deliver_to(&to).ok()?, currency);
        let bill = bill(&price_lines(&lines, menu).ok()?, &charges).ok()?;
        serde_json::from_str(&serde_json::to_string(&bill).ok()?).ok()
    }
}

/// Amounts are read from their own text.
fn of_json<T: DeserializeOwned>(json: &Value) -> Result<T, String> {
    let read = serde_json::from_str(&json.to_string());
    read.map_err(|error| format!("{error}: {json}"))
}

impl StoryPlayer {
    /// Plays what one pizzeria does, and takes back what it has begun, also after Ctrl-C.
    pub async fn play_acts(self, acts: Vec<Act>, shops: Arc<Shops>) {
        for act in acts {
            let Some(shop) = shops.0.get(&act.restaurant) else {
                return;
            };
            if !self.sleep_until(self.at(act.at)).await {
                return;
            }
            self.act(&act, &shop.id).await;
        }
    }

    async fn act(&self, act: &Act, shop: &str) {
        match &act.does {
            Deed::SellOut(part) => self.sell_out(act, shop, part).await,
            Deed::Price(item, cents) => {
                self.reprice(act, item, *cents).await;
            }
            Deed::Pause => {
                self.counter(act, "pause", &json!({"reason": "Too much to do"}))
                    .await;
                self.sleep_until(self.at(act.until)).await;
                self.counter(act, "resume", &json!({})).await;
            }
            Deed::Busy(minutes) => {
                self.counter(act, "busy", &json!({"extra_minutes": minutes}))
                    .await;
                self.sleep_until(self.at(act.until)).await;
                self.counter(act, "busy", &json!({"extra_minutes": 0}))
                    .await;
            }
            Deed::Resume => drop(self.counter(act, "resume", &json!({})).await),
        }
    }

    async fn sell_out(&self, act: &Act, shop: &str, part: &Value) {
        let body = |sold_out: bool| {
            let mut body = part.clone();
            body["sold_out"] = json!(sold_out);
            if sold_out {
                body["until"] = json!("resumed");
            }
            body
        };
        if self.counter(act, "sold-out", &body(true)).await.is_none() {
            return;
        }
        let answered_at = Instant::now();
        self.sleep_until(self.at(act.until)).await;
        let put_back_at = Some(Instant::now());
        self.client.tally().shops.sold_out.push(SoldOut {
            restaurant: shop.to_owned(),
            part: part.clone(),
            answered_at,
            put_back_at,
        });
        self.counter(act, "sold-out", &body(false)).await;
    }

    /// Changes the prices of an item by so much.
    async fn reprice(&self, act: &Act, item: &str, cents: i32) -> Option<()> {
        let path = format!("/api/restaurants/{}/items/{item}", act.restaurant);
        let mut item = self.client.get(&path).await.ok()??;
        let version = item["version"].as_u64();
        for price in item["prices"].as_array_mut()? {
            let old = (price["price"].as_f64()? * 100.0).round() as i32;
            let new = if old + cents < 1 { old } else { old + cents };
            price["price"] = json!(f64::from(new) / 100.0);
        }
        let saved = self.done(Method::PUT, path, &item, version).await?;
        let edit = (
            act.restaurant.clone(),
            saved["revision"].as_u64()?,
            saved["item"].clone(),
        );
        self.client.tally().shops.edits.push(edit);
        Some(())
    }

    /// A call at the counter: how it is then.
    async fn counter(&self, act: &Act, call: &str, body: &Value) -> Option<Value> {
        let path = format!("/api/restaurants/{}/{call}", act.restaurant);
        self.done(Method::POST, path, body, None).await
    }

    /// What a call was answered with, where it went through.
    async fn done(
        &self,
        method: Method,
        path: String,
        body: &Value,
        if_match: Option<u64>,
    ) -> Option<Value> {
        let call = self.client.call(method, path, body, if_match);
        let (status, answer) = self.client.answer(&call).await?;
        self.client.tally().answers += 1;
        match status {
            200 => return Some(answer),
            // Somebody else was faster.
            409 | 412 => {}
            _ => {
                let path = &call.path;
                let why = format!("{path} was answered with {status}: {answer}");
                self.client.violation(why);
            }
        }
        None
    }
}
