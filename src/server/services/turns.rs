//! One at a time: of the orders of one guest, or of the edits of one pizzeria.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::OwnedMutexGuard;

/// Whose turn it is, for each key, on this instance. What a turn leaves in its guard is there for those that wait for it,
/// and is gone with the last of them.
pub struct Turns<K, T = ()>(Mutex<HashMap<K, Arc<tokio::sync::Mutex<T>>>>);

impl<K, T> Default for Turns<K, T> {
    fn default() -> Turns<K, T> {
        Turns(Mutex::default())
    }
}

impl<K: Eq + Hash, T: Default> Turns<K, T> {
    pub async fn of(&self, key: K) -> OwnedMutexGuard<T> {
        let turn = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Those that nobody has or waits for.
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            turns.entry(key).or_default().clone()
        };
        turn.lock_owned().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[tokio::test]
    async fn a_key_has_one_turn_at_a_time_and_none_is_kept() {
        let turns: Turns<u8> = Turns::default();
        let first = turns.of(1).await;
        let mut second = Box::pin(turns.of(1));
        assert!((&mut second).now_or_never().is_none());
        assert!(turns.of(2).now_or_never().is_some());
        drop(first);
        drop(second.await);
        drop(turns.of(2).await);
        assert_eq!(turns.0.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn what_a_turn_leaves_is_for_those_that_wait() {
        let turns: Turns<u8, Option<&str>> = Turns::default();
        let mut first = turns.of(1).await;
        let mut second = Box::pin(turns.of(1));
        assert!((&mut second).now_or_never().is_none());
        *first = Some("read");
        drop(first);
        assert_eq!(*second.await, Some("read"));
        assert_eq!(*turns.of(1).await, None);
    }
}
