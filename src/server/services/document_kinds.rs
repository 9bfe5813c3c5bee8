//! The kinds of documents in the store.

use super::{accounts::documents, duty_document, order_documents, shops};
use crate::server::store::snapshot::DocumentKind;

pub const KINDS: &[DocumentKind] = &[
    order_documents::KIND,
    duty_document::KIND,
    documents::KIND,
    documents::SECRET_KIND,
    documents::EMAIL_KIND,
    shops::documents::RESTAURANT_KIND,
    shops::documents::COUNTER_KIND,
    shops::documents::MENU_KIND,
    shops::documents::ITEM_KIND,
];
