//! The queries of addresses: which orders or offers a page lists, and in which order.

use super::percent::{Parameters, with_query};
use crate::domain::{Minute, Order, OrderFilter, OrderId, Status, Zone, named_enum};

/// The names of query parameters, which are also the names of the fields that fill them.
pub mod name {
    pub const AT: &str = "at";
    pub const BELOW: &str = "below";
    pub const DRIVER: &str = "driver";
    pub const FROM: &str = "from";
    pub const KITCHEN: &str = "kitchen";
    pub const MORE: &str = "more";
    pub const SEARCH: &str = "q";
    pub const SORT: &str = "sort";
    pub const STATUS: &str = "status";
    pub const SUPPLIER: &str = "supplier";
    pub const TAKE: &str = "take";
    pub const UNTIL: &str = "until";
}

/// The kitchen whose tickets a screen shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Kitchen {
    /// The kitchen that this device belongs to, where one was chosen; else all.
    Own,
    All,
    One(String),
}

impl Kitchen {
    /// From a query parameter: an empty value stands for all kitchens.
    pub fn from_value(value: Option<String>) -> Kitchen {
        match value {
            None => Kitchen::Own,
            Some(name) if name.is_empty() => Kitchen::All,
            Some(name) => Kitchen::One(name),
        }
    }

    pub fn value(&self) -> Option<String> {
        match self {
            Kitchen::Own => None,
            Kitchen::All => Some(String::new()),
            Kitchen::One(name) => Some(name.clone()),
        }
    }

    /// The name of one kitchen.
    pub fn name(&self) -> Option<&str> {
        match self {
            Kitchen::One(name) => Some(name),
            Kitchen::Own | Kitchen::All => None,
        }
    }
}

/// Whether an order has the name of this kitchen. Every order belongs to `None`, which stands for all kitchens.
pub fn is_of(order: &Order, kitchen: Option<&str>) -> bool {
    kitchen.is_none_or(|kitchen| *kitchen == *order.supplier_name)
}

/// Which orders a list shows, and in which order. Times are in the reader's time zone, as the fields show them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OrdersQuery {
    pub status: Option<Status>,
    pub text: String,
    pub supplier: Option<String>,
    pub driver: Option<String>,
    /// Created in this minute or later.
    pub from: Option<Minute>,
    /// Created in this minute or earlier.
    pub until: Option<Minute>,
    /// `None` sorts the newest first.
    pub sort: Option<Sort>,
    /// A page of the past: the orders older than this one.
    pub below: Option<OrderId>,
}

named_enum! {
    Sort {
        Oldest = "oldest",
        Price = "price",
        Status = "status",
    }
}

/// Which offers a customer sees, and in which order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffersQuery {
    pub text: String,
    /// `None` sorts the newest first.
    pub sort: Option<OffersSort>,
}

named_enum! {
    OffersSort {
        Price = "price",
        Time = "time",
    }
}

impl OrdersQuery {
    pub fn read(value: &dyn Fn(&str) -> Option<String>) -> OrdersQuery {
        let minute = |name| value(name).and_then(|time| time.parse().ok());
        OrdersQuery {
            status: value(name::STATUS).and_then(|name| Status::from_name(&name)),
            text: value(name::SEARCH).unwrap_or_default(),
            supplier: value(name::SUPPLIER),
            driver: value(name::DRIVER),
            from: minute(name::FROM),
            until: minute(name::UNTIL),
            sort: value(name::SORT).and_then(|name| Sort::from_name(&name)),
            below: value(name::BELOW).and_then(|below| below.parse().ok()),
        }
    }

    pub fn parameters(&self) -> Parameters {
        let minute = |minute: Option<Minute>| minute.map(|minute| minute.to_string());
        vec![
            (
                name::STATUS,
                self.status.map(|status| status.name().to_owned()),
            ),
            (name::SEARCH, search_value(&self.text)),
            (name::SUPPLIER, self.supplier.clone()),
            (name::DRIVER, self.driver.clone()),
            (name::FROM, minute(self.from)),
            (name::UNTIL, minute(self.until)),
            (name::SORT, self.sort.map(|sort| sort.name().to_owned())),
            (name::BELOW, self.below.map(|id| id.to_string())),
        ]
    }

    /// The value of one field of the search form.
    pub fn value(&self, field: &str) -> String {
        let mut parameters = self.parameters().into_iter();
        let found = parameters.find(|(name, _)| *name == field);
        found.and_then(|(_, value)| value).unwrap_or_default()
    }

    /// The filter for a reader in this time zone. Where that is not known, pages show UTC.
    pub fn filter(&self, zone: Option<&Zone>) -> OrderFilter {
        let utc = Zone::default();
        let zone = zone.unwrap_or(&utc);
        OrderFilter {
            status: self.status,
            text: self.text.clone(),
            supplier: self.supplier.clone(),
            driver: self.driver.clone(),
            from: self.from.map(|minute| minute.begins(zone)),
            before: self.until.map(|minute| minute.ends(zone)),
        }
    }

    /// The address of all these orders as a file.
    pub fn export(&self) -> String {
        let all = OrdersQuery {
            sort: None,
            below: None,
            ..self.clone()
        };
        with_query("/orders.csv".to_owned(), all.parameters())
    }
}

impl OffersQuery {
    pub fn read(value: &dyn Fn(&str) -> Option<String>) -> OffersQuery {
        OffersQuery {
            text: value(name::SEARCH).unwrap_or_default(),
            sort: value(name::SORT).and_then(|name| OffersSort::from_name(&name)),
        }
    }

    pub fn parameters(&self) -> Parameters {
        vec![
            (name::SEARCH, search_value(&self.text)),
            (name::SORT, self.sort.map(|sort| sort.name().to_owned())),
        ]
    }
}

/// An empty search is no parameter.
fn search_value(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}
