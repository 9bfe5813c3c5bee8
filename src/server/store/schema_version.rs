//! The schema version of a store: which tables or keys it has, and what they contain. It is stored in the store.

use super::{Result, StoreError};

/// The version that this program reads and writes. Since 2 each order has its `times`, since 3 its `customer_id` and
/// `driver_id`, since 4 its `restaurant_id`, `cancellation` and `basket`.
pub const SCHEMA: u32 = 4;

/// The version of a store from its metadata. A store that has neither a version nor an epoch is new.
pub fn read(stored: Option<&str>, epoch: Option<&str>) -> Result<u32> {
    match (stored, epoch) {
        (None, None) => Ok(SCHEMA),
        _ => of_history(stored),
    }
}

/// The version of a store that has a history. One without a version is older than that field, and has the first version.
pub fn of_history(stored: Option<&str>) -> Result<u32> {
    let Some(text) = stored else { return Ok(1) };
    text.parse().map_err(|_| {
        let why = format!("its schema version is “{text}”, which is not a number");
        StoreError::Broken(why)
    })
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
