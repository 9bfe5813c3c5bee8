//! The version of a store's shape: which tables or keys it has, and what stands in them. It stands in the store.

use super::{Result, StoreError};

/// The shape that this program reads and writes.
pub const SCHEMA: u32 = 1;

/// What a store says. One that says nothing is from before stores did, and of the first shape.
pub fn read(stored: Option<&str>) -> Result<u32> {
    let unknown =
        |text: &str| StoreError::Broken(format!("its version is “{text}”, which is no number"));
    stored.map_or(Ok(1), |text| text.parse().map_err(|_| unknown(text)))
}

/// Whether a server may work on a store.
pub fn check(schema: u32, restoring: Option<&str>) -> Result<()> {
    // Redis keeps the field, with nothing in it.
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
