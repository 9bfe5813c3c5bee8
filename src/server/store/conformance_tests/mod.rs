//! What every engine must do, run on each of them.

mod commits;
mod reads;
mod room;
mod snapshots;

use super::*;
use crate::server::store;
use commits::*;
use reads::*;
use redis_server::RedisServer;
use room::*;
use snapshots::*;
use std::path::PathBuf;
use tempfile::TempDir;

// The tests from outside use more of these.
#[allow(dead_code)]
#[path = "../../../../tests/it/support/certificate.rs"]
mod certificate;
#[allow(dead_code)]
#[path = "../../../../tests/it/support/redis_server.rs"]
pub mod redis_server;

/// An engine that can be closed and opened again, with everything in it.
pub enum Engine {
    Embedded {
        folder: TempDir,
    },
    Redis {
        server: Arc<RedisServer>,
        prefix: String,
    },
}

pub const RETENTION: u64 = 200;

impl Engine {
    pub fn embedded() -> Engine {
        Engine::Embedded {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn redis() -> Engine {
        Engine::Redis {
            server: Arc::new(RedisServer::start()),
            prefix: String::new(),
        }
    }

    fn file(folder: &TempDir) -> PathBuf {
        folder.path().join("market.redb")
    }

    async fn open_file(folder: &TempDir) -> Arc<Embedded> {
        // The file is released a moment after the last handle of the previous store is dropped.
        loop {
            match Embedded::open(&Self::file(folder), fresh_epoch(), RETENTION) {
                Ok(store) => return Arc::new(store),
                Err(error) if error.to_string().contains("already open") => {
                    tokio::task::yield_now().await
                }
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// A store, and what reads snapshots of it.
    async fn open_with_snapshots(&self) -> (Arc<dyn Store>, Snapshots) {
        match self {
            Engine::Embedded { folder } => {
                let store = Self::open_file(folder).await;
                (store.clone(), Snapshots::File(store))
            }
            Engine::Redis { server, prefix } => {
                let client = ::redis::Client::open(server.url()).unwrap();
                (
                    self.open().await,
                    Snapshots::Redis(Box::new(client), prefix.clone()),
                )
            }
        }
    }

    pub async fn open(&self) -> Arc<dyn Store> {
        match self {
            Engine::Embedded { folder } => Self::open_file(folder).await,
            Engine::Redis { server, prefix } => {
                let target = Target {
                    info: ::redis::IntoConnectionInfo::into_connection_info(server.url()).unwrap(),
                    credentials: "REDIS_URL",
                    prefix: prefix.clone(),
                    retention: RETENTION,
                    publishes: true,
                };
                Arc::new(store::Redis::open(target).await.unwrap())
            }
        }
    }
}

pub fn key(n: usize) -> Key {
    Key(format!("thing:{n:04}"))
}

pub fn index(name: &str) -> Index {
    Index(name.to_owned())
}

pub fn text(text: impl Into<String>) -> JsonText {
    text.into().into()
}

/// Writes a document where there must be none, with one entry.
fn create(n: usize) -> Batch {
    Batch {
        expect: vec![(key(n), None)],
        put: vec![(key(n), text(format!("{{\"n\":{n}}}")))],
        index: vec![IndexChange::In(index("all"), key(n))],
        log: vec![NewEntry {
            about: key(n),
            body: text(format!("{{\"made\":{n}}}")),
            repeats: None,
            published: true,
        }],
        ..Batch::default()
    }
}

pub async fn head(store: &dyn Store) -> Cursor {
    store.list(&[]).await.unwrap().cursor
}

fn at(cursor: &Cursor, seq: u64) -> Cursor {
    Cursor {
        seq,
        ..cursor.clone()
    }
}

async fn entries(store: &dyn Store, cursor: &Cursor) -> Vec<String> {
    match store.read_log(cursor, 1_000, Duration::ZERO).await.unwrap() {
        LogRead::Entries(entries) => entries.iter().map(|entry| entry.text.to_string()).collect(),
        LogRead::CursorExpired => panic!("lost after {cursor}"),
    }
}

fn all(before: Option<Key>, limit: usize) -> Query {
    Query {
        index: index("all"),
        before,
        limit,
    }
}

/// The suite, once for each engine.
macro_rules! on_both_engines {
    ($($test:ident,)*) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread")] async fn $test() { super::$test(crate::server::store::conformance_tests::Engine::embedded()).await })*
        }
        mod redis {
            $(#[tokio::test(flavor = "multi_thread")] async fn $test() { super::$test(crate::server::store::conformance_tests::Engine::redis()).await })*
        }
    };
}

on_both_engines! {
    a_batch_changes_everything_in_it,
    a_conflict_changes_nothing,
    a_key_goes_in_as_the_highest_or_not_at_all,
    of_many_highest_keys_each_is_above_those_before,
    a_batch_may_have_several_changes_of_each_kind,
    a_bounded_index_takes_keys_up_to_its_bound,
    a_bounded_index_asks_no_room_for_a_key_that_is_in_it,
    a_bounded_index_has_room_for_a_key_when_another_leaves,
    a_bounded_index_is_exact_under_concurrency,
    a_bounded_index_is_never_over_its_bound,
    a_bounded_index_takes_a_named_batch_once,
    a_bounded_index_is_as_full_after_a_restart,
    a_bounded_index_is_compared_last,
    an_entry_may_be_unpublished,
    a_named_batch_is_committed_once,
    one_of_many_batches_of_a_name_is_committed,
    a_name_expires,
    pages_are_contiguous,
    a_waiting_reader_is_woken_or_times_out,
    a_trace_reaches_readers_of_the_log,
    a_cursor_expires_with_its_entries,
    everything_survives_a_restart,
    one_of_conflicting_batches_wins,
    a_snapshot_is_of_one_moment,
    a_document_may_have_no_history,
    any_text_is_stored_unchanged,
}
