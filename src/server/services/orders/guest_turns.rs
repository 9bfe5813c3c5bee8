//! One order of a guest at a time.

use crate::domain::AccountId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::OwnedMutexGuard;

/// What a guest takes at the same time is taken one after another on this instance: so each order counts those before it.
#[derive(Default)]
pub struct Turns(Mutex<HashMap<AccountId, Arc<tokio::sync::Mutex<()>>>>);

impl Turns {
    pub async fn of(&self, guest: AccountId) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Those that nobody has or waits for.
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            turns.entry(guest).or_default().clone()
        };
        turn.lock_owned().await
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
