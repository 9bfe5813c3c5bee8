//! When an order can be at the door: now, or in a window of a day.

use super::view::ShopView;
use crate::{
    domain::{
        Field, Time,
        shop::{LocalDate, area::Destination, basket::Promise, request::LineRequest},
    },
    server::{
        services::shops::{
            quote::{PlaceRequest, QuoteRequest, When},
            refusal::{OfferedSlot, ShopRefusal},
        },
        web::state::AppState,
    },
    ui::i18n::locale::{plural, say, t},
};
use leptos::prelude::*;

/// What can be chosen.
pub struct Windows {
    /// As soon as possible.
    pub asap: Option<Promise>,
    /// The days that have windows.
    pub days: Vec<(LocalDate, Vec<OfferedSlot>)>,
}

/// What was chosen, and until when that is at the door: this is what the customer agrees to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chosen {
    pub when: When,
    pub until: Time,
}

impl Chosen {
    /// `asap/2026-11-30T18:55:00.000Z`
    pub fn parse(text: &str) -> Option<Chosen> {
        let (when, until) = text.split_once('/')?;
        Some(Chosen {
            when: When::parse(when).ok()?,
            until: Time::parse(until).ok()?,
        })
    }

    fn text(self) -> String {
        let when = match self.when {
            When::Slot(slot) => slot.to_string(),
            When::Asap | When::Unsaid => "asap".to_owned(),
        };
        format!("{when}/{}", self.until)
    }
}

impl Windows {
    pub async fn of(
        app: &AppState,
        shop: &ShopView,
        lines: &[LineRequest],
        place: &PlaceRequest,
        pieces: u32,
    ) -> Result<Windows, ShopRefusal> {
        let request = QuoteRequest {
            lines: lines.to_vec(),
            place: place.clone(),
            when: When::Asap,
        };
        // What rules it out stands above the form.
        let asap = app.shops.quote(&shop.shop, &request).await.ok();
        let to: Destination = place.destination();
        let ahead = i64::from(shop.profile().orders.days_ahead.get());
        let today = shop.clocks.today();
        let mut days = Vec::new();
        // A span that is open now can last into the next day.
        for day in (0..=ahead).map(|days| today.plus(days)) {
            let slots = app.shops.slots(&shop.shop, Some(day), pieces, &to).await?;
            if !slots.is_empty() {
                days.push((day, slots));
            }
        }
        Ok(Windows {
            asap: asap.and_then(|quote| quote.promise),
            days,
        })
    }

    /// The promise of what was chosen, as it is now.
    pub fn promised(&self, chosen: Chosen) -> Option<(Time, Time)> {
        match chosen.when {
            When::Slot(slot) => self
                .slots()
                .find(|one| one.slot == slot)
                .map(|one| (one.from, one.to)),
            When::Asap | When::Unsaid => self.asap.as_ref().map(|asap| (asap.from, asap.to)),
        }
    }

    fn slots(&self) -> impl Iterator<Item = &OfferedSlot> {
        self.days.iter().flat_map(|(_, slots)| slots)
    }

    pub fn are_none(&self) -> bool {
        self.asap.is_none() && self.days.is_empty()
    }

    /// The field. Nothing is moved to another time by itself: where what was chosen is no more, nothing is chosen.
    pub fn field(&self, shop: &ShopView, chosen: Option<Chosen>) -> AnyView {
        let clocks = &shop.clocks;
        let is_chosen = |when: When| chosen.is_some_and(|chosen| chosen.when == when);
        let asap = self.asap.as_ref().map(|asap| {
            let range = clocks.day_and_range(asap.from, asap.to);
            let word = say!("Now, {range}", "Jetzt, {range}");
            option(When::Asap, asap.to, is_chosen(When::Asap), word)
        });
        let days: Vec<_> = self
            .days
            .iter()
            .map(|(day, slots)| {
                let of_day: Vec<_> = slots
                    .iter()
                    .map(|slot| {
                        let when = When::Slot(slot.slot);
                        let range = clocks.range(slot.from, slot.to);
                        let left = left(slot.left);
                        let word = format!("{range} · {left}");
                        option(when, slot.to, is_chosen(when), word)
                    })
                    .collect();
                view! { <optgroup label=clocks.day(*day)>{of_day}</optgroup> }.into_any()
            })
            .collect();
        let is_gone = chosen.is_some_and(|chosen| self.promised(chosen).is_none());
        let first = (is_gone || (chosen.is_none() && self.asap.is_none())).then(|| {
            view! { <option value="" selected=true>{t(["Choose a time", "Wähl eine Zeit"])}</option> }
        });
        view! {
            <div class="field">
                <label for="when">{t(["When", "Wann"])}</label>
                <select class="input" id="when" name="when" required=true>{first} {asap} {days}</select>
                <p class="hint">{t(["In the pizzeria’s time. The driver comes within this window.", "In der Zeit der Pizzeria. In diesem Fenster wird geliefert."])}</p>
            </div>
        }
        .into_any()
    }
}

fn option(when: When, until: Time, is_chosen: bool, word: String) -> AnyView {
    let value = Chosen { when, until }.text();
    view! { <option value=value selected=is_chosen>{word}</option> }.into_any()
}

fn left(left: u32) -> String {
    plural(left as usize, ["left", "frei"], ["left", "frei"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_is_read_back() {
        let slot = Time::parse("2026-11-30T18:30:00Z").unwrap();
        let until = Time::parse("2026-11-30T19:10:00Z").unwrap();
        for when in [When::Asap, When::Slot(slot)] {
            let chosen = Chosen { when, until };
            assert_eq!(Chosen::parse(&chosen.text()), Some(chosen));
        }
        for garbage in ["", "asap", "asap/", "soon/2026-11-30T19:10:00Z", "/"] {
            assert_eq!(Chosen::parse(garbage), None, "{garbage}");
        }
    }
}
