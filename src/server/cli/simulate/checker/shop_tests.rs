//! A history of a pizzeria in which everything holds, and one lie after another in it.

use super::*;
use serde_json::json;
use std::time::Duration;

const SLOT: &str = "2026-05-28T20:15:00.000Z";

/// An order at a moment: its version, its status, and whether its kitchen has answered.
fn order(id: &str, version: u64, status: &str, is_answered: bool) -> Value {
    json!({
        "id": id, "supplier_name": "s", "pizza_name": "2× Funghi", "status": status, "version": version,
        "supplier_price": 24.5, "markup_percentage": 10.0, "customer_price": 26.95, "customer_name": format!("of {id}"),
        "restaurant_id": "r", "cancellation": null,
        "basket": {
            "kitchen_slots": [SLOT], "answer_by": "2026-05-28T20:05:00.000Z",
            "answered_at": is_answered.then_some("2026-05-28T20:01:00.000Z"),
            "lines": [{
                "item": "fung", "half": {"item": "diav"}, "quantity": 2, "base": 10.0, "unit": 11.0, "total": 22.0,
                "deposit": 0.0, "options": [{"group": "top", "option": "olives", "price": 1.0}],
            }],
            "bill": {
                "goods": 22.0, "deposit": 0.0, "delivery": 2.5, "discount": 0.0, "tax_added": 0.0, "service": 2.45,
                "total": 26.95, "tip": 0.0, "to_pay": 26.95, "mode": "included",
                "taxes": [{"rate": 7.0, "of": 22.0, "amount": 1.44}, {"rate": 19.0, "of": 2.5, "amount": 0.4}],
            },
        },
    })
}

fn event(seq: u64, minute: u64, order: &Value) -> Value {
    let timestamp = format!("2026-05-28T20:{minute:02}:00.000Z");
    json!({"order": order, "id": format!("e-{seq}"), "timestamp": timestamp})
}

/// The first one is baked, the second one takes its place, and the third one expires; the slot takes two.
fn true_history() -> History {
    let orders = [
        order("a", 1, "customer_accepted", false),
        order("c", 1, "customer_accepted", false),
        order("a", 2, "preparing", true),
        order("a", 3, "ready", true),
        order("b", 1, "customer_accepted", false),
        order("b", 2, "customer_accepted", true),
        // Taken back: its place is another's.
        order("a", 4, "preparing", true),
    ];
    let mut expired = order("c", 2, "cancelled", false);
    expired["cancellation"] = json!({"code": "no_answer", "by": "market"});
    let mut events: Vec<_> = (1..)
        .zip(&orders)
        .map(|(n, one)| event(n, n / 2, one))
        .collect();
    events.push(event(8, 5, &expired));
    let begin = Instant::now();
    let change = |n: u32, order: &Value| AcknowledgedChange {
        order: order.clone(),
        requested_at: begin + n * Duration::from_secs(10),
        answered_at: begin + n * Duration::from_secs(10) + Duration::from_secs(1),
    };
    let bill = orders[0]["basket"]["bill"].clone();
    let sold_out = |part, from: u64, to: u64| SoldOut {
        restaurant: "r".to_owned(),
        part,
        answered_at: begin + Duration::from_secs(from),
        put_back_at: Some(begin + Duration::from_secs(to)),
    };
    History {
        acknowledged: (0..).zip(&orders).map(|(n, one)| change(n, one)).collect(),
        shops: ShopHistory {
            slot_orders: [("r".to_owned(), 2)].into(),
            bills: ["a", "b", "c"]
                .map(|id| (id.to_owned(), bill.clone()))
                .into(),
            sold_out: vec![
                // Back before the fourth order, and put away in the middle of one.
                sold_out(json!({"item": "fung"}), 15, 39),
                sold_out(json!({"item": "diav"}), 41, 100),
                sold_out(json!({"item": "marg"}), 0, 100),
            ],
        },
        events,
        shared: true,
        ..History::default()
    }
}

fn found(history: &History) -> Vec<Violation> {
    let mut verdict = Verdict::default();
    let log = history.log(&mut verdict);
    history.check_shops(&history.chains(), &log, &mut verdict);
    verdict.violations
}

#[test]
fn a_true_history_of_a_pizzeria_has_no_violations() {
    let history = true_history();
    let violations = found(&history);
    assert!(violations.is_empty(), "{violations:?}");
    let verdict = history.verdict();
    for invariant in [
        Invariant::Slots,
        Invariant::Bills,
        Invariant::Expiries,
        Invariant::SoldOut,
    ] {
        assert!(verdict.checked[&invariant] > 0, "{invariant:?}");
    }
}

type Lie = fn(&mut History);
const LIES: [(&str, Invariant, Lie); 14] = [
    ("a slot over its bound", Invariant::Slots, |h| {
        h.shops.slot_orders.insert("r".to_owned(), 1);
    }),
    (
        "a place that is taken before it is free",
        Invariant::Slots,
        |h| {
            h.events[4]["id"] = json!("e-3");
            h.events[2]["id"] = json!("e-4");
            h.events[3]["id"] = json!("e-5");
        },
    ),
    ("a bill of another menu", Invariant::Bills, |h| {
        h.shops.bills.get_mut("b").unwrap()["goods"] = json!(21.9);
    }),
    ("a line that does not add up", Invariant::Bills, |h| {
        h.events[4]["order"]["basket"]["lines"][0]["unit"] = json!(11.01);
    }),
    ("a bill with another fee", Invariant::Bills, |h| {
        h.events[4]["order"]["basket"]["bill"]["delivery"] = json!(2.4);
    }),
    ("a tax that is rounded down", Invariant::Bills, |h| {
        h.events[4]["order"]["basket"]["bill"]["taxes"][1]["amount"] = json!(0.39);
    }),
    ("a bill for another price", Invariant::Bills, |h| {
        h.events[4]["order"]["customer_price"] = json!(26.96);
    }),
    ("an amount that is none", Invariant::Bills, |h| {
        h.events[4]["order"]["basket"]["bill"]["tip"] = json!("0.00");
    }),
    ("an early expiry", Invariant::Expiries, |h| {
        h.events[7]["timestamp"] = json!("2026-05-28T20:04:59.999Z");
    }),
    ("a double expiry", Invariant::Expiries, |h| {
        let mut again = h.events[7].clone();
        again["id"] = json!("e-9");
        again["order"]["version"] = json!(3);
        h.events.push(again);
    }),
    ("an expiry of what was answered", Invariant::Expiries, |h| {
        h.events[1]["order"]["basket"]["answered_at"] = json!("2026-05-28T20:01:00.000Z");
    }),
    ("no expiry", Invariant::Expiries, |h| {
        h.events[7] = event(8, 6, &h.events[6]["order"]);
    }),
    ("a sale of what was sold out", Invariant::SoldOut, |h| {
        h.shops.sold_out[0].put_back_at = None;
    }),
    (
        "a sale of an option that was sold out",
        Invariant::SoldOut,
        |h| {
            h.shops.sold_out[2].part = json!({"group": "top", "option": "olives"});
        },
    ),
];

#[test]
fn every_kind_of_lie_about_a_pizzeria_is_found() {
    for (lie, invariant, apply) in LIES {
        let mut history = true_history();
        apply(&mut history);
        let violations = found(&history);
        let is_found = violations.iter().any(|one| one.invariant == invariant);
        assert!(is_found, "{lie}: {violations:?}");
    }
}

/// The market ends what is not answered: nobody has to have requested it, and what an earlier run left is no fault.
#[test]
fn an_expiry_needs_no_request() {
    let mut history = true_history();
    history.shared = false;
    history.events.retain(|event| event["order"]["id"] == "c");
    history.acknowledged.clear();
    history.orders = vec![history.events[1]["order"].clone()];
    let asked = |history: &History| {
        let violations = history.verdict().violations;
        let asked = violations
            .iter()
            .filter(|one| one.invariant == Invariant::Asked);
        asked.count()
    };
    assert_eq!(asked(&history), 1);
    let mut requested = history.clone();
    requested.requested = vec![RequestedChange::OrderFromMenu("of c".to_owned())];
    assert_eq!(asked(&requested), 0);
    history.sockets = vec![SocketLog {
        from: Cursor::parse(&json!("e-2")),
        received: Vec::new(),
    }];
    assert_eq!(asked(&history), 0);
    // What was ordered meanwhile is asked for.
    history.sockets[0].from = Cursor::parse(&json!("e-1"));
    assert_eq!(asked(&history), 1);
}
