//! The spread of measured times.

use crate::server::cli::doctor::report::Finding;

/// The median and the 99th percentile, in milliseconds.
pub struct Spread {
    pub median: f64,
    pub p99: f64,
}

impl Spread {
    /// `None` where nothing was measured.
    pub fn of(mut times: Vec<f64>) -> Option<Spread> {
        times.sort_by(f64::total_cmp);
        let at = |part: f64| {
            let rank = (times.len() as f64 * part).ceil() as usize;
            times.get(rank.saturating_sub(1)).copied()
        };
        Some(Spread {
            median: at(0.5)?,
            p99: at(0.99)?,
        })
    }

    /// A finding with these values: a warning where the median is above `slow` milliseconds.
    pub fn finding(&self, what: &str, slow: f64, remedy: &str) -> Finding {
        let (median, p99) = (self.median, self.p99);
        let says = format!("{what} {median:.1} ms (median), {p99:.1} ms (p99)");
        let finding = match median > slow {
            true => Finding::warning(says, remedy),
            false => Finding::ok(says),
        };
        let thousandths = |ms: f64| (ms * 1_000.0).round() / 1_000.0;
        finding
            .with("median_ms", thousandths(median))
            .with("p99_ms", thousandths(p99))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_measured_values() {
        let spread = Spread::of((1..=200).rev().map(f64::from).collect()).unwrap();
        assert_eq!((spread.median, spread.p99), (100.0, 198.0));
        let one = Spread::of(vec![3.0]).unwrap();
        assert_eq!((one.median, one.p99), (3.0, 3.0));
        assert!(Spread::of(Vec::new()).is_none());
    }
}
