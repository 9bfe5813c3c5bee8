//! Handles of metrics whose labels have few values: each is made once, so that measuring again looks no name up and
//! allocates nothing.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{PoisonError, RwLock},
};

/// The handles of one metric, by the values of its labels.
pub struct Handles<K, H> {
    make: fn(&K) -> H,
    made: RwLock<HashMap<K, H>>,
}

impl<K: Eq + Hash, H: Clone> Handles<K, H> {
    /// No handles yet: a metric appears when it is first measured.
    pub fn new(make: fn(&K) -> H) -> Handles<K, H> {
        Handles {
            make,
            made: RwLock::default(),
        }
    }

    pub fn get(&self, labels: K) -> H {
        let made = self.made.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(handle) = made.get(&labels) {
            return handle.clone();
        }
        drop(made);
        let handle = (self.make)(&labels);
        let mut made = self.made.write().unwrap_or_else(PoisonError::into_inner);
        made.entry(labels).or_insert(handle).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    static MADE: AtomicUsize = AtomicUsize::new(0);

    #[test]
    fn a_handle_is_made_once_for_each_value() {
        let handles = Handles::new(|label: &&str| {
            MADE.fetch_add(1, Ordering::Relaxed);
            Arc::new((*label).to_owned())
        });
        let first = handles.get("a");
        assert!(Arc::ptr_eq(&first, &handles.get("a")));
        assert_eq!(*handles.get("b"), "b");
        assert_eq!(MADE.load(Ordering::Relaxed), 2);
    }
}
