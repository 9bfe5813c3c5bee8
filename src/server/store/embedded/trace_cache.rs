//! The traces that the newest log entries were written in, by entry number. They are kept in memory alone.

use crate::{
    domain::Cursor,
    server::store::{Batch, JsonText},
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How many entries it covers. A reader that follows the log is never further behind for long.
const CAPACITY: usize = 512;

#[derive(Clone, Default)]
pub struct TraceCache(Arc<Mutex<VecDeque<(u64, JsonText)>>>);

impl TraceCache {
    /// Stores the trace of a batch that is being written and ends at `end`. Its numbers may be those of an earlier batch
    /// whose transaction failed.
    pub fn insert(&self, batch: &Batch, end: &Cursor) {
        let before = end.seq - batch.log.len() as u64;
        let mut all = self.lock();
        while all.back().is_some_and(|(seq, _)| *seq > before) {
            all.pop_back();
        }
        let Some(trace) = &batch.trace else { return };
        all.extend((before + 1..=end.seq).map(|seq| (seq, trace.clone())));
        let excess = all.len().saturating_sub(CAPACITY);
        all.drain(..excess);
    }

    pub fn get(&self, seq: u64) -> Option<JsonText> {
        let all = self.lock();
        let position = all.binary_search_by_key(&seq, |(seq, _)| *seq).ok()?;
        Some(all[position].1.clone())
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(u64, JsonText)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::Epoch,
        server::store::{Key, NewEntry},
    };

    #[test]
    fn a_number_that_is_assigned_again_has_the_later_trace() {
        let traces = TraceCache::default();
        let insert = |trace: Option<&str>, entries: usize, end: u64| {
            let entry = NewEntry {
                about: Key("thing:1".to_owned()),
                body: "{}".into(),
                repeats: None,
                published: true,
            };
            let batch = Batch {
                trace: trace.map(JsonText::from),
                log: vec![entry; entries],
                ..Batch::default()
            };
            let epoch = Epoch::new("e").unwrap();
            traces.insert(&batch, &Cursor { epoch, seq: end });
        };
        insert(Some("one"), 2, 2);
        // The transaction of these three failed.
        insert(Some("lost"), 3, 5);
        insert(Some("two"), 1, 3);
        insert(None, 1, 4);
        insert(Some("three"), 1, 5);
        let get = |seq| traces.get(seq).map(|trace| trace.to_string());
        let all: Vec<_> = (1..=6).map(get).collect();
        let expected = [
            Some("one"),
            Some("one"),
            Some("two"),
            None,
            Some("three"),
            None,
        ];
        assert_eq!(all, expected.map(|trace| trace.map(str::to_owned)));
    }
}
