//! Menus as this instance has written them as JSON before, each at one revision: a menu is read far more often than it
//! is edited.

use crate::domain::shop::basket::RestaurantId;
use bytes::Bytes;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// All texts together.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// A menu as JSON, and its revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuText {
    pub revision: u32,
    pub text: Bytes,
}

#[derive(Default)]
pub struct MenuTexts(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    texts: HashMap<RestaurantId, (MenuText, u64)>,
    bytes: usize,
    /// How often a text has been asked for: the highest number is the one that was asked for last.
    asked: u64,
}

impl MenuTexts {
    /// The text of a menu, if it is kept at this revision.
    pub fn get(&self, id: RestaurantId, revision: u32) -> Option<MenuText> {
        let mut kept = self.lock();
        kept.asked += 1;
        let asked = kept.asked;
        let (text, last) = kept.texts.get_mut(&id)?;
        *last = asked;
        (text.revision == revision).then(|| text.clone())
    }

    /// Keeps a text in place of an older one of its menu.
    pub fn keep(&self, id: RestaurantId, text: MenuText) {
        let mut kept = self.lock();
        let newest = kept.texts.get(&id).map(|(text, _)| text.revision);
        if text.text.len() > MAX_BYTES || newest > Some(text.revision) {
            return;
        }
        kept.asked += 1;
        kept.bytes += text.text.len();
        let asked = kept.asked;
        if let Some((old, _)) = kept.texts.insert(id, (text, asked)) {
            kept.bytes -= old.text.len();
        }
        while kept.bytes > MAX_BYTES {
            kept.drop_oldest();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn drop_oldest(&mut self) {
        let oldest = self.texts.iter().min_by_key(|(_, (_, asked))| *asked);
        let oldest = oldest.map(|(id, _)| *id);
        if let Some((text, _)) = oldest.and_then(|id| self.texts.remove(&id)) {
            self.bytes -= text.text.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn text(revision: u32, length: usize) -> MenuText {
        let text = Bytes::from(vec![b' '; length]);
        MenuText { revision, text }
    }

    #[test]
    fn a_text_is_kept_for_its_revision() {
        let (texts, id) = (MenuTexts::default(), Uuid::from_u128(1));
        texts.keep(id, text(2, 10));
        assert_eq!(texts.get(id, 2), Some(text(2, 10)));
        assert_eq!(texts.get(id, 3), None);
        texts.keep(id, text(3, 20));
        texts.keep(id, text(2, 10));
        assert_eq!(texts.get(id, 3), Some(text(3, 20)));
        assert_eq!(texts.lock().bytes, 20);
    }

    #[test]
    fn what_was_asked_for_longest_ago_makes_room() {
        let texts = MenuTexts::default();
        let id = |n: u128| Uuid::from_u128(n);
        let half = MAX_BYTES / 2;
        texts.keep(id(1), text(1, half));
        texts.keep(id(2), text(1, half));
        assert!(texts.get(id(1), 1).is_some());
        texts.keep(id(3), text(1, 1));
        let kept = [1, 2, 3].map(|n| texts.get(id(n), 1).is_some());
        assert_eq!(kept, [true, false, true]);
        texts.keep(id(4), text(1, MAX_BYTES + 1));
        assert!(texts.get(id(4), 1).is_none());
        assert_eq!(texts.lock().bytes, half + 1);
    }
}
