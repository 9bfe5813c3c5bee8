//! Latencies of any number of requests in constant memory.

use hdrhistogram::Histogram;
use serde_json::{Value, json};

/// Latencies in microseconds, kept to three significant digits.
#[derive(Clone)]
pub struct Latencies(Histogram<u64>);

impl Default for Latencies {
    fn default() -> Latencies {
        #[expect(clippy::expect_used, reason = "the library accepts these constants")]
        let histogram = Histogram::new_with_max(u32::MAX.into(), 3).expect("constant bounds");
        Latencies(histogram)
    }
}

impl Latencies {
    pub fn add(&mut self, micros: u32) {
        self.0.saturating_record(micros.into());
    }

    pub fn merge(&mut self, other: &Latencies) {
        // All have the same bounds, the one thing that can differ.
        let _ = self.0.add(&other.0);
    }

    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The smallest latency that `percent` of all do not exceed, in milliseconds; 0 where there are none.
    pub fn percentile(&self, percent: u8) -> f64 {
        millis(self.0.value_at_percentile(percent.into()))
    }

    /// In milliseconds.
    pub fn longest(&self) -> f64 {
        millis(self.0.max())
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

fn millis(micros: u64) -> f64 {
    micros as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(all: &[u32]) -> Latencies {
        let mut latencies = Latencies::default();
        latencies.extend(all);
        latencies
    }

    /// Count, median, 99th percentile and maximum, the times rounded to whole milliseconds.
    fn summary(of: &Latencies) -> (u64, f64, f64, f64) {
        let [median, p99] = [50, 99].map(|percent| of.percentile(percent).round());
        (of.count(), median, p99, of.longest().round())
    }

    #[test]
    fn a_merged_histogram_has_the_percentiles_of_all() {
        let all: Vec<_> = (1..=200).rev().map(|n| n * 1000).collect();
        let (mut some, rest) = (of(&all[..50]), of(&all[50..]));
        some.merge(&rest);
        assert_eq!(summary(&some), (200, 100.0, 198.0, 200.0));
        assert_eq!(summary(&of(&[])), (0, 0.0, 0.0, 0.0));
    }

    #[test]
    fn short_latencies_are_exact_and_long_ones_have_three_digits() {
        let short = of(&[1500]);
        assert_eq!((short.percentile(50), short.longest()), (1.5, 1.5));
        let hour = of(&[3_600_000_000]).percentile(50);
        assert!((hour / 3_600_000.0 - 1.0).abs() < 0.001, "{hour}");
    }
}
