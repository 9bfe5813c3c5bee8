//! `inspect`: shows stored data, as text and as JSON, and changes nothing.

mod document;
mod events;
mod failure;
mod filter;
mod follower;
mod keys;
mod menu;
mod order;
mod orders;
mod remote;
mod restaurants;
mod shop_source;
mod source;
mod stats;
mod table;
mod time_format;

use super::{
    output::{self, Format},
    server_url::ServerUrlParser,
};
use crate::server::config::Sources;
use clap::{Args, Subcommand};
use failure::{Failure, Result};
use filter::FilterArgs;
use reqwest::Url;
use source::Source;
use std::{path::PathBuf, process::ExitCode};
use tokio::runtime::Runtime;

const EXAMPLES: &str = "\
Examples:
  pizza-market inspect orders --status ready --since 2h
  pizza-market inspect order 0198c0de-7d3a-7c4e-9b1a-5f2e8d3c1a7f
  pizza-market inspect restaurants
  pizza-market inspect menu forno-antico --json > menu.json
  pizza-market inspect events --follow --json | jq .order.status
  pizza-market inspect stats --url https://market.example

Exit status:
  0  it was shown
  1  not found
  2  it could not be read: no market there, no answer, or an invalid command line";

/// Show stored data, and change nothing: orders, the history of one, pizzerias and their menus,
/// events as they happen, statistics.
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
    /// Read from the server at this address over its public API, whatever its store: where people sign in, what the API
    /// key in MARKET_KEY may see.
    #[arg(long, global = true, value_name = "URL", value_parser = ServerUrlParser)]
    url: Option<Url>,
    /// Trust the certificate authorities of this PEM file, too, with --url.
    #[arg(long, global = true, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Print JSON, one object a line, in the shapes of the API.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Subject {
    Orders(orders::Orders),
    Order(order::OneOrder),
    Restaurants(restaurants::Restaurants),
    Restaurant(restaurants::OneRestaurant),
    Menu(menu::OneMenu),
    Events(events::Events),
    Stats(stats::Stats),
    Keys(keys::Keys),
}

pub fn run(inspect: Inspect) -> ExitCode {
    output::set_listing();
    let result = start(&inspect).and_then(|runtime| runtime.block_on(show(inspect)));
    let Err(failure) = result else {
        return ExitCode::SUCCESS;
    };
    output::note(output::plain(&failure.to_string()));
    match failure {
        Failure::NotFound(_) => ExitCode::from(1),
        Failure::Unreadable(_) => ExitCode::from(2),
    }
}

/// The runtime, after the settings: they are read before it has threads, and only where a command needs them.
fn start(args: &Inspect) -> Result<Runtime> {
    if args.url.is_none() {
        Sources::read()?;
    }
    Runtime::new().map_err(|error| Failure::Unreadable(error.to_string()))
}

async fn show(args: Inspect) -> Result<()> {
    let Inspect {
        subject,
        url,
        ca,
        json,
    } = args;
    let format = if json { Format::Json } else { Format::Text };
    let source = Source::open(url.clone(), ca);
    match subject {
        Subject::Orders(orders) => orders::show(source.await?, orders, format).await,
        Subject::Order(order) => order::show(source.await?, order, format).await,
        Subject::Restaurants(all) => restaurants::list(source.await?, all, format).await,
        Subject::Restaurant(one) => restaurants::show(source.await?, one, format).await,
        Subject::Menu(menu) => menu::show(source.await?, menu, format).await,
        Subject::Events(events) => Box::pin(events::show(source.await?, events, format)).await,
        Subject::Stats(stats) => stats::show(source.await?, stats, format).await,
        Subject::Keys(_) if url.is_some() => Err(keys::not_over_http()),
        Subject::Keys(keys) => keys::show(keys, format).await,
    }
}
