//! The accounts of the market: who there is, what they sign in with, and what ends it. Every change of an account is one
//! commit, with an entry of the log about it, so that every instance and every open socket learns of it.
//!
//! Who changes an account is named by [`By`], and the commit expects that this still holds.

mod acting;
mod attempt_places;
mod attempts;
mod authenticate;
mod authority;
mod begin_session;
mod cache;
mod change;
mod claim;
mod client;
mod command;
pub mod documents;
mod driver_cache;
mod drivers;
mod endings;
mod entry;
mod invite;
mod join;
mod keys;
mod known_account;
mod list;
mod own_account;
mod pairing;
mod sign_in;
mod sign_in_log;
mod staff;
mod tokens;

#[cfg(test)]
mod device_tests;
#[cfg(test)]
mod use_case_tests;

pub use authority::{Authority, Credential, Standing};
pub use client::{Client, Network, device_name};
pub use command::{AccountCommand, Answer, ListedAccount};
pub use entry::{AccountEntry, AccountEvent, key_id};
pub use invite::JOIN;
pub use known_account::KnownAccount;
pub use pairing::PAIRING;
pub use tokens::new_guest;

use crate::{
    domain::{Account, AccountId, AccountKind, AccountRole, Identity, Name, SessionKind, Time},
    server::{services::credentials::Credentials, store::Store},
};
use attempts::Attempts;
use cache::Cache;
use driver_cache::HeldDrivers;
use secrecy::SecretString;
use std::sync::Arc;

pub struct AccountService {
    store: Arc<dyn Store>,
    credentials: Arc<Credentials>,
    is_current: Box<dyn Fn() -> bool + Send + Sync>,
    cache: Cache,
    drivers: HeldDrivers,
    attempts: Attempts,
}

/// Who changes an account.
#[derive(Clone, Copy)]
pub enum By<'a> {
    /// The operator, who may run commands on this machine.
    Operator,
    /// Somebody who is signed in. In the open mode nobody is.
    Account(&'a Authority),
}

/// Who is signed in: what a cookie, an access token or a key stands for.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub identity: Identity,
    pub standing: Standing,
    /// When it ends without further use; `None` for a key without a date.
    pub expires_at: Option<Time>,
}

/// A session that has just begun. Only its device gets the secret.
#[derive(Debug)]
pub struct Begun {
    pub account: Account,
    /// The id of the session.
    pub session: String,
    /// The value of the cookie: `account.session.secret`. Of a session through the API it is empty.
    pub cookie: SecretString,
    /// At the latest.
    pub ends_at: Time,
}

/// What somebody signs in with.
pub struct SignIn {
    pub email: String,
    pub password: SecretString,
    /// Of an authenticator, or a recovery code.
    pub code: Option<SecretString>,
    pub kind: SessionKind,
    pub client: Client,
    /// The guest that this device was: its orders count as the account's from now on.
    pub guest: Option<AccountId>,
    /// The value of the session cookie that this device had: that session ends.
    pub replaces: Option<SecretString>,
}

pub struct SignUp {
    pub email: String,
    pub name: String,
    pub password: SecretString,
    pub client: Client,
}

/// Whom to invite.
pub struct Invite {
    pub kind: AccountKind,
    pub name: Name,
    pub email: Option<String>,
    pub supplier_name: Option<Name>,
}

/// An account that was made or invited again, with what is shown of it once.
pub struct Invited {
    pub account: Account,
    /// The path of the link, `/join/{account}.{secret}`.
    pub link: SecretString,
}

/// What the page of an invitation shows. Looking at it does not use it up.
pub struct Invitee {
    pub account: Account,
    /// Where a code is set up with it: the secret for an authenticator.
    pub factor: Option<NewFactor>,
    /// Where a code that is set up already is asked for.
    pub asks_for_code: bool,
}

/// A secret for an authenticator, which is not stored yet.
pub struct NewFactor {
    /// As a form carries it until it is confirmed.
    pub sealed: String,
    /// The base32 text of the secret.
    pub text: SecretString,
    /// The `otpauth://` link.
    pub link: SecretString,
}

/// What the form of an invitation is sent with.
pub struct Join {
    /// `{account}.{secret}`, as the address has it.
    pub link: SecretString,
    pub password: Option<SecretString>,
    pub code: Option<SecretString>,
    /// [`NewFactor::sealed`].
    pub factor: Option<String>,
    pub client: Client,
    pub guest: Option<AccountId>,
    /// The value of the session cookie that this device had: that session ends.
    pub replaces: Option<SecretString>,
}

/// Somebody has joined. The recovery codes are shown once.
pub struct Joined {
    pub begun: Begun,
    pub recovery_codes: Vec<SecretString>,
}

/// The answer to a request for tokens.
pub struct Tokens {
    pub access: SecretString,
    pub expires_in: u64,
    /// A guest has none.
    pub refresh: Option<SecretString>,
}

/// A key to make.
pub struct NewKey {
    pub name: Name,
    pub role: AccountRole,
    pub supplier_name: Option<Name>,
    pub driver_id: Option<AccountId>,
    pub read_only: bool,
    pub until: Option<Time>,
}

/// What somebody at the device of a kitchen is.
pub enum HandOver {
    /// The device itself acts again.
    Device,
    Person {
        person: AccountId,
        pin: SecretString,
    },
}

/// Which sessions of an account end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    One(String),
    All,
    /// All but this one.
    Others(String),
}

/// Some accounts, newest first.
#[derive(Debug)]
pub struct AccountsPage {
    pub accounts: Vec<Account>,
    /// The account that the next page begins before, if more follow.
    pub next: Option<AccountId>,
}

impl AccountService {
    /// `is_current`: whether what has changed elsewhere is known here by now. Otherwise the store is asked.
    pub fn new(
        store: Arc<dyn Store>,
        credentials: Arc<Credentials>,
        is_current: impl Fn() -> bool + Send + Sync + 'static,
    ) -> AccountService {
        AccountService {
            store,
            credentials,
            is_current: Box::new(is_current),
            cache: Cache::default(),
            drivers: HeldDrivers::default(),
            attempts: Attempts::default(),
        }
    }
}
