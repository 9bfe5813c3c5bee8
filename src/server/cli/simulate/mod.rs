//! `pizza-market simulate`: a lively evening at any market, through its public surface alone, and the question
//! whether what everybody saw can be true.

mod evening;
mod history;
mod latency;
mod market;
mod plan;
mod report;
mod scene;
mod viewer;
mod words;

use super::{net, out};
use clap::Args;
use evening::{Evening, Manner};
use market::Market;
use plan::{Plan, Size};
use report::Report;
use rustls::ClientConfig;
use std::{
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

/// How long the servers may take to be there.
const THERE: Duration = Duration::from_secs(3);

#[derive(Args)]
#[command(after_help = HELP)]
pub struct Simulate {
    /// Where the market is. Given several times: the instances of one market.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8000", value_parser = address)]
    url: Vec<String>,
    /// Orders of an evening.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    orders: u32,
    /// Kitchens. By default as many as so many orders keep busy.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    suppliers: Option<u32>,
    /// Drivers. By default as many as so many orders keep busy.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    drivers: Option<u32>,
    /// Sockets that watch. Every second one leaves now and then, and comes back.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    viewers: u32,
    /// How long orders come in, in hours of the evening. The last pizza is delivered about an hour later.
    #[arg(long, default_value_t = 4.0, value_parser = hours)]
    hours: f64,
    /// How much faster than life: 1 is real time, 60 an hour a minute.
    #[arg(long, default_value_t = 60.0, value_parser = speed)]
    speed: f64,
    /// What everybody means to do follows from it alone. By default another one each time; the report names it.
    #[arg(long)]
    seed: Option<u64>,
    /// Others use this market, too: what nobody here has asked for is no fault.
    #[arg(long)]
    shared: bool,
    /// One evening after the other, until Ctrl-C or until something is broken.
    #[arg(long)]
    keep_going: bool,
    /// Print what everybody means to do, as JSON, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// The report as one line of JSON.
    #[arg(long)]
    json: bool,
}

const HELP: &str = "\
Kitchens offer, accept, reject, bake late and burn; customers take, race each other and lose patience; drivers are \
few. All of it goes through HTTP and WebSocket, so that it does as a demo, as a load and as a soak test. While it \
runs, standard error shows how it stands; the report is on standard output. Ctrl-C ends the evening with its report; a second one ends it without.

Latencies count from the moment in which something was to be sent, also where it was sent later because something \
before it took long. 429 and 503 are waited for as they ask, and counted; lost answers are asked for again under the \
same Idempotency-Key.

The JSON report: holds, seed, servers, evenings, seconds, orders, statuses {status: count}, acknowledged, \
refused [{status, command, count}], asked_again {rate_limited, unavailable, lost}, unanswered, latency_ms \
{all and each command: {count, median, p99, max}}, told_ms (from a command until a socket heard of it, the same shape), \
frames {expected, received, sockets [{expected, received, connections, resets}]}, cents {kitchens, market}, \
invariants [{name, says, checked, broken, faults}], notes.

Exit status: 0 everything holds; 1 something does not; 2 it could not run, or not be checked.

Examples:
  pizza-market simulate
      an evening of five minutes at the local market
  pizza-market simulate --speed 600 --url http://one:8000 --url http://two:8000
      half a minute at two instances of one market
  pizza-market simulate --keep-going --json >> soak.jsonl
      evening after evening, until Ctrl-C";

fn address(text: &str) -> Result<String, String> {
    let url = reqwest::Url::parse(text).map_err(|error| error.to_string())?;
    let plain = url.path() == "/" && url.query().is_none() && !net::has_credentials(&url);
    if plain && ["http", "https"].contains(&url.scheme()) {
        Ok(url.as_str().trim_end_matches('/').to_owned())
    } else {
        Err(
            "an address is http:// or https://, a host and maybe a port, and nothing else"
                .to_owned(),
        )
    }
}

fn within(text: &str, most: f64) -> Result<f64, String> {
    let number = text.parse().map_err(|_| "this is no number".to_owned())?;
    match (0.01..=most).contains(&number) {
        true => Ok(number),
        false => Err(format!("it is between 0.01 and {most}")),
    }
}

fn hours(text: &str) -> Result<f64, String> {
    within(text, 24.0)
}

fn speed(text: &str) -> Result<f64, String> {
    within(text, 100_000.0)
}

impl Simulate {
    fn size(&self) -> Size {
        // Orders of an hour that one of them sees to.
        let busy = |each: f64| (f64::from(self.orders) / self.hours / each).ceil() as usize + 1;
        Size {
            orders: self.orders as usize,
            suppliers: self.suppliers.map_or_else(|| busy(8.0), |n| n as usize),
            drivers: self.drivers.map_or_else(|| busy(2.5), |n| n as usize),
            length: Duration::from_secs_f64(self.hours * 3600.0),
        }
    }

    fn manner(&self) -> Manner {
        Manner {
            speed: self.speed,
            viewers: self.viewers as usize,
            shared: self.shared,
        }
    }
}

/// Simulates, and says what came of it.
pub fn run(simulate: &Simulate) -> ExitCode {
    let seed = simulate.seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
    if simulate.dry_run {
        out::json(&Plan::new(seed, simulate.size()));
        return ExitCode::SUCCESS;
    }
    let done = tokio::runtime::Runtime::new()
        .map_err(|error| error.to_string())
        .and_then(|runtime| runtime.block_on(evenings(simulate, seed)));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(why) => {
            out::note(format!("pizza-market cannot simulate. {why}"));
            ExitCode::from(2)
        }
    }
}

/// Whether everything held.
async fn evenings(simulate: &Simulate, seed: u64) -> Result<bool, String> {
    let tls = net::tls().map_err(|error| error.to_string())?;
    let market = Arc::new(Market::new(simulate.url.clone(), http(&tls)?));
    there(&market).await?;
    let stop = market.stop.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.cancel();
        }
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(2);
        }
    });
    let mut report = Report::new(seed);
    let begun = Instant::now();
    let mut broken_off = None;
    for seed in seed.. {
        let plan = Plan::new(seed, simulate.size());
        let evening =
            match Evening::open(market.clone(), &plan, tls.clone(), simulate.manner()).await {
                Ok(evening) => evening.play(plan).await,
                Err(why) => Err(why),
            };
        match evening {
            Ok(outcome) => {
                if simulate.keep_going {
                    out::note(format!("Evening {seed}: {}", outcome.verdict));
                }
                report.add(outcome);
            }
            Err(why) => broken_off = Some(why),
        }
        if !simulate.keep_going
            || broken_off.is_some()
            || !report.holds()
            || market.stop.is_cancelled()
        {
            break;
        }
    }
    report.took(begun.elapsed());
    if let Some(why) = broken_off {
        return Err(why);
    }
    match simulate.json {
        true => out::json(&report.json(&market)),
        false => report.tell(&market),
    }
    Ok(report.holds())
}

/// Whether all servers are there, and instances of one market.
async fn there(market: &Market) -> Result<(), String> {
    let mut epoch = None;
    for (server, url) in market.urls.iter().enumerate() {
        let page = market.page(server, "/api/orders?limit=1", THERE).await;
        let page =
            page.map_err(|why| format!("{url}: {why}. Start it, or say where it is with --url."))?;
        if *epoch.get_or_insert(page.at.epoch.clone()) != page.at.epoch {
            return Err(format!(
                "{url} and {} are not instances of one market.",
                market.urls[0]
            ));
        }
    }
    Ok(())
}

fn http(tls: &ClientConfig) -> Result<reqwest::Client, String> {
    // A socket goes straight to the server; so does everything else.
    let http = net::http(tls).no_proxy().build();
    http.map_err(|error| error.to_string())
}
