//! What can be seen while an evening runs: counts, rates, the last events. On a terminal it is redrawn in place;
//! elsewhere a line says how it stands now and then.

use super::market::{Market, locked};
use crate::{domain::Status, server::cli::out};
use console::{Term, style, truncate_str};
use serde_json::Value;
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    convert::Infallible,
    io::{self, IsTerminal, stderr},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// Events that are shown.
const EVENTS: usize = 8;
/// How often it is drawn on a terminal, and how often a line comes elsewhere.
const REDRAW: Duration = Duration::from_millis(200);
const LINE: Duration = Duration::from_secs(5);
/// When an evening begins, in minutes of the day.
const EVENING: u64 = 18 * 60;
/// How wide the bar is, in characters.
const BAR: usize = 24;

/// How an evening stands, as sockets have heard it.
pub struct Scene {
    begun: Instant,
    speed: f64,
    /// What everybody means to do, and what of it is done.
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
    pub fn new(steps: usize, speed: f64) -> Scene {
        Scene {
            begun: Instant::now(),
            speed,
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
            let part = |name: &str| order[name].as_str().unwrap_or_default();
            seen.orders.insert(part("id").to_owned(), status);
            let who = match status {
                Status::CustomerAccepted => part("customer_name"),
                Status::Dispatched | Status::InTransit | Status::Delivered => part("driver_name"),
                _ => part("supplier_name"),
            };
            let line = format!("{:<18} {} · {who}", status.name(), part("pizza_name"));
            seen.events.push_back(line);
            if seen.events.len() > EVENTS {
                seen.events.pop_front();
            }
        }
    }

    /// Shows it for as long as it is waited for.
    pub async fn show(&self, market: &Market) -> Infallible {
        let mut screen = stderr().is_terminal().then(Screen::new);
        let mut rate = Rate::new();
        loop {
            sleep(if screen.is_some() { REDRAW } else { LINE }).await;
            let answers = market.notes().answers;
            let [head, statuses, commands] = self.lines(market, rate.of(answers));
            match &mut screen {
                None => out::note(format!("{head}; {commands}; {statuses}")),
                Some(screen) => {
                    let bar = self.bar();
                    let events: Vec<_> = locked(&self.seen).events.iter().cloned().collect();
                    let events = events
                        .into_iter()
                        .map(|event| style(out::plain(&event)).for_stderr().dim().to_string());
                    let lines = [format!("{bar}  {head}"), statuses, commands]
                        .into_iter()
                        .chain(events);
                    // A terminal that is gone needs no picture.
                    let _ = screen.draw(lines);
                }
            }
        }
    }

    fn bar(&self) -> String {
        let full = self.done.load(Relaxed) * BAR / self.steps.max(1);
        format!("{}{}", "█".repeat(full), "░".repeat(BAR - full.min(BAR)))
    }

    /// The time of the evening; orders per status; commands, frames and latency.
    fn lines(&self, market: &Market, rate: f64) -> [String; 3] {
        let minutes = EVENING + (self.begun.elapsed().as_secs_f64() * self.speed / 60.0) as u64;
        let clock = format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60);
        let (done, steps) = (self.done.load(Relaxed), self.steps);
        let seen = locked(&self.seen);
        let mut counts: BTreeMap<Status, usize> = BTreeMap::new();
        for status in seen.orders.values() {
            *counts.entry(*status).or_default() += 1;
        }
        let counts: Vec<_> = counts
            .iter()
            .map(|(status, count)| format!("{status} {count}"))
            .collect();
        let (orders, frames) = (seen.orders.len(), seen.frames);
        drop(seen);
        let notes = market.notes();
        let (refused, again) = (notes.refused.values().sum::<u64>(), notes.again.all());
        [
            format!("{clock}, {orders} orders, {done} of {steps} steps"),
            counts.join("  "),
            format!(
                "{rate:.0} commands/s, {:.1} ms, {refused} refused, {again} asked again, {frames} frames",
                notes.newest_median(),
            ),
        ]
    }
}

/// How fast something grows.
struct Rate {
    since: Instant,
    count: u64,
    per_second: f64,
}

impl Rate {
    fn new() -> Rate {
        Rate {
            since: Instant::now(),
            count: 0,
            per_second: 0.0,
        }
    }

    /// Measured over a second at least, so that it can be read.
    fn of(&mut self, count: u64) -> f64 {
        let time = self.since.elapsed().as_secs_f64();
        if time >= 1.0 {
            self.per_second = count.saturating_sub(self.count) as f64 / time;
            (self.since, self.count) = (Instant::now(), count);
        }
        self.per_second
    }
}

/// Lines on a terminal that are drawn over and over, each cut to its width, and wiped off in the end.
struct Screen {
    term: Term,
    drawn: usize,
}

impl Screen {
    fn new() -> Screen {
        Screen {
            term: Term::buffered_stderr(),
            drawn: 0,
        }
    }

    fn draw(&mut self, lines: impl Iterator<Item = String>) -> io::Result<()> {
        self.term.clear_last_lines(self.drawn)?;
        self.drawn = 0;
        let (height, width) = self.term.size();
        // The last row is the cursor's, and a full row may wrap.
        for line in lines.take(usize::from(height).saturating_sub(1)) {
            self.term.write_line(&truncate_str(
                &line,
                usize::from(width).saturating_sub(1),
                "…",
            ))?;
            self.drawn += 1;
        }
        self.term.flush()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // As above.
        let _ = self.draw(std::iter::empty());
    }
}
