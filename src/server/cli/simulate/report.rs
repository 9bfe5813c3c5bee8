//! The report of all evenings, as text and as JSON.

use super::{
    checker::{Invariant, Verdict, Violation},
    client::Client,
    histogram::Latencies,
    run::{EveningResult, SocketStats, Totals},
    tally::Tally,
};
use crate::{
    domain::Cents,
    server::cli::output::{self, count},
};
use console::style;
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, time::Duration};

/// How many violations of each invariant are written out; all are counted.
const SHOWN_VIOLATIONS: usize = 5;

/// All evenings together.
#[derive(Default)]
pub struct Report {
    seed: u64,
    duration: Duration,
    evenings: u64,
    verdict: Verdict,
    sockets: Vec<SocketStats>,
    delivery_latencies: Latencies,
    totals: Totals,
    notes: Vec<String>,
}

impl Report {
    pub fn new(seed: u64) -> Report {
        Report {
            seed,
            ..Report::default()
        }
    }

    pub fn set_duration(&mut self, time: Duration) {
        self.duration = time;
    }

    pub fn add(&mut self, evening: EveningResult) {
        self.evenings += 1;
        self.verdict.merge(evening.verdict);
        self.sockets.resize(
            evening.sockets.len().max(self.sockets.len()),
            SocketStats::default(),
        );
        for (all, one) in self.sockets.iter_mut().zip(evening.sockets) {
            all.add(one);
        }
        self.delivery_latencies.extend(&evening.delivery_latencies);
        self.totals.add(evening.totals);
        self.notes.extend(evening.notes);
    }

    /// Whether every invariant holds.
    pub fn holds(&self) -> bool {
        self.verdict.violations.is_empty()
    }

    fn violations(&self, invariant: Invariant) -> Vec<&Violation> {
        let all = self.verdict.violations.iter();
        all.filter(|one| one.invariant == invariant).collect()
    }

    fn checked(&self, invariant: Invariant) -> u64 {
        self.verdict.checked.get(&invariant).copied().unwrap_or(0)
    }

    fn orders(&self) -> u64 {
        self.totals.statuses.values().sum()
    }

    /// The shape that the help describes; it stays compatible.
    pub fn json(&self, client: &Client) -> Value {
        let tally = client.tally();
        let statuses = self.totals.statuses.iter();
        let statuses: BTreeMap<_, _> = statuses
            .map(|(status, count)| (status.name(), count))
            .collect();
        let (retries, totals) = (tally.retries, &self.totals);
        json!({
            "holds": self.holds(),
            "seed": self.seed,
            "servers": client.urls,
            "evenings": self.evenings,
            "seconds": self.duration.as_secs_f64(),
            "orders": self.orders(),
            "statuses": statuses,
            "acknowledged": tally.acknowledgements(),
            "refused": refusals_json(&tally),
            "asked_again": {"rate_limited": retries.rate_limited, "unavailable": retries.unavailable, "lost": retries.lost},
            "unanswered": tally.unanswered,
            "latency_ms": latencies_json(&tally),
            "told_ms": self.delivery_latencies.json(),
            "frames": self.frames_json(),
            "cents": {"kitchens": totals.kitchens, "market": totals.market},
            "invariants": Invariant::ALL.iter().map(|one| self.invariant_json(*one)).collect::<Vec<_>>(),
            "notes": self.notes,
        })
    }

    fn frames_json(&self) -> Value {
        let sockets = self.sockets.iter().map(|one| {
            json!({"expected": one.expected, "received": one.received, "connections": one.connections, "resets": one.resets})
        });
        json!({
            "expected": self.sockets.iter().map(|one| one.expected).sum::<u64>(),
            "received": self.sockets.iter().map(|one| one.received).sum::<u64>(),
            "sockets": sockets.collect::<Vec<_>>(),
        })
    }

    fn invariant_json(&self, invariant: Invariant) -> Value {
        let violations = self.violations(invariant);
        let shown = violations.iter().take(SHOWN_VIOLATIONS);
        json!({
            "name": invariant.name(),
            "says": invariant.requirement(),
            "checked": self.checked(invariant),
            "broken": violations.len(),
            "faults": shown.map(|one| &one.detail).collect::<Vec<_>>(),
        })
    }

    /// The report for people.
    pub fn print(&self, client: &Client) {
        self.print_summary(client);
        self.print_commands(client);
        print_latencies(client, &self.delivery_latencies);
        self.print_frames();
        let cents = |cents: u64| Cents::new(u32::try_from(cents).unwrap_or(u32::MAX));
        let Totals {
            kitchens, market, ..
        } = self.totals;
        output::line(format!(
            "money      {} delivered: {} to the kitchens, {} to the market",
            cents(kitchens + market),
            cents(kitchens),
            cents(market),
        ));
        for note in &self.notes {
            output::line(format!("note       {note}"));
        }
        output::line("");
        self.print_invariants();
    }

    fn print_summary(&self, client: &Client) {
        let evenings = match self.evenings {
            1 => "One evening".to_owned(),
            n => format!("{n} evenings"),
        };
        let servers = match client.urls.len() {
            1 => client.urls[0].clone(),
            n => format!("{n} servers"),
        };
        let seconds = self.duration.as_secs_f64();
        output::line(format!(
            "{evenings} of {} at {servers} in {seconds:.1} s, seed {}.\n",
            count(self.orders(), "order"),
            self.seed
        ));
    }

    fn print_commands(&self, client: &Client) {
        let counts = self
            .totals
            .statuses
            .iter()
            .map(|(status, count)| format!("{status} {count}"));
        output::line(format!("orders     {}", listed(counts)));
        let tally = client.tally();
        let refused: u64 = tally.refused.values().sum();
        output::line(format!(
            "commands   {} acknowledged, {refused} refused",
            tally.acknowledgements()
        ));
        if refused > 0 {
            let kinds = tally
                .refused
                .iter()
                .map(|((status, kind), count)| format!("{status} {kind} {count}"));
            output::line(format!("refused    {}", listed(kinds)));
        }
        let retries = tally.retries;
        if retries.total() + tally.unanswered > 0 {
            output::line(format!(
                "again      {} rate limited (429), {} unavailable (503), {} lost; {} never answered",
                retries.rate_limited, retries.unavailable, retries.lost, tally.unanswered,
            ));
        }
    }

    fn print_frames(&self) {
        let sum = |part: fn(&SocketStats) -> u64| self.sockets.iter().map(part).sum::<u64>();
        let (received, expected) = (sum(|one| one.received), sum(|one| one.expected));
        let (reconnections, resets) = (
            sum(|one| u64::from(one.connections.saturating_sub(1))),
            sum(|one| one.resets),
        );
        let sockets = count(self.sockets.len() as u64, "socket");
        output::line(format!(
            "frames     {received} of {expected} on {sockets}; reconnected {}, reset {}",
            count(reconnections, "time"),
            count(resets, "time"),
        ));
        for (n, one) in self
            .sockets
            .iter()
            .enumerate()
            .filter(|(_, one)| one.received != one.expected)
        {
            output::line(format!(
                "           socket {n}: {} of {}",
                one.received, one.expected
            ));
        }
    }

    fn print_invariants(&self) {
        for invariant in Invariant::ALL {
            self.print_invariant(*invariant);
        }
        let broken = Invariant::ALL.iter();
        let broken = broken.filter(|one| !self.violations(**one).is_empty());
        output::line(match broken.count() {
            0 => "\nEverything holds.".to_owned(),
            1 => "\nOne thing does not hold.".to_owned(),
            n => format!("\n{n} things do not hold."),
        });
    }

    fn print_invariant(&self, invariant: Invariant) {
        let violations = self.violations(invariant);
        let (word, detail) = match (violations.len(), self.checked(invariant)) {
            (0, 0) => (style("–     ").dim(), "nothing to check".to_owned()),
            (0, checked) => {
                let detail = format!("{checked} {}", invariant.unit());
                (style("ok    ").green(), detail)
            }
            (broken, _) => (style("BROKEN").red().bold(), count(broken as u64, "time")),
        };
        output::painted(format!("{word}  {:<54} {detail}", invariant.requirement()));
        for violation in violations.iter().take(SHOWN_VIOLATIONS) {
            output::line(format!("        {}", violation.detail));
        }
    }
}

fn refusals_json(tally: &Tally) -> Vec<Value> {
    let refused = tally.refused.iter();
    refused
        .map(|((status, command), count)| {
            json!({"status": status, "command": command.name(), "count": count})
        })
        .collect()
}

fn latencies_json(tally: &Tally) -> Map<String, Value> {
    let all = ("all".to_owned(), tally.all_latencies().json());
    let each = tally.latencies.iter();
    let each = each.map(|(command, latencies)| (command.to_string(), latencies.json()));
    [all].into_iter().chain(each).collect()
}

fn listed(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// From the moment at which each command was to be sent until its answer; and until sockets received its event.
fn print_latencies(client: &Client, delivery: &Latencies) {
    output::line("latency    ms            median      p99      max");
    let line = |name: &str, latencies: &Latencies| {
        let (median, p99) = (latencies.percentile(50), latencies.percentile(99));
        let max = latencies.longest();
        output::line(format!(
            "           {name:<11}{median:>9.1}{p99:>9.1}{max:>9.1}"
        ));
    };
    let tally = client.tally();
    for (kind, latencies) in &tally.latencies {
        line(kind.name(), latencies);
    }
    line("all", &tally.all_latencies());
    line("on screen", delivery);
}
