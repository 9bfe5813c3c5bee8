//! Why something does not go through with a pizzeria: what its customers and its people can be told.

use crate::{
    domain::{
        Cents, Error, FieldError, InvalidField, Time,
        shop::basket::{Bill, Line, Promise},
    },
    server::{
        services::failure::{self, Failure},
        store::StoreError,
    },
};
use futures::FutureExt;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a customer agrees to before it is ordered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    pub lines: Vec<Line>,
    pub bill: Bill,
    /// `None` where nobody has asked for a time.
    pub promise: Option<Promise>,
    pub slot: Option<Time>,
    /// The last instant at which this slot is still possible if nothing else changes.
    pub good_until: Option<Time>,
    pub menu_revision: u32,
}

/// A slot that can be ordered for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OfferedSlot {
    pub slot: Time,
    pub from: Time,
    pub to: Time,
    /// In the time of the pizzeria.
    pub label: String,
    /// For how many orders it has room.
    pub left: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ShopRefusal {
    /// What is refused elsewhere, too.
    Market(Error),
    UnknownRestaurant,
    UnknownItem,
    /// `If-Match` is missing.
    PreconditionRequired,
    /// A version that no longer holds, and the one that does.
    PreconditionFailed {
        version: u32,
    },
    /// Another pizzeria has it: `name` or `slug`.
    NameTaken {
        field: String,
    },
    Paused {
        until: Option<Time>,
    },
    NotOpen {
        opens_at: Option<Time>,
        slots: Vec<OfferedSlot>,
    },
    /// The lines that cannot be had, counted from 0.
    SoldOut {
        lines: Vec<usize>,
    },
    SlotFull {
        opens_at: Option<Time>,
        slots: Vec<OfferedSlot>,
    },
    QuoteChanged {
        quote: Box<Quote>,
    },
    BelowMinimum {
        missing: Cents,
    },
    NotDeliveredThere,
}

impl ShopRefusal {
    /// The stable name of its kind.
    pub fn name(&self) -> &'static str {
        match self {
            ShopRefusal::Market(error) => error.name(),
            ShopRefusal::UnknownRestaurant => "unknown-restaurant",
            ShopRefusal::UnknownItem => "unknown-item",
            ShopRefusal::PreconditionRequired => "precondition-required",
            ShopRefusal::PreconditionFailed { .. } => "outdated",
            ShopRefusal::NameTaken { .. } => "name-taken",
            ShopRefusal::Paused { .. } => "paused",
            ShopRefusal::NotOpen { .. } => "not-open",
            ShopRefusal::SoldOut { .. } => "sold-out",
            ShopRefusal::SlotFull { .. } => "slot-full",
            ShopRefusal::QuoteChanged { .. } => "quote-changed",
            ShopRefusal::BelowMinimum { .. } => "below-minimum",
            ShopRefusal::NotDeliveredThere => "not-delivered-there",
        }
    }

    /// Whether it depends on how the pizzeria stands. Only such a refusal is stored under the key of its request.
    pub fn is_of_state(&self) -> bool {
        match self {
            ShopRefusal::PreconditionFailed { .. }
            | ShopRefusal::NameTaken { .. }
            | ShopRefusal::Paused { .. }
            | ShopRefusal::NotOpen { .. }
            | ShopRefusal::SoldOut { .. }
            | ShopRefusal::SlotFull { .. }
            | ShopRefusal::QuoteChanged { .. } => true,
            ShopRefusal::Market(_)
            | ShopRefusal::UnknownRestaurant
            | ShopRefusal::UnknownItem
            | ShopRefusal::PreconditionRequired
            | ShopRefusal::BelowMinimum { .. }
            | ShopRefusal::NotDeliveredThere => false,
        }
    }

    /// What happened, and what to do: for people.
    pub fn sentence(&self) -> String {
        match self {
            ShopRefusal::Market(error) => error.to_string(),
            ShopRefusal::UnknownRestaurant => "There is no such pizzeria.".to_owned(),
            ShopRefusal::UnknownItem => "The menu has no such item.".to_owned(),
            ShopRefusal::PreconditionRequired => {
                "Send If-Match with the version that you have read.".to_owned()
            }
            ShopRefusal::PreconditionFailed { version } => {
                format!("It has changed: it is at version {version} now.")
            }
            ShopRefusal::NameTaken { field } => format!("Another pizzeria has this {field}."),
            ShopRefusal::Paused { until: None } => "The pizzeria takes no orders now.".to_owned(),
            ShopRefusal::Paused { until: Some(until) } => {
                format!("The pizzeria takes no orders until {until}.")
            }
            ShopRefusal::NotOpen { .. } => {
                "The pizzeria does not take an order for that time.".to_owned()
            }
            ShopRefusal::SoldOut { lines } => {
                let lines: Vec<_> = lines.iter().map(ToString::to_string).collect();
                format!("Sold out: see the lines {}.", lines.join(", "))
            }
            ShopRefusal::SlotFull { .. } => "The kitchen has no room left at that time.".to_owned(),
            ShopRefusal::QuoteChanged { quote } => format!(
                "The price or the time has changed: it costs {} now.",
                quote.bill.to_pay
            ),
            ShopRefusal::BelowMinimum { missing } => {
                format!("{missing} more are needed for a delivery there.")
            }
            ShopRefusal::NotDeliveredThere => {
                "The pizzeria does not deliver to that address.".to_owned()
            }
        }
    }

    /// What programs are told beside the sentence: the parts of the refusal, by their names.
    pub fn members(&self) -> Map<String, Value> {
        let parts = serde_json::to_value(self).ok();
        let parts = parts.and_then(|parts| match parts {
            Value::Object(kind) => kind.into_iter().next().map(|(_, parts)| parts),
            _ => None,
        });
        match parts {
            Some(Value::Object(parts)) => parts,
            _ => Map::new(),
        }
    }

    pub fn invalid(field: &str, error: FieldError) -> ShopRefusal {
        Error::invalid(field, error).into()
    }
}

impl From<Error> for ShopRefusal {
    fn from(error: Error) -> ShopRefusal {
        ShopRefusal::Market(error)
    }
}

impl From<Vec<InvalidField>> for ShopRefusal {
    fn from(invalid: Vec<InvalidField>) -> ShopRefusal {
        Error::Invalid(invalid).into()
    }
}

/// A refusal as an answer, and whether it is the stored one to an earlier sending.
#[derive(Debug)]
pub struct Refused {
    pub refusal: ShopRefusal,
    pub replayed: bool,
}

impl From<ShopRefusal> for Refused {
    fn from(refusal: ShopRefusal) -> Refused {
        Refused {
            refusal,
            replayed: false,
        }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Refused {
        ShopRefusal::from(error).into()
    }
}

impl From<Refused> for ShopRefusal {
    fn from(refused: Refused) -> ShopRefusal {
        refused.refusal
    }
}

/// Why a use-case of a pizzeria has no result.
#[derive(Debug)]
pub enum ShopFailure {
    Refused(ShopRefusal),
    Store(StoreError),
}

impl<T: Into<ShopRefusal>> From<T> for ShopFailure {
    fn from(refusal: T) -> ShopFailure {
        ShopFailure::Refused(refusal.into())
    }
}

impl From<StoreError> for ShopFailure {
    fn from(error: StoreError) -> ShopFailure {
        ShopFailure::Store(error)
    }
}

impl From<Failure> for ShopFailure {
    fn from(failure: Failure) -> ShopFailure {
        match failure {
            Failure::Refused(error) => error.into(),
            Failure::Store(error) => error.into(),
        }
    }
}

/// The end of each use-case, where a failure is logged: once.
pub fn in_time<T>(
    work: impl Future<Output = Result<T, ShopFailure>>,
) -> impl Future<Output = Result<T, ShopRefusal>> {
    let done = failure::in_time(work.map(|done| match done {
        Ok(done) => Ok(Ok(done)),
        Err(ShopFailure::Refused(refusal)) => Ok(Err(refusal)),
        Err(ShopFailure::Store(error)) => Err(error.into()),
    }));
    async move { done.await? }
}
