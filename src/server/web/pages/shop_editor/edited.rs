//! What the edits of a menu have in common: what each begins with, and what it leads to.

use super::{import_view::Difference, notice::Notice, shop::EditedShop};
use crate::{
    domain::{Precondition, shop::menu::Menu},
    server::{
        services::shops::refusal::ShopRefusal,
        web::pages::account::{Sent, Visit},
    },
};

/// What an edit has led to.
pub enum Edited {
    /// It is done; the place to go back to.
    Done(Notice, String),
    /// An import is to be looked at first.
    Offered(Difference),
    /// An item is to be looked at first.
    Looked,
}

pub async fn menu_of(visit: &Visit, edited: &EditedShop) -> Result<(Menu, u32), ShopRefusal> {
    visit.app.shops.menu_at_revision(&edited.known).await
}

/// The version that a form was made for.
pub fn expected(sent: &Sent) -> Option<Precondition> {
    sent.get("version").parse().ok().map(Precondition::version)
}
