//! The short names within one menu: of sizes, categories, groups, options and items.

use crate::domain::{Field, FieldError, ValueKind};
use serde::{Deserialize, Serialize};
use std::{fmt, ops::Deref};

/// 1 to 8 of `a-z0-9`. A menu gives none out twice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code(String);

impl Code {
    /// The code of this number: its decimal digits.
    pub fn numbered(number: u32) -> Code {
        // At most 8 digits: a menu has far fewer parts.
        Code((number % 100_000_000).to_string())
    }

    /// Of a part that came in without a code, until it is numbered.
    pub(super) fn unnumbered() -> Code {
        Code(String::new())
    }
}

impl Field for Code {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Code, FieldError> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        match (1..=8).contains(&text.len()) && text.chars().all(fits) {
            true => Ok(Code(text.to_owned())),
            false => Err(FieldError::NotACode),
        }
    }
}

impl Deref for Code {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Code {
    type Error = FieldError;

    fn try_from(text: String) -> Result<Code, FieldError> {
        Code::parse(&text)
    }
}

impl From<Code> for String {
    fn from(code: Code) -> String {
        code.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_short_and_plain() {
        for good in ["1", "diavola", "12345678"] {
            assert_eq!(&*Code::parse(good).unwrap(), good);
        }
        for bad in ["", "123456789", "Funghi", "a b", "é", "a-b"] {
            assert_eq!(Code::parse(bad), Err(FieldError::NotACode), "{bad:?}");
        }
        assert_eq!(&*Code::numbered(12), "12");
    }
}
