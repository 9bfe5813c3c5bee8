//! Which slots are possible for an order.

use super::OrderRules;
use crate::domain::{
    Time,
    shop::{LocalDate, OpenSpan, OpeningHours, STRETCH, ShopZone},
};
use chrono::TimeDelta;
use std::iter;

/// The end of a state that a kitchen has set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    At(Time),
    /// When the kitchen ends it by hand.
    ByHand,
}

/// What a kitchen has said of itself. A state that is over by the clock counts as none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KitchenState {
    pub pause: Option<Until>,
    /// It is busy: how many minutes it needs beyond `prepare_minutes`, and until when.
    pub busy: Option<(u16, Until)>,
}

/// Why an order cannot have a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotRefusal {
    /// No slot begins then.
    OffGrid,
    Paused,
    /// It is closed then, the slot is too early for the kitchen, or it is beyond `days_ahead`.
    NotOpen,
    Full,
}

/// The slots of a pizzeria as they are now, for an order of some pieces.
pub struct Slots<'a, Z, R> {
    pub opening: OpeningHours<'a, Z>,
    pub rules: &'a OrderRules,
    pub state: KitchenState,
    pub pieces: u32,
    pub now: Time,
    /// Whether the slot that begins at an instant has room.
    pub has_room: R,
}

impl Until {
    /// Whether a state that ends so still holds at an instant.
    pub fn holds_at(self, time: Time) -> bool {
        match self {
            Until::At(end) => time < end,
            Until::ByHand => true,
        }
    }
}

impl From<Option<Time>> for Until {
    fn from(until: Option<Time>) -> Until {
        until.map_or(Until::ByHand, Until::At)
    }
}

impl<Z: ShopZone, R: Fn(Time) -> bool> Slots<'_, Z, R> {
    /// Whether the order can have a slot.
    pub fn check(&self, slot: Time) -> Result<(), SlotRefusal> {
        if !self.rules.slot_minutes.is_slot(slot) {
            return Err(SlotRefusal::OffGrid);
        }
        if self.is_paused(slot) {
            return Err(SlotRefusal::Paused);
        }
        if !self.is_in_time(slot) {
            return Err(SlotRefusal::NotOpen);
        }
        let has_room = self.has_room(slot);
        has_room.then_some(()).ok_or(SlotRefusal::Full)
    }

    /// The first possible slot of the span that is open now.
    pub fn asap(&self) -> Result<Time, SlotRefusal> {
        let open = self.opening.span_at(self.now).filter(|_| self.rules.asap);
        let in_time = || {
            open.into_iter()
                .flat_map(|span| self.in_span(span, span.opens))
        };
        if let Some(slot) = in_time().find(|slot| self.is_free(*slot)) {
            return Ok(slot);
        }
        let mut unpaused = in_time().filter(|slot| !self.is_paused(*slot));
        Err(match self.pause() {
            Some(_) => SlotRefusal::Paused,
            None if unpaused.next().is_some() => SlotRefusal::Full,
            None => SlotRefusal::NotOpen,
        })
    }

    /// The next possible slots, at most so many.
    pub fn next(&self, count: usize) -> Vec<Time> {
        let slots = self.spans().flat_map(|span| self.in_span(span, span.opens));
        let free = slots.filter(|slot| self.is_free(*slot));
        free.take(count).collect()
    }

    /// The possible slots that begin on a local date.
    pub fn of_date(&self, date: LocalDate) -> Vec<Time> {
        let [from, to] = [date, date.plus(1)].map(|date| date.begins(self.opening.zone));
        let spans = self.spans().take_while(|span| span.opens < to);
        let slots = spans.flat_map(|span| self.in_span(span, from).take_while(|slot| *slot < to));
        slots.filter(|slot| self.is_free(*slot)).collect()
    }

    /// The last instant at which a slot that is possible now still is, if nothing else changes.
    pub fn good_until(&self, slot: Time) -> Option<Time> {
        let span = self.span_of(slot)?;
        let length = self.rules.slot_minutes.length();
        let first_begun = self.first_slot(slot) + length + TimeDelta::milliseconds(-1);
        let relaxed = slot + length + -self.prepare();
        let ready = match self.state.busy {
            Some((extra, until)) if until.holds_at(self.now.max(span.opens)) => {
                let strained = relaxed + -TimeDelta::minutes(extra.into());
                // Where it is busy no longer than that, it is possible all the time.
                let goes_on = !until.holds_at(strained + TimeDelta::milliseconds(1));
                if goes_on { relaxed } else { strained }
            }
            _ => relaxed,
        };
        Some(first_begun.min(ready))
    }

    /// Until when the kitchen has to answer an order of now: it has its minutes from the next opening on if it is closed.
    /// `None` if it accepts by itself.
    pub fn answer_by(&self) -> Option<Time> {
        if self.rules.auto_accept {
            return None;
        }
        let span = self.opening.spans_from(self.now).next();
        let opens = span.map_or(self.now, |span| span.opens);
        let minutes = TimeDelta::minutes(self.rules.answer_minutes.get().into());
        Some(self.now.max(opens) + minutes)
    }

    /// The slots that the order takes.
    pub fn kitchen_slots(&self, slot: Time) -> Vec<Time> {
        self.rules.kitchen_slots(slot, self.pieces)
    }

    fn first_slot(&self, slot: Time) -> Time {
        self.rules.first_slot(slot, self.pieces)
    }

    fn prepare(&self) -> TimeDelta {
        TimeDelta::minutes(self.rules.prepare_minutes.get().into())
    }

    /// The pause that has not ended.
    fn pause(&self) -> Option<Until> {
        self.state.pause.filter(|pause| pause.holds_at(self.now))
    }

    /// Whether one of the slots that the order takes begins in a pause.
    fn is_paused(&self, slot: Time) -> bool {
        let first = self.first_slot(slot);
        self.pause().is_some_and(|pause| pause.holds_at(first))
    }

    fn has_room(&self, slot: Time) -> bool {
        self.kitchen_slots(slot).into_iter().all(&self.has_room)
    }

    fn is_free(&self, slot: Time) -> bool {
        !self.is_paused(slot) && self.has_room(slot)
    }

    /// Beyond this instant nothing can be ordered.
    fn horizon(&self) -> Time {
        self.now + STRETCH
    }

    fn spans(&self) -> impl Iterator<Item = OpenSpan> {
        let horizon = self.horizon();
        let spans = self.opening.spans_from(self.now);
        spans.take_while(move |span| span.opens < horizon)
    }

    /// The open span that has all of the slot.
    fn span_of(&self, slot: Time) -> Option<OpenSpan> {
        let mut spans = self.spans().take_while(|span| span.opens <= slot);
        spans.find(|span| span.holds(slot, slot + self.rules.slot_minutes.length()))
    }

    fn is_in_time(&self, slot: Time) -> bool {
        let span = self.span_of(slot);
        span.is_some_and(|span| {
            let is_within_days = slot < self.orders_until(span);
            is_within_days && slot >= self.earliest(span)
        })
    }

    /// The slots of a span that the clock allows and that do not begin before an instant. The slot of now can be one.
    fn in_span(&self, span: OpenSpan, from: Time) -> impl Iterator<Item = Time> {
        let grid = self.rules.slot_minutes;
        let first = self.earliest(span).max(grid.slot_from(from));
        let closes = span.closes.unwrap_or(self.horizon());
        let until = self.orders_until(span);
        iter::successors(Some(first), move |slot| Some(*slot + grid.length()))
            .take_while(move |slot| *slot + grid.length() <= closes && *slot < until)
    }

    /// The first slot of a span by which the kitchen can be ready, and before which the order finds the slots that it
    /// takes.
    fn earliest(&self, span: OpenSpan) -> Time {
        let grid = self.rules.slot_minutes;
        let begins = self.now.max(span.opens);
        let extra = self.state.busy.filter(|(_, until)| until.holds_at(begins));
        let extra = extra.map_or(0, |(minutes, _)| minutes.into());
        let ready = begins + self.prepare() + TimeDelta::minutes(extra);
        let by_kitchen = grid.slot_from(ready + -grid.length());
        let first = grid.slot_from(span.opens).max(grid.slot_of(self.now));
        by_kitchen.max(first + self.rules.before(self.pieces))
    }

    /// Before which instant a slot of a span begins: on a date for which orders are taken, or anywhere in the span that
    /// is open now, be it on a later date. A span without an end has dates alone.
    fn orders_until(&self, span: OpenSpan) -> Time {
        match span.closes {
            Some(closes) if span.opens <= self.now => closes,
            _ => {
                let today = LocalDate::at(self.opening.zone, self.now);
                let days = i64::from(self.rules.days_ahead.get());
                today.plus(days + 1).begins(self.opening.zone)
            }
        }
    }
}
