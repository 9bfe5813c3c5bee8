//! How many requests an address may send: a bucket that fills at the rate, and holds four seconds of it.

use crate::domain::Error;
use governor::{
    DefaultKeyedRateLimiter, Quota,
    clock::{Clock, DefaultClock},
};
use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
};

/// Addresses that are remembered before those that are at rest are forgotten.
const CROWD: usize = 10_000;
const BURST: u32 = 4;

pub struct Limits {
    buckets: Option<DefaultKeyedRateLimiter<IpAddr>>,
}

impl Limits {
    pub fn new(rate: Option<NonZeroU32>) -> Limits {
        let quota = |rate: NonZeroU32| {
            Quota::per_second(rate)
                .allow_burst(rate.saturating_mul(NonZeroU32::MIN.saturating_add(BURST - 1)))
        };
        Limits {
            buckets: rate.map(|rate| DefaultKeyedRateLimiter::keyed(quota(rate))),
        }
    }

    pub fn check(&self, address: IpAddr) -> Result<(), Error> {
        let Some(buckets) = &self.buckets else {
            return Ok(());
        };
        if buckets.len() > CROWD {
            buckets.retain_recent();
        }
        buckets.check_key(&household(address)).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            Error::TooMany(wait.as_secs() + 1)
        })
    }
}

/// Whoever has an IPv6 address has 2^64 of them.
pub fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_four_seconds_of_the_rate() {
        let limits = Limits::new(NonZeroU32::new(5));
        let address = "192.0.2.1".parse().unwrap();
        for _ in 0..20 {
            assert_eq!(limits.check(address), Ok(()));
        }
        assert_eq!(limits.check(address), Err(Error::TooMany(1)));
        assert_eq!(limits.check("192.0.2.2".parse().unwrap()), Ok(()));
        assert_eq!(Limits::new(None).check(address), Ok(()));
    }

    #[test]
    fn addresses_of_one_network_count_as_one() {
        assert_eq!(
            household("2001:db8:1:2:3:4:5:6".parse().unwrap()),
            "2001:db8:1:2::".parse::<IpAddr>().unwrap()
        );
        assert_eq!(
            household("::ffff:192.0.2.1".parse().unwrap()),
            "192.0.2.1".parse::<IpAddr>().unwrap()
        );
    }
}
