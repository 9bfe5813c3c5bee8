//! Fills a market before an evening: orders that are left where they are, in every status in which one can be.

use super::{
    client::{Client, Reply},
    plan::{Plan, PlanSize, Story},
};
use crate::{domain::CommandKind, server::cli::store_args};
use futures::{StreamExt, stream};
use std::time::Instant;

/// Orders that are made at the same time.
const CONCURRENCY: usize = 64;
/// Its plan is another one than that of the evening.
const SEED: u64 = 0x5eed;

/// Makes so many open orders, at the same kitchens and with the same drivers as the evening.
///
/// # Errors
/// A sentence for the user.
pub async fn run(client: &Client, seed: u64, size: PlanSize, orders: usize) -> Result<(), String> {
    let size = PlanSize {
        orders,
        menu_orders: 0,
        ..size
    };
    let stories = Plan::new(seed ^ SEED, size, &[]).stories;
    let bar = store_args::orders_bar(orders as u64, "building up");
    let making = stories
        .iter()
        .enumerate()
        .map(|(n, story)| make(client, story, n));
    let mut making = stream::iter(making).buffer_unordered(CONCURRENCY);
    while making.next().await.is_some() && !client.stop.is_cancelled() {
        bar.inc(1);
    }
    bar.finish_and_clear();
    let tally = client.tally();
    match tally.violations.first() {
        Some(violation) => Err(format!("building up the open orders: {violation}")),
        None if tally.unanswered > 0 => Err("the market did not answer in time".to_owned()),
        None => Ok(()),
    }
}

/// Plays the beginning of a story at once, and leaves the order there.
async fn make(client: &Client, story: &Story, n: usize) {
    use CommandKind::{Accept, Dispatch, MarkReady, Offer, Prepare, SetOff, Take};
    const ON_THE_WAY: [CommandKind; 7] =
        [Offer, Accept, Take, Prepare, MarkReady, Dispatch, SetOff];
    let mut order = None;
    let commands = story.steps.iter().map(|step| &step.commands[0]);
    // Each is left after another step: 1 to 7.
    for (kind, command) in ON_THE_WAY
        .iter()
        .zip(commands)
        .take(1 + n % ON_THE_WAY.len())
    {
        if command.kind != *kind {
            return;
        }
        match client
            .command(command, order.as_ref(), Instant::now())
            .await
        {
            Reply::Order(newest) => order = Some(newest),
            Reply::Refused(..) | Reply::Unanswered => return,
        }
    }
}
