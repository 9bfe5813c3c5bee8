//! Undoing edits of a menu: documents get the contents back that they had, as long as nobody has changed them since. It
//! is an edit like any other, so that it can be undone, too.

use super::{
    ShopService, documents,
    edit::Edited,
    menus::{MenuCall, MenuEdited, Undo, menu_and_gone, put_edit},
    refusal::{ShopFailure, ShopRefusal, in_time},
};
use crate::{
    domain::{
        Error, FieldError, InvalidField, ShopKind, Viewer,
        shop::{
            basket::RestaurantId,
            code::Code,
            menu::{
                Item, Menu, Outline,
                difference::Difference,
                edit::{MenuDocument, Restored, restore, version_of},
            },
        },
    },
    server::store::{JsonText, Key, snapshot::DocumentKind},
};
use serde::{Deserialize, de::DeserializeOwned};

/// One document that is to be what it was.
struct Wanted {
    document: MenuDocument,
    from: u32,
    /// What it was at that version, if it ever was.
    left: Option<Restored>,
    content: Restored,
}

impl Wanted {
    /// Whether `from` still stands. It does as well where an undone edit has brought its content back, so that several
    /// edits of one document can be undone one after the other.
    fn still_stands(&self, menu: &Menu, gone: &[Item]) -> bool {
        let now = match &self.document {
            MenuDocument::Outline => Some(Restored::Outline(menu.outline.clone())),
            MenuDocument::Item(code) => {
                let mut all = menu.items.iter().chain(gone);
                let item = all.find(|item| item.id == *code);
                item.cloned().map(Restored::Item)
            }
        };
        version_of(&self.document, menu, gone) == self.from
            || now.is_some() && now.map(content) == self.left.clone().map(content)
    }
}

/// What is in a document, without what counts its edits.
fn content(document: Restored) -> Restored {
    match document {
        Restored::Outline(outline) => Restored::Outline(Outline {
            next: 0,
            version: 0,
            ..outline
        }),
        // What was taken off is as good as what was not there.
        Restored::Item(item) if item.gone => Restored::Absent(item.id),
        Restored::Item(item) => Restored::Item(Item { version: 0, ..item }),
        absent @ Restored::Absent(_) => absent,
    }
}

impl ShopService {
    /// Puts documents of a menu back, all of them or none.
    pub async fn restore_menu(
        &self,
        call: MenuCall<'_>,
        undo: &[Undo],
    ) -> Edited<MenuEdited<Difference>> {
        let id = self.id_in(call.shop).await?;
        let wanted = in_time(self.wanted(id, &call.by.viewer, undo)).await?;
        let codes = wanted.iter().filter_map(|one| match &one.document {
            MenuDocument::Outline => None,
            MenuDocument::Item(code) => Some(code.clone()),
        });
        let codes: Vec<Code> = codes.collect();
        self.edit_menu(call, &codes, |draft| {
            let (menu, gone) = menu_and_gone(draft.shop)?;
            let changed = wanted.iter().find(|one| !one.still_stands(&menu, &gone));
            if let Some(one) = changed {
                let version = version_of(&one.document, &menu, &gone);
                return Err(ShopRefusal::PreconditionFailed { version }.into());
            }
            let contents = wanted.iter().map(|one| one.content.clone()).collect();
            let edit = restore(&menu, &gone, contents)?;
            let difference = edit.difference.clone();
            put_edit(draft, &edit, difference)
        })
        .await
    }

    /// What the documents are to be. An unknown pizzeria, and one that is not the viewer's, is refused before that.
    async fn wanted(
        &self,
        id: RestaurantId,
        viewer: &Viewer,
        undo: &[Undo],
    ) -> Result<Vec<Wanted>, ShopFailure> {
        let shop = self.read_shop(id, None).await?;
        viewer
            .may_edit_shop(&shop.profile.document.name, false)
            .check()?;
        let mut wanted = Vec::with_capacity(undo.len());
        let mut faults = Vec::new();
        for (n, one) in undo.iter().enumerate() {
            let at =
                |field: &str, why: &str| InvalidField::fault(format!("undo[{n}].{field}"), why);
            if undo[..n].iter().any(|before| before.key == one.key) {
                let path = format!("undo[{n}].key");
                faults.push(InvalidField::new(path, FieldError::Twice));
                continue;
            }
            let Some(document) = document(id, &one.key) else {
                let why = "This is no document of this menu.";
                faults.push(at("key", why));
                continue;
            };
            let key = Key(one.key.clone());
            let history = self.store.history(&key).await?;
            let at_version = |version| at_version(&history, &key, &document, version);
            match at_version(one.to)? {
                Some(content) => wanted.push(Wanted {
                    left: at_version(one.from)?,
                    document,
                    from: one.from,
                    content,
                }),
                None => faults.push(at("to", "It never was at this version.")),
            }
        }
        match faults.is_empty() {
            true => Ok(wanted),
            false => Err(faults.into()),
        }
    }
}

/// The document of this menu that a key names.
fn document(id: RestaurantId, key: &str) -> Option<MenuDocument> {
    match documents::parts(key)? {
        (ShopKind::Menu, of, None) if of == id => Some(MenuDocument::Outline),
        (ShopKind::Item, of, Some(code)) if of == id => Some(MenuDocument::Item(code)),
        _ => None,
    }
}

/// What a document was at a version. `None` where it never was at it.
fn at_version(
    history: &[JsonText],
    key: &Key,
    document: &MenuDocument,
    version: u32,
) -> Result<Option<Restored>, Error> {
    Ok(match document {
        MenuDocument::Outline => {
            find_version(history, key, &documents::MENU_KIND, version)?.map(Restored::Outline)
        }
        MenuDocument::Item(code) if version == 0 => Some(Restored::Absent(code.clone())),
        MenuDocument::Item(_) => {
            find_version(history, key, &documents::ITEM_KIND, version)?.map(Restored::Item)
        }
    })
}

/// Looks a version up in the history of a document, newest first: what is undone is mostly the last edit.
fn find_version<T: DeserializeOwned>(
    history: &[JsonText],
    key: &Key,
    kind: &DocumentKind,
    version: u32,
) -> Result<Option<T>, Error> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    for entry in history.iter().rev() {
        let (text, _) = (kind.as_of)(key, entry).ok_or(Error::Internal)?;
        let read: Versioned = serde_json::from_str(&text).map_err(|_| Error::Internal)?;
        if read.version == version {
            let document = serde_json::from_str(&text).map_err(|_| Error::Internal)?;
            return Ok(Some(document));
        }
    }
    Ok(None)
}
