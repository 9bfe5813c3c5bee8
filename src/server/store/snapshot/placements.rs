//! The keys of all documents, and the indexes that list each of them. Index names are stored once.

use crate::server::store::Index;
use std::collections::{BTreeMap, HashMap};

#[derive(Default)]
pub struct Placements {
    names: Vec<Index>,
    numbers: HashMap<String, u32>,
    keys: BTreeMap<String, Vec<u32>>,
}

impl Placements {
    /// Adds a document, unless it is there already.
    pub fn add_document(&mut self, key: &str) {
        if !self.keys.contains_key(key) {
            self.keys.insert(key.to_owned(), Vec::new());
        }
    }

    pub fn add_to_index(&mut self, index: &str, key: &str) {
        let number = match self.numbers.get(index) {
            Some(number) => *number,
            None => {
                let number = self.names.len() as u32;
                self.numbers.insert(index.to_owned(), number);
                self.names.push(Index(index.to_owned()));
                number
            }
        };
        let indexes = self.keys.entry(key.to_owned()).or_default();
        if !indexes.contains(&number) {
            indexes.push(number);
        }
    }

    pub fn len(&self) -> u64 {
        self.keys.len() as u64
    }

    /// Each key with its indexes, both in order.
    pub fn into_sorted(self) -> impl Iterator<Item = (String, Vec<Index>)> {
        let names = self.names;
        self.keys.into_iter().map(move |(key, numbers)| {
            let indexes = numbers.iter().map(|&n| names[n as usize].clone());
            let mut indexes: Vec<_> = indexes.collect();
            indexes.sort();
            (key, indexes)
        })
    }
}
