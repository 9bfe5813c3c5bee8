//! A store that is only read, through the server that has its file open.

use super::{
    Batch, Health, JsonText, Key, Listing, LogEntry, LogRead, Outcome, Page, Query, Result, Store,
    StoreError, TroubleKind,
    admin_reads::{Answer, Read, broken},
    admin_socket,
};
use crate::domain::Cursor;
use async_trait::async_trait;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::time::sleep;

/// The store of a folder, read through the server that has it open.
pub struct ThroughServer {
    folder: PathBuf,
}

impl ThroughServer {
    pub fn of(folder: &Path) -> ThroughServer {
        ThroughServer {
            folder: folder.to_owned(),
        }
    }

    fn ask(&self, read: &Read) -> Result<Answer> {
        let line = serde_json::to_string(read).map_err(|error| broken(&error))?;
        let server = admin_socket::connect(&self.folder);
        let server = server.map_err(|error| TroubleKind::Unreachable.because(error))?;
        let server =
            server.ok_or_else(|| TroubleKind::Unreachable.because("the server has stopped"))?;
        match serde_json::from_str(&server.read(&line)?) {
            Ok(Answer::Failed(why)) => Err(StoreError::Broken(why)),
            Ok(answer) => Ok(answer),
            Err(_) => Err(unexpected()),
        }
    }
}

fn unexpected() -> StoreError {
    let why = "the server that has the file open does not answer this: it is of another version";
    StoreError::Broken(why.to_owned())
}

#[async_trait]
impl Store for ThroughServer {
    async fn commit(&self, _: Batch) -> Result<Outcome> {
        Err(StoreError::Broken("this store is only read".to_owned()))
    }

    async fn get(&self, key: &Key) -> Result<Option<JsonText>> {
        match self.ask(&Read::Document(key.clone()))? {
            Answer::Document(text) => Ok(text),
            _ => Err(unexpected()),
        }
    }

    async fn idempotency_record(&self, _: &str) -> Result<Option<JsonText>> {
        Err(unexpected())
    }

    async fn list(&self, queries: &[Query]) -> Result<Listing> {
        let pages = queries.iter().cloned();
        let pages = pages.map(|query| (query.index, query.before, query.limit));
        let Answer::Pages(cursor, pages) = self.ask(&Read::Pages(pages.collect()))? else {
            return Err(unexpected());
        };
        let pages = pages.into_iter().map(|(documents, next, total)| Page {
            documents,
            next,
            total,
        });
        Ok(Listing {
            cursor,
            pages: pages.collect(),
        })
    }

    async fn history(&self, key: &Key) -> Result<Vec<JsonText>> {
        match self.ask(&Read::History(key.clone()))? {
            Answer::History(texts) => Ok(texts),
            _ => Err(unexpected()),
        }
    }

    async fn read_log(&self, cursor: &Cursor, limit: usize, wait: Duration) -> Result<LogRead> {
        let read = Read::Log(cursor.clone(), limit);
        let mut answer = self.ask(&read)?;
        if matches!(&answer, Answer::Log(Some(texts)) if texts.is_empty()) && !wait.is_zero() {
            sleep(wait).await;
            answer = self.ask(&read)?;
        }
        match answer {
            Answer::Log(Some(texts)) => {
                let entries = texts.into_iter().map(LogEntry::from);
                Ok(LogRead::Entries(entries.collect()))
            }
            Answer::Log(None) => Ok(LogRead::CursorExpired),
            _ => Err(unexpected()),
        }
    }

    fn health(&self) -> Health {
        Health {
            engine: "embedded",
            durability: None,
            trouble: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::store::admin_reads::answer;
    use crate::server::{
        config::database_file,
        store::{Embedded, Index, IndexChange, NewEntry, fresh_epoch},
    };
    use proptest::prelude::*;
    use std::sync::Arc;
    use tokio_util::sync::CancellationToken;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_store_is_read_through_its_server_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = database_file(folder.path());
        let store = Arc::new(Embedded::open(&file, fresh_epoch(), 100).unwrap());
        let stop = CancellationToken::new();
        let readers = admin_socket::offer(folder.path(), store.clone(), stop.clone());
        let (key, index) = (Key("thing:1".to_owned()), Index("all".to_owned()));
        let beginning = store.list(&[]).await.unwrap().cursor;
        let batch = Batch {
            put: vec![(key.clone(), "{\"a\":\"ü\\n\"}".into())],
            index: vec![IndexChange::In(index.clone(), key.clone())],
            log: vec![NewEntry {
                about: key.clone(),
                body: "{\"b\":1}".into(),
                repeats: None,
                published: false,
            }],
            ..Batch::default()
        };
        store.commit(batch).await.unwrap();
        let through = ThroughServer::of(folder.path());
        assert_eq!(
            through.get(&key).await.unwrap(),
            store.get(&key).await.unwrap()
        );
        let none = Key("thing:2".to_owned());
        assert_eq!(through.get(&none).await.unwrap(), None);
        let history = store.history(&key).await.unwrap();
        assert_eq!(through.history(&key).await.unwrap(), history);
        let query = Query {
            index,
            before: None,
            limit: 5,
        };
        let listing = store.list(std::slice::from_ref(&query)).await.unwrap();
        assert_eq!(through.list(&[query]).await.unwrap(), listing);
        for cursor in [beginning, listing.cursor] {
            let read = store.read_log(&cursor, 9, Duration::ZERO).await.unwrap();
            let other = through.read_log(&cursor, 9, Duration::ZERO).await.unwrap();
            assert_eq!(other, read);
        }
        assert!(through.commit(Batch::default()).await.is_err());
        stop.cancel();
        readers.stop();
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_bytes_at_the_socket_are_answered_or_refused(bytes: Vec<u8>) {
            let folder = tempfile::tempdir().unwrap();
            let file = database_file(folder.path());
            let line = String::from_utf8_lossy(&bytes);
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let _inside = runtime.enter();
            let store = Embedded::open(&file, fresh_epoch(), 100).unwrap();
            prop_assert!(runtime.block_on(answer(&store, &line)).is_err());
        }
    }
}
