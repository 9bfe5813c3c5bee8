//! The edits of one pizzeria come one after the other on an instance. As long as one waits, what was read for those before
//! it is kept, and follows the log: an edit then reads what has changed since, and not the whole menu.

use super::{ShopService, documents, refusal::ShopFailure, stored::Held};
use crate::{
    domain::{
        Error, LogEvent, ShopEntry, ShopKind,
        shop::{basket::RestaurantId, code::Code},
    },
    server::store::{Key, LogEntry, LogRead, Result as Stored},
};
use std::time::Duration;

/// Entries of the log that are read to follow; where there are more, the pizzeria is read again.
const MAX_BEHIND: usize = 500;

impl ShopService {
    /// What the edit before has left, or else what the store has, with these items even where they are gone; and whether
    /// the store has it so.
    pub(super) async fn held<'a>(
        &self,
        left: &'a mut Option<Held>,
        id: RestaurantId,
        menu: Option<&[Code]>,
    ) -> Result<(&'a mut Held, bool), ShopFailure> {
        let is_new = !left.as_ref().is_some_and(|held| held.has(menu));
        if is_new {
            *left = Some(self.read_held(id, menu).await?);
        }
        let held = left.as_mut().ok_or(Error::Internal)?;
        if let (Some(stored), Some(codes)) = (&mut held.shop.menu, menu) {
            self.read_gone(id, stored, codes).await?;
        }
        Ok((held, is_new))
    }

    /// Brings a pizzeria up to what the store has: by the log, or else it is read again.
    pub(super) async fn refresh(
        &self,
        held: &mut Held,
        id: RestaurantId,
        menu: Option<&[Code]>,
    ) -> Result<(), ShopFailure> {
        if !self.follow(held, id).await? {
            *held = self.read_held(id, menu).await?;
        }
        Ok(())
    }

    async fn read_held(
        &self,
        id: RestaurantId,
        menu: Option<&[Code]>,
    ) -> Result<Held, ShopFailure> {
        // Taken first: an entry that comes while it is read is read twice, and not missed.
        let cursor = self.feed.cursor();
        let shop = self.read_shop(id, menu).await?;
        Ok(Held { shop, cursor })
    }

    /// Whether the log has told of a change of the pizzeria that was not known.
    async fn follow(&self, held: &mut Held, id: RestaurantId) -> Stored<bool> {
        let Some(cursor) = &mut held.cursor else {
            return Ok(false);
        };
        let before = held.shop.counter.document.version;
        let read = self.store.read_log(cursor, MAX_BEHIND, Duration::ZERO);
        let LogRead::Entries(entries) = read.await? else {
            return Ok(false);
        };
        if entries.len() == MAX_BEHIND {
            return Ok(false);
        }
        cursor.seq += entries.len() as u64;
        for LogEntry { text, .. } in entries {
            if let Ok(LogEvent::Shop(entry)) = LogEvent::read(&text)
                && entry.restaurant == id
            {
                held.shop.fold(&key(&entry), &entry.document.into())?;
            }
        }
        Ok(held.shop.counter.document.version > before)
    }
}

fn key(entry: &ShopEntry) -> Key {
    match (entry.kind, &entry.code) {
        (ShopKind::Item, Some(code)) => documents::item_key(entry.restaurant, code),
        (kind, _) => documents::key(kind, entry.restaurant),
    }
}
