//! The windows in which an order can be at a door: the slots of the kitchen that have room, as far as this instance knows.

use super::{catalog::KnownShop, refusal::OfferedSlot};
use crate::{
    domain::{
        Time,
        shop::{
            LocalDate, SlotRefusal, Slots, area::Area, area::AreaMinutes, basket::Promise,
            range_label,
        },
    },
    server::services::zones::IanaZone,
};
use std::collections::{BTreeMap, BTreeSet};

/// How many slots a refusal names.
const NEXT: usize = 3;

/// How many orders the slots of a kitchen have.
#[derive(Clone, Debug, Default)]
pub struct Room {
    taken: BTreeMap<Time, u32>,
    most: u32,
    /// What the store has found full.
    full: BTreeSet<Time>,
    /// Whether the store decides on a slot that is asked for: it knows of places that have just become free.
    store_decides: bool,
}

/// When one order could be at the door.
pub struct Windows<'a> {
    pub shop: &'a KnownShop,
    pub zone: &'a IanaZone,
    pub area: &'a Area,
    pub room: &'a Room,
    pub pieces: u32,
    pub now: Time,
}

impl Room {
    pub fn new(taken: BTreeMap<Time, u32>, most: u16) -> Room {
        Room {
            taken,
            most: most.into(),
            ..Room::default()
        }
    }

    /// The same, where the store is asked in the end, which has found these full.
    pub fn until_stored(self, full: BTreeSet<Time>) -> Room {
        Room {
            full,
            store_decides: true,
            ..self
        }
    }

    fn left(&self, slot: Time) -> u32 {
        let taken = self.taken.get(&slot).copied().unwrap_or_default();
        match self.full.contains(&slot) {
            true => 0,
            false => self.most.saturating_sub(taken),
        }
    }

    fn is_open(&self, slot: Time) -> bool {
        match self.store_decides {
            true => !self.full.contains(&slot),
            false => self.left(slot) > 0,
        }
    }
}

impl<'a> Windows<'a> {
    fn slots<R: Fn(Time) -> bool>(&self, has_room: R) -> Slots<'a, IanaZone, R> {
        Slots {
            opening: self.shop.profile.opening(self.zone),
            rules: &self.shop.profile.orders,
            state: self.shop.counter.kitchen_state(),
            pieces: self.pieces,
            now: self.now,
            has_room,
        }
    }

    fn with_room(&self) -> Slots<'a, IanaZone, impl Fn(Time) -> bool> {
        let room = self.room;
        self.slots(|slot| room.left(slot) > 0)
    }

    /// The first possible slot.
    pub fn asap(&self) -> Result<Time, SlotRefusal> {
        self.with_room().asap()
    }

    /// The end of the promise that the first slot would have if every slot had room.
    pub fn soonest_end(&self) -> Option<Time> {
        let slot = self.slots(|_| true).asap().ok()?;
        Some(self.promise(slot, true).to)
    }

    /// Whether a slot that is asked for can be had.
    pub fn check(&self, slot: Time) -> Result<(), SlotRefusal> {
        self.slots(|slot| self.room.is_open(slot)).check(slot)
    }

    pub fn promise(&self, slot: Time, asap: bool) -> Promise {
        let minutes = self.area.minutes.map(AreaMinutes::get);
        let (from, to) = self.shop.profile.orders.promise(slot, minutes);
        Promise { from, to, asap }
    }

    /// How full the fullest of these slots of the kitchen is with one more order, as far as this instance knows.
    pub fn fill(&self, slots: &[Time]) -> f64 {
        let most = self.room.most.max(1);
        let left = slots.iter().map(|slot| self.room.left(*slot)).min();
        let taken = most - left.unwrap_or(most).min(most);
        f64::from(most.min(taken + 1)) / f64::from(most)
    }

    /// The slots of the kitchen that an order for this one takes.
    pub fn kitchen_slots(&self, slot: Time) -> Vec<Time> {
        self.with_room().kitchen_slots(slot)
    }

    pub fn answer_by(&self) -> Option<Time> {
        self.with_room().answer_by()
    }

    pub fn good_until(&self, slot: Time) -> Option<Time> {
        self.with_room().good_until(slot)
    }

    /// The slots that begin on a local date, today unless one is given.
    pub fn of_date(&self, date: Option<LocalDate>) -> Vec<OfferedSlot> {
        let date = date.unwrap_or_else(|| LocalDate::at(self.zone, self.now));
        self.offered(self.with_room().of_date(date))
    }

    /// The next slots, of those that suit the order.
    pub fn next(&self, suits: impl Fn(Time) -> bool) -> Vec<OfferedSlot> {
        let slots = self.with_room().next(usize::MAX);
        let suiting = slots.into_iter().filter(|slot| suits(*slot));
        self.offered(suiting.take(NEXT).collect())
    }

    fn offered(&self, slots: Vec<Time>) -> Vec<OfferedSlot> {
        let slots = slots.into_iter();
        let offered = slots.map(|slot| {
            let Promise { from, to, .. } = self.promise(slot, false);
            let left = self.kitchen_slots(slot).into_iter();
            OfferedSlot {
                slot,
                from,
                to,
                label: range_label(self.zone, from, to),
                left: left.map(|slot| self.room.left(slot)).min().unwrap_or(0),
            }
        });
        offered.collect()
    }

    /// When the pizzeria opens next, where it is closed.
    pub fn opens_at(&self) -> Option<Time> {
        let opening = self.shop.profile.opening(self.zone);
        match opening.span_at(self.now) {
            Some(_) => None,
            None => opening.next_opening(self.now),
        }
    }
}
