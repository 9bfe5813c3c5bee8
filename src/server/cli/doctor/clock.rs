//! Whether the clock of this machine is behind what is stored.

use super::report::Finding;
use crate::{
    domain::{Cursor, LogEvent, Time},
    server::{
        clock::behind,
        services::order_documents,
        store::{LogRead, Query, Result, Store},
    },
};
use indicatif::HumanDuration;
use std::time::Duration;
use tokio::time::timeout;

/// The name of the check.
pub const NAME: &str = "times";

/// Of reading the newest order and the newest event.
const READ_TIMEOUT: Duration = Duration::from_secs(2);

pub async fn compare_with(store: &dyn Store) -> Finding {
    match timeout(READ_TIMEOUT, latest(store)).await {
        Ok(Ok(latest)) => finding(latest),
        Ok(Err(error)) => Finding::skipped(error.to_string()),
        Err(_) => Finding::skipped(format!("not read within {} s", READ_TIMEOUT.as_secs())),
    }
}

/// The latest moment in the newest order and in the newest event.
async fn latest(store: &dyn Store) -> Result<Option<Time>> {
    let newest = Query {
        index: order_documents::index(None, None),
        before: None,
        limit: 1,
    };
    let mut listing = store.list(&[newest]).await?;
    let page = listing.pages.pop().unwrap_or_default();
    let newest = order_documents::readable(page.documents).into_iter().next();
    let before = Cursor {
        seq: listing.cursor.seq.saturating_sub(1),
        ..listing.cursor
    };
    let last = match store.read_log(&before, 1, Duration::ZERO).await? {
        LogRead::Entries(entries) => entries.into_iter().next(),
        LogRead::CursorExpired => None,
    };
    let last = last.and_then(|entry| LogEvent::read(&entry.text).ok());
    let last = last.and_then(|event| match event {
        LogEvent::Order(event) => Some(event.order.latest()),
        LogEvent::Account(event) => Some(event.timestamp),
        LogEvent::Shop(entry) => Some(entry.timestamp),
        LogEvent::Unknown { .. } => None,
    });
    let newest = newest.map(|(order, _)| order.latest());
    Ok(newest.max(last))
}

/// `latest` is the latest moment that is stored.
pub fn finding(latest: Option<Time>) -> Finding {
    let Some(behind) = latest.and_then(behind) else {
        return Finding::ok("nothing in the store is later than this clock");
    };
    let seconds = behind.num_seconds();
    let shown = HumanDuration(Duration::from_secs(seconds.unsigned_abs()));
    let finding = Finding::warning(
        format!("this clock is {shown} behind the newest order or event in the store"),
        "Keep the clock with NTP (`timedatectl`); until it has caught up, ids and times go on from what is stored",
    );
    finding.with("behind_s", seconds)
}
