//! `inspect stats`: how many orders each status has, and how long each stage takes.

use super::{
    Result,
    output::{self, Format},
    source::Source,
    table::{self, Fit, Table},
    time_format::span,
};
use crate::{
    domain::{Cursor, Event, STAGES, StageDuration, StageTimer, Status, Time},
    server::{
        cli::output::count,
        clock::now,
        store::{JsonText, LogRead},
    },
};
use chrono::TimeDelta;
use clap::Args;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Stages that ended before are not timed.
const READ_BACK: TimeDelta = TimeDelta::days(1);

/// Count orders by status, and pizzerias, and time the stages of the last 24 hours.
///
/// A stage's times are those of the orders that left it in the last 24 hours otherwise than by being cancelled, as
/// far as the log still holds their events: half of them took the median or less, nine of ten the 90 %.
///
/// With --json it is one object: `orders` (a count for each status), `total`, `restaurants`, `stages` (each with `status`, `count`,
/// and in seconds `median` and `ninth`), and `cursor`.
#[derive(Args)]
pub struct Stats {}

#[derive(Serialize)]
struct Statistics {
    orders: BTreeMap<Status, u64>,
    total: u64,
    restaurants: u64,
    stages: Vec<Stage>,
    cursor: Cursor,
}

#[derive(Serialize)]
struct Stage {
    status: Status,
    #[serde(flatten)]
    lasted: StageDuration,
}

pub async fn show(source: Source, Stats {}: Stats, format: Format) -> Result<()> {
    let found = find(&source).await?;
    drop(source);
    match format {
        Format::Json => output::json(&found),
        Format::Text => print(&found),
    }
    Ok(())
}

async fn find(source: &Source) -> Result<Statistics> {
    let cursor = source.head().await?;
    let orders = source.counts().await?;
    let mut stage_timer = StageTimer::default();
    let begin = beginning(source, &cursor).await?;
    for text in source.up_to_now(&begin).await?.unwrap_or_default() {
        if let Some(event) = read(&text) {
            stage_timer.record(&event);
        }
    }
    let stages = STAGES.into_iter().zip(stage_timer.times(now()).stages);
    Ok(Statistics {
        total: orders.values().sum(),
        restaurants: source.count_restaurants().await?,
        orders,
        stages: stages
            .map(|(status, lasted)| Stage { status, lasted })
            .collect(),
        cursor,
    })
}

/// The cursor before the events that are new enough, by binary search: events are in the order of their times.
async fn beginning(source: &Source, head: &Cursor) -> Result<Cursor> {
    let oldest = now() + -READ_BACK;
    let (mut old, mut new) = (0, head.seq);
    while old < new {
        let seq = old + (new - old) / 2;
        let is_new = match source
            .read_log(
                &Cursor {
                    seq,
                    ..head.clone()
                },
                1,
            )
            .await?
        {
            LogRead::Entries(events) => events
                .first()
                .and_then(|entry| time(&entry.text))
                .is_some_and(|time| time >= oldest),
            LogRead::CursorExpired => false,
        };
        match is_new {
            true => new = seq,
            false => old = seq + 1,
        }
    }
    Ok(Cursor {
        seq: new,
        ..head.clone()
    })
}

/// When an entry of any kind was written.
fn time(entry: &JsonText) -> Option<Time> {
    #[derive(Deserialize)]
    struct Stamp {
        timestamp: Time,
    }
    let stamp: Option<Stamp> = serde_json::from_str(entry).ok();
    stamp.map(|stamp| stamp.timestamp)
}

fn read(text: &JsonText) -> Option<Event> {
    serde_json::from_str(text).ok()
}

fn print(found: &Statistics) {
    let mut table = Table::new(&[("STATUS", Fit::Whole), ("ORDERS", Fit::Number)]);
    for (status, count) in &found.orders {
        table.row([status.to_string(), count.to_string()]);
    }
    table.row(["total".to_owned(), found.total.to_string()]);
    table.print(table::width());
    output::line("");
    output::line(count(found.restaurants, "pizzeria"));
    output::line("");
    let mut table = Table::new(&[
        ("STAGE, LAST 24 H", Fit::Whole),
        ("PASSED", Fit::Number),
        ("MEDIAN", Fit::Number),
        ("90 %", Fit::Number),
    ]);
    for Stage { status, lasted } in &found.stages {
        let span = |seconds: u32| match lasted.count {
            0 => "–".to_owned(),
            _ => span(TimeDelta::seconds(seconds.into())),
        };
        let cells = [
            lasted.count.to_string(),
            span(lasted.median),
            span(lasted.percentile_90),
        ];
        table.row([status.to_string()].into_iter().chain(cells));
    }
    table.print(table::width());
}
