//! What a page of a menu has beside the menu.

use super::{import_view::Offered, notice::Notice};
use crate::server::{services::shops::refusal::ShopRefusal, web::pages::account::Sent};

#[derive(Default)]
pub struct Shown<'a> {
    pub notice: Option<&'a Notice>,
    pub refusal: Option<&'a ShopRefusal>,
    /// The form that was refused.
    pub sent: Option<&'a Sent>,
    /// What an import would change.
    pub import: Option<Offered<'a>>,
}
