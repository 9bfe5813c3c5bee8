//! How many connections there may be: in all, and from one address. Connections of every kind are counted so by the
//! listener, and WebSockets once more, by a lower limit.

use super::{middleware::rate_limit::rate_limit_key, problem::Problem};
use crate::{
    domain::Error,
    server::config::{Limits, is_proxy},
};
use ipnet::IpNet;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard},
};

pub struct ConnectionLimit {
    limits: Limits,
    /// Their connections are those of many clients, and are counted in all alone.
    proxies: Vec<IpNet>,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    all: usize,
    by: HashMap<IpAddr, usize>,
}

/// The limit that has been reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exceeded {
    Total,
    Address,
}

/// The right to one connection, given back when it is dropped.
pub struct Permit {
    limit: Arc<ConnectionLimit>,
    /// By which it is counted, beside in all.
    address: Option<IpAddr>,
}

impl ConnectionLimit {
    pub fn new(limits: Limits, proxies: &[IpNet]) -> ConnectionLimit {
        ConnectionLimit {
            limits,
            proxies: proxies.to_vec(),
            open: Mutex::default(),
        }
    }

    /// Counts a connection from this address.
    pub fn acquire(self: &Arc<Self>, address: IpAddr) -> Result<Permit, Exceeded> {
        let address = address.to_canonical();
        let is_counted = !is_proxy(&self.proxies, address);
        self.count(is_counted.then(|| rate_limit_key(address)))
    }

    /// Counts a connection in all alone.
    pub fn acquire_in_total(self: &Arc<Self>) -> Result<Permit, Exceeded> {
        self.count(None)
    }

    pub fn total(&self) -> usize {
        self.limits.total
    }

    /// The number of connections that are open now.
    pub fn count_open(&self) -> usize {
        self.open().all
    }

    fn count(self: &Arc<Self>, address: Option<IpAddr>) -> Result<Permit, Exceeded> {
        let mut open = self.open();
        if open.all >= self.limits.total {
            return Err(Exceeded::Total);
        }
        if let Some(address) = address {
            let own = open.by.get(&address).copied().unwrap_or_default();
            if own >= self.limits.per_address {
                return Err(Exceeded::Address);
            }
            open.by.insert(address, own + 1);
        }
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
        let Some(address) = self.address else {
            return;
        };
        match open.by.remove(&address) {
            Some(own) if own > 1 => drop(open.by.insert(address, own - 1)),
            _ => {}
        }
    }
}

/// How a WebSocket above a limit is refused.
impl From<Exceeded> for Problem {
    fn from(exceeded: Exceeded) -> Problem {
        match exceeded {
            Exceeded::Total => Problem::ConnectionLimitReached,
            Exceeded::Address => Error::TooMany(1).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        total: 3,
        per_address: 2,
    };

    #[test]
    fn connections_are_counted_in_all_and_by_address() {
        let limit = Arc::new(ConnectionLimit::new(LIMITS, &[]));
        let [one, other] = ["192.0.2.1", "192.0.2.2"].map(|a| a.parse().unwrap());
        let first = limit.acquire(one).unwrap();
        let _second = limit.acquire(one).unwrap();
        assert_eq!(limit.acquire(one).err(), Some(Exceeded::Address));
        let _third = limit.acquire(other).unwrap();
        assert_eq!(limit.acquire(other).err(), Some(Exceeded::Total));
        assert_eq!(limit.acquire_in_total().err(), Some(Exceeded::Total));
        drop(first);
        assert!(limit.acquire(other).is_ok());
        assert_eq!(limit.open().by.len(), 2);
    }

    #[test]
    fn a_trusted_proxy_is_counted_in_all_alone() {
        let proxies = ["10.0.0.0/8".parse().unwrap()];
        let limit = Arc::new(ConnectionLimit::new(LIMITS, &proxies));
        let proxy = "::ffff:10.0.0.1".parse().unwrap();
        let open: Vec<_> = (0..3).map(|_| limit.acquire(proxy).unwrap()).collect();
        assert_eq!(limit.acquire(proxy).err(), Some(Exceeded::Total));
        assert!(limit.open().by.is_empty());
        drop(open);
        assert_eq!(limit.count_open(), 0);
    }
}
