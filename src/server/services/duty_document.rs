//! Which drivers dispatch has switched on duty or off, as one document of the store. It is for servers alone: no event
//! tells of it, and no index lists it.

use super::order_documents;
use crate::domain::Duty;
use crate::server::store::{Key, Result, keys::OWN_DOCUMENT, snapshot::DocumentKind};

pub const KIND: DocumentKind = DocumentKind {
    has: |name| is_key(&Key(name.to_owned())),
    as_of: |_, _| None,
};

pub fn key() -> Key {
    Key(format!("{OWN_DOCUMENT}duty"))
}

pub fn is_key(named: &Key) -> bool {
    *named == key()
}

pub fn read(text: &str) -> Result<Duty> {
    let duty = serde_json::from_str(text);
    duty.map_err(|error| order_documents::unreadable("who is on duty", &error))
}
