//! What everybody means to do on an evening, and when: it follows from the seed alone. What comes of it is up to the
//! market.

use super::words::{self, ADDRESSES, CUSTOMERS, DRIVERS, EXCUSES, KITCHENS, PIZZAS, PROMISES};
use crate::domain::{Actor, Status, Verb};
use fastrand::Rng;
use serde::Serialize;
use serde_json::{Value, json};
use std::time::Duration;

/// How large an evening is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    pub orders: usize,
    pub suppliers: usize,
    pub drivers: usize,
    /// How long orders come in. The last are delivered about an hour later.
    pub length: Duration,
}

/// An evening: one story for each order, by the time at which it begins.
#[derive(Debug, PartialEq, Serialize)]
pub struct Plan {
    pub stories: Vec<Story>,
}

/// What is meant to happen to one order.
#[derive(Debug, PartialEq, Serialize)]
pub struct Story {
    pub steps: Vec<Step>,
    #[serde(skip)]
    kitchen: usize,
    /// When the order is there for whoever comes next; `None` when its story is over.
    #[serde(skip)]
    next: Option<Duration>,
}

/// What is asked for at one moment. Where it is more than one thing, all are asked for at once, and one can win.
#[derive(Debug, PartialEq, Serialize)]
pub struct Step {
    /// Since the evening began, in the evening's time. Seconds, where it is written out.
    #[serde(serialize_with = "as_seconds")]
    pub at: Duration,
    pub asks: Vec<Ask>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ask {
    pub verb: Verb,
    /// Who asks.
    pub by: String,
    pub body: Value,
    /// Pressed twice: sent twice at the same time, under one key.
    pub twice: bool,
}

fn as_seconds<S: serde::Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_secs_f64())
}

struct Kitchen {
    name: String,
    /// When each of its ovens is free.
    ovens: Vec<Duration>,
    /// When it stands still, if it does: from, to.
    trouble: Option<(Duration, Duration)>,
}

impl Ask {
    fn new(rng: &mut Rng, verb: Verb, by: &str, body: Value) -> Ask {
        let twice = chance(rng, 40);
        let by = by.to_owned();
        Ask {
            verb,
            by,
            body,
            twice,
        }
    }

    fn to(rng: &mut Rng, verb: Verb, by: &str) -> Ask {
        let to = reached(verb);
        Ask::new(rng, verb, by, json!({"status": to}))
    }

    /// The call that it is, after the order's own path.
    pub fn call(&self) -> &'static str {
        match self.verb {
            Verb::Offer => "",
            Verb::Accept | Verb::Reject => "/supplier-respond",
            Verb::Take => "/customer-accept",
            Verb::Dispatch => "/dispatch",
            Verb::Prepare | Verb::MarkReady | Verb::SetOff | Verb::Deliver | Verb::Cancel => {
                "/status"
            }
        }
    }

    /// Whether it is meant for the order as it was seen last, and for no other.
    pub fn is_careful(&self) -> bool {
        matches!(self.verb, Verb::Prepare | Verb::MarkReady)
    }
}

/// The state that a command leads to, from wherever.
pub fn reached(verb: Verb) -> Status {
    let from_anywhere = Status::ALL
        .iter()
        .find_map(|from| from.after(verb, Actor::AnyRole));
    from_anywhere.map_or(Status::PendingSupplier, |step| step.to)
}

impl Plan {
    pub fn new(seed: u64, size: Size) -> Plan {
        let mut rng = Rng::with_seed(seed);
        let rng = &mut rng;
        let mut kitchens: Vec<_> = (0..size.suppliers)
            .map(|n| Kitchen::new(rng, n, size.length))
            .collect();
        let mut stories: Vec<_> = (0..size.orders)
            .map(|_| Story::offered(rng, &kitchens, size.length))
            .collect();
        for story in in_turn(&mut stories) {
            let kitchen = &mut kitchens[story.kitchen];
            story.baked(rng, kitchen);
        }
        let mut drivers: Vec<_> = (0..size.drivers)
            .map(|n| (Duration::ZERO, words::nth(DRIVERS, n)))
            .collect();
        for story in in_turn(&mut stories) {
            story.delivered(rng, &mut drivers);
        }
        stories.sort_by_key(|story| story.steps[0].at);
        Plan { stories }
    }

    pub fn steps(&self) -> usize {
        self.stories.iter().map(|story| story.steps.len()).sum()
    }
}

/// Those whose story goes on, in the order in which they are there.
fn in_turn(stories: &mut [Story]) -> impl Iterator<Item = &mut Story> {
    stories.sort_by_key(|story| story.next);
    stories.iter_mut().filter(|story| story.next.is_some())
}

impl Kitchen {
    fn new(rng: &mut Rng, n: usize, evening: Duration) -> Kitchen {
        let ovens = vec![Duration::ZERO; rng.usize(2..=4)];
        // One in three has an oven that goes out in the rush.
        let out = evening.mul_f64(0.3 + 0.4 * rng.f64());
        let trouble = chance(rng, 333).then(|| (out, out + minutes(rng, 10..=25)));
        Kitchen {
            name: words::nth(KITCHENS, n),
            ovens,
            trouble,
        }
    }

    /// When it can begin with a pizza, and the oven that is taken then.
    fn free(&mut self, from: Duration) -> (Duration, &mut Duration) {
        let mut first = 0;
        for (n, free) in self.ovens.iter().enumerate() {
            if *free < self.ovens[first] {
                first = n;
            }
        }
        let begins = from.max(self.ovens[first]);
        let begins = match self.trouble {
            Some((from, to)) if (from..to).contains(&begins) => to,
            _ => begins,
        };
        (begins, &mut self.ovens[first])
    }
}

impl Story {
    /// A kitchen offers a pizza and stands by it, or does not; one customer or several want it.
    fn offered(rng: &mut Rng, kitchens: &[Kitchen], evening: Duration) -> Story {
        let n = rng.usize(..kitchens.len());
        let kitchen = &*kitchens[n].name;
        // Three dice: few come early, few come late.
        let mut at = evening.mul_f64((rng.f64() + rng.f64() + rng.f64()) / 3.0);
        let offer = Ask::new(rng, Verb::Offer, kitchen, json!({}));
        let mut story = Story {
            steps: vec![Step {
                at,
                asks: vec![Ask {
                    body: offer_of(rng, kitchen),
                    ..offer
                }],
            }],
            kitchen: n,
            next: None,
        };
        at += seconds_of(rng, 10..=90);
        if chance(rng, 60) {
            let why = words::any(rng, EXCUSES);
            story.ask(
                at,
                Ask::new(
                    rng,
                    Verb::Reject,
                    kitchen,
                    json!({"accept": false, "notes": why}),
                ),
            );
            return story;
        }
        let notes = chance(rng, 400).then(|| words::any(rng, PROMISES));
        let promise = json!({"accept": true, "notes": notes, "estimated_time": rng.u32(4..=9) * 5});
        story.ask(at, Ask::new(rng, Verb::Accept, kitchen, promise));
        if chance(rng, 30) {
            // Nobody wants it.
            at += minutes(rng, 20..=30);
            story.ask(at, Ask::to(rng, Verb::Cancel, kitchen));
            return story;
        }
        at += seconds_of(rng, 20..=600);
        let mut asks = takers(rng);
        if chance(rng, 30) {
            // It goes off the menu in the moment in which somebody takes it.
            asks.push(Ask::to(rng, Verb::Cancel, kitchen));
        }
        story.steps.push(Step { at, asks });
        story.next = Some(at);
        story
    }

    /// The kitchen bakes it, sooner or later, unless the customer's patience is over before.
    fn baked(&mut self, rng: &mut Rng, kitchen: &mut Kitchen) {
        let Some(taken) = self.next.take() else {
            return;
        };
        let seen = taken + seconds_of(rng, 15..=60);
        let patience = minutes(rng, 8..=30);
        let regret = chance(rng, 15).then(|| seconds_of(rng, 5..=45));
        let (name, (begins, oven)) = (kitchen.name.clone(), kitchen.free(seen));
        let gives_up = taken + regret.unwrap_or(patience);
        if gives_up < begins {
            self.ask(gives_up, Ask::to(rng, Verb::Cancel, "customer"));
            return;
        }
        let mut asks = vec![Ask::to(rng, Verb::Prepare, &name)];
        if chance(rng, 30) {
            // The customer gives up in the moment in which the kitchen begins.
            asks.push(Ask::to(rng, Verb::Cancel, "customer"));
        }
        self.steps.push(Step { at: begins, asks });
        let late = if chance(rng, 80) { 3 } else { 1 };
        let baking = seconds_of(rng, 300..=600) * late;
        if chance(rng, 15) {
            // Burnt.
            *oven = begins + baking / 2;
            let at = *oven;
            self.ask(at, Ask::to(rng, Verb::Cancel, &name));
            return;
        }
        let ready = begins + baking;
        *oven = ready;
        self.ask(ready, Ask::to(rng, Verb::MarkReady, &name));
        self.next = Some(ready);
    }

    /// The driver who is free first brings it.
    fn delivered(&mut self, rng: &mut Rng, drivers: &mut [(Duration, String)]) {
        let Some(ready) = self.next.take() else {
            return;
        };
        drivers.sort();
        let second = drivers.get(1).map(|(_, name)| name.clone());
        let Some((free, driver)) = drivers.first_mut() else {
            return;
        };
        let leaves = (*free).max(ready + seconds_of(rng, 5..=60));
        if chance(rng, 10) {
            // The street is not to be found.
            self.ask(leaves, Ask::to(rng, Verb::Cancel, "dispatch"));
            return;
        }
        let send = |rng: &mut Rng, name: &str| {
            Ask::new(
                rng,
                Verb::Dispatch,
                "dispatch",
                json!({"driver_name": name}),
            )
        };
        let mut asks = vec![send(rng, driver)];
        if let Some(second) = second.filter(|_| chance(rng, 30)) {
            // Two at the desk, and each sends somebody.
            asks.push(send(rng, &second));
        }
        self.steps.push(Step { at: leaves, asks });
        let out = leaves + seconds_of(rng, 20..=120);
        self.ask(out, Ask::to(rng, Verb::SetOff, driver));
        let ride = minutes(rng, 4..=18);
        self.ask(out + ride, Ask::to(rng, Verb::Deliver, driver));
        *free = out + ride + ride / 2;
    }

    fn ask(&mut self, at: Duration, ask: Ask) {
        let asks = vec![ask];
        self.steps.push(Step { at, asks });
    }
}

fn offer_of(rng: &mut Rng, kitchen: &str) -> Value {
    let (pizza, usual) = PIZZAS[rng.usize(..PIZZAS.len())];
    let cents = usual - 50 + rng.u32(0..=20) * 5;
    let mut body = json!({
        "supplier_name": kitchen,
        "pizza_name": pizza,
        // The double nearest to a number of two decimals is written as just that number.
        "supplier_price": f64::from(cents) / 100.0,
    });
    if chance(rng, 250) {
        const MARKUPS: [f64; 5] = [0.0, 12.5, 22.0, 33.33, 45.0];
        body["markup_percentage"] = json!(MARKUPS[rng.usize(..MARKUPS.len())]);
    }
    body
}

/// Everybody who wants one pizza: mostly one, sometimes a crowd.
fn takers(rng: &mut Rng) -> Vec<Ask> {
    let many = match rng.u32(..100) {
        ..70 => 1,
        70..95 => rng.usize(2..=4),
        _ => rng.usize(5..=8),
    };
    let first = rng.usize(..CUSTOMERS.len());
    (first..first + many)
        .map(|n| {
            let name = CUSTOMERS[n % CUSTOMERS.len()];
            let address = words::any(rng, ADDRESSES);
            let body = json!({"customer_name": name, "delivery_address": address});
            Ask::new(rng, Verb::Take, name, body)
        })
        .collect()
}

/// So many times in a thousand.
fn chance(rng: &mut Rng, in_a_thousand: u32) -> bool {
    rng.u32(..1000) < in_a_thousand
}

fn seconds_of(rng: &mut Rng, range: std::ops::RangeInclusive<u64>) -> Duration {
    Duration::from_secs(rng.u64(range))
}

fn minutes(rng: &mut Rng, range: std::ops::RangeInclusive<u64>) -> Duration {
    let (from, to) = range.into_inner();
    seconds_of(rng, from * 60..=to * 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Command, Field, Fields, Name, Offer, Value as Given};
    use std::collections::BTreeSet;

    const SIZE: Size = Size {
        orders: 500,
        suppliers: 20,
        drivers: 30,
        length: Duration::from_secs(4 * 3600),
    };

    #[test]
    fn a_seed_makes_one_plan_and_another_seed_another() {
        let plan = Plan::new(7, SIZE);
        assert_eq!(plan, Plan::new(7, SIZE));
        assert_ne!(plan, Plan::new(8, SIZE));
        assert_eq!(plan.stories.len(), 500);
    }

    #[test]
    fn a_lively_evening_has_everything() {
        let plan = Plan::new(1, SIZE);
        let steps = || plan.stories.iter().flat_map(|story| &story.steps);
        let verbs: BTreeSet<_> = steps()
            .flat_map(|step| &step.asks)
            .map(|ask| ask.verb)
            .collect();
        assert_eq!(verbs.len(), Verb::ALL.len());
        let race = |one: Verb, other: Verb| {
            steps().any(|step| {
                step.asks[0].verb == one && step.asks[1..].iter().any(|ask| ask.verb == other)
            })
        };
        assert!(race(Verb::Take, Verb::Take) && race(Verb::Take, Verb::Cancel));
        assert!(race(Verb::Prepare, Verb::Cancel) && race(Verb::Dispatch, Verb::Dispatch));
        assert!(steps().flat_map(|step| &step.asks).any(|ask| ask.twice));
        let impatient = plan.stories.iter().filter(|story| {
            let last = story.steps.last().map(|step| &step.asks[0]);
            last.is_some_and(|ask| ask.verb == Verb::Cancel && ask.by == "customer")
        });
        assert!(impatient.count() > 5);
    }

    /// No step of a story comes before the one that it needs, and each is a move of the lifecycle.
    #[test]
    fn every_story_can_be_told() {
        for story in Plan::new(2, SIZE).stories {
            assert!(
                story.steps.windows(2).all(|two| two[0].at < two[1].at),
                "{story:?}"
            );
            let mut status = Status::PendingSupplier;
            for step in &story.steps[1..] {
                let step = status.after(step.asks[0].verb, Actor::AnyRole);
                status = step.unwrap_or_else(|| panic!("{story:?}")).to;
            }
            assert!(status.is_final(), "{story:?}");
        }
    }

    #[test]
    fn whatever_is_said_may_be_said() {
        for story in Plan::new(3, SIZE).stories {
            for ask in story.steps.iter().flat_map(|step| &step.asks) {
                let mut fields = Fields::default();
                for (name, value) in ask.body.as_object().unwrap() {
                    let raw = serde_json::value::to_raw_value(value).unwrap();
                    fields.add(name, Given::Json(raw));
                }
                match ask.verb {
                    Verb::Offer => drop(Offer::read(fields).unwrap()),
                    Verb::Accept | Verb::Reject => drop(Command::read_answer(fields).unwrap()),
                    Verb::Take => drop(Command::read_take(fields).unwrap()),
                    _ => {}
                }
            }
        }
        for name in [KITCHENS, CUSTOMERS, DRIVERS].concat() {
            assert!(Name::parse(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn more_people_than_names_have_numbers() {
        assert_eq!(words::nth(&["a", "b"], 1), "b");
        assert_eq!(words::nth(&["a", "b"], 4), "a 3");
    }
}
