//! Open instants and slots in twenty zones, against an oracle that looks at the clock of each minute.

use super::*;
use crate::domain::{
    Whole,
    shop::{
        DaySpan, ExceptionInput, Exceptions, Hours, HoursInput, KitchenState, LocalDate,
        OpeningHours, OrderRules, SlotMinutes, Slots, Weekday,
    },
};
use chrono::TimeDelta;
use proptest::prelude::*;
use std::ops::Range;

const ZONES: [&str; 20] = [
    "Europe/Berlin",
    "Europe/Dublin",
    "Europe/Chisinau",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "America/Havana",
    "America/Nuuk",
    "America/Asuncion",
    "Atlantic/Azores",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Antarctica/Troll",
];

/// How many minutes the oracle looks back and ahead, so that what has a part of the stretch is known whole.
const MARGIN: i64 = 3 * 1440;
/// How many minutes are compared.
const STRETCH: i64 = 2 * 1440;

#[derive(Debug)]
struct Case {
    zone: IanaZone,
    hours: Hours,
    exceptions: Exceptions,
    rules: OrderRules,
    now: Time,
}

fn at(minute: i64) -> Time {
    Time::from_millis(minute * MILLIS)
}

fn span_input((opens, length): (u16, u16)) -> Vec<String> {
    let text = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let closes = match opens + length {
        1440 => 1440,
        closes => closes % 1440,
    };
    vec![text(opens), text(closes)]
}

/// Those of the spans that are valid together.
fn hours_of(spans: &[(usize, (u16, u16))]) -> Hours {
    let closed = Weekday::ALL
        .iter()
        .map(|day| (day.name().to_owned(), Vec::new()));
    let mut input: HoursInput = closed.collect();
    let mut hours = Hours::read(&input, "hours").unwrap();
    for (day, span) in spans {
        let mut more = input.clone();
        let of_day = more.get_mut(Weekday::ALL[*day].name()).unwrap();
        of_day.push(span_input(*span));
        if let Ok(read) = Hours::read(&more, "hours") {
            (input, hours) = (more, read);
        }
    }
    hours
}

fn exceptions_of(today: LocalDate, days: &[(i64, Vec<(u16, u16)>)]) -> Exceptions {
    let mut input = Vec::new();
    let mut exceptions = Exceptions::default();
    for (days, spans) in days {
        let mut more = input.clone();
        more.push(ExceptionInput {
            date: today.plus(*days).to_string(),
            hours: spans.iter().map(|span| span_input(*span)).collect(),
            note: None,
        });
        if let Ok(read) = Exceptions::read(&more, "exceptions") {
            (input, exceptions) = (more, read);
        }
    }
    exceptions
}

/// A minute beside one of the next changes of clocks, or so long after the beginning of 2026.
fn moment(zone: &IanaZone, nth: usize, beside: Option<i64>, after: i64) -> Time {
    let beginning = Timestamp::from_second(1_767_225_600).unwrap();
    let change = zone.0.following(beginning).nth(nth);
    let change = change.map(|change| change.timestamp().as_millisecond() / MILLIS);
    let beside = change.zip(beside).map(|(change, beside)| change + beside);
    at(beside.unwrap_or(beginning.as_millisecond() / MILLIS + after))
}

fn cases() -> impl Strategy<Value = Case> {
    let span = || {
        (
            0u16..1440,
            prop_oneof![15u16..600, 600u16..1440, Just(1440)],
        )
    };
    let span = move || {
        span().prop_map(|(opens, length)| match length {
            // All day begins at midnight.
            1440 => (0, 1440),
            _ => (opens, length),
        })
    };
    let spans = prop::collection::vec((0usize..7, span()), 0..12);
    let exceptions = prop::collection::vec((-3i64..5, prop::collection::vec(span(), 0..3)), 0..4);
    let when = (
        0usize..4,
        prop::option::weighted(0.8, -1500i64..1500),
        0i64..525_600,
    );
    let rules = (prop::bool::ANY, 5u16..=120);
    (0..ZONES.len(), spans, exceptions, when, rules).prop_map(
        |(zone, spans, exceptions, (nth, beside, after), (five, prepare))| {
            let zone = IanaZone::find(ZONES[zone]).unwrap();
            let now = moment(&zone, nth, beside, after);
            let today = LocalDate::at(&zone, now);
            let rules = OrderRules {
                days_ahead: Whole::of::<14>(),
                prepare_minutes: prepare.try_into().unwrap(),
                slot_minutes: if five {
                    SlotMinutes::Five
                } else {
                    SlotMinutes::Fifteen
                },
                ..OrderRules::default()
            };
            Case {
                hours: hours_of(&spans),
                exceptions: exceptions_of(today, &exceptions),
                zone,
                rules,
                now,
            }
        },
    )
}

/// Each minute from `MARGIN` before now on: whether it is open.
struct Oracle {
    from: i64,
    open: Vec<bool>,
}

impl Oracle {
    fn of(case: &Case) -> Oracle {
        let now = case.now.millis() / MILLIS;
        let from = now - MARGIN;
        let shown: Vec<i64> = (from..now + STRETCH + MARGIN)
            .map(|minute| case.zone.local(at(minute)).count())
            .collect();
        let mut open = vec![false; shown.len()];
        let [first, last] = [shown[0], shown[shown.len() - 1]]
            .map(|count| LocalDate::of(Minute::from_count(count)));
        let dates = (0..)
            .map(|days| first.plus(days))
            .take_while(|date| *date <= last);
        for date in dates {
            let exception = case.exceptions.iter().find(|one| one.date == date);
            let stated = exception.map_or(case.hours.on(date.weekday()), |one| &one.hours);
            for span in stated {
                for minute in instants(&shown, date, *span) {
                    open[minute] = true;
                }
            }
        }
        Oracle { from, open }
    }

    fn is_open(&self, minute: i64) -> bool {
        self.open[(minute - self.from) as usize]
    }

    /// Where the run of open minutes begins that has this one.
    fn opening(&self, minute: i64) -> i64 {
        let closed = (self.from..minute)
            .rev()
            .find(|before| !self.is_open(*before));
        closed.map_or(self.from, |closed| closed + 1)
    }
}

/// Which of the minutes are in a span, by what clocks show: from the first that shows its beginning, or what is later,
/// to the last that shows its end; if none does, to the first that shows what is later.
fn instants(shown: &[i64], date: LocalDate, span: DaySpan) -> Range<usize> {
    let [opens, closes] = [span.opens(), span.closes()].map(|minutes| date.minute(minutes).count());
    let first = |from: i64| {
        shown
            .iter()
            .position(|shown| *shown >= from)
            .unwrap_or(shown.len())
    };
    let last = shown.iter().rposition(|shown| *shown == closes);
    first(opens)..last.unwrap_or_else(|| first(closes))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn open_instants_and_slots_are_those_of_the_oracle(case in cases()) {
        let oracle = Oracle::of(&case);
        let now = case.now.millis() / MILLIS;
        let opening = OpeningHours { hours: &case.hours, exceptions: &case.exceptions, zone: &case.zone };
        let end = at(now + STRETCH);
        let spans = opening.spans(case.now, end);
        prop_assert!(spans.is_sorted_by(|one, next| one.closes.is_some_and(|closes| closes < next.opens)));
        for minute in now..now + STRETCH {
            let is_open = spans.iter().any(|span| span.holds(at(minute), at(minute + 1)));
            prop_assert_eq!(is_open, oracle.is_open(minute), "{}", at(minute));
        }

        let slots = Slots {
            opening,
            rules: &case.rules,
            state: KitchenState::default(),
            pieces: 1,
            now: case.now,
            has_room: |_| true,
        };
        let grid = case.rules.slot_minutes;
        let length = grid.minutes();
        let prepare = i64::from(case.rules.prepare_minutes.get());
        let current = grid.slot_of(case.now).millis() / MILLIS;
        let all = (current..now + STRETCH).filter(|minute| minute % length == 0);
        let expected: Vec<Time> = all
            .filter(|slot| (*slot..slot + length).all(|minute| oracle.is_open(minute)))
            .filter(|slot| slot + length >= now.max(oracle.opening(*slot)) + prepare)
            .map(at)
            .collect();
        let mut found = slots.next(1_000);
        found.retain(|slot| *slot < end);
        prop_assert_eq!(&found, &expected);
        prop_assert!(found.is_sorted_by(|one, next| *one + TimeDelta::minutes(length) <= *next));
        let is_asap = |slot: &&Time| oracle.is_open(now) && oracle.opening((**slot).millis() / MILLIS) <= now;
        let asap = slots.asap().ok().filter(|slot| *slot < end);
        prop_assert_eq!(asap.as_ref(), expected.iter().find(is_asap));
    }
}
