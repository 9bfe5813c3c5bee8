//! What holds at a pizzeria at this moment: whether it is open, what its counter says, and how soon it delivers.

use super::{
    area::{Area, AreaMinutes, Destination},
    basket::ShopName,
    counter::{Busy, Counter, Pause, SoldOut},
    profile::Profile,
};
use crate::domain::{
    Cents, Time,
    shop::{ShopZone, Slots},
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Now {
    pub open: bool,
    /// When it opens next, where it is closed.
    pub opens_at: Option<Time>,
    /// When it closes, where it is open and closes at all.
    pub closes_at: Option<Time>,
    pub paused: Option<Pause>,
    pub busy: Option<Busy>,
    pub sold_out: Vec<SoldOut>,
    /// What an order of one piece would be promised. `None` where it takes none now.
    pub asap: Option<Soonest>,
    /// For the destination that was asked for, if it comes there.
    pub area: Option<AreaNow>,
}

/// The first slot, and between which moments an order for it is at the door: in the area that was asked for, else in the
/// nearest and the farthest of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Soonest {
    pub slot: Time,
    pub from: Time,
    pub to: Time,
}

/// An area without what decides who is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaNow {
    pub name: ShopName,
    pub fee: Cents,
    pub minimum: Cents,
    pub free_from: Option<Cents>,
    pub minutes: [AreaMinutes; 2],
}

impl Now {
    /// `has_room` knows whether a slot has room for one more order; `destination` is where somebody asks from.
    pub fn of(
        profile: &Profile,
        counter: &Counter,
        zone: &impl ShopZone,
        destination: Option<&Destination>,
        has_room: impl Fn(Time) -> bool,
        now: Time,
    ) -> Now {
        let opening = profile.opening(zone);
        let span = opening.span_at(now);
        let area = destination.and_then(|to| profile.deliver_to(to).ok());
        let minutes = match destination {
            Some(_) => area.map(minutes_of),
            None => reach(&profile.areas),
        };
        let slots = Slots {
            opening,
            rules: &profile.orders,
            state: counter.kitchen_state(),
            pieces: 1,
            now,
            has_room,
        };
        let slot = slots.asap().ok().filter(|_| profile.listed);
        let asap = slot.zip(minutes).map(|(slot, minutes)| {
            let (from, to) = profile.orders.promise(slot, minutes);
            Soonest { slot, from, to }
        });
        let Counter {
            paused,
            busy,
            sold_out,
            ..
        } = counter.at(now);
        Now {
            open: span.is_some(),
            opens_at: match span {
                Some(_) => None,
                None => opening.next_opening(now),
            },
            closes_at: span.and_then(|span| span.closes),
            paused,
            busy,
            sold_out,
            asap,
            area: area.map(AreaNow::from),
        }
    }
}

impl From<&Area> for AreaNow {
    fn from(area: &Area) -> AreaNow {
        AreaNow {
            name: area.name.clone(),
            fee: area.fee,
            minimum: area.minimum,
            free_from: area.free_from,
            minutes: area.minutes,
        }
    }
}

fn minutes_of(area: &Area) -> [u16; 2] {
    area.minutes.map(AreaMinutes::get)
}

/// From the shortest way of all areas to the longest.
fn reach(areas: &[Area]) -> Option<[u16; 2]> {
    let minutes = || areas.iter().map(minutes_of);
    let shortest = minutes().map(|[from, _]| from).min()?;
    let longest = minutes().map(|[_, to]| to).max()?;
    Some([shortest, longest])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::shop::{
        area::Postcode,
        sample_zone::{autumn, utc},
        samples::profile,
    };

    /// Mondays 11:30 to 14:00 and 17:00 to 02:00, two hours before UTC.
    fn now(time: &str, counter: &Counter, postcode: Option<&str>) -> Now {
        let to = postcode.map(|postcode| Destination {
            postcode: Postcode::of(postcode),
            point: None,
        });
        let profile = profile(7, "Bella Napoli");
        Now::of(
            &profile,
            counter,
            &autumn(),
            to.as_ref(),
            |_| true,
            utc(time),
        )
    }

    fn counter() -> Counter {
        Counter::new(profile(7, "Bella Napoli").id)
    }

    #[test]
    fn it_is_open_by_its_hours() {
        let open = now("2026-10-19T10:00", &counter(), None);
        assert!(open.open);
        assert_eq!(
            (open.opens_at, open.closes_at),
            (None, Some(utc("2026-10-19T12:00")))
        );
        let night = now("2026-10-19T23:30", &counter(), None);
        assert_eq!(night.closes_at, Some(utc("2026-10-20T00:00")));
        let between = now("2026-10-19T13:00", &counter(), None);
        assert!(!between.open && between.asap.is_none());
        assert_eq!(
            (between.opens_at, between.closes_at),
            (Some(utc("2026-10-19T15:00")), None)
        );
    }

    #[test]
    fn the_soonest_delivery_is_a_range() {
        let slot = utc("2026-10-19T10:15");
        let expected = Soonest {
            slot,
            from: utc("2026-10-19T10:25"),
            to: utc("2026-10-19T10:55"),
        };
        let mitte = now("2026-10-19T10:00", &counter(), Some("10115"));
        assert_eq!(mitte.asap, Some(expected));
        assert_eq!(mitte.area.map(|area| area.fee), Some(Cents::new(250)));
        // There is one area.
        assert_eq!(
            now("2026-10-19T10:00", &counter(), None).asap,
            Some(expected)
        );
        let elsewhere = now("2026-10-19T10:00", &counter(), Some("20095"));
        assert_eq!((elsewhere.asap, elsewhere.area), (None, None));
    }

    #[test]
    fn the_counter_counts_while_it_lasts() {
        let time = utc("2026-10-19T10:00");
        let paused = counter().pause(Some(utc("2026-10-19T10:30")), None, time);
        let paused = paused.unwrap();
        let during = now("2026-10-19T10:00", &paused, None);
        assert!(during.open && during.paused.is_some());
        assert_eq!(
            during.asap.map(|asap| asap.slot),
            Some(utc("2026-10-19T10:30"))
        );
        assert_eq!(now("2026-10-19T10:30", &paused, None).paused, None);
        let stopped = counter().pause(None, None, time).unwrap();
        assert_eq!(now("2026-10-19T10:00", &stopped, None).asap, None);
        let busy = Busy {
            extra_minutes: 15,
            until: utc("2026-10-19T12:00"),
        };
        let busy = counter().busy(Some(busy), time).unwrap();
        let slower = now("2026-10-19T10:00", &busy, None);
        assert_eq!(
            slower.asap.map(|asap| asap.slot),
            Some(utc("2026-10-19T10:30"))
        );
    }

    #[test]
    fn what_is_full_or_not_listed_takes_no_orders() {
        let mut profile = profile(7, "Bella Napoli");
        let now = |profile: &Profile, room: bool| {
            let time = utc("2026-10-19T10:00");
            Now::of(profile, &counter(), &autumn(), None, |_| room, time)
        };
        assert!(now(&profile, true).asap.is_some());
        assert!(now(&profile, false).asap.is_none());
        profile.listed = false;
        let hidden = now(&profile, true);
        assert!(hidden.open && hidden.asap.is_none());
    }
}
