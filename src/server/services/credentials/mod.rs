//! What proves who somebody is: signed values, tokens, hashes of secrets, passwords and codes. It holds the keys, and
//! knows no store and no transport.

mod access_token;
mod claims;
mod codes;
mod hashing;
mod jwt_crypto;
mod keys;
mod letters;
mod password_rules;
mod passwords;
mod random;
mod sealed;
mod signed;

pub use claims::{AccessClaims, RefreshClaims};
pub use codes::{accepted_step, code_link, code_secret, qr_svg};
pub use hashing::{HashingQueue, HashingQueueFull};
pub use keys::{hash_secret, is_hash_of};
pub use password_rules::check_password;
pub use passwords::Verified;
pub use random::{
    api_key, api_key_account, pairing_code, read_pairing_code, read_recovery_code, recovery_codes,
    secret, session_id,
};

use crate::domain::{AccountId, OrderId, Time};
use access_token::AccessTokens;
use hashing::HashingThreads;
use keys::{KEY_LENGTH, Secrets};
use sealed::Sealed;
use secrecy::{ExposeSecret, SecretString};
use signed::Signed;

/// The keys of the market, derived from `AUTH_SECRET`; in the open mode from a value that is drawn at the start.
pub struct Credentials {
    signed: Signed,
    access_tokens: AccessTokens,
    sealed: Sealed,
    hashing: HashingThreads,
}

impl Credentials {
    /// `secrets`: the first signs, all verify; each at least 32 bytes. `issuer` is `SITE_ORIGIN`.
    pub fn new(secrets: Vec<Vec<u8>>, issuer: &str) -> Credentials {
        let secrets = Secrets::new(secrets, || random::bytes::<KEY_LENGTH>().to_vec());
        Credentials {
            signed: Signed::new(&secrets),
            access_tokens: AccessTokens::new(&secrets, issuer),
            sealed: Sealed::new(&secrets),
            hashing: HashingThreads::default(),
        }
    }

    /// The value of the cookie `guest`: `uuid.mac`.
    pub fn guest(&self, id: AccountId) -> SecretString {
        self.signed.guest(id)
    }

    pub fn read_guest(&self, value: &str) -> Option<AccountId> {
        self.signed.read_guest(value)
    }

    /// The value of the cookie `known`: a MAC of the account.
    pub fn known(&self, account: AccountId) -> SecretString {
        self.signed.known(account)
    }

    pub fn is_known(&self, value: &str, account: AccountId) -> bool {
        self.signed.is_known(value, account)
    }

    /// The follow key of an order: 22 characters.
    pub fn follow_key(&self, order: OrderId) -> SecretString {
        self.signed.follow_key(order)
    }

    pub fn is_follow_key(&self, order: OrderId, key: &str) -> bool {
        self.signed.is_follow_key(order, key)
    }

    /// The MAC under which a pairing code is kept, as [`pairing_code`] has drawn it or [`read_pairing_code`] has read it.
    pub fn pairing_name(&self, code: &str) -> String {
        self.signed.pairing_name(code)
    }

    pub fn access_token(&self, claims: &AccessClaims, now: Time) -> SecretString {
        self.access_tokens.sign(claims, now)
    }

    /// `None` for one that is not ours, not valid yet, or expired.
    pub fn read_access_token(&self, token: &str, now: Time) -> Option<AccessClaims> {
        self.access_tokens.read(token, now)
    }

    pub fn refresh_token(&self, claims: &RefreshClaims) -> SecretString {
        self.signed.refresh_token(claims)
    }

    pub fn read_refresh_token(&self, token: &str) -> Option<RefreshClaims> {
        self.signed.read_refresh_token(token)
    }

    /// Seals a text under a derived key (ChaCha20-Poly1305), bound to a context.
    pub fn seal(&self, text: &str, context: &str) -> String {
        self.sealed.seal(text, context)
    }

    pub fn open(&self, sealed: &str, context: &str) -> Option<SecretString> {
        self.sealed.open(sealed, context)
    }

    /// Sealed again under the newest key, where it was sealed under an older one.
    pub fn renew_seal(&self, sealed: &str, context: &str) -> Option<String> {
        self.sealed.renew(sealed, context)
    }

    /// Whether a password or PIN would be hashed now. It is asked before a place is taken: a flood that is refused costs
    /// the store nothing, and nobody a place.
    pub fn check_room(&self, queue: HashingQueue) -> Result<(), HashingQueueFull> {
        self.hashing.check_room(queue)
    }

    /// The argon2id hash of a password or PIN, as a PHC string.
    pub async fn hash(
        &self,
        secret: SecretString,
        queue: HashingQueue,
    ) -> Result<String, HashingQueueFull> {
        let hash = move || passwords::hash(secret.expose_secret());
        self.hashing.run(queue, hash).await?.ok_or(HashingQueueFull)
    }

    /// Whether it is the secret of a PHC string, and whether that has older parameters. Without a string it takes the
    /// same time, and is none.
    pub async fn verify(
        &self,
        secret: SecretString,
        phc: Option<String>,
        queue: HashingQueue,
    ) -> Result<Verified, HashingQueueFull> {
        let verify = move || passwords::verify(secret.expose_secret(), phc.as_deref());
        self.hashing.run(queue, verify).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_hashed_and_verified_on_the_threads() {
        let credentials = Credentials::new(Vec::new(), "");
        let queue = HashingQueue::Password;
        let phc = credentials.hash("1234".into(), queue).await.unwrap();
        for (secret, phc, expected) in [
            ("1234", Some(phc.clone()), Verified::Yes),
            ("4321", Some(phc), Verified::No),
            ("1234", None, Verified::No),
        ] {
            let verified = credentials.verify(secret.into(), phc, queue).await;
            assert_eq!(verified, Ok(expected));
        }
    }
}
