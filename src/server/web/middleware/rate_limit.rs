//! How many requests an address may send: a bucket that fills at the rate, and holds four seconds of it.

use crate::{
    domain::{AccountId, Error},
    server::{telemetry::metrics::RATE_LIMITED, web::operations},
};
use governor::{
    DefaultKeyedRateLimiter, Quota,
    clock::{Clock, DefaultClock},
};
use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
};

/// Buckets that are kept before the full ones are dropped.
const MAX_BUCKETS: usize = 10_000;
/// Seconds of the rate that a bucket holds.
const BURST: u32 = 4;

pub struct RateLimit {
    buckets: Option<DefaultKeyedRateLimiter<Counted>>,
}

/// What requests are counted by.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Counted {
    Network(IpAddr),
    /// Of who is signed in: many of them may be behind one address.
    Account(AccountId),
}

impl RateLimit {
    pub fn new(rate: Option<NonZeroU32>) -> RateLimit {
        let quota = |rate: NonZeroU32| {
            Quota::per_second(rate)
                .allow_burst(rate.saturating_mul(NonZeroU32::MIN.saturating_add(BURST - 1)))
        };
        RateLimit {
            buckets: rate.map(|rate| DefaultKeyedRateLimiter::keyed(quota(rate))),
        }
    }

    /// Refuses a request that exceeds the rate. Not counted: health, the site's files, and metrics, which have a limit
    /// of their own.
    pub fn enforce(
        &self,
        path: &str,
        client: IpAddr,
        account: Option<AccountId>,
    ) -> Result<(), Error> {
        if operations::PATHS.contains(&path) || path.starts_with("/pkg/") {
            return Ok(());
        }
        let network = || Counted::Network(rate_limit_key(client));
        self.count(account.map_or_else(network, Counted::Account))
            .inspect_err(|_| metrics::counter!(RATE_LIMITED).increment(1))
    }

    pub fn check(&self, address: IpAddr) -> Result<(), Error> {
        self.count(Counted::Network(rate_limit_key(address)))
    }

    fn count(&self, counted: Counted) -> Result<(), Error> {
        let Some(buckets) = &self.buckets else {
            return Ok(());
        };
        // Counting them locks them all: one request in 256 does.
        if fastrand::u8(..) == 0 && buckets.len() > MAX_BUCKETS {
            buckets.retain_recent();
        }
        buckets.check_key(&counted).map_err(|free_at| {
            let wait = free_at.wait_time_from(DefaultClock::default().now());
            Error::TooMany(wait.as_secs() + 1)
        })
    }
}

/// What addresses are counted by: a client with one IPv6 address has 2^64 of them, so there it is the network. All
/// link-local addresses are of one network, though they belong to many machines.
pub fn rate_limit_key(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) if !v6.is_unicast_link_local() => {
            Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into()
        }
        whole => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_four_seconds_of_the_rate() {
        let limit = RateLimit::new(NonZeroU32::new(5));
        let address = "192.0.2.1".parse().unwrap();
        for _ in 0..20 {
            assert_eq!(limit.check(address), Ok(()));
        }
        assert_eq!(limit.check(address), Err(Error::TooMany(1)));
        assert_eq!(limit.check("192.0.2.2".parse().unwrap()), Ok(()));
        // Who is signed in does not wait for its neighbours.
        let account = |n| Some(AccountId(uuid::Uuid::from_u128(n)));
        assert!(limit.enforce("/", address, None).is_err());
        for _ in 0..20 {
            assert_eq!(limit.enforce("/", address, account(1)), Ok(()));
        }
        assert!(limit.enforce("/", address, account(1)).is_err());
        assert_eq!(limit.enforce("/", address, account(2)), Ok(()));
        assert_eq!(RateLimit::new(None).check(address), Ok(()));
    }

    #[test]
    fn addresses_of_one_network_count_as_one() {
        assert_eq!(
            rate_limit_key("2001:db8:1:2:3:4:5:6".parse().unwrap()),
            "2001:db8:1:2::".parse::<IpAddr>().unwrap()
        );
        for (address, key) in [
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("fe80::1:2", "fe80::1:2"),
        ] {
            let key: IpAddr = key.parse().unwrap();
            assert_eq!(rate_limit_key(address.parse().unwrap()), key);
        }
    }
}
