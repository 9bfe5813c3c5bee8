//! The rules that a pizzeria sets for its orders, and the grid of its slots.

use crate::domain::{Field, FieldError, Time, ValueKind, Whole};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::iter;

/// How a pizzeria takes orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderRules {
    /// Whether it takes orders for as soon as possible.
    pub asap: bool,
    /// For how many days after today it takes orders.
    pub days_ahead: Whole<0, 14>,
    /// In how many minutes it answers.
    pub answer_minutes: Whole<1, 60>,
    pub auto_accept: bool,
    /// From the beginning of the work to the end of the slot, at least.
    pub prepare_minutes: Whole<5, 120>,
    pub slot_minutes: SlotMinutes,
    /// How many orders fit into a slot.
    pub slot_orders: Whole<1, 100>,
    /// How many pieces of one order fit into a slot.
    pub order_pieces: Whole<1, 50>,
}

/// How long a slot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum SlotMinutes {
    Five,
    Fifteen,
}

impl OrderRules {
    /// The slots that an order takes, in the order of time: the one that it is for, and one more before it for each
    /// further `order_pieces` begun.
    pub fn kitchen_slots(&self, slot: Time, pieces: u32) -> Vec<Time> {
        let first = self.first_slot(slot, pieces);
        let slots = iter::successors(Some(first), |slot| Some(*slot + self.slot_minutes.length()));
        slots.take_while(|one| *one <= slot).collect()
    }

    /// The first of [`OrderRules::kitchen_slots`].
    pub fn first_slot(&self, slot: Time, pieces: u32) -> Time {
        slot + -self.before(pieces)
    }

    /// How long before its slot an order takes the first one.
    pub(super) fn before(&self, pieces: u32) -> TimeDelta {
        let slots = pieces.div_ceil(self.order_pieces.get().into()).max(1);
        TimeDelta::minutes(i64::from(slots - 1) * self.slot_minutes.minutes())
    }

    /// When an order is at the door: from the minutes of its area after the beginning of its slot to those after the end.
    pub fn promise(&self, slot: Time, [from, to]: [u16; 2]) -> (Time, Time) {
        let minutes = |minutes: u16| TimeDelta::minutes(minutes.into());
        let ends = slot + self.slot_minutes.length();
        (slot + minutes(from), ends + minutes(to))
    }
}

impl SlotMinutes {
    pub fn minutes(self) -> i64 {
        u16::from(self).into()
    }

    pub fn length(self) -> TimeDelta {
        TimeDelta::minutes(self.minutes())
    }

    /// The beginning of the slot that has an instant.
    pub fn slot_of(self, time: Time) -> Time {
        let length = self.length().num_milliseconds();
        Time::from_millis(time.millis().div_euclid(length) * length)
    }

    /// The first slot that does not begin before an instant.
    pub fn slot_from(self, time: Time) -> Time {
        let slot = self.slot_of(time);
        if slot < time {
            slot + self.length()
        } else {
            slot
        }
    }

    /// Whether a slot begins at an instant.
    pub fn is_slot(self, time: Time) -> bool {
        self.slot_of(time) == time
    }
}

impl TryFrom<u16> for SlotMinutes {
    type Error = FieldError;

    fn try_from(minutes: u16) -> Result<SlotMinutes, FieldError> {
        match minutes {
            5 => Ok(SlotMinutes::Five),
            15 => Ok(SlotMinutes::Fifteen),
            _ => Err(FieldError::Malformed {
                why: "a slot has 5 or 15 minutes".to_owned(),
            }),
        }
    }
}

impl From<SlotMinutes> for u16 {
    fn from(minutes: SlotMinutes) -> u16 {
        match minutes {
            SlotMinutes::Five => 5,
            SlotMinutes::Fifteen => 15,
        }
    }
}

impl Field for SlotMinutes {
    const KIND: ValueKind = ValueKind::Number;

    fn parse(text: &str) -> Result<SlotMinutes, FieldError> {
        SlotMinutes::try_from(Whole::<1, 60>::parse(text)?.get())
    }
}

impl Default for OrderRules {
    fn default() -> OrderRules {
        OrderRules {
            asap: true,
            days_ahead: Whole::of::<2>(),
            answer_minutes: Whole::of::<5>(),
            auto_accept: false,
            prepare_minutes: Whole::of::<20>(),
            slot_minutes: SlotMinutes::Fifteen,
            slot_orders: Whole::of::<8>(),
            order_pieces: Whole::of::<6>(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::shop::sample_zone::utc;

    const DEFAULT: &str = concat!(
        r#"{"asap":true,"days_ahead":2,"answer_minutes":5,"auto_accept":false,"prepare_minutes":20,"#,
        r#""slot_minutes":15,"slot_orders":8,"order_pieces":6}"#
    );

    #[test]
    fn rules_are_written_in_their_order_and_read_in_their_ranges() {
        let rules = OrderRules::default();
        assert_eq!(serde_json::to_string(&rules).unwrap(), DEFAULT);
        assert_eq!(serde_json::from_str::<OrderRules>(DEFAULT).unwrap(), rules);
        for (valid, others) in [
            (
                r#""days_ahead":2"#,
                &[r#""days_ahead":15"#, r#""days_ahead":-1"#][..],
            ),
            (
                r#""answer_minutes":5"#,
                &[r#""answer_minutes":0"#, r#""answer_minutes":61"#],
            ),
            (
                r#""prepare_minutes":20"#,
                &[r#""prepare_minutes":4"#, r#""prepare_minutes":121"#],
            ),
            (
                r#""slot_minutes":15"#,
                &[r#""slot_minutes":10"#, r#""slot_minutes":0"#],
            ),
            (
                r#""slot_orders":8"#,
                &[r#""slot_orders":0"#, r#""slot_orders":101"#],
            ),
            (
                r#""order_pieces":6"#,
                &[r#""order_pieces":0"#, r#""order_pieces":51"#],
            ),
            (r#""asap":true"#, &[r#""asap":1"#, r#""later":true"#]),
        ] {
            for invalid in others {
                let json = DEFAULT.replace(valid, invalid);
                assert_ne!(json, DEFAULT);
                assert!(
                    serde_json::from_str::<OrderRules>(&json).is_err(),
                    "{invalid}"
                );
            }
        }
        assert_eq!(SlotMinutes::parse("5"), Ok(SlotMinutes::Five));
        assert!(SlotMinutes::parse("10").is_err());
    }

    #[test]
    fn a_large_order_begins_earlier() {
        let rules = OrderRules::default();
        let slot = utc("2026-11-30T19:30");
        let slots = |pieces| {
            let slots = rules.kitchen_slots(slot, pieces);
            slots
                .iter()
                .map(|slot| slot.to_string()[11..16].to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(slots(0), ["19:30"]);
        assert_eq!(slots(6), ["19:30"]);
        assert_eq!(slots(7), ["19:15", "19:30"]);
        assert_eq!(slots(13), ["19:00", "19:15", "19:30"]);
    }

    #[test]
    fn slots_lie_on_the_grid() {
        let fifteen = SlotMinutes::Fifteen;
        for (time, of, from) in [
            ("2026-11-30T19:30", "2026-11-30T19:30", "2026-11-30T19:30"),
            ("2026-11-30T19:31", "2026-11-30T19:30", "2026-11-30T19:45"),
            ("1969-12-31T23:59", "1969-12-31T23:45", "1970-01-01T00:00"),
        ] {
            let time = utc(time);
            assert_eq!(
                (fifteen.slot_of(time), fifteen.slot_from(time)),
                (utc(of), utc(from))
            );
            assert_eq!(fifteen.is_slot(time), of == from);
        }
    }

    #[test]
    fn a_promise_is_a_range() {
        let promise = OrderRules::default().promise(utc("2026-11-30T19:30"), [10, 25]);
        assert_eq!(promise, (utc("2026-11-30T19:40"), utc("2026-11-30T20:10")));
    }
}
