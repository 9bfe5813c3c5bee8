//! What an order is priced and timed by, and what comes of it: the one path of a quote and of an order.

use super::{
    catalog::KnownShop,
    quote_request::When,
    refusal::{Quote, ShopRefusal},
    windows::{Room, Windows},
};
use crate::{
    domain::{
        Currency, FieldError, InvalidField, Time,
        shop::{
            Hours, OpeningHours, SlotRefusal, Weekday,
            area::{Area, Destination},
            bill::bill,
            code::Code,
            counter::MenuPart,
            menu::{Category, Menu},
            price::price_lines,
            request::LineRequest,
        },
    },
    server::services::zones::IanaZone,
};

/// The state of a pizzeria that an order is made from.
pub struct Basis<'a> {
    pub shop: &'a KnownShop,
    pub menu: &'a Menu,
    pub zone: &'a IanaZone,
    pub currency: Currency,
    pub to: &'a Destination,
    pub room: &'a Room,
    pub now: Time,
}

/// An order that can be had.
pub struct Sale<'a> {
    pub quote: Quote,
    pub area: &'a Area,
    /// The slots of the kitchen that it takes; none where no time is asked for.
    pub kitchen_slots: Vec<Time>,
    pub answer_by: Option<Time>,
    /// The end of the promise that it would have if every slot had room, of an order for as soon as possible.
    pub soonest_end: Option<Time>,
    windows: Windows<'a>,
    menu: &'a Menu,
    lines: &'a [LineRequest],
}

impl<'a> Basis<'a> {
    /// Prices an order, and finds its slot.
    ///
    /// # Errors
    /// First what is invalid in this pizzeria, then the first of the conflicts.
    pub fn sale(&self, lines: &'a [LineRequest], when: When) -> Result<Sale<'a>, ShopRefusal> {
        let profile = &self.shop.profile;
        let priced = price_lines(lines, self.menu)?;
        let area = profile.deliver_to(self.to);
        let area = area.map_err(|_| ShopRefusal::NotDeliveredThere)?;
        let charges = profile.charges(area, self.currency);
        let bill = bill(&priced, &charges).map_err(|fault| vec![fault])?;
        if let Some(missing) = area.missing_to_minimum(bill.goods) {
            return Err(ShopRefusal::BelowMinimum { missing });
        }
        let pieces = priced.iter().map(|one| one.line.pieces * one.line.quantity);
        let windows = Windows {
            shop: self.shop,
            zone: self.zone,
            area,
            room: self.room,
            pieces: pieces.sum(),
            now: self.now,
        };
        let lines_at = LinesAt {
            lines,
            menu: self.menu,
            windows: &windows,
        };
        let slot = self.slot(&lines_at, when)?;
        let quote = Quote {
            lines: priced.into_iter().map(|one| one.line).collect(),
            bill,
            promise: slot.map(|slot| windows.promise(slot, when == When::Asap)),
            slot,
            good_until: slot.and_then(|slot| windows.good_until(slot)),
            menu_revision: self.shop.counter.menu_revision,
        };
        Ok(Sale {
            quote,
            area,
            kitchen_slots: slot.map_or(Vec::new(), |slot| windows.kitchen_slots(slot)),
            answer_by: windows.answer_by(),
            soonest_end: match when {
                When::Asap => windows.soonest_end(),
                When::Unsaid | When::Slot(_) => None,
            },
            windows,
            menu: self.menu,
            lines,
        })
    }

    /// The slot of an order, if it can have one now.
    fn slot(&self, at: &LinesAt<'_>, when: When) -> Result<Option<Time>, ShopRefusal> {
        let windows = at.windows;
        let found = match when {
            When::Unsaid => Ok(None),
            When::Asap => windows.asap().map(Some),
            When::Slot(slot) => windows.check(slot).map(|()| Some(slot)),
        };
        let asked = match (when, found) {
            (_, Err(SlotRefusal::OffGrid)) => return Err(self.off_grid()),
            (When::Slot(slot), _) => Some(slot),
            (_, found) => found.ok().flatten(),
        };
        if let Some(slot) = asked {
            at.check_hours(slot)?;
        }
        if found == Err(SlotRefusal::Paused) {
            let pause = self.shop.counter.paused_at(self.now);
            let until = pause.and_then(|pause| pause.until);
            return Err(ShopRefusal::Paused { until });
        }
        if !self.shop.profile.listed {
            let (opens_at, slots) = (None, Vec::new());
            return Err(ShopRefusal::NotOpen { opens_at, slots });
        }
        if found == Err(SlotRefusal::NotOpen) {
            let (opens_at, slots) = (windows.opens_at(), at.next());
            return Err(ShopRefusal::NotOpen { opens_at, slots });
        }
        let sold_out = at.sold_out(asked.unwrap_or(self.now));
        if !sold_out.is_empty() {
            return Err(ShopRefusal::SoldOut { lines: sold_out });
        }
        found.map_err(|_| at.slot_full())
    }

    fn off_grid(&self) -> ShopRefusal {
        let minutes = self.shop.profile.orders.slot_minutes.minutes();
        let why = format!("No slot begins then: they begin every {minutes} minutes.");
        ShopRefusal::invalid("when", FieldError::fault(why))
    }
}

impl Sale<'_> {
    /// How full its slot is with it, as far as this instance knows.
    pub fn slot_fill(&self) -> f64 {
        self.windows.fill(&self.kitchen_slots)
    }

    /// The refusal where it could have its time if another slot had room.
    pub fn slot_full(&self) -> ShopRefusal {
        let at = LinesAt {
            lines: self.lines,
            menu: self.menu,
            windows: &self.windows,
        };
        at.slot_full()
    }
}

/// The lines of an order, in the hours of their categories.
struct LinesAt<'a> {
    lines: &'a [LineRequest],
    menu: &'a Menu,
    windows: &'a Windows<'a>,
}

impl LinesAt<'_> {
    /// What is sold at some hours only: the path of its code, its category, and those hours.
    fn hours(&self) -> impl Iterator<Item = (String, &Category, &Hours)> {
        let codes = self.lines.iter().enumerate().flat_map(|(n, line)| {
            let item = (format!("lines[{n}].item"), &line.item);
            let half = line.half.iter();
            std::iter::once(item).chain(half.map(move |half| (format!("lines[{n}].half"), half)))
        });
        codes.filter_map(|(path, code)| {
            let category = self.menu.outline.category_of(code)?;
            Some((path, category, category.hours.as_ref()?))
        })
    }

    /// Whether a slot is wholly in some hours.
    fn holds(&self, hours: &Hours, slot: Time) -> bool {
        let opening = OpeningHours {
            hours,
            exceptions: &[],
            zone: self.windows.zone,
        };
        let end = slot + self.windows.shop.profile.orders.slot_minutes.length();
        let span = opening.span_at(slot);
        span.is_some_and(|span| span.holds(slot, end))
    }

    /// The lines of which something is sold out then.
    fn sold_out(&self, then: Time) -> Vec<usize> {
        let counter = &self.windows.shop.counter;
        let is_sold_out = |item_or_group: &Code, option: Option<&Code>| {
            counter.is_sold_out(&MenuPart::new(item_or_group, option), then)
        };
        let lines = self.lines.iter().enumerate();
        let sold_out = lines.filter(|(_, line)| !line.sold_out(is_sold_out).is_empty());
        sold_out.map(|(place, _)| place).collect()
    }

    fn check_hours(&self, slot: Time) -> Result<(), ShopRefusal> {
        let others = self
            .hours()
            .filter(|(_, _, hours)| !self.holds(hours, slot));
        let faults = others.map(|(path, category, hours)| {
            let why = format!("{} is sold {} only.", category.name, in_words(hours));
            InvalidField::fault(path, why)
        });
        let faults: Vec<_> = faults.collect();
        match faults.is_empty() {
            true => Ok(()),
            false => Err(faults.into()),
        }
    }

    fn next(&self) -> Vec<super::refusal::OfferedSlot> {
        let all: Vec<&Hours> = self.hours().map(|(_, _, hours)| hours).collect();
        let suits = |slot| {
            all.iter().all(|hours| self.holds(hours, slot)) && self.sold_out(slot).is_empty()
        };
        self.windows.next(suits)
    }

    fn slot_full(&self) -> ShopRefusal {
        ShopRefusal::SlotFull {
            opens_at: self.windows.opens_at(),
            slots: self.next(),
        }
    }
}

/// `mon 11:30-14:00, tue 11:30-14:00`.
fn in_words(hours: &Hours) -> String {
    let clock = |minutes: i64| format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60);
    let days = Weekday::ALL.iter().flat_map(|day| {
        let spans = hours.on(*day).iter();
        spans.map(move |span| {
            let (opens, closes) = (clock(span.opens()), clock(span.closes()));
            format!("{day} {opens}-{closes}")
        })
    });
    let days: Vec<_> = days.collect();
    days.join(", ")
}
