//! Who reads the feed.

use super::endings::Basis;
use crate::domain::{Scope, Viewer};

/// What a reader is about, and what it may be told.
pub struct Reader {
    pub scope: Scope,
    pub viewer: Viewer,
    /// Of a reader that has signed in.
    pub basis: Option<Basis>,
    /// Whether it is told of pizzerias beside orders: a client that gave a `since`.
    pub notices: bool,
}
