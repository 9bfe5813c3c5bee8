//! What proves who somebody is: signed values, tokens, hashes of secrets, passwords and codes. It holds the keys, and
//! knows no store and no transport.

use crate::domain::{AccountId, AccountRole, OrderId, Time};
use secrecy::SecretString;

/// The keys of the market, derived from `AUTH_SECRET`; in the open mode from a value that is drawn at the start.
pub struct Credentials {
    issuer: String,
}

/// What an access token says. It is checked against the account as well.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessClaims {
    /// The account, or the guest.
    pub subject: AccountId,
    /// The session; of a guest's token `None`.
    pub session: Option<String>,
    pub role: AccountRole,
    pub expires_at: Time,
}

/// What a refresh token says.
#[derive(Clone, Debug, PartialEq)]
pub struct RefreshClaims {
    pub account: AccountId,
    pub session: String,
    pub counter: u32,
}

/// A password that is being stored or tried does not fit into the queue of the hashing threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashingQueueFull;

/// Which queue of the hashing threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashingQueue {
    Password,
    /// Short, of its own: a flood of sign-ins stops no hand-over.
    Pin,
}

impl Credentials {
    /// `secrets`: the first signs, all verify; each at least 32 bytes. `issuer` is `SITE_ORIGIN`.
    pub fn new(_secrets: Vec<Vec<u8>>, issuer: String) -> Credentials {
        Credentials { issuer }
    }

    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The value of the cookie `guest`: `uuid.mac`.
    pub fn guest(&self, _id: AccountId) -> SecretString {
        String::new().into()
    }

    pub fn read_guest(&self, _value: &str) -> Option<AccountId> {
        None
    }

    /// The value of the cookie `known`: a MAC of the account.
    pub fn known(&self, _account: AccountId) -> SecretString {
        String::new().into()
    }

    pub fn is_known(&self, _value: &str, _account: AccountId) -> bool {
        false
    }

    /// The follow key of an order: 22 characters.
    pub fn follow_key(&self, _order: OrderId) -> SecretString {
        String::new().into()
    }

    pub fn is_follow_key(&self, _order: OrderId, _key: &str) -> bool {
        false
    }

    /// The MAC under which a pairing code is kept.
    pub fn pairing_name(&self, _code: &str) -> String {
        String::new()
    }

    pub fn access_token(&self, _claims: &AccessClaims, _now: Time) -> SecretString {
        String::new().into()
    }

    /// `None` for one that is not ours, not valid yet, or expired.
    pub fn read_access_token(&self, _token: &str, _now: Time) -> Option<AccessClaims> {
        None
    }

    pub fn refresh_token(&self, _claims: &RefreshClaims) -> SecretString {
        String::new().into()
    }

    pub fn read_refresh_token(&self, _token: &str) -> Option<RefreshClaims> {
        None
    }

    /// Seals a text under a derived key (ChaCha20-Poly1305), bound to a context.
    pub fn seal(&self, _text: &str, _context: &str) -> String {
        String::new()
    }

    pub fn open(&self, _sealed: &str, _context: &str) -> Option<SecretString> {
        None
    }

    /// The argon2id hash of a password or PIN, as a PHC string.
    pub async fn hash(
        &self,
        _secret: SecretString,
        _queue: HashingQueue,
    ) -> Result<String, HashingQueueFull> {
        Err(HashingQueueFull)
    }

    /// Whether it is the secret of a PHC string, and whether that has older parameters. Without a string it takes the
    /// same time, and is none.
    pub async fn verify(
        &self,
        _secret: SecretString,
        _phc: Option<String>,
        _queue: HashingQueue,
    ) -> Result<Verified, HashingQueueFull> {
        Err(HashingQueueFull)
    }
}

/// Whether a secret was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    No,
    Yes,
    /// Right, and the hash is worth being renewed.
    YesAndOld,
}
