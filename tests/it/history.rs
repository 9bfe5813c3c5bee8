//! Decides whether what clients saw can be true: from what they asked and were answered, what their sockets heard,
//! and what the store holds at the end.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What clients asked for. An order is named by what its creator called it until it has an id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// A new order with a pizza of this name, which nobody else uses.
    New(String),
    /// An order brought to a state.
    Move(String, String),
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
    Event(Value),
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
    pub fn read(text: &Value) -> Cursor {
        let (epoch, seq) = text.as_str().unwrap().split_once('-').unwrap();
        Cursor {
            epoch: epoch.to_owned(),
            seq: seq.parse().unwrap(),
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct History {
    pub asked: BTreeSet<Asked>,
    /// Every order that an answer with 2xx showed.
    pub acknowledged: Vec<Value>,
    pub clients: Vec<Client>,
    /// The orders of the store at the end.
    pub orders: Vec<Value>,
    /// Their events, as the store tells them.
    pub events: Vec<Value>,
    /// Whether the store may have lost the end of what it had acknowledged.
    pub forgetful: bool,
}

impl History {
    /// Everything that cannot be true.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut fault = |fault: String| faults.push(fault);
        let chains = self.chains();

        for (id, chain) in &chains {
            for (n, event) in chain.iter().enumerate() {
                let order = &event["order"];
                if order["version"] != n + 1 {
                    fault(format!(
                        "order {id}: event {n} has version {}",
                        order["version"]
                    ));
                }
                let before = n.checked_sub(1).map(|n| text(&chain[n]["order"]["status"]));
                if !is_legal(before, text(&order["status"])) {
                    fault(format!("order {id}: {} after {before:?}", order["status"]));
                }
                let asked = match n {
                    0 => Asked::New(text(&order["pizza_name"]).to_owned()),
                    _ => Asked::Move(id.to_string(), text(&order["status"]).to_owned()),
                };
                if !self.asked.contains(&asked) {
                    fault(format!("order {id}: nobody asked for version {}", n + 1));
                }
            }
        }
        let mut names = BTreeSet::new();
        for order in &self.orders {
            if !names.insert(text(&order["pizza_name"])) {
                fault(format!("{} was made twice", order["pizza_name"]));
            }
            let last = chains
                .get(text(&order["id"]))
                .and_then(|chain| chain.last());
            if last.map(|event| &event["order"]) != Some(order) {
                fault(format!("order {} is not what its events say", order["id"]));
            }
        }
        for order in self.acknowledged.iter().filter(|_| !self.forgetful) {
            let same = |event: &&&Value| event["order"] == *order;
            let chain = chains.get(text(&order["id"]));
            match chain.map_or(0, |chain| chain.iter().filter(same).count()) {
                1 => {}
                n => fault(format!("acknowledged, and told {n} times: {order}")),
            }
        }
        for (n, client) in self.clients.iter().enumerate() {
            client.check(self, &mut |what| fault(format!("client {n}: {what}")));
        }
        faults
    }

    /// The events of each order, in the order of the store.
    fn chains(&self) -> BTreeMap<&str, Vec<&Value>> {
        let mut chains: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for event in &self.events {
            chains
                .entry(text(&event["order"]["id"]))
                .or_default()
                .push(event);
        }
        chains
    }
}

impl Client {
    fn check(&self, history: &History, fault: &mut impl FnMut(String)) {
        let Some(mut at) = self.from.clone() else {
            return fault("heard nothing at all".to_owned());
        };
        let stored: BTreeMap<Cursor, &Value> = history
            .events
            .iter()
            .map(|event| (Cursor::read(&event["id"]), event))
            .collect();
        let mut view: BTreeMap<&str, &Value> = BTreeMap::new();
        let mut whole = false;
        for heard in &self.heard {
            match heard {
                Heard::Event(event) => {
                    let id = Cursor::read(&event["id"]);
                    if id.epoch != at.epoch || id.seq != at.seq + 1 {
                        fault(format!("heard {id:?} after {at:?}"));
                    }
                    match stored.get(&id) {
                        Some(known) if **known == *event => {}
                        None if history.forgetful => {}
                        _ => fault(format!("heard what is not stored: {event}")),
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
        let head = history
            .events
            .iter()
            .map(|event| Cursor::read(&event["id"]));
        let head = head.filter(|cursor| cursor.epoch == at.epoch).max();
        if head.is_some_and(|head| head.seq > at.seq) {
            fault(format!("has not heard what came after {at:?}"));
        }
        for order in &history.orders {
            match view.get(text(&order["id"])) {
                Some(seen) if *seen == order => {}
                None if !whole => {}
                seen => fault(format!("sees {seen:?} where {order} is")),
            }
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

mod tests {
    use super::*;
    use serde_json::json;

    /// Two orders, one of which is accepted, seen whole by one client.
    fn true_history() -> History {
        let order = |id: &str, version: u64, status: &str| json!({"id": id, "pizza_name": format!("pizza {id}"), "status": status, "version": version});
        let event = |seq: u64, order: &Value| json!({"order": order, "id": format!("e-{seq}")});
        let (a1, a2) = (
            order("a", 1, "pending_supplier"),
            order("a", 2, "supplier_accepted"),
        );
        let b1 = order("b", 1, "pending_supplier");
        let events = vec![event(1, &a1), event(2, &b1), event(3, &a2)];
        let moved = Asked::Move("a".into(), "supplier_accepted".into());
        History {
            asked: [
                Asked::New("pizza a".into()),
                Asked::New("pizza b".into()),
                moved,
            ]
            .into(),
            acknowledged: vec![a1, b1.clone(), a2.clone()],
            clients: vec![Client {
                from: Some(Cursor {
                    epoch: "e".into(),
                    seq: 0,
                }),
                heard: events.iter().cloned().map(Heard::Event).collect(),
            }],
            orders: vec![a2, b1],
            events,
            forgetful: false,
        }
    }

    #[test]
    fn what_is_true_has_no_faults() {
        assert_eq!(true_history().faults(), Vec::<String>::new());
    }

    #[test]
    fn every_kind_of_lie_is_found() {
        type Lie = fn(&mut History);
        let lies: [(&str, Lie); 12] = [
            ("an acknowledged change is lost", |h| drop(h.events.pop())),
            ("a change happened twice", |h| {
                let mut again = h.events[1].clone();
                again["id"] = json!("e-4");
                h.events.push(again);
            }),
            ("an order was made twice", |h| {
                let mut twin = h.orders[1].clone();
                twin["id"] = json!("c");
                h.events.push(json!({"order": twin, "id": "e-4"}));
                h.orders.push(twin);
            }),
            ("an event that nobody asked for", |h| {
                drop(h.asked.pop_first())
            }),
            ("a move that the lifecycle does not have", |h| {
                h.events[2]["order"]["status"] = json!("delivered");
                h.orders[0]["status"] = json!("delivered");
                h.asked.insert(Asked::Move("a".into(), "delivered".into()));
            }),
            ("a version is left out", |h| {
                h.events[2]["order"]["version"] = json!(3)
            }),
            ("the document is behind its events", |h| {
                h.orders[0] = h.events[0]["order"].clone();
            }),
            ("a client misses an event", |h| {
                drop(h.clients[0].heard.remove(1))
            }),
            ("a client misses the end", |h| {
                drop(h.clients[0].heard.pop())
            }),
            ("a client hears an event twice", |h| {
                let again = h.clients[0].heard[1].clone();
                h.clients[0].heard.insert(1, again);
            }),
            ("a client hears in another order", |h| {
                h.clients[0].heard.swap(0, 1)
            }),
            ("a client keeps a history that is gone", |h| {
                h.clients[0]
                    .heard
                    .push(Heard::Event(json!({"order": {}, "id": "e-4"})));
            }),
        ];
        for (lie, tell) in lies {
            let mut history = true_history();
            tell(&mut history);
            assert!(!history.faults().is_empty(), "{lie}");
        }
    }
}
