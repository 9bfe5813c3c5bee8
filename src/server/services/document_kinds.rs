//! The kinds of documents in the store.

use super::{accounts::documents, duty_document, order_documents};
use crate::server::store::snapshot::DocumentKind;

pub const KINDS: &[DocumentKind] = &[
    order_documents::KIND,
    duty_document::KIND,
    documents::KIND,
    documents::SECRET_KIND,
    documents::EMAIL_KIND,
];
