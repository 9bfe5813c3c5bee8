//! Lists of accounts, and what has happened to one.

use super::{
    AccountService, AccountsPage, By,
    acting::Acting,
    change::{Failure, in_time},
    documents,
    entry::AccountEntry,
};
use crate::{
    domain::{Account, AccountId, AccountKind, AccountRole, Error},
    server::store::{Index, JsonText, Query},
};

/// How many accounts are read at once.
const PAGE: usize = 200;

impl AccountService {
    /// The accounts that somebody manages, newest first. A page may be short, and still have a `next`.
    pub async fn list(
        &self,
        by: By<'_>,
        before: Option<AccountId>,
        limit: usize,
    ) -> Result<AccountsPage, Error> {
        let acting = Acting::new(by)?;
        let index = match acting.identity() {
            None => documents::all(),
            Some(identity) => match (identity.kind, &identity.supplier_name) {
                (AccountKind::Admin, _) => documents::all(),
                (AccountKind::Dispatcher, _) => documents::of_role(AccountRole::Driver),
                (AccountKind::Manager, Some(supplier)) => documents::of_supplier(supplier),
                _ => return Err(Error::NotAllowed),
            },
        };
        in_time(async {
            let (accounts, next) = self.page(index, before, limit).await?;
            let accounts = accounts.into_iter().map(|(account, _)| account);
            let is_seen = |account: &Account| {
                documents::is_there(account) && acting.check_manages(account).is_ok()
            };
            Ok(AccountsPage {
                accounts: accounts.filter(is_seen).collect(),
                next,
            })
        })
        .await
    }

    /// What has happened to an account, oldest first.
    pub async fn history(&self, by: By<'_>, id: AccountId) -> Result<Vec<AccountEntry>, Error> {
        let acting = Acting::new(by)?;
        in_time(async {
            let known = self.read(id).await?.ok_or_else(|| acting.unknown())?;
            acting.check_manages_or_is(&known.account)?;
            let entries = self.store.history(&documents::key(id)).await?;
            let entries = entries.iter().filter_map(|text| AccountEntry::read(text));
            Ok(entries.collect())
        })
        .await
    }

    /// All accounts of an index.
    pub(super) async fn all_of(&self, index: Index) -> Result<Vec<Account>, Error> {
        let all = in_time(self.page_texts(index)).await?;
        Ok(all.into_iter().map(|(account, _)| account).collect())
    }

    /// The same, with their texts.
    pub(super) async fn page_texts(
        &self,
        index: Index,
    ) -> Result<Vec<(Account, JsonText)>, Failure> {
        let (mut all, mut before) = (Vec::new(), None);
        loop {
            let (page, next) = self.page(index.clone(), before, PAGE).await?;
            all.extend(page);
            before = next;
            if before.is_none() {
                return Ok(all);
            }
        }
    }

    async fn page(
        &self,
        index: Index,
        before: Option<AccountId>,
        limit: usize,
    ) -> Result<(Vec<(Account, JsonText)>, Option<AccountId>), Failure> {
        let query = Query {
            index,
            before: before.map(documents::key),
            limit,
        };
        let listing = self.store.list(&[query]).await?;
        let page = listing.pages.into_iter().next().unwrap_or_default();
        let next = page.next.and_then(|key| documents::id(&key.0));
        let mut accounts = Vec::with_capacity(page.documents.len());
        for text in page.documents {
            match documents::read(&text) {
                Ok(account) => accounts.push((account, text)),
                Err(error) => {
                    tracing::error!(%error, "an account is left out: `pizza-market verify` names it");
                }
            }
        }
        Ok((accounts, next))
    }
}
