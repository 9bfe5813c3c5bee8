//! Texts that nobody else can read or alter: ChaCha20-Poly1305 under a derived key, with a nonce that is drawn.

use super::{
    keys::{KEY_LENGTH, Keys, Secrets},
    letters::{base64url, read_base64url},
    random,
};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use secrecy::{ExposeSecret, SecretString};

pub struct Sealed(Keys<LessSafeKey>);

impl Sealed {
    pub fn new(secrets: &Secrets) -> Sealed {
        Sealed(secrets.keys("seal", key))
    }

    pub fn seal(&self, text: &str, context: &str) -> String {
        let nonce: [u8; NONCE_LEN] = random::bytes();
        let mut sealed = text.as_bytes().to_vec();
        let tag = self.0.first.seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(context),
            &mut sealed,
        );
        match tag {
            Ok(tag) => base64url(&[&nonce[..], &sealed, tag.as_ref()].concat()),
            Err(_) => unreachable!("texts of up to 256 GiB can be sealed"),
        }
    }

    pub fn open(&self, sealed: &str, context: &str) -> Option<SecretString> {
        open(self.0.all(), sealed, context)
    }

    /// Sealed again under the newest key; `None` where it is already, or is not ours.
    pub fn renew(&self, sealed: &str, context: &str) -> Option<String> {
        let is_newest = open([&self.0.first], sealed, context).is_some();
        let text = self.open(sealed, context).filter(|_| !is_newest)?;
        Some(self.seal(text.expose_secret(), context))
    }
}

fn open<'a>(
    keys: impl IntoIterator<Item = &'a LessSafeKey>,
    sealed: &str,
    context: &str,
) -> Option<SecretString> {
    let bytes = read_base64url(sealed)?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>()?;
    keys.into_iter().find_map(|key| {
        let mut text = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let text = key
            .open_in_place(nonce, Aad::from(context), &mut text)
            .ok()?;
        Some(str::from_utf8(text).ok()?.into())
    })
}

fn key(key: [u8; KEY_LENGTH]) -> LessSafeKey {
    match UnboundKey::new(&CHACHA20_POLY1305, &key) {
        Ok(key) => LessSafeKey::new(key),
        Err(_) => unreachable!("a key of ChaCha20 has 32 bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sealed(secrets: &[u8]) -> Sealed {
        let secrets = secrets.iter().map(|byte| vec![*byte; 32]).collect();
        Sealed::new(&Secrets::new(secrets, Vec::new))
    }

    #[test]
    fn what_is_sealed_opens_in_its_context() {
        let ours = sealed(&[1]);
        let text = ours.seal("Grüße", "flash");
        let open = |sealed: &Sealed, context| {
            let opened = sealed.open(&text, context);
            opened.map(|text| text.expose_secret().to_owned())
        };
        assert_eq!(open(&ours, "flash").as_deref(), Some("Grüße"));
        assert_eq!(open(&sealed(&[2, 1]), "flash").as_deref(), Some("Grüße"));
        assert_eq!(open(&sealed(&[2]), "flash"), None);
        assert_eq!(open(&ours, "codes"), None);
        assert_ne!(ours.seal("Grüße", "flash"), text);
        let empty = ours.seal("", "");
        assert_eq!(ours.open(&empty, "").unwrap().expose_secret(), "");
    }

    #[test]
    fn what_an_older_key_has_sealed_is_sealed_again() {
        let old = sealed(&[1]).seal("codes", "totp");
        let ours = sealed(&[2, 1]);
        let new = ours.renew(&old, "totp").unwrap();
        let opened = sealed(&[2]).open(&new, "totp").unwrap();
        assert_eq!(opened.expose_secret(), "codes");
        assert_eq!(ours.renew(&new, "totp"), None);
        assert_eq!(ours.renew(&old, "flash"), None);
        assert_eq!(ours.renew("", "totp"), None);
    }

    #[test]
    fn what_is_altered_does_not_open() {
        let ours = sealed(&[1]);
        let text = ours.seal("secret", "flash");
        let bytes = read_base64url(&text).unwrap();
        for at in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[at] ^= 1;
            assert!(ours.open(&base64url(&altered), "flash").is_none(), "{at}");
            assert!(
                ours.open(&base64url(&bytes[..at]), "flash").is_none(),
                "{at}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_other_bytes_open(bytes: Vec<u8>, text: String) {
            let ours = sealed(&[1]);
            prop_assert!(ours.open(&base64url(&bytes), "").is_none());
            prop_assert!(ours.open(&text, "").is_none());
        }
    }
}
