//! Pizzerias with their menus, put into a market through its public API alone. The example market is in the program; a seed
//! makes large ones.

mod client;
mod generate;
mod market;
mod put;
#[cfg(test)]
mod tests;

use super::{output, store_args};
pub use client::Client;
use futures::{StreamExt, stream};
pub use generate::MarketSize;
pub use market::{SeedRestaurant, example, read_file};
use put::put;
pub use put::{Done, Existing};
use reqwest::Url;
use serde::Serialize;

/// How many pizzerias are put at the same time.
const CONCURRENCY: usize = 8;

/// How many pizzerias came to what.
#[derive(Default, Serialize)]
pub struct Summary {
    pub made: u64,
    pub replaced: u64,
    pub kept: u64,
    pub refused: u64,
}

/// Puts these pizzerias into a market, and leaves those that are there as they are.
///
/// # Errors
/// A sentence for the user.
pub async fn keep(url: &Url, http: reqwest::Client, all: &[SeedRestaurant]) -> Result<(), String> {
    let client = Client::new(url, http);
    client.check().await?;
    let count = all.len() as u64;
    let all = all.iter().cloned();
    let summary = put_all(&client, all, count, Existing::Keep, |_, _| {}).await;
    match summary.refused {
        0 => Ok(()),
        refused => Err(format!("{} refused", output::count(refused, "pizzeria"))),
    }
}

/// Puts all of them there, and shows how far it is; `print` tells of each.
pub async fn put_all(
    client: &Client,
    all: impl Iterator<Item = SeedRestaurant>,
    count: u64,
    existing: Existing,
    print: impl Fn(&str, &Done),
) -> Summary {
    let template = "{msg} {wide_bar} {human_pos}/{human_len} pizzerias, {eta} left";
    let bar = store_args::bar(count, "seeding", template);
    let puts = all.map(|restaurant| async move {
        let done = put(client, &restaurant, existing).await;
        (restaurant.name().to_owned(), done)
    });
    let mut puts = stream::iter(puts).buffered(CONCURRENCY);
    let mut summary = Summary::default();
    while let Some((name, done)) = puts.next().await {
        bar.inc(1);
        match done {
            Ok(done) => {
                bar.suspend(|| print(&name, &done));
                summary.add(done);
            }
            Err(why) => {
                bar.suspend(|| output::note(format_args!("{name}: {why}")));
                summary.refused += 1;
            }
        }
    }
    bar.finish_and_clear();
    summary
}

impl Summary {
    fn add(&mut self, done: Done) {
        *match done {
            Done::Made => &mut self.made,
            Done::Replaced => &mut self.replaced,
            Done::Kept => &mut self.kept,
        } += 1;
    }
}
