//! Numbers in JSON's notation, read exactly and never rounded, and whole numbers in a range.

use super::{Field, FieldError, ValueKind};
use serde::{Deserialize, Serialize};

/// A whole number in a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Whole<const MIN: u16, const MAX: u16>(u16);

/// Minutes until a pizza is at the door, as the supplier estimates: 1 to 1440 (a day).
pub type Minutes = Whole<1, 1440>;

impl<const MIN: u16, const MAX: u16> Whole<MIN, MAX> {
    /// The smallest and the largest.
    pub const LIMITS: (u16, u16) = (MIN, MAX);

    /// A number that the program itself names. One out of the range does not compile.
    pub const fn of<const NUMBER: u16>() -> Self {
        const { assert!(MIN <= NUMBER && NUMBER <= MAX) };
        Whole(NUMBER)
    }

    pub fn get(self) -> u16 {
        self.0
    }
}

impl<const MIN: u16, const MAX: u16> Field for Whole<MIN, MAX> {
    const KIND: ValueKind = ValueKind::Number;

    fn parse(text: &str) -> Result<Self, FieldError> {
        let number = whole(text)?;
        u16::try_from(number).map_or(Err(FieldError::out_of_range(MIN, MAX)), Self::try_from)
    }
}

impl<const MIN: u16, const MAX: u16> TryFrom<u16> for Whole<MIN, MAX> {
    type Error = FieldError;

    fn try_from(number: u16) -> Result<Self, FieldError> {
        (MIN..=MAX)
            .contains(&number)
            .then_some(Whole(number))
            .ok_or(FieldError::out_of_range(MIN, MAX))
    }
}

impl<const MIN: u16, const MAX: u16> From<Whole<MIN, MAX>> for u16 {
    fn from(number: Whole<MIN, MAX>) -> u16 {
        number.0
    }
}

/// A number as people type it: a comma is the decimal point, if that makes the text a number. A comma that separates
/// thousands is read as three decimals, which are refused, so that it never becomes another price.
pub fn with_point(text: &str) -> String {
    let pointed = text.replacen(',', ".", 1);
    match in_units(&pointed, 2) {
        Ok(_) => pointed,
        Err(_) => text.to_owned(),
    }
}

/// A whole number, compared by value: `25`, `25.0` and `2.5e1` are the same. It saturates at 64 bits.
fn whole(text: &str) -> Result<i64, FieldError> {
    in_units(text, 0)?.ok_or(FieldError::NotWhole)
}

/// Reads a number in JSON's notation (RFC 8259, section 6) exactly, in units of `places` decimals. `None` if it is not
/// a whole number of these. It saturates at 64 bits.
pub(super) fn in_units(text: &str, places: i64) -> Result<Option<i64>, FieldError> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Price;
    use proptest::prelude::*;
    use rust_decimal::{Decimal, prelude::ToPrimitive};
    use serde_json::value::RawValue;

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
    fn minutes_are_whole_numbers_compared_by_value() {
        for (text, minutes) in [("1", 1), ("1440", 1440), ("25.0", 25), ("2.5e1", 25)] {
            assert_eq!(Minutes::parse(text).unwrap().get(), minutes);
        }
        for bad in ["0", "1441", "-5", "25.5", "1e99", "", "soon", "0x10", "٣"] {
            assert!(Minutes::parse(bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn numbers_are_read_exactly(digits in 0i64..1_000_000_000, places in 0u32..9, exponent in -9i32..9) {
            let decimal = Decimal::new(digits, places);
            let ten = Decimal::TEN;
            let factor = (0..exponent.abs()).fold(Decimal::ONE, |f, _| if exponent < 0 { f / ten } else { f * ten });
            let value = decimal * factor;
            let whole = value.fract().is_zero().then(|| value.to_i64()).flatten();
            prop_assert_eq!(in_units(&format!("{decimal}e{exponent}"), 0), Ok(whole));
            prop_assert_eq!(in_units(&format!("-{decimal}E{exponent:+}"), 0), Ok(whole.map(|n| -n)));
        }

        #[test]
        fn every_text_is_read_or_refused_as_json_does(text in "-?[0-9.eE+-]{0,30}") {
            let is_json = serde_json::from_str::<&RawValue>(&text).is_ok();
            prop_assert_eq!(in_units(&text, 2).is_ok(), is_json);
        }
    }
}
