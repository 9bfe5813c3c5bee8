//! Money in whole cents, exact: one parser, one rounding rule, never binary floating point.

use super::{Field, FieldError, ValueKind, named_enum::named_enum, number::in_units};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;
use std::fmt;

named_enum! {
    /// By ISO 4217. All have hundredths, as the prices do.
    Currency {
        Euro = "EUR",
        Dollar = "USD",
        Pound = "GBP",
        Franc = "CHF",
        Zloty = "PLN",
        Koruna = "CZK",
        DanishKrone = "DKK",
        NorwegianKrone = "NOK",
        SwedishKrona = "SEK",
    }
}

/// An amount in cents: 0 up to 110,000.00, the highest price with the highest markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cents(u32);

/// A supplier's price: 0.01 to 10,000.00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price(Cents);

/// The market's markup in hundredths of a percent of the price: 0 to 1000 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Markup(u32);

/// What the customer pays: price × (1 + markup/100), rounded half up to cents.
pub fn customer_price(price: Price, markup: Markup) -> Cents {
    const WHOLE: u64 = 10_000; // hundredths of a percent
    let exact = u64::from(price.cents().0) * (WHOLE + u64::from(markup.0));
    // At most 1,000,000 × 110,000, so the quotient fits: 11,000,000 cents.
    Cents(half_up(exact, WHOLE) as u32)
}

/// A quotient, rounded half up.
pub fn half_up(of: u64, by: u64) -> u64 {
    (2 * of + by) / (2 * by)
}

impl Cents {
    pub const RANGE: std::ops::RangeInclusive<u32> = 0..=11_000_000;

    pub const fn new(cents: u32) -> Cents {
        Cents(cents)
    }

    pub const fn get(self) -> u32 {
        self.0
    }
}

impl std::ops::Sub for Cents {
    type Output = Cents;

    fn sub(self, less: Cents) -> Cents {
        Cents(self.0 - less.0)
    }
}

impl Price {
    pub const RANGE: std::ops::RangeInclusive<u32> = 1..=1_000_000;

    /// `None` for what is no price.
    pub fn of(cents: u64) -> Option<Price> {
        let cents = u32::try_from(cents).ok()?;
        Self::RANGE.contains(&cents).then_some(Price(Cents(cents)))
    }

    pub fn cents(self) -> Cents {
        self.0
    }
}

impl Markup {
    pub const RANGE: std::ops::RangeInclusive<u32> = 0..=100_000;
    pub const NONE: Markup = Markup(0);
}

impl Default for Markup {
    fn default() -> Self {
        Markup(3_000)
    }
}

/// `12.35`: units, and hundredths where there are any.
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// `30` or `22.5`: percent without needless zeros.
impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = Cents(self.0).to_string();
        f.write_str(plain.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl Field for Price {
    const KIND: ValueKind = ValueKind::Number;

    fn parse(text: &str) -> Result<Self, FieldError> {
        hundredths(text, &Self::RANGE).map(|cents| Price(Cents(cents)))
    }
}

impl Field for Markup {
    const KIND: ValueKind = ValueKind::Number;

    fn parse(text: &str) -> Result<Self, FieldError> {
        hundredths(text, &Self::RANGE).map(Markup)
    }
}

/// A number with at most two decimals, in hundredths.
fn hundredths(text: &str, range: &std::ops::RangeInclusive<u32>) -> Result<u32, FieldError> {
    let hundredths = in_units(text, 2)?.ok_or(FieldError::TooPrecise)?;
    u32::try_from(hundredths)
        .ok()
        .filter(|n| range.contains(n))
        .ok_or_else(|| FieldError::out_of_range(Cents(*range.start()), Cents(*range.end())))
}

/// Hundredths as a JSON number. The double nearest to a number of two decimals prints as just that number,
/// because doubles carry 15 significant digits and these have at most 8.
fn write<S: Serializer>(hundredths: u32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(f64::from(hundredths) / 100.0)
}

/// Reads the number's own text, without a conversion to a double.
fn read<'de, T: Field, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    T::parse(raw.get()).map_err(de::Error::custom)
}

impl Serialize for Cents {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Cents {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(deserializer)
    }
}

impl Field for Cents {
    const KIND: ValueKind = ValueKind::Number;

    fn parse(text: &str) -> Result<Self, FieldError> {
        hundredths(text, &Self::RANGE).map(Cents)
    }
}

impl Serialize for Price {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(self.0.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(deserializer)
    }
}

impl Serialize for Markup {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Markup {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    fn price(text: &str) -> Result<u32, FieldError> {
        Price::parse(text).map(|p| p.cents().get())
    }

    #[test]
    fn numbers_are_compared_by_value() {
        for text in [
            "10",
            "10.0",
            "10.000",
            "1e1",
            "1E+1",
            "0.1e2",
            "1000e-2",
            "100000e-4",
        ] {
            assert_eq!(price(text), Ok(1_000), "{text}");
        }
        assert_eq!(price(&format!("10.{}", "0".repeat(60))), Ok(1_000));
        assert_eq!(price("0.01"), Ok(1));
        assert_eq!(price("10000.00"), Ok(1_000_000));
        assert_eq!(Markup::parse("-0").unwrap(), Markup(0));
        assert_eq!(Markup::parse("1000").unwrap(), Markup(100_000));
    }

    #[test]
    fn what_is_no_price_is_refused() {
        for text in [
            "0",
            "0.00",
            "-1",
            "10000.01",
            "1e5",
            "1e400",
            "1e99999999999",
        ] {
            assert!(price(text).is_err(), "{text}");
        }
        for text in [
            "9.999",
            "0.001",
            "1e-3",
            "10.000000000000000001",
            "9.00000000000000000000000000000000001",
        ] {
            assert!(price(text).is_err(), "{text}");
        }
        for text in [
            "", "9,50", "9,5o", "1_0", "+5", ".5", "5.", "05", "NaN", "Infinity", "0x10", "١٠",
            "\"10\"", "null", "[1]",
        ] {
            assert!(
                matches!(price(text), Err(FieldError::NotANumber { .. })),
                "{text}"
            );
        }
    }

    #[test]
    fn half_a_cent_is_rounded_up() {
        let total = |price, markup| {
            customer_price(Price::parse(price).unwrap(), Markup::parse(markup).unwrap()).to_string()
        };
        assert_eq!(total("9.90", "15"), "11.39"); // 11.385
        assert_eq!(total("0.01", "50"), "0.02"); // 0.015
        assert_eq!(total("0.01", "49.99"), "0.01");
        assert_eq!(total("9.50", "30"), "12.35");
        assert_eq!(total("10000", "1000"), "110000.00");
        assert_eq!(total("1.15", "0"), "1.15");
    }

    proptest! {
        /// For the whole range: the total is what decimal arithmetic rounds half up, and the parts add up to it.
        #[test]
        fn the_total_is_base_plus_markup_part(cents in 1u32..=1_000_000, markup in 0u32..=100_000) {
            let (price, markup) = (Price(Cents(cents)), Markup(markup));
            let total = customer_price(price, markup);
            let exact = Decimal::new(cents.into(), 2) * (Decimal::ONE + Decimal::new(markup.0.into(), 4));
            let rounded = exact.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
            prop_assert_eq!(Decimal::new(total.get().into(), 2), rounded);
            let part = total - price.cents();
            prop_assert_eq!(price.cents().get() + part.get(), total.get());
        }

        #[test]
        fn money_is_read_back_from_json_exactly(cents in 1u32..=1_000_000) {
            let json = serde_json::to_string(&Price(Cents(cents))).unwrap();
            prop_assert_eq!(Decimal::from_str_exact(&json).unwrap(), Decimal::new(cents.into(), 2));
            prop_assert_eq!(serde_json::from_str::<Price>(&json).unwrap().cents().get(), cents);
        }
    }
}
