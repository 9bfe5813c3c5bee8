//! The tables of one write transaction: each is opened once, however many changes the transaction has.

use super::tables::{DOCUMENTS, DbResult, ENDS, HISTORY, INDEXES, LOG, ONCE, TOTALS};
use crate::server::store::{Index, IndexChange, Key};
use redb::{ReadableTable, Table, WriteTransaction};
use std::collections::HashMap;

pub struct OpenTables<'txn> {
    pub documents: Table<'txn, &'static str, &'static str>,
    pub history: Table<'txn, (&'static str, u64), &'static str>,
    pub log: Table<'txn, u64, &'static str>,
    pub indexes: Table<'txn, (&'static str, &'static str), ()>,
    totals: Table<'txn, &'static str, u64>,
    once: Table<'txn, &'static str, (i64, &'static str)>,
    ends: Table<'txn, (i64, &'static str), ()>,
    /// How many keys each index has gained; written by [`OpenTables::close`].
    gained: HashMap<String, i64>,
}

impl<'txn> OpenTables<'txn> {
    pub fn open(txn: &'txn WriteTransaction) -> DbResult<OpenTables<'txn>> {
        Ok(OpenTables {
            documents: txn.open_table(DOCUMENTS)?,
            history: txn.open_table(HISTORY)?,
            log: txn.open_table(LOG)?,
            indexes: txn.open_table(INDEXES)?,
            totals: txn.open_table(TOTALS)?,
            once: txn.open_table(ONCE)?,
            ends: txn.open_table(ENDS)?,
            gained: HashMap::new(),
        })
    }

    /// Adds a key to an index or removes it.
    pub fn apply_index(&mut self, change: &IndexChange) -> DbResult<()> {
        let (Index(index), gained) = match change {
            IndexChange::In(index, Key(key)) => {
                let before = self.indexes.insert((index.0.as_str(), key.as_str()), ())?;
                (index, i64::from(before.is_none()))
            }
            IndexChange::Out(index, Key(key)) => {
                let before = self.indexes.remove((index.0.as_str(), key.as_str()))?;
                (index, -i64::from(before.is_some()))
            }
        };
        match self.gained.get_mut(index) {
            Some(so_far) => *so_far += gained,
            None => {
                self.gained.insert(index.clone(), gained);
            }
        }
        Ok(())
    }

    /// Whether these changes would give an index more than `limit` keys. Only a key that is new asks for room; what
    /// leaves the index with the same changes gives its room back.
    pub fn is_full(&self, index: &Index, limit: u64, changes: &[IndexChange]) -> DbResult<bool> {
        let of_index = changes.iter().filter_map(|change| match change {
            IndexChange::In(of, key) => (of == index).then_some((key, true)),
            IndexChange::Out(of, key) => (of == index).then_some((key, false)),
        });
        // Of several changes of one key the last one counts.
        let after: HashMap<&Key, bool> = of_index.collect();
        let (mut new, mut gone) = (0, 0);
        for (Key(key), is_in) in after {
            let entry = self.indexes.get((index.0.as_str(), key.as_str()))?;
            match (entry.is_some(), is_in) {
                (false, true) => new += 1,
                (true, false) => gone += 1,
                _ => {}
            }
        }
        Ok(new > 0 && self.total(&index.0)? + new > limit.saturating_add(gone))
    }

    /// How many keys an index has, with the changes of this transaction.
    fn total(&self, index: &str) -> DbResult<u64> {
        let before = self.totals.get(index)?.map_or(0, |n| n.value());
        let gained = self.gained.get(index).copied().unwrap_or(0);
        Ok(before.saturating_add_signed(gained))
    }

    /// What is stored under the name of a batch, unless it has expired by `now` (milliseconds since 1970).
    pub fn record<T>(
        &self,
        name: &str,
        now: i64,
        read: impl FnOnce(&str) -> T,
    ) -> DbResult<Option<T>> {
        let stored = self.once.get(name)?;
        let stored = stored.as_ref().map(|stored| stored.value());
        let stored = stored.filter(|(expires, _)| *expires > now);
        Ok(stored.map(|(_, stored)| read(stored)))
    }

    pub fn insert_record(&mut self, name: &str, expires: i64, stored: &str) -> DbResult<()> {
        self.once.insert(name, (expires, stored))?;
        self.ends.insert((expires, name), ())?;
        Ok(())
    }

    /// Removes the records of named batches that have expired.
    pub fn remove_expired(&mut self, now: i64) -> DbResult<()> {
        for expired in self.ends.extract_from_if(..(now, ""), |_, ()| true)? {
            let expired = expired?.0;
            let (_, name) = expired.value();
            // A later batch may have used the same name.
            if self
                .once
                .get(name)?
                .is_some_and(|stored| stored.value().0 < now)
            {
                self.once.remove(name)?;
            }
        }
        Ok(())
    }

    /// Writes the totals of the indexes.
    pub fn close(mut self) -> DbResult<()> {
        for index in self.gained.keys() {
            let total = self.total(index)?;
            self.totals.insert(index.as_str(), total)?;
        }
        Ok(())
    }
}
