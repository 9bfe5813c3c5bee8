//! The accounts that an instance holds in memory: filled by reading, dropped by the entries of the log about them.

use super::known_account::KnownAccount;
use crate::domain::AccountId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How many are held at most.
const HELD: usize = 10_000;

#[derive(Default)]
pub struct Cache(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    held: HashMap<AccountId, Arc<KnownAccount>>,
    /// What is being read from the store.
    readings: HashMap<AccountId, Readings>,
}

/// The readings of one account that are under way.
#[derive(Default)]
struct Readings {
    number: usize,
    /// The account has changed since one of them began: they may have read it as it was.
    are_overtaken: bool,
}

/// A reading of an account, from before the store is asked until it is held.
pub struct Reading<'a> {
    cache: &'a Cache,
    id: AccountId,
}

impl Cache {
    pub fn get(&self, id: AccountId) -> Option<Arc<KnownAccount>> {
        self.lock().held.get(&id).cloned()
    }

    pub fn read(&self, id: AccountId) -> Reading<'_> {
        self.lock().readings.entry(id).or_default().number += 1;
        Reading { cache: self, id }
    }

    pub fn forget(&self, id: AccountId) {
        let mut inner = self.lock();
        inner.held.remove(&id);
        if let Some(readings) = inner.readings.get_mut(&id) {
            readings.are_overtaken = true;
        }
    }

    pub fn forget_all(&self) {
        let mut inner = self.lock();
        inner.held.clear();
        for readings in inner.readings.values_mut() {
            readings.are_overtaken = true;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reading<'_> {
    /// Holds what was read, unless the account has changed in the meantime.
    pub fn hold(self, found: &Arc<KnownAccount>) {
        let mut inner = self.cache.lock();
        let readings = inner.readings.get(&self.id);
        if readings.is_some_and(|readings| readings.are_overtaken) {
            return;
        }
        if inner.held.len() >= HELD && !inner.held.contains_key(&self.id) {
            // Any of them: the order of a hash map is random.
            let one = inner.held.keys().next().copied();
            one.map(|one| inner.held.remove(&one));
        }
        inner.held.insert(self.id, found.clone());
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        let mut inner = self.cache.lock();
        if let Some(readings) = inner.readings.get_mut(&self.id) {
            readings.number -= 1;
            if readings.number == 0 {
                inner.readings.remove(&self.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Account, AccountKind, AccountRole, Field, Name, samples::at};
    use uuid::Uuid;

    fn known(n: u128) -> Arc<KnownAccount> {
        let account = Account::new(
            AccountId(Uuid::from_u128(n)),
            AccountKind::Driver,
            AccountRole::Driver,
            Name::parse("Ana").unwrap(),
            at(0),
        );
        let text = serde_json::to_string(&account).unwrap().into();
        Arc::new(KnownAccount { account, text })
    }

    #[test]
    fn a_reading_that_was_overtaken_is_not_held() {
        let (cache, ana) = (Cache::default(), known(1));
        let id = ana.account.id;
        let (early, abandoned) = (cache.read(id), cache.read(id));
        cache.forget(id);
        early.hold(&ana);
        assert!(cache.get(id).is_none());
        drop(abandoned);
        cache.read(id).hold(&ana);
        assert!(cache.get(id).is_some());
        let early = cache.read(id);
        cache.forget_all();
        early.hold(&ana);
        assert!(cache.get(id).is_none() && cache.lock().readings.is_empty());
    }

    #[test]
    fn the_cache_is_bounded() {
        let cache = Cache::default();
        for n in 0..HELD as u128 + 10 {
            let one = known(n);
            cache.read(one.account.id).hold(&one);
            assert!(cache.get(one.account.id).is_some());
        }
        assert_eq!(cache.lock().held.len(), HELD);
    }
}
