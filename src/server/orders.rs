//! How orders are kept in a ledger that knows only documents: their keys, their indexes, their events.

use super::ledger::{
    Batch, Entry, Index, IndexChange, Key, Result, StoreError, Text, snapshot::Kind,
};
use crate::domain::{EventType, Name, Order, OrderId, Status, Time};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// What is kept in a ledger: orders, and nothing else.
pub const KINDS: &[Kind] = &[Kind { has: is_key, as_of }];

/// Whether it is the contract's `order:{uuid}`, in the one spelling that it has here.
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

/// All orders, those in one state, those of one supplier, or those of both.
pub fn index(status: Option<Status>, supplier: Option<&Name>) -> Index {
    Index(match (status, supplier) {
        (None, None) => "all".to_owned(),
        (Some(status), None) => format!("status:{status}"),
        (None, Some(supplier)) => format!("supplier:{supplier}"),
        // The state first: it has no colon, a supplier's name may.
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

/// The order as it was when this entry of the log was written: its document, and its indexes.
fn as_of(entry: &str) -> Option<(Text, Vec<Index>)> {
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

/// Those that can be read. One that cannot keeps nobody from the others; how many there are stands in the log.
pub fn readable(texts: impl IntoIterator<Item = Text>) -> Vec<(Order, Text)> {
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

/// What cannot be read, and where it fails. The library's own words may repeat what it has read, which is nobody's
/// but the customer's.
pub fn unreadable(what: &str, error: &serde_json::Error) -> StoreError {
    let place = format!("line {}, column {}", error.line(), error.column());
    StoreError::Broken(format!("{what} that cannot be read ({place})"))
}

pub fn write<T: Serialize>(value: &T) -> Result<Text> {
    let text =
        serde_json::to_string(value).map_err(|error| StoreError::Broken(error.to_string()))?;
    Ok(text.into())
}

/// The change from `before` (its text, as it was read) to `after`, with everything that goes with it.
pub fn change(
    before: Option<(&Order, Text)>,
    after: &Order,
    event_type: EventType,
    now: Time,
) -> Result<Batch> {
    #[derive(Serialize)]
    struct Body<'a> {
        event_type: EventType,
        order: &'a Order,
        timestamp: Time,
    }
    let key = key(after.id);
    let supplier = Some(&after.supplier_name);
    let into = |status, supplier| IndexChange::In(index(status, supplier), key.clone());
    let status = Some(after.status);
    let mut moves = vec![into(status, None), into(status, supplier)];
    match &before {
        None => moves.extend([into(None, None), into(None, supplier)]),
        Some((before, _)) => {
            let out =
                |supplier| IndexChange::Out(index(Some(before.status), supplier), key.clone());
            moves.extend([out(None), out(supplier)]);
        }
    }
    Ok(Batch {
        expect: vec![(key.clone(), before.map(|(_, text)| text))],
        put: vec![(key.clone(), write(after)?)],
        index: moves,
        log: vec![Entry {
            about: key,
            body: write(&Body {
                event_type,
                order: after,
                timestamp: now,
            })?,
        }],
        ..Batch::default()
    })
}
