//! Checks of what sockets received: the log without a gap, and the orders that a screen fed by it shows at the end.

use super::{Chains, Cursor, History, Invariant, Verdict, Violation, order_at, text};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Included},
    sync::Arc,
};

/// What one subscriber received, over all its connections.
#[derive(Clone, Debug, Default)]
pub struct SocketLog {
    /// The cursor after which it had to receive everything.
    pub from: Option<Cursor>,
    pub received: Vec<Received>,
}

#[derive(Clone, Debug)]
pub enum Received {
    Event(Arc<Value>),
    /// Nothing after the first cursor, up to the second, is for this subscriber.
    Skip(Cursor, Cursor),
    /// The server sent a reset, and the subscriber read everything again: the newest cursor, and the orders.
    Reset(Cursor, Vec<Value>),
}

/// What the screen of one subscriber shows.
struct Screen<'a> {
    at: Cursor,
    orders: BTreeMap<&'a str, &'a Value>,
    /// Whether it has read all orders: before that, those that did not change are unknown.
    is_whole: bool,
}

impl<'a> Screen<'a> {
    fn show(&mut self, order: &'a Value) {
        let known = self.orders.get(text(&order["id"]));
        if known.is_none_or(|known| known["version"].as_u64() < order["version"].as_u64()) {
            self.orders.insert(text(&order["id"]), order);
        }
    }

    fn reset(&mut self, cursor: &Cursor, orders: &'a [Value]) {
        self.at = cursor.clone();
        self.is_whole = true;
        let by_id = orders.iter().map(|order| (text(&order["id"]), order));
        self.orders = by_id.collect();
    }

    fn check(&self, n: usize, chains: &Chains, verdict: &mut Verdict) {
        for (id, chain) in chains {
            let stored = order_at(chain, &self.at);
            let shown = self.orders.get(id);
            let holds = match (shown, stored) {
                (Some(shown), Some(stored)) => *shown == stored,
                (None, Some(_)) => !self.is_whole,
                (_, None) => true,
            };
            verdict.check(Invariant::Screens, holds, || {
                format!("socket {n} shows {shown:?}, and the store holds {stored:?}")
            });
        }
    }
}

impl SocketLog {
    /// Notes where it begins, unless that is known: at the cursor of a signal, or before the first event, which may come
    /// before any signal. Whether that was news.
    pub fn begin(&mut self, first: &Cursor, is_event: bool) -> bool {
        let is_new = self.from.is_none();
        self.from.get_or_insert_with(|| Cursor {
            seq: first.seq.saturating_sub(is_event.into()),
            ..first.clone()
        });
        is_new
    }

    pub fn check(
        &self,
        n: usize,
        history: &History,
        log: &BTreeMap<Cursor, &Value>,
        chains: &Chains,
        verdict: &mut Verdict,
    ) {
        let Some(at) = self.from.clone() else {
            return verdict.check(Invariant::Sockets, false, || {
                format!("socket {n} received nothing")
            });
        };
        let mut screen = Screen {
            at,
            orders: BTreeMap::new(),
            is_whole: false,
        };
        for received in &self.received {
            match received {
                Received::Event(event) => check_event(n, event, history, log, &mut screen, verdict),
                Received::Skip(after, id) => {
                    let is_next = *after == screen.at && id.epoch == after.epoch;
                    let holds = is_next && id > after && {
                        let mut skipped = log.range((Excluded(after), Included(id)));
                        skipped.next().is_none()
                    };
                    verdict.check(Invariant::Sockets, holds, || {
                        format!("socket {n} skipped from {after} to {id} at {}", screen.at)
                    });
                    screen.at = id.clone();
                }
                Received::Reset(cursor, orders) => screen.reset(cursor, orders),
            }
        }
        let (head, at) = (history.head.as_ref(), &screen.at);
        let reached = head.is_none_or(|head| head.epoch == at.epoch && head.seq <= at.seq);
        verdict.check(Invariant::Sockets, reached, || {
            format!("socket {n} did not receive what came after {at}")
        });
        screen.check(n, chains, verdict);
    }

    /// How many events it received, and how many it had to receive up to `head`.
    pub fn frames(&self, head: &Cursor) -> (u64, u64) {
        let is_event = |received: &&Received| matches!(received, Received::Event(_));
        let events = |part: &[Received]| part.iter().filter(is_event).count() as u64;
        let last_reset = self
            .received
            .iter()
            .rposition(|received| matches!(received, Received::Reset(..)));
        let before = events(&self.received[..last_reset.unwrap_or(0)]);
        let since = match last_reset.map(|at| &self.received[at]) {
            Some(Received::Reset(cursor, _)) => Some(cursor),
            _ => self.from.as_ref(),
        };
        let after = since.map_or(0, |since| head.seq.saturating_sub(since.seq));
        let skipped = self.received[last_reset.unwrap_or(0)..].iter();
        let skipped = skipped.map(|received| match received {
            Received::Skip(after, id) => id.seq.saturating_sub(after.seq),
            Received::Event(_) | Received::Reset(..) => 0,
        });
        let after = after.saturating_sub(skipped.sum());
        (events(&self.received), before + after)
    }

    pub fn resets(&self) -> u64 {
        (self.received.iter())
            .filter(|received| matches!(received, Received::Reset(..)))
            .count() as u64
    }
}

/// An event follows the one before it, and is in the log.
fn check_event<'a>(
    n: usize,
    event: &'a Value,
    history: &History,
    log: &BTreeMap<Cursor, &Value>,
    screen: &mut Screen<'a>,
    verdict: &mut Verdict,
) {
    let Some(id) = Cursor::parse(&event["id"]) else {
        return verdict.check(Invariant::Sockets, false, || {
            format!("socket {n} received {event}, which has no number")
        });
    };
    let at = &screen.at;
    let follows = id.epoch == at.epoch && id.seq == at.seq + 1;
    verdict.check(Invariant::Sockets, follows, || {
        format!("socket {n} received {id} after {at}")
    });
    let is_stored = match log.get(&id) {
        Some(known) => **known == *event,
        None => history.forgetful,
    };
    if !is_stored {
        verdict.violations.push(Violation {
            invariant: Invariant::Sockets,
            detail: format!("socket {n} received what is not stored: {event}"),
        });
    }
    screen.show(&event["order"]);
    screen.at = id;
}
