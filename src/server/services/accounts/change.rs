//! A change of an account: one commit that expects the account as it was read, and who changes it as they were judged.

pub use crate::server::services::failure::{Failure, in_time};

use super::{
    AccountService, By, KnownAccount,
    acting::Acting,
    documents::{self, Secrets},
    entry::{AccountEntry, AccountEvent},
};
use crate::{
    domain::{Account, AccountId, AccountRefusal, Error, Time},
    server::{
        clock::now,
        services::{failure::COMMIT_DEADLINE, order_documents},
        store::{Batch, IdempotencyRecord, JsonText, Key, Outcome, StoreError},
        telemetry::{metrics::ACCOUNT_CHANGES, trace},
    },
};
use metrics::counter;
use std::{sync::Arc, time::Instant};

/// What became of one attempt.
pub type Attempted<T> = Result<Option<T>, Failure>;

/// An account while it is changed.
pub struct Draft {
    pub account: Account,
    /// What it knows; of a change that has not asked for it, nothing.
    pub secrets: Secrets,
    pub now: Time,
    /// What is said of the change, with what it ends.
    entries: Vec<(AccountEvent, Vec<String>)>,
    /// Further documents: what is expected of them, and their new text.
    expect: Vec<(Key, Option<JsonText>)>,
    put: Vec<(Key, JsonText)>,
    once: Option<IdempotencyRecord>,
}

impl Draft {
    pub fn new(account: Account, secrets: Secrets, now: Time) -> Draft {
        Draft {
            account,
            secrets,
            now,
            entries: Vec::new(),
            expect: Vec::new(),
            put: Vec::new(),
            once: None,
        }
    }

    pub fn tell(&mut self, event: AccountEvent) {
        self.tell_ended(event, Vec::new());
    }

    pub fn tell_ended(&mut self, event: AccountEvent, ended: Vec<String>) {
        self.entries.push((event, ended));
    }

    /// The change happens only while a document is so.
    pub fn expect(&mut self, key: Key, text: Option<JsonText>) {
        self.expect.push((key, text));
    }

    pub fn replace(&mut self, key: Key, before: Option<JsonText>, after: JsonText) {
        self.expect.push((key.clone(), before));
        self.put.push((key, after));
    }

    /// What is stored with the change for some time.
    pub fn keep(&mut self, record: IdempotencyRecord) {
        self.once = Some(record);
    }
}

/// What a change has found in the store.
pub struct Before {
    pub known: Option<Arc<KnownAccount>>,
    /// The text of the secrets, if they were asked for.
    pub secrets: Option<Option<JsonText>>,
}

impl AccountService {
    /// Changes an account until it is done or refused.
    pub(super) async fn change<T>(
        &self,
        by: By<'_>,
        id: AccountId,
        decide: impl FnMut(&Acting, &mut Draft) -> Result<T, Error>,
    ) -> Result<(Account, T), Error> {
        let acting = Acting::new(by)?;
        self.change_as(acting, id, false, decide).await
    }

    /// The same, with what the account knows.
    pub(super) async fn change_secrets<T>(
        &self,
        acting: Acting,
        id: AccountId,
        decide: impl FnMut(&Acting, &mut Draft) -> Result<T, Error>,
    ) -> Result<(Account, T), Error> {
        self.change_as(acting, id, true, decide).await
    }

    pub(super) async fn change_as<T>(
        &self,
        mut acting: Acting,
        id: AccountId,
        with_secrets: bool,
        mut decide: impl FnMut(&Acting, &mut Draft) -> Result<T, Error>,
    ) -> Result<(Account, T), Error> {
        let deadline = deadline();
        in_time(async {
            // Until the deadline: on a conflict, something else was faster.
            loop {
                let before = self.before(&acting, id, with_secrets).await?;
                let mut draft = before.draft()?;
                acting.check_own(&draft.account, draft.now)?;
                let result = decide(&acting, &mut draft)?;
                if let Some(account) = self.attempt(&acting, &before, draft, deadline).await? {
                    return Ok((account, result));
                }
                acting.renew(self).await?;
            }
        })
        .await
    }

    pub(super) async fn before(
        &self,
        acting: &Acting,
        id: AccountId,
        with_secrets: bool,
    ) -> Result<Before, Failure> {
        let known = self.read(id).await?.ok_or_else(|| acting.unknown())?;
        let secrets = match with_secrets {
            true => Some(self.store.get(&documents::secret_key(id)).await?),
            false => None,
        };
        Ok(Before {
            known: Some(known),
            secrets,
        })
    }

    /// Commits a change. `None`: something else was faster.
    pub(super) async fn attempt(
        &self,
        acting: &Acting,
        before: &Before,
        draft: Draft,
        deadline: Instant,
    ) -> Attempted<Account> {
        let by = acting.by(draft.account.id);
        let events: Vec<_> = draft.entries.iter().map(|(event, _)| *event).collect();
        let (mut batch, account) = before.batch(draft, by)?;
        batch.expect.extend(acting.expectations(account.id));
        (batch.deadline, batch.trace) = (Some(deadline), trace::parent());
        if batch.put.is_empty() && batch.log.is_empty() {
            return Ok(Some(account));
        }
        let entries: Vec<_> = batch.log.iter().map(|entry| entry.body.clone()).collect();
        let outcome = self.store.commit(batch).await?;
        // Whatever became of it: what is held may be older than the store.
        self.forget(account.id);
        match outcome {
            Outcome::Committed(_) => {
                for entry in entries {
                    tracing::info!(event = %entry, "changed an account");
                }
                for event in events {
                    counter!(ACCOUNT_CHANGES, "event" => event.name()).increment(1);
                }
                Ok(Some(account))
            }
            Outcome::Conflict => Ok(None),
            Outcome::Replayed(..) | Outcome::NotHighest(_) | Outcome::Full(_) => {
                let why = "a change of an account was in conflict with itself".to_owned();
                Err(StoreError::Broken(why).into())
            }
        }
    }

    /// An account as it is stored now.
    pub(super) async fn read(&self, id: AccountId) -> Result<Option<Arc<KnownAccount>>, Failure> {
        let reading = self.cache.read(id);
        let Some(text) = self.store.get(&documents::key(id)).await? else {
            return Ok(None);
        };
        let account = documents::read(&text)?;
        let known = Arc::new(KnownAccount { account, text });
        reading.hold(&known);
        Ok(Some(known))
    }
}

pub fn deadline() -> Instant {
    Instant::now() + COMMIT_DEADLINE
}

impl Before {
    /// Of an account that is made.
    pub fn nothing() -> Before {
        Before {
            known: None,
            secrets: Some(None),
        }
    }

    pub fn draft(&self) -> Result<Draft, Failure> {
        let known = self.known.as_ref().ok_or(AccountRefusal::Unknown)?;
        let secrets = self.secrets.as_ref().and_then(Option::as_ref);
        let secrets = secrets.map(|text| documents::read_secrets(text));
        let secrets = secrets.transpose()?.unwrap_or_default();
        // An account does not change before it has changed last, whatever this clock shows.
        let now = now().max(known.account.updated_at);
        Ok(Draft::new(known.account.clone(), secrets, now))
    }

    fn batch(&self, draft: Draft, by: Option<AccountId>) -> Result<(Batch, Account), StoreError> {
        let mut after = draft.account;
        let before = self.known.as_ref();
        let key = documents::key(after.id);
        let is_changed = before.is_none_or(|before| before.account != after);
        if before.is_some() && is_changed {
            after.version += 1;
            after.updated_at = draft.now;
        }
        let mut batch = Batch {
            expect: vec![(key.clone(), before.map(|before| before.text.clone()))],
            idempotency: draft.once,
            ..Batch::default()
        };
        if is_changed {
            batch.put.push((key, order_documents::write(&after)?));
            batch.index = documents::moves(before.map(|before| &before.account), &after);
        }
        if let Some(text) = &self.secrets {
            let key = documents::secret_key(after.id);
            let was = text.as_deref().map(documents::read_secrets).transpose()?;
            batch.expect.push((key.clone(), text.clone()));
            if was.unwrap_or_default() != draft.secrets {
                let text = order_documents::write(&draft.secrets)?;
                batch.put.push((key, text));
            }
        }
        batch.expect.extend(draft.expect);
        batch.put.extend(draft.put);
        for (event_type, ended) in draft.entries {
            let entry = AccountEntry {
                event_type,
                account: after.id,
                by,
                ended,
                timestamp: draft.now,
                id: None,
            };
            batch.log.push(entry.new_entry()?);
        }
        Ok((batch, after))
    }
}
