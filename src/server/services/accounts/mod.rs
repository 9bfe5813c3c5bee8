//! The accounts of the market: who there is, what they sign in with, and what ends it. Every change of an account is one
//! commit, with an entry of the log about it, so that every instance and every open socket learns of it.
//!
//! Whoever changes an account is named by [`By`], and the commit expects that this still holds.

mod authority;
mod client;
pub mod documents;

pub use authority::{Authority, Credential, Standing};
pub use client::{Client, Network, device_name};

use crate::{
    domain::{
        Account, AccountId, AccountKind, AccountRole, Error, Identity, Name, SessionKind, Time,
    },
    server::{
        services::credentials::Credentials,
        store::{JsonText, Store},
    },
};
use secrecy::SecretString;
use std::sync::Arc;

pub struct AccountService {
    store: Arc<dyn Store>,
    credentials: Arc<Credentials>,
    is_current: Box<dyn Fn() -> bool + Send + Sync>,
}

/// An account with the text of its document.
#[derive(Clone, Debug)]
pub struct KnownAccount {
    pub account: Account,
    pub text: JsonText,
}

/// Who changes an account.
#[derive(Clone, Copy)]
pub enum By<'a> {
    /// Whoever may run commands on this machine.
    Operator,
    /// Somebody who is signed in. In the open mode nobody is.
    Account(&'a Authority),
}

/// What a cookie or an access token stands for.
#[derive(Clone, Debug)]
pub struct Known {
    pub identity: Identity,
    pub standing: Standing,
    /// When it ends without further use; `None` for a key without a date.
    pub until: Option<Time>,
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
    /// The value of the cookie `known` for this device.
    pub known: SecretString,
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
    pub until: Time,
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

// The signatures of the use-cases, as the door and the pages call them:
//
// Standing (standing.rs)
//   by_cookie(&self, cookie: &SecretString) -> Result<Known, Error>
//   by_session(&self, account: AccountId, session: &str, secret: Option<&SecretString>) -> Result<Known, Error>
//       with the secret of a cookie, or without one for an access token. Its use is stored where that is due.
//   by_api_key(&self, key: &SecretString) -> Result<Known, Error>
//   still(&self, standing: &Standing, is_use: bool) -> Result<Known, Error>
//       for an open socket whose time is over; `is_use` false for admins (AccountKind::is_kept_by_sockets)
//   renew(&self, authority: &Authority) -> Result<Authority, Error>
//   account(&self, id), forget(&self, id)
// Signing in (sign_in.rs, sign_up.rs, join.rs, pairing.rs, tokens.rs)
//   sign_in(&self, SignIn) -> Result<Begun, Error>
//   sign_up(&self, SignUp) -> Result<(), Error>
//   invitee(&self, link: &SecretString) -> Result<Option<Invitee>, Error>      (a GET; None: used, ended, unknown)
//   join(&self, Join) -> Result<Option<Joined>, Error>                          (None as above)
//   pair(&self, code: &str, client: Client, replaces: Option<SecretString>) -> Result<Begun, Error>
//       an unknown code is Error::WrongCredentials
//   tokens_by_password(&self, SignIn) / tokens_by_refresh(&self, &SecretString) / guest_tokens(&self) -> Result<Tokens, Error>
// Ending (sessions.rs)
//   sign_out(&self, standing: &Standing) -> Result<(), Error>
//   end_sessions(&self, by: By, account: AccountId, Which) -> Result<(), Error>
//   disable / enable / close(&self, by: By, account: AccountId) -> Result<Account, Error>
// Own account (own.rs)
//   change_name(&self, &Authority, Name), change_password(&self, &Authority, old, new, end_others: bool, client) -> Result<Begun, Error>
//   new_factor(&self, &Authority) -> Result<NewFactor, Error>
//   set_factor(&self, &Authority, sealed: &str, code: &SecretString, password: SecretString) -> Result<Vec<SecretString>, Error>
// Team (invite.rs, staff.rs, pairing.rs, keys.rs, list.rs)
//   invite(&self, By, Invite) -> Result<Invited, Error>
//   reset(&self, By, account: AccountId, factors: bool) -> Result<Invited, Error>
//   add_device(&self, By, name: Name, supplier: Name) -> Result<(Account, SecretString /* pairing code */), Error>
//   renew_device(&self, By, account: AccountId) -> Result<(Account, SecretString), Error>
//   add_staff(&self, By, name: Name, supplier: Name, pin: SecretString) -> Result<Account, Error>
//   set_pin(&self, By, account: AccountId, pin: SecretString) -> Result<(), Error>
//   hand_over(&self, &Standing, HandOver) -> Result<(), Error>
//   make_key(&self, By, NewKey) -> Result<(Account, SecretString), Error>
//   end_key(&self, By, account: AccountId, start_of_hash: &str) -> Result<(), Error>
//   change_supplier(&self, By, account, Name)
//   list(&self, By, before: Option<AccountId>, limit) -> Result<AccountsPage, Error>
//   staff_of(&self, supplier: &Name) -> Result<Vec<Account>, Error>            (active, for the chips of a kitchen)
//   history(&self, By, account: AccountId) -> Result<Vec<AccountEntry>, Error>
// Attempts (attempts.rs)
//   may_take_as_guest(&self, &Network) -> Result<(), Error>                    (20 orders an hour)

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
        }
    }

    /// An account, from memory where it is held there.
    pub async fn account(&self, id: AccountId) -> Result<Option<Arc<KnownAccount>>, Error> {
        let text = self.store.get(&documents::key(id)).await;
        let text = text.map_err(|_| Error::StoreUnavailable)?;
        let Some(text) = text else { return Ok(None) };
        let account = documents::read(&text).map_err(|_| Error::Internal)?;
        Ok(Some(Arc::new(KnownAccount { account, text })))
    }

    /// The account of this id has changed: what is held in memory of it is read again.
    pub fn forget(&self, _id: AccountId) {}

    /// The authority as it stands now, after a commit has found that an account had changed: with the new texts to
    /// expect. `NotSignedIn` where its session or key has ended, or its rights are others.
    pub async fn renew(&self, _authority: &Authority) -> Result<Authority, Error> {
        Err(Error::NotSignedIn)
    }
}
