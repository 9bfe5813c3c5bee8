//! `pizza-market simulate`: a lively evening at any market, through its public API alone, and a check of whether what
//! the clients observed can be true.

mod build_up;
mod checker;
mod client;
mod display;
mod final_state;
mod histogram;
mod names;
mod page;
mod plan;
mod player;
mod report;
mod run;
mod shops;
mod subscriber;
mod tally;
mod visit;

use super::{http_client, output, pizzerias, server_url::ServerUrlParser, tls};
use clap::{Args, builder::TypedValueParser};
use client::Client;
use plan::{MenuShop, Plan, PlanSize};
use report::Report;
use reqwest::{Url, header::AUTHORIZATION};
use run::{Access, Evening, Options};
use shops::Shops;
use std::{
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// How long each server may take to answer for the first time.
const FIRST_ANSWER: Duration = Duration::from_secs(3);

/// The pizzerias of --restaurants follow from it, so that each run finds those of the one before.
const PIZZERIAS_SEED: u64 = 0;

const NEEDS_KEY: &str = "\
people sign in there. Set MARKET_KEY to an API key that may change everything: `pizza-market account key NAME --role \
integrator` makes one.";

#[derive(Args)]
#[command(after_help = HELP)]
pub struct Simulate {
    /// The market's address. Repeat it for the instances of one market.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8000", value_parser = ServerUrlParser.try_map(origin))]
    url: Vec<String>,
    /// Trust the certificate authorities of this PEM file, too.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Orders per evening.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    orders: u32,
    /// Orders from menus per evening, beside the offers. The pizzerias of the example market sell them, which are put into
    /// this market where they are missing.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    menu_orders: Option<u32>,
    /// Pizzerias of their own that sell them, instead of the example's.
    #[arg(long, value_name = "COUNT", requires = "menu_orders", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    restaurants: Option<u32>,
    /// How many items each of them has.
    #[arg(long, value_name = "COUNT", default_value_t = 60, requires = "restaurants", value_parser = clap::value_parser!(u32).range(6..=500))]
    items: u32,
    /// Before the evening begins, make so many orders that stay open. They are part of no report.
    #[arg(long, value_name = "COUNT", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    open: u32,
    /// Kitchens. By default as many as these orders keep busy.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    suppliers: Option<u32>,
    /// Drivers. By default as many as these orders keep busy.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    drivers: Option<u32>,
    /// Sockets that subscribe to the live channel. Every second one disconnects now and then, and connects again.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    viewers: u32,
    /// How long orders come in, in hours of the evening. The last pizza is delivered about an hour later.
    #[arg(long, default_value_t = 4.0, value_parser = hours)]
    hours: f64,
    /// How much faster than real time: at 60 an hour takes a minute.
    #[arg(long, default_value_t = 60.0, value_parser = speed)]
    speed: f64,
    /// The plan follows from it alone. By default a random one, which the report names.
    #[arg(long)]
    seed: Option<u64>,
    /// Other clients use this market, too: changes that this run did not request are no faults.
    #[arg(long)]
    shared: bool,
    /// Run one evening after the other, until Ctrl-C or until an invariant is broken.
    #[arg(long)]
    keep_going: bool,
    /// Print the plan as JSON, and send nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print the report as one line of JSON.
    #[arg(long)]
    json: bool,
}

const HELP: &str = "\
Kitchens offer, accept, reject, bake late and burn; customers take, race each other and lose patience; drivers are \
few. With --menu-orders, customers order from menus, too: halves, free toppings, for now or for later; pizzerias \
accept, miss, are late, tick, sell out, pause, and change their prices. All of it goes through HTTP and WebSocket, so that it serves as a demo, as a load test and as a soak test. \
Standard error shows the progress; the report is on standard output. Ctrl-C ends the evening with its report; a \
second Ctrl-C ends it without.

Latencies count from the moment at which a request was to be sent, also where an earlier delay made it late. After \
429 and 503 the request waits as long as the server asks; it is counted, and sent again under the same \
Idempotency-Key, as after a lost answer.

Where people sign in, MARKET_KEY is an API key of an integrator (`pizza-market account key NAME --role integrator`).

The JSON report: holds, seed, servers, evenings, seconds, orders, statuses {status: count}, acknowledged, \
refused [{status, command, count}], asked_again {rate_limited, unavailable, lost}, unanswered, latency_ms \
{all and each command: {count, median, p99, max}}, told_ms (from a command until a socket received its event, the same shape), \
frames {expected, received, sockets [{expected, received, connections, resets}]}, cents {kitchens, market}, \
invariants [{name, says, checked, broken, faults}], notes.

Exit status: 0 every invariant holds; 1 one does not; 2 it could not run, or could not be checked.

Examples:
  pizza-market simulate
      an evening of five minutes at the local market
  pizza-market simulate --speed 600 --url http://one:8000 --url http://two:8000
      half a minute at two instances of one market
  pizza-market simulate --menu-orders 100
      with orders from the menus of the example market
  pizza-market simulate --open 100000 --suppliers 1000 --orders 2000
      on top of a hundred thousand open orders of a thousand kitchens
  pizza-market simulate --keep-going --json >> soak.jsonl
      evening after evening, until Ctrl-C";

fn origin(url: Url) -> Result<String, &'static str> {
    match url.path() == "/" && url.query().is_none() {
        true => Ok(url.as_str().trim_end_matches('/').to_owned()),
        false => Err("leave the path and the query out: each instance has its own address"),
    }
}

fn within(text: &str, limit: f64) -> Result<f64, String> {
    let number = text.parse().map_err(|_| "it is not a number".to_owned())?;
    match (0.01..=limit).contains(&number) {
        true => Ok(number),
        false => Err(format!("it is between 0.01 and {limit}")),
    }
}

fn hours(text: &str) -> Result<f64, String> {
    within(text, 24.0)
}

fn speed(text: &str) -> Result<f64, String> {
    within(text, 100_000.0)
}

impl Simulate {
    fn size(&self) -> PlanSize {
        let needed =
            |per_hour: f64| (f64::from(self.orders) / self.hours / per_hour).ceil() as usize + 1;
        PlanSize {
            orders: self.orders as usize,
            menu_orders: self.menu_orders.unwrap_or(0) as usize,
            suppliers: self.suppliers.map_or_else(|| needed(8.0), |n| n as usize),
            drivers: self.drivers.map_or_else(|| needed(2.5), |n| n as usize),
            length: Duration::from_secs_f64(self.hours * 3600.0),
        }
    }

    /// The pizzerias that sell from menus.
    fn pizzerias(&self) -> Result<Vec<pizzerias::SeedRestaurant>, String> {
        match (self.menu_orders, self.restaurants) {
            (None, _) => Ok(Vec::new()),
            (Some(_), None) => Ok(pizzerias::example()?.restaurants),
            (Some(_), Some(count)) => {
                let size = pizzerias::MarketSize {
                    seed: PIZZERIAS_SEED,
                    items: self.items,
                };
                let all = (0..count).map(|n| impatient(n, size.restaurant(n)));
                Ok(all.collect())
            }
        }
    }

    fn options(&self) -> Options {
        Options {
            speed: self.speed,
            subscribers: self.viewers as usize,
            shared: self.shared,
        }
    }
}

/// A pizzeria of a large market with little patience and little room, so that an evening shows both.
fn impatient(number: u32, mut pizzeria: pizzerias::SeedRestaurant) -> pizzerias::SeedRestaurant {
    let orders = &mut pizzeria.restaurant["orders"];
    orders["answer_minutes"] = 1.into();
    orders["slot_orders"] = 4.into();
    // Most of them answer by hand.
    orders["auto_accept"] = (number % 4 == 2).into();
    pizzeria
}

/// Runs the evenings and prints the report.
pub fn run(args: &Simulate) -> ExitCode {
    let seed = args.seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
    match plan_or_simulate(args, seed) {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(report)) if report.holds() => ExitCode::SUCCESS,
        Ok(Some(_)) => ExitCode::from(1),
        Err(why) => {
            output::note(format!("The simulation failed: {why}"));
            ExitCode::from(2)
        }
    }
}

fn plan_or_simulate(args: &Simulate, seed: u64) -> Result<Option<Report>, String> {
    let pizzerias = args.pizzerias()?;
    let shops = pizzerias.iter().map(MenuShop::of);
    let shops: Vec<_> = shops.collect::<Result<_, _>>()?;
    if args.dry_run {
        output::json(&Plan::new(seed, args.size(), &shops));
        return Ok(None);
    }
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let report = runtime.block_on(simulate(args, seed, &pizzerias, &shops));
    report.map(Some)
}

async fn simulate(
    args: &Simulate,
    seed: u64,
    pizzerias: &[pizzerias::SeedRestaurant],
    shops: &[MenuShop],
) -> Result<Report, String> {
    let tls = tls::public(args.ca.as_deref())?;
    // No proxy, as the sockets go straight to the server, too.
    let authorization = http_client::authorization().map_err(|error| error.to_string())?;
    let headers = authorization.iter().map(|key| (AUTHORIZATION, key.clone()));
    let http = http_client::builder(&tls)
        .no_proxy()
        .default_headers(headers.collect())
        .build();
    let http = http.map_err(|error| error.to_string())?;
    let client = Arc::new(Client::new(args.url.clone(), http.clone()));
    check_servers(&client).await?;
    tokio::spawn(stop_at_ctrl_c(client.stop.clone()));
    if !pizzerias.is_empty() {
        let url = Url::parse(&args.url[0]).map_err(|error| error.to_string())?;
        pizzerias::keep(&url, http.clone(), pizzerias).await?;
    }
    if args.open > 0 {
        let builder = Client::beside(&client, http);
        build_up::run(&builder, seed, args.size(), args.open as usize).await?;
    }
    let mut report = Report::new(seed);
    let begun = Instant::now();
    let access = Access { tls, authorization };
    let result = evenings(args, shops, &client, &access, &mut report, seed).await;
    report.set_duration(begun.elapsed());
    result?;
    match args.json {
        true => output::json(&report.json(&client)),
        false => report.print(&client),
    }
    Ok(report)
}

/// The first Ctrl-C lets the evening end with its report, the second one ends the program.
async fn stop_at_ctrl_c(stop: CancellationToken) {
    if tokio::signal::ctrl_c().await.is_ok() {
        stop.cancel();
    }
    if tokio::signal::ctrl_c().await.is_ok() {
        std::process::exit(2);
    }
}

/// Adds evenings to the report: one, or as many as hold until Ctrl-C.
async fn evenings(
    args: &Simulate,
    shops: &[MenuShop],
    client: &Arc<Client>,
    access: &Access,
    report: &mut Report,
    first_seed: u64,
) -> Result<(), String> {
    for seed in first_seed.. {
        let plan = Plan::new(seed, args.size(), shops);
        let start = Shops::read(client, shops).await?;
        let (client, access) = (client.clone(), access.clone());
        let evening = Evening::open(client.clone(), &plan, start, access, args.options()).await?;
        let result = evening.play(plan).await?;
        if args.keep_going {
            output::note(format!("Evening {seed}: {}", result.verdict));
        }
        report.add(result);
        if !args.keep_going || !report.holds() || client.stop.is_cancelled() {
            break;
        }
    }
    Ok(())
}

/// Checks that every server answers, lets this run do everything, and that all are instances of one market.
async fn check_servers(client: &Client) -> Result<(), String> {
    let mut epoch = None;
    for (server, url) in client.urls.iter().enumerate() {
        if !client.may_do_everything(server).await {
            return Err(format!("{url}: {NEEDS_KEY}"));
        }
        let page = client.page(server, "/api/orders?limit=1", FIRST_ANSWER);
        let page = page
            .await
            .map_err(|why| format!("{url}: {why}. Start it, or pass its address with --url."))?;
        if *epoch.get_or_insert(page.at.epoch.clone()) != page.at.epoch {
            return Err(format!(
                "{url} and {} are not instances of one market.",
                client.urls[0]
            ));
        }
    }
    Ok(())
}
