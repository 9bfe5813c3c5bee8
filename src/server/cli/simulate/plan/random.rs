//! The random numbers of a plan.

use fastrand::Rng;
use std::{ops::RangeInclusive, time::Duration};

/// True in `in_a_thousand` of a thousand cases.
pub fn chance(rng: &mut Rng, in_a_thousand: u32) -> bool {
    rng.u32(..1000) < in_a_thousand
}

pub fn seconds_of(rng: &mut Rng, range: RangeInclusive<u64>) -> Duration {
    Duration::from_secs(rng.u64(range))
}

pub fn minutes(rng: &mut Rng, range: RangeInclusive<u64>) -> Duration {
    let (from, to) = range.into_inner();
    seconds_of(rng, from * 60..=to * 60)
}
