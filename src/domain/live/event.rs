//! Events of the market's one ordered log, and a [`Cursor`], which is a position in it.

use crate::domain::{
    AccountId, AccountRole, EventType, FieldError, Notes, Order, ShopKind, Status, Time,
    order::lifecycle::{TRANSITIONS, Transition},
    shop::{basket::RestaurantId, code::Code, counter::Counter},
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::Arc};

/// Names one history of a store. Sequence numbers of different epochs cannot be compared: another store, and a store
/// that lost data, has another epoch.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Epoch(Arc<str>);

impl Epoch {
    /// A unique name, if the number is random.
    pub fn random(number: u64) -> Epoch {
        Epoch(format!("{number:x}").into())
    }

    /// From 1 to 32 digits and lower-case letters.
    pub fn new(text: &str) -> Option<Epoch> {
        let fits = (1..=32).contains(&text.len());
        let plain = text
            .bytes()
            .all(|b| b.is_ascii_digit() || b.is_ascii_lowercase());
        (fits && plain).then(|| Epoch(text.into()))
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A position: after all events up to and including `seq` of this epoch. Opaque to clients.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cursor {
    pub epoch: Epoch,
    /// Dense: the next event has the next number.
    pub seq: u64,
}

/// Why a cursor does not move.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NotNext {
    /// It is there already.
    Known,
    /// Something is missing in between, or it is of another history.
    Gap,
}

impl Cursor {
    /// Moves to `to`, which follows everything up to the number `after` of the same history.
    pub fn follow(&mut self, after: u64, to: &Cursor) -> Result<(), NotNext> {
        if to.epoch != self.epoch || after > self.seq {
            return Err(NotNext::Gap);
        }
        if to.seq <= self.seq {
            return Err(NotNext::Known);
        }
        self.seq = to.seq;
        Ok(())
    }

    /// The position just before.
    pub fn before(&self) -> Cursor {
        Cursor {
            epoch: self.epoch.clone(),
            seq: self.seq.saturating_sub(1),
        }
    }

    /// Moves to the event with the next number.
    pub fn follow_event(&mut self, id: &Cursor) -> Result<(), NotNext> {
        self.follow(id.seq.saturating_sub(1), id)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.seq)
    }
}

impl FromStr for Cursor {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Cursor, FieldError> {
        let parts = text
            .split_once('-')
            .and_then(|(epoch, seq)| Some((Epoch::new(epoch)?, seq)));
        let (epoch, digits) = parts.ok_or(FieldError::NotACursor)?;
        let seq: u64 = digits.parse().map_err(|_| FieldError::NotACursor)?;
        // Only one spelling is valid: no sign, no leading zeros.
        (seq.to_string() == digits)
            .then_some(Cursor { epoch, seq })
            .ok_or(FieldError::NotACursor)
    }
}

impl TryFrom<String> for Cursor {
    type Error = FieldError;

    fn try_from(text: String) -> Result<Cursor, FieldError> {
        text.parse()
    }
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> String {
        cursor.to_string()
    }
}

/// A change of an order, with the whole order as it was after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire")]
pub struct Event {
    pub event_type: EventType,
    pub order: Order,
    pub timestamp: Time,
    /// Nobody in the open mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<EventActor>,
    pub id: Cursor,
}

/// Who has made a change. Who must not know gets the role alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventActor {
    pub role: AccountRole,
    pub id: Option<AccountId>,
    /// Why, where an admin has made it.
    pub reason: Option<Notes>,
}

impl Event {
    /// The status that the order had before it; none for a new order.
    pub fn status_before(&self) -> Option<Status> {
        match self.event_type {
            EventType::Updated => Some(self.order.status),
            _ => self.order.status_before(),
        }
    }

    /// The move that it is. Of several within a status, each is made by the same roles.
    pub fn last_move(&self) -> Option<&'static Transition> {
        let within = |step: &&Transition| {
            step.event == EventType::Updated && step.from == Some(self.order.status)
        };
        match self.event_type {
            EventType::Updated => TRANSITIONS.iter().find(within),
            _ => self.order.last_move(),
        }
    }

    /// What everybody who sees the order may know of it, see [`Order::outside`].
    pub fn outside(self) -> Event {
        let role = |actor: EventActor| EventActor {
            role: actor.role,
            id: None,
            reason: None,
        };
        Event {
            order: self.order.outside(),
            actor: self.actor.map(role),
            ..self
        }
    }
}

/// A frame whose kind is not known yet.
#[derive(Serialize, Deserialize)]
pub(super) struct Wire {
    pub event_type: String,
    pub order: Option<Order>,
    pub timestamp: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Cursor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<EventActor>,
    pub id: Cursor,
    #[serde(default, skip_serializing)]
    pub restaurant: Option<RestaurantId>,
    #[serde(default, skip_serializing)]
    pub kind: Option<ShopKind>,
    #[serde(default, skip_serializing)]
    pub code: Option<Code>,
    #[serde(default, skip_serializing)]
    pub version: Option<u32>,
    #[serde(default, skip_serializing)]
    pub counter: Option<Counter>,
}

impl TryFrom<Wire> for Event {
    type Error = &'static str;

    fn try_from(wire: Wire) -> Result<Event, &'static str> {
        Ok(Event {
            event_type: EventType::from_name(&wire.event_type).ok_or("not an order event")?,
            order: wire.order.ok_or("an order event without its order")?,
            timestamp: wire.timestamp,
            actor: wire.actor,
            id: wire.id,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_has_only_one_valid_spelling() {
        let cursor: Cursor = "0k3f9-42".parse().unwrap();
        assert_eq!(
            (cursor.epoch.to_string().as_str(), cursor.seq),
            ("0k3f9", 42)
        );
        assert_eq!(cursor.to_string(), "0k3f9-42");
        for bad in [
            "",
            "42",
            "-42",
            "a-",
            "a-042",
            "a-+1",
            "a--1",
            "A-1",
            "a b-1",
            "a-18446744073709551616",
            "é-1",
        ] {
            assert_eq!(
                bad.parse::<Cursor>(),
                Err(FieldError::NotACursor),
                "{bad:?}"
            );
        }
    }
}
