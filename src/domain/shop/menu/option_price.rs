//! What an option of a menu costs.

use crate::domain::{Cents, shop::code::Code};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// One amount, or one for each size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionPrice {
    One(Cents),
    BySize(BTreeMap<Code, Cents>),
}

impl OptionPrice {
    /// `None` where it has no price for the size.
    pub fn at(&self, size: Option<&Code>) -> Option<Cents> {
        match self {
            OptionPrice::One(price) => Some(*price),
            OptionPrice::BySize(prices) => prices.get(size?).copied(),
        }
    }
}

/// A number, or an object with a number for each size.
impl Serialize for OptionPrice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            OptionPrice::One(price) => price.serialize(serializer),
            OptionPrice::BySize(prices) => prices.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for OptionPrice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let read = match raw.get().starts_with('{') {
            true => serde_json::from_str(raw.get()).map(OptionPrice::BySize),
            false => serde_json::from_str(raw.get()).map(OptionPrice::One),
        };
        read.map_err(de::Error::custom)
    }
}
