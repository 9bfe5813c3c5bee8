//! Direct orders: their JSON, the answer of a kitchen, promise, ticks, and what each role may do with them.

use super::*;
use crate::domain::{
    CancellationCode, Event, EventType, Field, FieldError, Origin, Scope, Subject, Topic, Whole,
    samples::{BASKET, at, commands, direct, direct_commands, id, offer},
    verify_event,
};
use proptest::prelude::*;

const SUPPLIER: Actor = Actor::As(Role::Supplier);
const MARKET: Actor = Actor::As(Role::Market);
/// When the answer to the sample is due.
const ANSWER_BY: i64 = 300;

fn applied(order: &Order, command: Command, second: i64) -> Result<Order, Error> {
    let actor = match command {
        Command::Expire => MARKET,
        _ => Actor::AnyRole,
    };
    let applied = order.clone().apply(command, actor, at(second));
    applied.map(|(order, _)| order)
}

fn accept(minutes: Option<u16>) -> Command {
    Command::Accept {
        notes: None,
        minutes: minutes.map(|minutes| minutes.try_into().unwrap()),
    }
}

fn basket(order: &Order) -> &Basket {
    order.basket.as_ref().unwrap()
}

/// When it is at the door, in minutes after it was ordered.
fn promise(order: &Order) -> (i64, i64) {
    let promise = &basket(order).promise;
    let minutes = |time: Time| (time - at(0)).num_minutes();
    (minutes(promise.from), minutes(promise.to))
}

/// One for a time that its customer has chosen.
fn scheduled() -> Order {
    let mut order = direct(1);
    if let Some(basket) = &mut order.basket {
        basket.promise.asap = false;
    }
    order
}

#[test]
fn a_direct_order_of_the_contract() {
    let order = direct(0x7f3a);
    let json = serde_json::to_string(&order).unwrap();
    let own = concat!(
        r#"{"id":"00000000-0000-0000-0000-000000007f3a","supplier_name":"Bella Napoli","#,
        r#""pizza_name":"2× ½ Diavola ½ Funghi L +1, 2× Cola","supplier_price":32.5,"customer_price":35.75,"#,
        r#""markup_percentage":10.0,"status":"customer_accepted","customer_name":"Ana","#,
        r#""delivery_address":"Kurze Gasse 1\n10115 Berlin","driver_name":null,"estimated_delivery_time":40,"#,
        r#""supplier_notes":null,"created_at":"2026-05-28T20:26:40.000Z","updated_at":"2026-05-28T20:26:40.000Z","#,
        r#""version":1,"times":{"customer_accepted":"2026-05-28T20:26:40.000Z"},"customer_id":null,"driver_id":null,"#,
        r#""restaurant_id":"00000000-0000-0000-0000-000000009127","cancellation":null,"basket":"#,
    );
    assert_eq!(json, format!("{own}{BASKET}}}"));
    assert_eq!(serde_json::from_str::<Order>(&json).unwrap(), order);
    // What earlier versions wrote has none of it.
    let (offered, _) = Order::new(id(1), offer(), at(0));
    let json = serde_json::to_string(&offered).unwrap();
    let nothing = ",\"restaurant_id\":null,\"cancellation\":null,\"basket\":null}";
    let before = format!("{}}}", json.strip_suffix(nothing).unwrap());
    assert_eq!(serde_json::from_str::<Order>(&before).unwrap(), offered);
}

#[test]
fn the_outside_of_a_direct_order_says_nothing_of_its_customer() {
    let json = serde_json::to_string(&direct(1).outside()).unwrap();
    for personal in [
        "Ana",
        "1234567",
        "Kurze",
        "10115",
        "13.38",
        "Well done",
        "Ring",
    ] {
        assert!(!json.contains(personal), "{personal}");
    }
    for told in [
        "Olives",
        "\"phone\":null",
        "\"place\":null",
        "\"answer_by\":\"",
    ] {
        assert!(json.contains(told), "{told}");
    }
    let order = direct(1);
    assert!(order.mentions("kurze funghi", str::to_lowercase));
    assert!(!order.mentions("1234567", str::to_lowercase));
}

#[test]
fn a_kitchen_answers_once_and_in_time() {
    let order = direct(1);
    assert!(order.is_unanswered());
    assert_eq!(order.kitchen_stage(), Status::PendingSupplier);
    let begun = commands()[3].clone();
    for answer in [accept(None), begun.clone()] {
        let answered = applied(&order, answer.clone(), ANSWER_BY - 1).unwrap();
        assert_eq!(basket(&answered).answered_at, Some(at(ANSWER_BY - 1)));
        assert_eq!(answered.version, 2);
        assert!(!answered.is_unanswered());
        assert_eq!(answered.kitchen_stage(), answered.status);
        assert_eq!(applied(&order, answer, ANSWER_BY), Err(Error::TooLate));
    }
    let accepted = applied(&order, accept(None), 9).unwrap();
    assert_eq!(accepted.status, Status::CustomerAccepted);
    for again in [accept(None), commands()[1].clone()] {
        let kind = again.kind();
        assert_eq!(
            applied(&accepted, again, 10),
            Err(accepted.refusal(kind, Actor::AnyRole).into())
        );
    }
    // It may begin as late as it likes, once it has accepted; and say no as late as it likes.
    let begun = applied(&accepted, begun, ANSWER_BY + 9).unwrap();
    assert_eq!(basket(&begun).answered_at, Some(at(9)));
    let rejected = applied(&order, commands()[1].clone(), ANSWER_BY + 9).unwrap();
    assert_eq!(rejected.status, Status::SupplierRejected);
}

#[test]
fn what_is_accepted_by_itself_has_no_deadline() {
    let mut order = direct(1);
    if let Some(basket) = &mut order.basket {
        (basket.answer_by, basket.answered_at) = (None, Some(at(0)));
    }
    assert_eq!(order.kitchen_stage(), Status::CustomerAccepted);
    assert!(applied(&order, Command::Expire, 9_000).is_err());
    assert!(applied(&order, commands()[3].clone(), 9_000).is_ok());
}

#[test]
fn the_market_ends_what_is_not_answered_from_then_on() {
    let order = direct(1);
    assert!(matches!(
        applied(&order, Command::Expire, ANSWER_BY - 1),
        Err(Error::Refused(_))
    ));
    let expired = applied(&order, Command::Expire, ANSWER_BY).unwrap();
    let cancellation = Cancellation {
        code: CancellationCode::NoAnswer,
        by: Some(Role::Market),
        from: Status::CustomerAccepted,
    };
    assert_eq!(expired.cancellation, Some(cancellation));
    assert_eq!(expired.status, Status::Cancelled);
    assert_eq!(expired.cancelled_from(), Some(Status::CustomerAccepted));
    assert_eq!(expired.kitchen_stage(), Status::PendingSupplier);
    let step = expired.last_move().unwrap();
    assert_eq!(
        (step.command, step.by),
        (CommandKind::Expire, &[Role::Market][..])
    );
    let accepted = applied(&order, accept(None), 9).unwrap();
    assert!(applied(&accepted, Command::Expire, ANSWER_BY).is_err());
    for &role in Role::ALL.iter().filter(|role| **role != Role::Market) {
        let tried = order
            .clone()
            .apply(Command::Expire, Actor::As(role), at(ANSWER_BY));
        assert!(tried.is_err(), "{role}");
    }
    let tried = order.apply(Command::Expire, Actor::AnyRole, at(ANSWER_BY));
    assert!(tried.is_err());
}

#[test]
fn an_end_says_why_by_whom_and_from_where() {
    let cancel = Command::Cancel {
        code: CancellationCode::TooBusy,
        reason: Notes::parse("Oven broken").ok(),
    };
    for (actor, notes) in [
        (Actor::AnyRole, Some("Oven broken")),
        (SUPPLIER, Some("Oven broken")),
        (Actor::As(Role::Customer), None),
    ] {
        let (order, _) = direct(1).apply(cancel.clone(), actor, at(1)).unwrap();
        let by = match actor {
            Actor::AnyRole => None,
            Actor::As(role) => Some(role),
        };
        let (code, from) = (CancellationCode::TooBusy, Status::CustomerAccepted);
        assert_eq!(order.cancellation, Some(Cancellation { code, by, from }));
        assert_eq!(order.supplier_notes.as_deref(), notes);
    }
    // It stays what it was when it is ticked and delayed before.
    let begun = applied(&direct(1), commands()[3].clone(), 1).unwrap();
    let ticked = applied(&begun, direct_commands()[2].clone(), 2).unwrap();
    let cancelled = applied(&ticked, cancel, 3).unwrap();
    assert_eq!(cancelled.cancelled_from(), Some(Status::Preparing));
}

/// As soon as possible: as the kitchen says, and as wide as before. For a chosen time: no earlier for it.
#[test]
fn an_acceptance_moves_the_promise() {
    let (asap, later) = (direct(1), scheduled());
    assert_eq!(
        (promise(&asap), asap.promised()),
        ((20, 40), Some(at(40 * 60)))
    );
    let of = |order: &Order, minutes: Option<u16>| {
        let order = applied(order, accept(minutes), 120).unwrap();
        (
            promise(&order),
            order.estimated_delivery_time.map(Whole::get),
        )
    };
    assert_eq!(of(&asap, None), ((20, 40), Some(40)));
    assert_eq!(of(&asap, Some(30)), ((12, 32), Some(30)));
    assert_eq!(of(&asap, Some(60)), ((42, 62), Some(60)));
    assert_eq!(of(&later, None), ((20, 40), Some(40)));
    assert_eq!(of(&later, Some(30)), ((20, 40), Some(40)));
    assert_eq!(of(&later, Some(60)), ((42, 62), Some(60)));
}

#[test]
fn a_delay_moves_the_promise_of_what_is_answered() {
    let order = direct(1);
    let delay = direct_commands()[1].clone();
    assert!(matches!(
        applied(&order, delay.clone(), 1),
        Err(Error::Refused(_))
    ));
    let accepted = applied(&order, accept(None), 1).unwrap();
    let begun = applied(&order, commands()[3].clone(), 1).unwrap();
    for answered in [accepted, begun] {
        let delayed = applied(&answered, delay.clone(), 2).unwrap();
        assert_eq!(
            (delayed.status, promise(&delayed)),
            (answered.status, (30, 50))
        );
        assert_eq!(delayed.estimated_delivery_time.map(Whole::get), Some(50));
        assert_eq!(delayed.supplier_notes.as_deref(), Some("Oven full"));
        assert_eq!(
            (delayed.promised(), delayed.due()),
            (Some(at(3_000)), at(3_000))
        );
        assert_eq!(delayed.delay(at(3_060)), Some(TimeDelta::seconds(60)));
        // What it is due at the latest is said in minutes up to a day.
        let mut far = answered.clone();
        far.estimated_delivery_time = Some(1_435_u16.try_into().unwrap());
        let far = applied(&far, delay.clone(), 2).unwrap();
        assert_eq!(far.estimated_delivery_time, None);
    }
}

#[test]
fn what_is_to_be_answered_is_due_when_its_time_for_that_is_over() {
    let order = direct(1);
    assert_eq!(order.due(), at(ANSWER_BY));
    assert_eq!(applied(&order, accept(None), 1).unwrap().due(), at(40 * 60));
}

#[test]
fn pieces_are_ticked_to_a_number_and_no_further() {
    let check = |line: u16, done: u16| Command::Check {
        line: line.try_into().unwrap(),
        done: done.try_into().unwrap(),
    };
    let begun = applied(&direct(1), commands()[3].clone(), 1).unwrap();
    let ticked = applied(&begun, check(0, 2), 2).unwrap();
    assert_eq!((basket(&ticked).lines[0].done, ticked.version), (2, 3));
    // The same number again is no change, whoever sends it; another takes a piece back.
    assert_eq!(applied(&ticked, check(0, 2), 9).unwrap(), ticked);
    let back = applied(&ticked, check(0, 1), 9).unwrap();
    assert_eq!((basket(&back).lines[0].done, back.version), (1, 4));
    let invalid = |field: &str, most: u32| {
        let error = FieldError::out_of_range(0, most);
        Err(Error::invalid(field, error))
    };
    assert_eq!(applied(&begun, check(2, 0), 2), invalid("line", 1));
    assert_eq!(applied(&begun, check(1, 3), 2), invalid("done", 2));
    assert!(applied(&direct(1), check(0, 1), 2).is_err());
}

#[test]
fn an_update_leaves_an_order_where_it_stands() {
    let event = |event_type, order: &Order| Event {
        event_type,
        order: order.clone(),
        timestamp: order.updated_at,
        actor: None,
        id: "e-1".parse().unwrap(),
    };
    let order = direct(1);
    assert_eq!(
        event(EventType::CustomerAccepted, &order).status_before(),
        None
    );
    let accepted = applied(&order, accept(None), 1).unwrap();
    let begun = applied(&accepted, commands()[3].clone(), 2).unwrap();
    let ticked = applied(&begun, direct_commands()[2].clone(), 3).unwrap();
    for (event_type, order, before) in [
        (EventType::Updated, &accepted, Status::CustomerAccepted),
        (EventType::Preparing, &begun, Status::CustomerAccepted),
        (EventType::Updated, &ticked, Status::Preparing),
    ] {
        let event = event(event_type, order);
        assert_eq!(event.status_before(), Some(before));
        assert_eq!(event.last_move().unwrap().by, [Role::Supplier]);
        // It was nowhere else just before it.
        let subject = Subject::of(&event, None);
        assert!(Scope::of([Topic::Dispatch]).concerns(&subject));
        assert!(!Scope::of([Topic::Offers]).concerns(&subject));
    }
}

/// Every command that there is, so that a number picks one.
fn every_command() -> Vec<Command> {
    let all = commands().into_iter().chain(direct_commands());
    all.chain([accept(None)]).collect()
}

#[test]
fn a_kitchen_begins_later_with_what_is_for_later() {
    assert_eq!(direct(1).begins_at(), None);
    let later = scheduled();
    let first = basket(&later).kitchen_slots[0];
    assert_eq!(later.begins_at(), Some(first));
    assert_eq!(later.unticked(), 4);
}

proptest! {
    /// Whatever is asked of a direct order, by any role: it changes along the table or not at all, and what its events
    /// hold can have happened.
    #[test]
    fn a_direct_order_moves_along_the_table_and_its_history_holds(
        asked in prop::collection::vec((0usize..14, prop::option::of(0..Role::ALL.len()), 0i64..200), 0..30),
        is_scheduled: bool,
    ) {
        let mut order = if is_scheduled { scheduled() } else { direct(1) };
        prop_assert_eq!(verify_event(None, EventType::CustomerAccepted, &order), Ok(()));
        let mut second = 0;
        for (command, role, later) in asked {
            second += later / 10;
            let command = every_command()[command].clone();
            let actor = role.map_or(Actor::AnyRole, |role| Actor::As(Role::ALL[role]));
            let step = order.status.transition(command.kind(), Origin::Direct, actor);
            let Ok((next, event)) = order.clone().apply(command, actor, at(second)) else {
                continue;
            };
            let step = step.unwrap();
            prop_assert_eq!((next.status, event), (step.to, step.event));
            if next.version == order.version {
                prop_assert_eq!(&next, &order);
                continue;
            }
            prop_assert_eq!(next.version, order.version + 1);
            prop_assert_eq!(next.cancellation.is_some(), next.status.is_void());
            prop_assert_eq!(verify_event(Some(&order), event, &next), Ok(()));
            let altered = Order { pizza_name: Name::parse("Hawaii").unwrap(), ..next.clone() };
            prop_assert!(verify_event(Some(&order), event, &altered).is_err());
            order = next;
        }
    }
}
