//! The description of the API as it is sent.

use bytes::Bytes;

pub struct Docs {
    /// For programs.
    pub json: Bytes,
    /// For people, in HTML.
    pub page: Bytes,
}
