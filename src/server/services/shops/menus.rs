//! Menus: reading them, and each edit. An edit is one commit of the documents that it changes, and of the counter, whose
//! revision of the menu goes up by one. What undoes it is part of its answer.

use super::{
    ShopService,
    catalog::{KnownShop, ShopRef},
    documents,
    edit::{Draft, Edit, Edited},
    menu_csv::MenuCsv,
    menu_texts::MenuText,
    refusal::{ShopFailure, ShopRefusal, in_time},
    restaurants::check_version,
    stored::{StoredMenu, StoredShop},
};
use crate::{
    domain::{
        Error, InvalidField, Precondition, ShopKind,
        shop::{
            basket::RestaurantId,
            code::Code,
            menu::{
                Item, Menu, Outline,
                difference::Difference,
                edit::{self as edits, MenuDocument, Place},
                file::MenuFile,
            },
        },
    },
    server::{
        services::{accounts::Authority, idempotency::IdempotentRequest},
        store::StoreError,
    },
};
use serde::{Deserialize, Serialize};

/// Who edits the menu of which pizzeria.
pub struct MenuCall<'a> {
    pub shop: &'a ShopRef,
    pub by: &'a Authority,
    pub request: Option<&'a IdempotentRequest>,
}

/// What undoes the change of one document: version `to` put back where `from` still stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    /// The key of the document in the store.
    pub key: String,
    pub from: u32,
    /// 0 where the document was not there.
    pub to: u32,
}

/// What an edit of a menu is answered with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MenuEdited<T> {
    pub content: T,
    /// Of the whole menu.
    pub revision: u32,
    /// Empty if nothing has changed.
    pub undo: Vec<Undo>,
}

/// A whole menu that comes in.
pub enum MenuSource {
    Json(Menu),
    Csv(MenuCsv),
}

impl MenuSource {
    /// The codes of its items, of which some may be gone.
    fn codes(&self) -> Vec<Code> {
        match self {
            MenuSource::Json(menu) => {
                let codes = menu.items.iter().map(|item| item.id.clone());
                codes.filter(|code| !code.is_empty()).collect()
            }
            MenuSource::Csv(csv) => csv.codes(),
        }
    }

    fn import(&self, before: &Menu, gone: &[Item]) -> Result<edits::Edit, Vec<InvalidField>> {
        match self {
            MenuSource::Json(menu) => edits::import(before, gone, menu.clone()),
            MenuSource::Csv(csv) => {
                let (menu, rows) = csv.menu(before)?;
                edits::import(before, gone, menu).map_err(|faults| rows.named(faults))
            }
        }
    }
}

impl ShopService {
    /// A whole menu as JSON, at its newest revision.
    pub async fn menu_text(&self, shop: &KnownShop) -> Result<MenuText, ShopRefusal> {
        let id = shop.profile.id;
        if let Some(text) = self.menu_texts.get(id, shop.counter.menu_revision) {
            return Ok(text);
        }
        let (menu, revision) = self.menu_at_revision(shop).await?;
        let written = serde_json::to_vec(&MenuFile::new(&menu, revision));
        let text = MenuText {
            revision,
            text: written.map_err(|_| Error::Internal)?.into(),
        };
        self.menu_texts.keep(id, text.clone());
        Ok(text)
    }

    /// A menu with the revision that it is at. Its documents are read one after the other, so that an edit between them
    /// is looked for.
    pub async fn menu_at_revision(&self, shop: &KnownShop) -> Result<(Menu, u32), ShopRefusal> {
        let id = shop.profile.id;
        in_time(async {
            loop {
                let read = self.read_shop(id, Some(&[])).await?;
                let revision = read.counter.document.menu_revision;
                let after = self.read_shop(id, None).await?.counter.document;
                if after.menu_revision == revision {
                    return Ok((stored_menu(&read)?.menu(), revision));
                }
            }
        })
        .await
    }

    pub async fn item(&self, shop: &KnownShop, code: &Code) -> Result<Item, ShopRefusal> {
        let menu = self.menu(shop).await?;
        menu.item(code).cloned().ok_or(ShopRefusal::UnknownItem)
    }

    /// Replaces the whole menu. A dry run answers what would change, and changes nothing.
    pub async fn import_menu(
        &self,
        call: MenuCall<'_>,
        expected: Option<&Precondition>,
        source: &MenuSource,
        dry_run: bool,
    ) -> Edited<MenuEdited<Difference>> {
        let codes = source.codes();
        let call = MenuCall {
            request: call.request.filter(|_| !dry_run),
            ..call
        };
        self.edit_menu(call, &codes, |draft| {
            check_version(expected, draft.counter().menu_revision)?;
            let (menu, gone) = menu_and_gone(draft.shop)?;
            let edit = source.import(&menu, &gone)?;
            let difference = edit.difference.clone();
            match dry_run {
                true => Ok(MenuEdited {
                    content: difference,
                    revision: draft.counter().menu_revision,
                    undo: Vec::new(),
                }),
                false => put_edit(draft, &edit, difference),
            }
        })
        .await
    }

    pub async fn put_outline(
        &self,
        call: MenuCall<'_>,
        expected: Option<&Precondition>,
        outline: &Outline,
    ) -> Edited<MenuEdited<Outline>> {
        self.edit_menu(call, &[], |draft| {
            let (menu, _) = menu_and_gone(draft.shop)?;
            check_version(expected, menu.outline.version)?;
            let edit = edits::put_outline(&menu, outline.clone())?;
            put_edit(draft, &edit, edit.menu.outline.clone())
        })
        .await
    }

    /// Adds an item. Where it names the code of one that was taken off, that one comes back.
    pub async fn add_item(
        &self,
        call: MenuCall<'_>,
        item: &Item,
        place: Option<&Place>,
    ) -> Edited<MenuEdited<Item>> {
        let codes = Some(&item.id).filter(|code| !code.is_empty());
        let codes: Vec<Code> = codes.into_iter().cloned().collect();
        self.edit_menu(call, &codes, |draft| {
            let (menu, gone) = menu_and_gone(draft.shop)?;
            if let Some(other) = menu.item(&item.id) {
                let (new, old, code) = (&item.name, &other.name, &item.id);
                let why = format!("Two items have the code {code}: {old} and {new}.");
                return Err(vec![InvalidField::fault("id", why)].into());
            }
            put_item(draft, &menu, &gone, item.clone(), place.cloned())
        })
        .await
    }

    pub async fn change_item(
        &self,
        call: MenuCall<'_>,
        expected: Option<&Precondition>,
        code: &Code,
        item: &Item,
    ) -> Edited<MenuEdited<Item>> {
        self.edit_menu(call, &[], |draft| {
            let (menu, _) = menu_and_gone(draft.shop)?;
            check_item(&menu, code, expected)?;
            let item = Item {
                id: code.clone(),
                ..item.clone()
            };
            put_item(draft, &menu, &[], item, None)
        })
        .await
    }

    /// Takes an item off.
    pub async fn take_item_off(
        &self,
        call: MenuCall<'_>,
        expected: Option<&Precondition>,
        code: &Code,
    ) -> Edited<MenuEdited<Item>> {
        self.edit_menu(call, &[], |draft| {
            let (menu, _) = menu_and_gone(draft.shop)?;
            check_item(&menu, code, expected)?;
            let edit = edits::take_off(&menu, code).ok_or(ShopRefusal::UnknownItem)??;
            let item = edit.item(code).cloned().ok_or(Error::Internal)?;
            put_edit(draft, &edit, item)
        })
        .await
    }

    /// An edit of a menu by somebody who may edit it. `codes` are of items that are read even where they are gone.
    pub(super) async fn edit_menu<T: Serialize + for<'de> Deserialize<'de>>(
        &self,
        call: MenuCall<'_>,
        codes: &[Code],
        mut decide: impl FnMut(&mut Draft<'_>) -> Result<MenuEdited<T>, ShopFailure>,
    ) -> Edited<MenuEdited<T>> {
        let id = self.id_in(call.shop).await?;
        let edit = Edit {
            id,
            by: call.by,
            request: call.request,
            menu: Some(codes),
        };
        self.edit(edit, |draft| {
            let name = &draft.shop.profile.document.name;
            draft.viewer.may_edit_shop(name, false).check()?;
            decide(draft)
        })
        .await
    }

    /// The id of the pizzeria that an address names.
    pub(super) async fn id_in(&self, named: &ShopRef) -> Result<RestaurantId, ShopRefusal> {
        match named {
            ShopRef::Id(id) => Ok(*id),
            ShopRef::Slug(_) => Ok(self.find(named).await?.profile.id),
        }
    }
}

fn check_item(
    menu: &Menu,
    code: &Code,
    expected: Option<&Precondition>,
) -> Result<(), ShopRefusal> {
    let item = menu.item(code).ok_or(ShopRefusal::UnknownItem)?;
    check_version(expected, item.version)
}

fn put_item(
    draft: &mut Draft<'_>,
    menu: &Menu,
    gone: &[Item],
    item: Item,
    place: Option<Place>,
) -> Result<MenuEdited<Item>, ShopFailure> {
    let (code, edit) = edits::put_item(menu, gone, item, place)?;
    let item = edit.item(&code).cloned().ok_or(Error::Internal)?;
    put_edit(draft, &edit, item)
}

fn stored_menu(shop: &StoredShop) -> Result<&StoredMenu, ShopFailure> {
    let missing = || StoreError::Broken("a menu was not read".to_owned());
    shop.menu.as_ref().ok_or_else(|| missing().into())
}

/// The menu as it stands, and the items that are gone of those that were asked for.
pub(super) fn menu_and_gone(shop: &StoredShop) -> Result<(Menu, Vec<Item>), ShopFailure> {
    let stored = stored_menu(shop)?;
    let items = stored.items.values().map(|item| &item.document);
    let gone = items.filter(|item| item.gone).cloned().collect();
    Ok((stored.menu(), gone))
}

/// Puts what an edit changes into its commit; nothing, if it changes nothing.
pub(super) fn put_edit<T>(
    draft: &mut Draft<'_>,
    edit: &edits::Edit,
    content: T,
) -> Result<MenuEdited<T>, ShopFailure> {
    let (shop, id) = (draft.shop, draft.change.restaurant);
    let stored = stored_menu(shop)?;
    for change in &edit.changes {
        match &change.document {
            MenuDocument::Outline => draft.put(Some(&stored.outline), &edit.menu.outline)?,
            MenuDocument::Item(code) => {
                let after = edit.item(code).ok_or(Error::Internal)?;
                draft.put(stored.items.get(code), after)?;
            }
        }
    }
    if !edit.changes.is_empty() {
        let counter = draft.counter();
        let counter = counter.with_next_menu(draft.change.at, |part| edit.menu.has(part));
        draft.put_counter(counter);
    }
    let undo = edit.changes.iter().map(|change| Undo {
        key: key(id, &change.document),
        from: change.from,
        to: change.to,
    });
    Ok(MenuEdited {
        content,
        revision: draft.counter().menu_revision,
        undo: undo.collect(),
    })
}

/// The key of a document of a menu, as `undo` names it.
pub(super) fn key(id: RestaurantId, document: &MenuDocument) -> String {
    let key = match document {
        MenuDocument::Outline => documents::key(ShopKind::Menu, id),
        MenuDocument::Item(code) => documents::item_key(id, code),
    };
    key.0
}
