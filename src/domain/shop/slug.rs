//! The part of an address that names a pizzeria.

use crate::domain::{Field, FieldError, ValueKind};
use serde::{Deserialize, Serialize};
use std::{fmt, ops::Deref};

/// 2 to 60 of `a-z0-9-`. It is one pizzeria's permanently, also when that has another one since.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

impl Slug {
    const MIN: usize = 2;
    const MAX: usize = 60;

    /// The slug of a name. What has no letters of the alphabet in it is a pizzeria.
    #[cfg(feature = "ssr")]
    pub fn of_name(name: &str) -> Slug {
        let plain = transliterated(name);
        let words = plain.split('-').filter(|word| !word.is_empty());
        let text = words.collect::<Vec<_>>().join("-");
        let text = text.get(..Self::MAX).unwrap_or(&text);
        Slug::parse(text.trim_end_matches('-')).unwrap_or_else(|_| Slug("pizzeria".to_owned()))
    }

    /// The same with a number, where that is taken: `roma-2`.
    pub fn numbered(&self, number: u32) -> Slug {
        let suffix = format!("-{number}");
        let room = Self::MAX - suffix.len();
        let text = self.0.get(..room).unwrap_or(&self.0);
        Slug(text.trim_end_matches('-').to_owned() + &suffix)
    }
}

/// In letters without accents, digits and hyphens.
#[cfg(feature = "ssr")]
fn transliterated(name: &str) -> String {
    use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
    let mut plain = String::new();
    // Composed first, so that an umlaut is one letter however it is written.
    for letter in name.nfc().flat_map(char::to_lowercase) {
        match letter {
            'ä' | 'æ' => plain.push_str("ae"),
            'ö' | 'œ' => plain.push_str("oe"),
            'ü' => plain.push_str("ue"),
            'ß' => plain.push_str("ss"),
            'ø' => plain.push('o'),
            'å' => plain.push('a'),
            'ł' => plain.push('l'),
            'đ' | 'ð' => plain.push('d'),
            'þ' => plain.push_str("th"),
            'ı' => plain.push('i'),
            // “Joe's” is one word.
            '\'' | '’' => {}
            letter => {
                let base = letter.nfd().filter(|part| !is_combining_mark(*part));
                plain.extend(base.map(|base| match base.is_ascii_alphanumeric() {
                    true => base,
                    false => '-',
                }));
            }
        }
    }
    plain
}

impl Field for Slug {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Slug, FieldError> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_slug = (Self::MIN..=Self::MAX).contains(&text.len()) && text.chars().all(fits);
        let why = "A slug is 2 to 60 of a-z, 0-9 and -.";
        match is_slug {
            true => Ok(Slug(text.to_owned())),
            false => Err(FieldError::fault(why)),
        }
    }
}

impl Deref for Slug {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Slug {
    type Error = FieldError;

    fn try_from(text: String) -> Result<Slug, FieldError> {
        Slug::parse(&text)
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> String {
        slug.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_slug_is_made_from_a_name() {
        for (name, slug) in [
            ("Bella Napoli", "bella-napoli"),
            ("  Pizzeria «Da Ciro» & Figli!  ", "pizzeria-da-ciro-figli"),
            ("Café Zürich", "cafe-zuerich"),
            ("Zu\u{308}rich", "zuerich"),
            ("Straße Øst Łódź", "strasse-ost-lodz"),
            ("Joe's Pizza No. 1", "joes-pizza-no-1"),
            ("İstanbul", "istanbul"),
            ("Пицца", "pizzeria"),
            ("🍕", "pizzeria"),
            ("A", "pizzeria"),
        ] {
            assert_eq!(&*Slug::of_name(name), slug, "{name}");
        }
        let long = Slug::of_name(&format!("{} b", "a".repeat(59)));
        assert_eq!(&*long, "a".repeat(59));
    }

    #[test]
    fn what_is_no_slug_is_refused() {
        let long = "a".repeat(61);
        for bad in ["", "a", "Roma", "ro ma", "rö", "ro/ma", &long] {
            assert!(Slug::parse(bad).is_err(), "{bad}");
        }
        assert!(Slug::parse(&long[1..]).is_ok());
    }

    proptest! {
        #[test]
        fn every_name_has_a_slug(name in "\\PC{1,100}", number in 2u32..10_000) {
            let slug = Slug::of_name(&name);
            prop_assert_eq!(Slug::parse(&slug), Ok(slug.clone()));
            let numbered = slug.numbered(number);
            prop_assert_eq!(Slug::parse(&numbered), Ok(numbered.clone()));
            let suffix = format!("-{number}");
            prop_assert!(numbered.ends_with(&suffix));
        }
    }
}
