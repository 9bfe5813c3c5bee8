//! The market's own engine at work on scratch keys: commits as the server makes them, and how soon they are received.

use super::report::Finding;
use crate::domain::Cursor;
use crate::server::ledger::{
    Batch, Entry, Index, IndexChange, Key, Keys, Ledger, Once, Outcome, Query, Redis, StoreError,
    Tail, Target, Text,
};
use futures::StreamExt;
use redis::{Client, ConnectionInfo, RedisResult, aio::PubSub, cmd, pipe};
use std::time::{Duration, Instant};
use tokio::{join, time::timeout};

/// How many commits are made, and how long at most.
const COMMITS: usize = 20;
const LONG: Duration = Duration::from_millis(1_500);
/// How long one event may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(1);
/// How long a batch is remembered.
const KEEP: Duration = Duration::from_secs(5);

/// Names of its own for one run, within those that an account for the market may use.
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

    /// Takes everything away again. An account for the market may overwrite keys, and perhaps not delete them.
    pub async fn sweep(&self, client: &Client) -> RedisResult<()> {
        let mut connection = client.get_multiplexed_async_connection().await?;
        let keys = &self.keys;
        let mut names = vec![
            keys.meta(),
            keys.log(),
            keys.document(&self.document()),
            keys.history(&self.document()),
            keys.index(&self.index()),
        ];
        names.extend((0..COMMITS).map(|n| keys.once(&n.to_string())));
        let mut all = pipe();
        for name in names {
            all.cmd("SET").arg(name).arg("").arg("PX").arg(1).ignore();
        }
        all.query_async(&mut connection).await
    }
}

/// What was measured, in milliseconds each.
#[derive(Default)]
pub struct Measured {
    pub commits: Vec<f64>,
    /// From the begin of a commit until its event is read from the log; and until it comes over the channel.
    pub received: Vec<f64>,
    pub heard: Vec<f64>,
}

/// Plays the market on scratch keys; without events, where none may be published there.
pub async fn rehearse(
    info: &ConnectionInfo,
    credentials: &'static str,
    scratch: &Scratch,
    events: bool,
) -> Result<Measured, StoreError> {
    let ledger = Redis::open(Target {
        info: info.clone(),
        credentials,
        prefix: scratch.prefix.clone(),
        retention: COMMITS as u64,
    });
    let ledger = ledger.await?;
    let mut channel = match events {
        // Whoever may not listen there works all the same.
        true => listen(info, scratch).await.ok(),
        false => None,
    };
    let mut measured = Measured::default();
    let mut cursor = end(&ledger).await?;
    // The waiting reader connects, which is not what is measured.
    let _ = ledger.after(&cursor, 1, Duration::from_millis(1)).await;
    let begun = Instant::now();
    let mut before = None;
    while measured.commits.len() < COMMITS && begun.elapsed() < LONG {
        let n = measured.commits.len();
        let text: Text = format!("{{\"n\":{n}}}").into();
        let batch = batch(scratch, n, before.replace(text.clone()), text, events);
        let start = Instant::now();
        let (done, received, heard) = join!(
            async { (ledger.commit(batch).await, millis(start)) },
            receive(&ledger, &cursor, events, start),
            hear(&mut channel, start),
        );
        let (Outcome::Done(at), took) = (done.0?, done.1) else {
            return Err(StoreError::Broken(
                "somebody else uses the scratch keys".to_owned(),
            ));
        };
        cursor = at;
        if heard.is_none() {
            channel = None;
        }
        measured.commits.push(took);
        measured.received.extend(received);
        measured.heard.extend(heard);
    }
    read_back(&ledger, scratch, events.then_some(measured.commits.len())).await?;
    Ok(measured)
}

async fn end(ledger: &Redis) -> Result<Cursor, StoreError> {
    Ok(ledger.list(&[]).await?.cursor)
}

async fn listen(info: &ConnectionInfo, scratch: &Scratch) -> RedisResult<PubSub> {
    let mut channel = Client::open(info.clone())?.get_async_pubsub().await?;
    channel.subscribe(scratch.keys.channel()).await?;
    Ok(channel)
}

fn batch(scratch: &Scratch, n: usize, before: Option<Text>, text: Text, events: bool) -> Batch {
    let key = scratch.document();
    let entry = Entry {
        about: key.clone(),
        body: text.clone(),
    };
    Batch {
        once: Some(Once {
            name: n.to_string(),
            text: "".into(),
            keep: KEEP,
        }),
        until: None,
        expect: vec![(key.clone(), before)],
        put: vec![(key.clone(), text)],
        index: vec![IndexChange::In(scratch.index(), key)],
        log: if events { vec![entry] } else { Vec::new() },
        trace: None,
    }
}

async fn receive(ledger: &Redis, cursor: &Cursor, events: bool, start: Instant) -> Option<f64> {
    if !events {
        return None;
    }
    match ledger.after(cursor, 1, ARRIVAL).await {
        Ok(Tail::Entries(entries)) if !entries.is_empty() => Some(millis(start)),
        _ => None,
    }
}

async fn hear(channel: &mut Option<PubSub>, start: Instant) -> Option<f64> {
    let mut messages = channel.as_mut()?.on_message();
    timeout(ARRIVAL, messages.next()).await.ok()??;
    Some(millis(start))
}

/// Whether what was written is there, in the document, in its index and in its history.
async fn read_back(
    ledger: &Redis,
    scratch: &Scratch,
    events: Option<usize>,
) -> Result<(), StoreError> {
    let query = Query {
        index: scratch.index(),
        below: None,
        most: 2,
    };
    let listed = ledger.list(&[query]).await?;
    let document = ledger.get(&scratch.document()).await?;
    let history = ledger.history(&scratch.document()).await?;
    let whole = listed
        .pages
        .iter()
        .all(|page| page.documents.iter().eq(document.iter()));
    match whole && document.is_some() && history.len() == events.unwrap_or(0) {
        true => Ok(()),
        false => Err(StoreError::Broken(
            "what was written is not what is read".to_owned(),
        )),
    }
}

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}

/// How long a thing takes: in the middle, and for the slowest in a hundred. Milliseconds.
pub struct Spread {
    pub median: f64,
    pub p99: f64,
}

impl Spread {
    /// `None` of nothing.
    pub fn of(mut times: Vec<f64>) -> Option<Spread> {
        times.sort_by(f64::total_cmp);
        let at = |part: f64| {
            times
                .get(((times.len() as f64 * part).ceil() as usize).saturating_sub(1))
                .copied()
        };
        Some(Spread {
            median: at(0.5)?,
            p99: at(0.99)?,
        })
    }

    /// A finding of these figures; a warning where half of them take longer than `slow` milliseconds.
    pub fn finding(&self, what: &str, slow: f64, remedy: &str) -> Finding {
        let (median, p99) = (self.median, self.p99);
        let says = format!("{what} {median:.1} ms (median), {p99:.1} ms (p99)");
        let finding = match median > slow {
            true => Finding::warning(says, remedy),
            false => Finding::ok(says),
        };
        let thousandths = |ms: f64| (ms * 1_000.0).round() / 1_000.0;
        finding
            .with("median_ms", thousandths(median))
            .with("p99_ms", thousandths(p99))
    }
}

/// How long Redis takes for an answer, asked over and over.
pub async fn latency(
    connection: &mut redis::aio::MultiplexedConnection,
) -> RedisResult<Option<Spread>> {
    const ASKED: usize = 200;
    let begun = Instant::now();
    let mut times = Vec::new();
    while times.len() < ASKED && begun.elapsed() < LONG {
        let start = Instant::now();
        cmd("PING").query_async::<()>(connection).await?;
        times.push(millis(start));
    }
    Ok(Spread::of(times))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_taken_from_what_was_measured() {
        let spread = Spread::of((1..=200).rev().map(f64::from).collect()).unwrap();
        assert_eq!((spread.median, spread.p99), (100.0, 198.0));
        let one = Spread::of(vec![3.0]).unwrap();
        assert_eq!((one.median, one.p99), (3.0, 3.0));
        assert!(Spread::of(Vec::new()).is_none());
    }
}
