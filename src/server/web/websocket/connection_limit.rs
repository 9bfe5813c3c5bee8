//! How many live connections there may be: in all, and of one address.

use crate::{
    domain::Error,
    server::web::{middleware::rate_limit::rate_limit_key, problem::Problem},
};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard},
};

pub struct ConnectionLimit {
    total: usize,
    per_address: usize,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    all: usize,
    by: HashMap<IpAddr, usize>,
}

/// The right to one connection, given back when it is dropped.
pub struct Permit {
    limit: Arc<ConnectionLimit>,
    address: IpAddr,
}

impl ConnectionLimit {
    pub fn new(total: usize, per_address: usize) -> ConnectionLimit {
        ConnectionLimit {
            total,
            per_address,
            open: Mutex::default(),
        }
    }

    pub fn acquire(self: &Arc<Self>, address: IpAddr) -> Result<Permit, Problem> {
        let address = rate_limit_key(address);
        let mut open = self.open();
        if open.all >= self.total {
            return Err(Problem::ConnectionLimitReached);
        }
        let own = open.by.get(&address).copied().unwrap_or_default();
        if own >= self.per_address {
            return Err(Error::TooMany(1).into());
        }
        open.by.insert(address, own + 1);
        open.all += 1;
        Ok(Permit {
            limit: self.clone(),
            address,
        })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut open = self.limit.open();
        open.all -= 1;
        match open.by.remove(&self.address) {
            Some(own) if own > 1 => drop(open.by.insert(self.address, own - 1)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_counted_in_all_and_by_address() {
        let limit = Arc::new(ConnectionLimit::new(3, 2));
        let [one, other] = ["192.0.2.1", "192.0.2.2"].map(|a| a.parse().unwrap());
        let first = limit.acquire(one).unwrap();
        let _second = limit.acquire(one).unwrap();
        assert_eq!(limit.acquire(one).err(), Some(Error::TooMany(1).into()));
        let _third = limit.acquire(other).unwrap();
        assert_eq!(
            limit.acquire(other).err(),
            Some(Problem::ConnectionLimitReached)
        );
        drop(first);
        assert!(limit.acquire(other).is_ok());
        assert_eq!(limit.open().by.len(), 2);
    }
}
