//! What came of it, for people and for scripts.

use super::{
    evening::{Heeded, Outcome},
    history::{Fault, Rule, Verdict},
    latency::Latencies,
    market::Market,
};
use crate::{
    domain::{Cents, Status},
    server::cli::{out, store::count},
};
use console::style;
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

/// Faults that are told of each rule. They are counted all the same.
const FAULTS: usize = 5;

/// All evenings together.
#[derive(Default)]
pub struct Report {
    seed: u64,
    took: Duration,
    evenings: u64,
    verdict: Verdict,
    sockets: Vec<Heeded>,
    told: Latencies,
    statuses: BTreeMap<Status, u64>,
    kitchens: u64,
    market: u64,
    notes: Vec<String>,
}

impl Report {
    pub fn new(seed: u64) -> Report {
        Report {
            seed,
            ..Report::default()
        }
    }

    pub fn took(&mut self, time: Duration) {
        self.took = time;
    }

    /// One more evening.
    pub fn add(&mut self, evening: Outcome) {
        self.evenings += 1;
        self.verdict.add(evening.verdict);
        self.sockets.resize(
            evening.sockets.len().max(self.sockets.len()),
            Heeded::default(),
        );
        for (all, one) in self.sockets.iter_mut().zip(evening.sockets) {
            all.expected += one.expected;
            all.received += one.received;
            all.connections += one.connections;
            all.resets += one.resets;
        }
        self.told.extend(&evening.told);
        for (status, count) in evening.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        self.kitchens += evening.kitchens;
        self.market += evening.market;
        self.notes.extend(evening.notes);
    }

    /// Whether everything held.
    pub fn holds(&self) -> bool {
        self.verdict.faults.is_empty()
    }

    fn faults(&self, rule: Rule) -> Vec<&Fault> {
        self.verdict
            .faults
            .iter()
            .filter(|fault| fault.rule == rule)
            .collect()
    }

    /// One stable shape, described in the help.
    pub fn json(&self, market: &Market) -> Value {
        let notes = market.notes();
        let latencies = notes
            .latencies
            .iter()
            .map(|(verb, latencies)| (verb.to_string(), latencies.json()));
        let latencies = [("all".to_owned(), notes.all_latencies().json())]
            .into_iter()
            .chain(latencies);
        let refused = notes.refused.iter().map(|((status, verb), count)| {
            json!({"status": status, "command": verb.name(), "count": count})
        });
        let sockets = self.sockets.iter().map(|one| {
            json!({"expected": one.expected, "received": one.received, "connections": one.connections, "resets": one.resets})
        });
        let invariants = Rule::ALL.iter().map(|rule| {
            let faults = self.faults(*rule);
            let told: Vec<_> = faults
                .iter()
                .take(FAULTS)
                .map(|fault| &fault.what)
                .collect();
            json!({
                "name": rule.name(),
                "says": rule.says().0,
                "checked": self.verdict.checked.get(rule).unwrap_or(&0),
                "broken": faults.len(),
                "faults": told,
            })
        });
        let statuses: BTreeMap<_, _> = self
            .statuses
            .iter()
            .map(|(status, count)| (status.name(), count))
            .collect();
        json!({
            "holds": self.holds(),
            "seed": self.seed,
            "servers": market.urls,
            "evenings": self.evenings,
            "seconds": self.took.as_secs_f64(),
            "orders": self.statuses.values().sum::<u64>(),
            "statuses": statuses,
            "acknowledged": notes.acknowledgements(),
            "refused": refused.collect::<Vec<_>>(),
            "asked_again": {"rate_limited": notes.again.limited, "unavailable": notes.again.away, "lost": notes.again.lost},
            "unanswered": notes.unanswered,
            "latency_ms": latencies.collect::<serde_json::Map<_, _>>(),
            "told_ms": self.told.json(),
            "frames": {
                "expected": self.sockets.iter().map(|one| one.expected).sum::<u64>(),
                "received": self.sockets.iter().map(|one| one.received).sum::<u64>(),
                "sockets": sockets.collect::<Vec<_>>(),
            },
            "cents": {"kitchens": self.kitchens, "market": self.market},
            "invariants": invariants.collect::<Vec<_>>(),
            "notes": self.notes,
        })
    }

    /// For people, a thought a line.
    pub fn tell(&self, market: &Market) {
        let orders: u64 = self.statuses.values().sum();
        let evenings = match self.evenings {
            1 => "One evening".to_owned(),
            n => format!("{n} evenings"),
        };
        let servers = match market.urls.len() {
            1 => market.urls[0].clone(),
            n => format!("{n} servers"),
        };
        let seconds = self.took.as_secs_f64();
        out::line(format!(
            "{evenings} of {} at {servers} in {seconds:.1} s, seed {}.\n",
            count(orders, "order"),
            self.seed
        ));
        self.tell_commands(market);
        tell_latencies(market, &self.told);
        self.tell_frames();
        let paid = |cents: u64| Cents::new(u32::try_from(cents).unwrap_or(u32::MAX));
        out::line(format!(
            "money      {} delivered: {} to the kitchens, {} to the market",
            paid(self.kitchens + self.market),
            paid(self.kitchens),
            paid(self.market),
        ));
        for note in &self.notes {
            out::line(format!("note       {note}"));
        }
        out::line("");
        self.tell_invariants();
    }

    fn tell_commands(&self, market: &Market) {
        let counts = self
            .statuses
            .iter()
            .map(|(status, count)| format!("{status} {count}"));
        out::line(format!("orders     {}", listed(counts)));
        let notes = market.notes();
        let refused: u64 = notes.refused.values().sum();
        out::line(format!(
            "commands   {} acknowledged, {refused} refused",
            notes.acknowledgements()
        ));
        if refused > 0 {
            let kinds = notes
                .refused
                .iter()
                .map(|((status, verb), count)| format!("{status} {verb} {count}"));
            out::line(format!("refused    {}", listed(kinds)));
        }
        let again = notes.again;
        if again.all() + notes.unanswered > 0 {
            out::line(format!(
                "again      {} rate limited (429), {} unavailable (503), {} lost; {} never answered",
                again.limited, again.away, again.lost, notes.unanswered,
            ));
        }
    }

    fn tell_frames(&self) {
        let sum = |part: fn(&Heeded) -> u64| self.sockets.iter().map(part).sum::<u64>();
        let (received, expected) = (sum(|one| one.received), sum(|one| one.expected));
        let (back, resets) = (
            sum(|one| u64::from(one.connections.saturating_sub(1))),
            sum(|one| one.resets),
        );
        let sockets = count(self.sockets.len() as u64, "socket");
        out::line(format!(
            "frames     {received} of {expected} on {sockets}; came back {}, reset {}",
            count(back, "time"),
            count(resets, "time"),
        ));
        for (n, one) in self
            .sockets
            .iter()
            .enumerate()
            .filter(|(_, one)| one.received != one.expected)
        {
            out::line(format!(
                "           socket {n}: {} of {}",
                one.received, one.expected
            ));
        }
    }

    fn tell_invariants(&self) {
        for rule in Rule::ALL {
            let (says, what) = rule.says();
            let faults = self.faults(*rule);
            let checked = self.verdict.checked.get(rule).unwrap_or(&0);
            let (word, often) = match (faults.len(), checked) {
                (0, 0) => (style("–     ").dim(), "nothing to check".to_owned()),
                (0, checked) => (style("ok    ").green(), format!("{checked} {what}")),
                (broken, _) => (style("BROKEN").red().bold(), count(broken as u64, "time")),
            };
            out::painted(format!("{word}  {says:<54} {often}"));
            for fault in faults.iter().take(FAULTS) {
                out::line(format!("        {}", fault.what));
            }
        }
        let broken = Rule::ALL
            .iter()
            .filter(|rule| !self.faults(**rule).is_empty())
            .count();
        out::line(match broken {
            0 => "\nEverything holds.".to_owned(),
            1 => "\nOne thing does not hold.".to_owned(),
            n => format!("\n{n} things do not hold."),
        });
    }
}

fn listed(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// From the moment in which each command was to be sent; and until sockets had heard of it.
fn tell_latencies(market: &Market, told: &Latencies) {
    out::line("latency    ms            median      p99      max");
    let line = |name: &str, latencies: &Latencies| {
        let (median, p99) = (latencies.percentile(50), latencies.percentile(99));
        let max = latencies.longest();
        out::line(format!(
            "           {name:<11}{median:>9.1}{p99:>9.1}{max:>9.1}"
        ));
    };
    let notes = market.notes();
    for (verb, latencies) in &notes.latencies {
        line(verb.name(), latencies);
    }
    line("all", &notes.all_latencies());
    line("on screen", told);
}
