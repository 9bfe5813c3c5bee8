//! Pizzerias as documents of the store: their keys, their indexes, and the entries of the log about them.
//!
//! `restaurant:{uuid}` is the profile, `counter:{uuid}` what holds now, `menu:{uuid}` the outline of the menu and
//! `item:{uuid}.{code}` one item. Each changes with an entry that carries it whole, and none is ever deleted.

use crate::{
    domain::{
        AccountId, ShopKind, Time, fold_name,
        shop::{
            basket::RestaurantId,
            code::Code,
            counter::Counter,
            menu::{Item, Outline},
            profile::Profile,
            slug::Slug,
        },
    },
    server::{
        services::order_documents::write,
        store::{
            Batch, Index, IndexChange, JsonText, Key, NewEntry, Result,
            snapshot::{DocumentKind, Was},
        },
    },
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

pub const RESTAURANT_KIND: DocumentKind = DocumentKind {
    has: |name| is_of(name, ShopKind::Restaurant),
    as_of: |key, entry| as_of(key, entry, ShopKind::Restaurant),
};
pub const COUNTER_KIND: DocumentKind = DocumentKind {
    has: |name| is_of(name, ShopKind::Counter),
    as_of: |key, entry| as_of(key, entry, ShopKind::Counter),
};
pub const MENU_KIND: DocumentKind = DocumentKind {
    has: |name| is_of(name, ShopKind::Menu),
    as_of: |key, entry| as_of(key, entry, ShopKind::Menu),
};
pub const ITEM_KIND: DocumentKind = DocumentKind {
    has: |name| is_of(name, ShopKind::Item),
    as_of: |key, entry| as_of(key, entry, ShopKind::Item),
};

/// What a key is of: the kind, the pizzeria, and of an item its code. The UUID has its canonical spelling.
pub fn parts(name: &str) -> Option<(ShopKind, RestaurantId, Option<Code>)> {
    let (kind, id) = name.split_once(':')?;
    let kind = ShopKind::from_name(kind)?;
    let (id, code) = match (kind, id.split_once('.')) {
        (ShopKind::Item, Some((id, code))) => (id, Some(code.to_owned().try_into().ok()?)),
        (ShopKind::Item, None) | (_, Some(_)) => return None,
        (_, None) => (id, None),
    };
    let uuid = Uuid::try_parse(id).ok()?;
    (uuid.to_string() == id).then_some((kind, uuid, code))
}

fn is_of(name: &str, kind: ShopKind) -> bool {
    parts(name).is_some_and(|(of, ..)| of == kind)
}

/// The key of a document that is not an item.
pub fn key(kind: ShopKind, id: RestaurantId) -> Key {
    Key(format!("{kind}:{id}"))
}

pub fn item_key(id: RestaurantId, code: &Code) -> Key {
    Key(format!("{}:{id}.{code}", ShopKind::Item))
}

/// All pizzerias.
pub fn restaurants() -> Index {
    Index("restaurants".to_owned())
}

/// All counters.
pub fn counters() -> Index {
    Index("counters".to_owned())
}

/// The one pizzeria that has, or had, this slug.
pub fn slug_index(slug: &Slug) -> Index {
    Index(format!("slug:{slug}"))
}

/// The one pizzeria that is called so.
pub fn called_index(name: &str) -> Index {
    Index(format!("called:{}", fold_name(name)))
}

/// The outline and the items of a menu, without what was taken off.
pub fn menu_index(id: RestaurantId) -> Index {
    Index(format!("menu:{id}"))
}

/// A document of a pizzeria: where it stands, and what lists it.
pub trait ShopDocument: Serialize {
    const KIND: ShopKind;

    fn key(&self, of: RestaurantId) -> Key;

    fn version(&self) -> u32;

    fn indexes(&self, of: RestaurantId) -> Vec<Index>;

    /// Indexes that hold nobody else.
    fn unique(&self) -> Vec<Index> {
        Vec::new()
    }
}

impl ShopDocument for Profile {
    const KIND: ShopKind = ShopKind::Restaurant;

    fn key(&self, of: RestaurantId) -> Key {
        key(Self::KIND, of)
    }

    fn version(&self) -> u32 {
        self.version
    }

    fn indexes(&self, _: RestaurantId) -> Vec<Index> {
        let mut indexes = vec![restaurants()];
        indexes.extend(self.unique());
        indexes
    }

    fn unique(&self) -> Vec<Index> {
        let slugs = self.slugs().map(slug_index);
        slugs.chain([called_index(&self.name)]).collect()
    }
}

impl ShopDocument for Counter {
    const KIND: ShopKind = ShopKind::Counter;

    fn key(&self, of: RestaurantId) -> Key {
        key(Self::KIND, of)
    }

    fn version(&self) -> u32 {
        self.version
    }

    fn indexes(&self, _: RestaurantId) -> Vec<Index> {
        vec![counters()]
    }
}

impl ShopDocument for Outline {
    const KIND: ShopKind = ShopKind::Menu;

    fn key(&self, of: RestaurantId) -> Key {
        key(Self::KIND, of)
    }

    fn version(&self) -> u32 {
        self.version
    }

    fn indexes(&self, of: RestaurantId) -> Vec<Index> {
        vec![menu_index(of)]
    }
}

impl ShopDocument for Item {
    const KIND: ShopKind = ShopKind::Item;

    fn key(&self, of: RestaurantId) -> Key {
        item_key(of, &self.id)
    }

    fn version(&self) -> u32 {
        self.version
    }

    fn indexes(&self, of: RestaurantId) -> Vec<Index> {
        match self.gone {
            true => Vec::new(),
            false => vec![menu_index(of)],
        }
    }
}

/// Who changes documents of a pizzeria, and when.
#[derive(Clone, Copy)]
pub struct Change {
    pub restaurant: RestaurantId,
    /// `None` in the open mode, and where the market itself does it.
    pub by: Option<AccountId>,
    pub at: Time,
}

impl Change {
    /// Adds to a batch that a document changes: what it was, what it is, its indexes with the room that the unique ones
    /// have, and the entry that carries it.
    pub fn put<T: ShopDocument>(
        self,
        batch: &mut Batch,
        before: Option<(&T, JsonText)>,
        after: &T,
    ) -> Result<()> {
        let of = self.restaurant;
        let key = after.key(of);
        let text = write(after)?;
        let was = before
            .as_ref()
            .map_or(Vec::new(), |(before, _)| before.indexes(of));
        let is = after.indexes(of);
        let enters = is.iter().filter(|index| !was.contains(index));
        let leaves = was.iter().filter(|index| !is.contains(index));
        let enters = enters.map(|index| IndexChange::In(index.clone(), key.clone()));
        let leaves = leaves.map(|index| IndexChange::Out(index.clone(), key.clone()));
        batch.index.extend(enters.chain(leaves));
        batch
            .room
            .extend(after.unique().into_iter().map(|index| (index, 1)));
        batch
            .expect
            .push((key.clone(), before.map(|(_, text)| text)));
        batch.log.push(self.entry(T::KIND, key.clone(), &text)?);
        batch.put.push((key, text));
        Ok(())
    }

    fn entry(self, kind: ShopKind, key: Key, text: &JsonText) -> Result<NewEntry> {
        let open = format!(r#"{{"event_type":"{}","{kind}":"#, kind.event_type());
        let restaurant = match kind {
            ShopKind::Restaurant | ShopKind::Counter => String::new(),
            // What has no id of its pizzeria in it has it beside it.
            ShopKind::Menu | ShopKind::Item => format!(r#","restaurant":"{}""#, self.restaurant),
        };
        let (by, at) = (write(&self.by)?, write(&self.at)?);
        Ok(NewEntry {
            about: key,
            body: format!(r#"{open}{text}{restaurant},"by":{by},"timestamp":{at}}}"#).into(),
            repeats: Some(open.len()..open.len() + text.len()),
            published: false,
        })
    }
}

/// The document, and its indexes, when this entry of the log was written.
pub fn as_of(key: &Key, entry: &str, kind: ShopKind) -> Option<Was> {
    #[derive(Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        restaurant: Option<&'a RawValue>,
        #[serde(borrow)]
        counter: Option<&'a RawValue>,
        #[serde(borrow)]
        menu: Option<&'a RawValue>,
        #[serde(borrow)]
        item: Option<&'a RawValue>,
    }
    let body: Body = serde_json::from_str(entry).ok()?;
    let text = match kind {
        ShopKind::Restaurant => body.restaurant,
        ShopKind::Counter => body.counter,
        ShopKind::Menu => body.menu,
        ShopKind::Item => body.item,
    }?;
    let (_, of, _) = parts(&key.0)?;
    Some((text.get().into(), indexes(kind, of, text.get())?))
}

/// Every index that a document with this text is in; `None` where it cannot be read.
pub fn indexes(kind: ShopKind, of: RestaurantId, text: &str) -> Option<Vec<Index>> {
    fn read<T: ShopDocument + for<'de> Deserialize<'de>>(
        of: RestaurantId,
        text: &str,
    ) -> Option<Vec<Index>> {
        let document: T = serde_json::from_str(text).ok()?;
        Some(document.indexes(of))
    }
    match kind {
        ShopKind::Restaurant => read::<Profile>(of, text),
        ShopKind::Counter => read::<Counter>(of, text),
        ShopKind::Menu => read::<Outline>(of, text),
        ShopKind::Item => read::<Item>(of, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_its_kind_its_pizzeria_and_its_item() {
        let id = Uuid::from_u128(7);
        let code: Code = "diavola".to_owned().try_into().unwrap();
        assert_eq!(
            parts(&key(ShopKind::Menu, id).0),
            Some((ShopKind::Menu, id, None))
        );
        let item = item_key(id, &code);
        assert_eq!(parts(&item.0), Some((ShopKind::Item, id, Some(code))));
        for other in [
            "item:00000000-0000-0000-0000-000000000007",
            "menu:00000000-0000-0000-0000-000000000007.a",
            "item:00000000-0000-0000-0000-000000000007.A",
            "restaurant:{00000000-0000-0000-0000-000000000007}",
            "order:00000000-0000-0000-0000-000000000007",
            "counter:7",
        ] {
            assert_eq!(parts(other), None, "{other}");
        }
    }

    #[test]
    fn an_entry_tells_the_document_and_its_indexes() {
        let id = Uuid::from_u128(7);
        let change = Change {
            restaurant: id,
            by: None,
            at: Time::from_millis(0),
        };
        let mut batch = Batch::default();
        change.put(&mut batch, None, &Outline::default()).unwrap();
        let (key, text) = &batch.put[0];
        let was = (MENU_KIND.as_of)(key, &batch.log[0].body);
        assert_eq!(was, Some((text.clone(), vec![menu_index(id)])));
        let repeats = batch.log[0].repeats.clone().unwrap();
        assert_eq!(batch.log[0].body[repeats], **text);
        assert!(batch.room.is_empty());
    }
}
