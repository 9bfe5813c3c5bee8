//! `pizza-market seed`: puts pizzerias with their menus into a running market.

use super::{
    http_client, output,
    pizzerias::{Client, Done, Existing, MarketSize, Summary, example, put_all, read_file},
    server_url::ServerUrlParser,
    tls,
};
use clap::Args;
use reqwest::{Url, header::AUTHORIZATION};
use std::{path::PathBuf, process::ExitCode};

const HELP: &str = "\
What is there under the same slug is left as it is, so that the command can be repeated; --replace puts profile, menu \
and pause of the file back. What was begun and not ended is completed.

The file is one JSON object: {\"format\": \"pizza-market/market-1\", \"restaurants\": [{\"restaurant\": …, \"menu\": …, \
\"pause\": null or {\"reason\"}}]}, where `restaurant` is what POST /api/restaurants takes, with a slug, and `menu` what PUT \
/api/restaurants/{slug}/menu takes.

Where people sign in, MARKET_KEY is an API key of an integrator (`pizza-market account key NAME --role integrator`).

Exit status: 0 everything is there; 1 something was refused, or the market does not answer.

Examples:
  pizza-market seed
      the example market, at the local server
  pizza-market seed --replace --file market.json --url https://market.example
  pizza-market seed --restaurants 5000 --items 200 --seed 7
      a large market, for a load test";

/// Put an example market into a running one: pizzerias with menus, hours, areas and all three rules for halves.
#[derive(Args)]
#[command(after_help = HELP)]
pub struct Seed {
    /// The market's address.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8000", value_parser = ServerUrlParser)]
    url: Url,
    /// Trust the certificate authorities of this PEM file, too.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Put the market of this file there, instead of the example.
    #[arg(long, value_name = "FILE", conflicts_with = "restaurants")]
    file: Option<PathBuf>,
    /// Put profile, menu and pause back where a pizzeria is there already.
    #[arg(long)]
    replace: bool,
    /// Make so many pizzerias, instead of the example.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    restaurants: Option<u32>,
    /// How many items each of them has.
    #[arg(long, value_name = "COUNT", default_value_t = 60, requires = "restaurants", value_parser = clap::value_parser!(u32).range(1..=500))]
    items: u32,
    /// What they are follows from it alone.
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 1,
        requires = "restaurants"
    )]
    seed: u64,
    /// Print one JSON object: {"made", "replaced", "kept", "refused"}.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Seed) -> ExitCode {
    let done = tokio::runtime::Runtime::new()
        .map_err(|error| error.to_string())
        .and_then(|runtime| runtime.block_on(seed(args)));
    match done {
        Ok(summary) => {
            let is_done = summary.refused == 0;
            print(&summary, args.json);
            if is_done {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(why) => {
            output::note(format_args!("Nothing was seeded: {why}"));
            ExitCode::FAILURE
        }
    }
}

async fn seed(args: &Seed) -> Result<Summary, String> {
    let client = client(args)?;
    client.check().await?;
    let existing = match args.replace {
        true => Existing::Replace,
        false => Existing::Keep,
    };
    match args.restaurants {
        Some(restaurants) => {
            let size = MarketSize {
                seed: args.seed,
                items: args.items,
            };
            let all = (0..restaurants).map(|number| size.restaurant(number));
            // So many lines would hide the one that matters.
            Ok(put_all(&client, all, restaurants.into(), existing, |_, _| {}).await)
        }
        None => {
            let market = match &args.file {
                Some(path) => read_file(path)?,
                None => example()?,
            };
            let print = |name: &str, done: &Done| {
                if !args.json {
                    output::line(format_args!("{}: {name}", done.word()));
                }
            };
            let count = market.restaurants.len() as u64;
            let all = market.restaurants.into_iter();
            Ok(put_all(&client, all, count, existing, print).await)
        }
    }
}

fn client(args: &Seed) -> Result<Client, String> {
    let tls = tls::public(args.ca.as_deref())?;
    let authorization = http_client::authorization().map_err(|error| error.to_string())?;
    let headers = authorization.into_iter().map(|key| (AUTHORIZATION, key));
    let mut builder = http_client::builder(&tls).default_headers(headers.collect());
    if http_client::is_local(&args.url) {
        builder = builder.no_proxy();
    }
    let http = builder.build().map_err(|error| error.to_string())?;
    Ok(Client::new(&args.url, http))
}

fn print(summary: &Summary, as_json: bool) {
    if as_json {
        return output::json(summary);
    }
    let Summary {
        made,
        replaced,
        kept,
        refused,
    } = summary;
    let all = output::count(made + replaced + kept + refused, "pizzeria");
    let replaced = match replaced {
        0 => String::new(),
        many => format!(", {many} replaced"),
    };
    let refused = match refused {
        0 => String::new(),
        many => format!(", {many} refused"),
    };
    output::line(format_args!(
        "{all}: {made} made, {kept} kept{replaced}{refused}"
    ));
}
