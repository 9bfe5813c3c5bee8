//! A history in which everything holds, and one lie after another in it.

use super::*;
use serde_json::json;
use std::time::Duration;

/// Two orders, one of which is taken, received by one socket and listed by one instance.
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
    let change = |n: u64, order: &Value| AcknowledgedChange {
        order: order.clone(),
        requested_at: begin + Duration::from_millis(10 * n),
        answered_at: begin + Duration::from_millis(10 * n + 5),
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
        requested: vec![
            RequestedChange::Creation("s".into(), "pizza a".into()),
            RequestedChange::Creation("s".into(), "pizza b".into()),
            RequestedChange::Transition("a".into(), "supplier_accepted".into()),
            RequestedChange::Transition("a".into(), "customer_accepted".into()),
        ],
        acknowledged: [&a1, &b1, &a2, &a3]
            .into_iter()
            .zip(0..)
            .map(|(order, n)| change(n, order))
            .collect(),
        sockets: vec![SocketLog {
            from: Some(cursor(0)),
            received: events
                .iter()
                .cloned()
                .map(|event| Received::Event(event.into()))
                .collect(),
        }],
        head: Some(cursor(4)),
        lists: vec![ListSnapshot {
            instance: "here".into(),
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
        shops: ShopHistory::default(),
        forgetful: false,
        shared: false,
    }
}

#[test]
fn a_true_history_has_no_violations() {
    let verdict = true_history().verdict();
    assert!(verdict.violations.is_empty(), "{:?}", verdict.violations);
    // Every invariant is checked but those of orders from menus, and that on answers, which the client judges as they
    // arrive.
    let direct = [
        Invariant::Slots,
        Invariant::Bills,
        Invariant::Expiries,
        Invariant::SoldOut,
    ];
    assert_eq!(
        verdict.checked.len(),
        Invariant::ALL.len() - direct.len() - 1
    );
}

/// A change of the true history.
type Lie = fn(&mut History);
/// Each lie, and the invariant that it breaks.
const LIES: [(&str, Invariant, Lie); 21] = [
    (
        "an acknowledged change is lost",
        Invariant::Acknowledged,
        |h| drop(h.events.pop()),
    ),
    ("a change happened twice", Invariant::Acknowledged, |h| {
        let mut again = h.events[1].clone();
        again["id"] = json!("e-5");
        h.events.push(again);
    }),
    ("two events have one number", Invariant::Numbers, |h| {
        h.events[1]["id"] = json!("e-1");
    }),
    ("an order was created twice", Invariant::Asked, |h| {
        let mut twin = h.orders[1].clone();
        twin["id"] = json!("c");
        h.events.push(json!({"order": twin, "id": "e-5"}));
        h.orders.push(twin);
    }),
    ("an event without a request", Invariant::Asked, |h| {
        drop(h.requested.pop())
    }),
    (
        "a transition that the lifecycle does not have",
        Invariant::Legal,
        |h| {
            h.events[3]["order"]["status"] = json!("delivered");
            h.orders[0]["status"] = json!("delivered");
            h.requested
                .push(RequestedChange::Transition("a".into(), "delivered".into()));
        },
    ),
    ("a version is left out", Invariant::Legal, |h| {
        h.events[3]["order"]["version"] = json!(4)
    }),
    ("an order's events are swapped", Invariant::Legal, |h| {
        h.events[2]["id"] = json!("e-4");
        h.events[3]["id"] = json!("e-3");
    }),
    (
        "the document is older than its events",
        Invariant::Documents,
        |h| {
            h.orders[0] = h.events[0]["order"].clone();
        },
    ),
    (
        "two customers are told that the pizza is theirs",
        Invariant::OneWinner,
        |h| {
            let mut other = h.acknowledged[3].clone();
            other.order["customer_name"] = json!("Bo");
            h.acknowledged.push(other);
        },
    ),
    (
        "what was answered earlier is later in the log",
        Invariant::Sequence,
        |h| {
            let later = h.acknowledged[3].requested_at + Duration::from_secs(1);
            h.acknowledged[1].requested_at = later;
            h.acknowledged[1].answered_at = later;
        },
    ),
    ("a cent is missing", Invariant::Money, |h| {
        h.events[3]["order"]["customer_price"] = json!(12.34);
    }),
    ("the price changes later", Invariant::Money, |h| {
        h.events[2]["order"]["supplier_price"] = json!(9.4);
    }),
    ("a socket misses an event", Invariant::Sockets, |h| {
        drop(h.sockets[0].received.remove(1))
    }),
    ("a socket misses the end", Invariant::Sockets, |h| {
        drop(h.sockets[0].received.pop())
    }),
    (
        "a socket receives an event twice",
        Invariant::Sockets,
        |h| {
            let again = h.sockets[0].received[1].clone();
            h.sockets[0].received.insert(1, again);
        },
    ),
    (
        "a socket receives in another order",
        Invariant::Sockets,
        |h| h.sockets[0].received.swap(0, 1),
    ),
    (
        "a socket receives a changed event",
        Invariant::Sockets,
        |h| {
            let mut changed = h.events[3].clone();
            changed["order"]["customer_name"] = json!("Bo");
            h.sockets[0].received[3] = Received::Event(changed.into());
        },
    ),
    (
        "a screen that read again shows an older version",
        Invariant::Screens,
        |h| {
            let at = Cursor {
                epoch: "e".into(),
                seq: 4,
            };
            h.sockets[0].received = vec![Received::Reset(at, vec![h.events[2]["order"].clone()])];
        },
    ),
    ("an order is not listed", Invariant::Lists, |h| {
        drop(h.lists[0].all.remove(0))
    }),
    (
        "an order is listed under its old status",
        Invariant::Lists,
        |h| {
            h.lists[0].parts[1].2.push(h.orders[0].clone());
        },
    ),
];

#[test]
fn every_kind_of_lie_is_found() {
    for (lie, invariant, apply) in LIES {
        let mut history = true_history();
        apply(&mut history);
        let violations = history.verdict().violations;
        assert!(
            violations
                .iter()
                .any(|violation| violation.invariant == invariant),
            "{lie}: {violations:?}"
        );
    }
}

#[test]
fn a_stretch_without_orders_may_be_skipped() {
    let at = |seq| Cursor {
        epoch: "e".into(),
        seq,
    };
    // Account entries have the numbers 2 and 3.
    let mut history = true_history();
    history.events.retain(|event| event["id"] != "e-2");
    history.events.retain(|event| event["order"]["id"] != "b");
    let sockets = |received: Vec<Received>, history: &History| {
        let mut verdict = Verdict::default();
        let log = history.log(&mut verdict);
        let chains = history.chains();
        let socket = SocketLog {
            from: Some(at(0)),
            received,
        };
        socket.check(0, history, &log, &chains, &mut verdict);
        let frames = socket.frames(&at(4));
        (verdict.violations.len(), frames)
    };
    let event = |n: usize| Received::Event(history.events[n].clone().into());
    let skip = |after, id| Received::Skip(at(after), at(id));
    let whole = vec![event(0), skip(1, 2), event(1), event(2)];
    assert_eq!(sockets(whole, &history), (0, (3, 3)));
    // Over an order that it may see; from where it is not.
    let over = vec![event(0), skip(1, 3), event(2)];
    assert!(sockets(over, &history).0 > 0);
    let gap = vec![event(0), skip(0, 2), event(1), event(2)];
    assert!(sockets(gap, &history).0 > 0);
}

#[test]
fn a_subscriber_begins_before_its_first_event_or_at_its_first_signal() {
    let cursor = |seq| Cursor {
        epoch: "e".to_owned(),
        seq,
    };
    let (mut first_event, mut first_signal) = (SocketLog::default(), SocketLog::default());
    assert!(first_event.begin(&cursor(1), true));
    assert!(!first_event.begin(&cursor(5), false));
    assert_eq!(first_event.from, Some(cursor(0)));
    assert!(first_signal.begin(&cursor(1), false));
    assert_eq!(first_signal.from, Some(cursor(1)));
}

#[test]
fn frames_are_counted_against_the_expected_ones() {
    let mut history = true_history();
    let head = history.head.clone().unwrap();
    assert_eq!(history.sockets[0].frames(&head), (4, 4));
    history.sockets[0].received.remove(2);
    assert_eq!(history.sockets[0].frames(&head), (3, 4));
    let reset = Cursor {
        epoch: "f".into(),
        seq: 2,
    };
    history.sockets[0]
        .received
        .push(Received::Reset(reset, Vec::new()));
    assert_eq!(history.sockets[0].frames(&head), (3, 5));
}
