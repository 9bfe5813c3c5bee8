//! How stories are made: kitchens with their ovens, customers with their patience, drivers. Each function draws its
//! random numbers in a fixed order, because a seed promises one plan.

use super::{
    command::PlannedCommand,
    random::{chance, minutes, seconds_of},
};
use crate::domain::{CommandKind, Status};
use crate::server::cli::simulate::names::{
    self, ADDRESSES, CUSTOMERS, EXCUSES, KITCHENS, PIZZAS, PROMISES,
};
use fastrand::Rng;
use serde::Serialize;
use serde_json::{Value, json};
use std::time::Duration;

/// How a customer comes to an order, before the first step of its story.
#[derive(Debug, PartialEq, Serialize)]
pub struct Visit {
    /// When the price is asked for.
    #[serde(serialize_with = "as_seconds")]
    pub quoted_at: Duration,
    /// Which of the next slots is wanted; none for as soon as possible.
    pub slot: Option<usize>,
    /// Whether nothing is ordered in the end.
    pub is_abandoned: bool,
    /// Whether another price or time is agreed to.
    pub is_easy: bool,
    /// Whether the kitchen leaves it unanswered.
    pub is_missed: bool,
}

/// What is planned for one order.
#[derive(Debug, PartialEq, Serialize)]
pub struct Story {
    /// Of an order from a menu.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visit: Option<Visit>,
    pub steps: Vec<Step>,
    #[serde(skip)]
    pub kitchen: usize,
    /// When the next party can act on the order; `None` when its story is over.
    #[serde(skip)]
    pub next: Option<Duration>,
}

/// The commands of one moment. Where there are several, they race, and at most one succeeds.
#[derive(Debug, PartialEq, Serialize)]
pub struct Step {
    /// Since the evening began, in the evening's time. In JSON: seconds.
    #[serde(serialize_with = "as_seconds")]
    pub at: Duration,
    #[serde(rename = "asks")]
    pub commands: Vec<PlannedCommand>,
}

pub fn as_seconds<S: serde::Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_secs_f64())
}

pub struct Kitchen {
    name: String,
    /// When each of its ovens is free.
    ovens: Vec<Duration>,
    /// From when to when its ovens are out, if they are.
    outage: Option<(Duration, Duration)>,
}

impl Kitchen {
    pub fn new(rng: &mut Rng, n: usize, evening: Duration) -> Kitchen {
        let ovens = vec![Duration::ZERO; rng.usize(2..=4)];
        // One kitchen in three has an outage in the rush.
        let out = evening.mul_f64(0.3 + 0.4 * rng.f64());
        let outage = chance(rng, 333).then(|| (out, out + minutes(rng, 10..=25)));
        Kitchen {
            name: names::nth(KITCHENS, n),
            ovens,
            outage,
        }
    }

    /// The kitchen of a pizzeria, whose ovens are never out.
    pub fn of(rng: &mut Rng, name: &str) -> Kitchen {
        Kitchen {
            name: name.to_owned(),
            ovens: vec![Duration::ZERO; rng.usize(3..=6)],
            outage: None,
        }
    }

    /// When it can begin with a pizza, and the oven that bakes it.
    fn free(&mut self, from: Duration) -> (Duration, &mut Duration) {
        let mut first = 0;
        for (n, free) in self.ovens.iter().enumerate() {
            if *free < self.ovens[first] {
                first = n;
            }
        }
        let begins = from.max(self.ovens[first]);
        let begins = match self.outage {
            Some((from, to)) if (from..to).contains(&begins) => to,
            _ => begins,
        };
        (begins, &mut self.ovens[first])
    }
}

impl Story {
    /// A kitchen offers a pizza and accepts, or rejects; one customer or several want it.
    pub fn offered(rng: &mut Rng, kitchens: &[Kitchen], evening: Duration) -> Story {
        let n = rng.usize(..kitchens.len());
        let kitchen = &*kitchens[n].name;
        // The mean of three numbers: few orders come early, few come late.
        let mut at = evening.mul_f64((rng.f64() + rng.f64() + rng.f64()) / 3.0);
        let mut offer = PlannedCommand::new(rng, CommandKind::Offer, kitchen, json!({}));
        offer.body = offer_of(rng, kitchen);
        let mut story = Story {
            visit: None,
            steps: Vec::new(),
            kitchen: n,
            next: None,
        };
        story.plan(at, offer);
        at += seconds_of(rng, 10..=90);
        if chance(rng, 60) {
            let rejection = json!({"accept": false, "notes": names::any(rng, EXCUSES)});
            story.plan(
                at,
                PlannedCommand::new(rng, CommandKind::Reject, kitchen, rejection),
            );
            return story;
        }
        let notes = chance(rng, 400).then(|| names::any(rng, PROMISES));
        let promise = json!({"accept": true, "notes": notes, "estimated_time": rng.u32(4..=9) * 5});
        story.plan(
            at,
            PlannedCommand::new(rng, CommandKind::Accept, kitchen, promise),
        );
        story.taken(rng, at, kitchen);
        story
    }

    /// Customers take the pizza, or none comes and the kitchen cancels.
    fn taken(&mut self, rng: &mut Rng, mut at: Duration, kitchen: &str) {
        if chance(rng, 30) {
            at += minutes(rng, 20..=30);
            return self.plan(
                at,
                PlannedCommand::status(rng, CommandKind::Cancel, kitchen),
            );
        }
        at += seconds_of(rng, 20..=600);
        let mut commands = takers(rng);
        if chance(rng, 30) {
            // The kitchen cancels in the same moment.
            commands.push(PlannedCommand::status(rng, CommandKind::Cancel, kitchen));
        }
        self.steps.push(Step { at, commands });
        self.next = Some(at);
    }

    /// The kitchen bakes it, unless the customer loses patience before.
    pub fn baked(&mut self, rng: &mut Rng, kitchen: &mut Kitchen) {
        let Some(taken) = self.next.take() else {
            return;
        };
        let seen = taken + seconds_of(rng, 15..=60);
        let patience = minutes(rng, 8..=30);
        let regret = chance(rng, 15).then(|| seconds_of(rng, 5..=45));
        let (name, (begins, oven)) = (kitchen.name.clone(), kitchen.free(seen));
        let gives_up = taken + regret.unwrap_or(patience);
        if gives_up < begins {
            self.plan(
                gives_up,
                PlannedCommand::status(rng, CommandKind::Cancel, "customer"),
            );
            return;
        }
        let mut commands = vec![PlannedCommand::status(rng, CommandKind::Prepare, &name)];
        if chance(rng, 30) {
            // The customer gives up in the moment at which the kitchen begins.
            commands.push(PlannedCommand::status(rng, CommandKind::Cancel, "customer"));
        }
        self.steps.push(Step {
            at: begins,
            commands,
        });
        let prepare = PlannedCommand::status(rng, CommandKind::Prepare, &name);
        self.slip(rng, begins, Status::CustomerAccepted, prepare);
        let late = if chance(rng, 80) { 3 } else { 1 };
        let baking = seconds_of(rng, 300..=600) * late;
        if chance(rng, 15) {
            // Burnt.
            *oven = begins + baking / 2;
            let at = *oven;
            self.plan(at, PlannedCommand::status(rng, CommandKind::Cancel, &name));
            return;
        }
        let ready = begins + baking;
        *oven = ready;
        let mark_ready = PlannedCommand::status(rng, CommandKind::MarkReady, &name);
        self.plan(ready, mark_ready.clone());
        self.next = Some(self.slip(rng, ready, Status::Preparing, mark_ready));
    }

    /// The driver who is free first delivers it.
    pub fn delivered(&mut self, rng: &mut Rng, drivers: &mut [(Duration, String)]) {
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
            // The address is not found.
            self.plan(
                leaves,
                PlannedCommand::status(rng, CommandKind::Cancel, "dispatch"),
            );
            return;
        }
        let send = |rng: &mut Rng, name: &str| {
            PlannedCommand::new(
                rng,
                CommandKind::Dispatch,
                "dispatch",
                json!({"driver_name": name}),
            )
        };
        let mut commands = vec![send(rng, driver)];
        if let Some(second) = second.filter(|_| chance(rng, 30)) {
            // Two dispatchers, and each assigns another driver.
            commands.push(send(rng, &second));
        }
        self.steps.push(Step {
            at: leaves,
            commands,
        });
        let again = send(rng, driver);
        let out = self.slip(rng, leaves, Status::Ready, again) + seconds_of(rng, 20..=120);
        let set_off = PlannedCommand::status(rng, CommandKind::SetOff, driver);
        self.plan(out, set_off.clone());
        self.slip(rng, out, Status::Dispatched, set_off);
        let ride = minutes(rng, 4..=18);
        self.plan(
            out + ride,
            PlannedCommand::status(rng, CommandKind::Deliver, driver),
        );
        *free = out + ride + ride / 2;
    }

    /// Now and then the step of this moment was a slip: it is taken back, and made again later. Returns when the order
    /// is where that step leads.
    fn slip(
        &mut self,
        rng: &mut Rng,
        at: Duration,
        back_to: Status,
        again: PlannedCommand,
    ) -> Duration {
        let (noticed, later) = (seconds_of(rng, 2..=10), seconds_of(rng, 2..=10));
        let recall = PlannedCommand::recall(rng, &again.by, back_to);
        if !chance(rng, 20) {
            return at;
        }
        self.plan(at + noticed, recall);
        self.plan(at + noticed + later, again);
        at + noticed + later
    }

    /// When the first party acts.
    pub fn begins(&self) -> Duration {
        let quoted_at = self.visit.as_ref().map(|visit| visit.quoted_at);
        quoted_at.unwrap_or(self.steps[0].at)
    }

    pub fn plan(&mut self, at: Duration, command: PlannedCommand) {
        let commands = vec![command];
        self.steps.push(Step { at, commands });
    }
}

fn offer_of(rng: &mut Rng, kitchen: &str) -> Value {
    let (pizza, usual) = PIZZAS[rng.usize(..PIZZAS.len())];
    let cents = usual - 50 + rng.u32(0..=20) * 5;
    let mut body = json!({
        "supplier_name": kitchen,
        "pizza_name": pizza,
        // JSON writes the double nearest to a number of two decimals as that number.
        "supplier_price": f64::from(cents) / 100.0,
    });
    if chance(rng, 250) {
        const MARKUPS: [f64; 5] = [0.0, 12.5, 22.0, 33.33, 45.0];
        body["markup_percentage"] = json!(MARKUPS[rng.usize(..MARKUPS.len())]);
    }
    body
}

/// The customers who want one pizza: mostly one, sometimes many.
fn takers(rng: &mut Rng) -> Vec<PlannedCommand> {
    let count = match rng.u32(..100) {
        ..70 => 1,
        70..95 => rng.usize(2..=4),
        _ => rng.usize(5..=8),
    };
    let first = rng.usize(..CUSTOMERS.len());
    (first..first + count)
        .map(|n| {
            let name = CUSTOMERS[n % CUSTOMERS.len()];
            let address = names::any(rng, ADDRESSES);
            let body = json!({"customer_name": name, "delivery_address": address});
            PlannedCommand::new(rng, CommandKind::Take, name, body)
        })
        .collect()
}
