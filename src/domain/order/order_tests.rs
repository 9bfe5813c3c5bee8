//! What an order does with commands, and what follows from its times.

use super::*;
use crate::domain::{
    Field,
    samples::{at, commands, id, offer},
};
use proptest::prelude::*;

#[test]
fn an_order_of_the_contract() {
    let (mut order, event) = Order::new(id(0x7f3a), offer(), at(0));
    assert_eq!(
        (event, order.id.number()),
        (EventType::Created, "7F3A".to_owned())
    );
    let day = [0, 2, 3, 4, 5, 6, 7].map(|i| commands()[i].clone());
    for (i, command) in day.into_iter().enumerate() {
        (order, _) = order
            .apply(command, Actor::AnyRole, at(i as i64 + 1))
            .unwrap();
    }
    let json = serde_json::to_string(&order).unwrap();
    assert_eq!(
        json,
        concat!(
            r#"{"id":"00000000-0000-0000-0000-000000007f3a","supplier_name":"Bella Napoli","pizza_name":"Diavola","#,
            r#""supplier_price":9.5,"customer_price":12.35,"markup_percentage":30.0,"status":"delivered","#,
            r#""customer_name":"Ana","delivery_address":"Kurze Gasse 1","driver_name":"Jonas","#,
            r#""estimated_delivery_time":25,"supplier_notes":"Hot","#,
            r#""created_at":"2026-05-28T20:26:40.000Z","updated_at":"2026-05-28T20:26:47.000Z","version":8,"#,
            r#""times":{"pending_supplier":"2026-05-28T20:26:40.000Z","supplier_accepted":"2026-05-28T20:26:41.000Z","#,
            r#""customer_accepted":"2026-05-28T20:26:42.000Z","preparing":"2026-05-28T20:26:43.000Z","#,
            r#""ready":"2026-05-28T20:26:44.000Z","dispatched":"2026-05-28T20:26:45.000Z","#,
            r#""in_transit":"2026-05-28T20:26:46.000Z","delivered":"2026-05-28T20:26:47.000Z"},"#,
            r#""customer_id":null,"driver_id":null,"restaurant_id":null,"cancellation":null,"basket":null}"#,
        )
    );
    assert_eq!(serde_json::from_str::<Order>(&json).unwrap(), order);
}

#[test]
fn only_the_supplier_says_why_it_cancels() {
    let reason = Notes::parse("Oven broken").ok();
    let cancelled = |by, reason: &Option<Notes>| {
        let (order, _) = Order::new(id(1), offer(), at(0));
        let accept = commands()[0].clone();
        let (order, _) = order.apply(accept, Actor::AnyRole, at(1)).unwrap();
        let cancel = Command::Cancel {
            code: CancellationCode::Other,
            reason: reason.clone(),
        };
        let (order, _) = order.apply(cancel, Actor::As(by), at(2)).unwrap();
        order.supplier_notes.map(String::from)
    };
    assert_eq!(
        cancelled(Role::Supplier, &reason).as_deref(),
        Some("Oven broken")
    );
    assert_eq!(cancelled(Role::Supplier, &None).as_deref(), Some("Hot"));
    assert_eq!(cancelled(Role::Customer, &reason).as_deref(), Some("Hot"));
}

proptest! {
    /// Whatever is asked, by any role: an order changes along the table or not at all.
    #[test]
    fn an_order_moves_along_the_table_or_not_at_all(
        asked in proptest::collection::vec((0usize..10, proptest::option::of(0..Role::ALL.len()), -5i64..100), 0..40),
    ) {
        let (mut order, _) = Order::new(id(1), offer(), at(0));
        let mut path = vec![(order.status, order.created_at)];
        for (command, role, second) in asked {
            let command = commands()[command].clone();
            let actor = role.map_or(Actor::AnyRole, |r| Actor::As(Role::ALL[r]));
            let step = order.transition(command.kind(), actor);
            match order.clone().apply(command, actor, at(second)) {
                Ok((next, event)) => {
                    let step = step.unwrap();
                    prop_assert_eq!((next.status, event), (step.to, step.event));
                    prop_assert_eq!(next.version, order.version + 1);
                    prop_assert!(next.updated_at >= order.updated_at);
                    prop_assert_eq!(next.customer_price.is_some(), next.customer_name.is_some());
                    // Also not one that was taken back from its driver, and cancelled.
                    let has_driver = matches!(next.status, Status::Dispatched | Status::InTransit | Status::Delivered);
                    prop_assert_eq!(next.driver_name.is_some(), has_driver);
                    prop_assert_eq!(next.is_recalled(), step.command == CommandKind::Recall);
                    order = next;
                    path.retain(|(status, _)| *status != order.status);
                    path.push((order.status, order.updated_at));
                }
                Err(refused) => {
                    prop_assert!(step.is_none());
                    let is_here = matches!(refused, Error::Refused(refusal) if refusal.status == order.status);
                    prop_assert!(is_here);
                }
            }
            let json = serde_json::to_string(&order.times).unwrap();
            let moments = path.iter().map(|(status, at)| format!("\"{status}\":\"{at}\""));
            prop_assert_eq!(json, format!("{{{}}}", moments.collect::<Vec<_>>().join(",")));
            prop_assert!(path.is_sorted_by_key(|(_, at)| *at));
            prop_assert_eq!(Some((order.status, order.since())), order.times.last());
        }
    }
}

#[test]
fn a_promise_and_a_stage_follow_from_the_times() {
    let (order, _) = Order::new(id(1), offer(), at(0));
    assert_eq!((order.promised(), order.last_stage()), (None, None));
    let (order, _) = order
        .apply(commands()[0].clone(), Actor::AnyRole, at(5))
        .unwrap();
    let stage = (Status::PendingSupplier, TimeDelta::seconds(5));
    assert_eq!((order.promised(), order.last_stage()), (None, Some(stage)));
    let (order, _) = order
        .apply(commands()[2].clone(), Actor::AnyRole, at(7))
        .unwrap();
    assert_eq!(order.promised(), Some(at(7 + 25 * 60)));
    let (order, _) = order
        .apply(commands()[3].clone(), Actor::AnyRole, at(9))
        .unwrap();
    assert_eq!(order.promised(), Some(at(7 + 25 * 60)));
    // What this one has been through is not known.
    let found = Order {
        times: Times::known(at(0), order.status, at(9)),
        ..order
    };
    assert_eq!((found.promised(), found.last_stage()), (None, None));
}

#[test]
fn an_order_is_late_while_it_is_awaited_or_by_as_much_as_it_was() {
    let mut order = Order::new(id(1), offer(), at(0)).0;
    let promised = 2 + 25 * 60;
    let moments = [1, 2, 3, 4, 5, 6, promised + 90];
    for (command, second) in [0, 2, 3, 4, 5, 6, 7].into_iter().zip(moments) {
        let delays = [promised, promised + 1].map(|now| order.delay(at(now)));
        let late = order.promised().map(|_| TimeDelta::seconds(1));
        assert_eq!(delays, [None, late]);
        assert_eq!(order.is_late(at(promised + 1)), late.is_some());
        let command = commands()[command].clone();
        order = order.apply(command, Actor::AnyRole, at(second)).unwrap().0;
    }
    // What has arrived stays as late as it was, and nobody waits for it.
    assert_eq!(order.status, Status::Delivered);
    for now in [promised + 90, promised + 9_000] {
        assert_eq!(order.delay(at(now)), Some(TimeDelta::seconds(90)));
        assert!(!order.is_late(at(now)));
    }
    let cancelled = [(0, 1), (2, 2), (8, 9_000)].into_iter().fold(
        Order::new(id(1), offer(), at(0)).0,
        |order, (command, second)| {
            let command = commands()[command].clone();
            order.apply(command, Actor::AnyRole, at(second)).unwrap().0
        },
    );
    assert_eq!(cancelled.delay(at(9_000)), None);
}

#[test]
fn what_is_awaited_is_due_at_the_door_and_all_else_waits_its_turn() {
    let (order, _) = Order::new(id(1), offer(), at(0));
    assert_eq!(order.due(), at(0));
    let apply = |order: &Order, command: &Command, second| {
        let applied = order
            .clone()
            .apply(command.clone(), Actor::AnyRole, at(second));
        applied.unwrap().0
    };
    let all = commands();
    let accepted = apply(&order, &all[0], 5);
    assert_eq!(accepted.due(), at(5));
    let taken = apply(&accepted, &all[2], 7);
    let promised = at(7 + 25 * 60);
    assert_eq!((taken.due(), taken.promised()), (promised, Some(promised)));
    let unpromised = Order {
        estimated_delivery_time: None,
        ..taken.clone()
    };
    assert_eq!(unpromised.due(), at(7 + 30 * 60));
    // Taken back to the start, it is not due much later than it was.
    let begun = apply(&taken, &all[3], 9);
    assert_eq!(begun.due(), promised);
    assert_eq!(apply(&begun, &Command::Recall, 300).due(), at(9 + 25 * 60));
    let cancelled = apply(&taken, &all[8], 20);
    assert_eq!(cancelled.due(), at(20));
}

#[test]
fn an_order_from_elsewhere_is_cancelled_where_it_stood() {
    for &status in Status::ALL {
        let (order, _) = Order::new(id(1), offer(), at(0));
        let found = Order {
            status,
            times: Times::known(at(0), status, at(3)),
            ..order
        };
        let cancel = Command::Cancel {
            code: CancellationCode::Other,
            reason: None,
        };
        if let Ok((cancelled, _)) = found.apply(cancel, Actor::AnyRole, at(4)) {
            assert_eq!(cancelled.cancelled_from(), Some(status));
        }
    }
}
