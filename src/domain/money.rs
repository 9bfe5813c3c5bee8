//! Money in whole cents, exact: one parser, one rounding rule, never binary floating point.

use super::{Field, FieldError, ValueKind, named};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;
use std::fmt;

named! {
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
    Cents(((exact + WHOLE / 2) / WHOLE) as u32)
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

    pub fn cents(self) -> Cents {
        self.0
    }
}

impl Markup {
    pub const RANGE: std::ops::RangeInclusive<u32> = 0..=100_000;
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

/// A number as people type it: a comma is the decimal point, if that makes the text a number. A comma that separates
/// thousands is read as three decimals, which are refused, so that it never becomes another price.
pub fn with_point(text: &str) -> String {
    let pointed = text.replacen(',', ".", 1);
    match units(&pointed, 2) {
        Ok(_) => pointed,
        Err(_) => text.to_owned(),
    }
}

/// A number with at most two decimals, in hundredths.
fn hundredths(text: &str, range: &std::ops::RangeInclusive<u32>) -> Result<u32, FieldError> {
    let hundredths = units(text, 2)?.ok_or(FieldError::TooPrecise)?;
    u32::try_from(hundredths)
        .ok()
        .filter(|n| range.contains(n))
        .ok_or_else(|| FieldError::out_of_range(Cents(*range.start()), Cents(*range.end())))
}

/// A whole number, compared by value: `25`, `25.0` and `2.5e1` are the same. It saturates at 64 bits.
pub(super) fn whole(text: &str) -> Result<i64, FieldError> {
    units(text, 0)?.ok_or(FieldError::NotWhole)
}

/// Reads a number in JSON's notation (RFC 8259, section 6) exactly, in units of `places` decimals. `None` if it is not
/// a whole number of these. It saturates at 64 bits.
fn units(text: &str, places: i64) -> Result<Option<i64>, FieldError> {
    let text = text.trim();
    let (negative, number) = match text.strip_prefix('-') {
        Some(number) => (true, number),
        None => (false, text),
    };
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let power = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let padded = whole.len() > 1 && whole.starts_with('0');
    if padded || ![whole, fraction, power].into_iter().all(digits) {
        return Err(FieldError::no_number(text));
    }
    // A request has fewer digits than this, so a larger power of ten decides the result alone.
    let far = if exponent.starts_with('-') {
        -1_000_000
    } else {
        1_000_000
    };
    let exponent: i64 = exponent
        .parse()
        .ok()
        .filter(|e: &i64| e.abs() < 1_000_000)
        .unwrap_or(far);
    let all = [whole, fraction].concat();
    let significant = all.trim_end_matches('0');
    let power = exponent + places - fraction.len() as i64 + (all.len() - significant.len()) as i64;
    if significant.is_empty() {
        return Ok(Some(0));
    }
    let Ok(power) = u32::try_from(power.min(i64::from(u32::MAX))) else {
        return Ok(None);
    };
    let ten = 10_i64.checked_pow(power);
    let units = ten.and_then(|ten| significant.parse::<i64>().ok()?.checked_mul(ten));
    let units = units.unwrap_or(i64::MAX);
    Ok(Some(if negative { -units } else { units }))
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
    use rust_decimal::{Decimal, prelude::ToPrimitive};

    fn price(text: &str) -> Result<u32, FieldError> {
        Price::parse(text).map(|p| p.cents().get())
    }

    #[test]
    fn a_comma_may_be_the_decimal_point_but_never_separates_thousands() {
        assert_eq!(
            ["9,50", " 9,5 ", "9.5", "9,5o", "1,234.50", "1,2,3"].map(with_point),
            ["9.50", " 9.5 ", "9.5", "9,5o", "1,234.50", "1,2,3"]
        );
        assert!(matches!(
            Price::parse(&with_point("1,234")),
            Err(FieldError::TooPrecise)
        ));
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
        #[test]
        fn numbers_are_read_exactly(digits in 0i64..1_000_000_000, places in 0u32..9, exponent in -9i32..9) {
            let decimal = Decimal::new(digits, places);
            let ten = Decimal::TEN;
            let factor = (0..exponent.abs()).fold(Decimal::ONE, |f, _| if exponent < 0 { f / ten } else { f * ten });
            let value = decimal * factor;
            let whole = value.fract().is_zero().then(|| value.to_i64()).flatten();
            prop_assert_eq!(units(&format!("{decimal}e{exponent}"), 0), Ok(whole));
            prop_assert_eq!(units(&format!("-{decimal}E{exponent:+}"), 0), Ok(whole.map(|n| -n)));
        }

        #[test]
        fn every_text_is_read_or_refused_as_json_does(text in "-?[0-9.eE+-]{0,30}") {
            let is_json = serde_json::from_str::<&RawValue>(&text).is_ok();
            prop_assert_eq!(units(&text, 2).is_ok(), is_json);
        }

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
