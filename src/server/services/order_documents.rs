//! Orders as documents of the store: their keys, their indexes, and the entries of the log about them.

use crate::domain::{EventActor, EventType, Name, Order, OrderId, Status};
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

/// Every index that an order is in.
pub fn indexes(order: &Order) -> Vec<Index> {
    let (status, supplier) = (Some(order.status), Some(&order.supplier_name));
    vec![
        index(None, None),
        index(status, None),
        index(None, supplier),
        index(status, supplier),
    ]
}

/// The document of the order, and its indexes, when this entry of the log was written.
fn as_of(entry: &str) -> Option<(JsonText, Vec<Index>)> {
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
/// listed as the newest.
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
    let supplier = Some(&after.supplier_name);
    let into = |status, supplier| IndexChange::In(index(status, supplier), key.clone());
    let status = Some(after.status);
    let mut moves = vec![into(status, None), into(status, supplier)];
    match &before {
        None => moves.extend([into(None, None), into(None, supplier)]),
        // It stays where it is.
        Some((before, _)) if before.status == after.status => moves.clear(),
        Some((before, _)) => {
            let out =
                |supplier| IndexChange::Out(index(Some(before.status), supplier), key.clone());
            moves.extend([out(None), out(supplier)]);
        }
    }
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
        Actor,
        samples::{at, commands, id, offer},
    };

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
