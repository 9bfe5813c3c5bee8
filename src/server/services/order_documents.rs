//! Orders as documents of the store: their keys, their indexes, and the entries of the log about them.

use crate::domain::{
    AccountId, EventActor, EventType, Name, Order, OrderId, Status, Time,
    shop::basket::RestaurantId,
};
use crate::server::store::{
    Batch, Index, IndexChange, JsonText, Key, NewEntry, Result, StoreError, snapshot::DocumentKind,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub const KIND: DocumentKind = DocumentKind { has: is_key, as_of };

/// Whether it is the contract's `order:{uuid}`, with the UUID in its canonical spelling.
fn is_key(name: &str) -> bool {
    let named = Key(name.to_owned());
    id(&named).is_some_and(|id| key(id) == named)
}

pub fn key(id: OrderId) -> Key {
    Key(format!("order:{id}"))
}

pub fn id(key: &Key) -> Option<OrderId> {
    key.0.strip_prefix("order:")?.parse().ok()
}

/// All orders, those of one status, of one supplier, or of both.
pub fn index(status: Option<Status>, supplier: Option<&Name>) -> Index {
    Index(match (status, supplier) {
        (None, None) => "all".to_owned(),
        (Some(status), None) => format!("status:{status}"),
        (None, Some(supplier)) => format!("supplier:{supplier}"),
        // The status first: it has no colon, and a supplier's name may have one.
        (Some(status), Some(supplier)) => format!("status:{status}:supplier:{supplier}"),
    })
}

/// The orders that an account, or a guest, has taken.
pub fn customer_index(customer: AccountId) -> Index {
    Index(format!("customer:{customer}"))
}

/// The orders that a driver has, or had to the end.
pub fn driver_index(driver: AccountId) -> Index {
    Index(format!("driver:{driver}"))
}

/// The indexes of the people of an order. There are none in the open mode.
fn people(order: &Order) -> impl Iterator<Item = Index> {
    let customer = order.customer_id.map(customer_index);
    customer
        .into_iter()
        .chain(order.driver_id.map(driver_index))
}

/// The orders that a kitchen makes in one of its slots.
pub fn slot_index(restaurant: RestaurantId, start: Time) -> Index {
    Index(format!("slot:{restaurant}:{start}"))
}

/// The beginnings of the slots of its kitchen that an order takes, until it is baked, or is not to be. One that was baked
/// and is taken back takes none again: its place may be another's by now.
pub fn taken_slots(order: &Order) -> impl Iterator<Item = Time> {
    let is_taken = matches!(order.status, Status::CustomerAccepted | Status::Preparing)
        && order.times.at(Status::Ready).is_none();
    let baskets = order.basket.iter().filter(move |_| is_taken);
    baskets.flat_map(|basket| basket.kitchen_slots.iter().copied())
}

/// The indexes of these slots.
pub fn slots(order: &Order) -> impl Iterator<Item = Index> {
    let restaurant = order.restaurant_id;
    taken_slots(order).filter_map(move |start| Some(slot_index(restaurant?, start)))
}

/// Every index that an order is in. An order changes them in this sequence.
pub fn indexes(order: &Order) -> Vec<Index> {
    let (status, supplier) = (Some(order.status), Some(&order.supplier_name));
    let mut indexes = vec![
        index(status, None),
        index(status, supplier),
        index(None, None),
        index(None, supplier),
    ];
    indexes.extend(people(order));
    indexes.extend(slots(order));
    indexes
}

/// What changes in the indexes: those that it enters, then those that it leaves.
fn moves(before: Option<&Order>, after: &Order) -> Vec<IndexChange> {
    let (was, is) = (before.map(indexes).unwrap_or_default(), indexes(after));
    let key = || key(after.id);
    let enters = is.iter().filter(|index| !was.contains(index));
    let enters = enters.map(|index| IndexChange::In(index.clone(), key()));
    let leaves = was.iter().filter(|index| !is.contains(index));
    let leaves = leaves.map(|index| IndexChange::Out(index.clone(), key()));
    enters.chain(leaves).collect()
}

/// The document of the order, and its indexes, when this entry of the log was written.
fn as_of(_: &Key, entry: &str) -> Option<(JsonText, Vec<Index>)> {
    #[derive(Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        order: &'a RawValue,
    }
    let body: Body = serde_json::from_str(entry).ok()?;
    let text = body.order.get();
    let order = read(text).ok()?;
    Some((text.into(), indexes(&order)))
}

pub fn read(text: &str) -> Result<Order> {
    serde_json::from_str(text).map_err(|error| unreadable("an order", &error))
}

/// The orders that can be read. The others are left out, and their number is logged.
pub fn readable(texts: impl IntoIterator<Item = JsonText>) -> Vec<(Order, JsonText)> {
    let mut unreadable = 0_u64;
    let mut found = Vec::new();
    for text in texts {
        match read(&text) {
            Ok(order) => found.push((order, text)),
            Err(_) => unreadable += 1,
        }
    }
    if unreadable > 0 {
        tracing::error!(
            unreadable,
            "orders that cannot be read are left out: `pizza-market verify` names them"
        );
    }
    found
}

/// The error for what cannot be read, with where reading fails. The library's own message may repeat personal data.
pub fn unreadable(what: &str, error: &serde_json::Error) -> StoreError {
    let place = format!("line {}, column {}", error.line(), error.column());
    StoreError::Broken(format!("{what} that cannot be read ({place})"))
}

pub fn write<T: Serialize>(value: &T) -> Result<JsonText> {
    let text =
        serde_json::to_string(value).map_err(|error| StoreError::Broken(error.to_string()))?;
    Ok(text.into())
}

/// The change that makes an order of this market, in these steps: of all orders it gets the highest id, so that it is
/// listed as the newest. Its first step is an offer, or an order from a menu, which takes its [`slots`].
pub fn creation(steps: &[(Order, EventType)], actor: Option<&EventActor>) -> Result<Batch> {
    let mut batch = change(None, steps, actor)?;
    let highest = batch
        .put
        .iter()
        .map(|(key, _)| (index(None, None), key.clone()));
    batch.expect_highest = highest.collect();
    Ok(batch)
}

/// The change that makes each of `steps` of `before` (with its text as it was read): document, indexes, and an entry of
/// the log for each step. An entry has the time at which the order changed, which is not before that of its last entry,
/// and `actor`, if somebody is known to have made it.
pub fn change(
    before: Option<(&Order, JsonText)>,
    steps: &[(Order, EventType)],
    actor: Option<&EventActor>,
) -> Result<Batch> {
    let Some((after, _)) = steps.last() else {
        return Err(StoreError::Broken("a change without a step".to_owned()));
    };
    let key = key(after.id);
    let moves = moves(before.as_ref().map(|(before, _)| *before), after);
    let text = write(after)?;
    let actor = match actor {
        Some(actor) => format!(r#","actor":{}"#, write(actor)?),
        None => String::new(),
    };
    let mut log = Vec::with_capacity(steps.len());
    for (place, (order, event_type)) in steps.iter().enumerate() {
        let is_last = place + 1 == steps.len();
        let text = if is_last { text.clone() } else { write(order)? };
        let (event_type, timestamp) = (write(event_type)?, write(&order.updated_at)?);
        let open = format!(r#"{{"event_type":{event_type},"order":"#);
        log.push(NewEntry {
            about: key.clone(),
            body: format!(r#"{open}{text},"timestamp":{timestamp}{actor}}}"#).into(),
            repeats: is_last.then(|| open.len()..open.len() + text.len()),
            published: true,
        });
    }
    Ok(Batch {
        expect: vec![(key.clone(), before.map(|(_, text)| text))],
        put: vec![(key, text)],
        index: moves,
        log,
        ..Batch::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Actor, Command,
        samples::{at, commands, direct, direct_commands, id, offer},
    };

    #[test]
    fn an_order_is_listed_for_its_people_as_long_as_it_is_theirs() {
        let account = |n| AccountId(uuid::Uuid::from_u128(n));
        let (mut order, _) = Order::new(id(1), offer(), at(0));
        let mut listed: std::collections::BTreeSet<Index> = indexes(&order).into_iter().collect();
        let mut people = Vec::new();
        for (place, person) in [
            (0, None),
            (2, Some(1)),
            (3, None),
            (4, None),
            (5, Some(2)),
            (9, None),
            (5, Some(3)),
            (6, None),
            (7, None),
        ] {
            let mut command = commands()[place].clone();
            match &mut command {
                Command::Take { customer_id, .. } => *customer_id = person.map(account),
                Command::Dispatch { driver_id, .. } => *driver_id = person.map(account),
                _ => {}
            }
            let before = order.clone();
            let text = write(&before).unwrap();
            let step = order.apply(command, Actor::AnyRole, at(1)).unwrap();
            let batch = change(Some((&before, text)), std::slice::from_ref(&step), None).unwrap();
            order = step.0;
            for moved in batch.index {
                match moved {
                    IndexChange::In(index, _) => assert!(listed.insert(index)),
                    IndexChange::Out(index, _) => assert!(listed.remove(&index)),
                }
            }
            assert_eq!(listed, indexes(&order).into_iter().collect());
            people.push(listed.len() - 4);
        }
        assert_eq!(people, [0, 1, 1, 1, 2, 1, 2, 2, 2]);
    }

    /// Its place in the kitchen is free as soon as it is baked or ended, and taken again by a recall.
    #[test]
    fn a_direct_order_takes_its_slots_until_it_is_baked_or_ended() {
        let ordered = direct(1);
        let taken_by = |order: &Order| slots(order).map(|Index(name)| name).collect::<Vec<_>>();
        let taken = [
            "slot:00000000-0000-0000-0000-000000009127:2026-05-28T20:15:00.000Z",
            "slot:00000000-0000-0000-0000-000000009127:2026-05-28T20:30:00.000Z",
        ];
        let made = (ordered.clone(), EventType::CustomerAccepted);
        let batch = creation(&[made], None).unwrap();
        assert_eq!(batch.expect_highest.len(), 1);
        for slot in taken {
            let is_entered = |change: &IndexChange| matches!(change, IndexChange::In(index, by) if index.0 == slot && *by == key(ordered.id));
            assert!(batch.index.iter().any(is_entered), "{slot}");
        }
        let apply = |order: &Order, command: &Command| {
            let text = write(order).unwrap();
            let applied = order
                .clone()
                .apply(command.clone(), Actor::AnyRole, at(9))
                .unwrap();
            let batch = change(Some((order, text)), std::slice::from_ref(&applied), None).unwrap();
            (applied.0, batch.index.len())
        };
        let all = commands();
        let (begun, changed) = apply(&ordered, &all[3]);
        assert_eq!(
            (taken_by(&begun), changed),
            (taken.map(str::to_owned).to_vec(), 4)
        );
        let (ticked, changed) = apply(&begun, &direct_commands()[2]);
        assert_eq!(
            (taken_by(&ticked), changed),
            (taken.map(str::to_owned).to_vec(), 0)
        );
        let (ready, changed) = apply(&ticked, &all[4]);
        assert_eq!((taken_by(&ready), changed), (Vec::new(), 6));
        let (recalled, _) = apply(&ready, &all[9]);
        // Its place may be another's by now.
        assert_eq!(taken_by(&recalled), [""; 0]);
        for end in [&all[1], &all[8]] {
            let (ended, changed) = apply(&ordered, end);
            assert_eq!((taken_by(&ended), changed), (Vec::new(), 6));
        }
    }

    /// So that a commit can expect the text of an order that came as an event.
    #[test]
    fn an_order_is_written_again_as_it_was_stored() {
        let (mut order, _) = Order::new(id(1), offer(), at(0));
        let mut moves = 0;
        for command in commands() {
            let text = write(&order).unwrap();
            assert_eq!(write(&read(&text).unwrap()).unwrap(), text);
            if let Ok((after, _)) = order.clone().apply(command, Actor::AnyRole, at(moves)) {
                (order, moves) = (after, moves + 1);
            }
        }
        assert_eq!(order.status, Status::Delivered);
    }
}
