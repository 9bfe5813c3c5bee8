//! The stories of orders from menus: what a customer asks for, and what the kitchen answers.

use super::{
    command::PlannedCommand,
    menu_shop::MenuShop,
    random::{chance, minutes, seconds_of},
    stories::{Step, Story, Visit},
};
use crate::domain::CommandKind;
use crate::server::cli::simulate::names::{self, CUSTOMERS, EXCUSES, PROMISES};
use fastrand::Rng;
use serde_json::json;
use std::time::Duration;

impl Visit {
    fn new(rng: &mut Rng, ordered_at: Duration) -> Visit {
        Visit {
            quoted_at: ordered_at.saturating_sub(seconds_of(rng, 20..=400)),
            slot: chance(rng, 250).then(|| rng.usize(..12)),
            is_abandoned: chance(rng, 80),
            is_easy: chance(rng, 800),
            is_missed: chance(rng, 80),
        }
    }
}

impl Story {
    /// Customer `n` orders from a menu, and the kitchen takes it on, or not.
    pub fn from_a_menu(
        rng: &mut Rng,
        n: usize,
        shop: &MenuShop,
        kitchen: usize,
        evening: Duration,
    ) -> Option<Story> {
        let lines = shop.lines(rng)?;
        let at = evening.mul_f64((rng.f64() + rng.f64() + rng.f64()) / 3.0);
        let visit = Visit::new(rng, at);
        let (is_abandoned, is_missed) = (visit.is_abandoned, visit.is_missed);
        let mut story = Story {
            visit: Some(visit),
            steps: Vec::new(),
            kitchen,
            next: None,
        };
        let customer = names::nth(CUSTOMERS, n);
        let body = json!({"lines": lines, "place": shop.place, "when": "asap", "customer_name": customer,
            "phone": format!("+49 30 {n:07}")});
        let mut order = PlannedCommand::direct(rng, CommandKind::Order, &customer, body);
        order.restaurant = Some(shop.slug.clone());
        story.plan(at, order);
        if !is_abandoned && !is_missed {
            story.answered(rng, at, &shop.name);
        }
        Some(story)
    }

    fn answered(&mut self, rng: &mut Rng, ordered: Duration, kitchen: &str) {
        let mut at = ordered + seconds_of(rng, 5..=60);
        if chance(rng, 50) {
            let body =
                json!({"accept": false, "reason": "too_busy", "notes": names::any(rng, EXCUSES)});
            let reject = PlannedCommand::new(rng, CommandKind::Reject, kitchen, body);
            return self.plan(at, reject);
        }
        // Now and then it begins at once, which is an answer, too.
        if chance(rng, 850) {
            let body =
                json!({"accept": true, "notes": names::any(rng, PROMISES), "estimated_time": 60});
            let accept = PlannedCommand::direct(rng, CommandKind::Accept, kitchen, body);
            self.plan(at, accept);
            if chance(rng, 150) {
                at += seconds_of(rng, 10..=90);
                let body = json!({"minutes": rng.u32(1..=4) * 5});
                let delay = PlannedCommand::direct(rng, CommandKind::Delay, kitchen, body);
                self.plan(at, delay);
            }
        }
        self.next = Some(at + minutes(rng, 0..=2));
    }

    /// Of an order from a menu the kitchen ticks what is done, and now and then it unticks it again.
    pub fn ticked(&mut self, rng: &mut Rng) {
        if self.visit.is_none() {
            return;
        }
        let of = |kind: CommandKind| {
            let steps = self.steps.iter();
            steps.filter(move |step| step.commands[0].kind == kind)
        };
        let begins = of(CommandKind::Prepare).map(|step| step.at).max();
        let ends = of(CommandKind::MarkReady).map(|step| step.at).min();
        let Some((begins, ends)) = begins.zip(ends) else {
            return;
        };
        let mut by = of(CommandKind::Prepare).map(|step| step.commands[0].by.clone());
        let by = by.next_back().unwrap_or_default();
        let done: &[u32] = if chance(rng, 150) { &[1, 0, 1] } else { &[1] };
        let pause = (ends - begins) / 4;
        for (n, done) in (1..).zip(done) {
            let body = json!({"line": 0, "done": done});
            let commands = vec![PlannedCommand::direct(rng, CommandKind::Check, &by, body)];
            let at = begins + pause * n;
            self.steps.push(Step { at, commands });
        }
        self.steps.sort_by_key(|step| step.at);
    }
}
