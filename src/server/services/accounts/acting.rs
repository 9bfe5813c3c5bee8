//! Who changes an account, and whether they still may.

use super::{AccountService, Authority, By, Credential, Standing, documents};
use crate::{
    domain::{Account, AccountId, AccountKind, AccountRefusal, Error, Identity, Time},
    server::store::{JsonText, Key},
};

/// Who changes an account, as they were judged last.
pub enum Acting {
    Operator,
    /// The account itself, which has just proved who it is, or about which an entry is written.
    Itself,
    /// The account itself, by what it has come with.
    Standing(Standing),
    Authority(Box<Authority>),
}

impl Acting {
    pub fn new(by: By<'_>) -> Result<Acting, Error> {
        match by {
            By::Operator => Ok(Acting::Operator),
            By::Account(authority) if authority.standing.is_some() => {
                Ok(Acting::Authority(Box::new(authority.clone())))
            }
            By::Account(_) => Err(Error::NotSignedIn),
        }
    }

    pub fn identity(&self) -> Option<&Identity> {
        match self {
            Acting::Authority(authority) => authority.viewer.identity(),
            Acting::Operator | Acting::Itself | Acting::Standing(_) => None,
        }
    }

    fn standing(&self) -> Option<&Standing> {
        match self {
            Acting::Operator | Acting::Itself => None,
            Acting::Standing(standing) => Some(standing),
            Acting::Authority(authority) => authority.standing.as_ref(),
        }
    }

    /// Whom the entries name.
    pub fn by(&self, target: AccountId) -> Option<AccountId> {
        match self {
            Acting::Operator => None,
            Acting::Itself | Acting::Standing(_) => Some(target),
            Acting::Authority(_) => self.identity()?.id,
        }
    }

    /// Whether it manages an account; an operator manages all.
    pub fn check_manages(&self, account: &Account) -> Result<(), Error> {
        let supplier = account.supplier_name.as_ref();
        let manages = |identity: &Identity| identity.manages(account.kind, supplier);
        let is_allowed = matches!(self, Acting::Operator) || self.identity().is_some_and(manages);
        is_allowed.then_some(()).ok_or(Error::NotAllowed)
    }

    /// Why a change of an account that does not exist is refused: who does not manage everybody is told the same as of
    /// one that they do not manage.
    pub fn unknown(&self) -> Error {
        match self.identity() {
            Some(identity) if identity.kind != AccountKind::Admin => Error::NotAllowed,
            _ => Error::Account(AccountRefusal::Unknown),
        }
    }

    /// The same, or the account is its own.
    pub fn check_manages_or_is(&self, account: &Account) -> Result<(), Error> {
        match self.is(account) {
            true => Ok(()),
            false => self.check_manages(account),
        }
    }

    /// Whether the account is the one that acts.
    pub fn is(&self, account: &Account) -> bool {
        let standing = self.standing();
        standing.is_some_and(|standing| standing.account == account.id)
    }

    /// Where the account to be changed is its own, its credential has to be good there, too: the commit expects the text
    /// that was just read.
    pub fn check_own(&self, target: &Account, now: Time) -> Result<(), Error> {
        let standing = self.standing();
        match standing.filter(|standing| standing.account == target.id) {
            None => Ok(()),
            Some(standing) => match standing.credential.is_live(target, now) {
                true => Ok(()),
                false => Err(Error::NotSignedIn),
            },
        }
    }

    /// The texts of the documents that were judged, without that of the account to be changed.
    pub fn expectations(&self, target: AccountId) -> Vec<(Key, Option<JsonText>)> {
        let Acting::Authority(authority) = self else {
            return Vec::new();
        };
        let standing = authority.standing.iter();
        let judged = standing.flat_map(|standing| standing.expect.clone());
        let target = documents::key(target);
        judged
            .filter(|(key, _)| *key != target)
            .map(|(key, text)| (key, Some(text)))
            .collect()
    }

    pub async fn renew(&mut self, accounts: &AccountService) -> Result<(), Error> {
        if let Acting::Authority(authority) = self {
            **authority = accounts.renew(authority).await?;
        }
        Ok(())
    }
}

impl Credential {
    /// Whether an account has it, and it has not ended.
    pub fn is_live(&self, account: &Account, now: Time) -> bool {
        match self {
            Credential::Session(id) => account.live_session(id, now).is_some(),
            Credential::ApiKey(hash) => {
                let mut keys = account.keys.iter();
                account.is_active() && keys.any(|key| key.secret == *hash && key.is_live(now))
            }
        }
    }
}
