//! The schema version of a store: which tables or keys it has, and what they contain. It is stored in the store.

use super::{Result, StoreError};

/// The version that this program reads and writes.
pub const SCHEMA: u32 = 2;

/// The version in a store's metadata. A store that has a history and no version is older than that field, and has the
/// first version; a store that has neither is new.
pub fn read(stored: Option<&str>, has_history: bool) -> Result<u32> {
    match stored {
        Some(text) => text.parse().map_err(|_| {
            let why = format!("its schema version is “{text}”, which is not a number");
            StoreError::Broken(why)
        }),
        None if has_history => Ok(1),
        None => Ok(SCHEMA),
    }
}

/// Whether a server may work on a store. `restoring` is when the restore that is in progress began.
pub fn check(schema: u32, restoring: Option<&str>) -> Result<()> {
    // In Redis the field stays, empty.
    let why = if let Some(since) = restoring.filter(|since| !since.is_empty()) {
        format!(
            "a restore into this store began at {since} and has not ended. If it was interrupted, run it again: \
             `pizza-market restore --replace FILE`"
        )
    } else if schema > SCHEMA {
        format!(
            "the store's version is {schema}, and this program knows {SCHEMA}: run the program that wrote it, or a \
             later one"
        )
    } else if schema < SCHEMA {
        format!(
            "the store's version is {schema}, and this program needs {SCHEMA}: run `pizza-market migrate`, which \
             shows first what it will do"
        )
    } else {
        return Ok(());
    };
    Err(StoreError::Broken(why))
}
