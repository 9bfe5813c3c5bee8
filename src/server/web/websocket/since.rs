//! The parameter `since`.

use crate::domain::{Cursor, Field, FieldError, ValueKind};

/// Where a client wants to begin.
pub enum Since {
    /// From now on, with signals.
    Now,
    After(Cursor),
}

impl Field for Since {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Self, FieldError> {
        if text.is_empty() {
            Ok(Since::Now)
        } else {
            text.parse().map(Since::After)
        }
    }
}
