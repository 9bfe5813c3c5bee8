//! Where to look: the store itself, or a running server.

use super::{
    super::net,
    Failure, Result,
    remote::{Live, Server},
};
use crate::{
    domain::{Cursor, Frame, OrderId, Signal, Status},
    server::{
        config::{self, ConfigError, Store},
        desk::Filter,
        ledger::{
            Embedded, Keys, Ledger, Query, ReadOnly, Redis, StoreError, Tail, Target, Text,
            Unreadable, left_at, schema,
            snapshot::{Opened, open_file},
        },
        orders, read_env, stored,
    },
};
use redis::{ConnectionInfo, RedisResult};
use reqwest::Url;
use std::{
    collections::{BTreeMap, VecDeque},
    path::Path,
    time::Duration,
};
use tokio::time::sleep;

/// Events read at once.
pub const CHUNK: usize = 512;
/// How long to wait for news at a time.
const WAIT: Duration = Duration::from_millis(700);
/// How long to leave alone what does not answer.
const PAUSE: Duration = Duration::from_secs(1);

pub enum Source {
    /// A file that nobody can write while it is read.
    File(Embedded<ReadOnly>),
    Redis(Redis),
    Server(Server),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let (StoreError::Away(why) | StoreError::Ambiguous(why) | StoreError::Broken(why)) = error;
        Failure::CannotLook(format!("The store cannot be read: {why}"))
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Failure {
        Failure::CannotLook(error.to_string())
    }
}

impl Source {
    /// What the settings name, or the server at `url`.
    pub async fn open(url: Option<Url>) -> Result<Source> {
        if let Some(url) = url {
            return Ok(Source::Server(Server::at(url)?));
        }
        match store()? {
            Store::Embedded(folder) => embedded(&stored::file(&folder)).await,
            Store::Redis { info, credentials } => {
                let target = Target {
                    info: *info,
                    credentials,
                    prefix: String::new(),
                    retention: config::retention()?,
                };
                let info = target.info.clone();
                let ledger = Redis::open_read_only(target).await?;
                // Where it cannot be asked, reading says why.
                if let Ok(version) = shape(&info).await {
                    // It has a history, or nothing could look at it.
                    known(schema::read(version.as_deref(), true)?)?;
                }
                Ok(Source::Redis(ledger))
            }
        }
    }

    fn ledger(&self) -> std::result::Result<&dyn Ledger, &Server> {
        match self {
            Source::File(ledger) => Ok(ledger),
            Source::Redis(ledger) => Ok(ledger),
            Source::Server(server) => Err(server),
        }
    }

    /// At most `most` orders, newest first, older than `below`; and where the next page begins.
    pub async fn page(
        &self,
        filter: &Filter,
        below: Option<OrderId>,
        most: usize,
    ) -> Result<(Vec<Text>, Option<OrderId>)> {
        let ledger = match self.ledger() {
            Ok(ledger) => ledger,
            Err(server) => {
                let page = server.page(filter, below, most).await?;
                return Ok((page.orders, page.next));
            }
        };
        let query = Query {
            index: orders::index(filter.status, filter.supplier.as_ref()),
            below: below.map(orders::key),
            most,
        };
        let page = ledger.list(&[query]).await?.pages.pop().unwrap_or_default();
        Ok((page.documents, page.next.as_ref().and_then(orders::id)))
    }

    pub async fn order(&self, id: OrderId) -> Result<Option<Text>> {
        match self.ledger() {
            Ok(ledger) => Ok(ledger.get(&orders::key(id)).await?),
            Err(server) => server.order(id).await,
        }
    }

    /// All events of an order, oldest first.
    pub async fn history(&self, id: OrderId) -> Result<Vec<Text>> {
        match self.ledger() {
            Ok(ledger) => Ok(ledger.history(&orders::key(id)).await?),
            Err(server) => server.history(id).await,
        }
    }

    /// How many orders there are in each status.
    pub async fn counts(&self) -> Result<BTreeMap<Status, u64>> {
        let mut counts: BTreeMap<_, _> = Status::ALL.iter().map(|&status| (status, 0)).collect();
        let server = match self.ledger() {
            Ok(ledger) => {
                let total = |&status: &Status| Query {
                    index: orders::index(Some(status), None),
                    below: None,
                    most: 0,
                };
                let queries: Vec<_> = Status::ALL.iter().map(total).collect();
                let totals = ledger
                    .list(&queries)
                    .await?
                    .pages
                    .into_iter()
                    .map(|page| page.total);
                return Ok(Status::ALL.iter().copied().zip(totals).collect());
            }
            Err(server) => server,
        };
        let mut below = None;
        loop {
            let page = server.page(&Filter::default(), below, CHUNK).await?;
            for order in page
                .orders
                .iter()
                .filter_map(|text| orders::read(text).ok())
            {
                *counts.entry(order.status).or_default() += 1;
            }
            below = page.next;
            if below.is_none() {
                return Ok(counts);
            }
        }
    }

    /// Where the log ends.
    pub async fn head(&self) -> Result<Cursor> {
        match self.ledger() {
            Ok(ledger) => Ok(ledger.list(&[]).await?.cursor),
            Err(server) => server.head().await,
        }
    }

    /// At most `most` events after a cursor, up to now.
    pub async fn after(&self, cursor: &Cursor, most: usize) -> Result<Tail> {
        match self.ledger() {
            Ok(ledger) => Ok(ledger.after(cursor, most, Duration::ZERO).await?),
            Err(server) => server.after(cursor, most).await,
        }
    }

    /// All events after a cursor, up to where the log ends now; `None` where they are not held any more, or never
    /// were in this store.
    pub async fn up_to_now(&self, since: &Cursor) -> Result<Option<Vec<Text>>> {
        let head = self.head().await?;
        let (mut cursor, mut events) = (since.clone(), Vec::new());
        loop {
            let most = match head.seq.checked_sub(cursor.seq) {
                Some(0) if head.epoch == cursor.epoch => return Ok(Some(events)),
                Some(left) if head.epoch == cursor.epoch => left as usize,
                _ => return Ok(None),
            };
            // A server sends them one by one; everybody else all at once.
            let most = match self {
                Source::Server(_) => most,
                _ => most.min(CHUNK),
            };
            match self.after(&cursor, most).await? {
                Tail::Entries(more) if !more.is_empty() => {
                    cursor.seq += more.len() as u64;
                    events.extend(more.into_iter().map(|entry| entry.text));
                }
                _ => return Ok(None),
            }
        }
    }

    /// Where the newest events begin, of which there are so many, or fewer where fewer are held.
    pub async fn before_last(&self, mut count: u64) -> Result<Cursor> {
        let head = self.head().await?;
        loop {
            let seq = head.seq.saturating_sub(count);
            let cursor = Cursor {
                seq,
                ..head.clone()
            };
            if count == 0 || matches!(self.after(&cursor, 1).await?, Tail::Entries(_)) {
                return Ok(cursor);
            }
            count = head.seq.min(count) / 2;
        }
    }

    /// Everything that happens after a cursor, for as long as somebody asks.
    pub fn follow(self, since: Cursor) -> Result<Follower> {
        if matches!(self, Source::File(_)) {
            let why = "No server is running on this store, so nothing happens there. Start one, then follow.";
            return Err(Failure::CannotLook(why.to_owned()));
        }
        Ok(Follower {
            source: self,
            cursor: since,
            live: None,
            read: VecDeque::new(),
            away: false,
        })
    }
}

/// Refuses a store of another shape: it would be misread.
pub fn known(version: u32) -> Result<()> {
    Ok(schema::check(version, None)?)
}

/// The version of what a Redis keeps, as it stands there.
async fn shape(info: &ConnectionInfo) -> RedisResult<Option<String>> {
    let client = redis::Client::open(info.clone())?;
    let mut connection = client.get_multiplexed_async_connection().await?;
    let mut ask = redis::cmd("HGET");
    ask.arg(Keys::new("").meta()).arg("schema");
    ask.query_async(&mut connection).await
}

/// The store that the settings name.
pub fn store() -> Result<Store> {
    read_env().map_err(|error| Failure::CannotLook(error.to_string()))?;
    Ok(config::store()?)
}

/// The file, or the server that is using it.
async fn embedded(file: &Path) -> Result<Source> {
    let why = match Embedded::open_read_only(file) {
        Ok(ledger) => {
            if let Opened::Free(snapshot) = open_file(file)? {
                known(snapshot.head.schema)?;
            }
            return Ok(Source::File(ledger));
        }
        Err(Unreadable::Held) => return holder(file).await.map(Source::Server),
        Err(_) if matches!(file.try_exists(), Ok(false)) => format!(
            "There is no store at {} (DATA_DIR), and no Redis is set. Is this the folder that the server runs in?",
            file.display()
        ),
        Err(Unreadable::Broken(error)) => error.to_string(),
    };
    Err(Failure::CannotLook(why))
}

/// The running server that uses this file: what listens at its address may be another one.
async fn holder(file: &Path) -> Result<Server> {
    let held = format!(
        "A server is using {}, and only it can show what is in there",
        file.display()
    );
    let addr = config::site_addr()?;
    if addr.port() == 0 {
        let why = format!("{held}. It has chosen a port by itself: say which, with --url.");
        return Err(Failure::CannotLook(why));
    }
    let addr = net::at_home(addr);
    let hint = "Say where it listens, with LEPTOS_SITE_ADDR or --url";
    let url = Url::parse(&format!("http://{addr}"))
        .map_err(|error| Failure::CannotLook(error.to_string()))?;
    let server = Server::at(url)?;
    let head = server.head().await;
    let head = head.map_err(|error| Failure::CannotLook(format!("{held}. {error} {hint}.")))?;
    match left_at(file) {
        Some(own) if own.epoch != head.epoch => {
            let why = format!("{held}. What listens at {addr} shows another market. {hint}.");
            Err(Failure::CannotLook(why))
        }
        _ => Ok(server),
    }
}

/// Somebody who reads the log to its end, and then waits for what comes.
pub struct Follower {
    source: Source,
    /// How far it has read.
    pub cursor: Cursor,
    live: Option<Live>,
    read: VecDeque<Text>,
    /// Whether that has been said.
    away: bool,
}

/// What a follower comes upon.
pub enum Heard {
    Event(Text),
    /// What came before is not held any more, or was of another store. It goes on at the cursor.
    Reset,
    /// Nobody vouches for anything until the next word; and why.
    Away(String),
    /// Nothing is missing up to the cursor, after all.
    Back,
}

impl Follower {
    /// Says goodbye to a server that it has listened to.
    pub async fn leave(mut self) {
        if let Some(live) = &mut self.live {
            live.close().await;
        }
    }

    /// Waits for it.
    pub async fn next(&mut self) -> Result<Heard> {
        loop {
            if let Some(event) = self.read.pop_front() {
                // By its place in the log: it may be of the history before this one.
                self.cursor.seq += 1;
                return Ok(Heard::Event(event));
            }
            let heard = if matches!(self.source, Source::Server(_)) {
                self.listen().await
            } else {
                self.read().await
            };
            match heard {
                Ok(None) => {}
                Ok(Some(Heard::Away(_))) | Err(_) if self.away => sleep(PAUSE).await,
                Ok(Some(heard)) => {
                    self.away = matches!(heard, Heard::Away(_));
                    return Ok(heard);
                }
                Err(error) => {
                    self.away = true;
                    return Ok(Heard::Away(error.to_string()));
                }
            }
        }
    }

    /// Reads on in the store.
    async fn read(&mut self) -> Result<Option<Heard>> {
        let Ok(ledger) = self.source.ledger() else {
            return Ok(None);
        };
        match ledger.after(&self.cursor, CHUNK, WAIT).await? {
            Tail::Entries(events) => {
                self.read.extend(events.into_iter().map(|entry| entry.text));
                Ok(self.away.then_some(Heard::Back))
            }
            Tail::Lost => {
                self.cursor = ledger.list(&[]).await?.cursor;
                Ok(Some(Heard::Reset))
            }
        }
    }

    /// Hears what a server says.
    async fn listen(&mut self) -> Result<Option<Heard>> {
        let Err(server) = self.source.ledger() else {
            return Ok(None);
        };
        let live = match &mut self.live {
            Some(live) => live,
            None => self.live.insert(server.live(Some(&self.cursor)).await?),
        };
        let (text, frame) = match live.next().await {
            Ok(frame) => frame,
            Err(why) => {
                self.live = None;
                return Ok(Some(Heard::Away(why)));
            }
        };
        Ok(match frame {
            Frame::Event(event) => {
                self.cursor = event.id;
                Some(Heard::Event(text))
            }
            Frame::Signal { signal, id, .. } => {
                self.cursor = id;
                match signal {
                    Signal::Reset => Some(Heard::Reset),
                    Signal::Away => Some(Heard::Away(
                        "the server has lost touch with its store".to_owned(),
                    )),
                    Signal::Heartbeat => self.away.then_some(Heard::Back),
                }
            }
            Frame::Unknown => None,
        })
    }
}
