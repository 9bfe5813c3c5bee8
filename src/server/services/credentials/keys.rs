//! The keys of each purpose, derived from the secrets of the market.

use ring::{
    digest,
    hkdf::{HKDF_SHA256, KeyType, Salt},
    hmac,
};

/// The length of every key.
pub const KEY_LENGTH: usize = 32;

/// Sets the keys of this program apart from those that another one derives from the same secret.
const SALT: &[u8] = b"pizza-market";

/// The secrets of the market: at least one.
pub struct Secrets {
    first: Vec<u8>,
    /// What they signed still verifies.
    older: Vec<Vec<u8>>,
}

impl Secrets {
    /// The secrets that are set; where there is none, the one that `drawn` draws.
    pub fn new(secrets: Vec<Vec<u8>>, drawn: impl FnOnce() -> Vec<u8>) -> Secrets {
        let mut secrets = secrets.into_iter();
        Secrets {
            first: secrets.next().unwrap_or_else(drawn),
            older: secrets.collect(),
        }
    }

    /// What `make` makes of the key that each secret has for a purpose.
    pub fn keys<T>(&self, label: &str, make: impl Fn([u8; KEY_LENGTH]) -> T) -> Keys<T> {
        let key = |secret: &Vec<u8>| make(derive(secret, label));
        Keys {
            first: key(&self.first),
            older: self.older.iter().map(key).collect(),
        }
    }

    pub fn mac_keys(&self, label: &str) -> MacKeys {
        MacKeys(self.keys(label, |key| hmac::Key::new(hmac::HMAC_SHA256, &key)))
    }
}

/// The keys of one purpose.
pub struct Keys<T> {
    /// The one that signs.
    pub first: T,
    older: Vec<T>,
}

impl<T> Keys<T> {
    /// Those that verify.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.first).chain(&self.older)
    }
}

/// The keys of one purpose whose values carry a MAC (HMAC-SHA-256).
pub struct MacKeys(Keys<hmac::Key>);

impl MacKeys {
    pub fn sign(&self, value: &[u8]) -> hmac::Tag {
        hmac::sign(&self.0.first, value)
    }

    pub fn verify(&self, value: &[u8], mac: &[u8]) -> bool {
        let verifies = |key| hmac::verify(key, value, mac).is_ok();
        self.0.all().any(verifies)
    }

    /// Whether the beginning of a MAC is this; it has a length that the caller has checked.
    pub fn verify_beginning(&self, value: &[u8], beginning: &[u8]) -> bool {
        self.0.all().any(|key| {
            let mac = hmac::sign(key, value);
            let expected = mac.as_ref().get(..beginning.len());
            expected.is_some_and(|expected| is_same(expected, beginning))
        })
    }
}

struct KeyLength;

impl KeyType for KeyLength {
    fn len(&self) -> usize {
        KEY_LENGTH
    }
}

fn derive(secret: &[u8], label: &str) -> [u8; KEY_LENGTH] {
    let mut key = [0; KEY_LENGTH];
    let extracted = Salt::new(HKDF_SHA256, SALT).extract(secret);
    let label = [label.as_bytes()];
    let expanded = extracted.expand(&label, KeyLength);
    match expanded.and_then(|expanded| expanded.fill(&mut key)) {
        Ok(()) => key,
        Err(_) => unreachable!("HKDF gives keys of up to 8160 bytes"),
    }
}

/// Compares two secrets in a time that does not depend on where they differ.
pub fn is_same(left: &[u8], right: &[u8]) -> bool {
    // `ring` compares nothing but MACs so. Under one key, two values have the same MAC exactly if they are the same.
    let key = hmac::Key::new(hmac::HMAC_SHA256, SALT);
    hmac::verify(&key, right, hmac::sign(&key, left).as_ref()).is_ok()
}

/// A secret as it is stored: its SHA-256 in lower-case hexadecimal. It suits secrets that were drawn, not passwords.
pub fn hash_secret(secret: &str) -> String {
    hex(digest::digest(&digest::SHA256, secret.as_bytes()).as_ref())
}

/// Whether a secret is the one of a stored hash.
pub fn is_hash_of(hash: &str, secret: &str) -> bool {
    is_same(hash.as_bytes(), hash_secret(secret).as_bytes())
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(secrets: &[u8]) -> Secrets {
        let secrets = secrets.iter().map(|byte| vec![*byte; 32]).collect();
        Secrets::new(secrets, || vec![0; 32])
    }

    #[test]
    fn each_purpose_and_each_secret_has_its_own_key() {
        let key = |byte, label| secrets(&[byte]).keys(label, |key| key).first;
        assert_eq!(key(1, "guest"), key(1, "guest"));
        assert_ne!(key(1, "guest"), key(1, "known"));
        assert_ne!(key(1, "guest"), key(2, "guest"));
    }

    #[test]
    fn the_first_secret_signs_and_all_verify() {
        let (old, new) = (secrets(&[1]).mac_keys("x"), secrets(&[2]).mac_keys("x"));
        let rotated = secrets(&[2, 1]).mac_keys("x");
        let by_old = old.sign(b"value");
        assert!(rotated.verify(b"value", by_old.as_ref()));
        assert!(!new.verify(b"value", by_old.as_ref()));
        let by_rotated = rotated.sign(b"value");
        assert!(new.verify(b"value", by_rotated.as_ref()));
        assert!(!old.verify(b"value", by_rotated.as_ref()));
        assert!(!rotated.verify(b"other", by_rotated.as_ref()));
        assert!(rotated.verify_beginning(b"value", &by_old.as_ref()[..16]));
        assert!(!rotated.verify_beginning(b"other", &by_old.as_ref()[..16]));
        assert!(!rotated.verify_beginning(b"value", &[0; 33]));
    }

    #[test]
    fn a_value_is_drawn_where_no_secret_is_set() {
        let drawn = Secrets::new(Vec::new(), || vec![7; 32]);
        let key = drawn.keys("x", |key| key).first;
        assert_eq!(key, secrets(&[7]).keys("x", |key| key).first);
    }

    #[test]
    fn a_hash_is_that_of_its_secret_alone() {
        let hash = hash_secret("abc");
        assert_eq!(
            hash,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert!(is_hash_of(&hash, "abc") && !is_hash_of(&hash, "abd"));
        assert!(!is_hash_of("", "abc") && !is_hash_of("abc", "abc"));
        assert!(is_same(b"", b"") && is_same(b"a", b"a"));
        assert!(!is_same(b"a", b"b") && !is_same(b"a", b"aa") && !is_same(b"a", b""));
    }
}
