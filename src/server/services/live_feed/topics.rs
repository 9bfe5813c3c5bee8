//! Which entries of the ring concern the topics that sockets listen to, and who is to be woken by them.
//!
//! A socket finds its entries by number, however many lie between them. An entry that leaves the ring is remembered
//! by its number, so that a socket whose topics are silent is never too slow, however far the ring moves on.

use super::entry::FeedEntry;
use crate::domain::{AccountId, Ring, Topic};
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};
use tokio::sync::Notify;

/// The topics that have a listener, and the accounts whose sockets listen.
#[derive(Default)]
pub struct Topics {
    topics: HashMap<Topic, Listened>,
    accounts: HashMap<AccountId, Vec<Arc<Notify>>>,
}

struct Listened {
    /// The numbers of the entries that concern the topic, oldest first. Some of them may have left the ring.
    entries: VecDeque<u64>,
    /// All later ones are among them.
    complete_after: u64,
    listeners: Vec<Arc<Notify>>,
}

impl Topics {
    /// From now on `listener` is told when there are entries of `topics`.
    pub fn listen(
        &mut self,
        topics: &[Topic],
        listener: &Arc<Notify>,
        ring: Option<&Ring<FeedEntry>>,
    ) {
        for topic in topics {
            let listened = self.topics.entry(topic.clone()).or_insert_with(|| {
                let mut listened = Listened {
                    entries: VecDeque::new(),
                    complete_after: 0,
                    listeners: Vec::new(),
                };
                ring.inspect(|ring| listened.search(topic, ring));
                listened
            });
            listened.listeners.push(listener.clone());
        }
    }

    /// The inverse of [`Topics::listen`].
    pub fn leave(&mut self, topics: &[Topic], listener: &Arc<Notify>) {
        for topic in topics {
            let Some(listened) = self.topics.get_mut(topic) else {
                continue;
            };
            listened
                .listeners
                .retain(|other| !Arc::ptr_eq(other, listener));
            if listened.listeners.is_empty() {
                self.topics.remove(topic);
            }
        }
    }

    /// From now on `listener` is told when something has happened to an account, too.
    pub fn listen_to_account(&mut self, account: AccountId, listener: &Arc<Notify>) {
        let listeners = self.accounts.entry(account).or_default();
        listeners.push(listener.clone());
    }

    /// The inverse of [`Topics::listen_to_account`].
    pub fn leave_account(&mut self, account: AccountId, listener: &Arc<Notify>) {
        if let Some(listeners) = self.accounts.get_mut(&account) {
            listeners.retain(|other| !Arc::ptr_eq(other, listener));
            if listeners.is_empty() {
                self.accounts.remove(&account);
            }
        }
    }

    /// Tells the sockets of an account.
    pub fn notify_account(&self, account: AccountId) {
        let listeners = self.accounts.get(&account).into_iter().flatten();
        listeners.for_each(|listener| listener.notify_one());
    }

    /// Another ring takes the place of the one before.
    pub fn search_again(&mut self, ring: &Ring<FeedEntry>) {
        for listened in self.topics.values_mut() {
            listened.entries.clear();
            listened.complete_after = ring.oldest();
        }
        for (number, entry) in ring.after(ring.oldest()).into_iter().flatten() {
            self.add(number, entry, ring.oldest());
        }
    }

    /// Adds the newest entry of the ring.
    pub fn add_newest(&mut self, ring: &Ring<FeedEntry>) {
        if let Some(entry) = ring.get(ring.head()) {
            self.add(ring.head(), entry, ring.oldest());
        }
    }

    fn add(&mut self, number: u64, entry: &FeedEntry, oldest: u64) {
        for topic in entry.topics() {
            if let Some(listened) = self.topics.get_mut(&topic) {
                listened.forget(oldest);
                listened.entries.push_back(number);
            }
        }
    }

    /// Tells the listeners of one topic.
    pub fn notify(&self, topic: &Topic) {
        let listened = self.topics.get(topic);
        listened.into_iter().for_each(Listened::notify);
    }

    pub fn notify_all(&self) {
        self.topics.values().for_each(Listened::notify);
    }

    /// The first entries after a position that concern any of the topics, at most `limit`, oldest first. `None` where
    /// some of them have left the ring.
    pub fn after(
        &self,
        topics: &[Topic],
        position: u64,
        oldest: u64,
        limit: usize,
    ) -> Option<Vec<u64>> {
        let mut entries = Vec::new();
        for topic in topics {
            entries.extend(self.topics.get(topic)?.after(position, oldest)?.take(limit));
        }
        entries.sort_unstable();
        entries.dedup();
        entries.truncate(limit);
        Some(entries)
    }
}

impl Listened {
    fn search(&mut self, topic: &Topic, ring: &Ring<FeedEntry>) {
        self.complete_after = ring.oldest();
        let entries = ring.after(self.complete_after).into_iter().flatten();
        let concerned = entries.filter(|(_, entry)| entry.is_about(topic));
        self.entries = concerned.map(|(number, _)| number).collect();
    }

    fn notify(&self) {
        self.listeners
            .iter()
            .for_each(|listener| listener.notify_one());
    }

    /// Drops the numbers of entries that have left the ring.
    fn forget(&mut self, oldest: u64) {
        let left = self.entries.partition_point(|number| *number <= oldest);
        if let Some(newest) = self.entries.drain(..left).next_back() {
            self.complete_after = newest;
        }
    }

    fn after(&self, position: u64, oldest: u64) -> Option<impl Iterator<Item = u64>> {
        let start = self.entries.partition_point(|number| *number <= position);
        let is_held = self.entries.get(start).is_none_or(|next| *next > oldest);
        (position >= self.complete_after && is_held).then(|| self.entries.range(start..).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Event, Order, Subject,
        samples::{at, id, offer},
    };
    use bytes::Bytes;
    use proptest::prelude::*;

    fn entry(n: u128) -> FeedEntry {
        let (order, event_type) = Order::new(id(n), offer(), at(0));
        let event = Event {
            event_type,
            order,
            timestamp: at(0),
            actor: None,
            id: "e-1".parse().unwrap(),
        };
        FeedEntry::order(Bytes::new(), Subject::of(&event, None))
    }

    #[test]
    fn a_notice_is_under_its_pizzeria_and_under_all() {
        let (mut topics, mut ring) = (Topics::default(), Ring::new(0, 9));
        let (own, all) = (Topic::Restaurant(id(7).0), Topic::Shops);
        let orders = Topic::Dispatch;
        let listener = Arc::new(Notify::new());
        topics.listen(&[own.clone(), orders.clone()], &listener, Some(&ring));
        for n in [7, 8, 7] {
            ring.push(FeedEntry::shop(Bytes::new(), id(n).0));
            topics.add_newest(&ring);
        }
        // It comes later, and searches.
        topics.listen(std::slice::from_ref(&all), &listener, Some(&ring));
        let after = |topic: &Topic| topics.after(std::slice::from_ref(topic), 0, 0, 9);
        assert_eq!(after(&own), Some(vec![1, 3]));
        assert_eq!(after(&all), Some(vec![1, 2, 3]));
        assert_eq!(after(&orders), Some(vec![]));
    }

    proptest! {
        /// A reader gets exactly the entries that concern it, or learns that it cannot; and that only if it must.
        #[test]
        fn a_reader_of_topics_misses_nothing(
            orders in proptest::collection::vec(0u128..4, 1..40),
            about in proptest::collection::vec(0u128..4, 1..3),
            begin in 0usize..10,
            again in 0usize..40,
            capacity in 1usize..8,
            limit in 1usize..5,
        ) {
            let (mut topics, mut ring) = (Topics::default(), Ring::new(0, capacity));
            let of: Vec<_> = about.iter().map(|n| Topic::Order(id(*n))).collect();
            let listener = Arc::new(Notify::new());
            let mut known_after = 0;
            for (n, order) in orders.iter().enumerate() {
                if n == begin {
                    topics.listen(&of, &listener, Some(&ring));
                    known_after = ring.oldest();
                }
                ring.push(entry(*order));
                topics.add_newest(&ring);
                if n < begin {
                    continue;
                }
                if n == again {
                    topics.search_again(&ring);
                    known_after = ring.oldest();
                }
                for position in 0..=ring.head() {
                    let concerned = (1..).zip(&orders[..=n]).filter(|(number, order)| {
                        *number > position && about.contains(order)
                    });
                    let concerned: Vec<u64> = concerned.map(|(number, _)| number).take(limit).collect();
                    match topics.after(&of, position, ring.oldest(), limit) {
                        Some(found) => prop_assert_eq!(found, concerned),
                        None => prop_assert!(
                            position < known_after || concerned.first().is_some_and(|first| *first <= ring.oldest())
                        ),
                    }
                }
            }
            topics.leave(&of, &listener);
            prop_assert!(topics.topics.is_empty());
        }
    }
}
