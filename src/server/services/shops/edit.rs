//! An edit of a pizzeria: one commit of changed documents, of its counter, and of their entries. It reads what it changes
//! from the store, expects that, and begins again where something else was faster.

use super::{
    ShopService,
    documents::{self, Change, ShopDocument},
    refusal::{ShopFailure, ShopRefusal, in_time},
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
            accounts::Authority, failure::COMMIT_DEADLINE, idempotency::IdempotentRequest,
            order_documents::unreadable,
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
pub type Edited<T> = Result<(T, bool), ShopRefusal>;

/// Who edits, what, and with which of its documents.
pub struct Edit<'a> {
    pub id: RestaurantId,
    pub by: &'a Authority,
    pub request: Option<&'a IdempotentRequest>,
    /// Whether its menu is read, too, with these items even where they are gone.
    pub menu: Option<&'a [Code]>,
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

impl Draft<'_> {
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
        let deadline = Instant::now() + COMMIT_DEADLINE;
        let request = edit.request.map(|request| request.of(edit.by.key_scope()));
        let done = in_time(async {
            let mut by = edit.by.clone();
            loop {
                if let Some(request) = &request
                    && let Some(text) = self.store.idempotency_record(request.name()).await?
                {
                    return Ok(request.stored_result::<T, ShopRefusal>(&text)?);
                }
                let shop = self.read_shop(edit.id, edit.menu).await?;
                let mut draft = Draft {
                    shop: &shop,
                    change: Change {
                        restaurant: edit.id,
                        by: by.viewer.identity().and_then(|identity| identity.id),
                        at: now().max(shop.profile.document.updated_at),
                    },
                    viewer: &by.viewer,
                    batch: Batch::default(),
                    counter: None,
                };
                let result = decide(&mut draft)?;
                let mut batch = draft.finish()?;
                batch
                    .expect
                    .extend(by.standing.iter().flat_map(|standing| standing.expected()));
                let answer = Ok::<_, ShopRefusal>(&result);
                let record = request.as_ref().map(|request| request.record(&answer));
                batch.idempotency = record.transpose()?;
                if let Some(replayed) = self.commit(batch, deadline).await? {
                    return Ok(match (replayed, &request) {
                        (Some(text), Some(request)) => request.stored_result(&text)?,
                        (Some(_) | None, _) => (Ok(result), false),
                    });
                }
                if by.standing.is_some() {
                    by = self.accounts.renew(&by).await?;
                }
            }
        });
        let (result, replayed) = done.await?;
        Ok((result?, replayed))
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
