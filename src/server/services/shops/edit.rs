//! An edit of a pizzeria: one commit of changed documents, of its counter, and of their entries. It reads what it changes
//! from the store, expects that, and begins again where something else was faster.

use super::{
    ShopService,
    documents::{Change, ShopDocument},
    refusal::{Refused, ShopFailure, ShopRefusal, in_time},
    stored::{Read, StoredMenu, StoredShop},
};
use crate::{
    domain::{
        Cursor, Viewer,
        shop::{basket::RestaurantId, code::Code, counter::Counter},
    },
    server::{
        clock::now,
        services::{
            accounts::Authority, command_log, failure::COMMIT_DEADLINE,
            idempotency::IdempotentRequest,
        },
        store::{Batch, JsonText, Outcome},
        telemetry::trace,
    },
};
use serde::{Serialize, de::DeserializeOwned};
use std::time::Instant;

/// What is done to a pizzeria in one commit.
pub struct Draft<'a> {
    pub shop: &'a StoredShop,
    pub change: Change,
    pub viewer: &'a Viewer,
    batch: Batch,
    counter: Option<Counter>,
}

/// What an edit is answered with, and whether it is the stored answer to an earlier sending.
pub type Edited<T> = Result<(T, bool), Refused>;

/// What it is answered with, from what was done or is stored.
pub(super) fn edited<T>((result, replayed): Answered<T>) -> Edited<T> {
    let result = result.inspect_err(refused);
    let told = |refusal| Refused { refusal, replayed };
    result.map(|done| (done, replayed)).map_err(told)
}

/// Who edits, what, and with which of its documents.
pub struct Edit<'a> {
    pub id: RestaurantId,
    pub by: &'a Authority,
    pub request: Option<&'a IdempotentRequest>,
    /// Whether its menu is read, too, with these items even where they are gone.
    pub menu: Option<&'a [Code]>,
}

/// The result of an edit, and whether it is the stored answer to an earlier sending.
pub(super) type Answered<T> = (Result<T, ShopRefusal>, bool);

/// An answer that is stored; with the cursor of its commit, if that was not before.
pub(super) struct Committed<T> {
    answer: Answered<T>,
    cursor: Option<Cursor>,
}

/// What a commit finds, or leaves.
enum Stored {
    /// The text of the answer to an earlier sending.
    Before(JsonText),
    /// `None` where there was nothing to store.
    Now(Option<Cursor>),
}

/// A request that edits: by what right, under which key, and until when.
pub(super) struct EditRequest {
    pub by: Authority,
    request: Option<IdempotentRequest>,
    deadline: Instant,
}

impl EditRequest {
    pub fn new(by: &Authority, request: Option<&IdempotentRequest>) -> EditRequest {
        EditRequest {
            by: by.clone(),
            request: request.map(|request| request.of(by.key_scope())),
            deadline: Instant::now() + COMMIT_DEADLINE,
        }
    }

    /// Whether a refusal is stored under its key.
    fn stores(&self, refusal: &ShopRefusal) -> bool {
        self.request.is_some() && refusal.is_of_state()
    }
}

impl<'a> Draft<'a> {
    fn new(shop: &'a StoredShop, by: &'a Authority) -> Draft<'a> {
        let profile = &shop.profile.document;
        Draft {
            shop,
            change: Change {
                restaurant: profile.id,
                by: by.viewer.identity().and_then(|identity| identity.id),
                at: now().max(profile.updated_at),
            },
            viewer: &by.viewer,
            batch: Batch::default(),
            counter: None,
        }
    }

    /// A document changes; `before` is `None` for one that is made.
    pub fn put<T: ShopDocument + Clone>(
        &mut self,
        before: Option<&Read<T>>,
        after: &T,
    ) -> Result<(), ShopFailure> {
        let before = before.map(|read| (&read.document, read.text.clone()));
        Ok(self.change.put(&mut self.batch, before, after)?)
    }

    /// The counter as this edit leaves it. Each edit of a menu or a profile changes it, too.
    pub fn put_counter(&mut self, after: Counter) {
        self.counter = Some(after);
    }

    /// The counter as it is so far.
    pub fn counter(&self) -> &Counter {
        self.counter.as_ref().unwrap_or(&self.shop.counter.document)
    }

    /// The menu, of an edit that has asked for it.
    pub fn menu(&self) -> Result<&StoredMenu, ShopFailure> {
        self.shop
            .menu
            .as_ref()
            .ok_or_else(|| crate::domain::Error::Internal.into())
    }

    /// What is committed.
    fn finish(mut self) -> Result<Batch, ShopFailure> {
        if let Some(counter) = self.counter.take() {
            let before = self.shop.counter.clone();
            self.put(Some(&before), &counter)?;
        }
        Ok(self.batch)
    }
}

impl ShopService {
    /// Edits a pizzeria until it is done or refused.
    pub(super) async fn edit<T: Serialize + DeserializeOwned>(
        &self,
        edit: Edit<'_>,
        mut decide: impl FnMut(&mut Draft<'_>) -> Result<T, ShopFailure>,
    ) -> Edited<T> {
        let mut asked = EditRequest::new(edit.by, edit.request);
        let done = in_time(async {
            let mut turn = self.edits.of(edit.id).await;
            if let Some(stored) = self.stored(&asked).await? {
                return Ok(stored);
            }
            let (held, mut is_current) = self.held(&mut turn, edit.id, edit.menu).await?;
            let committed = loop {
                match decided(&held.shop, &asked, &mut decide) {
                    // Nothing is committed that would find out whether it still is so.
                    Ok((batch, _)) if batch.expect.is_empty() && !is_current => {}
                    Err(_) if !is_current => {}
                    Err(failure) => return Err(failure),
                    Ok((batch, result)) => {
                        let put = batch.put.clone();
                        match self.commit_answer(batch, result, &asked).await {
                            Err(ShopFailure::Refused(refusal)) => {
                                break self.refuse(refusal, &asked).await?;
                            }
                            committed => {
                                if let Some(committed) = committed? {
                                    held.take_over(&put, &committed.cursor)?;
                                    break committed;
                                }
                            }
                        }
                        self.renew(&mut asked).await?;
                        if let Some(stored) = self.stored(&asked).await? {
                            return Ok(stored);
                        }
                    }
                }
                self.refresh(held, edit.id, edit.menu).await?;
                is_current = true;
            };
            drop(turn);
            Ok(self.seen(committed).await)
        });
        edited(done.await.inspect_err(refused)?)
    }

    /// The stored answer to an earlier sending.
    pub(super) async fn stored<T: DeserializeOwned>(
        &self,
        asked: &EditRequest,
    ) -> Result<Option<Answered<T>>, ShopFailure> {
        let Some(request) = &asked.request else {
            return Ok(None);
        };
        let text = self.store.idempotency_record(request.name()).await?;
        let stored = text.map(|text| request.stored_result(&text));
        Ok(stored.transpose()?)
    }

    /// Commits an edit with its answer. `None`: something else was faster.
    pub(super) async fn commit_answer<T: Serialize + DeserializeOwned>(
        &self,
        mut batch: Batch,
        result: Result<T, ShopRefusal>,
        asked: &EditRequest,
    ) -> Result<Option<Committed<T>>, ShopFailure> {
        let standing = asked.by.standing.iter();
        batch
            .expect
            .extend(standing.flat_map(|standing| standing.expected()));
        let request = asked.request.as_ref();
        let record = request.map(|request| request.record(&result));
        batch.idempotency = record.transpose()?;
        let answer = (result, false);
        let (answer, cursor) = match self.commit(batch, asked.deadline).await? {
            None => return Ok(None),
            Some(Stored::Before(text)) => match request {
                Some(request) => (request.stored_result(&text)?, None),
                None => (answer, None),
            },
            Some(Stored::Now(cursor)) => (answer, cursor),
        };
        Ok(Some(Committed { answer, cursor }))
    }

    /// The answer, once this instance's own view shows what was stored.
    pub(super) async fn seen<T>(&self, committed: Committed<T>) -> Answered<T> {
        if let Some(cursor) = &committed.cursor {
            self.catch_up(cursor).await;
        }
        committed.answer
    }

    /// Stores a refusal that is of no document under the key of its request.
    pub(super) async fn refuse<T: Serialize + DeserializeOwned>(
        &self,
        refusal: ShopRefusal,
        asked: &EditRequest,
    ) -> Result<Committed<T>, ShopFailure> {
        if !asked.stores(&refusal) {
            return Err(refusal.into());
        }
        let result = Err(refusal.clone());
        let stored = self.commit_answer(Batch::default(), result, asked);
        Ok(stored.await?.unwrap_or(Committed {
            answer: (Err(refusal), false),
            cursor: None,
        }))
    }

    /// After a conflict, which may have been about the account.
    pub(super) async fn renew(&self, asked: &mut EditRequest) -> Result<(), ShopFailure> {
        if asked.by.standing.is_some() {
            asked.by = self.accounts.renew(&asked.by).await?;
        }
        Ok(())
    }

    /// Commits what is left to commit. `None`: something else was faster.
    async fn commit(
        &self,
        mut batch: Batch,
        deadline: Instant,
    ) -> Result<Option<Stored>, ShopFailure> {
        if batch.put.is_empty() && batch.idempotency.is_none() {
            return Ok(Some(Stored::Now(None)));
        }
        (batch.deadline, batch.trace) = (Some(deadline), trace::parent());
        match self.store.commit(batch).await? {
            Outcome::Committed(cursor) => Ok(Some(Stored::Now(Some(cursor)))),
            Outcome::Replayed(text, _) => Ok(Some(Stored::Before(text))),
            Outcome::Conflict | Outcome::NotHighest(_) => Ok(None),
            Outcome::Full(index) => Err(taken(&index.0).into()),
        }
    }
}

/// What an edit comes to: what is committed, and the answer.
fn decided<T>(
    shop: &StoredShop,
    asked: &EditRequest,
    decide: &mut impl FnMut(&mut Draft<'_>) -> Result<T, ShopFailure>,
) -> Result<(Batch, Result<T, ShopRefusal>), ShopFailure> {
    let mut draft = Draft::new(shop, &asked.by);
    match decide(&mut draft) {
        Ok(result) => Ok((draft.finish()?, Ok(result))),
        // Stored under the request's key, a refusal must be of the pizzeria as it stands.
        Err(ShopFailure::Refused(refusal)) if asked.stores(&refusal) => {
            Ok((shop.expected(), Err(refusal)))
        }
        Err(failure) => Err(failure),
    }
}

/// What a full index says: another pizzeria has the slug, or the name.
fn taken(index: &str) -> ShopRefusal {
    let field = match index.starts_with("slug:") {
        true => "slug",
        false => "name",
    };
    ShopRefusal::NameTaken {
        field: field.to_owned(),
    }
}

/// Counts a refusal.
fn refused(refusal: &ShopRefusal) {
    command_log::shop_refused(refusal.name());
}
