//! The options by which `inspect` filters orders.

use crate::{
    domain::{Field, Name, OrderFilter, Status},
    server::services::orders::ListFilter,
};
use clap::{Args, ValueEnum, builder::PossibleValue};

/// The options that filter orders.
#[derive(Args)]
pub struct FilterArgs {
    /// Only orders with this status.
    #[arg(long, value_name = "STATUS")]
    pub status: Option<Status>,
    /// Only orders of this supplier: the whole name, as it is written.
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub supplier: Option<Name>,
    /// Only orders of this driver: the whole name, as it is written.
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub driver: Option<Name>,
    /// Only orders with this text anywhere, small or capital: number, pizza, supplier, customer, address, driver or
    /// notes.
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    pub text: String,
}

impl FilterArgs {
    pub fn search(&self) -> OrderFilter {
        OrderFilter {
            status: self.status,
            supplier: self.supplier.as_deref().map(str::to_owned),
            driver: self.driver.as_deref().map(str::to_owned),
            text: self.text.clone(),
            ..OrderFilter::default()
        }
    }

    /// The narrowest index that holds all of them.
    pub fn index(&self) -> ListFilter {
        ListFilter {
            status: self.status,
            supplier: self.supplier.clone(),
        }
    }
}

fn name(text: &str) -> std::result::Result<Name, String> {
    Name::parse(text).map_err(|error| error.to_string())
}

impl ValueEnum for Status {
    fn value_variants<'a>() -> &'a [Status] {
        Status::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}
