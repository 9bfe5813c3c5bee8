//! An e-mail address.

use crate::domain::{Field, FieldError, ValueKind, is_blank};
use serde::{Deserialize, Serialize};
use std::{fmt, ops::Deref};

/// Trimmed and in lower case; nothing else is folded. Whether somebody reads what is sent there is not known.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// RFC 5321, section 4.5.3.1.3.
const LONGEST: usize = 254;

impl Field for Email {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Self, FieldError> {
        let text = text.trim().to_lowercase();
        let length = text.chars().count();
        match text.split_once('@') {
            _ if text.is_empty() => Err(FieldError::Empty),
            _ if length > LONGEST => Err(FieldError::TooLong {
                max: LONGEST,
                length,
            }),
            _ if text.chars().any(char::is_control) => Err(FieldError::ControlCharacter),
            // Two addresses that look alike would be two accounts.
            _ if text.chars().any(is_unseen) => Err(FieldError::NotAnEmail),
            Some((local, domain))
                if !local.is_empty()
                    && !domain.is_empty()
                    && !domain.contains('@')
                    && !text.contains(char::is_whitespace) =>
            {
                Ok(Email(text))
            }
            _ => Err(FieldError::NotAnEmail),
        }
    }
}

/// Whether nothing of a character is to be seen, or it only turns the others around.
fn is_unseen(c: char) -> bool {
    is_blank(c.encode_utf8(&mut [0; 4]))
}

impl Deref for Email {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Email {
    type Error = FieldError;

    fn try_from(text: String) -> Result<Self, FieldError> {
        Self::parse(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> String {
        email.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_is_one_address_in_lower_case() {
        assert_eq!(
            &*Email::parse("  Ana@Example.ORG ").unwrap(),
            "ana@example.org"
        );
        for bad in [
            "ana",
            "@example.org",
            "ana@",
            "a@b@c",
            "a b@c",
            "a@b c",
            "a\u{202e}@b",
            "a@\u{200b}b",
        ] {
            assert_eq!(Email::parse(bad), Err(FieldError::NotAnEmail), "{bad:?}");
        }
        assert_eq!(Email::parse(" "), Err(FieldError::Empty));
        assert_eq!(Email::parse("a\u{0}@b"), Err(FieldError::ControlCharacter));
    }
}
