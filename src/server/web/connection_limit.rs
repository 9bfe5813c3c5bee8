//! How many connections there may be: in all, and from one address. Connections of every kind are counted so by the
//! listener, and WebSockets once more, by a lower limit.
//!
//! Where people sign in, a third of all is kept for them: a crowd of others never shuts a kitchen out.

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
    /// How many of all may be anonymous: of clients that are not signed in.
    for_anonymous: usize,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    all: usize,
    anonymous: usize,
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
    is_anonymous: AtomicBool,
    /// By which it is counted, beside in all.
    address: Option<IpAddr>,
}

impl ConnectionLimit {
    pub fn new(limits: Limits, proxies: &[IpNet]) -> ConnectionLimit {
        ConnectionLimit {
            limits,
            proxies: proxies.to_vec(),
            for_anonymous: limits.total,
            open: Mutex::default(),
        }
    }

    /// Keeps a third of all for who is signed in.
    pub fn keeping_a_third(mut self) -> ConnectionLimit {
        self.for_anonymous = self.limits.total - self.limits.total / 3;
        self
    }

    /// Counts a connection from this address, on which somebody may sign in.
    pub fn acquire(self: &Arc<Self>, address: IpAddr) -> Result<Permit, Exceeded> {
        self.count(self.counted_by(address), self.limits.total)
    }

    /// Counts a connection from this address, of a client that is signed in, or of an anonymous one.
    pub fn acquire_for(
        self: &Arc<Self>,
        address: IpAddr,
        is_signed_in: bool,
    ) -> Result<Permit, Exceeded> {
        let anonymous = match is_signed_in {
            true => self.limits.total,
            false => self.for_anonymous,
        };
        let permit = self.count(self.counted_by(address), anonymous)?;
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
        anonymous_limit: usize,
    ) -> Result<Permit, Exceeded> {
        let mut open = self.open();
        if open.all >= self.limits.total || open.anonymous >= anonymous_limit {
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
        open.anonymous += 1;
        Ok(Permit {
            limit: self.clone(),
            is_anonymous: AtomicBool::new(true),
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
        if self.is_anonymous.swap(false, Ordering::Relaxed) {
            self.limit.open().anonymous -= 1;
        }
    }

    /// Whether it is anonymous, and one of those that are kept for who is signed in.
    pub fn exceeds_anonymous(&self) -> bool {
        let limit = &self.limit;
        self.is_anonymous.load(Ordering::Relaxed) && limit.open().anonymous > limit.for_anonymous
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut open = self.limit.open();
        open.all -= 1;
        if *self.is_anonymous.get_mut() {
            open.anonymous -= 1;
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
        let anonymous: Vec<_> = (0..2)
            .map(|_| limit.acquire_for(one, false).unwrap())
            .collect();
        assert_eq!(limit.acquire_for(other, false).err(), Some(Exceeded::Total));
        let known = limit.acquire_for(other, true).unwrap();
        assert_eq!(limit.acquire_for(other, true).err(), Some(Exceeded::Total));
        drop((anonymous, known));
        let open = limit.open();
        assert_eq!((open.all, open.anonymous), (0, 0));
    }

    #[test]
    fn a_connection_is_anonymous_until_somebody_signs_in_on_it() {
        let limit = Arc::new(ConnectionLimit::new(LIMITS, &[]).keeping_a_third());
        let from = |last| limit.acquire(IpAddr::from([192, 0, 2, last])).unwrap();
        let (first, second, third) = (from(1), from(2), from(3));
        assert!(third.exceeds_anonymous());
        third.sign_in();
        third.sign_in();
        assert!(!third.exceeds_anonymous() && !first.exceeds_anonymous());
        drop((first, second, third));
        assert_eq!(limit.open().anonymous, 0);
    }

    #[test]
    fn without_accounts_anonymous_connections_may_be_all() {
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
