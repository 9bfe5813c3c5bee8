//! How long things took: as much memory for a soak of a week as for an evening.

use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Times in microseconds: how many there were of each, to three digits.
#[derive(Clone, Default)]
pub struct Latencies {
    counts: BTreeMap<u32, u64>,
    longest: u32,
}

impl Latencies {
    pub fn add(&mut self, micros: u32) {
        *self.counts.entry(rounded(micros)).or_default() += 1;
        self.longest = self.longest.max(micros);
    }

    pub fn merge(&mut self, other: &Latencies) {
        for (micros, count) in &other.counts {
            *self.counts.entry(*micros).or_default() += count;
        }
        self.longest = self.longest.max(other.longest);
    }

    pub fn count(&self) -> u64 {
        self.counts.values().sum()
    }

    /// The smallest time that so many in a hundred are not above, in milliseconds; 0 where there is none.
    pub fn percentile(&self, percent: u64) -> f64 {
        let rank = (self.count() * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let found = self.counts.iter().find(|(_, count)| {
            seen += **count;
            seen >= rank
        });
        found.map_or(0.0, |(micros, _)| millis(*micros))
    }

    /// In milliseconds.
    pub fn longest(&self) -> f64 {
        millis(self.longest)
    }

    pub fn json(&self) -> Value {
        json!({
            "count": self.count(),
            "median": self.percentile(50),
            "p99": self.percentile(99),
            "max": self.longest(),
        })
    }
}

impl<'a> Extend<&'a u32> for Latencies {
    fn extend<I: IntoIterator<Item = &'a u32>>(&mut self, all: I) {
        all.into_iter().for_each(|micros| self.add(*micros));
    }
}

fn millis(micros: u32) -> f64 {
    f64::from(micros) / 1000.0
}

/// Down to three digits.
fn rounded(micros: u32) -> u32 {
    let unit = 10_u32.pow(micros.checked_ilog10().unwrap_or(0).saturating_sub(2));
    micros / unit * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(all: &[u32]) -> Latencies {
        let mut latencies = Latencies::default();
        latencies.extend(all);
        latencies
    }

    #[test]
    fn a_percentile_is_the_smallest_that_so_many_are_not_above() {
        let all: Vec<_> = (1..=200).rev().map(|n| n * 1000).collect();
        let (mut some, rest) = (of(&all[..50]), of(&all[50..]));
        some.merge(&rest);
        let figures = |of: &Latencies| {
            (
                of.count(),
                of.percentile(50),
                of.percentile(99),
                of.longest(),
            )
        };
        assert_eq!(figures(&some), (200, 100.0, 198.0, 200.0));
        assert_eq!(figures(&of(&[1500])), (1, 1.5, 1.5, 1.5));
        assert_eq!(figures(&of(&[])), (0, 0.0, 0.0, 0.0));
    }

    #[test]
    fn however_many_they_are_few_numbers_are_kept() {
        let all: Vec<_> = (0..1_000_000).collect();
        let all = of(&all);
        assert!(all.counts.len() < 5_000, "{}", all.counts.len());
        assert_eq!(all.count(), 1_000_000);
        assert_eq!((all.percentile(50), all.longest()), (499.0, 999.999));
        assert_eq!(
            [0, 999, 1_234, u32::MAX].map(rounded),
            [0, 999, 1_230, 4_290_000_000]
        );
    }
}
