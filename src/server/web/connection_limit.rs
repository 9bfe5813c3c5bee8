//! How many connections there may be: in all, and from one address. Connections of every kind are counted so by the
//! listener, and WebSockets once more, by a lower limit.
//!
//! Where people sign in, a third of all is kept for them: a crowd of strangers never shuts a kitchen out.

use super::{middleware::rate_limit::rate_limit_key, problem::Problem};
use crate::{
    domain::Error,
    server::config::{Limits, is_proxy},
};
use ipnet::IpNet;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
};

pub struct ConnectionLimit {
    limits: Limits,
    /// Their connections are those of many clients, and are counted in all alone.
    proxies: Vec<IpNet>,
    /// How many of all strangers may have.
    for_strangers: usize,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    all: usize,
    strangers: usize,
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
    /// Nobody has signed in on it.
    is_strangers: AtomicBool,
    /// By which it is counted, beside in all.
    address: Option<IpAddr>,
}

impl ConnectionLimit {
    pub fn new(limits: Limits, proxies: &[IpNet]) -> ConnectionLimit {
        ConnectionLimit {
            limits,
            proxies: proxies.to_vec(),
            for_strangers: limits.total,
            open: Mutex::default(),
        }
    }

    /// Keeps a third of all for who is signed in.
    pub fn keeping_a_third(mut self) -> ConnectionLimit {
        self.for_strangers = self.limits.total - self.limits.total / 3;
        self
    }

    /// Counts a connection from this address, on which somebody may sign in.
    pub fn acquire(self: &Arc<Self>, address: IpAddr) -> Result<Permit, Exceeded> {
        self.count(self.counted_by(address), self.limits.total)
    }

    /// Counts a connection from this address, of somebody who is signed in or of a stranger.
    pub fn acquire_for(
        self: &Arc<Self>,
        address: IpAddr,
        is_signed_in: bool,
    ) -> Result<Permit, Exceeded> {
        let strangers = match is_signed_in {
            true => self.limits.total,
            false => self.for_strangers,
        };
        let permit = self.count(self.counted_by(address), strangers)?;
        if is_signed_in {
            permit.sign_in();
        }
        Ok(permit)
    }

    fn counted_by(&self, address: IpAddr) -> Option<IpAddr> {
        let address = address.to_canonical();
        (!is_proxy(&self.proxies, address)).then(|| rate_limit_key(address))
    }

    /// Counts a connection in all alone.
    pub fn acquire_in_total(self: &Arc<Self>) -> Result<Permit, Exceeded> {
        self.count(None, self.limits.total)
    }

    pub fn total(&self) -> usize {
        self.limits.total
    }

    /// The number of connections that are open now.
    pub fn count_open(&self) -> usize {
        self.open().all
    }

    fn count(
        self: &Arc<Self>,
        address: Option<IpAddr>,
        most_strangers: usize,
    ) -> Result<Permit, Exceeded> {
        let mut open = self.open();
        if open.all >= self.limits.total || open.strangers >= most_strangers {
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
        open.strangers += 1;
        Ok(Permit {
            limit: self.clone(),
            is_strangers: AtomicBool::new(true),
            address,
        })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Permit {
    /// Somebody has signed in on it.
    pub fn sign_in(&self) {
        if self.is_strangers.swap(false, Ordering::Relaxed) {
            self.limit.open().strangers -= 1;
        }
    }

    /// Whether it is a stranger's, and one of those that are kept for others.
    pub fn is_beyond_strangers(&self) -> bool {
        let limit = &self.limit;
        self.is_strangers.load(Ordering::Relaxed) && limit.open().strangers > limit.for_strangers
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut open = self.limit.open();
        open.all -= 1;
        if *self.is_strangers.get_mut() {
            open.strangers -= 1;
        }
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
    fn a_third_is_kept_for_who_is_signed_in() {
        let limit = Arc::new(ConnectionLimit::new(LIMITS, &[]).keeping_a_third());
        let [one, other] = ["192.0.2.1", "192.0.2.2"].map(|a| a.parse().unwrap());
        let strangers: Vec<_> = (0..2)
            .map(|_| limit.acquire_for(one, false).unwrap())
            .collect();
        assert_eq!(limit.acquire_for(other, false).err(), Some(Exceeded::Total));
        let known = limit.acquire_for(other, true).unwrap();
        assert_eq!(limit.acquire_for(other, true).err(), Some(Exceeded::Total));
        drop((strangers, known));
        let open = limit.open();
        assert_eq!((open.all, open.strangers), (0, 0));
    }

    #[test]
    fn a_connection_is_a_strangers_until_somebody_signs_in_on_it() {
        let limit = Arc::new(ConnectionLimit::new(LIMITS, &[]).keeping_a_third());
        let from = |last| limit.acquire(IpAddr::from([192, 0, 2, last])).unwrap();
        let (first, second, third) = (from(1), from(2), from(3));
        assert!(third.is_beyond_strangers());
        third.sign_in();
        third.sign_in();
        assert!(!third.is_beyond_strangers() && !first.is_beyond_strangers());
        drop((first, second, third));
        assert_eq!(limit.open().strangers, 0);
    }

    #[test]
    fn without_accounts_strangers_may_have_all() {
        let limit = Arc::new(ConnectionLimit::new(LIMITS, &[]));
        let open: Vec<_> = (1..4)
            .map(|last| limit.acquire_for(IpAddr::from([192, 0, 2, last]), false))
            .collect();
        assert!(open.iter().all(Result::is_ok));
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
