//! Progress while an evening runs: counts, rates, the last events. On a terminal it is redrawn in place; elsewhere a
//! line is printed now and then.

use super::client::{Client, locked};
use crate::{domain::Status, server::cli::output};
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

/// How many events are shown.
const SHOWN_EVENTS: usize = 8;
/// How often it is drawn on a terminal, and how often a line is printed elsewhere.
const REDRAW_INTERVAL: Duration = Duration::from_millis(200);
const LINE_INTERVAL: Duration = Duration::from_secs(5);
/// When an evening begins, in minutes of the day.
const BEGINNING: u64 = 18 * 60;
/// The width of the progress bar, in characters.
const BAR_WIDTH: usize = 24;

/// The progress of an evening, as sockets have received it.
pub struct Display {
    begun: Instant,
    speed: f64,
    /// How many steps are planned, and how many are done.
    steps: usize,
    done: AtomicUsize,
    received: Mutex<ReceivedOrders>,
}

#[derive(Default)]
struct ReceivedOrders {
    frames: u64,
    orders: HashMap<String, Status>,
    events: VecDeque<String>,
}

impl Display {
    pub fn new(steps: usize, speed: f64) -> Display {
        Display {
            begun: Instant::now(),
            speed,
            steps,
            done: AtomicUsize::default(),
            received: Mutex::default(),
        }
    }

    /// Counts steps of a story that are done, or will not be needed.
    pub fn count_steps(&self, count: usize) {
        self.done.fetch_add(count, Relaxed);
    }

    /// Counts an event that a socket has received.
    pub fn count_event(&self) {
        locked(&self.received).frames += 1;
    }

    /// Shows an event that no socket has received before.
    pub fn show_event(&self, event: &Value) {
        let mut received = locked(&self.received);
        let order = &event["order"];
        let status = order["status"].as_str().and_then(Status::from_name);
        if let Some(status) = status {
            let part = |name: &str| order[name].as_str().unwrap_or_default();
            received.orders.insert(part("id").to_owned(), status);
            let who = match status {
                Status::CustomerAccepted => part("customer_name"),
                Status::Dispatched | Status::InTransit | Status::Delivered => part("driver_name"),
                _ => part("supplier_name"),
            };
            let line = format!("{:<18} {} · {who}", status.name(), part("pizza_name"));
            received.events.push_back(line);
            if received.events.len() > SHOWN_EVENTS {
                received.events.pop_front();
            }
        }
    }

    /// Shows the progress until it is dropped.
    pub async fn run(&self, client: &Client) -> Infallible {
        let mut screen = stderr().is_terminal().then(TerminalArea::new);
        let mut rate = Rate::new();
        loop {
            sleep(if screen.is_some() {
                REDRAW_INTERVAL
            } else {
                LINE_INTERVAL
            })
            .await;
            let answers = client.tally().answers;
            let [head, statuses, commands] = self.lines(client, rate.per_second(answers));
            match &mut screen {
                None => output::note(format!("{head}; {commands}; {statuses}")),
                Some(screen) => {
                    let head = format!("{}  {head}", self.bar());
                    let lines = [head, statuses, commands].into_iter();
                    // The terminal may have been closed.
                    let _ = screen.draw(lines.chain(self.newest_events()));
                }
            }
        }
    }

    fn newest_events(&self) -> Vec<String> {
        let received = locked(&self.received);
        let events = received.events.iter();
        events
            .map(|event| style(output::plain(event)).for_stderr().dim().to_string())
            .collect()
    }

    fn bar(&self) -> String {
        let full = self.done.load(Relaxed) * BAR_WIDTH / self.steps.max(1);
        format!(
            "{}{}",
            "█".repeat(full),
            "░".repeat(BAR_WIDTH - full.min(BAR_WIDTH))
        )
    }

    /// The time of the evening; orders by status; commands, frames and latency.
    fn lines(&self, client: &Client, rate: f64) -> [String; 3] {
        let minutes = BEGINNING + (self.begun.elapsed().as_secs_f64() * self.speed / 60.0) as u64;
        let clock = format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60);
        let (done, steps) = (self.done.load(Relaxed), self.steps);
        let received = locked(&self.received);
        let mut counts: BTreeMap<Status, usize> = BTreeMap::new();
        for status in received.orders.values() {
            *counts.entry(*status).or_default() += 1;
        }
        let counts: Vec<_> = counts
            .iter()
            .map(|(status, count)| format!("{status} {count}"))
            .collect();
        let (orders, frames) = (received.orders.len(), received.frames);
        drop(received);
        let tally = client.tally();
        let (refused, again) = (tally.refused.values().sum::<u64>(), tally.retries.total());
        [
            format!("{clock}, {orders} orders, {done} of {steps} steps"),
            counts.join("  "),
            format!(
                "{rate:.0} commands/s, {:.1} ms, {refused} refused, {again} asked again, {frames} frames",
                tally.newest_median(),
            ),
        ]
    }
}

/// How fast a count grows.
struct Rate {
    since: Instant,
    count: u64,
    rate: f64,
}

impl Rate {
    fn new() -> Rate {
        Rate {
            since: Instant::now(),
            count: 0,
            rate: 0.0,
        }
    }

    /// Measured over a second at least, so that a reader can follow it.
    fn per_second(&mut self, count: u64) -> f64 {
        let time = self.since.elapsed().as_secs_f64();
        if time >= 1.0 {
            self.rate = count.saturating_sub(self.count) as f64 / time;
            (self.since, self.count) = (Instant::now(), count);
        }
        self.rate
    }
}

/// Lines on a terminal that are redrawn in place, each cut to its width, and cleared at the end.
struct TerminalArea {
    term: Term,
    drawn: usize,
}

impl TerminalArea {
    fn new() -> TerminalArea {
        TerminalArea {
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

impl Drop for TerminalArea {
    fn drop(&mut self) {
        // The terminal may have been closed.
        let _ = self.draw(std::iter::empty());
    }
}
