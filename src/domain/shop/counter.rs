//! The counter of a pizzeria: what holds at this moment, and the versions of its menu and profile. An order expects its
//! exact text, so that whatever changes during a checkout is one and the same conflict.
//!
//! What is over by the clock counts as gone; nobody has to write that. Each edit is pure: it returns the next version, or
//! `None` where nothing changes.

use super::{basket::RestaurantId, code::Code};
use crate::domain::{
    FieldError, Text, Time,
    shop::{KitchenState, Until},
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a pizzeria pauses: up to 140 characters.
pub type PauseReason = Text<140, false>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    pub id: RestaurantId,
    pub menu_revision: u32,
    pub profile_version: u32,
    pub paused: Option<Pause>,
    pub busy: Option<Busy>,
    pub sold_out: Vec<SoldOut>,
    /// How many orders in a row the kitchen has left unanswered.
    pub missed: u32,
    pub version: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// `None` until it is resumed.
    pub until: Option<Time>,
    pub reason: Option<PauseReason>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Busy {
    /// 5 to 120.
    pub extra_minutes: u16,
    pub until: Time,
}

/// A part of the menu that cannot be ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct SoldOut {
    pub what: MenuPart,
    /// `None` until it is put back.
    pub until: Option<Time>,
}

/// What can be sold out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MenuPart {
    Item(Code),
    Option { group: Code, option: Code },
}

impl MenuPart {
    /// An item, or an option of a group.
    pub fn new(item_or_group: &Code, option: Option<&Code>) -> MenuPart {
        match option {
            None => MenuPart::Item(item_or_group.clone()),
            Some(option) => MenuPart::Option {
                group: item_or_group.clone(),
                option: option.clone(),
            },
        }
    }
}

/// `marg`, `top.olives`
impl fmt::Display for MenuPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MenuPart::Item(item) => item.fmt(f),
            MenuPart::Option { group, option } => write!(f, "{group}.{option}"),
        }
    }
}

impl Counter {
    /// So many parts of a menu can be sold out.
    pub const MAX_SOLD_OUT: usize = 200;
    /// So many misses in a row pause the pizzeria.
    pub const MAX_MISSED: u32 = 3;
    /// The reason of that pause.
    pub const UNANSWERED: &str = "unanswered";

    /// The counter of a new pizzeria, with an empty menu.
    pub fn new(id: RestaurantId) -> Counter {
        Counter {
            id,
            menu_revision: 1,
            profile_version: 1,
            paused: None,
            busy: None,
            sold_out: Vec::new(),
            missed: 0,
            version: 1,
        }
    }

    pub fn paused_at(&self, now: Time) -> Option<&Pause> {
        let pause = self.paused.as_ref();
        pause.filter(|pause| lasts(pause.until, now))
    }

    pub fn busy_at(&self, now: Time) -> Option<&Busy> {
        self.busy.as_ref().filter(|busy| busy.until > now)
    }

    pub fn sold_out_at(&self, now: Time) -> impl Iterator<Item = &SoldOut> {
        let all = self.sold_out.iter();
        all.filter(move |sold_out| lasts(sold_out.until, now))
    }

    /// Whether it is sold out then: at this moment, or in a slot that begins later.
    pub fn is_sold_out(&self, what: &MenuPart, now: Time) -> bool {
        self.sold_out_at(now).any(|sold_out| sold_out.what == *what)
    }

    /// What slots depend on. That a state is over by the clock is seen there.
    pub fn kitchen_state(&self) -> KitchenState {
        let pause = self.paused.as_ref();
        let busy = self.busy.as_ref();
        KitchenState {
            pause: pause.map(|pause| pause.until.into()),
            busy: busy.map(|busy| (busy.extra_minutes, Until::At(busy.until))),
        }
    }

    /// The counter without what is over by the clock.
    pub fn at(&self, now: Time) -> Counter {
        Counter {
            paused: self.paused_at(now).cloned(),
            busy: self.busy_at(now).cloned(),
            sold_out: self.sold_out_at(now).cloned().collect(),
            ..self.clone()
        }
    }

    pub fn pause(
        &self,
        until: Option<Time>,
        reason: Option<PauseReason>,
        now: Time,
    ) -> Option<Counter> {
        self.edited(now, |counter| {
            let pause = Pause { until, reason };
            if !counter.paused.as_ref().is_some_and(|old| old.is(&pause)) {
                counter.paused = Some(pause);
            }
        })
    }

    /// Takes orders again; what was missed is forgotten.
    pub fn resume(&self, now: Time) -> Option<Counter> {
        self.edited(now, |counter| {
            counter.paused = None;
            counter.missed = 0;
        })
    }

    /// The kitchen needs more minutes; `None` where it does not any more.
    pub fn busy(&self, busy: Option<Busy>, now: Time) -> Option<Counter> {
        self.edited(now, |counter| {
            let is_same = match (&counter.busy, &busy) {
                (Some(old), Some(new)) => old.is(new),
                (old, new) => old.is_none() && new.is_none(),
            };
            if !is_same {
                counter.busy = busy;
            }
        })
    }

    /// Sells a part of the menu out until then, or until it is put back.
    ///
    /// # Errors
    /// Where too much is sold out.
    pub fn sell_out(
        &self,
        what: MenuPart,
        until: Option<Time>,
        now: Time,
    ) -> Result<Option<Counter>, FieldError> {
        let changed = self.edited(now, |counter| {
            let new = SoldOut { what, until };
            let all = &mut counter.sold_out;
            match all.iter_mut().find(|old| old.what == new.what) {
                Some(old) => *old = new,
                None => all.push(new),
            }
        });
        match &changed {
            Some(counter) if counter.sold_out.len() > Counter::MAX_SOLD_OUT => {
                let max = Counter::MAX_SOLD_OUT;
                Err(FieldError::fault(format!(
                    "At most {max} items and options can be sold out at once."
                )))
            }
            _ => Ok(changed),
        }
    }

    pub fn put_back(&self, what: &MenuPart, now: Time) -> Option<Counter> {
        self.edited(now, |counter| {
            counter.sold_out.retain(|old| old.what != *what);
        })
    }

    /// An order was left unanswered. The third in a row pauses the pizzeria.
    pub fn miss(&self, now: Time) -> Counter {
        let mut counter = self.at(now);
        counter.missed = counter.missed.saturating_add(1);
        let is_stopped = counter.paused.as_ref().is_some_and(|p| p.until.is_none());
        if counter.missed >= Counter::MAX_MISSED && !is_stopped {
            counter.paused = Some(Pause {
                until: None,
                reason: Counter::UNANSWERED.to_owned().try_into().ok(),
            });
        }
        counter.version += 1;
        counter
    }

    /// The kitchen has answered an order.
    pub fn answered(&self, now: Time) -> Option<Counter> {
        self.edited(now, |counter| counter.missed = 0)
    }

    /// The menu has been edited. What is no longer on it is not sold out, so that it is not if it comes back.
    pub fn with_next_menu(&self, now: Time, is_on_it: impl Fn(&MenuPart) -> bool) -> Counter {
        let mut counter = self.at(now);
        counter.sold_out.retain(|part| is_on_it(&part.what));
        counter.menu_revision += 1;
        counter.version += 1;
        counter
    }

    /// The profile has been saved in this version.
    pub fn with_profile(&self, version: u32, now: Time) -> Counter {
        Counter {
            profile_version: version,
            version: self.version + 1,
            ..self.at(now)
        }
    }

    /// The next version. Nothing changes if the edit changes nothing of what has not gone by the clock.
    fn edited(&self, now: Time, edit: impl FnOnce(&mut Counter)) -> Option<Counter> {
        let before = self.at(now);
        let mut after = before.clone();
        edit(&mut after);
        (after != before).then(|| Counter {
            version: self.version + 1,
            ..after
        })
    }
}

impl Pause {
    fn is(&self, other: &Pause) -> bool {
        let ends = match (self.until, other.until) {
            (Some(one), Some(other)) => is_about(one, other),
            (one, other) => one == other,
        };
        ends && self.reason == other.reason
    }
}

impl Busy {
    fn is(&self, other: &Busy) -> bool {
        self.extra_minutes == other.extra_minutes && is_about(self.until, other.until)
    }
}

fn lasts(until: Option<Time>, now: Time) -> bool {
    until.is_none_or(|until| until > now)
}

/// A second tap on “Pause 30 min” changes nothing.
fn is_about(one: Time, other: Time) -> bool {
    (one - other).abs() < TimeDelta::minutes(1)
}

/// Either an item, or a group and one of its options.
#[derive(Serialize, Deserialize)]
struct Wire {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    item: Option<Code>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group: Option<Code>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    option: Option<Code>,
    until: Option<Time>,
}

impl TryFrom<Wire> for SoldOut {
    type Error = &'static str;

    fn try_from(wire: Wire) -> Result<SoldOut, &'static str> {
        let what = match (wire.item, wire.group, wire.option) {
            (Some(item), None, None) => MenuPart::Item(item),
            (None, Some(group), Some(option)) => MenuPart::Option { group, option },
            _ => return Err("neither an item nor an option of a group"),
        };
        let until = wire.until;
        Ok(SoldOut { what, until })
    }
}

impl From<SoldOut> for Wire {
    fn from(sold_out: SoldOut) -> Wire {
        let (item, group, option) = match sold_out.what {
            MenuPart::Item(item) => (Some(item), None, None),
            MenuPart::Option { group, option } => (None, Some(group), Some(option)),
        };
        Wire {
            item,
            group,
            option,
            until: sold_out.until,
        }
    }
}
