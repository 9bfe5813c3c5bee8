//! Text and whole numbers that the market accepts: parsed once, by the same parser for every way in and for the store.
//! Text is data; nothing here or elsewhere interprets it as markup.

use super::{Field, FieldError, ValueKind};
use serde::{Deserialize, Serialize};
use std::{fmt, ops::Deref};

/// Trimmed text of 1 to `MAX` Unicode scalar values without control characters (C0, DEL and C1).
/// With `LINES` it may hold newlines; the CRLF that browsers send counts as one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text<const MAX: usize, const LINES: bool>(String);

/// A supplier, a pizza, a customer or a driver: up to 100 characters.
pub type Name = Text<100, false>;
/// A delivery address: up to 300 characters, several lines.
pub type Address = Text<300, true>;
/// A supplier's notes, or its reason to reject: up to 500 characters, several lines.
pub type Notes = Text<500, true>;

impl<const MAX: usize, const LINES: bool> Field for Text<MAX, LINES> {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Self, FieldError> {
        let text = if LINES {
            text.replace("\r\n", "\n")
        } else {
            text.to_owned()
        };
        let text = text.trim();
        let length = text.chars().count();
        if text.is_empty() {
            return Err(FieldError::Empty);
        }
        if length > MAX {
            return Err(FieldError::TooLong { max: MAX, length });
        }
        if text
            .chars()
            .any(|c| c.is_control() && !(LINES && c == '\n'))
        {
            return Err(FieldError::ControlCharacter);
        }
        Ok(Text(text.to_owned()))
    }
}

impl<const MAX: usize, const LINES: bool> Deref for Text<MAX, LINES> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize, const LINES: bool> fmt::Display for Text<MAX, LINES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize, const LINES: bool> TryFrom<String> for Text<MAX, LINES> {
    type Error = FieldError;

    fn try_from(text: String) -> Result<Self, FieldError> {
        Self::parse(&text)
    }
}

impl<const MAX: usize, const LINES: bool> From<Text<MAX, LINES>> for String {
    fn from(text: Text<MAX, LINES>) -> String {
        text.0
    }
}

/// A whole number in a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Whole<const MIN: u16, const MAX: u16>(u16);

/// Minutes until a pizza is at the door, as the supplier estimates: 1 to 1440 (a day).
pub type Minutes = Whole<1, 1440>;

impl<const MIN: u16, const MAX: u16> Whole<MIN, MAX> {
    /// The smallest and the largest.
    pub const LIMITS: (u16, u16) = (MIN, MAX);

    pub fn get(self) -> u16 {
        self.0
    }
}

impl<const MIN: u16, const MAX: u16> Field for Whole<MIN, MAX> {
    const KIND: ValueKind = ValueKind::Number;

    fn parse(text: &str) -> Result<Self, FieldError> {
        let number = super::money::whole(text)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_is_trimmed_and_counted_in_scalar_values() {
        assert_eq!(&*Name::parse(" \t Diavola\u{a0} ").unwrap(), "Diavola");
        assert_eq!(&*Name::parse(&"🍕".repeat(100)).unwrap(), "🍕".repeat(100));
        assert_eq!(
            Name::parse(&"🍕".repeat(101)),
            Err(FieldError::TooLong {
                max: 100,
                length: 101
            })
        );
        assert_eq!(Name::parse(" \n "), Err(FieldError::Empty));
    }

    #[test]
    fn control_characters_are_refused_but_newlines_in_multi_line_text() {
        for bad in [
            "a\u{0}b",
            "a\u{7f}b",
            "a\u{85}b",
            "a\u{9f}b",
            "a\tb",
            "a\rb",
            "a\u{1b}[31mb",
        ] {
            assert_eq!(
                Address::parse(bad),
                Err(FieldError::ControlCharacter),
                "{bad:?}"
            );
        }
        assert_eq!(Name::parse("a\nb"), Err(FieldError::ControlCharacter));
        assert_eq!(
            &*Address::parse("1st floor\r\nbell “Khai”\n").unwrap(),
            "1st floor\nbell “Khai”"
        );
        assert_eq!(
            &*Name::parse("محمد\u{200f} الفاتح").unwrap(),
            "محمد\u{200f} الفاتح"
        );
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
        fn what_parses_survives_json(text in "\\PC{1,100}") {
            if let Ok(name) = Name::parse(&text) {
                let json = serde_json::to_string(&name).unwrap();
                prop_assert_eq!(serde_json::from_str::<Name>(&json).unwrap(), name);
            }
        }
    }
}
