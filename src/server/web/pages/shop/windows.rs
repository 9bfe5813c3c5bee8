//! When an order can be at the door: now, or in a window of a day.

use super::{times::Clocks, view::ShopView};
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
        web::{pages::account::Sent, state::AppState},
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
    /// What a form has sent: now, or a day with one of its windows.
    pub fn read(sent: &Sent) -> Option<Chosen> {
        let when = sent.get("when");
        Chosen::parse(when).or_else(|| Chosen::parse(sent.get(&format!("when.{when}"))))
    }

    /// `asap/2026-11-30T18:55:00.000Z`
    fn parse(text: &str) -> Option<Chosen> {
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

    /// The fields: now, or a day and a window of it. Nothing is moved to another time by itself: where what was chosen is
    /// no more, nothing is chosen.
    pub fn fields(&self, shop: &ShopView, chosen: Option<Chosen>) -> AnyView {
        let clocks = &shop.clocks;
        let asap = self.asap.as_ref().map(|asap| {
            let range = clocks.day_and_range(asap.from, asap.to);
            let word = say!("Now, {range}", "Jetzt, {range}");
            let is_chosen = chosen.is_none_or(|chosen| chosen.when == When::Asap);
            let value = Chosen {
                when: When::Asap,
                until: asap.to,
            };
            view! { <label class="check"><input type="radio" id="when" name="when" value=value.text() required=true checked=is_chosen/> <span>{word}</span></label> }
        });
        let days = self.days.iter();
        let days: Vec<_> = days
            .map(|(day, slots)| day_fields(clocks, *day, slots, chosen))
            .collect();
        view! {
            <fieldset class="times" aria-describedby="when-hint">
                <legend>{t(["When", "Wann"])}</legend>
                {asap} {days}
                <p class="hint" id="when-hint">{t(["In the pizzeria’s time. The driver comes within this window.", "In der Zeit der Pizzeria. In diesem Fenster wird geliefert."])}</p>
            </fieldset>
        }
        .into_any()
    }
}

/// A day, and its windows: they are shown once it is chosen.
fn day_fields(
    clocks: &Clocks,
    day: LocalDate,
    slots: &[OfferedSlot],
    chosen: Option<Chosen>,
) -> AnyView {
    let is_chosen =
        |slot: &OfferedSlot| chosen.is_some_and(|one| one.when == When::Slot(slot.slot));
    let options: Vec<_> = slots
        .iter()
        .map(|slot| {
            let value = Chosen {
                when: When::Slot(slot.slot),
                until: slot.to,
            };
            let (range, left) = (clocks.range(slot.from, slot.to), left(slot.left));
            view! { <option value=value.text() selected=is_chosen(slot)>{format!("{range} · {left}")}</option> }
                .into_any()
        })
        .collect();
    let name = clocks.day(day);
    let label = say!("{name}: between", "{name}: zwischen");
    let (day, id) = (day.to_string(), format!("when-{day}"));
    view! {
        <div class="day">
            <label class="check"><input type="radio" name="when" value=day.clone() required=true checked=slots.iter().any(is_chosen)/> <span>{name}</span></label>
            <div class="windows field">
                <label class="unseen" for=id.clone()>{label}</label>
                <select class="input" id=id.clone() name=format!("when.{day}")>{options}</select>
            </div>
        </div>
    }
    .into_any()
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
        let sent = |fields: &[(&str, String)]| {
            let pair = |(name, value): &(&str, String)| ((*name).to_owned(), value.clone());
            Chosen::read(&Sent(fields.iter().map(pair).collect()))
        };
        let chosen = Chosen {
            when: When::Slot(slot),
            until,
        };
        let of_day = ("when.2026-11-30", chosen.text());
        assert_eq!(
            sent(&[("when", "2026-11-30".to_owned()), of_day.clone()]),
            Some(chosen)
        );
        // Another day's window is not meant.
        assert_eq!(sent(&[("when", "2026-12-01".to_owned()), of_day]), None);
        for garbage in ["", "asap", "asap/", "soon/2026-11-30T19:10:00Z", "/"] {
            assert_eq!(Chosen::parse(garbage), None, "{garbage}");
        }
    }
}
