//! The end of direct orders that their kitchens do not answer: each instance watches its own board, and one of them
//! commits first. Nothing is scheduled anywhere, so that a restart only makes it late.

use crate::server::{
    clock::now,
    services::{live_feed::OrderIndex, orders::OrderService},
};
use chrono::TimeDelta;
use std::{sync::Arc, time::Duration};
use tokio::{
    select,
    time::{sleep, timeout},
};
use uuid::Uuid;

/// How long after its time an order is ended: an answer in time may be on its way, to an instance with another clock.
const GRACE: TimeDelta = TimeDelta::seconds(1);
/// So many milliseconds more, by chance: most often one instance is then the first.
const SPREAD: u64 = 500;
/// How long it waits at most before it looks at the clock again, which may have been set.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// No deadline is so near that an order need be looked at sooner.
const PAUSE: Duration = Duration::from_millis(50);
/// How long it waits after a failure, or where the store is ahead of the board.
const RETRY_DELAY: Duration = Duration::from_millis(500);

/// Ends what is not answered in time, permanently.
pub async fn watch(orders: Arc<OrderService>) {
    let mut moves = orders.feed().moves();
    let mut spread = chance();
    loop {
        moves.mark_unchanged();
        let feed = orders.feed();
        // Where the store is away, the board waits for it, too.
        let over = now() + -GRACE + -spread;
        let unanswered = |index: &OrderIndex| index.unanswered(over);
        let unanswered = feed.is_current().then(|| feed.read_index(unanswered));
        let (late, next) = unanswered.flatten().unwrap_or_default();
        if late.is_empty() {
            let wait = next.and_then(|next| (next - over).to_std().ok());
            select! {
                () = sleep(wait.map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT))) => {}
                _ = moves.changed() => sleep(PAUSE).await,
            }
            continue;
        }
        spread = chance();
        let mut is_done = true;
        for id in late {
            is_done &= orders.expire(id).await.is_ok();
        }
        if !is_done {
            // Another instance was first, and its event comes; or the store has to come back.
            let _ = timeout(RETRY_DELAY, moves.changed()).await;
        }
    }
}

fn chance() -> TimeDelta {
    // The lower half of such an id is random.
    let random = Uuid::now_v7().as_u128() as u64 % (SPREAD + 1);
    TimeDelta::milliseconds(random as i64)
}
