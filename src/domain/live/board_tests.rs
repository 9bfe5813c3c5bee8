//! The fold of events into a board: what it holds, counts and refuses.

use crate::domain::{
    Actor, Board, Command, Cursor, Event, FoldResult, Order, OrderId, RECENT, Sequence, Status,
    samples::{at, commands, id, offer},
};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn cursor(epoch: &str, seq: u64) -> Cursor {
    format!("{epoch}-{seq}").parse().unwrap()
}

fn empty() -> Board {
    Board::whole("e-0", Sequence::Due, vec![])
}

/// A history of `steps` attempts on a few orders: the events that it made.
fn history(steps: &[(u128, usize)]) -> Vec<Event> {
    let mut orders: BTreeMap<OrderId, Order> = BTreeMap::new();
    let mut events = Vec::new();
    for (second, &(order, command)) in steps.iter().enumerate() {
        let now = at(second as i64);
        let change = match orders.get(&id(order)) {
            None => Some(Order::new(id(order), offer(), now)),
            Some(known) => known
                .clone()
                .apply(commands()[command].clone(), Actor::AnyRole, now)
                .ok(),
        };
        let Some((order, event_type)) = change else {
            continue;
        };
        orders.insert(order.id, order.clone());
        events.push(Event {
            event_type,
            order,
            timestamp: now,
            actor: None,
            id: cursor("e", events.len() as u64 + 1),
        });
    }
    events
}

#[test]
fn another_epoch_is_a_gap() {
    let mut board = empty();
    let mut event = history(&[(1, 0)]).remove(0);
    event.id = cursor("f", 1);
    assert_eq!(board.fold(&event), FoldResult::Gap);
    assert_eq!(board, empty());
}

#[test]
fn an_event_that_was_counted_with_the_market_is_not_counted_again() {
    let events = history(&[(1, 0), (2, 0), (3, 0)]);
    let counted = events.iter().fold(empty(), |mut board, event| {
        board.fold(event);
        board
    });
    let (pending, now) = (Status::PendingSupplier, counted.market());
    let mut board = empty();
    board.fold(&events[0]);
    let older = board.count(&cursor("e", 0), now);
    let foreign = board.count(&cursor("f", 9), now);
    let ignored = [FoldResult::Duplicate, FoldResult::Duplicate];
    assert_eq!([older, foreign], ignored);
    assert_eq!(board.market().of(pending), 1);
    assert_eq!(board.count(&cursor("e", 2), now), FoldResult::Skipped);
    assert_eq!(board.market().of(pending), 3);
    board.fold(&events[1]);
    assert_eq!(board.market().of(pending), 3);
    board.fold(&events[2]);
    assert_eq!(board.market().of(pending), 4);
}

#[test]
fn a_skip_moves_the_cursor_where_nothing_is_missing_before_it() {
    let at = |seq| empty().in_history(cursor("e", seq));
    for (from, after, id, result, to) in [
        (5, "e-5", "e-9", FoldResult::Skipped, 9),
        (5, "e-3", "e-9", FoldResult::Skipped, 9),
        (5, "e-3", "e-5", FoldResult::Duplicate, 5),
        (5, "e-6", "e-9", FoldResult::Gap, 5),
        (5, "f-5", "f-9", FoldResult::Gap, 5),
        (5, "e-5", "f-9", FoldResult::Gap, 5),
    ] {
        let mut board = at(from);
        let skipped = board.skip(&after.parse().unwrap(), &id.parse().unwrap());
        assert_eq!((skipped, board), (result, at(to)), "{after} {id}");
    }
}

#[test]
fn the_answer_to_a_command_may_come_before_its_event() {
    let events = history(&[(1, 0), (1, 0)]);
    let mut board = empty();
    board.fold(&events[0]);
    assert_eq!(
        board.put(&events[1].order),
        FoldResult::Applied {
            before: Some(Status::PendingSupplier)
        }
    );
    assert_eq!(board.cursor().seq, 1);
    assert_eq!(board.fold(&events[1]), FoldResult::Duplicate);
    assert_eq!(board.cursor().seq, 2);
    assert_eq!(board.counts().of(Status::SupplierAccepted), 1);
    assert_eq!(board.counts().all(), 1);
}

#[test]
fn what_is_over_is_bounded_and_still_counted() {
    let mut board = empty();
    let steps: Vec<_> = (0..150)
        .flat_map(|order| [(order, 0), (order, 8)])
        .collect();
    for event in history(&steps) {
        assert!(matches!(board.fold(&event), FoldResult::Applied { .. }));
    }
    assert_eq!(board.orders().count(), RECENT);
    assert_eq!(board.counts().of(Status::Cancelled), 150);
    assert_eq!(board.orders().next().unwrap().id, id(50));
    assert!(matches!(commands()[8], Command::Cancel { .. }));
}

#[test]
fn a_window_of_the_newest_is_bounded() {
    let mut board = Board::whole("e-0", Sequence::Newest, vec![]).beginning_with(2);
    let steps: Vec<_> = (0..9).map(|order| (order, 0)).collect();
    for event in history(&steps) {
        board.fold(&event);
    }
    let held: Vec<_> = board.orders().map(|order| order.id).collect();
    assert_eq!(
        (held, board.end()),
        ([5, 6, 7, 8].map(id).into(), Some(id(4)))
    );
    assert_eq!(board.beyond(Status::PendingSupplier), 5);
}

proptest! {
    /// Whatever is lost, doubled or late on the way: an event is applied once, in its turn, or is a gap,
    /// and a board that has reached the end equals the straight fold.
    #[test]
    fn a_board_is_the_fold_of_all_events_up_to_its_cursor(
        steps in proptest::collection::vec((0u128..4, 0usize..10), 1..60),
        noise in proptest::collection::vec(0usize..60, 0..120),
    ) {
        let events = history(&steps);
        let mut straight = vec![empty()];
        for event in &events {
            let mut board = straight.last().unwrap().clone();
            prop_assert!(board.fold(event) != FoldResult::Gap);
            straight.push(board);
        }
        let mut board = empty();
        for event in noise.iter().filter_map(|n| events.get(*n)).chain(&events) {
            let before = board.cursor().seq;
            let folded = board.fold(event);
            match event.id.seq {
                seq if seq == before + 1 => prop_assert!(matches!(folded, FoldResult::Applied { .. }), "{:?}", folded),
                seq if seq <= before => prop_assert_eq!(folded, FoldResult::Duplicate),
                _ => prop_assert_eq!(folded, FoldResult::Gap),
            }
            prop_assert_eq!(&board, &straight[board.cursor().seq as usize]);
        }
        prop_assert_eq!(&board, straight.last().unwrap());
        let json = serde_json::to_string(&board).unwrap();
        prop_assert_eq!(serde_json::from_str::<Board>(&json).unwrap(), board);
    }
}
