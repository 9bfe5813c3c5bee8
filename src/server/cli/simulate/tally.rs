//! What was requested and answered in a run, counted as it happens.

use super::{
    checker::{AcknowledgedChange, RequestedChange, SoldOut, Violation},
    histogram::Latencies,
};
use crate::domain::CommandKind;
use serde_json::Value;
use std::{
    collections::{BTreeMap, VecDeque},
    mem::take,
    time::Duration,
};

/// How many of the newest latencies the display shows the median of.
const NEWEST: usize = 200;

#[derive(Default)]
pub struct Tally {
    pub requested: Vec<RequestedChange>,
    pub acknowledged: Vec<AcknowledgedChange>,
    /// From the moment at which a command was to be sent until it was answered.
    pub latencies: BTreeMap<CommandKind, Latencies>,
    /// The newest of them, in microseconds.
    newest: VecDeque<u32>,
    /// Refusals by the market's rules: status and command.
    pub refused: BTreeMap<(u16, CommandKind), u64>,
    pub retries: Retries,
    /// Commands without an answer until the client gave up.
    pub unanswered: u64,
    /// How many answers were judged.
    pub answers: u64,
    pub violations: Vec<Violation>,
    pub shops: ShopObservations,
}

/// What became of the menus.
#[derive(Default)]
pub struct ShopObservations {
    /// The orders from menus: the slug of the pizzeria, what was asked for, and the order.
    pub placed: Vec<(String, Value, Value)>,
    /// The changes of items: the slug, the revision of the menu, and the item.
    pub edits: Vec<(String, u64, Value)>,
    pub sold_out: Vec<SoldOut>,
}

/// Why requests were sent again.
#[derive(Clone, Copy, Default)]
pub struct Retries {
    /// 429: too many requests.
    pub rate_limited: u64,
    /// 503: the store was unavailable.
    pub unavailable: u64,
    /// The connection broke, or no answer came in time.
    pub lost: u64,
}

impl Retries {
    pub fn total(self) -> u64 {
        self.rate_limited + self.unavailable + self.lost
    }
}

impl Tally {
    pub fn record_latency(&mut self, command: CommandKind, latency: Duration) {
        let micros = micros(latency);
        self.latencies.entry(command).or_default().add(micros);
        self.newest.truncate(NEWEST - 1);
        self.newest.push_front(micros);
    }

    /// Takes what the checker needs of one evening; the counts of all evenings stay.
    pub fn take_observations(&mut self) -> Tally {
        Tally {
            requested: take(&mut self.requested),
            acknowledged: take(&mut self.acknowledged),
            answers: take(&mut self.answers),
            violations: take(&mut self.violations),
            shops: take(&mut self.shops),
            ..Tally::default()
        }
    }

    pub fn all_latencies(&self) -> Latencies {
        let mut all = Latencies::default();
        self.latencies.values().for_each(|one| all.merge(one));
        all
    }

    /// How many commands succeeded.
    pub fn acknowledgements(&self) -> u64 {
        let answered: u64 = self.latencies.values().map(Latencies::count).sum();
        answered - self.refused.values().sum::<u64>()
    }

    /// The median of the newest latencies, in milliseconds.
    pub fn newest_median(&self) -> f64 {
        let mut newest: Vec<_> = self.newest.iter().copied().collect();
        newest.sort_unstable();
        newest
            .get(newest.len() / 2)
            .map_or(0.0, |micros| f64::from(*micros) / 1000.0)
    }
}

/// Whole microseconds, at most those of an hour and some minutes.
pub fn micros(time: Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}
