//! Reading an embedded store whose file a server has open, operation by operation, over its administrative socket.

use super::{Embedded, Index, JsonText, Key, LogRead, Query, Result, Store, StoreError};
use crate::domain::Cursor;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What is read, in one line.
#[derive(Serialize, Deserialize)]
pub enum Read {
    Document(Key),
    History(Key),
    /// For each page its index, where it begins, and how much of it at most.
    Pages(Vec<(Index, Option<Key>, usize)>),
    Log(Cursor, usize),
}

/// The answer, in one line.
#[derive(Serialize, Deserialize)]
pub enum Answer {
    Document(Option<JsonText>),
    History(Vec<JsonText>),
    Pages(Cursor, Vec<(Vec<JsonText>, Option<Key>, u64)>),
    /// Nothing where the cursor has expired.
    Log(Option<Vec<JsonText>>),
    Failed(String),
}

/// Answers one line of a reader.
pub async fn answer(store: &Embedded, line: &str) -> Result<String> {
    let read = serde_json::from_str(line).map_err(|error| broken(&error))?;
    let answer = answered(store, read).await;
    let answer = answer.unwrap_or_else(|error| Answer::Failed(error.to_string()));
    serde_json::to_string(&answer).map_err(|error| broken(&error))
}

async fn answered(store: &Embedded, read: Read) -> Result<Answer> {
    Ok(match read {
        Read::Document(key) => Answer::Document(store.get(&key).await?),
        Read::History(key) => Answer::History(store.history(&key).await?),
        Read::Pages(queries) => {
            let queries = queries.into_iter().map(|(index, before, limit)| Query {
                index,
                before,
                limit,
            });
            let listing = store.list(&queries.collect::<Vec<_>>()).await?;
            let pages = listing.pages.into_iter();
            let pages = pages.map(|page| (page.documents, page.next, page.total));
            Answer::Pages(listing.cursor, pages.collect())
        }
        Read::Log(cursor, limit) => {
            // The server's own feed is the one reader that waits.
            match store.read_log(&cursor, limit, Duration::ZERO).await? {
                LogRead::Entries(entries) => {
                    Answer::Log(Some(entries.into_iter().map(|entry| entry.text).collect()))
                }
                LogRead::CursorExpired => Answer::Log(None),
            }
        }
    })
}

pub fn broken(error: &serde_json::Error) -> StoreError {
    StoreError::Broken(error.to_string())
}
