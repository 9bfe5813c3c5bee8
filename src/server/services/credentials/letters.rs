//! Bytes as letters: base64url for programs, Crockford's base 32 for what people type, RFC 4648's for their apps.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// Without I, L, O and U, which are taken for others.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const RFC_4648: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Without padding.
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of a base64url text; there is one text for each.
pub fn read_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

pub fn crockford(bytes: &[u8]) -> String {
    base32(bytes, CROCKFORD)
}

/// The text of `length` letters that somebody has typed: in any case, with blanks and hyphens, and with letters that are
/// taken for others.
pub fn read_crockford(typed: &str, length: usize) -> Option<String> {
    let letters = typed
        .chars()
        .filter(|c| !matches!(c, '-' | ' '))
        .map(crockford_letter);
    // One more than fits shows that there are too many, without reading on.
    let text: String = letters.take(length + 1).collect::<Option<_>>()?;
    (text.len() == length).then_some(text)
}

fn crockford_letter(typed: char) -> Option<char> {
    let letter = match typed.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        letter => letter,
    };
    let is_one = CROCKFORD.iter().any(|known| char::from(*known) == letter);
    is_one.then_some(letter)
}

/// Without padding.
pub fn base32_of_rfc_4648(bytes: &[u8]) -> String {
    base32(bytes, RFC_4648)
}

/// The bytes of a text without padding whose length is a multiple of eight letters.
pub fn read_base32_of_rfc_4648(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(8) {
        return None;
    }
    let values: Vec<u8> = text
        .bytes()
        .map(|letter| RFC_4648.iter().position(|known| *known == letter))
        .map(|position| position.and_then(|at| u8::try_from(at).ok()))
        .collect::<Option<_>>()?;
    let bytes = values.chunks_exact(8).flat_map(|eight| {
        let bits = eight
            .iter()
            .fold(0_u64, |bits, five| (bits << 5) | u64::from(*five));
        bits.to_be_bytes().into_iter().skip(3)
    });
    Some(bytes.collect())
}

/// Five bits a letter; the last letter of an odd number of bits is filled up with zeros.
fn base32(bytes: &[u8], alphabet: &[u8; 32]) -> String {
    let letter = |five: u64| char::from(alphabet[(five & 31) as usize]);
    let mut text = String::new();
    for chunk in bytes.chunks(5) {
        let mut bits = [0; 8];
        bits[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(bits);
        let letters = (chunk.len() * 8).div_ceil(5);
        text.extend((0..letters).map(|at| letter(bits >> (35 - 5 * at))));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn base32_is_that_of_the_rfc() {
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32_of_rfc_4648(bytes.as_bytes()), text);
        }
        assert_eq!(read_base32_of_rfc_4648("MZXW6YTB").unwrap(), b"fooba");
        for bad in ["MZXW6YT", "mzxw6ytb", "MZXW6YT1", "MZXW6YTB="] {
            assert_eq!(read_base32_of_rfc_4648(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_people_type_is_read_leniently() {
        let code = "0123ABCD";
        for typed in [
            "0123ABCD",
            "0123abcd",
            "o123-abcd",
            " OI23 AB-CD ",
            "0l23AbCd",
            "Oi23ABCD",
        ] {
            assert_eq!(read_crockford(typed, 8).as_deref(), Some(code), "{typed}");
        }
        for bad in [
            "",
            "0123ABC",
            "0123ABCDE",
            "0123ABCU",
            "0123ABC!",
            "0123ABCÄ",
            "0123_ABCD",
            "0123ABC\u{0}",
            "0123ABCＤ",
        ] {
            assert_eq!(read_crockford(bad, 8), None, "{bad}");
        }
    }

    #[test]
    fn base64url_has_one_text_for_the_same_bytes() {
        assert_eq!(base64url(&[255, 254]), "__4");
        assert_eq!(read_base64url("__4").unwrap(), [255, 254]);
        for bad in ["__5", "__4=", "//4", "__4\n", " __4", "_"] {
            assert_eq!(read_base64url(bad), None, "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn bytes_survive_their_letters(bytes: [u8; 15]) {
            prop_assert_eq!(&read_base32_of_rfc_4648(&base32_of_rfc_4648(&bytes)).unwrap(), &bytes);
            prop_assert_eq!(&read_base64url(&base64url(&bytes)).unwrap(), &bytes);
            let letters = crockford(&bytes);
            prop_assert_eq!(letters.len(), 24);
            let read = read_crockford(&letters.to_lowercase(), 24);
            prop_assert_eq!(read, Some(letters));
        }

        #[test]
        fn any_text_is_read_or_refused(text: String) {
            for length in [0, 1, 8, 24] {
                if let Some(read) = read_crockford(&text, length) {
                    prop_assert_eq!(read_crockford(&read, length), Some(read));
                }
            }
            if let Some(bytes) = read_base64url(&text) {
                prop_assert_eq!(base64url(&bytes), text.clone());
            }
            if let Some(bytes) = read_base32_of_rfc_4648(&text) {
                prop_assert_eq!(base32_of_rfc_4648(&bytes), text);
            }
        }
    }
}
