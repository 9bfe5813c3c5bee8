//! What an item is priced by in the browser.

use crate::{
    domain::shop::{code::Code, menu::Menu},
    ui::i18n::locale::Locale,
};
use serde::{Deserialize, Serialize};

/// What the page of an item holds for its script.
#[derive(Serialize, Deserialize)]
pub struct ItemData {
    pub locale: Locale,
    pub item: Code,
    /// As much of it as the item is priced by.
    pub menu: Menu,
}
