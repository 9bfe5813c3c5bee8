//! An edit of a pizzeria: one commit of changed documents, of its counter, and of their entries. It reads what it changes
//! from the store, expects that, and begins again where something else was faster.

use super::{
    ShopService,
    documents::{self, Change, ShopDocument},
    refusal::{Refused, ShopFailure, ShopRefusal, in_time},
};
use crate::{
    domain::{
        ShopKind, Viewer,
        shop::{
            basket::RestaurantId,
            code::Code,
            counter::Counter,
            menu::{Item, Menu, Outline},
            profile::Profile,
        },
    },
    server::{
        clock::now,
        services::{
            accounts::Authority, command_log, failure::COMMIT_DEADLINE,
            idempotency::IdempotentRequest, order_documents::unreadable,
        },
        store::{Batch, JsonText, Key, Outcome, Query, Result as Stored},
        telemetry::trace,
    },
};
use serde::{Serialize, de::DeserializeOwned};
use std::{collections::BTreeMap, time::Instant};

/// A document, and its text as it was read.
#[derive(Clone, Debug)]
pub struct Read<T> {
    pub document: T,
    pub text: JsonText,
}

/// A pizzeria as the store holds it.
pub struct StoredShop {
    pub profile: Read<Profile>,
    pub counter: Read<Counter>,
    /// `None` where nobody has asked for it.
    pub menu: Option<StoredMenu>,
}

pub struct StoredMenu {
    pub outline: Read<Outline>,
    /// Those that are listed, and those that were asked for by code though they are gone.
    pub items: BTreeMap<Code, Read<Item>>,
}

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

impl StoredShop {
    /// That nothing of it has changed.
    fn expected(&self) -> Batch {
        let key = |kind| documents::key(kind, self.profile.document.id);
        let profile = (key(ShopKind::Restaurant), Some(self.profile.text.clone()));
        let counter = (key(ShopKind::Counter), Some(self.counter.text.clone()));
        Batch {
            expect: vec![profile, counter],
            ..Batch::default()
        }
    }
}

impl StoredMenu {
    /// The outline, and the items that are not gone.
    pub fn menu(&self) -> Menu {
        let items = self.items.values().map(|item| &item.document);
        Menu {
            outline: self.outline.document.clone(),
            items: items.filter(|item| !item.gone).cloned().collect(),
        }
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
            loop {
                if let Some(stored) = self.stored(&asked).await? {
                    return Ok(stored);
                }
                let shop = self.read_shop(edit.id, edit.menu).await?;
                let mut draft = Draft::new(&shop, &asked.by);
                let (batch, result) = match decide(&mut draft) {
                    Ok(result) => (draft.finish()?, Ok(result)),
                    // Stored under the request's key, a refusal must be of the pizzeria as it stands.
                    Err(ShopFailure::Refused(refusal)) if asked.stores(&refusal) => {
                        (shop.expected(), Err(refusal))
                    }
                    Err(failure) => return Err(failure),
                };
                match self.commit_answer(batch, result, &asked).await {
                    Err(ShopFailure::Refused(refusal)) => {
                        return self.refuse(refusal, &asked).await;
                    }
                    committed => {
                        if let Some(answer) = committed? {
                            return Ok(answer);
                        }
                    }
                }
                self.renew(&mut asked).await?;
            }
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
    ) -> Result<Option<Answered<T>>, ShopFailure> {
        let standing = asked.by.standing.iter();
        batch
            .expect
            .extend(standing.flat_map(|standing| standing.expected()));
        let request = asked.request.as_ref();
        let record = request.map(|request| request.record(&result));
        batch.idempotency = record.transpose()?;
        let Some(replayed) = self.commit(batch, asked.deadline).await? else {
            return Ok(None);
        };
        Ok(Some(match (replayed, request) {
            (Some(text), Some(request)) => request.stored_result(&text)?,
            _ => (result, false),
        }))
    }

    /// Stores a refusal that is of no document under the key of its request.
    pub(super) async fn refuse<T: Serialize + DeserializeOwned>(
        &self,
        refusal: ShopRefusal,
        asked: &EditRequest,
    ) -> Result<Answered<T>, ShopFailure> {
        if !asked.stores(&refusal) {
            return Err(refusal.into());
        }
        let result = Err(refusal.clone());
        let stored = self.commit_answer(Batch::default(), result, asked);
        Ok(stored.await?.unwrap_or((Err(refusal), false)))
    }

    /// After a conflict, which may have been about the account.
    pub(super) async fn renew(&self, asked: &mut EditRequest) -> Result<(), ShopFailure> {
        if asked.by.standing.is_some() {
            asked.by = self.accounts.renew(&asked.by).await?;
        }
        Ok(())
    }

    /// Commits what is left to commit. `None`: something else was faster. Else the text of the answer that was stored
    /// before, if one was.
    pub(super) async fn commit(
        &self,
        mut batch: Batch,
        deadline: Instant,
    ) -> Result<Option<Option<JsonText>>, ShopFailure> {
        if batch.put.is_empty() && batch.idempotency.is_none() {
            return Ok(Some(None));
        }
        (batch.deadline, batch.trace) = (Some(deadline), trace::parent());
        match self.store.commit(batch).await? {
            Outcome::Committed(cursor) => {
                self.catch_up(&cursor).await;
                Ok(Some(None))
            }
            Outcome::Replayed(text, _) => Ok(Some(Some(text))),
            Outcome::Conflict | Outcome::NotHighest(_) => Ok(None),
            Outcome::Full(index) => Err(taken(&index.0).into()),
        }
    }

    /// A pizzeria as the store holds it, with its menu where that is asked for.
    pub(super) async fn read_shop(
        &self,
        id: RestaurantId,
        menu: Option<&[Code]>,
    ) -> Result<StoredShop, ShopFailure> {
        let unknown = || ShopFailure::from(ShopRefusal::UnknownRestaurant);
        // The counter first: what is changed after it was read is a change of the counter, too.
        let counter = self.read(documents::key(ShopKind::Counter, id)).await?;
        let profile = self.read(documents::key(ShopKind::Restaurant, id)).await?;
        Ok(StoredShop {
            profile: profile.ok_or_else(unknown)?,
            counter: counter.ok_or_else(unknown)?,
            menu: match menu {
                Some(codes) => Some(self.read_menu(id, codes).await?),
                None => None,
            },
        })
    }

    /// The menu of a pizzeria, with these items even where they are gone.
    pub(super) async fn read_menu(
        &self,
        id: RestaurantId,
        codes: &[Code],
    ) -> Result<StoredMenu, ShopFailure> {
        let query = Query {
            index: documents::menu_index(id),
            before: None,
            limit: usize::MAX,
        };
        let listing = self.store.list(&[query]).await?;
        let texts = listing.pages.into_iter().flat_map(|page| page.documents);
        let (mut outline, mut items) = (None, BTreeMap::new());
        for text in texts {
            // An item has a name, and the outline has none.
            match serde_json::from_str::<Item>(&text) {
                Ok(document) => {
                    items.insert(document.id.clone(), Read { document, text });
                }
                Err(_) => outline = Some(decode::<Outline>(text)?),
            }
        }
        for code in codes {
            if !items.contains_key(code)
                && let Some(item) = self.read::<Item>(documents::item_key(id, code)).await?
            {
                items.insert(code.clone(), item);
            }
        }
        let outline = outline.ok_or_else(|| ShopFailure::from(ShopRefusal::UnknownRestaurant))?;
        Ok(StoredMenu { outline, items })
    }

    async fn read<T: DeserializeOwned>(&self, key: Key) -> Stored<Option<Read<T>>> {
        let text = self.store.get(&key).await?;
        text.map(decode).transpose()
    }
}

fn decode<T: DeserializeOwned>(text: JsonText) -> Stored<Read<T>> {
    let document = serde_json::from_str(&text)
        .map_err(|error| unreadable("a document of a pizzeria", &error))?;
    Ok(Read { document, text })
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
