//! A value that all instances of a market share, such as a key: made by the first of them that needs it, and kept in
//! the store.

use crate::server::store::{
    Batch, IdempotencyRecord, JsonText, Outcome, Result, Store, StoreError,
};
use std::time::{Duration, Instant};

/// Longer than any market; a record of the store has an end.
const KEEP: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
const COMMIT_DEADLINE: Duration = Duration::from_secs(1);

/// The value of this name, if it is stored.
pub async fn find(store: &dyn Store, name: &str) -> Result<Option<JsonText>> {
    store.idempotency_record(&record_name(name)).await
}

/// The value of this name: the one that is stored, or else the candidate, which is stored then.
pub async fn agree(store: &dyn Store, name: &str, candidate: JsonText) -> Result<JsonText> {
    let batch = Batch {
        deadline: Some(Instant::now() + COMMIT_DEADLINE),
        idempotency: Some(IdempotencyRecord {
            name: record_name(name),
            text: candidate.clone(),
            keep: KEEP,
        }),
        ..Batch::default()
    };
    match store.commit(batch).await? {
        Outcome::Committed(_) => Ok(candidate),
        Outcome::Replayed(stored, _) => Ok(stored),
        Outcome::Conflict | Outcome::NotHighest(_) | Outcome::Full(_) => Err(StoreError::Broken(
            "a batch without expectations was in conflict".to_owned(),
        )),
    }
}

/// Names of requests begin otherwise: with the name of the field that has their key.
fn record_name(name: &str) -> String {
    format!("shared:{name}")
}
