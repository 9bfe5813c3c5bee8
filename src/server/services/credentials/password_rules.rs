//! Which passwords are good enough.

use crate::domain::FieldError;
use std::cmp::Reverse;
use zxcvbn::{Score, zxcvbn};

/// In characters, any of them.
const SHORTEST: usize = 15;
const LONGEST: usize = 128;

/// What people put between words.
const SEPARATORS: [char; 6] = ['-', '_', '.', ',', '/', '+'];

/// What somebody who attacks this market tries first.
const WORDS: &[&str] = &[
    "pizza",
    "market",
    "pizzamarket",
    "pizza-market",
    "margherita",
    "kitchen",
    "supplier",
    "dispatch",
    "driver",
    "customer",
    "order",
    "delivery",
    "admin",
    "küche",
    "lieferung",
    "bestellung",
    "markt",
];

/// Whether a password may be chosen. `words` are those that belong to the person: name, e-mail address, supplier.
pub fn check_password(password: &str, words: &[&str]) -> Result<(), FieldError> {
    let length = password.chars().count();
    if length < SHORTEST {
        let min = SHORTEST;
        return Err(FieldError::TooShort { min, length });
    }
    if length > LONGEST {
        let max = LONGEST;
        return Err(FieldError::TooLong { max, length });
    }
    let parts = words
        .iter()
        .flat_map(|words| words.split(|c: char| !c.is_alphanumeric()))
        .filter(|part| part.chars().count() > 2);
    // Without what stands between the words: a full name is often written as one.
    let joined: Vec<String> = words
        .iter()
        .map(|words| words.chars().filter(|c| c.is_alphanumeric()).collect())
        .collect();
    let known: Vec<&str> = words
        .iter()
        .copied()
        .chain(joined.iter().map(String::as_str))
        .chain(parts)
        .chain(WORDS.iter().copied())
        .collect();
    // Words that everybody expects count as one each, however they are separated: only what is beside them makes it strong.
    let left = without(password, &known);
    let texts = [password, left.as_str()];
    let is_strong = |text: &str| matches!(zxcvbn(text, &known).score(), Score::Three | Score::Four);
    match texts.into_iter().all(is_strong) {
        true => Ok(()),
        false => Err(FieldError::TooWeak),
    }
}

/// What is left of a password without some words, and without what people put between words.
fn without(password: &str, words: &[&str]) -> String {
    let joined = |text: &str| -> String {
        let is_kept = |c: &char| !c.is_whitespace() && !SEPARATORS.contains(c);
        text.to_lowercase().chars().filter(is_kept).collect()
    };
    let mut words: Vec<String> = words.iter().map(|word| joined(word)).collect();
    // The longest ones first: others are parts of them.
    words.sort_by_key(|word| Reverse(word.len()));
    let is_word = |word: &&String| word.chars().count() > 2;
    let words = words.iter().filter(is_word);
    words.fold(joined(password), |left, word| left.replace(word, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(password: &str) -> Result<(), FieldError> {
        check_password(
            password,
            &["Luigi Bianchi", "luigi@example.org", "Trattoria Bella"],
        )
    }

    #[test]
    fn a_password_has_a_length() {
        let short = "xK9#mQ2$vL7!pR";
        let (min, max) = (15, 128);
        assert_eq!(check(short), Err(FieldError::TooShort { min, length: 14 }));
        assert_eq!(check(""), Err(FieldError::TooShort { min, length: 0 }));
        let long = "xK9#mQ2$vL7!pRw4".repeat(9);
        assert_eq!(check(&long), Err(FieldError::TooLong { max, length: 144 }));
        assert_eq!(check(&long[..128]), Ok(()));
    }

    #[test]
    fn any_characters_do_if_nobody_guesses_them() {
        for good in [
            "wolke treppe gabel sieben",
            "correct horse battery staple wind",
            "xK9#mQ2$vL7!pRw",
            "four wooden pizza peels",
            "my kitchen has seven windows",
            "七つの海を越えて旅する猫たち",
            " leading and trailing blanks count ",
        ] {
            let good = format!("{good}ž");
            assert_eq!(check(&good), Ok(()), "{good}");
        }
    }

    #[test]
    fn what_is_easily_guessed_is_refused() {
        for weak in [
            "aaaaaaaaaaaaaaaa",
            "passwordpassword",
            "123456789012345",
            "pizzamarketpizza",
            "luigibianchi2026",
            "trattoriabella1",
            "luigi@example.org",
            "pizza market pizza market",
            "Pizza-Market, Pizza-Market",
            "pizza market kitchen order",
            "Luigi Bianchi Trattoria 2026",
            "margherita margherita!",
            "1 2 3 4 5 6 7 8 9 0",
        ] {
            assert_eq!(check(weak), Err(FieldError::TooWeak), "{weak}");
        }
    }
}
