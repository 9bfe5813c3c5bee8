//! Secrets that are drawn, from the system's randomness alone.

use super::keys::hex;
use super::letters::{base64url, crockford, read_base64url, read_crockford};
use crate::domain::AccountId;
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::SecretString;
use uuid::Uuid;

/// The letters of a pairing code: 40 bits.
const PAIRING_CODE: usize = 8;
/// The letters of a recovery code: 120 bits.
const RECOVERY_CODE: usize = 24;
/// How many an account gets.
const RECOVERY_CODES: usize = 10;

const API_KEY: &str = "pmk_";
/// The letters of an account's id, and of the secret, in an API key.
const API_KEY_ID: usize = 22;
const API_KEY_SECRET: usize = 43;

pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if SystemRandom::new().fill(&mut bytes).is_err() {
        // Whatever came next would be a secret that others can guess.
        tracing::error!("the system gives no random bytes");
        std::process::abort();
    }
    bytes
}

/// A secret of 256 bits, as 43 letters: of a session, or of an invitation.
pub fn secret() -> SecretString {
    base64url(&bytes::<32>()).into()
}

/// The id of a session: 16 lower-case hexadecimal digits.
pub fn session_id() -> String {
    hex(&bytes::<8>())
}

/// The key of an integration: `pmk_`, its account in 22 letters, `_`, and 43 letters that are secret.
pub fn api_key(account: AccountId) -> SecretString {
    let id = base64url(account.0.as_bytes());
    format!("{API_KEY}{id}_{}", base64url(&bytes::<32>())).into()
}

/// The account that a key names. Whether the key is right, only its hash shows.
pub fn api_key_account(key: &str) -> Option<AccountId> {
    let (id, secret) = key.strip_prefix(API_KEY)?.split_at_checked(API_KEY_ID)?;
    let secret = secret.strip_prefix('_')?;
    let id = Uuid::from_slice(&read_base64url(id)?).ok()?;
    let is_secret = secret.len() == API_KEY_SECRET && read_base64url(secret).is_some();
    is_secret.then_some(AccountId(id))
}

/// What is typed to pair a device: 8 letters.
pub fn pairing_code() -> SecretString {
    crockford(&bytes::<5>()).into()
}

/// A pairing code that somebody has typed, as it was drawn.
pub fn read_pairing_code(typed: &str) -> Option<SecretString> {
    read_crockford(typed, PAIRING_CODE).map(SecretString::from)
}

/// The codes that stand in for those of an app: ten, of 24 letters each.
pub fn recovery_codes() -> Vec<SecretString> {
    let code = || crockford(&bytes::<15>()).into();
    std::iter::repeat_with(code).take(RECOVERY_CODES).collect()
}

/// A recovery code that somebody has typed, as it was drawn.
pub fn read_recovery_code(typed: &str) -> Option<SecretString> {
    read_crockford(typed, RECOVERY_CODE).map(SecretString::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    #[test]
    fn what_is_drawn_has_its_form_and_is_never_the_same() {
        let (one, other) = (secret(), secret());
        assert_eq!(one.expose_secret().len(), 43);
        assert_ne!(one.expose_secret(), other.expose_secret());
        let id = session_id();
        assert!(id.len() == 16 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
        let code = pairing_code();
        let read = read_pairing_code(&code.expose_secret().to_lowercase()).unwrap();
        assert_eq!(read.expose_secret(), code.expose_secret());
        let codes = recovery_codes();
        assert_eq!(codes.len(), 10);
        for code in codes {
            let typed = code.expose_secret();
            let typed = format!("{} - {}", &typed[..12], &typed[12..]);
            let read = read_recovery_code(&typed).unwrap();
            assert_eq!(read.expose_secret(), code.expose_secret());
        }
    }

    #[test]
    fn a_key_names_its_account() {
        let account = AccountId(Uuid::from_u128(u128::MAX - 7));
        let key = api_key(account);
        let key = key.expose_secret();
        assert_eq!(key.len(), 4 + 22 + 1 + 43);
        assert_eq!(api_key_account(key), Some(account));
        for bad in [
            "",
            "pmk_",
            &key[1..],
            &key[..key.len() - 1],
            &format!("{key}A"),
            &key.to_uppercase(),
            &key.replacen('_', "-", 1),
            &format!("pmk_{}", "ä".repeat(33)),
        ] {
            assert_eq!(api_key_account(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_key_is_read_or_refused(key in "(pmk_)?[A-Za-z0-9_ä-]{0,70}", bytes: Vec<u8>) {
            for text in [&*key, &*String::from_utf8_lossy(&bytes)] {
                if let Some(account) = api_key_account(text) {
                    let id = base64url(account.0.as_bytes());
                    let begins = text.starts_with(&format!("pmk_{id}_"));
                    prop_assert!(begins);
                    prop_assert_eq!(text.len(), 70);
                }
                let _ = (read_pairing_code(text), read_recovery_code(text));
            }
        }
    }
}
