//! Decides whether what clients saw can be true: from what they asked and were answered, what their sockets heard,
//! and what the store holds at the end.
//!
//! It knows the contract and nothing else of the program, so that the tests of the program judge by it, too (they
//! include this file).

use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
    time::Instant,
};

/// What clients asked for. An order is named by what its creator called it until it has an id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// A new order: supplier and pizza.
    New(String, String),
    /// An order brought to a state.
    Move(String, String),
}

/// A change that an answer with 2xx showed.
#[derive(Clone, Debug)]
pub struct Change {
    pub order: Value,
    /// When it was asked for the first time.
    pub asked: Instant,
    pub answered: Instant,
}

/// What one socket heard, over all its connections.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// From where on it wants everything.
    pub from: Option<Cursor>,
    pub heard: Vec<Heard>,
}

#[derive(Clone, Debug)]
pub enum Heard {
    Event(Arc<Value>),
    /// It was told that what it has may be of another history, and read everything again: the newest cursor, and
    /// the orders.
    Reset(Cursor, Vec<Value>),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    pub epoch: String,
    pub seq: u64,
}

impl Cursor {
    pub fn read(id: &Value) -> Option<Cursor> {
        let (epoch, seq) = id.as_str()?.split_once('-')?;
        Some(Cursor {
            epoch: epoch.to_owned(),
            seq: seq.parse().ok()?,
        })
    }

    /// Whether whoever has read up to `other` has read up to here.
    fn is_within(&self, other: &Cursor) -> bool {
        self.epoch != other.epoch || self.seq <= other.seq
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.seq)
    }
}

/// What the lists of one instance held at one moment, newest first, as far down as somebody looked.
#[derive(Clone, Debug)]
pub struct Lists {
    /// Which instance.
    pub of: String,
    pub at: Cursor,
    pub all: Vec<Value>,
    /// Lists of the orders in which a field has a value.
    pub parts: Vec<(&'static str, String, Vec<Value>)>,
}

#[derive(Clone, Debug, Default)]
pub struct History {
    /// Everything that somebody asked for, each once however often it was sent.
    pub asked: Vec<Asked>,
    pub acknowledged: Vec<Change>,
    pub clients: Vec<Client>,
    /// Up to where each client was to hear everything.
    pub head: Option<Cursor>,
    /// The orders of the store at the end.
    pub orders: Vec<Value>,
    /// Their events, as the store tells them: those of one order in the order of its history.
    pub events: Vec<Value>,
    pub lists: Vec<Lists>,
    /// Whether the store may have lost the end of what it had acknowledged.
    pub forgetful: bool,
    /// Whether others may have changed orders, too.
    pub shared: bool,
}

/// What must hold, whatever happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    OneWinner,
    Acknowledged,
    Sequence,
    Numbers,
    Asked,
    Legal,
    Documents,
    Money,
    Sockets,
    Screens,
    Lists,
    Answers,
}

impl Rule {
    pub const ALL: &[Rule] = &[
        Rule::OneWinner,
        Rule::Acknowledged,
        Rule::Sequence,
        Rule::Numbers,
        Rule::Asked,
        Rule::Legal,
        Rule::Documents,
        Rule::Money,
        Rule::Sockets,
        Rule::Screens,
        Rule::Lists,
        Rule::Answers,
    ];

    /// Its name for scripts.
    pub fn name(self) -> &'static str {
        match self {
            Rule::OneWinner => "one_winner",
            Rule::Acknowledged => "acknowledged",
            Rule::Sequence => "sequence",
            Rule::Numbers => "numbers",
            Rule::Asked => "asked",
            Rule::Legal => "legal",
            Rule::Documents => "documents",
            Rule::Money => "money",
            Rule::Sockets => "sockets",
            Rule::Screens => "screens",
            Rule::Lists => "lists",
            Rule::Answers => "answers",
        }
    }

    /// What it says, and what is counted.
    pub fn says(self) -> (&'static str, &'static str) {
        match self {
            Rule::OneWinner => ("one winner per pizza", "pizzas taken"),
            Rule::Acknowledged => (
                "every acknowledged change is in the log, exactly once",
                "changes",
            ),
            Rule::Sequence => ("what was answered earlier is earlier in the log", "changes"),
            Rule::Numbers => ("each event has a number of its own", "events"),
            Rule::Asked => ("nothing happened that nobody asked for", "events"),
            Rule::Legal => ("each order's events are legal, without a gap", "events"),
            Rule::Documents => ("each order is what its events say", "orders"),
            Rule::Money => ("money adds up, to the cent", "events"),
            Rule::Sockets => ("each socket heard the log: all of it, in order", "frames"),
            Rule::Screens => ("each screen ends as the market stands", "orders on screens"),
            Rule::Lists => ("lists, counts and orders agree", "entries"),
            Rule::Answers => ("every answer is one that was promised", "answers"),
        }
    }
}

/// Something that cannot be true.
#[derive(Clone, Debug)]
pub struct Fault {
    pub rule: Rule,
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule.name(), self.what)
    }
}

/// What was looked at, and what was found.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    pub checked: BTreeMap<Rule, u64>,
    pub faults: Vec<Fault>,
}

impl Verdict {
    /// One thing that was looked at.
    pub fn that(&mut self, rule: Rule, holds: bool, otherwise: impl FnOnce() -> String) {
        *self.checked.entry(rule).or_default() += 1;
        if !holds {
            let what = otherwise();
            self.faults.push(Fault { rule, what });
        }
    }

    /// Another verdict beside this one.
    pub fn add(&mut self, other: Verdict) {
        for (rule, count) in other.checked {
            *self.checked.entry(rule).or_default() += count;
        }
        self.faults.extend(other.faults);
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let checked: u64 = self.checked.values().sum();
        match self.faults.first() {
            None => write!(f, "everything holds that was looked at, {checked} times"),
            Some(first) => write!(f, "{} faults, the first: {first}", self.faults.len()),
        }
    }
}

/// The events of each order, in the order of its history.
type Chains<'a> = BTreeMap<&'a str, Vec<&'a Value>>;

impl History {
    /// Everything that cannot be true.
    pub fn verdict(&self) -> Verdict {
        let mut verdict = Verdict::default();
        let chains = self.chains();
        for (id, chain) in &chains {
            check_chain(id, chain, &mut verdict);
            check_money(id, chain, &mut verdict);
        }
        self.check_winners(&chains, &mut verdict);
        self.check_documents(&chains, &mut verdict);
        if !self.shared {
            self.check_asked(&chains, &mut verdict);
        }
        if !self.forgetful {
            self.check_acknowledged(&chains, &mut verdict);
            self.check_sequence(&mut verdict);
        }
        let log = self.log(&mut verdict);
        for (n, client) in self.clients.iter().enumerate() {
            client.check(n, self, &log, &chains, &mut verdict);
        }
        for lists in &self.lists {
            lists.check(&chains, &mut verdict);
        }
        verdict
    }

    fn chains(&self) -> Chains<'_> {
        let mut chains = Chains::new();
        for event in &self.events {
            let id = text(&event["order"]["id"]);
            chains.entry(id).or_default().push(event);
        }
        chains
    }

    /// All events by their number, which no two have.
    fn log(&self, verdict: &mut Verdict) -> BTreeMap<Cursor, &Value> {
        let mut log = BTreeMap::new();
        for event in &self.events {
            let cursor = Cursor::read(&event["id"]);
            let alone = cursor.is_some_and(|cursor| log.insert(cursor, event).is_none());
            verdict.that(Rule::Numbers, alone, || {
                format!("two events have the number {}, or it is none", event["id"])
            });
        }
        log
    }

    /// Whoever was told that a pizza is theirs is the one that it was brought to.
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
            verdict.that(Rule::OneWinner, winners.len() == 1, || {
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
            verdict.that(Rule::Documents, same, || {
                format!("order {} is not what its events say", order["id"])
            });
        }
    }

    /// Nobody made a change, or an order twice, that nobody asked for.
    fn check_asked(&self, chains: &Chains, verdict: &mut Verdict) {
        let mut asked: BTreeMap<&Asked, usize> = BTreeMap::new();
        for what in &self.asked {
            *asked.entry(what).or_default() += 1;
        }
        for (id, chain) in chains {
            for (n, event) in chain.iter().enumerate() {
                let order = &event["order"];
                let part = |name: &str| text(&order[name]).to_owned();
                let what = match n {
                    0 => Asked::New(part("supplier_name"), part("pizza_name")),
                    _ => Asked::Move((*id).to_owned(), part("status")),
                };
                let left = asked.get_mut(&what).filter(|left| **left > 0);
                let wanted = left.map(|left| *left -= 1).is_some();
                verdict.that(Rule::Asked, wanted, || {
                    format!("nobody asked for version {} of order {id}", n + 1)
                });
            }
        }
    }

    fn check_acknowledged(&self, chains: &Chains, verdict: &mut Verdict) {
        for order in self.acknowledged.iter().map(|change| &change.order) {
            let chain = chains
                .get(text(&order["id"]))
                .map_or(&[][..], Vec::as_slice);
            let told = chain.iter().filter(|event| event["order"] == *order);
            let times = told.count();
            verdict.that(Rule::Acknowledged, times == 1, || {
                format!("acknowledged, and {times} times in the log: {order}")
            });
        }
    }

    /// What was answered before something else was asked for comes before it in the log.
    fn check_sequence(&self, verdict: &mut Verdict) {
        let change = |order: &Value| (text(&order["id"]).to_owned(), order["version"].as_u64());
        let mut times: BTreeMap<_, (Instant, Instant)> = BTreeMap::new();
        for Change {
            order,
            asked,
            answered,
        } in &self.acknowledged
        {
            // A repetition of what had happened already says nothing new.
            let (first, done) = times.entry(change(order)).or_insert((*asked, *answered));
            (*first, *done) = ((*first).min(*asked), (*done).min(*answered));
        }
        let mut log: Vec<_> = self
            .events
            .iter()
            .filter_map(|event| {
                let (asked, answered) = times.get(&change(&event["order"]))?;
                Some((Cursor::read(&event["id"])?, *asked, *answered))
            })
            .collect();
        log.sort();
        let mut latest: Option<(&Cursor, Instant)> = None;
        for (cursor, asked, answered) in &log {
            let before = latest.filter(|(other, _)| other.epoch == cursor.epoch);
            let holds = before.is_none_or(|(_, asked)| asked <= *answered);
            verdict.that(Rule::Sequence, holds, || {
                let later = before
                    .map(|(other, _)| other.to_string())
                    .unwrap_or_default();
                format!("{cursor} was answered before {later} was asked for")
            });
            if before.is_none_or(|(_, latest)| latest < *asked) {
                latest = Some((cursor, *asked));
            }
        }
    }
}

/// Versions count from 1 without a gap, each event comes later in the log, and every move is one of the lifecycle.
fn check_chain(id: &str, chain: &[&Value], verdict: &mut Verdict) {
    for (n, event) in chain.iter().enumerate() {
        let before = n.checked_sub(1).map(|n| chain[n]);
        let (order, from) = (
            &event["order"],
            before.map(|event| text(&event["order"]["status"])),
        );
        let counted = order["version"] == n + 1;
        let legal = is_legal(from, text(&order["status"]));
        let earlier = before.and_then(|event| Cursor::read(&event["id"]));
        let later = match (earlier, Cursor::read(&event["id"])) {
            (Some(one), Some(next)) => one.epoch != next.epoch || one.seq < next.seq,
            _ => true,
        };
        verdict.that(Rule::Legal, counted && legal && later, || {
            let (version, status) = (&order["version"], &order["status"]);
            format!(
                "order {id}: {} has version {version}, {status} after {from:?}",
                event["id"]
            )
        });
    }
}

/// A price is set when somebody takes the pizza, is the supplier's with the markup, and stays.
fn check_money(id: &str, chain: &[&Value], verdict: &mut Verdict) {
    for event in chain {
        let order = &event["order"];
        let same = ["supplier_price", "markup_percentage"]
            .iter()
            .all(|part| order[*part] == chain[0]["order"][*part]);
        let (price, paid) = (&order["customer_price"], customer_price(order));
        let right = match order["customer_name"].is_null() {
            true => price.is_null(),
            false => hundredths(price).is_some() && hundredths(price) == paid,
        };
        verdict.that(Rule::Money, same && right, || {
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

/// A number of at most two decimals.
pub fn hundredths(number: &Value) -> Option<u64> {
    let exact = number.as_f64()? * 100.0;
    ((exact - exact.round()).abs() < 1e-4 && exact >= 0.0).then_some(exact.round() as u64)
}

/// How an order stood for whoever had read up to `at`.
fn order_at<'a>(chain: &[&'a Value], at: &Cursor) -> Option<&'a Value> {
    let known = |event: &&&Value| Cursor::read(&event["id"]).is_some_and(|id| id.is_within(at));
    chain.iter().rev().find(known).map(|event| &event["order"])
}

impl Client {
    fn check(
        &self,
        n: usize,
        history: &History,
        log: &BTreeMap<Cursor, &Value>,
        chains: &Chains,
        verdict: &mut Verdict,
    ) {
        let Some(mut at) = self.from.clone() else {
            return verdict.that(Rule::Sockets, false, || {
                format!("socket {n} heard nothing at all")
            });
        };
        let mut view: BTreeMap<&str, &Value> = BTreeMap::new();
        let mut whole = false;
        for heard in &self.heard {
            match heard {
                Heard::Event(event) => {
                    let Some(id) = Cursor::read(&event["id"]) else {
                        verdict.that(Rule::Sockets, false, || format!("socket {n} heard {event}"));
                        continue;
                    };
                    let next = id.epoch == at.epoch && id.seq == at.seq + 1;
                    verdict.that(Rule::Sockets, next, || {
                        format!("socket {n} heard {id} after {at}")
                    });
                    let stored = match log.get(&id) {
                        Some(known) => **known == **event,
                        None => history.forgetful,
                    };
                    if !stored {
                        let what = format!("socket {n} heard what is not stored: {event}");
                        verdict.faults.push(Fault {
                            rule: Rule::Sockets,
                            what,
                        });
                    }
                    let order = &event["order"];
                    let known = view.get(text(&order["id"]));
                    if known
                        .is_none_or(|known| known["version"].as_u64() < order["version"].as_u64())
                    {
                        view.insert(text(&order["id"]), order);
                    }
                    at = id;
                }
                Heard::Reset(cursor, orders) => {
                    at = cursor.clone();
                    whole = true;
                    view = orders
                        .iter()
                        .map(|order| (text(&order["id"]), order))
                        .collect();
                }
            }
        }
        let head = history.head.as_ref();
        let reached = head.is_none_or(|head| head.epoch == at.epoch && head.seq <= at.seq);
        verdict.that(Rule::Sockets, reached, || {
            format!("socket {n} has not heard what came after {at}")
        });
        for (id, chain) in chains {
            let is = order_at(chain, &at);
            let holds = match (view.get(id), is) {
                (Some(seen), Some(is)) => *seen == is,
                (None, Some(_)) => !whole,
                (_, None) => true,
            };
            verdict.that(Rule::Screens, holds, || {
                format!("socket {n} shows {:?} where {is:?} is", view.get(id))
            });
        }
    }

    /// How many events it heard, and how many it was to hear up to `head`.
    pub fn frames(&self, head: &Cursor) -> (u64, u64) {
        let is_event = |heard: &&Heard| matches!(heard, Heard::Event(_));
        let reset = self
            .heard
            .iter()
            .rposition(|heard| matches!(heard, Heard::Reset(..)));
        let before = self
            .heard
            .iter()
            .take(reset.unwrap_or(0))
            .filter(is_event)
            .count();
        let since = match reset.map(|at| &self.heard[at]) {
            Some(Heard::Reset(cursor, _)) => Some(cursor),
            _ => self.from.as_ref(),
        };
        let after = since.map_or(0, |since| head.seq.saturating_sub(since.seq));
        let heard = self.heard.iter().filter(is_event).count();
        (heard as u64, before as u64 + after)
    }
}

impl Lists {
    fn check(&self, chains: &Chains, verdict: &mut Verdict) {
        let of = &self.of;
        let falling = |orders: &[Value]| {
            orders
                .windows(2)
                .all(|two| text(&two[0]["id"]) > text(&two[1]["id"]))
        };
        verdict.that(Rule::Lists, falling(&self.all), || {
            format!("{of}: the list of all orders is not newest first, each once")
        });
        let all: BTreeMap<&str, &Value> = self
            .all
            .iter()
            .map(|order| (text(&order["id"]), order))
            .collect();
        for (id, chain) in chains {
            let is = order_at(chain, &self.at);
            let listed = all.get(id).copied();
            // Whoever looked down to here only need not have seen what is older.
            let far = self.all.last().is_some_and(|last| *id < text(&last["id"]));
            verdict.that(Rule::Lists, far || listed == is, || {
                format!("{of} lists {listed:?} where {is:?} is")
            });
        }
        for (field, value, part) in &self.parts {
            let expected = self.all.iter().filter(|order| order[*field] == **value);
            verdict.that(Rule::Lists, part.iter().eq(expected), || {
                let count = part.len();
                format!("{of}: the {count} orders listed with {field} {value} are not those that have it")
            });
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The contract's table.
fn is_legal(from: Option<&str>, to: &str) -> bool {
    matches!(
        (from.unwrap_or("(new)"), to),
        ("(new)", "pending_supplier")
            | (
                "pending_supplier",
                "supplier_accepted" | "supplier_rejected"
            )
            | ("supplier_accepted", "customer_accepted")
            | ("customer_accepted", "preparing")
            | ("preparing", "ready")
            | ("ready", "dispatched")
            | ("dispatched", "in_transit")
            | ("in_transit", "delivered")
            | (
                "pending_supplier"
                    | "supplier_accepted"
                    | "customer_accepted"
                    | "preparing"
                    | "ready",
                "cancelled"
            )
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::time::Duration;

    /// Two orders, one of which is taken, seen whole by one client and listed by one instance.
    fn true_history() -> History {
        let order = |id: &str, version: u64, status: &str| {
            let taken = status == "customer_accepted";
            json!({
                "id": id, "supplier_name": "s", "pizza_name": format!("pizza {id}"), "status": status,
                "supplier_price": 9.5, "markup_percentage": 30.0, "version": version,
                "customer_price": taken.then_some(12.35), "customer_name": taken.then_some("Ana"),
            })
        };
        let event = |seq: u64, order: &Value| json!({"order": order, "id": format!("e-{seq}")});
        let a1 = order("a", 1, "pending_supplier");
        let a2 = order("a", 2, "supplier_accepted");
        let a3 = order("a", 3, "customer_accepted");
        let b1 = order("b", 1, "pending_supplier");
        let events = vec![event(1, &a1), event(2, &b1), event(3, &a2), event(4, &a3)];
        let begin = Instant::now();
        let change = |n: u64, order: &Value| Change {
            order: order.clone(),
            asked: begin + Duration::from_millis(10 * n),
            answered: begin + Duration::from_millis(10 * n + 5),
        };
        let cursor = |seq| Cursor {
            epoch: "e".into(),
            seq,
        };
        let part = |field, value: &str, orders: &[&Value]| {
            (
                field,
                value.to_owned(),
                orders.iter().map(|order| (*order).clone()).collect(),
            )
        };
        History {
            asked: vec![
                Asked::New("s".into(), "pizza a".into()),
                Asked::New("s".into(), "pizza b".into()),
                Asked::Move("a".into(), "supplier_accepted".into()),
                Asked::Move("a".into(), "customer_accepted".into()),
            ],
            acknowledged: [&a1, &b1, &a2, &a3]
                .into_iter()
                .zip(0..)
                .map(|(order, n)| change(n, order))
                .collect(),
            clients: vec![Client {
                from: Some(cursor(0)),
                heard: events
                    .iter()
                    .cloned()
                    .map(|event| Heard::Event(event.into()))
                    .collect(),
            }],
            head: Some(cursor(4)),
            lists: vec![Lists {
                of: "here".into(),
                at: cursor(4),
                all: vec![b1.clone(), a3.clone()],
                parts: vec![
                    part("status", "customer_accepted", &[&a3]),
                    part("status", "delivered", &[]),
                    part("supplier_name", "s", &[&b1, &a3]),
                ],
            }],
            orders: vec![a3, b1],
            events,
            forgetful: false,
            shared: false,
        }
    }

    #[test]
    fn what_is_true_has_no_faults() {
        let verdict = true_history().verdict();
        assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
        // And every rule but the one on answers, which is judged as they come, has been looked at.
        assert_eq!(verdict.checked.len(), Rule::ALL.len() - 1);
    }

    #[test]
    fn every_kind_of_lie_is_found() {
        type Lie = fn(&mut History);
        let lies: [(&str, Rule, Lie); 21] = [
            ("an acknowledged change is lost", Rule::Acknowledged, |h| {
                drop(h.events.pop())
            }),
            ("a change happened twice", Rule::Acknowledged, |h| {
                let mut again = h.events[1].clone();
                again["id"] = json!("e-5");
                h.events.push(again);
            }),
            ("two events have one number", Rule::Numbers, |h| {
                h.events[1]["id"] = json!("e-1");
            }),
            ("an order was made twice", Rule::Asked, |h| {
                let mut twin = h.orders[1].clone();
                twin["id"] = json!("c");
                h.events.push(json!({"order": twin, "id": "e-5"}));
                h.orders.push(twin);
            }),
            ("an event that nobody asked for", Rule::Asked, |h| {
                drop(h.asked.pop())
            }),
            (
                "a move that the lifecycle does not have",
                Rule::Legal,
                |h| {
                    h.events[3]["order"]["status"] = json!("delivered");
                    h.orders[0]["status"] = json!("delivered");
                    h.asked.push(Asked::Move("a".into(), "delivered".into()));
                },
            ),
            ("a version is left out", Rule::Legal, |h| {
                h.events[3]["order"]["version"] = json!(4)
            }),
            ("an order's events change places", Rule::Legal, |h| {
                h.events[2]["id"] = json!("e-4");
                h.events[3]["id"] = json!("e-3");
            }),
            ("the document is behind its events", Rule::Documents, |h| {
                h.orders[0] = h.events[0]["order"].clone();
            }),
            (
                "two are told that the pizza is theirs",
                Rule::OneWinner,
                |h| {
                    let mut other = h.acknowledged[3].clone();
                    other.order["customer_name"] = json!("Bo");
                    h.acknowledged.push(other);
                },
            ),
            (
                "what was answered before comes after",
                Rule::Sequence,
                |h| {
                    let later = h.acknowledged[3].asked + Duration::from_secs(1);
                    h.acknowledged[1].asked = later;
                    h.acknowledged[1].answered = later;
                },
            ),
            ("a cent is missing", Rule::Money, |h| {
                h.events[3]["order"]["customer_price"] = json!(12.34);
            }),
            ("a price changes on the way", Rule::Money, |h| {
                h.events[2]["order"]["supplier_price"] = json!(9.4);
            }),
            ("a client misses an event", Rule::Sockets, |h| {
                drop(h.clients[0].heard.remove(1))
            }),
            ("a client misses the end", Rule::Sockets, |h| {
                drop(h.clients[0].heard.pop())
            }),
            ("a client hears an event twice", Rule::Sockets, |h| {
                let again = h.clients[0].heard[1].clone();
                h.clients[0].heard.insert(1, again);
            }),
            ("a client hears in another order", Rule::Sockets, |h| {
                h.clients[0].heard.swap(0, 1)
            }),
            ("a client hears what is not so", Rule::Sockets, |h| {
                let mut told = h.events[3].clone();
                told["order"]["customer_name"] = json!("Bo");
                h.clients[0].heard[3] = Heard::Event(told.into());
            }),
            (
                "a client that read again shows an order as it was",
                Rule::Screens,
                |h| {
                    let at = Cursor {
                        epoch: "e".into(),
                        seq: 4,
                    };
                    h.clients[0].heard = vec![Heard::Reset(at, vec![h.events[2]["order"].clone()])];
                },
            ),
            ("an order is not listed", Rule::Lists, |h| {
                drop(h.lists[0].all.remove(0))
            }),
            ("an order is listed where it was", Rule::Lists, |h| {
                h.lists[0].parts[1].2.push(h.orders[0].clone());
            }),
        ];
        for (lie, rule, tell) in lies {
            let mut history = true_history();
            tell(&mut history);
            let faults = history.verdict().faults;
            assert!(
                faults.iter().any(|fault| fault.rule == rule),
                "{lie}: {faults:?}"
            );
        }
    }

    #[test]
    fn frames_are_counted_against_what_was_to_come() {
        let mut history = true_history();
        let head = history.head.clone().unwrap();
        assert_eq!(history.clients[0].frames(&head), (4, 4));
        history.clients[0].heard.remove(2);
        assert_eq!(history.clients[0].frames(&head), (3, 4));
        let reset = Cursor {
            epoch: "f".into(),
            seq: 2,
        };
        history.clients[0]
            .heard
            .push(Heard::Reset(reset, Vec::new()));
        assert_eq!(history.clients[0].frames(&head), (3, 5));
    }
}
