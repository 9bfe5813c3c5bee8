//! The id of an order.

use crate::domain::Time;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// A version 7 UUID, so that ids sort by creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderId(pub Uuid);

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for OrderId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Uuid::try_parse(text).map(OrderId)
    }
}

impl OrderId {
    /// The id that would come next.
    pub fn after(self) -> OrderId {
        OrderId(Uuid::from_u128(self.0.as_u128().wrapping_add(1)))
    }

    /// What the ids of orders made from then on are not below, as far as the clock that made them was right.
    pub fn first_at(time: Time) -> OrderId {
        let millis = time.millis().max(0) as u128;
        OrderId(Uuid::from_u128(millis << 80))
    }

    /// Four characters to call out in a kitchen. They come from the random end, and need not be unique.
    pub fn number(self) -> String {
        format!("{:04X}", self.0.as_u128() & 0xffff)
    }
}
