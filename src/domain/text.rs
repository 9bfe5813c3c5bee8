//! Text that the market accepts: parsed once, by the same parser for every way in. Text is data; nothing here or
//! elsewhere interprets it as markup.

use super::{Field, FieldError, ValueKind, is_blank};
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

impl<const MAX: usize, const LINES: bool> Text<MAX, LINES> {
    /// The rules that a store relies on. That something of it can be seen is only asked of what comes in: older stores
    /// hold names of which nothing can.
    fn read(text: &str) -> Result<Self, FieldError> {
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

impl<const MAX: usize, const LINES: bool> Field for Text<MAX, LINES> {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Self, FieldError> {
        match is_blank(text) {
            true => Err(FieldError::Empty),
            false => Self::read(text),
        }
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
        Self::read(&text)
    }
}

impl<const MAX: usize, const LINES: bool> From<Text<MAX, LINES>> for String {
    fn from(text: Text<MAX, LINES>) -> String {
        text.0
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
    fn text_of_which_nothing_can_be_seen_is_empty() {
        for unseen in [
            "\u{200b}",
            "\u{200f}\u{202e}",
            " \u{feff} \u{2060}",
            "\u{3164}",
            "\u{2800}",
            "\u{fe0f}",
            "\u{e0041}\u{e007f}",
            "\u{ad}\n\u{200d}",
        ] {
            assert_eq!(Name::parse(unseen), Err(FieldError::Empty), "{unseen:?}");
            assert_eq!(Notes::parse(unseen), Err(FieldError::Empty), "{unseen:?}");
        }
        // Beside what can be seen, such marks have a meaning.
        for seen in [
            "\u{200f}محمد",
            "👨\u{200d}🍳",
            "❤\u{fe0f}",
            "ക്\u{200d}",
            "\u{301}",
        ] {
            assert_eq!(&*Name::parse(seen).unwrap(), seen);
        }
    }

    /// A program before this rule has stored it.
    #[test]
    fn a_stored_name_of_which_nothing_can_be_seen_is_still_read() {
        let name: Name = serde_json::from_str("\"\u{200b}\"").unwrap();
        assert_eq!(&*name, "\u{200b}");
        assert!(serde_json::from_str::<Name>("\"\"").is_err());
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
