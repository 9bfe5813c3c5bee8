//! Values that carry their own proof: a MAC, under a key for each purpose.

use super::{
    claims::RefreshClaims,
    keys::{MacKeys, Secrets, hex},
    letters::{base64url, read_base64url},
};
use crate::domain::{AccountId, OrderId};
use secrecy::SecretString;
use uuid::Uuid;

/// 128 bits of a MAC, which are 22 letters.
const FOLLOW_KEY: usize = 16;

/// The keys of all values with a MAC.
pub struct Signed {
    guest: MacKeys,
    known: MacKeys,
    follow: MacKeys,
    pairing: MacKeys,
    refresh: MacKeys,
}

impl Signed {
    pub fn new(secrets: &Secrets) -> Signed {
        Signed {
            guest: secrets.mac_keys("cookie guest"),
            known: secrets.mac_keys("cookie known"),
            follow: secrets.mac_keys("follow key"),
            pairing: secrets.mac_keys("pairing code"),
            refresh: secrets.mac_keys("refresh token"),
        }
    }

    pub fn guest(&self, id: AccountId) -> SecretString {
        with_mac(&self.guest, id.to_string())
    }

    pub fn read_guest(&self, value: &str) -> Option<AccountId> {
        read_id(without_mac(&self.guest, value)?)
    }

    pub fn known(&self, account: AccountId) -> SecretString {
        let mac = self.known.sign(account.0.as_bytes());
        base64url(mac.as_ref()).into()
    }

    pub fn is_known(&self, value: &str, account: AccountId) -> bool {
        let mac = read_base64url(value);
        mac.is_some_and(|mac| self.known.verify(account.0.as_bytes(), &mac))
    }

    pub fn follow_key(&self, order: OrderId) -> SecretString {
        let mac = self.follow.sign(order.0.as_bytes());
        let beginning = mac.as_ref().iter().copied().take(FOLLOW_KEY);
        base64url(&beginning.collect::<Vec<_>>()).into()
    }

    pub fn is_follow_key(&self, order: OrderId, key: &str) -> bool {
        let key = read_base64url(key).filter(|key| key.len() == FOLLOW_KEY);
        key.is_some_and(|key| self.follow.verify_beginning(order.0.as_bytes(), &key))
    }

    /// By the first secret alone: a code that was made before another secret came first has to be made again.
    pub fn pairing_name(&self, code: &str) -> String {
        hex(self.pairing.sign(code.as_bytes()).as_ref())
    }

    pub fn refresh_token(&self, claims: &RefreshClaims) -> SecretString {
        with_mac(&self.refresh, refresh_text(claims))
    }

    pub fn read_refresh_token(&self, token: &str) -> Option<RefreshClaims> {
        let text = without_mac(&self.refresh, token)?;
        let mut parts = text.split('.');
        let claims = RefreshClaims {
            account: read_id(parts.next()?)?,
            session: parts.next()?.to_owned(),
            counter: parts.next()?.parse().ok()?,
        };
        (refresh_text(&claims) == text).then_some(claims)
    }
}

fn refresh_text(claims: &RefreshClaims) -> String {
    let RefreshClaims {
        account,
        session,
        counter,
    } = claims;
    format!("{account}.{session}.{counter}")
}

fn with_mac(keys: &MacKeys, text: String) -> SecretString {
    let mac = base64url(keys.sign(text.as_bytes()).as_ref());
    format!("{text}.{mac}").into()
}

/// The text before its MAC, if that is right.
fn without_mac<'a>(keys: &MacKeys, value: &'a str) -> Option<&'a str> {
    let (text, mac) = value.rsplit_once('.')?;
    let mac = read_base64url(mac)?;
    keys.verify(text.as_bytes(), &mac).then_some(text)
}

/// An id in the one way in which ids are written.
fn read_id(text: &str) -> Option<AccountId> {
    let id = AccountId(Uuid::try_parse(text).ok()?);
    (id.to_string() == text).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    fn signed(secrets: &[u8]) -> Signed {
        let secrets = secrets.iter().map(|byte| vec![*byte; 32]).collect();
        Signed::new(&Secrets::new(secrets, Vec::new))
    }

    fn account(n: u128) -> AccountId {
        AccountId(Uuid::from_u128(n))
    }

    fn claims() -> RefreshClaims {
        RefreshClaims {
            account: account(7),
            session: "0123456789abcdef".to_owned(),
            counter: 41,
        }
    }

    /// Each text that differs from this one by a letter.
    fn altered(text: &str) -> impl Iterator<Item = String> {
        (0..text.len()).flat_map(move |at| {
            let put = |with: &str| format!("{}{with}{}", &text[..at], &text[at + 1..]);
            let other = if &text[at..=at] == "A" { "B" } else { "A" };
            [put(""), put(other), put("..")]
        })
    }

    #[test]
    fn a_guest_is_the_one_of_the_cookie() {
        let ours = signed(&[1]);
        let cookie = ours.guest(account(7));
        let cookie = cookie.expose_secret();
        assert_eq!(ours.read_guest(cookie), Some(account(7)));
        assert_eq!(signed(&[2]).read_guest(cookie), None);
        assert_eq!(signed(&[2, 1]).read_guest(cookie), Some(account(7)));
        for other in altered(cookie) {
            assert_eq!(ours.read_guest(&other), None, "{other}");
        }
        // A refresh token is no guest, whatever its text.
        let mac = base64url(
            ours.refresh
                .sign(account(7).to_string().as_bytes())
                .as_ref(),
        );
        assert_eq!(ours.read_guest(&format!("{}.{mac}", account(7))), None);
    }

    #[test]
    fn a_device_is_known_to_its_account_alone() {
        let ours = signed(&[1]);
        let cookie = ours.known(account(7));
        let cookie = cookie.expose_secret();
        assert!(ours.is_known(cookie, account(7)));
        assert!(!ours.is_known(cookie, account(8)));
        assert!(!ours.is_known("", account(7)));
        assert!(!signed(&[2]).is_known(cookie, account(7)));
        for other in altered(cookie) {
            assert!(!ours.is_known(&other, account(7)), "{other}");
        }
    }

    #[test]
    fn a_follow_key_is_that_of_one_order() {
        let ours = signed(&[1]);
        let order = |n| OrderId(Uuid::from_u128(n));
        let key = ours.follow_key(order(7));
        let key = key.expose_secret();
        assert_eq!(key.len(), 22);
        assert!(ours.is_follow_key(order(7), key));
        assert!(!ours.is_follow_key(order(8), key));
        assert!(!ours.is_follow_key(order(7), ""));
        let whole = base64url(ours.follow.sign(order(7).0.as_bytes()).as_ref());
        assert!(!ours.is_follow_key(order(7), &whole));
        for other in altered(key) {
            assert!(!ours.is_follow_key(order(7), &other), "{other}");
        }
    }

    #[test]
    fn a_refresh_token_says_what_was_signed() {
        let ours = signed(&[1]);
        let token = ours.refresh_token(&claims());
        let token = token.expose_secret();
        assert_eq!(ours.read_refresh_token(token), Some(claims()));
        assert_eq!(signed(&[3, 1]).read_refresh_token(token), Some(claims()));
        for other in altered(token) {
            assert_eq!(ours.read_refresh_token(&other), None, "{other}");
        }
        for text in [
            "",
            "a.b.c",
            &format!("{}.s.01", account(7)),
            &format!("{}.s.1.1", account(7)),
        ] {
            let token = with_mac(&ours.refresh, text.to_owned());
            assert_eq!(
                ours.read_refresh_token(token.expose_secret()),
                None,
                "{text}"
            );
        }
    }

    #[test]
    fn a_pairing_code_has_one_name() {
        let ours = signed(&[1]);
        assert_eq!(ours.pairing_name("0123ABCD"), ours.pairing_name("0123ABCD"));
        assert_ne!(ours.pairing_name("0123ABCD"), ours.pairing_name("0123ABCE"));
        assert_ne!(
            ours.pairing_name("0123ABCD"),
            signed(&[2]).pairing_name("0123ABCD")
        );
        assert_eq!(ours.pairing_name("").len(), 64);
    }

    proptest! {
        #[test]
        fn no_other_bytes_are_a_value(bytes: Vec<u8>, text in "[0-9a-f.-]{0,60}\\.[A-Za-z0-9_-]{0,50}") {
            let ours = signed(&[1]);
            for text in [&*String::from_utf8_lossy(&bytes), &*text] {
                prop_assert_eq!(ours.read_guest(text), None);
                prop_assert_eq!(ours.read_refresh_token(text), None);
                prop_assert!(!ours.is_known(text, account(7)));
                prop_assert!(!ours.is_follow_key(OrderId(Uuid::from_u128(7)), text));
            }
        }
    }
}
