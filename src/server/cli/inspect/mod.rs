//! `inspect`: shows stored data, as text and as JSON, and changes nothing.

mod document;
mod events;
mod follower;
mod keys;
mod order;
mod orders;
mod remote;
mod source;
mod stats;
mod table;
mod time_format;

use super::output::{self, Format};
use crate::{
    domain::{Name, OrderFilter, Status},
    server::services::orders::ListFilter,
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
  0  it was shown
  1  not found
  2  it could not be read: no market there, no answer, or an invalid command line";

/// Show stored data, and change nothing: orders, the history of one, events as they happen, statistics.
///
/// The store is that of the settings, as for `serve`: Redis, or the file in DATA_DIR. A server may go on working. The
/// file of an embedded store that a server is using can be read only through that server: it is asked at
/// LEPTOS_SITE_ADDR, or at --url.
///
/// Names and addresses of customers are shown as they are stored: take care who sees the screen, and where the output
/// goes.
///
/// Times are in UTC. Characters that control a terminal are shown as \u{1b} and the like.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Inspect {
    #[command(subcommand)]
    subject: Subject,
    /// Read from the server at this address over its public API, whatever its store.
    #[arg(long, global = true, value_name = "URL")]
    url: Option<Url>,
    /// Print JSON, one object a line, in the shapes of the API.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Subject {
    Orders(orders::Orders),
    Order(order::OneOrder),
    Events(events::Events),
    Stats(stats::Stats),
    Keys(keys::Keys),
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    Unreadable(String),
}

type Result<T> = std::result::Result<T, Failure>;

/// The options that filter orders.
#[derive(Args)]
struct FilterArgs {
    /// Only orders with this status.
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

impl FilterArgs {
    fn search(&self) -> OrderFilter {
        OrderFilter {
            status: self.status,
            supplier: self.supplier.as_deref().map(str::to_owned),
            driver: self.driver.as_deref().map(str::to_owned),
            text: self.text.clone(),
            ..OrderFilter::default()
        }
    }

    /// The narrowest index that holds all of them.
    fn index(&self) -> ListFilter {
        ListFilter {
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
    output::set_listing();
    let result = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(show(inspect)),
        Err(error) => Err(Failure::Unreadable(error.to_string())),
    };
    let Err(failure) = result else {
        return ExitCode::SUCCESS;
    };
    output::note(output::plain(&failure.to_string()));
    match failure {
        Failure::NotFound(_) => ExitCode::from(1),
        Failure::Unreadable(_) => ExitCode::from(2),
    }
}

async fn show(args: Inspect) -> Result<()> {
    let Inspect { subject, url, json } = args;
    let format = Format::of(json);
    let source = Source::open(url.clone());
    match subject {
        Subject::Orders(orders) => orders::show(source.await?, orders, format).await,
        Subject::Order(order) => order::show(source.await?, order, format).await,
        Subject::Events(events) => events::show(source.await?, events, format).await,
        Subject::Stats(stats) => stats::show(source.await?, stats, format).await,
        Subject::Keys(_) if url.is_some() => Err(keys::not_over_http()),
        Subject::Keys(keys) => keys::show(keys, format).await,
    }
}
