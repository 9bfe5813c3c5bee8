//! Which slots are possible, in a zone that is one hour ahead of UTC.

use super::*;
use crate::domain::{
    Time, Whole,
    shop::{
        Exceptions, Hours, LocalDate, OpeningHours,
        sample_zone::{SampleZone, autumn, daily, date, hours, utc},
    },
};
use chrono::TimeDelta;
use proptest::prelude::*;

#[derive(Debug)]
struct Shop {
    hours: Hours,
    exceptions: Exceptions,
    zone: SampleZone,
    rules: OrderRules,
    state: KitchenState,
    pieces: u32,
    full: Vec<Time>,
}

impl Shop {
    /// Open on each day from 17:00 to 22:00, which is from 16:00 to 21:00 in UTC.
    fn evenings() -> Shop {
        Shop::open(&daily("17:00-22:00"))
    }

    fn open(days: &[(&str, &str)]) -> Shop {
        let (hours, exceptions) = hours(days, &[]);
        Shop {
            hours,
            exceptions,
            zone: autumn(),
            rules: OrderRules::default(),
            state: KitchenState::default(),
            pieces: 1,
            full: Vec::new(),
        }
    }

    fn at(&self, now: Time) -> Slots<'_, SampleZone, impl Fn(Time) -> bool> {
        Slots {
            opening: OpeningHours {
                hours: &self.hours,
                exceptions: &self.exceptions,
                zone: &self.zone,
            },
            rules: &self.rules,
            state: self.state,
            pieces: self.pieces,
            now,
            has_room: |slot| !self.full.contains(&slot),
        }
    }

    /// On 2026-11-30, a Monday.
    fn asap(&self, now: &str) -> Result<String, SlotRefusal> {
        self.at(monday(now)).asap().map(clock)
    }

    fn next(&self, now: &str, count: usize) -> Vec<String> {
        clocks(self.at(monday(now)).next(count))
    }

    fn of_date(&self, now: &str, of: &str) -> Vec<String> {
        clocks(self.at(monday(now)).of_date(date(of)))
    }

    fn good_until(&self, now: &str, slot: &str) -> String {
        let until = self.at(monday(now)).good_until(monday(slot)).unwrap();
        until.to_string()[11..23].to_owned()
    }
}

fn monday(clock: &str) -> Time {
    utc(&format!("2026-11-30T{clock}"))
}

fn clock(time: Time) -> String {
    time.to_string()[11..16].to_owned()
}

fn clocks(times: Vec<Time>) -> Vec<String> {
    times.into_iter().map(clock).collect()
}

#[test]
fn asap_is_the_first_slot_by_whose_end_the_kitchen_is_ready() {
    let shop = Shop::evenings();
    for (now, asap) in [
        ("16:00", Ok("16:15")),
        ("17:10", Ok("17:15")),
        ("17:11", Ok("17:30")),
        // The last slot ends when it closes.
        ("20:40", Ok("20:45")),
        ("20:41", Err(SlotRefusal::NotOpen)),
        ("21:00", Err(SlotRefusal::NotOpen)),
        ("15:59", Err(SlotRefusal::NotOpen)),
    ] {
        assert_eq!(shop.asap(now), asap.map(str::to_owned), "{now}");
    }
    let mut quick = Shop::evenings();
    quick.rules.prepare_minutes = Whole::of::<5>();
    assert_eq!(quick.asap("17:10"), Ok("17:00".to_owned()));
    quick.rules.asap = false;
    assert_eq!(quick.asap("17:10"), Err(SlotRefusal::NotOpen));
    assert_eq!(quick.next("17:10", 1), ["17:00"]);
}

#[test]
fn the_kitchen_begins_when_it_opens() {
    let shop = Shop::evenings();
    assert_eq!(shop.next("10:00", 3), ["16:15", "16:30", "16:45"]);
    let mut large = Shop::evenings();
    large.pieces = 13;
    assert_eq!(large.next("10:00", 1), ["16:30"]);
    assert_eq!(large.next("17:10", 1), ["17:30"]);
    // 17:20 to 22:00: a slot is wholly inside.
    let odd = Shop::open(&daily("17:20-21:55"));
    let slots = odd.of_date("10:00", "2026-11-30");
    assert_eq!(
        (slots[0].as_str(), slots[slots.len() - 1].as_str()),
        ("16:30", "20:30")
    );
}

#[test]
fn each_slot_that_an_order_takes_needs_room() {
    let mut shop = Shop::evenings();
    shop.full = vec![monday("17:15")];
    assert_eq!(shop.next("17:10", 3), ["17:30", "17:45", "18:00"]);
    shop.pieces = 7;
    assert_eq!(shop.next("17:10", 3), ["17:45", "18:00", "18:15"]);
    assert_eq!(
        shop.at(monday("17:10")).check(monday("17:30")),
        Err(SlotRefusal::Full)
    );
    assert_eq!(shop.at(monday("17:10")).check(monday("17:45")), Ok(()));
    shop.full = (0..24)
        .map(|slot| monday("16:00") + TimeDelta::minutes(15 * slot))
        .collect();
    assert_eq!(shop.asap("17:10"), Err(SlotRefusal::Full));
    assert_eq!(shop.next("17:10", 1), ["16:15"], "of the next day");
}

#[test]
fn a_pause_rules_out_what_begins_before_its_end() {
    let mut shop = Shop::evenings();
    shop.state.pause = Some(Until::At(monday("18:00")));
    assert_eq!(shop.asap("17:00"), Ok("18:00".to_owned()));
    assert_eq!(
        shop.at(monday("17:00")).check(monday("17:30")),
        Err(SlotRefusal::Paused)
    );
    assert_eq!(shop.asap("18:00"), Ok("18:15".to_owned()), "it is over");
    shop.pieces = 7;
    assert_eq!(shop.asap("17:00"), Ok("18:15".to_owned()));
    shop.state.pause = Some(Until::ByHand);
    assert_eq!(shop.asap("17:00"), Err(SlotRefusal::Paused));
    assert_eq!(shop.asap("10:00"), Err(SlotRefusal::Paused));
    assert_eq!(shop.next("17:00", 3).len(), 0);
}

#[test]
fn a_busy_kitchen_needs_longer_where_it_begins_before_that_ends() {
    let mut shop = Shop::evenings();
    shop.state.busy = Some((30, Until::At(monday("18:00"))));
    assert_eq!(shop.asap("17:00"), Ok("17:45".to_owned()));
    assert_eq!(shop.asap("18:00"), Ok("18:15".to_owned()));
    assert_eq!(shop.of_date("17:00", "2026-12-01")[0], "16:15");
    shop.state.busy = Some((30, Until::ByHand));
    assert_eq!(shop.of_date("17:00", "2026-12-01")[0], "16:45");
}

#[test]
fn orders_are_for_some_days_ahead_or_the_span_that_is_open() {
    let mut shop = Shop::open(&daily("17:00-02:00"));
    shop.rules.days_ahead = Whole::of::<0>();
    // From midnight to 02:00, which is 23:00 to 01:00 in UTC.
    let night = shop.of_date("18:00", "2026-12-01");
    assert_eq!(
        (night.len(), night[0].as_str(), night[7].as_str()),
        (8, "23:00", "00:45")
    );
    assert_eq!(shop.of_date("10:00", "2026-12-01").len(), 0);
    let evening = shop.of_date("10:00", "2026-11-30");
    assert_eq!(
        (evening[0].as_str(), evening[evening.len() - 1].as_str()),
        ("16:15", "22:45")
    );
    assert_eq!(shop.at(monday("18:00")).check(monday("23:15")), Ok(()));
    assert_eq!(
        shop.at(monday("10:00")).check(monday("23:15")),
        Err(SlotRefusal::NotOpen)
    );

    shop.rules.days_ahead = Whole::of::<14>();
    let last = shop.of_date("10:00", "2026-12-14");
    assert_eq!(
        (last[0].as_str(), last[last.len() - 1].as_str()),
        ("23:00", "22:45")
    );
    assert_eq!(shop.of_date("10:00", "2026-12-15").len(), 0);
    assert_eq!(shop.of_date("10:00", "2026-11-29").len(), 0);

    // What never closes has dates alone.
    let mut always = Shop::open(&daily("00:00-24:00"));
    always.rules.days_ahead = Whole::of::<1>();
    assert_eq!(always.of_date("10:00", "2026-12-01").len(), 96);
    assert_eq!(always.of_date("10:00", "2026-12-02").len(), 0);
    assert_eq!(
        always.at(monday("10:00")).check(utc("2026-12-01T23:00")),
        Err(SlotRefusal::NotOpen)
    );
    assert_eq!(always.next("10:00", 10_000).len(), 51 + 96);
}

#[test]
fn a_slot_begins_on_the_grid() {
    let mut shop = Shop::evenings();
    let check = |shop: &Shop, slot| shop.at(monday("17:00")).check(monday(slot));
    assert_eq!(check(&shop, "18:05"), Err(SlotRefusal::OffGrid));
    assert_eq!(check(&shop, "21:00"), Err(SlotRefusal::NotOpen));
    assert_eq!(check(&shop, "16:45"), Err(SlotRefusal::NotOpen));
    shop.rules.slot_minutes = SlotMinutes::Five;
    assert_eq!(check(&shop, "18:05"), Ok(()));
    assert_eq!(shop.next("17:01", 2), ["17:20", "17:25"]);
    let far = shop.at(monday("17:00")).check(utc("2226-11-30T18:00"));
    assert_eq!(far, Err(SlotRefusal::NotOpen));
}

#[test]
fn a_slot_is_good_until_the_kitchen_must_begin() {
    let mut shop = Shop::evenings();
    assert_eq!(shop.good_until("17:00", "18:00"), "17:55:00.000");
    shop.state.busy = Some((30, Until::At(monday("17:20"))));
    assert_eq!(shop.good_until("17:00", "18:00"), "17:55:00.000");
    shop.state.busy = Some((30, Until::At(monday("18:00"))));
    assert_eq!(shop.good_until("17:00", "18:00"), "17:25:00.000");
    shop.pieces = 13;
    shop.state.busy = None;
    assert_eq!(shop.good_until("17:00", "18:00"), "17:44:59.999");
    assert_eq!(shop.at(monday("17:00")).good_until(monday("22:00")), None);
}

#[test]
fn the_kitchen_has_its_minutes_to_answer_from_the_opening_on() {
    let mut shop = Shop::evenings();
    let answer_by = |shop: &Shop, now| shop.at(monday(now)).answer_by().map(clock);
    assert_eq!(answer_by(&shop, "17:00"), Some("17:05".to_owned()));
    assert_eq!(answer_by(&shop, "10:00"), Some("16:05".to_owned()));
    assert_eq!(answer_by(&shop, "21:00"), Some("16:05".to_owned()));
    shop.rules.auto_accept = true;
    assert_eq!(answer_by(&shop, "17:00"), None);
}

fn shops() -> impl Strategy<Value = Shop> {
    let until = || prop_oneof![Just(None), (0i64..1440).prop_map(Some)];
    let until_at = |minutes: Option<i64>| {
        Until::from(minutes.map(|m| monday("00:00") + TimeDelta::minutes(m)))
    };
    let busy = prop::option::of((5u16..=120, until()));
    let pause = prop::option::of(until());
    let spans = prop::sample::select(vec![
        "17:00-22:00",
        "11:10-14:05 18:00-01:20",
        "00:00-24:00",
        "12:00-11:00",
    ]);
    let minutes = (5u16..=120, prop::bool::ANY, 0u32..20);
    let full = prop::collection::vec(0i64..192, 0..60);
    (spans, minutes, pause, busy, full).prop_map(
        move |(span, (prepare, five, pieces), pause, busy, full)| {
            let mut shop = Shop::open(&daily(span));
            shop.rules.prepare_minutes = prepare.try_into().unwrap();
            shop.rules.slot_minutes = if five {
                SlotMinutes::Five
            } else {
                SlotMinutes::Fifteen
            };
            shop.pieces = pieces;
            shop.state.pause = pause.map(until_at);
            shop.state.busy = busy.map(|(extra, until)| (extra, until_at(until)));
            let full = full
                .into_iter()
                .map(|slot| monday("00:00") + TimeDelta::minutes(15 * slot));
            shop.full = full.collect();
            shop
        },
    )
}

proptest! {
    /// What is listed is exactly what is accepted, and the first of it is as soon as possible.
    #[test]
    fn the_lists_agree_with_the_check(shop in shops(), minute in 0i64..1440) {
        let now = monday("00:00") + TimeDelta::minutes(minute);
        let slots = shop.at(now);
        let grid = shop.rules.slot_minutes;
        let days = ["2026-11-30", "2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04"].map(date);
        let listed: Vec<Time> = days.iter().flat_map(|day| slots.of_date(*day)).collect();
        let first = LocalDate::begins(days[0], &shop.zone);
        let all = (0..4 * 1440 / grid.minutes()).map(|slot| first + TimeDelta::minutes(slot * grid.minutes()));
        let accepted: Vec<Time> = all.filter(|slot| slots.check(*slot).is_ok()).collect();
        prop_assert_eq!(&listed, &accepted);
        let next = slots.next(3);
        prop_assert_eq!(&next[..], &listed[..listed.len().min(3)]);
        if let Ok(asap) = slots.asap() {
            prop_assert_eq!(asap, next[0]);
        }
    }

    /// Without another change, a slot stays possible up to that instant and is not after it.
    #[test]
    fn a_slot_is_good_until_it_is_not(shop in shops(), minute in 0i64..1440, nth in 0usize..40) {
        let now = monday("00:00") + TimeDelta::minutes(minute);
        let slots = shop.at(now).next(nth + 1);
        prop_assume!(!slots.is_empty());
        let slot = slots[nth.min(slots.len() - 1)];
        let until = shop.at(now).good_until(slot).unwrap();
        prop_assert!(until >= now);
        for part in 0..=8 {
            let between = now + TimeDelta::milliseconds((until - now).num_milliseconds() * part / 8);
            prop_assert_eq!(shop.at(between).check(slot), Ok(()));
        }
        prop_assert!(shop.at(until + TimeDelta::milliseconds(1)).check(slot).is_err());
    }
}
