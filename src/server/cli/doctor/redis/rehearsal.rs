//! The market's own store engine at work on scratch keys: commits as the server makes them, and how soon their events
//! are received.

use crate::{
    domain::Cursor,
    server::store::{
        Batch, IdempotencyRecord, Index, IndexChange, JsonText, Key, Keys, LogRead, NewEntry,
        Outcome, Query, Redis, Store, StoreError, Target,
    },
};
use futures::StreamExt;
use redis::{Client, ConnectionInfo, RedisResult, aio::PubSub, pipe};
use std::time::{Duration, Instant};
use tokio::{join, time::timeout};

/// How many commits are made, and for how long at most.
const COMMITS: usize = 20;
const COMMITS_TIMEOUT: Duration = Duration::from_millis(1_500);
/// How long one event may take to arrive.
const EVENT_TIMEOUT: Duration = Duration::from_secs(1);
/// How long the idempotency record of a commit is kept.
const KEEP: Duration = Duration::from_secs(5);

/// The keys of one run, within those that an account for the market may use.
pub struct Scratch {
    prefix: String,
    pub keys: Keys,
}

impl Scratch {
    pub fn new() -> Scratch {
        let id = uuid::Uuid::now_v7().simple().to_string();
        let prefix = format!("pizza:doctor:{}:", &id[24..]);
        Scratch {
            keys: Keys::new(&prefix),
            prefix,
        }
    }

    fn document(&self) -> Key {
        Key("thing:scratch".to_owned())
    }

    fn index(&self) -> Index {
        Index("all".to_owned())
    }

    /// Removes all keys, by letting them expire: an account for the market may write keys, and perhaps not delete them.
    pub async fn remove(&self, client: &Client) -> RedisResult<()> {
        let mut connection = client.get_multiplexed_async_connection().await?;
        let keys = &self.keys;
        let mut names = vec![
            keys.meta(),
            keys.log(),
            keys.document(&self.document()),
            keys.history(&self.document()),
            keys.index(&self.index()),
        ];
        names.extend((0..COMMITS).map(|n| keys.idempotency(&n.to_string())));
        let mut all = pipe();
        for name in names {
            all.cmd("SET").arg(name).arg("").arg("PX").arg(1).ignore();
        }
        all.query_async(&mut connection).await
    }
}

/// Whether the account may publish events on the scratch channel.
#[derive(Clone, Copy, Default, PartialEq)]
pub enum Publishing {
    Allowed,
    #[default]
    Forbidden,
}

/// What was measured, in milliseconds each.
#[derive(Default)]
pub struct Samples {
    pub commits: Vec<f64>,
    /// From the begin of a commit until its event is read from the log.
    pub log_reads: Vec<f64>,
    /// From the begin of a commit until its event comes over the channel.
    pub messages: Vec<f64>,
}

/// Makes commits on scratch keys; without events, where none may be published there.
pub async fn rehearse(
    info: &ConnectionInfo,
    credentials: &'static str,
    scratch: &Scratch,
    publishing: Publishing,
) -> Result<Samples, StoreError> {
    let store = Redis::open(Target {
        info: info.clone(),
        credentials,
        prefix: scratch.prefix.clone(),
        retention: COMMITS as u64,
        publishes: publishing == Publishing::Allowed,
    });
    let store = store.await?;
    let mut channel = match publishing {
        // The market works without the right to subscribe.
        Publishing::Allowed => subscribe(info, scratch).await.ok(),
        Publishing::Forbidden => None,
    };
    let mut samples = Samples::default();
    let mut cursor = end(&store).await?;
    // Connects the waiting reader, which is not to be measured.
    let _ = store.read_log(&cursor, 1, Duration::from_millis(1)).await;
    let begun = Instant::now();
    let mut before = None;
    while samples.commits.len() < COMMITS && begun.elapsed() < COMMITS_TIMEOUT {
        let n = samples.commits.len();
        let text: JsonText = format!("{{\"n\":{n}}}").into();
        let batch = batch(scratch, n, before.replace(text.clone()), text, publishing);
        let start = Instant::now();
        let (committed, log_read, message) = join!(
            async { (store.commit(batch).await, millis(start)) },
            read_log(&store, &cursor, publishing, start),
            receive_message(&mut channel, start),
        );
        let (Outcome::Committed(at), took) = (committed.0?, committed.1) else {
            return Err(StoreError::Broken(
                "another program uses the scratch keys".to_owned(),
            ));
        };
        cursor = at;
        if message.is_none() {
            channel = None;
        }
        samples.commits.push(took);
        samples.log_reads.extend(log_read);
        samples.messages.extend(message);
    }
    let events = match publishing {
        Publishing::Allowed => samples.commits.len(),
        Publishing::Forbidden => 0,
    };
    read_back(&store, scratch, events).await?;
    Ok(samples)
}

async fn end(store: &Redis) -> Result<Cursor, StoreError> {
    Ok(store.list(&[]).await?.cursor)
}

async fn subscribe(info: &ConnectionInfo, scratch: &Scratch) -> RedisResult<PubSub> {
    let mut channel = Client::open(info.clone())?.get_async_pubsub().await?;
    channel.subscribe(scratch.keys.channel()).await?;
    Ok(channel)
}

fn batch(
    scratch: &Scratch,
    n: usize,
    before: Option<JsonText>,
    text: JsonText,
    publishing: Publishing,
) -> Batch {
    let key = scratch.document();
    let entry = NewEntry {
        about: key.clone(),
        body: text.clone(),
        repeats: None,
        published: true,
    };
    Batch {
        idempotency: Some(IdempotencyRecord {
            name: n.to_string(),
            text: "".into(),
            keep: KEEP,
        }),
        expect_highest: match before {
            None => vec![(scratch.index(), key.clone())],
            Some(_) => Vec::new(),
        },
        expect: vec![(key.clone(), before)],
        put: vec![(key.clone(), text)],
        index: vec![IndexChange::In(scratch.index(), key)],
        log: match publishing {
            Publishing::Allowed => vec![entry],
            Publishing::Forbidden => Vec::new(),
        },
        ..Batch::default()
    }
}

async fn read_log(
    store: &Redis,
    cursor: &Cursor,
    publishing: Publishing,
    start: Instant,
) -> Option<f64> {
    if publishing == Publishing::Forbidden {
        return None;
    }
    match store.read_log(cursor, 1, EVENT_TIMEOUT).await {
        Ok(LogRead::Entries(entries)) if !entries.is_empty() => Some(millis(start)),
        _ => None,
    }
}

async fn receive_message(channel: &mut Option<PubSub>, start: Instant) -> Option<f64> {
    let mut messages = channel.as_mut()?.on_message();
    timeout(EVENT_TIMEOUT, messages.next()).await.ok()??;
    Some(millis(start))
}

/// Checks that the commits are in the document, in its index and in its history.
async fn read_back(store: &Redis, scratch: &Scratch, events: usize) -> Result<(), StoreError> {
    let query = Query {
        index: scratch.index(),
        before: None,
        limit: 2,
    };
    let listed = store.list(&[query]).await?;
    let document = store.get(&scratch.document()).await?;
    let history = store.history(&scratch.document()).await?;
    let whole = listed
        .pages
        .iter()
        .all(|page| page.documents.iter().eq(document.iter()));
    match whole && document.is_some() && history.len() == events {
        true => Ok(()),
        false => Err(StoreError::Broken(
            "what is read differs from what was written".to_owned(),
        )),
    }
}

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}
