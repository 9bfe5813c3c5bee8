//! The active drivers that an instance holds in memory, until an account changes.

use crate::domain::Account;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Default)]
pub struct HeldDrivers(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    /// How often an account has changed: a reading that this has overtaken is not held.
    changes: u64,
    held: Option<Arc<Vec<Account>>>,
}

impl HeldDrivers {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Some account has changed.
    pub fn forget(&self) {
        let mut inner = self.lock();
        inner.changes += 1;
        inner.held = None;
    }

    pub fn changes(&self) -> u64 {
        self.lock().changes
    }

    pub fn held(&self) -> Option<Arc<Vec<Account>>> {
        self.lock().held.clone()
    }

    pub fn hold(&self, read: &Arc<Vec<Account>>, changes: u64) {
        let mut inner = self.lock();
        if inner.changes == changes {
            inner.held = Some(read.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_that_was_overtaken_is_not_held() {
        let (drivers, read) = (HeldDrivers::default(), Arc::new(Vec::new()));
        let early = drivers.changes();
        drivers.forget();
        drivers.hold(&read, early);
        assert!(drivers.held().is_none());
        drivers.hold(&read, drivers.changes());
        assert!(drivers.held().is_some());
        drivers.forget();
        assert!(drivers.held().is_none());
    }
}
