//! Compares every engine with a small model: random batches, reads and restarts get the same answers.

use super::{
    conformance_tests::{Engine, index, key, redis_server::RedisServer, text},
    *,
};
use proptest::{prelude::*, test_runner::TestRunner};
use std::collections::{BTreeMap, BTreeSet};

/// A store without durability.
#[derive(Default)]
struct Model {
    documents: BTreeMap<Key, JsonText>,
    indexes: BTreeMap<Index, BTreeSet<Key>>,
    log: Vec<(Key, JsonText)>,
}

#[derive(Clone, Debug)]
enum Step {
    Commit(Vec<Change>),
    /// A page of an index: the index, the document that it begins before, the limit.
    List(usize, Option<usize>, usize),
    History(usize),
    /// Entries of the log: after this one, at most this many.
    After(u64, usize),
    Restart,
}

#[derive(Clone, Debug)]
enum Change {
    /// Expects the stored text (or, wrongly, another one), and writes.
    Write {
        document: usize,
        expect_right: bool,
        text: u8,
    },
    Index {
        index: usize,
        document: usize,
        inside: bool,
    },
    /// Expects a key to be above all of an index.
    Highest {
        index: usize,
        document: usize,
    },
    /// Demands that an index has at most `limit` keys afterwards, if it gains one.
    Room {
        index: usize,
        limit: u64,
    },
    Log {
        document: usize,
        body: u8,
    },
}

const NAMES: [&str; 3] = ["all", "all:of", "ü"];

fn change() -> impl Strategy<Value = Change> {
    let document = 0usize..5;
    prop_oneof![
        (document.clone(), prop::bool::weighted(0.9), any::<u8>()).prop_map(
            |(document, expect_right, text)| Change::Write {
                document,
                expect_right,
                text
            }
        ),
        (0usize..3, document.clone(), any::<bool>()).prop_map(|(index, document, inside)| {
            Change::Index {
                index,
                document,
                inside,
            }
        }),
        (0usize..3, document.clone())
            .prop_map(|(index, document)| Change::Highest { index, document }),
        (0usize..3, 0u64..5).prop_map(|(index, limit)| Change::Room { index, limit }),
        (document, any::<u8>()).prop_map(|(document, body)| Change::Log { document, body }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => prop::collection::vec(change(), 0..6).prop_map(Step::Commit),
        3 => (0usize..3, prop::option::of(0usize..6), 0usize..4).prop_map(|(i, before, limit)| Step::List(i, before, limit)),
        2 => (0usize..5).prop_map(Step::History),
        2 => (0u64..40, 1usize..10).prop_map(|(after, limit)| Step::After(after, limit)),
        1 => Just(Step::Restart),
    ]
}

impl Model {
    fn batch(&self, changes: &[Change]) -> Batch {
        let mut batch = Batch::default();
        for change in changes {
            match *change {
                Change::Write {
                    document,
                    expect_right,
                    text: n,
                } => {
                    let found = self.documents.get(&key(document)).cloned();
                    let expected = if expect_right {
                        found
                    } else {
                        Some(text("wrong"))
                    };
                    batch.expect.push((key(document), expected));
                    batch.put.push((key(document), text(format!("\"{n}\""))));
                }
                Change::Index {
                    index: i,
                    document,
                    inside: true,
                } => {
                    batch
                        .index
                        .push(IndexChange::In(index(NAMES[i]), key(document)));
                }
                Change::Index {
                    index: i,
                    document,
                    inside: false,
                } => {
                    batch
                        .index
                        .push(IndexChange::Out(index(NAMES[i]), key(document)));
                }
                Change::Highest { index: i, document } => {
                    let expected = (index(NAMES[i]), key(document));
                    batch.expect_highest.push(expected);
                }
                Change::Room { index: i, limit } => {
                    batch.room.push((index(NAMES[i]), limit));
                }
                Change::Log { document, body } => {
                    batch.log.push(NewEntry {
                        about: key(document),
                        body: text(format!("{{\"b\":{body}}}")),
                        repeats: None,
                        published: true,
                    });
                }
            }
        }
        batch
    }

    fn commit(&mut self, batch: &Batch, start: &Cursor) -> Outcome {
        if batch
            .expect
            .iter()
            .any(|(key, expected)| self.documents.get(key) != expected.as_ref())
        {
            return Outcome::Conflict;
        }
        for (index, key) in &batch.expect_highest {
            let highest = self.indexes.get(index).and_then(BTreeSet::last);
            if let Some(highest) = highest.filter(|highest| *highest >= key) {
                return Outcome::NotHighest(highest.clone());
            }
        }
        let mut indexes = self.indexes.clone();
        for change in &batch.index {
            match change {
                IndexChange::In(index, key) => indexes
                    .entry(index.clone())
                    .or_default()
                    .insert(key.clone()),
                IndexChange::Out(index, key) => {
                    indexes.entry(index.clone()).or_default().remove(key)
                }
            };
        }
        for (index, limit) in &batch.room {
            let [before, after] =
                [&self.indexes, &indexes].map(|of| of.get(index).cloned().unwrap_or_default());
            if after.len() as u64 > *limit && !after.is_subset(&before) {
                return Outcome::Full(index.clone());
            }
        }
        self.indexes = indexes;
        self.documents.extend(batch.put.iter().cloned());
        for entry in &batch.log {
            let cursor = self.head(start, 1);
            let mut text = String::new();
            entry.write_at(&cursor, &mut text);
            self.log.push((entry.about.clone(), text.into()));
        }
        Outcome::Committed(self.head(start, 0))
    }

    fn head(&self, start: &Cursor, more: u64) -> Cursor {
        Cursor {
            seq: start.seq + self.log.len() as u64 + more,
            ..start.clone()
        }
    }

    fn page(&self, query: &Query) -> Page {
        let keys = self.indexes.get(&query.index).cloned().unwrap_or_default();
        let candidates: Vec<_> = keys
            .iter()
            .rev()
            .filter(|key| query.before.as_ref().is_none_or(|b| *key < b))
            .collect();
        let shown = &candidates[..candidates.len().min(query.limit)];
        Page {
            documents: shown
                .iter()
                .filter_map(|key| self.documents.get(key).cloned())
                .collect(),
            next: (candidates.len() > query.limit)
                .then(|| shown.last().map(|key| (*key).clone()))
                .flatten(),
            total: keys.len() as u64,
        }
    }
}

async fn agree(engine: &Engine, steps: Vec<Step>) -> std::result::Result<(), TestCaseError> {
    let mut store = engine.open().await;
    let mut model = Model::default();
    let start = conformance_tests::head(&*store).await;
    for step in steps {
        match step {
            Step::Commit(changes) => {
                let batch = model.batch(&changes);
                let expected = model.commit(&batch, &start);
                prop_assert_eq!(store.commit(batch).await.unwrap(), expected);
            }
            Step::List(i, before, limit) => {
                let query = Query {
                    index: index(NAMES[i]),
                    before: before.map(key),
                    limit,
                };
                let listing = store.list(std::slice::from_ref(&query)).await.unwrap();
                prop_assert_eq!(
                    listing,
                    Listing {
                        cursor: model.head(&start, 0),
                        pages: vec![model.page(&query)]
                    }
                );
            }
            Step::History(document) => {
                let about: Vec<_> = model
                    .log
                    .iter()
                    .filter(|(about, _)| *about == key(document))
                    .map(|(_, text)| text.clone())
                    .collect();
                prop_assert_eq!(store.history(&key(document)).await.unwrap(), about);
            }
            Step::After(after, limit) => {
                let expected = match model.log.get(after as usize..) {
                    Some(rest) => LogRead::Entries(
                        rest.iter()
                            .take(limit)
                            .map(|(_, text)| text.clone().into())
                            .collect(),
                    ),
                    None => LogRead::CursorExpired,
                };
                let cursor = Cursor {
                    seq: start.seq + after,
                    ..start.clone()
                };
                prop_assert_eq!(
                    store
                        .read_log(&cursor, limit, Duration::ZERO)
                        .await
                        .unwrap(),
                    expected
                );
            }
            Step::Restart => {
                drop(store);
                store = engine.open().await;
            }
        }
    }
    Ok(())
}

fn check(cases: u32, engine: impl Fn(usize) -> Engine) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let number = std::sync::atomic::AtomicUsize::new(0);
    TestRunner::new(config)
        .run(&prop::collection::vec(step(), 1..40), |steps| {
            let n = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            runtime.block_on(agree(&engine(n), steps))
        })
        .unwrap();
}

#[test]
fn embedded_agrees_with_the_model() {
    check(48, |_| Engine::embedded());
}

#[test]
fn redis_agrees_with_the_model() {
    let server = Arc::new(RedisServer::start());
    check(96, |n| Engine::Redis {
        server: server.clone(),
        prefix: format!("{n}:"),
    });
}
