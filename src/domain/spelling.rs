//! What two spellings of one text have in common, where the server compares them. A browser has these tables itself.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// For names: capitals and Unicode's normal forms make no difference.
pub fn fold_name(name: &str) -> String {
    name.to_lowercase().nfc().collect()
}

/// For a search: accents make no difference either.
pub fn fold_text(text: &str) -> String {
    if text.is_ascii() {
        // Most text is ASCII, and a search compares all of it.
        return text.to_ascii_lowercase();
    }
    let letters = text.nfd().filter(|letter| !is_combining_mark(*letter));
    letters.collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_ignores_accents_and_capitals() {
        for (text, folded) in [
            ("Ćiro", "ciro"),
            ("Nguyễn Thị", "nguyen thi"),
            ("Straße", "straße"),
            ("مريم", "مريم"),
            ("DIAVOLA", "diavola"),
        ] {
            assert_eq!(fold_text(text), folded);
        }
    }

    #[test]
    fn a_name_keeps_its_accents() {
        assert_eq!(fold_name("JOSE\u{301}"), "josé");
    }
}
