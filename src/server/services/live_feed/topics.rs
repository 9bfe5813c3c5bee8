//! Which entries of the ring concern the topics that sockets listen to, and who is to be woken by them.
//!
//! A socket finds its entries by number, however many lie between them. An entry that leaves the ring is remembered
//! by its number, so that a socket whose topics are silent is never too slow, however far the ring moves on.

use crate::domain::{Ring, Subject, Topic};
use bytes::Bytes;
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};
use tokio::sync::Notify;

/// An entry of the log, as the ring holds it.
pub struct Entry {
    /// As every socket sends it.
    pub text: Bytes,
    /// Whom it concerns, so that no reader parses it.
    pub subject: Subject,
}

/// The topics that have a listener.
#[derive(Default)]
pub struct Topics(HashMap<Topic, Listened>);

struct Listened {
    /// The numbers of the entries that concern the topic, oldest first. Some of them may have left the ring.
    entries: VecDeque<u64>,
    /// All later ones are among them.
    complete_after: u64,
    listeners: Vec<Arc<Notify>>,
}

impl Topics {
    /// From now on `listener` is told when there are entries of `topics`.
    pub fn listen(&mut self, topics: &[Topic], listener: &Arc<Notify>, ring: Option<&Ring<Entry>>) {
        for topic in topics {
            let listened = self.0.entry(topic.clone()).or_insert_with(|| {
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
            let Some(listened) = self.0.get_mut(topic) else {
                continue;
            };
            listened
                .listeners
                .retain(|other| !Arc::ptr_eq(other, listener));
            if listened.listeners.is_empty() {
                self.0.remove(topic);
            }
        }
    }

    /// Another ring takes the place of the one before.
    pub fn search_again(&mut self, ring: &Ring<Entry>) {
        for (topic, listened) in &mut self.0 {
            listened.search(topic, ring);
        }
    }

    /// Adds the newest entry of the ring.
    pub fn add_newest(&mut self, ring: &Ring<Entry>) {
        let topics = ring.get(ring.head()).map(|entry| entry.subject.topics());
        for topic in topics.into_iter().flatten() {
            if let Some(listened) = self.0.get_mut(&topic) {
                listened.forget(ring.oldest());
                listened.entries.push_back(ring.head());
            }
        }
    }

    /// Tells the listeners of one topic.
    pub fn notify(&self, topic: &Topic) {
        let listened = self.0.get(topic);
        listened.into_iter().for_each(Listened::notify);
    }

    pub fn notify_all(&self) {
        self.0.values().for_each(Listened::notify);
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
            entries.extend(self.0.get(topic)?.after(position, oldest)?.take(limit));
        }
        entries.sort_unstable();
        entries.dedup();
        entries.truncate(limit);
        Some(entries)
    }
}

impl Listened {
    fn search(&mut self, topic: &Topic, ring: &Ring<Entry>) {
        self.complete_after = ring.oldest();
        let entries = ring.after(self.complete_after).into_iter().flatten();
        let concerned = entries.filter(|(_, entry)| topic.concerns(&entry.subject));
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
        if let Some(newest) = self.entries.drain(..left).last() {
            self.complete_after = newest;
        }
    }

    fn after(&self, position: u64, oldest: u64) -> Option<impl Iterator<Item = u64>> {
        let start = self.entries.partition_point(|number| *number <= position);
        let is_held = self.entries.get(start).is_none_or(|next| *next > oldest);
        (position >= self.complete_after && is_held).then(|| self.entries.range(start..).copied())
    }
}
