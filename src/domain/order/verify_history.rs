//! Whether what was written down about an order can have happened: the same rules, once more.

use super::{
    command::DirectOrder,
    lifecycle::{TRANSITIONS, Transition},
};
use crate::domain::{
    Actor, CancellationCode, Command, CommandKind, EventType, Notes, Offer, Order, Role, Status,
    Times,
};

/// Why an order cannot have become what an event has.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum HistoryError {
    #[error("its version is {found}, where {expected} comes next")]
    Version { expected: u32, found: u32 },
    #[error("{event} does not lead from {from} to {to}")]
    Transition {
        event: EventType,
        /// The status before, or that there was no order.
        from: &'static str,
        to: Status,
    },
    #[error("{event} does not change what has changed")]
    Change { event: EventType },
}

/// Whether `event` can have made `after` of `before`. An order that comes from elsewhere begins with the event of the
/// state that it was found in.
pub fn verify_event(
    before: Option<&Order>,
    event: EventType,
    after: &Order,
) -> Result<(), HistoryError> {
    let expected = before.map_or(0, |before| before.version).saturating_add(1);
    if after.version != expected {
        let found = after.version;
        return Err(HistoryError::Version { expected, found });
    }
    let leads_there = |m: &&Transition| {
        let from = before.is_none_or(|before| m.from == Some(before.status));
        from && m.is_of(after.origin()) && m.event == event && m.to == after.status
    };
    let mut steps = TRANSITIONS.iter().filter(leads_there).peekable();
    if steps.peek().is_none() {
        let from = before.map_or("nothing", |before| before.status.name());
        let to = after.status;
        return Err(HistoryError::Transition { event, from, to });
    }
    // Several moves can lead there: within a status, or to the end.
    let can_be = match before {
        None => begun(event, after).is_some_and(|made| made == *after),
        Some(before) => steps.any(|step| is_made(step.command, before, after)),
    };
    match can_be {
        true => Ok(()),
        false => Err(HistoryError::Change { event }),
    }
}

/// Whether a command makes one of the other.
fn is_made(kind: CommandKind, before: &Order, after: &Order) -> bool {
    let Some((command, actor)) = command(kind, before, after) else {
        return false;
    };
    let made = before.clone().apply(command, actor, after.updated_at);
    made.is_ok_and(|(mut made, _)| {
        // Until schema version 4 orders did not say how they ended.
        if after.basket.is_none() && after.cancellation.is_none() {
            made.cancellation = None;
        }
        made == *after
    })
}

/// What an order begins as that begins with this event.
fn begun(event: EventType, order: &Order) -> Option<Order> {
    if order.basket.is_some() {
        return ordered(order);
    }
    if event != EventType::Created {
        return Some(Order {
            times: Times::known(order.created_at, order.status, order.updated_at),
            ..order.clone()
        });
    }
    let offer = Offer {
        supplier_name: order.supplier_name.clone(),
        pizza_name: order.pizza_name.clone(),
        supplier_price: order.supplier_price,
        markup_percentage: order.markup_percentage,
        restaurant_id: order.restaurant_id,
    };
    let (mut new, _) = Order::new(order.id, offer, order.created_at);
    // Where it comes from elsewhere, it may have been written a moment later than it was made.
    new.updated_at = order.updated_at.max(order.created_at);
    Some(new)
}

/// What a direct order begins as.
fn ordered(order: &Order) -> Option<Order> {
    let from = DirectOrder {
        restaurant_id: order.restaurant_id?,
        supplier_name: order.supplier_name.clone(),
        pizza_name: order.pizza_name.clone(),
        supplier_price: order.supplier_price,
        markup_percentage: order.markup_percentage,
        customer_name: order.customer_name.clone()?,
        customer_id: order.customer_id,
        basket: order.basket.clone()?,
    };
    Some(Order::direct(order.id, from, order.created_at).0)
}

/// The command that led from one to the other, from what it changed; and who gave it, where that matters.
fn command(kind: CommandKind, before: &Order, after: &Order) -> Option<(Command, Actor)> {
    let command = match kind {
        CommandKind::Offer | CommandKind::Order => return None,
        CommandKind::Accept => Command::Accept {
            notes: after.supplier_notes.clone(),
            // A promise that stands as it was can have been left alone.
            minutes: after.estimated_delivery_time.filter(|_| {
                after.basket.is_none()
                    || before.estimated_delivery_time != after.estimated_delivery_time
                    || before.promised() != after.promised()
            }),
        },
        CommandKind::Reject => Command::Reject {
            code: code(after),
            reason: after.supplier_notes.clone(),
        },
        CommandKind::Take => Command::Take {
            customer_name: after.customer_name.clone()?,
            delivery_address: after.delivery_address.clone()?,
            customer_id: after.customer_id,
        },
        CommandKind::Prepare => Command::Prepare,
        CommandKind::MarkReady => Command::MarkReady,
        CommandKind::Dispatch => Command::Dispatch {
            driver_name: after.driver_name.clone()?,
            driver_id: after.driver_id,
        },
        CommandKind::SetOff => Command::SetOff,
        CommandKind::Deliver => Command::Deliver,
        CommandKind::Recall => Command::Recall,
        CommandKind::Cancel => Command::Cancel {
            code: code(after),
            reason: changed_notes(before, after),
        },
        CommandKind::Expire => Command::Expire,
        CommandKind::Delay => Command::Delay {
            minutes: {
                let more = after.promised()? - before.promised()?;
                u16::try_from(more.num_minutes()).ok()?.try_into().ok()?
            },
            notes: changed_notes(before, after),
        },
        CommandKind::Check => tick(before, after)?,
    };
    Some((command, actor(kind, before, after)))
}

/// Who gave a command, where that makes a difference.
fn actor(kind: CommandKind, before: &Order, after: &Order) -> Actor {
    let ends = matches!(kind, CommandKind::Reject | CommandKind::Cancel);
    match after.cancellation {
        _ if kind == CommandKind::Expire => Actor::As(Role::Market),
        Some(cancellation) if ends => cancellation.by.map_or(Actor::AnyRole, Actor::As),
        // Only the supplier can have written that.
        None if ends && before.supplier_notes != after.supplier_notes => Actor::As(Role::Supplier),
        _ => Actor::AnyRole,
    }
}

fn code(after: &Order) -> CancellationCode {
    after
        .cancellation
        .map_or(CancellationCode::Other, |cancellation| cancellation.code)
}

/// The notes, where they are others than before.
fn changed_notes(before: &Order, after: &Order) -> Option<Notes> {
    let is_new = before.supplier_notes != after.supplier_notes;
    after.supplier_notes.clone().filter(|_| is_new)
}

/// The one line whose pieces were ticked.
fn tick(before: &Order, after: &Order) -> Option<Command> {
    let lines = [before, after].map(|order| order.basket.as_ref().map(|basket| &basket.lines));
    let [was, is] = lines;
    let mut places = was?.iter().zip(is?).enumerate();
    let (place, (_, line)) = places.find(|(_, (was, is))| was.done != is.done)?;
    Some(Command::Check {
        line: u16::try_from(place).ok()?.try_into().ok()?,
        done: u16::try_from(line.done).ok()?.try_into().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Field;
    use crate::domain::{
        Cents, Name,
        samples::{at, commands, id, offer},
    };
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn everything_that_the_rules_do_can_have_happened(
            steps in prop::collection::vec((0usize..10, prop::option::of(0..Role::ALL.len()), any::<bool>()), 0..12),
        ) {
            let (mut order, event) = Order::new(id(1), offer(), at(0));
            prop_assert_eq!(verify_event(None, event, &order), Ok(()));
            for (n, (command, by, reason)) in steps.into_iter().enumerate() {
                let actor = by.map_or(Actor::AnyRole, |role| Actor::As(Role::ALL[role]));
                let command = match commands()[command].clone() {
                    Command::Cancel { code, .. } if reason => Command::Cancel { code, reason: Notes::parse("Oven").ok() },
                    command => command,
                };
                let Ok((after, event)) = order.clone().apply(command, actor, at(n as i64)) else {
                    continue;
                };
                prop_assert_eq!(verify_event(Some(&order), event, &after), Ok(()));
                order = after;
            }
        }
    }

    #[test]
    fn what_cannot_have_happened_is_reported() {
        let (new, _) = Order::new(id(1), offer(), at(0));
        let all = commands();
        let (accepted, event) = new
            .clone()
            .apply(all[0].clone(), Actor::AnyRole, at(1))
            .unwrap();
        let (taken, took) = accepted
            .clone()
            .apply(all[2].clone(), Actor::AnyRole, at(2))
            .unwrap();
        assert_eq!(verify_event(Some(&accepted), took, &taken), Ok(()));
        let altered = |change: fn(&mut Order)| {
            let mut order = taken.clone();
            change(&mut order);
            verify_event(Some(&accepted), took, &order)
        };
        let change = Err(HistoryError::Change { event: took });
        assert_eq!(altered(|o| o.customer_price = Some(Cents::new(1))), change);
        assert_eq!(altered(|o| o.customer_name = None), change);
        assert_eq!(
            altered(|o| o.pizza_name = Name::parse("Hawaii").unwrap()),
            change
        );
        assert_eq!(altered(|o| o.created_at = at(1)), change);
        assert_eq!(altered(|o| o.updated_at = at(0)), change);
        assert_eq!(altered(|o| o.times = Times::default()), change);
        let version = HistoryError::Version {
            expected: 3,
            found: 4,
        };
        assert_eq!(altered(|o| o.version = 4), Err(version));
        assert!(matches!(
            verify_event(
                Some(&new),
                took,
                &Order {
                    version: 2,
                    ..taken.clone()
                }
            ),
            Err(HistoryError::Transition { .. })
        ));
        assert!(matches!(
            verify_event(Some(&accepted), event, &taken),
            Err(HistoryError::Transition { .. })
        ));
        assert!(matches!(
            verify_event(None, took, &taken),
            Err(HistoryError::Version { .. })
        ));
        // One that was found on its way begins with the event of its state.
        let found = Order {
            version: 1,
            times: Times::known(at(0), taken.status, at(2)),
            ..taken
        };
        assert_eq!(verify_event(None, took, &found), Ok(()));
        assert!(matches!(
            verify_event(None, EventType::Created, &found),
            Err(HistoryError::Transition { .. })
        ));
        let odd = Order {
            driver_name: Name::parse("Jonas").ok(),
            ..new
        };
        assert!(matches!(
            verify_event(None, EventType::Created, &odd),
            Err(HistoryError::Change { .. })
        ));
    }
}
