//! A set of event numbers, and the ranges that are missing from it.

use std::collections::BTreeMap;

/// A set of numbers, one bit for each.
#[derive(Default)]
pub struct NumberSet(BTreeMap<u64, u64>);

impl NumberSet {
    /// Returns false if the number is in the set already.
    pub fn add(&mut self, number: u64) -> bool {
        let word = self.0.entry(number / 64).or_default();
        let bit = 1 << (number % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// The ranges from 1 to `last` that are not in the set.
    pub fn missing(&self, last: u64) -> Vec<(u64, u64)> {
        let mut missing = Vec::new();
        let mut next = 1;
        for (word, bits) in &self.0 {
            for number in (0..64)
                .filter(|n| bits >> n & 1 == 1)
                .map(|n| word * 64 + n)
            {
                if number > next {
                    missing.push((next, number - 1));
                }
                next = number + 1;
            }
        }
        if next <= last {
            missing.push((next, last));
        }
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_numbers_are_returned_as_ranges() {
        let mut numbers = NumberSet::default();
        assert_eq!(numbers.missing(0), []);
        assert_eq!(numbers.missing(3), [(1, 3)]);
        for number in (2..=200).filter(|n| ![64, 127, 128].contains(n)) {
            assert!(numbers.add(number));
        }
        assert!(!numbers.add(65));
        let missing = [(1, 1), (64, 64), (127, 128), (201, 203)];
        assert_eq!(numbers.missing(203), missing);
        assert_eq!(numbers.missing(200), missing[..3]);
    }
}
