//! The kinds of documents in the store.

use super::{duty_document, order_documents};
use crate::server::store::snapshot::DocumentKind;

pub const KINDS: &[DocumentKind] = &[order_documents::KIND, duty_document::KIND];
