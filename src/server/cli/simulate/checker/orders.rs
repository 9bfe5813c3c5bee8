//! Checks of the stored orders and their events: against each other, against what was requested and acknowledged, and
//! against the contract's lifecycle and prices.

use super::{
    AcknowledgedChange, Chains, Cursor, History, Invariant, RequestedChange, Verdict, is_expiry,
    text,
};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

impl History {
    pub fn check_orders(&self, chains: &Chains, verdict: &mut Verdict) {
        for (id, chain) in chains {
            check_chain(id, chain, verdict);
            check_money(id, chain, verdict);
        }
        self.check_winners(chains, verdict);
        self.check_documents(chains, verdict);
        if !self.shared {
            self.check_requested(chains, verdict);
        }
        if !self.forgetful {
            self.check_acknowledged(chains, verdict);
            self.check_sequence(verdict);
        }
    }

    /// The customer who was acknowledged as the taker of a pizza is the one in its log.
    fn check_winners(&self, chains: &Chains, verdict: &mut Verdict) {
        let is_taken = |order: &&Value| order["status"] == "customer_accepted";
        let mut winners: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for order in self.acknowledged.iter().map(|change| &change.order) {
            if is_taken(&order) && !self.forgetful {
                let winners = winners.entry(text(&order["id"])).or_default();
                winners.insert(text(&order["customer_name"]));
            }
        }
        for (id, chain) in chains {
            let orders = chain.iter().map(|event| &event["order"]);
            for order in orders.filter(is_taken) {
                let customer = text(&order["customer_name"]);
                winners.entry(id).or_default().insert(customer);
            }
        }
        for (id, winners) in winners {
            verdict.check(Invariant::OneWinner, winners.len() == 1, || {
                let names: Vec<_> = winners.into_iter().collect();
                format!("order {id} went to {}", names.join(" and to "))
            });
        }
    }

    fn check_documents(&self, chains: &Chains, verdict: &mut Verdict) {
        for order in &self.orders {
            let chain = chains.get(text(&order["id"]));
            let last = chain.and_then(|chain| chain.last());
            let same = last.is_some_and(|event| event["order"] == *order);
            verdict.check(Invariant::Documents, same, || {
                format!("order {} differs from its last event", order["id"])
            });
        }
    }

    /// Each event has a request of its own, so that nothing happened twice.
    fn check_requested(&self, chains: &Chains, verdict: &mut Verdict) {
        let mut requested: BTreeMap<&RequestedChange, usize> = BTreeMap::new();
        for change in &self.requested {
            *requested.entry(change).or_default() += 1;
        }
        for (id, chain) in chains {
            if self.is_of_an_earlier_run(chain) {
                continue;
            }
            for (n, event) in chain.iter().enumerate() {
                // The market ends by itself what is not answered.
                if is_expiry(event) {
                    continue;
                }
                let change = requested_change(id, n, &event["order"]);
                let left = requested.get_mut(&change).filter(|left| **left > 0);
                let found = left.map(|left| *left -= 1).is_some();
                verdict.check(Invariant::Asked, found, || {
                    format!("no client requested version {} of order {id}", n + 1)
                });
            }
        }
    }

    /// What was ordered before any socket was open has been left unanswered, and the market has ended it.
    fn is_of_an_earlier_run(&self, chain: &[&Value]) -> bool {
        let begin = self
            .sockets
            .iter()
            .filter_map(|socket| socket.from.as_ref());
        let first = chain.first().and_then(|event| Cursor::parse(&event["id"]));
        let is_before = begin
            .min()
            .zip(first)
            .is_some_and(|(begin, first)| first.is_within(begin));
        is_before && chain.last().is_some_and(|event| is_expiry(event))
    }

    fn check_acknowledged(&self, chains: &Chains, verdict: &mut Verdict) {
        for order in self.acknowledged.iter().map(|change| &change.order) {
            let chain = chains.get(text(&order["id"]));
            let chain = chain.map_or(&[][..], Vec::as_slice);
            let times = chain
                .iter()
                .filter(|event| event["order"] == *order)
                .count();
            verdict.check(Invariant::Acknowledged, times == 1, || {
                format!("acknowledged, and {times} times in the log: {order}")
            });
        }
    }

    /// A change that was answered before another one was requested comes before it in the log.
    fn check_sequence(&self, verdict: &mut Verdict) {
        let mut latest: Option<(Cursor, Instant)> = None;
        for (cursor, requested_at, answered_at) in self.acknowledged_in_log_order() {
            let before = latest
                .as_ref()
                .filter(|(other, _)| other.epoch == cursor.epoch);
            let holds = before.is_none_or(|(_, requested_at)| *requested_at <= answered_at);
            verdict.check(Invariant::Sequence, holds, || {
                let later = before.map(|(other, _)| other.to_string());
                let later = later.unwrap_or_default();
                format!("{cursor} was answered before {later} was requested")
            });
            if before.is_none_or(|(_, latest)| *latest < requested_at) {
                latest = Some((cursor, requested_at));
            }
        }
    }

    /// The acknowledged events, with the times of their first request and first answer: a repeated answer to the same
    /// change proves nothing new.
    fn acknowledged_in_log_order(&self) -> Vec<(Cursor, Instant, Instant)> {
        let version = |order: &Value| (text(&order["id"]).to_owned(), order["version"].as_u64());
        let mut times: BTreeMap<_, (Instant, Instant)> = BTreeMap::new();
        for AcknowledgedChange {
            order,
            requested_at,
            answered_at,
        } in &self.acknowledged
        {
            let (requested, answered) = times
                .entry(version(order))
                .or_insert((*requested_at, *answered_at));
            *requested = (*requested).min(*requested_at);
            *answered = (*answered).min(*answered_at);
        }
        let timed = self.events.iter().filter_map(|event| {
            let (requested, answered) = times.get(&version(&event["order"]))?;
            Some((Cursor::parse(&event["id"])?, *requested, *answered))
        });
        let mut timed: Vec<_> = timed.collect();
        timed.sort();
        timed
    }
}

/// The request that the event at place `n` of an order's history needs.
fn requested_change(id: &str, n: usize, order: &Value) -> RequestedChange {
    let part = |name: &str| text(&order[name]).to_owned();
    match n {
        0 if !order["basket"].is_null() => RequestedChange::OrderFromMenu(part("customer_name")),
        0 => RequestedChange::Creation(part("supplier_name"), part("pizza_name")),
        _ => RequestedChange::Transition(id.to_owned(), part("status")),
    }
}

/// Versions count from 1 without a gap, each event comes later in the log, and every transition is in the contract.
fn check_chain(id: &str, chain: &[&Value], verdict: &mut Verdict) {
    for (n, event) in chain.iter().enumerate() {
        let before = n.checked_sub(1).map(|n| chain[n]);
        let order = &event["order"];
        let from = before.map(|event| text(&event["order"]["status"]));
        let counted = order["version"] == n + 1;
        let is_direct = !order["basket"].is_null();
        let to = text(&order["status"]);
        let legal = is_legal(from, to) || is_direct && is_legal_from_a_menu(from, to);
        let earlier = before.and_then(|event| Cursor::parse(&event["id"]));
        let later = match (earlier, Cursor::parse(&event["id"])) {
            (Some(one), Some(next)) => one.epoch != next.epoch || one.seq < next.seq,
            _ => true,
        };
        verdict.check(Invariant::Legal, counted && legal && later, || {
            let (version, status) = (&order["version"], &order["status"]);
            format!(
                "order {id}: {} has version {version}, {status} after {from:?}",
                event["id"]
            )
        });
    }
}

/// The customer's price is set when a customer takes the pizza, is the supplier's with the markup, and stays.
fn check_money(id: &str, chain: &[&Value], verdict: &mut Verdict) {
    for event in chain {
        let order = &event["order"];
        let same = ["supplier_price", "markup_percentage"]
            .iter()
            .all(|part| order[*part] == chain[0]["order"][*part]);
        let (price, expected) = (&order["customer_price"], customer_price(order));
        let right = match order["customer_name"].is_null() {
            true => price.is_null(),
            false => hundredths(price).is_some() && hundredths(price) == expected,
        };
        verdict.check(Invariant::Money, same && right, || {
            let (base, markup) = (&order["supplier_price"], &order["markup_percentage"]);
            format!(
                "order {id}: {base} and {markup} % make {price} in {}",
                event["id"]
            )
        });
    }
}

/// What a customer pays, in cents: rounded half up.
fn customer_price(order: &Value) -> Option<u64> {
    let price = hundredths(&order["supplier_price"])?;
    let markup = hundredths(&order["markup_percentage"])?;
    Some((price * (10_000 + markup) + 5_000) / 10_000)
}

/// A number of at most two decimals, in hundredths.
pub fn hundredths(number: &Value) -> Option<u64> {
    let exact = number.as_f64()? * 100.0;
    ((exact - exact.round()).abs() < 1e-4 && exact >= 0.0).then_some(exact.round() as u64)
}

/// What orders from a menu have beside it: their beginning, a rejection, and changes within a status.
fn is_legal_from_a_menu(from: Option<&str>, to: &str) -> bool {
    match from {
        None => to == "customer_accepted",
        Some("customer_accepted") => ["customer_accepted", "supplier_rejected"].contains(&to),
        Some(from) => from == "preparing" && to == from,
    }
}

/// The contract's table, written out a second time on purpose: a mistake in the program's own must not hide here.
fn is_legal(from: Option<&str>, to: &str) -> bool {
    let Some(from) = from else {
        return to == "pending_supplier";
    };
    match to {
        "supplier_accepted" | "supplier_rejected" => from == "pending_supplier",
        // From the second one it is taken back.
        "customer_accepted" => ["supplier_accepted", "preparing"].contains(&from),
        "preparing" => ["customer_accepted", "ready"].contains(&from),
        "ready" => ["preparing", "dispatched"].contains(&from),
        "dispatched" => ["ready", "in_transit"].contains(&from),
        "in_transit" => from == "dispatched",
        "delivered" => from == "in_transit",
        "cancelled" => [
            "pending_supplier",
            "supplier_accepted",
            "customer_accepted",
            "preparing",
            "ready",
        ]
        .contains(&from),
        _ => false,
    }
}
