//! `inspect`: what is stored, for people and for scripts, without changing any of it.

mod document;
mod events;
mod keys;
mod order;
mod orders;
mod remote;
mod source;
mod stats;
mod table;
mod when;

use super::out;
use crate::{
    domain::{Name, Sought, Status},
    server::desk::Filter,
};
use clap::{Args, Subcommand, ValueEnum, builder::PossibleValue};
use reqwest::Url;
use source::Source;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  pizza-market inspect orders --status ready --since 2h
  pizza-market inspect order 0198c0de-7d3a-7c4e-9b1a-5f2e8d3c1a7f
  pizza-market inspect events --follow --json | jq .order.status
  pizza-market inspect stats --url https://market.example

Exit status:
  0  what was asked for has been shown
  1  there is no such thing
  2  could not look: no market there, no answer, or a command line that makes no sense";

/// Look into what is stored, changing nothing: orders, the story of one, events as they happen, figures.
///
/// Where to look is what the settings say, as for `serve`: Redis, or the file in DATA_DIR. Nothing is ever changed
/// there, and a server may go on working. The file of an embedded store that a server is using can only be read
/// through that server: it is asked at LEPTOS_SITE_ADDR, or at --url.
///
/// Names and addresses of customers are shown as they are stored: mind who looks over your shoulder, and where the
/// output goes.
///
/// Times are in UTC. Characters that would steer a terminal are shown as \u{1b} and the like.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Inspect {
    #[command(subcommand)]
    what: What,
    /// Ask the server at this address, over its public API, wherever it keeps its orders.
    #[arg(long, global = true, value_name = "URL")]
    url: Option<Url>,
    /// Print JSON, one object a line, in the shapes of the API.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    Orders(orders::Orders),
    Order(order::One),
    Events(events::Events),
    Stats(stats::Stats),
    Keys(keys::Keys),
}

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    CannotLook(String),
}

type Result<T> = std::result::Result<T, Failure>;

/// Which orders, of those that are there.
#[derive(Args)]
struct Wanted {
    /// Only orders that stand here.
    #[arg(long, value_name = "STATUS")]
    status: Option<Status>,
    /// Only orders of this supplier: the whole name, as it is written.
    #[arg(long, value_name = "NAME", value_parser = name)]
    supplier: Option<Name>,
    /// Only orders of this driver: the whole name, as it is written.
    #[arg(long, value_name = "NAME", value_parser = name)]
    driver: Option<Name>,
    /// Only orders with this text anywhere, small or capital: number, pizza, supplier, customer, address, driver or
    /// notes.
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    text: String,
}

impl Wanted {
    /// As the order book seeks.
    fn sought(&self) -> Sought {
        Sought {
            status: self.status,
            supplier: self.supplier.as_deref().map(str::to_owned),
            driver: self.driver.as_deref().map(str::to_owned),
            text: self.text.clone(),
            ..Sought::default()
        }
    }

    /// The narrowest index that holds all of them.
    fn filter(&self) -> Filter {
        Filter {
            status: self.status,
            supplier: self.supplier.clone(),
        }
    }
}

fn name(text: &str) -> std::result::Result<Name, String> {
    use crate::domain::Field;
    Name::parse(text).map_err(|what| what.to_string())
}

impl ValueEnum for Status {
    fn value_variants<'a>() -> &'a [Status] {
        Status::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

pub fn run(inspect: Inspect) -> ExitCode {
    out::list();
    let looked = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(look(inspect)),
        Err(error) => Err(Failure::CannotLook(error.to_string())),
    };
    let Err(failure) = looked else {
        return ExitCode::SUCCESS;
    };
    out::note(out::plain(&failure.to_string()));
    match failure {
        Failure::NotFound(_) => ExitCode::from(1),
        Failure::CannotLook(_) => ExitCode::from(2),
    }
}

async fn look(Inspect { what, url, json }: Inspect) -> Result<()> {
    let source = Source::open(url.clone());
    match what {
        What::Orders(orders) => orders::show(source.await?, orders, json).await,
        What::Order(one) => order::show(source.await?, one, json).await,
        What::Events(events) => events::show(source.await?, events, json).await,
        What::Stats(stats) => stats::show(source.await?, stats, json).await,
        What::Keys(keys) => keys::show(url.is_some(), keys, json).await,
    }
}
