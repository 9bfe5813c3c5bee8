//! The table of the lifecycle, held against the contract and the README.

use super::lifecycle::*;
use std::collections::BTreeSet;

/// The contract's table, written out a second time on purpose: (from, to, who).
const CONTRACT: &str = "
    pending_supplier  supplier_accepted supplier
    pending_supplier  supplier_rejected supplier
    supplier_accepted customer_accepted customer
    customer_accepted preparing         supplier
    preparing         ready             supplier
    ready             dispatched        dispatch
    dispatched        in_transit        dispatch
    in_transit        delivered         dispatch
    dispatched        in_transit        driver
    in_transit        delivered         driver
    pending_supplier  cancelled         supplier
    supplier_accepted cancelled         supplier
    customer_accepted cancelled         supplier
    preparing         cancelled         supplier
    ready             cancelled         supplier
    pending_supplier  cancelled         customer
    supplier_accepted cancelled         customer
    customer_accepted cancelled         customer
    ready             cancelled         dispatch
    preparing         customer_accepted supplier
    ready             preparing         supplier
    dispatched        ready             dispatch
    in_transit        dispatched        dispatch";

/// What direct orders have beside it: (from, command, to, who).
const DIRECT: &str = "
    customer_accepted accept customer_accepted supplier
    customer_accepted reject supplier_rejected supplier
    customer_accepted expire cancelled         market
    customer_accepted delay  customer_accepted supplier
    preparing         delay  preparing         supplier
    preparing         check  preparing         supplier";

/// The words of each line.
fn lines<const N: usize>(table: &str) -> BTreeSet<[String; N]> {
    let lines = table.lines().filter(|line| !line.trim().is_empty());
    let words = lines.map(|line| {
        let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
        <[String; N]>::try_from(words).unwrap()
    });
    words.collect()
}

/// Each status, command and role that is allowed for orders that have come about so.
fn allowed(origin: Origin) -> Vec<(&'static Transition, Role)> {
    let mut allowed = Vec::new();
    for &from in Status::ALL {
        for &command in CommandKind::ALL {
            for &role in Role::ALL {
                let step = from.transition(command, origin, Actor::As(role));
                allowed.extend(step.map(|step| (step, role)));
            }
        }
    }
    allowed
}

#[test]
fn an_actor_of_any_role_may_make_every_move_but_the_markets() {
    for m in TRANSITIONS.iter().filter(|m| m.from.is_some()) {
        let from = m.from.unwrap();
        let origin = m.of.unwrap_or(Origin::Offer);
        let is_open = from.transition(m.command, origin, Actor::AnyRole) == Some(m);
        assert_eq!(is_open, m.by != [Role::Market], "{m:?}");
    }
}

#[test]
fn an_actor_is_read_from_its_name_and_from_nothing_else() {
    let roles = Role::ALL.iter().map(|&role| Actor::As(role));
    for actor in roles.chain([Actor::AnyRole]) {
        assert_eq!(Actor::from_name(actor.name()), Some(actor));
    }
    assert_eq!(Actor::from_name("owner"), None);
}

/// A cancellation is by people or by the market; what changes an order within its status leads nowhere else.
#[test]
fn from_one_status_to_another_leads_one_move() {
    for &origin in Origin::ALL {
        for m in TRANSITIONS.iter().filter(|m| m.is_of(origin)) {
            let mut others = transitions_between(origin, m.from, m.to).filter(|other| *other != m);
            let within = |other: &Transition| other.event == EventType::Updated;
            let cancels = |other: &Transition| other.event == EventType::Cancelled;
            assert!(
                others.all(|other| within(m) && within(other) || cancels(m) && cancels(other)),
                "{m:?}"
            );
        }
    }
    let none = transitions_between(Origin::Offer, None, Status::Ready).next();
    assert_eq!(none, None);
}

#[test]
fn a_recall_undoes_a_step_by_who_has_made_it() {
    for back in TRANSITIONS
        .iter()
        .filter(|m| m.command == CommandKind::Recall)
    {
        let mut steps = transitions_between(Origin::Offer, Some(back.to), back.from.unwrap());
        let step = steps.next().unwrap();
        // A driver goes on; dispatch takes back what either has done.
        let by = step.by.iter().filter(|role| **role != Role::Driver);
        assert!(back.by.iter().eq(by), "{back:?}");
    }
}

#[test]
fn every_status_command_and_role_is_allowed_exactly_where_the_contract_says() {
    let rows = allowed(Origin::Offer).into_iter().map(|(m, role)| {
        let from = m.from.map_or("", Status::name);
        [from, m.to.name(), role.name()].map(str::to_owned)
    });
    assert_eq!(rows.collect::<BTreeSet<_>>(), lines::<3>(CONTRACT));
}

/// All that the contract allows, and no command of theirs for an offer.
#[test]
fn direct_orders_have_the_moves_of_the_contract_and_their_own() {
    let offers = allowed(Origin::Offer);
    let (same, own): (Vec<_>, Vec<_>) = allowed(Origin::Direct)
        .into_iter()
        .partition(|step| offers.contains(step));
    assert_eq!(same.len(), offers.len());
    let own = own.into_iter().map(|(m, role)| {
        let from = m.from.map_or("", Status::name);
        [from, m.command.name(), m.to.name(), role.name()].map(str::to_owned)
    });
    assert_eq!(own.collect::<BTreeSet<_>>(), lines::<4>(DIRECT));
}

/// Each kind of order begins in its own way.
#[test]
fn an_order_begins_as_an_offer_or_from_a_menu() {
    let begun = TRANSITIONS.iter().filter(|m| m.from.is_none());
    let begun: Vec<_> = begun.map(|m| (m.command, m.to, m.by, m.of)).collect();
    let (offer, direct) = (Some(Origin::Offer), Some(Origin::Direct));
    assert_eq!(
        begun,
        [
            (
                CommandKind::Offer,
                Status::PendingSupplier,
                &[Role::Supplier][..],
                offer
            ),
            (
                CommandKind::Order,
                Status::CustomerAccepted,
                &[Role::Customer][..],
                direct
            ),
        ]
    );
}

#[test]
fn the_readme_shows_this_table() {
    let readme =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let shown = readme.split_once("<!-- moves").unwrap().1;
    let shown = shown.split_once("<!-- end -->").unwrap().0;
    let rows: Vec<_> = shown
        .lines()
        .filter(|line| line.starts_with('|'))
        .skip(2)
        .collect();
    let code = |name: &str| format!("`{name}`");
    let expected: Vec<_> = TRANSITIONS
        .iter()
        .map(|m| {
            let from = m.from.map_or("(new)".to_owned(), |from| code(from.name()));
            let by: Vec<_> = m.by.iter().map(|role| role.name()).collect();
            let [command, to, event] = [m.command.name(), m.to.name(), m.event.name()].map(code);
            let of = m.of.map_or("any", Origin::name);
            format!(
                "| {from} | {command} | {to} | {event} | {} | {of} |",
                by.join(", ")
            )
        })
        .collect();
    assert_eq!(rows, expected);
}

#[test]
fn a_command_leads_to_one_place_only() {
    for (i, one) in TRANSITIONS.iter().enumerate() {
        for other in &TRANSITIONS[i + 1..] {
            let same_orders = Origin::ALL
                .iter()
                .any(|origin| one.is_of(*origin) && other.is_of(*origin));
            assert!(
                one.from != other.from || one.command != other.command || !same_orders,
                "{one:?} and {other:?}"
            );
        }
    }
}

#[test]
fn every_state_can_be_reached_and_three_are_final() {
    let mut reached: BTreeSet<_> = TRANSITIONS
        .iter()
        .filter(|m| m.from.is_none())
        .map(|m| m.to)
        .collect();
    for _ in Status::ALL {
        let next: Vec<_> = reached
            .iter()
            .flat_map(|s| s.transitions(Origin::Offer, Actor::AnyRole).map(|m| m.to))
            .collect();
        reached.extend(next);
    }
    assert_eq!(reached.len(), Status::ALL.len());
    let last: Vec<_> = Status::ALL
        .iter()
        .copied()
        .filter(|s| s.is_final())
        .collect();
    assert_eq!(
        last,
        [
            Status::SupplierRejected,
            Status::Delivered,
            Status::Cancelled
        ]
    );
}

#[test]
fn an_event_is_named_after_the_state_it_leads_to_or_changes_within_it() {
    for m in TRANSITIONS {
        let name = match m.command {
            CommandKind::Offer => "created",
            _ if m.from == Some(m.to) => "updated",
            _ => m.to.name(),
        };
        assert_eq!(m.event.name(), format!("order.{name}"));
    }
}
