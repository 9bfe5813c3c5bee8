//! How many orders somebody takes who is not signed in.

use super::{Failure, OrderService, in_time};
use crate::{
    domain::{AccountId, AccountKind, Error, OrderId, Viewer},
    server::{services::order_documents, store::Query},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::OwnedMutexGuard;

/// Orders of one guest that are on their way at once.
const UNDER_WAY: usize = 3;
/// How many of its newest orders are looked at.
const EXAMINED: usize = 100;
/// Seconds until trying again makes sense: an order takes its time.
const WAIT: u64 = 60;

/// What a guest takes at the same time is taken one after another on this instance: so each order counts those before it.
#[derive(Default)]
pub struct Turns(Mutex<HashMap<AccountId, Arc<tokio::sync::Mutex<()>>>>);

impl Turns {
    async fn of(&self, guest: AccountId) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Those that nobody has or waits for.
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            turns.entry(guest).or_default().clone()
        };
        turn.lock_owned().await
    }
}

fn guest_of(viewer: &Viewer) -> Option<AccountId> {
    let identity = viewer.identity();
    identity
        .filter(|identity| identity.kind == AccountKind::Guest)?
        .id
}

impl OrderService {
    /// The turn of a guest that takes an order, or makes one, if it may. It is held until the order is taken, or is not.
    pub(in crate::server::services) async fn guests_turn(
        &self,
        viewer: &Viewer,
        takes: Option<OrderId>,
    ) -> Result<Option<OwnedMutexGuard<()>>, Failure> {
        let Some(guest) = guest_of(viewer) else {
            return Ok(None);
        };
        let turn = self.turns.of(guest).await;
        self.check_guest(viewer, takes).await?;
        Ok(Some(turn))
    }

    /// Refuses a guest that has as many orders under way as it may, before it takes another one.
    pub async fn check_under_way(
        &self,
        viewer: &Viewer,
        takes: Option<OrderId>,
    ) -> Result<(), Error> {
        in_time(self.check_guest(viewer, takes)).await
    }

    /// Refuses a guest that has as many orders under way as it may. The order that it takes is none of them: a request
    /// that is sent again gets its first answer.
    async fn check_guest(&self, viewer: &Viewer, takes: Option<OrderId>) -> Result<(), Failure> {
        let Some(id) = guest_of(viewer) else {
            return Ok(());
        };
        let query = Query {
            index: order_documents::customer_index(id),
            before: None,
            limit: EXAMINED,
        };
        let listing = self.store.list(&[query]).await?;
        let pages = listing.pages.into_iter();
        let own = order_documents::readable(pages.flat_map(|page| page.documents));
        let under_way = own
            .iter()
            .filter(|(order, _)| !order.status.is_final() && Some(order.id) != takes);
        match under_way.count() < UNDER_WAY {
            true => Ok(()),
            false => Err(Error::TooMany(WAIT).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use uuid::Uuid;

    #[tokio::test]
    async fn a_guest_has_one_turn_at_a_time_and_none_is_kept() {
        let turns = Turns::default();
        let [ana, ben] = [1, 2].map(|n| AccountId(Uuid::from_u128(n)));
        let first = turns.of(ana).await;
        let mut second = Box::pin(turns.of(ana));
        assert!((&mut second).now_or_never().is_none());
        assert!(turns.of(ben).now_or_never().is_some());
        drop(first);
        drop(second.await);
        drop(turns.of(ben).await);
        assert_eq!(turns.0.lock().unwrap().len(), 1);
    }
}
