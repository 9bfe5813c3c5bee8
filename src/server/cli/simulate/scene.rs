//! What can be seen while an evening runs: counts, rates, the last events. On a terminal it is redrawn in place;
//! elsewhere a line says how it stands now and then.

use super::market::{Market, locked};
use crate::{domain::Status, server::cli::out};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;
use std::{
    collections::{HashMap, VecDeque},
    io::{IsTerminal, stderr},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

/// Events that are shown.
const EVENTS: usize = 6;
/// How often it is drawn on a terminal, and how often a line comes elsewhere.
const REDRAW: Duration = Duration::from_millis(200);
const LINE: Duration = Duration::from_secs(5);

/// How an evening stands, as sockets have heard it.
pub struct Scene {
    begun: Instant,
    steps: usize,
    done: AtomicUsize,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    frames: u64,
    orders: HashMap<String, Status>,
    events: VecDeque<String>,
}

impl Scene {
    pub fn new(steps: usize) -> Scene {
        Scene {
            begun: Instant::now(),
            steps,
            done: AtomicUsize::default(),
            seen: Mutex::default(),
        }
    }

    /// So many steps of somebody's story are over.
    pub fn step(&self, many: usize) {
        self.done.fetch_add(many, Relaxed);
    }

    /// A socket has heard an event, and maybe was the first.
    pub fn heard(&self, event: &Value, first: bool) {
        let mut seen = locked(&self.seen);
        seen.frames += 1;
        let order = &event["order"];
        let status = order["status"].as_str().and_then(Status::from_name);
        if let (true, Some(status)) = (first, status) {
            let part = |name: &str| order[name].as_str().unwrap_or_default().to_owned();
            seen.orders.insert(part("id"), status);
            if seen.events.len() == EVENTS {
                seen.events.pop_front();
            }
            let time = event["timestamp"]
                .as_str()
                .and_then(|time| time.get(11..19))
                .unwrap_or_default();
            let who = match status {
                Status::CustomerAccepted => part("customer_name"),
                Status::Dispatched | Status::InTransit | Status::Delivered => part("driver_name"),
                _ => part("supplier_name"),
            };
            seen.events.push_back(format!(
                "{time}  {status:<18} {} · {who}",
                part("pizza_name")
            ));
        }
    }

    /// Shows it until it is dropped.
    pub async fn show(&self, market: &Market) {
        if stderr().is_terminal() {
            self.draw(market).await;
        } else {
            self.tell(market).await;
        }
    }

    async fn draw(&self, market: &Market) {
        let screen = Screen::new(self.steps as u64);
        let mut last = (Instant::now(), 0);
        let mut rate = 0.0;
        loop {
            tokio::time::sleep(REDRAW).await;
            let answers = market.notes().answers;
            if last.0.elapsed() >= Duration::from_secs(1) {
                rate = (answers - last.1) as f64 / last.0.elapsed().as_secs_f64();
                last = (Instant::now(), answers);
            }
            screen.bar.set_position(self.done.load(Relaxed) as u64);
            let numbers = self.numbers(market, rate);
            let seen = locked(&self.seen);
            let events = (0..EVENTS).map(|n| seen.events.get(n).cloned().unwrap_or_default());
            for (line, text) in screen.lines.iter().zip(numbers.into_iter().chain(events)) {
                line.set_message(text);
            }
        }
    }

    async fn tell(&self, market: &Market) {
        loop {
            tokio::time::sleep(LINE).await;
            let rate = market.notes().answers as f64 / self.begun.elapsed().as_secs_f64();
            let (done, steps) = (self.done.load(Relaxed), self.steps);
            let [statuses, rest @ ..] = self.numbers(market, rate);
            out::note(format!(
                "{done} of {steps} steps; {}; {statuses}",
                rest.join("; ")
            ));
        }
    }

    /// Counts per status; commands and their latency; frames.
    fn numbers(&self, market: &Market, rate: f64) -> [String; 3] {
        let seen = locked(&self.seen);
        let counts = Status::ALL.iter().filter_map(|status| {
            let count = seen.orders.values().filter(|one| *one == status).count();
            (count > 0).then(|| format!("{status} {count}"))
        });
        let counts = counts.collect::<Vec<_>>().join("  ");
        let (orders, frames) = (seen.orders.len(), seen.frames);
        drop(seen);
        let notes = market.notes();
        let refused: u64 = notes.refused.values().sum();
        let again = notes.again.limited + notes.again.away + notes.again.lost;
        let mut newest: Vec<u32> = notes
            .latencies
            .values()
            .flat_map(|all| all.iter().rev().take(100).copied())
            .collect();
        newest.sort_unstable();
        let median = newest
            .get(newest.len() / 2)
            .map_or(0.0, |micros| f64::from(*micros) / 1000.0);
        [
            counts,
            format!(
                "{orders} orders, {} answers, {rate:.0}/s, {median:.1} ms, {refused} refused, {again} asked again",
                notes.answers
            ),
            format!("{frames} frames"),
        ]
    }
}

/// Lines on a terminal that are drawn over and over, each cut to its width, and wiped off in the end.
struct Screen {
    all: MultiProgress,
    bar: ProgressBar,
    lines: Vec<ProgressBar>,
}

impl Screen {
    fn new(steps: u64) -> Screen {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let style = |template: &str| {
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
        };
        let bar = all.add(ProgressBar::new(steps));
        bar.set_style(style("{elapsed_precise} {wide_bar} {pos}/{len}"));
        let lines = (0..3 + EVENTS).map(|_| {
            let line = all.add(ProgressBar::new_spinner());
            line.set_style(style("{wide_msg}"));
            line
        });
        Screen {
            lines: lines.collect(),
            bar,
            all,
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // A terminal that is gone needs no wiping.
        let _ = self.all.clear();
    }
}
