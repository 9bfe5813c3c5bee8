//! Checks of the orders from menus: the room of each slot, the bills, the deadlines, and what was sold out.

use super::{Chains, Cursor, History, Invariant, Verdict, hundredths, is_expiry, text};
use chrono::{DateTime, TimeDelta};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

/// How long after its deadline an order is ended at the latest.
const EXPIRY_GRACE: TimeDelta = TimeDelta::seconds(30);

/// What was observed of the pizzerias.
#[derive(Clone, Debug, Default)]
pub struct ShopHistory {
    /// How many orders a slot of each pizzeria takes, by its id.
    pub slot_orders: BTreeMap<String, u64>,
    /// What the bill of an order has to be, by the id of the order: recomputed from the menu at its revision.
    pub bills: BTreeMap<String, Value>,
    pub sold_out: Vec<SoldOut>,
}

/// Something that was sold out, from the answer to that until the request that put it back.
#[derive(Clone, Debug)]
pub struct SoldOut {
    /// The id of the pizzeria.
    pub restaurant: String,
    /// `{"item"}`, or `{"group", "option"}`.
    pub part: Value,
    pub answered_at: Instant,
    pub put_back_at: Option<Instant>,
}

impl History {
    pub fn check_shops(&self, chains: &Chains, log: &BTreeMap<Cursor, &Value>, out: &mut Verdict) {
        self.check_slots(log, out);
        self.check_bills(chains, out);
        let newest = self.events.iter().filter_map(time);
        let end = newest.max();
        for (id, chain) in chains {
            check_expiry(id, chain, end, out);
        }
        if !self.forgetful {
            self.check_sold_out(out);
        }
    }

    /// At no number of the log a slot has more orders than its kitchen takes.
    fn check_slots(&self, log: &BTreeMap<Cursor, &Value>, verdict: &mut Verdict) {
        let mut slots: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
        let mut held: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
        let mut baked = BTreeSet::new();
        for (cursor, event) in log {
            let order = &event["order"];
            let (id, restaurant) = (text(&order["id"]), text(&order["restaurant_id"]));
            let Some(bound) = self.shops.slot_orders.get(restaurant) else {
                continue;
            };
            for slot in held.remove(id).unwrap_or_default() {
                slots.entry(slot).or_default().remove(id);
            }
            let status = text(&order["status"]);
            if status == "ready" {
                baked.insert(id);
            }
            // What was baked takes no place again, also where that is taken back.
            if !["customer_accepted", "preparing"].contains(&status) || baked.contains(id) {
                continue;
            }
            let starts = order["basket"]["kitchen_slots"].as_array();
            let taken: Vec<_> = starts
                .into_iter()
                .flatten()
                .map(|start| (restaurant, text(start)))
                .collect();
            for slot in &taken {
                let orders = slots.entry(*slot).or_default();
                orders.insert(id);
                let count = orders.len() as u64;
                verdict.check(Invariant::Slots, count <= *bound, || {
                    let start = slot.1;
                    format!("{cursor}: {count} orders in slot {start} of {restaurant}, which takes {bound}")
                });
            }
            held.insert(id, taken);
        }
    }

    /// Each bill adds up in every event, and is the recomputed one.
    fn check_bills(&self, chains: &Chains, verdict: &mut Verdict) {
        for (id, chain) in chains {
            for event in chain {
                let order = &event["order"];
                if order["basket"].is_null() {
                    continue;
                }
                let (bill, expected) = (&order["basket"]["bill"], self.shops.bills.get(*id));
                let right = adds_up(order) == Some(true);
                verdict.check(Invariant::Bills, right, || {
                    format!("order {id}: the bill does not add up: {bill}")
                });
                if let Some(expected) = expected {
                    verdict.check(Invariant::Bills, bill == expected, || {
                        format!("order {id}: its menu makes {expected}, and its bill is {bill}")
                    });
                }
            }
        }
    }

    /// An order that was requested after the answer to "sold out", and answered before anybody put it back, has none.
    fn check_sold_out(&self, verdict: &mut Verdict) {
        let placed = self
            .acknowledged
            .iter()
            .filter(|change| change.order["version"] == 1 && !change.order["basket"].is_null());
        for change in placed {
            let order = &change.order;
            let restaurant = text(&order["restaurant_id"]);
            let of_it = self.shops.sold_out.iter();
            for one in of_it.filter(|one| one.restaurant == restaurant) {
                let is_later = one.answered_at < change.requested_at
                    && one.put_back_at.is_none_or(|at| change.answered_at < at);
                if !is_later {
                    continue;
                }
                verdict.check(Invariant::SoldOut, !has(order, &one.part), || {
                    format!("order {} has {}, which was sold out", order["id"], one.part)
                });
            }
        }
    }
}

/// Whether something of a menu is in an order.
fn has(order: &Value, part: &Value) -> bool {
    let lines = order["basket"]["lines"].as_array();
    lines.into_iter().flatten().any(|line| {
        if !part["item"].is_null() {
            return line["item"] == part["item"] || line["half"]["item"] == part["item"];
        }
        let mut options = line["options"].as_array().into_iter().flatten();
        options.any(|one| one["group"] == part["group"] && one["option"] == part["option"])
    })
}

/// An order that its kitchen left unanswered is ended once, not before its deadline, and not long after it.
fn check_expiry(id: &str, chain: &[&Value], end: Option<LogTime>, verdict: &mut Verdict) {
    let expiries = (0..chain.len()).filter(|n| is_expiry(chain[*n]));
    let expiries: Vec<_> = expiries.collect();
    for n in &expiries {
        let before = n.checked_sub(1).map(|n| &chain[n]["order"]["basket"]);
        let deadline = before.and_then(|basket| instant(&basket["answer_by"]));
        let is_answered = before.is_none_or(|basket| !basket["answered_at"].is_null());
        let in_time = deadline
            .zip(time(chain[*n]))
            .is_some_and(|(deadline, at)| deadline <= at);
        let holds = expiries.len() == 1 && !is_answered && in_time;
        verdict.check(Invariant::Expiries, holds, || {
            let event = chain[*n];
            let times = expiries.len();
            format!(
                "order {id} expired {times} times, in {} at {}, and had until {:?}",
                event["id"], event["timestamp"], deadline
            )
        });
    }
    let Some(order) = chain.last().map(|event| &event["order"]) else {
        return;
    };
    let basket = &order["basket"];
    let is_unanswered = order["status"] == "customer_accepted" && basket["answered_at"].is_null();
    if let (true, Some(deadline), Some(end)) = (is_unanswered, instant(&basket["answer_by"]), end) {
        let holds = end <= deadline + EXPIRY_GRACE;
        verdict.check(Invariant::Expiries, holds, || {
            format!("order {id} had until {deadline}, and did not expire")
        });
    }
}

type LogTime = DateTime<chrono::FixedOffset>;

fn instant(value: &Value) -> Option<LogTime> {
    DateTime::parse_from_rfc3339(value.as_str()?).ok()
}

fn time(event: &Value) -> Option<LogTime> {
    instant(&event["timestamp"])
}

/// Whether each row of a bill follows from the others and from the lines. `None` where one is no amount.
fn adds_up(order: &Value) -> Option<bool> {
    let (lines, bill) = (&order["basket"]["lines"], &order["basket"]["bill"]);
    let row = |name: &str| hundredths(&bill[name]);
    let (mut goods, mut deposit) = (0, 0);
    for line in lines.as_array()? {
        let part = |name: &str| hundredths(&line[name]);
        let mut unit = part("base")?;
        for option in line["options"].as_array()? {
            unit += hundredths(&option["price"])?;
        }
        if part("unit")? != unit || part("total")? != unit * line["quantity"].as_u64()? {
            return Some(false);
        }
        goods += part("total")?;
        deposit += part("deposit")?;
    }
    let is_added = bill["mode"] == "added";
    let (mut taxed, mut added) = (0, 0);
    for tax in bill["taxes"].as_array()? {
        let of = hundredths(&tax["of"])?;
        let amount = hundredths(&tax["amount"])?;
        // Thousandths of a percent.
        let rate = (tax["rate"].as_f64()? * 1000.0).round() as u64;
        let whole = if is_added { 100_000 } else { 100_000 + rate };
        if amount != (2 * of * rate + whole) / (2 * whole) {
            return Some(false);
        }
        taxed += of;
        added += if is_added { amount } else { 0 };
    }
    let delivery = row("delivery")?;
    let asked = (goods + deposit + delivery + added).checked_sub(row("discount")?)?;
    Some(
        goods == row("goods")?
            && deposit == row("deposit")?
            && taxed == goods + deposit + delivery
            && added == row("tax_added")?
            && asked == hundredths(&order["supplier_price"])?
            && asked + row("service")? == row("total")?
            && row("total")? == hundredths(&order["customer_price"])?
            && row("total")? + row("tip")? == row("to_pay")?,
    )
}
